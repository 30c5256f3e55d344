"""What the page of a review shows, gathered for one reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.http import Http404
from django.utils.translation import gettext as _

from gates import actors, clock, routing
from gates.policy import GatePolicy
from gates.queries import people
from gates.queries.policies import policy_of
from reviews import deadlines
from reviews.errors import DomainError
from reviews.models import Condition, Draft, Review
from reviews.queries import outlook
from reviews.queries.records import Record, record_near
from reviews.queries.scope import sees
from reviews.queries.trails import Trail, earlier_of, trail_of
from reviews.queries.whole import Whole, for_reading, whole
from reviews.states import Status
from reviews.templatetags.words import refused
from reviews.transitions import comments, rights
from reviews.transitions.change import Change
from reviews.verdicts import offered

MANAGING = ("assign", "cancel", "overturn")


@dataclass(frozen=True)
class Case:
    """A review as one person sees it at one moment. Most of it is looked up when it is asked."""

    whole: Whole
    reader: User
    now: datetime
    policy: GatePolicy = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "policy", policy_of(self.whole.review.version))

    @property
    def review(self) -> Review:
        """The review itself."""
        return self.whole.review

    @property
    def pending(self) -> bool:
        """True while a person is asked."""
        return self.review.status == Status.PENDING

    @cached_property
    def obstacle(self) -> str:
        """Why the reader may not decide now; empty if he may. The transition has the last word."""
        if not self.pending:
            return _("This review is not waiting for a verdict any more.")
        change = Change(now=self.now, actor=actor_of(self.reader))
        try:
            rights.decider(self.review, change)
        except DomainError as refusal:
            return self._told(refusal)
        return ""

    def _told(self, refusal: DomainError) -> str:
        if refusal.code == "not_allowed" and not self.asked:
            return _("Only %(team)s may do this now.") % {"team": self.review.team}
        return refused(refusal.message)

    @property
    def verdicts(self) -> list[str]:
        """The verdicts that the gate offers, in the one order that all gates share."""
        return offered(self.policy)

    @cached_property
    def asked(self) -> bool:
        """True if the reader belongs to the team that is asked now."""
        team = self.review.team_id
        return self.pending and team is not None and people.is_member(self.reader.pk, team)

    @cached_property
    def manages(self) -> bool:
        """True if the reader may assign, cancel or overturn. The transition has the last word."""
        if any(self.reader.has_perm(f"reviews.{name}_review") for name in MANAGING):
            return True
        return people.leads(self.reader.pk, self.review.team_id, self.review.gate.owner_id)

    @property
    def holder(self) -> User | None:
        """Whose lease is live."""
        assignment = self.review.assignment
        held = assignment is not None and assignment.holder_at(self.now) is not None
        return assignment.reviewer if assignment and held else None

    @property
    def mine(self) -> bool:
        """True if the reader holds it."""
        return self.holder is not None and self.holder.pk == self.reader.pk

    @property
    def undoable(self) -> bool:
        """True while the reader may take his verdict back."""
        held, until = self.review.held_decision, self.review.held_until
        mine = held is not None and held.reviewer_id == self.reader.pk
        return mine and until is not None and until > self.now

    @cached_property
    def names(self) -> dict[str, str]:
        """The names of those in the chain, by slug."""
        return outlook.names_of(self.policy)

    @cached_property
    def explained(self) -> routing.Explanation:
        """Routing in words."""
        return outlook.explained(self.review, self.names)

    @property
    def why(self) -> list[tuple[str, str]]:
        """The code of every rule that fired, with its sentence."""
        codes = [item["code"] for item in self.review.why]
        return list(zip(codes, self.explained.rules, strict=False))

    @cached_property
    def record(self) -> Record | None:
        """How often people agreed with the AI when it was about as sure."""
        if self.review.confidence is None or not self.review.recommendation:
            return None
        return record_near(self.review.gate_id, self.review.confidence)

    @cached_property
    def consequence(self) -> str:
        """What the deadline does."""
        return outlook.consequence(self.review, self.names)

    @cached_property
    def trail(self) -> Trail:
        """What happened so far."""
        return trail_of(self.review)

    @cached_property
    def earlier(self) -> list[Review]:
        """Closed reviews of the same subject."""
        return earlier_of(self.review, self.reader)

    @cached_property
    def draft(self) -> Draft | None:
        """What the reader has typed before."""
        return Draft.objects.filter(review=self.review, user=self.reader).first()

    @property
    def conditions(self) -> Sequence[Condition]:
        """What the approval is bound to."""
        return self.whole.conditions

    @property
    def changes(self) -> Mapping[str, Any]:
        """What the proposal was before: the original of an edit, or what a revision revises."""
        before = self.review.revises.proposal if self.review.revises else None
        if self.review.edit is not None:
            before = self.review.proposal
        return before if isinstance(before, Mapping) else {}


def open_case(reader: User, review_id: UUID, *, look: bool = True) -> Case:
    """The case, after what time has done to it; the first look of a person is noted. Raises
    Http404.
    """
    if not sees(reader, review_id):
        raise Http404
    deadlines.enforce(review_id)
    review = _read(review_id)
    if look and review.seen_at is None and review.status == Status.PENDING:
        comments.see(review_id, actor=actor_of(reader))
    [found] = whole([review], reader=reader)
    return Case(whole=found, reader=reader, now=clock.now())


def actor_of(reader: User) -> actors.Actor:
    """The actor that the person is."""
    return actors.person(reader.pk, reader.get_username())


def _read(review_id: UUID) -> Review:
    rows = for_reading(Review.objects.filter(pk=review_id))
    beside = ("revises", "held_decision__reviewer", "gate__owner", "step__workflow")
    return rows.select_related(*beside).defer("step__data", "step__output").get()
