"""Gates back into YAML: keys in the order of the documentation, defaults left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from difflib import unified_diff
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from gates.policy import DAY, Boundary, ConditionTemplate, ContextItem, GatePolicy, Reason, Triggers
from gates.policyfile.kinds import label_of
from gates.policyfile.parts import OTHER

_DEFAULTS = {field.name: field.default for field in fields(GatePolicy)}
_NEVER_FOLDED = 10_000


class _Representer(RoundTripRepresenter):
    """Writes what the library writes, but so that the one line end it gets wrong survives."""

    def text(self, value: str) -> ScalarNode:
        """Plain where that is safe; in double quotes, escaped, where it holds a NEL."""
        style = '"' if "\x85" in value else None
        node: ScalarNode = self.represent_scalar("tag:yaml.org,2002:str", value, style=style)
        return node


_Representer.add_representer(str, _Representer.text)


def write(policies: Iterable[GatePolicy]) -> str:
    """A policy file that reads as these gates."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = _NEVER_FOLDED
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump({"gates": {policy.slug: _gate(policy) for policy in policies}}, out)
    return out.getvalue()


def diff(
    old: GatePolicy | None, new: GatePolicy | None, names: tuple[str, str] = ("old", "new")
) -> list[str]:
    """The change from one gate to the other: a unified diff of their YAML, empty if equal."""
    before, after = (write([policy]).splitlines() if policy else [] for policy in (old, new))
    return list(unified_diff(before, after, *names, lineterm=""))


def _gate(policy: GatePolicy) -> dict[str, Any]:
    found = {**_asking(policy), "triggers": _triggers(policy.triggers), **_deciding(policy)}
    if policy.description == label_of(policy.slug):
        del found["description"]
    return {
        key: value
        for key, value in found.items()
        if value is not None and value not in ("", [], {})
    }


def _asking(policy: GatePolicy) -> dict[str, Any]:
    first, *above = policy.steps
    return {
        "description": policy.description,
        "context": _context(policy.context),
        "options": _flow(policy.options) if policy.options != _DEFAULTS["options"] else None,
        "timeout": first.timeout,
        "timeout_action": policy.timeout_action,
        "assignee": first.assignee,
        **_unlike_default(policy, "owner", "priority", "working_time"),
        "escalation": [_row(assignee=step.assignee, timeout=step.timeout) for step in above],
        "final_action": policy.final_action,
    }


def _deciding(policy: GatePolicy) -> dict[str, Any]:
    return {
        "proposal_schema": _laid(policy.proposal_schema),
        "editable": _flow(policy.editable),
        "items": _row(list=policy.items.list, id=policy.items.id) if policy.items else None,
        **_unlike_default(policy, "limits", "subject", "amount"),
        "reasons": {
            reason.code: _reason(reason) for reason in policy.reasons if policy.reasons != (OTHER,)
        },
        "conditions": {condition.code: _condition(condition) for condition in policy.conditions},
        **_unlike_default(
            policy, "undo_window", "lease", "approvals", "max_rounds", "approve_needs_seen"
        ),
        "batch": {"when": policy.batch.when, "cap": policy.batch.cap} if policy.batch else None,
        "example": _laid(policy.example),
    }


def _unlike_default(policy: GatePolicy, *names: str) -> dict[str, Any]:
    values = {name: getattr(policy, name) for name in names}
    return {name: value for name, value in values.items() if value != _DEFAULTS[name]}


def _context(items: Sequence[ContextItem]) -> list[Any]:
    if all(item == ContextItem(item.key, label_of(item.key)) for item in items):
        return _flow([item.key for item in items])
    return [_context_item(item) for item in items]


def _context_item(item: ContextItem) -> Any:
    plain = ContextItem(item.key, label_of(item.key))
    said = {"label": item.label, "kind": item.kind, "from": item.origin, "optional": item.optional}
    usual = {
        "label": plain.label,
        "kind": plain.kind,
        "from": plain.origin,
        "optional": plain.optional,
    }
    unlike = {name: value for name, value in said.items() if value != usual[name]}
    return _row(key=item.key, **unlike) if unlike else item.key


def _triggers(triggers: Triggers) -> dict[str, Any]:
    return dict(_triggers_set(triggers))


def _triggers_set(triggers: Triggers) -> Iterator[tuple[str, Any]]:
    if triggers.irreversible:
        yield "irreversible", triggers.irreversible
    if triggers.stakes:
        yield "stakes", triggers.stakes
    if triggers.boundary:
        yield "boundary", {edge.code: _edge(edge) for edge in triggers.boundary}
    if triggers.confidence_below is not None:
        yield "confidence_below", triggers.confidence_below
    if triggers.calibration is not None:
        yield "calibration", triggers.calibration
    if triggers.always_because:
        yield from (("always", True), ("because", triggers.always_because))


def _edge(edge: Boundary) -> dict[str, Any]:
    return {"when": edge.when, "policy": edge.policy}


def _reason(reason: Reason) -> dict[str, Any]:
    found: dict[str, Any] = {"label": reason.label}
    if reason.verdicts != ("reject",):
        found["verdicts"] = _flow(reason.verdicts)
    if reason.text:
        found["text"] = reason.text
    return found


def _condition(condition: ConditionTemplate) -> dict[str, Any]:
    found: dict[str, Any] = {"text": condition.text, "confirms": condition.confirms}
    return found if condition.timeout == 7 * DAY else {**found, "timeout": condition.timeout}


def _laid(value: Any) -> Any:
    """Any JSON, with lists of plain values on one line."""
    if isinstance(value, dict):
        return {key: _laid(part) for key, part in value.items()}
    if isinstance(value, list):
        plain = not any(isinstance(part, dict | list) for part in value)
        return _flow(value) if plain else [_laid(part) for part in value]
    return value


def _flow(values: Iterable[Any]) -> list[Any]:
    """A list on one line."""
    row: list[Any] = CommentedSeq(values)
    row.fa.set_flow_style()  # type: ignore[attr-defined]  # an attribute of CommentedSeq
    return row


def _row(**values: Any) -> dict[str, Any]:
    """A map on one line."""
    row: dict[str, Any] = CommentedMap(values)
    row.fa.set_flow_style()  # type: ignore[attr-defined]  # an attribute of CommentedMap
    return row
