"""Modify: fields from the gate's schema, errors where they belong, and what the edit changes."""

from typing import Any

import pytest

from reviews.errors import FieldError, Invalid
from reviews.forms.diff import Check
from reviews.models import Review
from reviews.transitions.decisions import decide
from tests.factories import desk, person
from tests.reviews.forms.posting import opened, posted, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.portable]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["amount"],
    "properties": {
        "amount": {"type": "number", "exclusiveMinimum": 0},
        "count": {"type": "integer"},
        "message": {"type": "string", "maxLength": 20},
        "address": {"type": "object", "properties": {"zip": {"type": "string"}}},
    },
}
GATE: dict[str, Any] = {
    "proposal_schema": SCHEMA,
    "editable": ("/amount", "/count", "/message", "/address"),
    "limits": "proposal.amount <= 500.0",
}
PROPOSAL = {"amount": 120, "order": "A-17", "count": 2, "address": {"zip": "10115"}}
FITS = Check(ok=True, text="Fits the gate's schema")
INSIDE = Check(ok=True, text="Inside the gate's limits")


def a_review(**overrides: Any) -> Review:
    return desk(**(GATE | overrides)).submit(PROPOSAL)


def test_each_editable_place_is_a_field_with_what_is_proposed():
    form = opened(a_review(), "modify")
    assert [(field.name, field.label, field.value()) for field in form.edits] == [
        ("edit_0", "Amount", "120"),
        ("edit_1", "Count", "2"),
        ("edit_2", "Message", ""),
        ("edit_3", "Address", '{\n  "zip": "10115"\n}'),
    ]
    assert form.commit == "Go on with the edit"


def test_an_edit_goes_through_and_is_kept_as_a_patch():
    at_desk = desk(**GATE)
    review = at_desk.submit(PROPOSAL)
    form = posted(review, "modify", edit_0="35.00", edit_1="", edit_2="Sorry", note="Less")
    assert form.is_valid()
    result = {"amount": 35, "order": "A-17", "message": "Sorry", "address": {"zip": "10115"}}
    assert form.answer().proposal == result
    assert type(form.answer().proposal["amount"]) is int
    decided: Any = decide(review.pk, actor=person(at_desk.reviewer), answer=form.answer()).review
    assert decided.held_decision.result == result
    assert {part["path"] for part in decided.held_decision.patch} == {
        "/amount",
        "/count",
        "/message",
    }


def test_a_field_that_was_not_sent_was_not_touched():
    form = posted(a_review(), "modify", edit_0="100")
    assert form.is_valid()
    assert form.answer().proposal == PROPOSAL | {"amount": 100}


def test_what_does_not_parse_is_an_error_of_its_field():
    form = posted(a_review(), "modify", edit_0="1,000", edit_1="1.5", edit_3="{")
    assert wrong(form) == {
        "edit_0": [
            "Write a plain number such as 1234.56: a point for decimals, no spaces, no commas."
        ],
        "edit_1": ["Write a whole number."],
        "edit_3": ["This is no JSON: look at line 1, column 2."],
    }


def test_what_breaks_the_schema_is_an_error_of_its_field():
    form = posted(a_review(), "modify", edit_0="-5", edit_2="x" * 21, edit_3='{"zip": 10115}')
    assert wrong(form) == {
        "edit_0": ["-5 is less than or equal to the minimum of 0"],
        "edit_2": [f"'{'x' * 21}' is too long"],
        "edit_3": ["10115 is not of type 'string'"],
    }


def test_a_needed_value_cannot_be_emptied():
    assert wrong(posted(a_review(), "modify", edit_0="")) == {"edit_0": ["This is needed."]}


def test_what_breaks_the_limits_is_an_error_of_the_form():
    form = posted(a_review(), "modify", edit_0="501")
    assert wrong(form) == {"__all__": ["The result breaks the gate's limits."]}


def test_an_edit_must_change_something():
    assert wrong(posted(a_review(), "modify", edit_0="120.0")) == {
        "__all__": ["Nothing is changed yet."]
    }


def test_a_sign_that_cannot_be_kept_is_told_once():
    form = posted(a_review(), "modify", edit_2="a\x00")
    assert wrong(form) == {"edit_2": ["Null characters are not allowed."]}
    assert form.preview.checks == [
        Check(ok=False, text="Message: This text holds signs that cannot be kept.")
    ]


def test_reasons_of_the_gate_are_offered():
    form = posted(a_review(), "modify", edit_0="100", reasons=["too_much"])
    assert [item.reason.code for item in form.toggles] == ["too_much"]
    assert form.is_valid()
    assert form.answer().reasons == ("too_much",)


def test_a_refusal_finds_the_closest_field():
    form = posted(a_review(editable=("/address", "/address/zip")), "modify", edit_1="1")
    assert form.is_valid()
    form.refuse(
        Invalid(
            "No.",
            FieldError("/proposal/address/zip", "a", "zip"),
            FieldError("/proposal/address/other", "b", "other"),
            FieldError("/proposal/addressed", "c", "addressed"),
            FieldError("/note", "d", "note"),
        )
    )
    assert wrong(form) == {
        "edit_1": ["zip"],
        "edit_0": ["other"],
        "__all__": ["addressed"],
        "note": ["note"],
    }


def test_a_proposal_in_which_nothing_can_be_edited_says_so():
    form = opened(a_review(editable=("/lines/0/price",)), "modify")
    assert form.blocked == "Nothing in this proposal can be edited."
    assert opened(a_review(slug="other"), "modify").blocked == ""


# --- the preview


def test_nothing_changed_is_no_diff():
    preview = opened(a_review(), "modify").preview
    assert (preview.rows, preview.checks, preview.patch) == ([], [], "")
    assert preview.unchanged == "4 unchanged values"


def test_the_preview_says_what_changes_and_whether_it_may():
    preview = posted(a_review(), "modify", edit_0="84", edit_1="", edit_2="Hi").preview
    rows = [(row.label, row.before, row.after, row.is_number, row.delta) for row in preview.rows]
    assert rows == [
        ("Amount", "120", "84", True, "\u221236 (\u221230%)"),
        ("Count", "2", "nothing", False, ""),
        ("Message", "nothing", "Hi", False, ""),
    ]
    assert preview.checks == [FITS, INSIDE]
    assert preview.unchanged == "2 unchanged values"
    assert '"path": "/amount"' in preview.patch


@pytest.mark.parametrize(
    ("before", "after", "delta"),
    [
        (100, "100.5", "+0.5 (+0.50%)"),
        (49.99, "35", "\u221214.99 (\u221230%)"),
        (0.1, "0.3", "+0.2 (+200%)"),
        (-10, "-5", "+5 (+50%)"),
        (0.0001, "400", "+399.9999"),
    ],
)
def test_the_difference_is_exact_and_the_share_is_rounded(before, after, delta):
    schema = {"properties": {"amount": {"type": "number"}}}
    review = desk(**GATE | {"proposal_schema": schema}).submit({"amount": before})
    (row,) = posted(review, "modify", edit_0=after).preview.rows
    assert row.delta == delta


def test_the_two_numbers_are_shown_with_the_same_decimals():
    review = desk(**GATE).submit(PROPOSAL | {"amount": 49.99})
    (row,) = posted(review, "modify", edit_0="35").preview.rows
    assert (row.before, row.after) == ("49.99", "35.00")


def test_there_is_no_share_of_nought():
    schema = {"properties": {"amount": {"type": "number"}}}
    review = desk(**GATE | {"proposal_schema": schema}).submit({"amount": 0})
    (row,) = posted(review, "modify", edit_0="7").preview.rows
    assert row.delta == "+7"


def test_the_preview_says_what_is_not_right():
    preview = posted(a_review(), "modify", edit_0="-1000", edit_1="few").preview
    assert preview.checks == [
        Check(
            ok=False,
            text="Count: Write a plain number such as 1234.56: a point for decimals,"
            " no spaces, no commas.",
        ),
        Check(ok=False, text="amount: -1000 is less than or equal to the minimum of 0"),
        INSIDE,
    ]
    outside = posted(a_review(slug="other"), "modify", edit_0="501").preview
    assert outside.checks == [FITS, Check(ok=False, text="Outside the gate's limits")]


def test_a_gate_without_schema_and_limits_checks_nothing():
    preview = posted(a_review(proposal_schema=None, limits=""), "modify", edit_0="1").preview
    assert preview.checks == []


def test_a_long_value_is_cut_in_the_preview():
    schema = {"properties": {"message": {"type": "string"}}}
    review = desk(**GATE | {"proposal_schema": schema}).submit(
        {"amount": 1, "message": "\u202e" + "x" * 100_000}
    )
    preview = posted(review, "modify", edit_2="y" * 100_000).preview
    (row,) = preview.rows
    assert row.before == "\\u202e" + "x" * 299 + "… and 99,701 more characters"
    assert len(preview.patch) == 4001


def test_kept_texts_are_shown_with_their_preview_and_not_judged():
    form = opened(a_review(), "modify", kept={"edit_0": ["lots"], "edit_1": ["3"]})
    assert form.errors == {}
    assert [field.value() for field in form.edits][:2] == ["lots", "3"]
    assert [row.after for row in form.preview.rows] == ["3"]
    assert [check.ok for check in form.preview.checks] == [False, True, True]
