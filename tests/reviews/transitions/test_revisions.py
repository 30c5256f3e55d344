"""A rejected proposal is submitted again: by the same key, once, and so many times."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID, uuid4

import pytest

from gates.models import ApiKey
from gates.policy import Triggers
from reviews.errors import Invalid
from tests.factories import PROPOSAL, Desk, desk, gate, key, publish
from tests.traces import now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]


def refused(at_desk: Desk, proposal: Any = PROPOSAL, **fields: Any) -> list[tuple[str, str]]:
    """Where and with which codes the gate refuses this."""
    with pytest.raises(Invalid) as raised:
        at_desk.submit(proposal, **fields)
    return [(field.pointer, field.code) for field in raised.value.fields]


def test_a_rejected_review_may_be_revised() -> None:
    at_desk = desk()
    target = at_desk.review_in("rejected")
    review = now(at_desk.submit({"amount": 80}, revises=target.pk))
    assert (review.revises, review.round, review.status) == (target, 2, "pending")


@pytest.mark.parametrize("state", ["pending", "held", "conditional", "closed_by_human"])
def test_only_a_rejected_review_can_be_revised(state: str) -> None:
    at_desk = desk()
    target = at_desk.review_in(state)
    assert refused(at_desk, revises=target.pk) == [("/revises", "not_revisable")]


def test_a_timeout_that_rejects_can_be_revised_too() -> None:
    at_desk = desk()
    target = at_desk.review_in("closed_by_timeout")
    assert at_desk.submit(revises=target.pk).round == 2


def test_a_revision_of_what_a_person_rejected_goes_to_a_person() -> None:
    """Though no rule of the gate catches it: else a machine would have the last word."""
    at_desk = desk()
    target = at_desk.review_in("rejected")
    publish(dataclasses.replace(at_desk.policy, triggers=Triggers(stakes="false")))
    review = at_desk.submit(revises=target.pk)
    assert (review.status, review.why) == (
        "pending",
        [{"code": "revision", "text": "It revises what a person rejected."}],
    )


def test_a_revision_of_what_time_rejected_goes_its_usual_way() -> None:
    at_desk = desk()
    target = at_desk.review_in("closed_by_timeout")
    publish(dataclasses.replace(at_desk.policy, triggers=Triggers(stakes="false")))
    assert at_desk.submit(revises=target.pk).outcome == "approved"


def test_a_review_is_revised_once() -> None:
    at_desk = desk()
    target = at_desk.review_in("rejected")
    at_desk.submit(revises=target.pk)
    assert refused(at_desk, revises=target.pk) == [("/revises", "already_revised")]


@pytest.mark.parametrize("unknown", [UUID(int=0), uuid4()])
def test_a_review_that_is_not_there_cannot_be_revised(unknown: UUID) -> None:
    assert refused(desk(), revises=unknown) == [("/revises", "not_revisable")]


def test_a_revision_comes_from_the_same_key() -> None:
    at_desk = desk()
    target = at_desk.review_in("rejected")
    other = dataclasses.replace(at_desk, key=key(at_desk.gate, name="other"))
    assert refused(other, revises=target.pk) == [("/revises", "not_revisable")]


def test_a_revision_goes_through_the_same_gate() -> None:
    at_desk = desk()
    target = at_desk.review_in("rejected")
    loan = gate(slug="loan")
    ApiKey.objects.get(pk=at_desk.key.pk).gates.add(loan)
    other = dataclasses.replace(at_desk, gate=loan)
    assert refused(other, revises=target.pk) == [("/revises", "not_revisable")]


def test_after_max_rounds_nothing_more_can_be_revised() -> None:
    at_desk = desk(max_rounds=2)
    first = at_desk.review_in("rejected")
    second = at_desk.review_in("rejected", revises=first.pk)
    assert second.round == 2
    assert refused(at_desk, revises=second.pk) == [("/revises", "rounds_exhausted")]
