"""Reviews: submit, read, wait, and every move of people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from gates import clock
from gates.actors import Actor
from reviews import deadlines
from reviews.api import waiting
from reviews.api.creating import CreatingViewSet
from reviews.api.paging import NewestFirst, OldestFirst, whole_number
from reviews.errors import DomainError, Missing
from reviews.filters import ReviewFilter, StrictFilterBackend, check_parameters
from reviews.models import Comment, Review
from reviews.models.review import ReviewQuerySet
from reviews.queries.scope import sees
from reviews.queries.whole import for_reading, whole
from reviews.serializers import answers, bodies
from reviews.serializers.portraits import comment_json, review_json, url_of
from reviews.serializers.strict import Body
from reviews.states import Status
from reviews.transitions import (
    batches,
    cancellations,
    comments,
    decisions,
    escalations,
    leases,
    submissions,
)
from reviews.verdicts import Answer

LONGEST_WAIT, USUAL_WAIT = 60, 30  # seconds

Move = Callable[..., Review]
SECONDS = OpenApiParameter(
    "seconds",
    {"type": "integer", "minimum": 1, "maximum": LONGEST_WAIT, "default": USUAL_WAIT},
    description="How long to wait at most.",
)


def move(body: type[Body] = bodies.Nothing, **options: Any) -> Callable[[Move], Any]:
    """Make a call of a method that takes `(review_id, actor, **body)` and returns the review.

    404 comes first: who may not see a review learns nothing about it.
    """

    def decorate(work: Move) -> Any:
        @wraps(work)
        def call(view: ReviewViewSet, request: Request, review_id: UUID) -> Response:
            view.find(review_id)
            review = work(view, review_id, view.caller.actor, **view.read(body))
            return Response(view.portray(review))

        described = extend_schema(request=body, responses=answers.ReviewSerializer)(call)
        return action(detail=True, methods=["post"], **options)(described)

    return decorate


class ReviewViewSet(CreatingViewSet):
    """Reviews in the caller's scope."""

    made_at = "review-detail"
    queryset = Review.objects.none()
    serializer_class = answers.ReviewSerializer
    lookup_url_kwarg = "review_id"
    lookup_value_converter = "uuid"
    filter_backends = (StrictFilterBackend,)
    filterset_class = ReviewFilter
    pagination_class = NewestFirst

    def get_queryset(self) -> ReviewQuerySet:
        """What the caller may see."""
        return Review.objects.visible_to(self.caller.principal)

    def find(self, review_id: UUID) -> None:
        """Raise Missing for a review that is not the caller's to see."""
        if not sees(self.caller.principal, review_id):
            raise Missing("There is no such review.")

    @contextmanager
    def refusing(self, review_id: UUID) -> Iterator[None]:
        """404 comes first here too, but is looked for only when something is refused: who may
        decide a review belongs to the team that is asked, and so may see it.
        """
        try:
            yield
        except (DomainError, APIException):
            self.find(review_id)
            raise

    def fetch(self, review_id: UUID) -> Review:
        """The review. Raises Missing."""
        review = for_reading(self.get_queryset()).filter(pk=review_id).first()
        if review is None:
            raise Missing("There is no such review.")
        return review

    def portray(self, review: Review) -> dict[str, Any]:
        """The review as the caller may know it."""
        return self.portray_all([review])[0]

    def portray_all(self, reviews: list[Review]) -> list[dict[str, Any]]:
        """The reviews as the caller may know them."""
        reader = self.caller.person
        return [
            review_json(item, person=reader is not None) for item in whole(reviews, reader=reader)
        ]

    @extend_schema(request=bodies.SubmitBody, responses={201: answers.ReviewSerializer})
    def create(self, request: Request) -> Response:
        """Submit a proposal: it goes to a person if a rule of the gate asks for one.

        Integrators' keys only.
        """
        key = self.caller.integrator()
        submission = submissions.Submission(**self.read(bodies.SubmitBody))
        review = submissions.submit(submission, key=key)
        return Response(self.portray(review), status=HTTPStatus.CREATED)

    def list(self, request: Request) -> Response:
        """Reviews, newest first. A list never applies deadlines: a detail read does."""
        rows = self.filter_queryset(for_reading(self.get_queryset()))
        return self.paged(self.portray_all(self.page(rows)))

    def retrieve(self, request: Request, review_id: UUID) -> Response:
        """The review now: what has fallen due is applied first. A person's first look is noted."""
        review = self.fetch(review_id)
        if review.wake_at is not None and review.wake_at <= clock.now():
            deadlines.enforce(review_id)
            review = self.fetch(review_id)
        if self.caller.person and review.seen_at is None and review.status == Status.PENDING:
            comments.see(review_id, actor=self.caller.actor)
        return Response(self.portray(review))

    @extend_schema(parameters=[SECONDS], responses=answers.ReviewSerializer, filters=False)
    @action(detail=True)
    def wait(self, request: Request, review_id: UUID) -> Response:
        """The review as soon as it is closed, or as it is when the time is up.

        A busy server may answer sooner.
        """
        seconds = seconds_of(request)
        self.find(review_id)
        waiting.until_closed(review_id, seconds)
        return Response(self.portray(self.fetch(review_id)))

    @move()
    def claim(self, review_id: UUID, actor: Actor) -> Review:
        """Take a free review: the lease is the caller's for the gate's `lease` seconds."""
        return leases.claim(review_id, actor=actor)

    @move()
    def release(self, review_id: UUID, actor: Actor) -> Review:
        """Give a review back to the team."""
        return leases.release(review_id, actor=actor)

    @move()
    def renew(self, review_id: UUID, actor: Actor) -> Review:
        """Start one's lease anew."""
        return leases.renew(review_id, actor=actor)

    @extend_schema(request=bodies.DecideBody, responses=answers.DecidedSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, review_id: UUID) -> Response:
        """Give a verdict, or a vote where several people must agree.

        `links` are shown in this answer only, also when it is repeated by `Idempotency-Key`.
        """
        with self.refusing(review_id):
            answer = Answer(**self.read(bodies.DecideBody))
            decided = decisions.decide(review_id, actor=self.caller.actor, answer=answer)
        links = [
            {"condition": str(condition), "url": url_of("condition", secret)}
            for condition, secret in decided.links.items()
        ]
        return Response(self.portray(decided.review) | ({"links": links} if links else {}))

    @move()
    def undo(self, review_id: UUID, actor: Actor) -> Review:
        """Take back one's own verdict while it is held."""
        return decisions.undo(review_id, actor=actor)

    @move()
    def escalate(self, review_id: UUID, actor: Actor) -> Review:
        """Pass the review up the chain: the lease is lost, the next level has its own deadline."""
        return escalations.escalate(review_id, actor=actor)

    @move(bodies.AssignBody)
    def assign(self, review_id: UUID, actor: Actor, reviewer: str) -> Review:
        """Give the review to a member of the team that is asked."""
        return leases.assign(review_id, actor=actor, username=reviewer)

    @move(bodies.AskBody)
    def ask(self, review_id: UUID, actor: Actor, question: str) -> Review:
        """Ask for what is missing. The deadline runs on."""
        return comments.ask(review_id, actor=actor, question=question)

    @move(url_path="pass")
    def pass_on(self, review_id: UUID, actor: Actor) -> Review:
        """Decline the review: it goes back to the team and is not offered to the caller again."""
        return leases.pass_on(review_id, actor=actor)

    @move(bodies.CancelBody)
    def cancel(self, review_id: UUID, actor: Actor, code: str = "") -> Review:
        """Close the case as cancelled: integrators in their scope, people with the permission."""
        return cancellations.cancel(review_id, actor=actor, code=code)

    @move(bodies.OverturnBody)
    def overturn(self, review_id: UUID, actor: Actor, **verdict: Any) -> Review:
        """Say afterwards what the verdict should have been; outcome and result stay."""
        return decisions.overturn(review_id, actor=actor, **verdict)

    @extend_schema(responses=answers.CommentSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=OldestFirst)
    def comments(self, request: Request, review_id: UUID) -> Response:
        """What people said, oldest first. People only."""
        self.find(review_id)
        self.caller.reviewer()
        check_parameters(request.query_params, {"cursor", "page_size"})
        rows = self.page(Comment.objects.filter(review=review_id).select_related("author"))
        return self.paged([comment_json(row) for row in rows])

    @extend_schema(request=bodies.CommentBody, responses=answers.ReviewSerializer)
    @comments.mapping.post
    def comment(self, request: Request, review_id: UUID) -> Response:
        """Add an internal remark, whatever the review's state."""
        self.find(review_id)
        text = self.read(bodies.CommentBody)["text"]
        review = comments.comment(review_id, actor=self.caller.actor, text=text)
        return Response(self.portray(review))

    @extend_schema(request=bodies.BatchBody, responses=answers.BatchSerializer, filters=False)
    @action(detail=False, methods=["post"], pagination_class=None)
    def batch(self, request: Request) -> Response:
        """Approve or reject many reviews; each has its result, outliers are refused."""
        principal = self.caller.reviewer()
        fields = self.read(bodies.BatchBody)
        ids: list[UUID] = fields.pop("ids")
        results = batches.decide_all(
            ids, actor=self.caller.actor, principal=principal, answer=Answer(**fields)
        )
        return Response({"results": [result.as_json() for result in results]})


def seconds_of(request: Request) -> int:
    """How long the caller wants to wait. Raises Invalid."""
    check_parameters(request.query_params, {"seconds"})
    asked = request.query_params.get("seconds")
    return USUAL_WAIT if asked is None else whole_number("seconds", asked, LONGEST_WAIT)
