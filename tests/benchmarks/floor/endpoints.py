"""What one would write in an afternoon: DRF and the ORM, in one transaction the rows that ours
writes. No rules, no locks, no digests, no chains; who calls is found out as ours does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from gates.clock import new_id
from gates.models import Event, Gate
from reviews.models import Assignment, Decision, Review


class SubmitBody(serializers.Serializer):
    """A proposal, and the team that is to decide it: to find that out is a rule."""

    gate = serializers.SlugRelatedField(slug_field="slug", queryset=Gate.objects.all())
    team = serializers.IntegerField()
    proposal = serializers.JSONField()
    context = serializers.JSONField()  # type: ignore[assignment]
    recommendation = serializers.CharField(required=False)
    confidence = serializers.FloatField(required=False)
    rationale = serializers.CharField(required=False)
    external_id = serializers.CharField(required=False)


class DecideBody(serializers.Serializer):
    """A verdict."""

    verdict = serializers.ChoiceField(["approve", "reject"])
    note = serializers.CharField(required=False)


class Stored(serializers.ModelSerializer):
    """A review as ours answers it, as far as its own row goes."""

    class Meta:
        model = Review
        fields = (
            *("id", "gate", "version", "status", "outcome", "title", "proposal", "context"),
            *("recommendation", "confidence", "rationale", "why", "result", "priority", "team"),
            *("level", "due_at", "held_until", "submitted_at", "closed_at", "external_id"),
            *("revises", "requester", "digest"),
        )


class Submit(APIView):
    """Store a review, its assignment, an event."""

    parser_classes = (JSONParser,)

    def post(self, request: Request) -> Response:
        """As above."""
        form = SubmitBody(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            review = _submitted(request.auth.pk, **form.validated_data)
        return Response(Stored(review).data, status=201)


class Decide(APIView):
    """Store a decision and an event, change the review and its assignment."""

    parser_classes = (JSONParser,)

    def post(self, request: Request, review_id: UUID) -> Response:
        """As above."""
        review = get_object_or_404(Review.objects.select_related("assignment"), pk=review_id)
        form = DecideBody(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            _decided(review, request.user, **form.validated_data)
        return Response(Stored(review).data)


def _submitted(key_id: int, gate: Gate, team: int, **fields: Any) -> Review:
    now = timezone.now()
    due_at, assignment_id = now + timedelta(days=90), new_id(now)
    review = Review(
        id=new_id(now),
        gate=gate,
        version_id=gate.version_id or 0,
        key_id=key_id,
        status="pending",
        title=f"Approve refund of {fields['proposal']['amount']}",
        priority=2,
        team_id=team,
        assignment_id=assignment_id,
        submitted_at=now,
        due_at=due_at,
        wake_at=due_at,
        **fields,
    )
    review.save(force_insert=True)
    Assignment.objects.create(
        id=assignment_id, review=review, level=0, team_id=team, opened_at=now, due_at=due_at
    )
    _log(review, 1, "submitted", "key", team=team)
    return review


def _decided(review: Review, user: Any, verdict: str, note: str = "") -> None:
    now = timezone.now()
    decision = Decision.objects.create(
        id=new_id(now),
        review=review,
        source="human",
        verdict=verdict,
        outcome={"approve": "approved", "reject": "rejected"}[verdict],
        reviewer=user,
        actor=user.get_username(),
        level=review.level,
        result=review.proposal,
        note=note,
        decided_at=now,
    )
    assignment = review.assignment or Assignment()
    assignment.reviewer, assignment.lease_until = user, now + timedelta(seconds=600)
    assignment.save(update_fields=["reviewer", "lease_until"])
    review.status, review.held_decision, review.seen_at = "held", decision, now
    review.held_until = review.wake_at = now + timedelta(seconds=10)
    review.decided_at = now
    review.save(
        update_fields=["status", "held_decision", "seen_at", "held_until", "wake_at", "decided_at"]
    )
    _log(review, 2, "decided", user.get_username(), decision=str(decision.pk), verdict=verdict)


def _log(review: Review, seq: int, verb: str, actor: str, **data: Any) -> None:
    Event.objects.create(
        subject_type="review",
        subject_id=str(review.pk),
        seq=seq,
        at=timezone.now(),
        verb=verb,
        actor=actor,
        data=data,
    )
