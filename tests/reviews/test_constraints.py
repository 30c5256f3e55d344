"""The database itself refuses what must never be, whoever writes: each constraint by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.models import F, QuerySet

from gates.models import (
    Calendar,
    EscalationStep,
    Event,
    GateVersion,
    Membership,
    ReasonCode,
)
from reviews.models import (
    Assignment,
    Condition,
    Decision,
    Delivery,
    Draft,
    IdempotencyKey,
    Review,
)
from reviews.transitions import decisions
from tests.factories import (
    ONE_LEVEL,
    T0,
    after,
    decide,
    desk,
    gate,
    key,
    person,
    personal_key,
    team,
    user,
)
from tests.reviews.runs.constraints import RUN_CASES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

Wrong = Callable[[], object]


def review(state: str, **fields: Any) -> Wrong:
    """Set fields of a review in this state."""
    return lambda: change(desk().review_in(state), **fields)


def row_of(state: str, model: type[models.Model], **fields: Any) -> Wrong:
    """Set fields of the row that a review in this state has beside it."""

    def write() -> None:
        desk().review_in(state)
        model._default_manager.update(**fields)

    return write


def change(row: models.Model, **fields: Any) -> None:
    rows: QuerySet = type(row)._default_manager.filter(pk=row.pk)
    rows.update(**fields)


def again(row: models.Model, **fields: Any) -> None:
    """Insert the row a second time, but for its key and `fields`."""
    of_uuid = isinstance(row._meta.pk, models.UUIDField)
    row.pk, row._state.adding = uuid4() if of_uuid else None, True
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def undone() -> tuple[Review, Decision]:
    at_desk = desk()
    undone = at_desk.review_in("held")
    decisions.undo(undone.pk, actor=person(at_desk.reviewer))
    return undone, Decision.objects.get()


def hold_an_undone_verdict() -> None:
    pending, decision = undone()
    change(pending, held_decision=decision)


def two_final_decisions() -> None:
    at_desk = desk()
    at_desk.review_in("closed_by_human")
    again(Decision.objects.get(), reviewer=at_desk.colleague)


def vote_twice() -> None:
    desk().review_in("held")
    again(Decision.objects.get())


def overturn_itself() -> None:
    desk().review_in("closed_by_human")
    Decision.objects.update(overturns=F("pk"))


def say_it_twice() -> None:
    desk().review_in("pending", callback_url="https://agent.example.com/hooks")
    again(Delivery.objects.get())


def two_open_assignments() -> None:
    desk().review_in("pending")
    again(Assignment.objects.get())


def an_assignment_of_a_closed_review() -> None:
    change(desk().review_in("closed_by_human"), assignment=Assignment.objects.get())


def two_drafts() -> None:
    at_desk = desk()
    row = Draft(review=at_desk.submit(), user=at_desk.reviewer, verdict="approve", saved_at=T0)
    row.save()
    again(row)


def two_answers() -> None:
    row = IdempotencyKey(scope="key:1", route="/", key="k", body_hash="", body={}, created_at=T0)
    row.status_code = 201
    row.save()
    again(row)


def version(**fields: Any) -> Wrong:
    """Set fields of a version with a chain."""
    return lambda: change(GateVersion.objects.get(gate=gate()), **fields)


def flat_version(**fields: Any) -> Wrong:
    """Set fields of a version without a chain."""
    return lambda: change(GateVersion.objects.get(gate=gate(**ONE_LEVEL)), **fields)


def of_gate(model: type[models.Model]) -> Wrong:
    """Insert a part of a gate a second time."""

    def write() -> None:
        gate()
        row = model._default_manager.first()
        assert row is not None
        again(row)

    return write


def be_member_twice() -> None:
    team("support_team", user("ann"))
    again(Membership.objects.get())


def write_an_event_twice() -> None:
    desk().review_in("pending")
    again(Event.objects.get(subject_type="review"))


CASES: list[tuple[str, Wrong]] = [
    ("reviews_closed_is_whole", review("closed_by_human", outcome="")),
    ("reviews_closed_is_whole", review("closed_by_human", closed_at=None)),
    ("reviews_closed_is_whole", review("closed_by_human", final_decision=None)),
    ("reviews_closed_is_whole", review("closed_by_human", wake_at=T0)),
    ("reviews_closed_is_whole", review("pending", outcome="approved")),
    ("reviews_closed_is_whole", review("pending", closed_at=T0)),
    ("reviews_closed_is_whole", review("pending", wake_at=None)),
    ("reviews_closed_is_whole", review("held", final_decision=F("held_decision"))),
    ("reviews_closed_is_whole", review("conditional", outcome="approved")),
    ("reviews_held_until_never_past_due", review("held", held_until=after(300.000001))),
    ("reviews_held_until_never_past_due", review("held", held_until=None)),
    ("reviews_held_until_never_past_due", review("pending", held_until=T0)),
    ("reviews_held_decision_iff_held", review("held", held_decision=None)),
    ("reviews_held_decision_iff_held", review("conditional", held_decision=None)),
    ("reviews_held_decision_iff_held", hold_an_undone_verdict),
    ("reviews_assigned_while_undecided", review("pending", assignment=None)),
    ("reviews_assigned_while_undecided", review("held", assignment=None)),
    ("reviews_assigned_while_undecided", review("pending", due_at=None)),
    ("reviews_assigned_while_undecided", an_assignment_of_a_closed_review),
    ("reviews_confidence_range", review("pending", confidence=1.000001)),
    ("reviews_confidence_range", review("pending", confidence=-0.000001)),
    ("reviews_one_final_decision", two_final_decisions),
    ("reviews_one_vote_per_person", vote_twice),
    ("reviews_a_person_iff_human", row_of("held", Decision, reviewer=None)),
    ("reviews_a_person_iff_human", row_of("held", Decision, verdict="")),
    ("reviews_a_person_iff_human", row_of("held", Decision, source="timeout")),
    ("reviews_final_stands", row_of("closed_by_human", Decision, undone_at=T0)),
    ("reviews_final_stands", row_of("closed_by_human", Decision, superseded=True)),
    ("reviews_final_stands", overturn_itself),
    ("reviews_condition_has_a_timeout", row_of("conditional", Condition, timeout=0)),
    ("reviews_open_condition_has_a_deadline", row_of("conditional", Condition, due_at=None)),
    ("reviews_condition_answered_whole", row_of("conditional", Condition, answered_at=T0)),
    ("reviews_condition_answered_whole", row_of("conditional", Condition, status="met")),
    ("reviews_condition_answered_whole", row_of("conditional", Condition, status="denied")),
    ("reviews_delivery_once_per_event", say_it_twice),
    ("reviews_assignment_one_open", two_open_assignments),
    ("reviews_assignment_ends_with_a_reason", row_of("pending", Assignment, ended_at=T0)),
    ("reviews_assignment_ends_with_a_reason", row_of("pending", Assignment, ending="decided")),
    ("reviews_lease_has_a_reviewer", row_of("pending", Assignment, lease_until=T0)),
    ("reviews_idempotency_once", two_answers),
    ("reviews_draft_one_each", two_drafts),
    ("gates_version_has_a_timeout", version(timeout=0)),
    ("gates_version_has_an_action", flat_version(timeout_action="wait")),
    ("gates_version_escalates_iff_levels", version(levels=0)),
    ("gates_version_escalates_iff_levels", version(final_action="")),
    ("gates_version_escalates_iff_levels", version(final_action="escalate")),
    ("gates_version_escalates_iff_levels", version(timeout_action="reject")),
    ("gates_version_escalates_iff_levels", flat_version(levels=1)),
    ("gates_version_escalates_iff_levels", flat_version(final_action="reject")),
    ("gates_version_escalates_iff_levels", flat_version(timeout_action="escalate")),
    ("gates_version_number_once", of_gate(GateVersion)),
    ("gates_reason_code_once", of_gate(ReasonCode)),
    ("gates_step_level_once", of_gate(EscalationStep)),
    ("gates_step_has_a_timeout", lambda: (gate(), EscalationStep.objects.update(timeout=0))),
    ("gates_membership_once", be_member_twice),
    ("gates_event_one_per_seq", write_an_event_twice),
    ("gates_key_personal_has_an_owner", lambda: change(personal_key(user()), owner=None)),
    ("gates_key_personal_has_an_owner", lambda: change(personal_key(user()), all_gates=True)),
]


@pytest.mark.parametrize(("name", "write"), [*CASES, *RUN_CASES])
def test_the_database_refuses(name: str, write: Wrong) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        write()
    assert broken_by(refused.value) == known_as(name)


def broken_by(error: IntegrityError) -> str:
    """The constraint's name; on SQLite a unique one tells its columns instead."""
    cause: Any = error.__cause__
    if connection.vendor == "postgresql":
        return str(cause.diag.constraint_name)
    return str(cause).partition("constraint failed: ")[2].removeprefix("index ").strip("'")


def known_as(name: str) -> str:
    constraint, model = CONSTRAINTS[name]
    if connection.vendor == "postgresql" or not isinstance(constraint, models.UniqueConstraint):
        return name
    fields: list[Any] = [model._meta.get_field(field) for field in constraint.fields]
    return ", ".join(f"{model._meta.db_table}.{field.column}" for field in fields)


CONSTRAINTS: dict[str, tuple[models.BaseConstraint, type[models.Model]]] = {
    constraint.name: (constraint, model)
    for app in ("gates", "reviews")
    for model in apps.get_app_config(app).get_models()
    for constraint in model._meta.constraints
}


def test_every_constraint_has_its_case() -> None:
    """A status that nobody knows breaks other rules with it: see the next test."""
    cases = {name for name, _ in (*CASES, *RUN_CASES)}
    assert cases | {"reviews_status_known", "reviews_run_status_known"} == set(CONSTRAINTS)


def test_a_status_that_nobody_knows_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        review("pending", status="lost")()


@pytest.mark.parametrize("state", ["pending", "held", "conditional"])
def test_a_status_alone_never_changes(state: str) -> None:
    found = desk().review_in(state)
    for status in {"pending", "held", "conditional", "closed"} - {state}:
        with pytest.raises(IntegrityError), transaction.atomic():
            change(found, status=status)


@pytest.mark.parametrize("field", ["final_decision", "held_decision", "assignment", "revises"])
def test_one_to_one(field: str) -> None:
    """Two reviews never share a decision, an assignment or what they revise."""
    at_desk = desk()
    states = {"final_decision": "closed_by_human", "held_decision": "held", "revises": "rejected"}
    first = at_desk.review_in(states.get(field, "pending"))
    second = at_desk.review_in(states.get(field, "pending"))
    if field == "revises":
        first, second = (at_desk.submit(revises=row.pk) for row in (first, second))
    stolen = {field: getattr(Review.objects.get(pk=first.pk), field)}
    with pytest.raises(IntegrityError), transaction.atomic():
        change(second, **stolen)


@pytest.mark.parametrize(
    "make",
    [
        lambda: again(gate()),
        lambda: again(team()),
        lambda: again(Calendar.objects.create(name="office", hours={})),
    ],
)
def test_a_name_belongs_to_one(make: Wrong) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make()


def test_two_conditions_never_share_a_link() -> None:
    at_desk = desk()
    terms = ({"text": "The bank agrees", "confirms": "link"},)
    decide(at_desk.submit(), at_desk.reviewer, "approve_if", conditions=terms)
    with pytest.raises(IntegrityError), transaction.atomic():
        again(Condition.objects.get())


def test_two_keys_never_share_a_prefix() -> None:
    first, second = key(name="one"), key(name="two")
    with pytest.raises(IntegrityError), transaction.atomic():
        change(second, prefix=first.prefix)
