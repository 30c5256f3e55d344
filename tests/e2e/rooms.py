"""A gate with people of its own for each test: no test meets what another has left."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from gates.models import ApiKey, Gate, Team
from gates.policy import ConditionTemplate, GatePolicy, Items, Reason, Step
from reviews.models import Review
from tests.factories import (
    LINES,
    PASSWORD,
    decide,
    key,
    policy,
    publish,
    submit,
    team,
    user,
)
from tests.processes import eventually

SOON = 1  # seconds in which a verdict may be undone: the cluster soon settles it
VERDICTS = ("approve", "modify", "partial", "approve_if", "reject", "respond")
LAMP: dict[str, Any] = {"amount": 120, "order": "A-17", "lines": LINES}
REASONS = (
    Reason("fraud", "Looks like fraud"),
    Reason(
        "too_much", "Too much", verdicts=("reject", "modify", "partial"), text="It is too much."
    ),
)
CONDITIONS = (
    ConditionTemplate("address", "The customer confirms the address", "link", timeout=3600),
    ConditionTemplate("returned", "The goods are back", "api", timeout=3600),
)
_numbers = count(1)


@dataclass
class Room:
    """Ann and Ben are asked first, Lea leads both levels and owns the gate, Sid is nobody."""

    number: int
    policy: GatePolicy
    gate: Gate
    key: ApiKey
    team: Team
    ann: User
    ben: User
    lea: User
    sid: User
    reviews: list[Review] = field(default_factory=list)

    def submit(self, title: str = "Broken lamp", **fields: Any) -> Review:
        """A review that waits for Ann or Ben."""
        proposal = fields.pop("proposal", {**LAMP, "order": title})
        review = submit(self.gate, self.key, proposal, **fields)
        self.reviews.append(review)
        return review

    def decided(self, review: Review, verdict: str = "approve", **fields: Any) -> Review:
        """The review with Ann's verdict."""
        return decide(review, self.ann, verdict, **fields)


ONE_LEVEL = {"timeout_action": "reject", "final_action": ""}


def room(*, timeout: int = 900, levels: int = 2, **overrides: Any) -> Room:
    """A room whose gate takes every verdict; `timeout` is that of its first level."""
    number = next(_numbers)
    asked, above = f"desk_{number}", f"leads_{number}"
    steps = (Step(asked, timeout), Step(above, 900))[:levels]
    own = {
        "slug": f"gate_{number}",
        "description": "Refund for {{ proposal.order }}",
        "steps": steps,
        "owner": asked,
        "options": VERDICTS,
        "items": Items(list="/lines", id="id"),
        "reasons": REASONS,
        "conditions": CONDITIONS,
        "undo_window": SOON,
    }
    published = policy(**(own | (ONE_LEVEL if levels == 1 else {}) | overrides))
    gate = publish(published)
    ann, ben, lea, sid = (_person(f"{name}{number}") for name in ("ann", "ben", "lea", "sid"))
    desk = team(asked, ann, ben, lead=lea)
    team(above, lead=lea)
    return Room(number, published, gate, key(gate), desk, ann, ben, lea, sid)


def _person(name: str) -> User:
    """Somebody with the role of a reviewer, who may sign in at the server."""
    found = user(name, is_staff=True, first_name=name.rstrip("0123456789").capitalize())
    found.password = stored_password()
    found.save()
    found.groups.add(Group.objects.get(name="reviewer"))
    return found


@cache
def stored_password() -> str:
    """PASSWORD as the server stores it; made once, because that is slow."""
    return make_password(PASSWORD, hasher="pbkdf2_sha256")


def settled(review: Review, status: str = "closed") -> Any:
    """The review once the cluster has brought it there."""
    rows = Review.objects.select_related("final_decision", "held_decision")
    return eventually(lambda: rows.filter(pk=review.pk, status=status).first(), status)


def now(review: Review) -> Any:
    """The review as the database has it."""
    return Review.objects.select_related("held_decision", "assignment").get(pk=review.pk)
