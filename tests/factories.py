"""Rows that tests start from: people, teams, gates, keys, and reviews in every state.

Time: whatever needs it reads `gates.clock`, so a test says `with at(T0):` (or `after(10)`) and
knows every instant. `review_in(state)` starts at the clock's now and steps from there, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import factory
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from factory.django import DjangoModelFactory

from gates import actors, clock
from gates.models import ApiKey, Calendar, Gate, Membership, Team
from gates.policy import (
    ConditionTemplate,
    ContextItem,
    GatePolicy,
    Items,
    Reason,
    Step,
    Triggers,
)
from gates.transitions import publish as publishing
from reviews import deadlines
from reviews.models import Review
from reviews.transitions import cancellations, decisions, submissions
from reviews.transitions.submissions import Submission
from reviews.verdicts import Answer

T0 = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TIMEOUT, UNDO_WINDOW, LEASE = 300, 10, 600
PASSWORD = "a long enough password"

PROPOSAL: dict[str, Any] = {"amount": 120, "order": "A-17"}
LINES = [{"id": "a", "amount": 70}, {"id": "b", "amount": 50}]
CONTEXT: dict[str, Any] = {
    "order_details": "One lamp",
    "customer_history": "Three orders",
    "refund_reason": "Broken on arrival",
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"type": "number", "exclusiveMinimum": 0},
        "lines": {"type": "array", "items": {"type": "object"}},
    },
}
REASONS = (
    Reason("fraud", "Looks like fraud"),
    Reason("too_much", "Too much", verdicts=("reject", "modify", "partial")),
)
CONDITIONS = (ConditionTemplate("returned", "The goods are back", "api", timeout=3600),)
ASKS_ALWAYS = Triggers(always_because="tests ask a person")

POLICY = GatePolicy(
    slug="refund",
    description="Approve refund of {{ proposal.amount }}",
    steps=(Step("support_team", TIMEOUT), Step("support_leads", 900)),
    timeout_action="escalate",
    final_action="reject",
    options=("approve", "reject", "modify", "approve_if", "respond"),
    context=tuple(ContextItem(key, key.replace("_", " ").capitalize()) for key in CONTEXT),
    triggers=ASKS_ALWAYS,
    priority="high",
    proposal_schema=SCHEMA,
    editable=("/amount",),
    reasons=REASONS,
    conditions=CONDITIONS,
    amount="/amount",
    subject="/order",
    undo_window=UNDO_WINDOW,
    lease=LEASE,
)
# Overrides for gate(**...): gates that differ from the article's in one respect.
PARTIAL: dict[str, Any] = {
    "options": (*POLICY.options, "partial"),
    "items": Items(list="/lines", id="id"),
}
ONE_LEVEL: dict[str, Any] = {
    "steps": (Step("support_team", TIMEOUT),),
    "timeout_action": "reject",
    "final_action": "",
}


Made = TypeVar("Made", bound=Model)


class Kept(DjangoModelFactory[Made]):
    """A row that is found by its name before it is made. Not `get_or_create`, whose savepoint
    doubles the statements: nothing races here, and most tests begin with these rows.
    """

    class Meta:
        abstract = True

    @classmethod
    def _get_or_create(cls, model_class: type[Made], *args: Any, **kwargs: Any) -> Made:
        names: tuple[str, ...] = cls._meta.django_get_or_create  # type: ignore[attr-defined]
        keys = {name: kwargs[name] for name in names}
        rows = model_class._default_manager.filter(**keys)
        return rows.first() or model_class._default_manager.create(**kwargs)


class UserFactory(Kept[User]):
    """A person who may sign in."""

    username = factory.Sequence(lambda number: f"person{number}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@example.com")
    password = factory.django.Password(PASSWORD)

    class Meta:
        model = get_user_model()
        django_get_or_create = ("username",)


class TeamFactory(Kept[Team]):
    """A team in UTC, without a calendar."""

    slug = factory.Sequence(lambda number: f"team{number}")
    name = factory.LazyAttribute(lambda team: team.slug.replace("_", " ").capitalize())

    class Meta:
        model = Team
        django_get_or_create = ("slug",)


class MembershipFactory(Kept[Membership]):
    """A person in a team."""

    team = factory.SubFactory(TeamFactory)
    user = factory.SubFactory(UserFactory)

    class Meta:
        model = Membership
        django_get_or_create = ("team", "user")


def at(instant: datetime) -> AbstractContextManager[None]:
    """Stand still at `instant`."""
    return clock.at(instant)


def after(seconds: float) -> datetime:
    """`seconds` after T0."""
    return T0 + timedelta(seconds=seconds)


def user(username: str = "", **fields: Any) -> User:
    """A person; the same name gives the same person."""
    return UserFactory.create(**({"username": username} if username else {}), **fields)


def permit(person: User, *permissions: str) -> User:
    """Give the person permissions (`app.codename`); the answer is free of cached ones."""
    for permission in permissions:
        app, codename = permission.split(".")
        person.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return get_user_model().objects.get(pk=person.pk)


def team(slug: str = "support_team", *members: User, lead: User | None = None) -> Team:
    """A team with members, and perhaps one who leads it; the same slug gives the same team."""
    found = TeamFactory.create(slug=slug)
    for member in members:
        MembershipFactory.create(team=found, user=member)
    if lead is not None:
        Membership.objects.update_or_create(team=found, user=lead, defaults={"lead": True})
    return found


def person(someone: User) -> actors.Actor:
    """The actor that a signed-in person is."""
    return actors.person(someone.pk, someone.get_username())


def policy(**overrides: Any) -> GatePolicy:
    """The article's refund gate, which asks a person about everything, with `overrides`."""
    values = {name: getattr(POLICY, name) for name in GatePolicy.__dataclass_fields__}
    return GatePolicy(**(values | overrides))


def gate(**overrides: Any) -> Gate:
    """The refund gate, published; a second call that differs publishes its next version."""
    return publish(policy(**overrides))


def publish(wanted: GatePolicy) -> Gate:
    """Publish a policy; its teams are made where they are missing, at work day and night."""
    for slug in publishing.teams_of(wanted):
        TeamFactory.create(slug=slug, calendar=_day_and_night() if wanted.working_time else None)
    publishing.publish(wanted, actor=actors.command("policy"))
    return Gate.objects.select_related("version").get(slug=wanted.slug)


def _day_and_night() -> Calendar:
    hours = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    return Calendar.objects.get_or_create(name="Day and night", defaults={"hours": hours})[0]


def key(*gates: Gate, name: str = "agent", owner: User | None = None) -> ApiKey:
    """An integrator's key for these gates; for all gates when none is named."""
    made = ApiKey(name=name, owner=owner, all_gates=not gates)
    secret_of(made)
    made.gates.set(gates)
    return made


def personal_key(owner: User, name: str = "") -> ApiKey:
    """A key that acts as its person."""
    made = ApiKey(name=name or owner.get_username(), kind=ApiKey.Kind.PERSONAL, owner=owner)
    secret_of(made)
    return made


def secret_of(made: ApiKey) -> str:
    """What a caller sends to use the key; each call gives the key a fresh one."""
    secret = ApiKey.objects.assign_key(made)
    made.save()
    return secret


def submission(to: Gate, proposal: Any = PROPOSAL, **fields: Any) -> Submission:
    """What an agent sends to a gate; the context is whole unless the test says otherwise."""
    return Submission(gate=to.slug, proposal=proposal, **({"context": CONTEXT} | fields))


def submit(to: Gate, using: ApiKey, proposal: Any = PROPOSAL, **fields: Any) -> Review:
    """Submit, as the API does."""
    return submissions.submit(submission(to, proposal, **fields), key=using)


def decide(review: Review, by: User, verdict: str = "approve", **fields: Any) -> Review:
    """Give a verdict; a rejection gives the reason `fraud` unless the test gives its own."""
    reasons = {"reasons": ("fraud",)} if verdict == "reject" else {}
    answer = Answer(verdict, **(reasons | fields))
    return decisions.decide(review.pk, actor=person(by), answer=answer).review


def sweep(instant: datetime) -> int:
    """Let the sweep run at `instant`."""
    with at(instant):
        return deadlines.sweep()


@dataclass
class Desk:
    """One gate with its people: two who are asked, one who is asked next, one who is not."""

    policy: GatePolicy
    gate: Gate
    key: ApiKey
    reviewer: User
    colleague: User
    lead: User
    stranger: User
    started: datetime = field(default_factory=clock.now)

    def submit(self, proposal: Any = PROPOSAL, **fields: Any) -> Review:
        """A review of this gate."""
        return submit(self.gate, self.key, proposal, **fields)

    def review_in(self, state: str, **fields: Any) -> Review:
        """A review in one of STATES, reached by transitions; `fields` go into the submission."""
        self.started = clock.now()
        return STATES[state](self, fields)

    def later(self, seconds: float) -> AbstractContextManager[None]:
        """Stand still `seconds` after the last `review_in` began."""
        return at(self.started + timedelta(seconds=seconds))


def desk(**overrides: Any) -> Desk:
    """A gate and its people: ann and ben are asked, lea leads the next level, sid is nobody."""
    published = policy(**overrides)
    found = publish(published)
    ann, ben, lea, sid = (user(name) for name in ("ann", "ben", "lea", "sid"))
    team(published.steps[0].assignee, ann, ben)
    team("support_leads", lead=lea)
    return Desk(published, found, key(found), reviewer=ann, colleague=ben, lead=lea, stranger=sid)


def review_in(state: str, **overrides: Any) -> Review:
    """A review in one of STATES at a gate of its own, for tests that need no more than the row."""
    return desk(**overrides).review_in(state)


def _pending(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    return at_desk.submit(**fields)


def _held(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    return decide(_pending(at_desk, fields), at_desk.reviewer)


def _held_condition(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    review = _pending(at_desk, fields)
    return decide(review, at_desk.reviewer, "approve_if", conditions=({"code": "returned"},))


def _conditional(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    return _settled(at_desk, _held_condition(at_desk, fields))


def _closed_by_human(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    return _settled(at_desk, _held(at_desk, fields))


def _rejected(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    return _settled(at_desk, decide(_pending(at_desk, fields), at_desk.reviewer, "reject"))


def _closed_by_timeout(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    review = _pending(at_desk, fields)
    while review.status != "closed":
        with at(review.due_at or clock.now()):
            deadlines.enforce(review.pk)
        review = Review.objects.get(pk=review.pk)
    return review


def _closed_by_cancel(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    return cancellations.cancel(_pending(at_desk, fields).pk, actor=at_desk.key.actor())


def _closed_by_policy(at_desk: Desk, fields: Mapping[str, Any]) -> Review:
    """Nothing asks: the same gate, in a version whose only trigger stays silent."""
    publish(replace(at_desk.policy, triggers=Triggers(stakes="false")))
    return at_desk.submit(**fields)


def _settled(at_desk: Desk, review: Review) -> Review:
    with at(at_desk.started + timedelta(seconds=UNDO_WINDOW)):
        deadlines.enforce(review.pk)
    return Review.objects.get(pk=review.pk)


STATES: dict[str, Callable[[Desk, Mapping[str, Any]], Review]] = {
    "pending": _pending,
    "held": _held,
    "held_condition": _held_condition,
    "conditional": _conditional,
    "closed_by_human": _closed_by_human,
    "rejected": _rejected,
    "closed_by_timeout": _closed_by_timeout,
    "closed_by_cancel": _closed_by_cancel,
    "closed_by_policy": _closed_by_policy,
}
