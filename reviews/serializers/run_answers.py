"""What callers are told of workflows and runs, as the OpenAPI document says it."""

from __future__ import annotations

from rest_framework import serializers

from reviews.serializers.answers import ConditionSerializer
from reviews.serializers.strict import Word
from reviews.states import RunStatus, StepStatus


class WorkflowSerializer(serializers.Serializer):
    """A workflow as it is published."""

    slug = serializers.CharField()
    version = serializers.IntegerField()
    description = serializers.CharField(allow_blank=True)
    gates = serializers.ListField(child=serializers.CharField())
    graph = serializers.DictField()


class StepConditionSerializer(ConditionSerializer):
    """What somebody outside is asked; `url` is where he answers, as long as he may."""

    url = serializers.URLField(allow_null=True)


class StepSerializer(serializers.Serializer):
    """One node's passage. `id` is the idempotency key of what it did."""

    id = serializers.UUIDField()
    node = serializers.CharField()
    kind = serializers.CharField()
    round = serializers.IntegerField()
    status = Word([item.value for item in StepStatus])
    data = serializers.JSONField(allow_null=True, help_text="What it was given.")  # type: ignore[assignment]
    output = serializers.JSONField(allow_null=True)
    outcome = serializers.CharField(allow_null=True, help_text="The edge by which it was left.")
    attempts = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)
    review = serializers.UUIDField(allow_null=True)
    condition = StepConditionSerializer(allow_null=True)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class RunSerializer(serializers.Serializer):
    """A run. A stuck one waits for somebody to retry or cancel it."""

    id = serializers.UUIDField()
    workflow = serializers.CharField()
    workflow_version = serializers.IntegerField()
    status = Word([item.value for item in RunStatus])
    outcome = serializers.CharField(allow_null=True)
    input = serializers.JSONField(allow_null=True)
    output = serializers.JSONField(allow_null=True)
    external_id = serializers.CharField(allow_blank=True)
    requester = serializers.DictField(allow_null=True)
    compensates = serializers.UUIDField(allow_null=True, help_text="The run that this one undoes.")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    url = serializers.URLField()
    steps = StepSerializer(many=True)
