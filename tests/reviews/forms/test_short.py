"""Approve, reject and respond: what they ask, what they answer, what they refuse."""

from typing import Any

import pytest

from gates.policy import Reason
from reviews.errors import FieldError, Invalid, invalid
from reviews.models import Review
from reviews.transitions.decisions import decide
from reviews.verdicts import Answer
from tests.factories import ONE_LEVEL, desk, person
from tests.reviews.forms.posting import REASONS, opened, posted, wrong

pytestmark = [pytest.mark.django_db, pytest.mark.portable]


def a_review(**overrides: Any) -> Review:
    return desk(**{"reasons": REASONS, **overrides}).submit()


# --- approve


def test_approve_asks_for_no_more_than_a_note_and_its_own_reasons():
    form = opened(a_review(), "approve")
    assert [*form.fields] == ["digest", "reasons", "note"]
    assert [(item.reason.code, item.key, item.chosen) for item in form.toggles] == [
        ("kind", "1", False)
    ]
    assert (str(form.title), form.commit, form.preview) == ("Approve", "Approve", None)


def test_approve_without_reasons_offers_none():
    form = opened(a_review(reasons=(Reason("fraud", "Fraud"),)), "approve")
    assert [*form.fields] == ["digest", "note"]
    assert form.toggles == []


def test_approve_answers_with_the_digest_the_note_and_the_reasons():
    review = a_review()
    form = posted(review, "approve", note="Fine\r\nby me ", reasons=["kind"])
    assert form.is_valid()
    assert form.answer() == Answer(
        "approve", digest=review.digest, note="Fine\nby me", reasons=("kind",)
    )


def test_an_approval_goes_through():
    at_desk = desk(reasons=REASONS)
    review = at_desk.submit()
    form = posted(review, "approve", note="Fine")
    assert form.is_valid()
    decided: Any = decide(review.pk, actor=person(at_desk.reviewer), answer=form.answer()).review
    assert (decided.status, decided.held_decision.note) == ("held", "Fine")


def test_a_form_without_its_digest_is_refused():
    form = posted(a_review(), "approve", digest="")
    assert wrong(form) == {"digest": ["Open the page again: it is not known what you looked at."]}


def test_what_is_over_the_limit_cannot_be_approved():
    review = a_review(limits="proposal.amount <= 100.0")
    form = posted(review, "approve")
    text = "It breaks the gate's limits: it cannot be approved as it is."
    assert form.blocked == text
    assert wrong(form) == {
        "__all__": ["The proposal breaks the gate's limits: it cannot be approved as it is."]
    }
    assert opened(a_review(slug="other"), "approve").blocked == ""


def test_a_note_has_a_longest_length():
    assert posted(a_review(), "approve", note="x" * 5000).is_valid()
    message = "Ensure this value has at most 5000 characters (it has 5001)."
    assert wrong(posted(a_review(), "approve", note="x" * 5001)) == {"note": [message]}


def test_an_unknown_reason_is_an_error_of_the_reasons():
    message = "Select a valid choice. fraud is not one of the available choices."
    assert wrong(posted(a_review(), "approve", reasons=["fraud"])) == {"reasons": [message]}


def test_an_edit_that_is_voted_on_is_what_is_approved():
    at_desk = desk(approvals=2, options=("approve", "reject", "modify"))
    review = at_desk.submit()
    edit = posted(review, "modify", edit_0="100")
    assert edit.is_valid()
    assert edit.commit == "Vote for the edit"
    voted = decide(review.pk, actor=person(at_desk.reviewer), answer=edit.answer()).review
    form = posted(voted, "approve")
    assert form.is_valid()
    assert (form.title, form.commit) == ("Approve the edit", "Vote to approve")
    assert form.hint == "2 people must agree; your vote is one of them."
    (row,) = form.preview.rows
    assert (row.label, row.before, row.after) == ("Amount", "120", "100")
    assert row.delta == "\u221220 (\u221217%)"
    decided: Any = decide(review.pk, actor=person(at_desk.colleague), answer=form.answer()).review
    assert decided.held_decision.result == {"amount": 100, "order": "A-17"}


# --- reject


def test_reject_asks_for_reasons_first():
    form = opened(a_review(), "reject")
    assert [*form.fields] == ["digest", "reasons", "note"]
    assert [(item.reason.code, item.key) for item in form.toggles] == [
        ("fraud", "1"),
        ("too_much", "2"),
        ("other", "3"),
    ]


def test_only_nine_reasons_have_keys():
    many = tuple(Reason(f"r{at}", f"Reason {at}") for at in range(11))
    keys = [item.key for item in opened(a_review(reasons=many), "reject").toggles]
    assert keys == [*"123456789", "", ""]


def test_reject_needs_a_reason():
    assert wrong(posted(a_review(), "reject")) == {"reasons": ["Choose at least one reason."]}


def test_a_reason_may_need_a_note():
    form = posted(a_review(), "reject", reasons=["other"])
    assert wrong(form) == {"note": ["“Something else” needs a note."]}
    assert posted(a_review(), "reject", reasons=["other"], note="Because").is_valid()


def test_a_gate_without_reasons_asks_for_a_note():
    other = (Reason("other", "Other", needs_note=True),)
    form = posted(a_review(reasons=other), "reject", reasons=["other"])
    assert wrong(form) == {"note": ["“Other” needs a note."]}


def test_a_rejection_goes_through():
    at_desk = desk(reasons=REASONS)
    review = at_desk.submit()
    form = posted(review, "reject", reasons=["fraud", "too_much"], note="No")
    assert form.is_valid()
    decided: Any = decide(review.pk, actor=person(at_desk.reviewer), answer=form.answer()).review
    assert decided.held_decision.reasons == ["fraud", "too_much"]


# --- respond


def test_respond_needs_a_message():
    form = posted(a_review(), "respond", message=" \r\n ")
    assert wrong(form) == {"message": ["Write the answer that the workflow goes on with."]}


def test_a_message_has_a_longest_length():
    message = "Ensure this value has at most 20000 characters (it has 20001)."
    assert wrong(posted(a_review(), "respond", message="x" * 20_001)) == {"message": [message]}


def test_an_answer_goes_through():
    at_desk = desk(reasons=REASONS)
    review = at_desk.submit()
    form = posted(review, "respond", message="Dear Jane,\r\nno.", reasons=["other"], note="Why")
    assert [*form.fields] == ["digest", "message", "reasons", "note"]
    assert form.is_valid()
    decided: Any = decide(review.pk, actor=person(at_desk.reviewer), answer=form.answer()).review
    assert decided.held_decision.result == {"message": "Dear Jane,\nno."}


# --- refusals and kept texts


def test_a_refusal_goes_to_the_field_at_fault_and_the_rest_to_the_form():
    form = posted(a_review(), "respond", message="Hello")
    assert form.is_valid()
    form.refuse(
        Invalid(
            "No.",
            FieldError("/message", "a", "message"),
            FieldError("/note", "b", "note"),
            FieldError("/reasons/0", "c", "reasons"),
            FieldError("/verdict", "d", "verdict"),
            FieldError("/proposal/amount", "e", "amount"),
        )
    )
    assert wrong(form) == {
        "message": ["message"],
        "note": ["note"],
        "reasons": ["reasons"],
        "__all__": ["verdict", "amount"],
    }


def test_a_refusal_without_fields_is_the_forms():
    form = posted(a_review(), "approve")
    form.refuse(Invalid("Not today."))
    assert wrong(form) == {"__all__": ["Not today."]}


def test_a_refusal_of_a_field_that_is_not_asked_is_the_forms():
    form = posted(a_review(reasons=(Reason("fraud", "Fraud"),)), "approve")
    form.refuse(invalid("/reasons", "x", "No reasons."))
    assert wrong(form) == {"__all__": ["No reasons."]}


def test_kept_texts_are_shown_and_not_judged():
    review = a_review()
    kept = {
        "note": ["x" * 6000],
        "reasons": ["fraud", "other"],
        "digest": ["old"],
        "stray": ["1"],
        "message": [],
    }
    form = opened(review, "reject", kept=kept)
    assert not form.is_bound
    assert form.errors == {}
    assert form["note"].value() == "x" * 6000
    assert [item.chosen for item in form.toggles] == [True, False, True]
    assert form["digest"].value() == review.digest


def test_an_empty_form_is_no_answer():
    assert not opened(a_review(**ONE_LEVEL), "approve").is_valid()
