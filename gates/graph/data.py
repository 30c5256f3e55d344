"""What flows along a workflow: the data of a node and the way out of a branch.

Facts are `{"input": …, name of a node: its output}`, as far as the run has come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gates.expressions import RuleError, compile_rule, compile_value
from gates.graph.check import IN_A_PROPOSAL
from gates.graph.nodes import Branch, Data
from gates.routing import FieldProblem

OTHERWISE = "else"
LEFT = ("proposal", "context", "outcome", "verdict", "reasons", "note")
_KINDS: dict[str, tuple[type, ...]] = {
    "context": (dict,),
    "recommendation": (str, type(None)),
    "confidence": (int, float, type(None)),
    "rationale": (str,),
    "requester": (dict, type(None)),
}


def data_for(data: Data, facts: Mapping[str, Any], handed: Any) -> Any:
    """What a node is given; `handed` is what came before it. Raises RuleError if it fails."""
    if data is None:
        return handed
    if isinstance(data, str):
        return compile_value(data).of(facts)
    return {name: _member(name, text, facts) for name, text in data.items()}


def taken(branch: Branch, facts: Mapping[str, Any]) -> tuple[str, str]:
    """The first case that holds, by its text, or "else"; and the node it leads to.

    Raises RuleError if a case before that cannot be judged.
    """
    for case in branch.cases:
        if _holds(case.when, facts):
            return case.when, case.to
    return OTHERWISE, branch.otherwise


def shown_to_gate(given: Any) -> dict[str, Any] | FieldProblem:
    """The members of what a gate is given, or why no gate can be shown it."""
    if not isinstance(given, Mapping) or "proposal" not in given:
        said = "What comes before a gate must return an object with proposal."
        return FieldProblem("/proposal", "required", said)
    content = {name: given[name] for name in IN_A_PROPOSAL if name in given}
    for name, kinds in _KINDS.items():
        value = content.get(name)
        if name in content and (not isinstance(value, kinds) or isinstance(value, bool)):
            return FieldProblem(f"/{name}", "invalid", f"{name} is not what a gate takes.")
    return _wrong_word(content) or content


def handed_by_gate(output: Mapping[str, Any]) -> Any:
    """The result; where there is none, what was asked and why it was not approved."""
    if output["result"] is not None:
        return output["result"]
    return {name: output[name] for name in LEFT}


def _wrong_word(content: Mapping[str, Any]) -> FieldProblem | None:
    if content.get("recommendation") not in {None, "approve", "reject"}:
        said = "recommendation is approve, reject or null."
        return FieldProblem("/recommendation", "invalid", said)
    confidence = content.get("confidence")
    if confidence is not None and not 0 <= confidence <= 1:
        return FieldProblem("/confidence", "out_of_range", "confidence is between 0 and 1.")
    return None


def _member(name: str, text: str, facts: Mapping[str, Any]) -> Any:
    try:
        return compile_value(text).of(facts)
    except RuleError as error:
        raise RuleError(f"{name}: {error}") from error


def _holds(when: str, facts: Mapping[str, Any]) -> bool:
    try:
        return compile_rule(when, roots=None).holds(facts)
    except RuleError as error:
        raise RuleError(f"{when}: {error}") from error
