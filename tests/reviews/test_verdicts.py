"""What an answer means, verdict by verdict (without a database)."""

from typing import Any

import jsonpatch
import pytest

from gates.policy import ConditionTemplate, Items, Reason
from reviews.errors import Invalid
from reviews.verdicts import DEFAULT_TERMS_TIMEOUT, Answer, Case, Ruling, Terms, rule
from tests.factories import CONTEXT, policy

ORDER: dict[str, Any] = {
    "amount": 120,
    "vip": False,
    "count": 1,
    "lines": [
        {"id": "a", "amount": 70},
        {"id": "b", "amount": 50},
        {"id": "c", "amount": 0},
    ],
}
REASONS = (
    Reason("fraud", "Looks like fraud"),
    Reason("too_much", "Too much", verdicts=("modify", "partial")),
    Reason("kind", "Out of kindness", verdicts=("approve", "approve_if", "respond")),
    Reason("other", "Something else", verdicts=("reject", "approve"), needs_note=True),
)
CATALOGUE = (
    ConditionTemplate("returned", "The goods are back", "api", timeout=3600),
    ConditionTemplate("signed", "The form is signed", "link"),
)
GATE: dict[str, Any] = {
    "options": ("approve", "modify", "partial", "approve_if", "reject", "respond"),
    "items": Items(list="/lines", id="id"),
    "editable": ("/amount", "/note", "/lines/0/amount"),
    "limits": "proposal.amount <= 500.0",
    "reasons": REASONS,
    "conditions": CATALOGUE,
}


def case_of(proposal: Any = ORDER, *, original: Any = None, over_limit: bool = False) -> Case:
    return Case(proposal, original or proposal, CONTEXT, 0.9, over_limit)


def ruled(answer: Answer, case: Case | None = None, **overrides: Any) -> Ruling:
    return rule(policy(**(GATE | overrides)), case or case_of(), answer)


def refused(answer: Answer, case: Case | None = None, **overrides: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as raised:
        ruled(answer, case, **overrides)
    assert raised.value.code == raised.value.fields[0].code
    return [(field.pointer, field.code) for field in raised.value.fields]


# --- any verdict


@pytest.mark.parametrize("verdict", [*GATE["options"], "maybe", ""])
def test_a_verdict_that_the_gate_does_not_offer_is_refused(verdict: str) -> None:
    answer = Answer(verdict, proposal=ORDER | {"amount": 1}, message="Hello", reasons=("fraud",))
    assert refused(answer, options=()) == [("/verdict", "verdict_not_offered")]


# --- approve


def test_approve_goes_on_with_the_proposal() -> None:
    assert ruled(Answer("approve")) == Ruling("approve", result=ORDER)


def test_approve_of_an_edit_goes_on_with_the_edit_and_tells_what_it_changed() -> None:
    edit = ORDER | {"amount": 90}
    patch = [{"op": "replace", "path": "/amount", "value": 90}]
    found = ruled(Answer("approve"), case_of(edit, original=ORDER))
    assert found == Ruling("approve", result=edit, patch=patch)


def test_a_proposal_over_the_limit_cannot_be_approved_as_it_is() -> None:
    assert refused(Answer("approve"), case_of(over_limit=True)) == [("/verdict", "over_limit")]


# --- modify


def test_modify_goes_on_with_the_edited_proposal_and_keeps_the_patch() -> None:
    edit = ORDER | {"amount": 80}
    patch = [{"op": "replace", "path": "/amount", "value": 80}]
    assert ruled(Answer("modify", proposal=edit)) == Ruling("modify", result=edit, patch=patch)


def test_modify_needs_the_edited_proposal() -> None:
    assert refused(Answer("modify")) == [("/proposal", "required")]


@pytest.mark.parametrize("edit", [ORDER, ORDER | {"amount": 120.0}], ids=["same", "same number"])
def test_modify_must_change_something(edit: Any) -> None:
    assert refused(Answer("modify", proposal=edit)) == [("/proposal", "unchanged")]


def test_modify_of_an_edit_must_change_the_edit() -> None:
    edit = ORDER | {"amount": 90}
    case = case_of(edit, original=ORDER)
    assert refused(Answer("modify", proposal=edit), case) == [("/proposal", "unchanged")]


def test_the_patch_of_a_second_edit_starts_from_the_original() -> None:
    case = case_of(ORDER | {"amount": 90}, original=ORDER)
    found = ruled(Answer("modify", proposal=ORDER | {"amount": 80}), case)
    assert found.patch == [{"op": "replace", "path": "/amount", "value": 80}]


@pytest.mark.parametrize(
    "edit",
    [
        ORDER | {"count": 2},
        ORDER | {"count": True},
        ORDER | {"vip": 0},
        ORDER | {"vip": None},
        ORDER | {"extra": 1},
        {key: value for key, value in ORDER.items() if key != "vip"},
        ORDER | {"lines": ORDER["lines"][:2]},
        ORDER | {"lines": [*ORDER["lines"], {"id": "d", "amount": 1}]},
        ORDER | {"lines": [{"id": "z", "amount": 70}, *ORDER["lines"][1:]]},
        ORDER | {"lines": [ORDER["lines"][0], {"id": "b", "amount": 51}, ORDER["lines"][2]]},
        [ORDER],
        "120",
    ],
    ids=str,
)
@pytest.mark.parametrize("amount", [120, 80])
def test_only_editable_places_may_change(edit: Any, amount: int) -> None:
    """Also beside an edit that is allowed, and though Python takes 1 for True and 0 for False."""
    whole = edit | {"amount": amount} if isinstance(edit, dict) else edit
    assert refused(Answer("modify", proposal=whole)) == [("/proposal", "not_editable")]


def test_an_editable_place_in_a_list_may_change() -> None:
    edit = ORDER | {"lines": [{"id": "a", "amount": 60}, *ORDER["lines"][1:]]}
    assert ruled(Answer("modify", proposal=edit)).result == edit


def test_an_editable_member_may_be_added_and_taken_away() -> None:
    added = ORDER | {"note": "be kind"}
    assert ruled(Answer("modify", proposal=added)).patch == [
        {"op": "add", "path": "/note", "value": "be kind"}
    ]
    assert ruled(Answer("modify", proposal=ORDER), case_of(added)).patch == [
        {"op": "remove", "path": "/note"}
    ]


def test_a_gate_without_editable_places_lets_nothing_be_changed() -> None:
    answer = Answer("modify", proposal=ORDER | {"amount": 80})
    assert refused(answer, editable=()) == [("/proposal", "not_editable")]


@pytest.mark.parametrize("edit", [{"note": "kept"}, {"note": "kept", "amount": 1}])
def test_a_place_below_something_that_is_not_there_cannot_be_added(edit: dict[str, Any]) -> None:
    answer = Answer("modify", proposal=ORDER | {"details": edit})
    found = refused(answer, editable=("/details/note", "/lines/7/amount", "/lines/-"))
    assert found == [("/proposal", "not_editable")]


@pytest.mark.parametrize("amount", [0, -1, "80", True])
def test_an_edit_must_fit_the_schema(amount: Any) -> None:
    answer = Answer("modify", proposal=ORDER | {"amount": amount})
    assert refused(answer) == [("/proposal/amount", "invalid_proposal")]


def test_an_edit_must_keep_what_the_schema_requires() -> None:
    edit = {key: value for key, value in ORDER.items() if key != "amount"}
    assert refused(Answer("modify", proposal=edit)) == [("/proposal/amount", "invalid_proposal")]


def test_an_edit_over_the_limit_is_refused() -> None:
    answer = Answer("modify", proposal=ORDER | {"amount": 501})
    assert refused(answer) == [("/proposal", "over_limit")]


def test_an_edit_may_bring_a_proposal_within_the_limit() -> None:
    case = case_of(ORDER | {"amount": 900}, over_limit=True)
    found = ruled(Answer("modify", proposal=ORDER | {"amount": 500}), case)
    assert found.result == ORDER | {"amount": 500}


def test_an_edit_that_only_turns_a_number_into_a_truth_is_kept_in_the_patch() -> None:
    edit = ORDER | {"note": True}
    case = case_of(ORDER | {"note": 1})
    found = ruled(Answer("modify", proposal=edit), case)
    assert found.patch is not None
    assert jsonpatch.apply_patch(case.original, found.patch)["note"] is True


def test_modify_leaves_the_proposal_it_was_given_alone() -> None:
    proposal = {"amount": 120, "lines": [{"id": "a", "amount": 70}]}
    edit = {"amount": 80, "lines": [{"id": "a", "amount": 60}]}
    ruled(Answer("modify", proposal=edit), case_of(proposal))
    assert proposal == {"amount": 120, "lines": [{"id": "a", "amount": 70}]}


# --- partial


def items(**verdicts: str) -> list[dict[str, Any]]:
    return [{"id": code, "verdict": verdict} for code, verdict in verdicts.items()]


def test_partial_goes_on_with_the_approved_items_in_their_order() -> None:
    given = items(c="approve", b="reject", a="approve")
    found = ruled(Answer("partial", items=given))
    assert found == Ruling(
        "partial",
        result=ORDER | {"lines": [ORDER["lines"][0], ORDER["lines"][2]]},
        items=given,
    )
    assert len(ORDER["lines"]) == 3


def test_partial_with_everything_approved_is_the_whole_proposal() -> None:
    found = ruled(Answer("partial", items=items(a="approve", b="approve", c="approve")))
    assert (found.verdict, found.result) == ("partial", ORDER)


def test_partial_with_everything_rejected_is_a_rejection() -> None:
    given = items(a="reject", b="reject", c="reject")
    found = ruled(Answer("partial", items=given, reasons=("fraud",)))
    assert found == Ruling("reject", items=given, reasons=("fraud",))


def test_partial_with_everything_rejected_needs_a_reason() -> None:
    answer = Answer("partial", items=items(a="reject", b="reject", c="reject"))
    assert refused(answer) == [("/reasons", "reasons_required")]


def test_reasons_may_stand_at_the_items() -> None:
    given: list[dict[str, Any]] = [
        {"id": "a", "verdict": "reject", "reasons": ["fraud"]},
        {"id": "b", "verdict": "reject", "reasons": ["fraud", "too_much"]},
        {"id": "c", "verdict": "approve"},
    ]
    assert ruled(Answer("partial", items=given)).reasons == ("fraud", "too_much")


def test_a_reason_at_an_item_must_be_one_of_the_gate() -> None:
    rejected: dict[str, Any] = {"id": "a", "verdict": "reject", "reasons": ["x"]}
    given = [*items(b="approve", c="approve"), rejected]
    assert refused(Answer("partial", items=given)) == [("/reasons/0", "unknown_reason")]


def test_every_item_needs_a_verdict() -> None:
    answer = Answer("partial", items=items(a="approve", c="reject"))
    assert refused(answer) == [("/items", "items_missing")]


def test_an_item_has_one_verdict() -> None:
    given = items(a="approve", b="reject", c="reject") + items(a="reject")
    assert refused(Answer("partial", items=given)) == [("/items/3/id", "duplicate_item")]


def test_an_item_must_be_in_the_proposal() -> None:
    given = items(a="approve", z="approve")
    assert refused(Answer("partial", items=given)) == [("/items/1/id", "unknown_item")]


def test_what_is_left_must_fit_the_schema() -> None:
    lines = {"type": "array", "minItems": 2}
    schema = {"type": "object", "properties": {"lines": lines}}
    answer = Answer("partial", items=items(a="approve", b="reject", c="reject"))
    assert refused(answer, proposal_schema=schema) == [("/proposal/lines", "invalid_proposal")]


def test_what_is_left_must_keep_the_limits() -> None:
    answer = Answer("partial", items=items(a="approve", b="approve", c="reject"))
    found = refused(answer, limits="size(proposal.lines) < 2")
    assert found == [("/items", "over_limit")]


def test_rejecting_items_may_bring_a_proposal_within_the_limit() -> None:
    answer = Answer("partial", items=items(a="approve", b="reject", c="reject"))
    found = ruled(answer, case_of(over_limit=True), limits="size(proposal.lines) < 2")
    assert found.result == ORDER | {"lines": ORDER["lines"][:1]}


# --- approve_if


def test_a_condition_of_the_catalogue_brings_its_words_and_terms() -> None:
    found = ruled(Answer("approve_if", conditions=[{"code": "returned"}]))
    terms = (Terms("returned", "The goods are back", "api", "", 3600),)
    assert found == Ruling("approve_if", result=ORDER, terms=terms)


def test_the_decider_may_say_whom_to_ask_and_how_long() -> None:
    given = {"code": "signed", "contact": "joe@example.com", "timeout": 60}
    found = ruled(Answer("approve_if", conditions=[given]))
    assert found.terms == (Terms("signed", "The form is signed", "link", "joe@example.com", 60),)


def test_a_condition_in_free_text_says_who_confirms_it() -> None:
    given = [{"text": " Call him ", "confirms": "reviewer"}, {"code": "returned"}]
    found = ruled(Answer("approve_if", conditions=given))
    assert found.terms[0] == Terms("", "Call him", "reviewer", "", DEFAULT_TERMS_TIMEOUT)
    assert [terms.code for terms in found.terms] == ["", "returned"]
    assert DEFAULT_TERMS_TIMEOUT == 604_800


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ([], ("/conditions", "required")),
        ([{"code": "nope"}], ("/conditions/0/code", "unknown_condition")),
        ([{"code": "returned"}, {}], ("/conditions/1/text", "required")),
        ([{"text": "  ", "confirms": "api"}], ("/conditions/0/text", "required")),
        ([{"text": "Call him"}], ("/conditions/0/confirms", "required")),
    ],
)
def test_a_condition_that_says_too_little_is_refused(conditions: Any, found: Any) -> None:
    assert refused(Answer("approve_if", conditions=conditions)) == [found]


def test_a_condition_does_not_lift_the_limit() -> None:
    answer = Answer("approve_if", conditions=[{"code": "returned"}])
    assert refused(answer, case_of(over_limit=True)) == [("/verdict", "over_limit")]


# --- reject, respond and reasons


def test_reject_executes_nothing_and_keeps_each_reason_once() -> None:
    found = ruled(Answer("reject", reasons=("fraud", "fraud")))
    assert found == Ruling("reject", reasons=("fraud",))


def test_reject_needs_a_reason() -> None:
    assert refused(Answer("reject")) == [("/reasons", "reasons_required")]


def test_a_proposal_over_the_limit_may_be_rejected() -> None:
    assert ruled(Answer("reject", reasons=("fraud",)), case_of(over_limit=True)).result is None


def test_respond_goes_on_with_the_answer_in_place_of_the_proposal() -> None:
    found = ruled(Answer("respond", message="He was paid."))
    assert found == Ruling("respond", result={"message": "He was paid."})


@pytest.mark.parametrize("message", ["", " \n"])
def test_respond_needs_an_answer(message: str) -> None:
    assert refused(Answer("respond", message=message)) == [("/message", "required")]


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        (Answer("reject", reasons=("nope",)), "/reasons/0"),
        (Answer("reject", reasons=("fraud", "too_much")), "/reasons/1"),
        (Answer("approve", reasons=("fraud",)), "/reasons/0"),
        (Answer("modify", proposal=ORDER | {"amount": 80}, reasons=("fraud",)), "/reasons/0"),
        (Answer("approve_if", conditions=[{"code": "returned"}], reasons=("fraud",)), "/reasons/0"),
        (Answer("respond", message="Yes", reasons=("fraud",)), "/reasons/0"),
    ],
    ids=lambda value: getattr(value, "verdict", ""),
)
def test_a_reason_must_be_one_for_this_verdict(answer: Answer, pointer: str) -> None:
    assert refused(answer) == [(pointer, "unknown_reason")]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer("approve", reasons=("kind",)), "kind"),
        (Answer("modify", proposal=ORDER | {"amount": 80}, reasons=("too_much",)), "too_much"),
        (Answer("approve_if", conditions=[{"code": "returned"}], reasons=("kind",)), "kind"),
        (Answer("respond", message="Yes", reasons=("kind",)), "kind"),
        (Answer("reject", reasons=("other",), note="He asked for it."), "other"),
    ],
    ids=lambda value: getattr(value, "verdict", value),
)
def test_any_verdict_may_give_its_reasons(answer: Answer, reason: str) -> None:
    assert ruled(answer).reasons == (reason,)


@pytest.mark.parametrize("note", ["", "  "])
def test_a_reason_may_need_a_note(note: str) -> None:
    answer = Answer("reject", reasons=("other",), note=note)
    assert refused(answer) == [("/note", "note_required")]
