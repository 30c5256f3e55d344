"""What an answer means: a decider's words checked against the gate, and the result they lead to. No
look-ups.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import jsonpatch
import jsonpointer
import rfc8785

from gates import routing
from gates.policy import GatePolicy
from reviews.errors import FieldError, Invalid, invalid


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided: the proposal as it stands (with an edit that is being voted on), its
    original, its context.
    """

    proposal: Any
    original: Any
    context: Mapping[str, Any]
    confidence: float | None
    over_limit: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A decider's answer, as sent. `digest` is what he looked at, when he says so."""

    verdict: str
    digest: str = ""
    proposal: Any = None
    items: Sequence[Mapping[str, Any]] = ()
    conditions: Sequence[Mapping[str, Any]] = ()
    reasons: Sequence[str] = ()
    note: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """A condition that an approval is bound to. `timeout` in seconds from the release of the
    verdict.
    """

    code: str
    text: str
    confirms: str
    contact: str
    timeout: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the answer amounts to. `result` is what the workflow goes on with, None where nothing is
    executed.
    """

    verdict: str
    result: Any = None
    patch: list[dict[str, Any]] | None = None
    items: list[dict[str, Any]] | None = None
    terms: tuple[Terms, ...] = ()
    reasons: tuple[str, ...] = field(default=())


ONE_VOTE_ONLY = frozenset({"partial", "approve_if", "respond"})


def offered(policy: GatePolicy) -> list[str]:
    """What may be answered, in the one order that all gates share; some verdicts cannot be counted
    where several people must agree.
    """
    barred = ONE_VOTE_ONLY if policy.approvals > 1 else frozenset()
    return [verdict for verdict in _RULES if verdict in policy.options and verdict not in barred]


def rule(policy: GatePolicy, case: Case, answer: Answer) -> Ruling:
    """Check `answer` against the gate and say what it amounts to. Raises Invalid with the fields at
    fault.
    """
    if answer.verdict not in policy.options:
        offered = ", ".join(policy.options)
        raise invalid("/verdict", "verdict_not_offered", f"This gate offers: {offered}.")
    ruling = _RULES[answer.verdict](policy, case, answer)
    _check_reasons(policy, ruling, answer)
    return ruling


def _approve(policy: GatePolicy, case: Case, answer: Answer) -> Ruling:
    if case.over_limit:
        raise invalid(
            "/verdict",
            "over_limit",
            "The proposal breaks the gate's limits: it cannot be approved as it is.",
        )
    return Ruling("approve", result=case.proposal, patch=_edit(case), reasons=_each_once(answer))


def _modify(policy: GatePolicy, case: Case, answer: Answer) -> Ruling:
    edited = answer.proposal
    if edited is None:
        raise invalid("/proposal", "required", "Send the edited proposal, whole.")
    if _canonical(edited) == _canonical(case.proposal):
        raise invalid("/proposal", "unchanged", "Nothing was changed.")
    if _canonical(edited) != _canonical(_grafted(case.original, edited, policy.editable)):
        allowed = ", ".join(policy.editable)
        raise invalid("/proposal", "not_editable", f"Only these may be changed: {allowed}.")
    _check_result(policy, case, edited)
    patch = jsonpatch.make_patch(case.original, edited).patch
    return Ruling("modify", result=edited, patch=patch, reasons=_each_once(answer))


def _partial(policy: GatePolicy, case: Case, answer: Answer) -> Ruling:
    if policy.items is None:
        raise invalid("/items", "no_items", "This gate names no list of items.")
    key = policy.items.id
    listed = jsonpointer.resolve_pointer(case.proposal, policy.items.list)
    verdicts = _item_verdicts([item[key] for item in listed], answer.items)
    reasons = tuple(dict.fromkeys([*answer.reasons, *_item_reasons(answer.items)]))
    kept = [item for item in listed if verdicts[item[key]] == "approve"]
    items = [dict(item) for item in answer.items]
    if not kept:
        return Ruling("reject", items=items, reasons=reasons)
    result = copy.deepcopy(case.proposal)
    jsonpointer.set_pointer(result, policy.items.list, kept)
    _check_result(policy, case, result, pointer="/items")
    return Ruling("partial", result=result, items=items, reasons=reasons)


def _approve_if(policy: GatePolicy, case: Case, answer: Answer) -> Ruling:
    if not answer.conditions:
        raise invalid("/conditions", "required", "Name at least one condition.")
    approved = _approve(policy, case, answer)
    terms = tuple(_terms(policy, at, item) for at, item in enumerate(answer.conditions))
    return Ruling("approve_if", result=approved.result, terms=terms, reasons=approved.reasons)


def _reject(policy: GatePolicy, case: Case, answer: Answer) -> Ruling:
    return Ruling("reject", reasons=_each_once(answer))


def _respond(policy: GatePolicy, case: Case, answer: Answer) -> Ruling:
    if not answer.message.strip():
        raise invalid("/message", "required", "Write the answer that the workflow goes on with.")
    return Ruling("respond", result={"message": answer.message}, reasons=_each_once(answer))


_RULES = {
    "approve": _approve,
    "modify": _modify,
    "partial": _partial,
    "approve_if": _approve_if,
    "reject": _reject,
    "respond": _respond,
}


def _item_verdicts(ids: list[str], given: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    verdicts: dict[str, str] = {}
    for at, item in enumerate(given):
        if item["id"] not in ids:
            raise invalid(f"/items/{at}/id", "unknown_item", f"There is no item “{item['id']}”.")
        if item["id"] in verdicts:
            raise invalid(
                f"/items/{at}/id", "duplicate_item", f"Item “{item['id']}” is there twice."
            )
        verdicts[item["id"]] = item["verdict"]
    left = [item for item in ids if item not in verdicts]
    if left:
        raise invalid("/items", "items_missing", f"No verdict for: {', '.join(left)}.")
    return verdicts


def _item_reasons(items: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        code for item in items if item["verdict"] == "reject" for code in item.get("reasons") or ()
    ]


def _terms(policy: GatePolicy, at: int, item: Mapping[str, Any]) -> Terms:
    code, text = item.get("code") or "", (item.get("text") or "").strip()
    known = policy.condition(code) if code else None
    if code and known is None:
        raise invalid(
            f"/conditions/{at}/code", "unknown_condition", f"The gate has no condition “{code}”."
        )
    if known is None and not text:
        raise invalid(
            f"/conditions/{at}/text", "required", "Say what must be confirmed, or name a code."
        )
    confirms = item.get("confirms") or (known.confirms if known else "")
    if not confirms:
        raise invalid(
            f"/conditions/{at}/confirms", "required", "Say who confirms: link, api or reviewer."
        )
    timeout = item.get("timeout") or (known.timeout if known else DEFAULT_TERMS_TIMEOUT)
    return Terms(
        code, text or (known.text if known else ""), confirms, item.get("contact") or "", timeout
    )


DEFAULT_TERMS_TIMEOUT = 7 * 86_400


def _check_reasons(policy: GatePolicy, ruling: Ruling, answer: Answer) -> None:
    verdicts = {answer.verdict, ruling.verdict, *_parts(answer)}
    offered = {item.code for item in policy.reasons if verdicts & set(item.verdicts)}
    known = f"The gate knows: {', '.join(sorted(offered)) or 'none'}."
    if ruling.verdict == "reject" and not ruling.reasons:
        raise invalid("/reasons", "reasons_required", f"Give at least one reason. {known}")
    for at, code in enumerate(ruling.reasons):
        reason = policy.reason(code)
        if reason is None or code not in offered:
            message = f"“{code}” is no reason for this verdict. {known}"
            raise invalid(f"/reasons/{at}", "unknown_reason", message)
        if reason.needs_note and not answer.note.strip():
            raise invalid("/note", "note_required", f"“{reason.label}” needs a note.")


def _parts(answer: Answer) -> tuple[str, ...]:
    return ("reject",) if answer.verdict == "partial" else ()


def _check_result(policy: GatePolicy, case: Case, result: Any, pointer: str = "/proposal") -> None:
    problems = routing.problems_with(policy, result, case.context)
    if problems:
        raise Invalid(
            "The result does not fit the gate's schema.",
            *(FieldError(*problem) for problem in problems),
        )
    if not routing.within_limits(policy, result, case.context, case.confidence):
        raise invalid(pointer, "over_limit", "The result breaks the gate's limits.")


def _grafted(original: Any, edited: Any, pointers: Sequence[str]) -> Any:
    """`original` with only the editable places taken over from `edited`."""
    grafted = copy.deepcopy(original)
    for pointer in pointers:
        _take_over(grafted, edited, jsonpointer.JsonPointer(pointer))
    return grafted


def _take_over(target: Any, source: Any, pointer: jsonpointer.JsonPointer) -> None:
    missing = object()
    value = pointer.resolve(source, missing)
    parent, last = (
        jsonpointer.JsonPointer.from_parts(pointer.parts[:-1]).resolve(target, missing),
        pointer.parts[-1],
    )
    if isinstance(parent, dict) and value is missing:
        parent.pop(last, None)
    elif isinstance(parent, dict):
        parent[last] = value
    elif (
        isinstance(parent, list)
        and value is not missing
        and str(last).isdigit()
        and int(last) < len(parent)
    ):
        parent[int(last)] = value


def _each_once(answer: Answer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(answer.reasons))


def _edit(case: Case) -> list[dict[str, Any]] | None:
    """What the edit that is being voted on changed; None where there is none."""
    if case.proposal is case.original:
        return None
    patch: list[dict[str, Any]] = jsonpatch.make_patch(case.original, case.proposal).patch
    return patch


def _canonical(value: Any) -> bytes:
    return rfc8785.dumps(value)
