"""Approve-if: the gate's catalogue, conditions in one's own words, errors at the right part."""

from typing import Any

import pytest

from gates.policy import ConditionTemplate
from reviews.errors import FieldError, Invalid
from reviews.models import Condition, Review
from reviews.transitions.decisions import decide
from tests.factories import desk, person
from tests.reviews.forms.posting import REASONS, opened, posted, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.portable]

CATALOGUE = (
    ConditionTemplate("returned", "The goods are back", "api", timeout=3600),
    ConditionTemplate("signed", "The form is signed", "link", timeout=259_200),
)
GATE: dict[str, Any] = {"conditions": CATALOGUE, "reasons": REASONS}
OWN = {"text_0": "The address is right", "confirms_0": "link"}


def a_review(**overrides: Any) -> Review:
    return desk(**(GATE | overrides)).submit()


def test_the_catalogue_says_who_confirms_and_how_long():
    form = opened(a_review(), "approve_if")
    assert [(item.template.text, item.who, item.time, item.chosen) for item in form.catalogue] == [
        ("The goods are back", "submitting key", "1 hour", False),
        ("The form is signed", "outside person by link", "3 days", False),
    ]
    assert [free.open for free in form.frees] == [False, False]
    assert form.commit == "Approve on condition"


def test_without_a_catalogue_the_first_free_condition_is_open():
    form = opened(a_review(conditions=()), "approve_if")
    assert "conditions" not in form.fields
    assert form.catalogue == []
    assert [free.open for free in form.frees] == [True, False]


def test_conditions_go_through_the_catalogues_first():
    at_desk = desk(**GATE)
    review = at_desk.submit()
    form = posted(
        review,
        "approve_if",
        conditions=["signed"],
        **OWN,
        contact_0="jane@example.com",
        time_0="36",
        unit_0="hours",
        text_1="The lead agrees",
        confirms_1="reviewer",
        note="Once sure",
    )
    assert form.is_valid()
    assert form.answer().note == "Once sure"
    decided: Any = decide(review.pk, actor=person(at_desk.reviewer), answer=form.answer())
    assert len(decided.links) == 2
    columns = ("code", "text", "confirms", "contact", "timeout")
    assert [*Condition.objects.order_by("id").values_list(*columns)] == [
        ("signed", "The form is signed", "link", "", 259_200),
        ("", "The address is right", "link", "jane@example.com", 129_600),
        ("", "The lead agrees", "reviewer", "", 604_800),
    ]


def test_days_are_days_also_where_the_unit_was_not_sent():
    form = posted(a_review(), "approve_if", **OWN, time_0="2")
    assert form.is_valid()
    assert form.answer().conditions[0]["timeout"] == 172_800


def test_one_condition_is_needed():
    text = "Choose or write at least one condition."
    assert wrong(posted(a_review(), "approve_if")) == {"conditions": [text]}
    bare = posted(a_review(slug="other", conditions=()), "approve_if", unit_0="days")
    assert wrong(bare) == {"text_0": [text]}


def test_a_condition_that_the_gate_does_not_know_is_refused():
    message = "Select a valid choice. stray is not one of the available choices."
    form = posted(a_review(), "approve_if", conditions=["stray"])
    assert wrong(form) == {"conditions": [message]}


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"confirms_1": "link"}, {"text_1": ["Say what must be confirmed."]}),
        ({"contact_1": "me"}, {"text_1": ["Say what must be confirmed."]}),
        ({"time_1": "3"}, {"text_1": ["Say what must be confirmed."]}),
        ({"text_1": "All is well"}, {"confirms_1": ["Choose who confirms."]}),
        (OWN | {"time_0": "soon"}, {"time_0": ["Enter a whole number."]}),
        (OWN | {"time_0": "0"}, {"time_0": ["Ensure this value is greater than or equal to 1."]}),
        (
            OWN | {"time_0": "3651"},
            {"time_0": ["Ensure this value is less than or equal to 3650."]},
        ),
        (
            OWN | {"text_0": "x" * 1001},
            {"text_0": ["Ensure this value has at most 1000 characters (it has 1001)."]},
        ),
        (
            OWN | {"contact_0": "x" * 201},
            {"contact_0": ["Ensure this value has at most 200 characters (it has 201)."]},
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_part(fields, errors):
    form = posted(a_review(), "approve_if", conditions=["signed"], **fields)
    assert wrong(form) == errors
    (at,) = {int(name[-1]) for name in errors}
    assert [free.open for free in form.frees] == [at == 0, at == 1]


def test_a_refusal_counts_through_the_catalogue_and_the_free_ones():
    form = posted(a_review(), "approve_if", conditions=["signed"], text_1="x", confirms_1="link")
    assert form.is_valid()
    pointers = ("/conditions/0/code", "/conditions/1/text", "/conditions/1/contact", "/note")
    form.refuse(Invalid("No.", *(FieldError(pointer, "x", pointer) for pointer in pointers)))
    assert wrong(form) == {
        "conditions": ["/conditions/0/code"],
        "text_1": ["/conditions/1/text"],
        "contact_1": ["/conditions/1/contact"],
        "note": ["/note"],
    }


def test_what_is_over_the_limit_cannot_be_approved_on_conditions():
    form = posted(a_review(limits="proposal.amount < 1.0"), "approve_if", conditions=["signed"])
    assert form.blocked == "It breaks the gate's limits: it cannot be approved as it is."
    assert [*wrong(form)] == ["__all__"]


def test_kept_texts_are_shown_and_not_judged():
    kept = {"conditions": ["signed"], "time_1": ["soon"], "unit_1": ["hours"]}
    form = opened(a_review(), "approve_if", kept=kept)
    assert form.errors == {}
    assert [item.chosen for item in form.catalogue] == [False, True]
    assert [(free.time.value(), free.unit.value(), free.open) for free in form.frees] == [
        (None, "days", False),
        ("soon", "hours", True),
    ]
