"""Partial: a question per item, the reasons of what is rejected, the totals."""

from typing import Any

import pytest

from gates.policy import Reason
from reviews.errors import FieldError, Invalid
from reviews.forms.diff import Check
from reviews.forms.partial import MOST_ITEMS, Column, Total, columns_of
from reviews.models import Review
from reviews.transitions.decisions import decide
from tests.factories import PARTIAL, desk, person
from tests.reviews.forms.posting import opened, posted, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.portable]

REASONS = (
    Reason("fraud", "Looks like fraud"),
    Reason("late", "Too late", verdicts=("partial",)),
    Reason("kind", "Out of kindness", verdicts=("approve",)),
    Reason("other", "Something else", needs_note=True),
)
LINES = [
    {"id": "a", "name": "Lamp", "amount": 70.10},
    {"id": "b", "name": "Bulb", "amount": 49.95},
    {"id": "c", "name": "Cord"},
]
GATE: dict[str, Any] = {**PARTIAL, "reasons": REASONS}
FITS = Check(ok=True, text="Fits the gate's schema")


def a_review(lines: Any = LINES, **overrides: Any) -> Review:
    return desk(**(GATE | overrides)).submit({"amount": 120, "lines": lines})


def test_each_item_is_a_question_and_none_is_answered():
    form = opened(a_review(), "partial")
    assert [(line.id, line.field.value()) for line in form.lines] == [
        ("a", None),
        ("b", None),
        ("c", None),
    ]
    assert form.columns == [Column("name", "name", False), Column("amount", "amount", True, 2)]
    assert [[cell for _column, cell in line.cells] for line in form.lines] == [
        ["Lamp", "70.10"],
        ["Bulb", "49.95"],
        ["Cord", ""],
    ]
    assert [item.reason.code for item in form.toggles] == ["fraud", "late", "other"]


def test_each_item_needs_an_answer():
    form = posted(a_review(), "partial", item_0="approve", item_2="maybe")
    assert wrong(form) == {
        "item_1": ["Choose approve or reject."],
        "item_2": ["Select a valid choice. maybe is not one of the available choices."],
    }


def test_a_part_goes_through_with_the_reasons_on_what_is_rejected():
    at_desk = desk(**GATE)
    review = at_desk.submit({"amount": 120, "lines": LINES})
    chosen = {"item_0": "approve", "item_1": "reject", "item_2": "approve"}
    form = posted(review, "partial", **chosen, reasons=["late"], note="Two of three")
    assert form.is_valid()
    assert form.answer().items == (
        {"id": "a", "verdict": "approve"},
        {"id": "b", "verdict": "reject", "reasons": ["late"]},
        {"id": "c", "verdict": "approve"},
    )
    decided: Any = decide(review.pk, actor=person(at_desk.reviewer), answer=form.answer()).review
    assert decided.held_decision.result == {"amount": 120, "lines": [LINES[0], LINES[2]]}
    assert decided.held_decision.reasons == ["late"]


def test_reasons_are_no_duty_for_a_part():
    chosen = {"item_0": "approve", "item_1": "reject", "item_2": "approve"}
    form = posted(a_review(), "partial", **chosen)
    assert form.is_valid()
    assert form.answer().items[1] == {"id": "b", "verdict": "reject"}


def test_to_reject_all_takes_a_reason():
    rejected = {f"item_{at}": "reject" for at in range(3)}
    form = posted(a_review(), "partial", **rejected)
    assert wrong(form) == {"reasons": ["To reject every item, choose at least one reason."]}
    assert form.commit == "Reject all 3"
    assert posted(a_review(slug="other"), "partial", **rejected, reasons=["fraud"]).is_valid()


def test_a_reason_may_need_a_note():
    rejected = {f"item_{at}": "reject" for at in range(3)}
    form = posted(a_review(), "partial", **rejected, reasons=["other"])
    assert wrong(form) == {"note": ["“Something else” needs a note."]}


def test_a_result_that_breaks_the_schema_is_an_error_of_the_form():
    schema = {"properties": {"lines": {"type": "array", "minItems": 2}}}
    chosen = {"item_0": "approve", "item_1": "reject", "item_2": "reject"}
    form = posted(a_review(proposal_schema=schema), "partial", **chosen)
    ((message,),) = wrong(form).values()
    assert [*wrong(form)] == ["__all__"]
    assert message.endswith("is too short")


def test_a_refusal_finds_its_item():
    chosen = {f"item_{at}": "approve" for at in range(3)}
    form = posted(a_review(), "partial", **chosen)
    assert form.is_valid()
    parts = ("/items/1/id", "/items/9/id", "/items", "/reasons")
    form.refuse(Invalid("No.", *(FieldError(part, "x", part) for part in parts)))
    assert wrong(form) == {
        "item_1": ["/items/1/id"],
        "__all__": ["/items/9/id", "/items"],
        "reasons": ["/reasons"],
    }


def test_a_list_too_long_for_a_page_is_not_decided_there():
    lines = [{"id": str(at)} for at in range(MOST_ITEMS + 1)]
    review = a_review(lines)
    text = "201 items are too many for this page. Decide them by the API."
    form = posted(review, "partial", **{f"item_{at}": "approve" for at in range(MOST_ITEMS)})
    assert form.blocked == text
    assert len([*form.lines]) == MOST_ITEMS
    assert wrong(form) == {"__all__": [text]}
    assert opened(a_review(lines[1:], slug="other"), "partial").blocked == ""


# --- columns and totals


def test_a_column_is_of_numbers_if_it_holds_nothing_else():
    items: list[dict[str, Any]] = [
        {"id": "a", "n": 1, "mixed": 1, "flag": True},
        {"id": "b", "mixed": "x"},
    ]
    assert columns_of(items, "id") == [
        Column("n", "n", True, 0),
        Column("mixed", "mixed", False),
        Column("flag", "flag", False),
    ]


def test_a_table_has_a_few_columns_only():
    items: list[dict[str, Any]] = [{f"m{at}_x": at for at in range(100)}]
    assert [column.label for column in columns_of(items, "id")] == [f"m{at} x" for at in range(6)]


def test_numbers_with_many_decimals_keep_their_own():
    (column,) = columns_of([{"id": "a", "n": 1e-7}, {"id": "b", "n": -2}], "id")
    assert column == Column("n", "n", True, None)
    assert [column.cell({"n": 1e-7}), column.cell({"n": -2})] == ["0.0000001", "\u22122"]


def test_nothing_chosen_is_all_open():
    preview = opened(a_review(), "partial").preview
    assert preview.rows == [
        Total("All", 3, ["120.05"]),
        Total("Approved", 0, ["0.00"]),
        Total("Left out", 0, ["0.00"]),
        Total("Not chosen yet", 3, [""]),
    ]
    assert preview.checks == []


def test_the_totals_follow_what_is_chosen():
    form = posted(a_review(), "partial", item_0="approve", item_1="reject", item_2="approve")
    assert form.preview.rows == [
        Total("All", 3, ["120.05"]),
        Total("Approved", 2, ["70.10"]),
        Total("Left out", 1, ["49.95"]),
    ]
    assert form.preview.checks == [FITS]
    assert form.commit == "Approve 2 of 3"


def test_the_totals_say_if_the_rest_breaks_the_limits():
    limits = "size(proposal.lines) > 2"
    form = posted(
        a_review(limits=limits), "partial", item_0="approve", item_1="reject", item_2="reject"
    )
    assert form.preview.checks == [FITS, Check(ok=False, text="Outside the gate's limits")]


def test_kept_choices_are_shown_with_their_totals():
    form = opened(a_review(), "partial", kept={"item_1": ["reject"], "reasons": ["late"]})
    assert form.errors == {}
    assert [line.field.value() for line in form.lines] == [None, "reject", None]
    assert form.preview.rows[2] == Total("Left out", 1, ["49.95"])
    assert [item.chosen for item in form.toggles] == [False, True, False]
