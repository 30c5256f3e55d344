"""Conditions: the submitting key or a reviewer confirms or denies what an approval is bound to."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from reviews.api.view import ApiViewSet
from reviews.errors import Missing
from reviews.models import Condition, Review, Run
from reviews.queries.runs import steps_of
from reviews.queries.whole import whole
from reviews.serializers import answers, bodies
from reviews.serializers.portraits import review_json
from reviews.serializers.run_portraits import run_json
from reviews.states import ConditionStatus
from reviews.transitions import conditions


class ConditionViewSet(ApiViewSet):
    """Conditions of reviews in the caller's scope."""

    queryset = Condition.objects.none()
    lookup_url_kwarg = "condition_id"
    lookup_value_converter = "uuid"
    filter_backends = ()
    pagination_class = None

    @extend_schema(request=bodies.Nothing, responses=answers.ReviewSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, condition_id: UUID) -> Response:
        """The condition is met; with the last one the approval is released."""
        return self._answer(conditions.confirm, condition_id)

    @extend_schema(request=bodies.Nothing, responses=answers.ReviewSerializer)
    @action(detail=True, methods=["post"])
    def deny(self, request: Request, condition_id: UUID) -> Response:
        """The condition is not met: the review fails on it."""
        return self._answer(conditions.deny, condition_id)

    def _answer(self, work: Callable[..., Review | Run], condition_id: UUID) -> Response:
        self._find(condition_id)
        self.read(bodies.Nothing)
        review = work(condition_id, actor=self.caller.actor)
        if isinstance(review, Run):
            return Response(run_json(review, steps_of(review)))
        reader = self.caller.person
        (seen,) = whole([review], reader=reader)
        return Response(review_json(seen, person=reader is not None))

    def _find(self, condition_id: UUID) -> None:
        """Raise Missing for what the caller may not see; to a key a held verdict shows nothing."""
        caller = self.caller
        seen = Review.objects.visible_to(caller.principal)
        runs = Run.objects.visible_to(caller.principal)
        rows = Condition.objects.filter(Q(review__in=seen) | Q(step__run__in=runs), pk=condition_id)
        if caller.person is None:
            rows = rows.exclude(status=ConditionStatus.WAITING)
        if not rows.exists():
            raise Missing("There is no such condition.")
