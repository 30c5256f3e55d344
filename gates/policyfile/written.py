"""Gates and workflows back into YAML: keys in the order of the documentation, defaults left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from difflib import unified_diff
from typing import Any

from gates.graph import Graph
from gates.policy import DAY, Boundary, ConditionTemplate, ContextItem, GatePolicy, Reason, Triggers
from gates.policyfile import layout
from gates.policyfile.kinds import label_of
from gates.policyfile.layout import flow, laid, row
from gates.policyfile.parts import OTHER
from gates.policyfile.written_workflow import workflow_in_yaml

_DEFAULTS = {field.name: field.default for field in fields(GatePolicy)}


def write(policies: Iterable[GatePolicy], workflows: Iterable[Graph] = ()) -> str:
    """A policy file that reads as these gates and workflows."""
    sections = {
        "gates": {policy.slug: _gate(policy) for policy in policies},
        "workflows": {graph.slug: workflow_in_yaml(graph) for graph in workflows},
    }
    return layout.dump({key: found for key, found in sections.items() if found})


def diff(
    old: GatePolicy | Graph | None,
    new: GatePolicy | Graph | None,
    names: tuple[str, str] = ("old", "new"),
) -> list[str]:
    """The change from one gate or workflow to the other: a unified diff of their YAML, empty if
    equal.
    """
    before, after = (_alone(item).splitlines() for item in (old, new))
    return list(unified_diff(before, after, *names, lineterm=""))


def _alone(item: GatePolicy | Graph | None) -> str:
    if item is None:
        return ""
    return write([], [item]) if isinstance(item, Graph) else write([item])


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
        "options": flow(policy.options) if policy.options != _DEFAULTS["options"] else None,
        "timeout": first.timeout,
        "timeout_action": policy.timeout_action,
        "assignee": first.assignee,
        **_unlike_default(policy, "owner", "priority", "working_time", "mode"),
        "escalation": [row(assignee=step.assignee, timeout=step.timeout) for step in above],
        "final_action": policy.final_action,
    }


def _deciding(policy: GatePolicy) -> dict[str, Any]:
    return {
        "proposal_schema": laid(policy.proposal_schema),
        "editable": flow(policy.editable),
        "items": row(list=policy.items.list, id=policy.items.id) if policy.items else None,
        **_unlike_default(policy, "limits", "subject", "amount"),
        "reasons": {
            reason.code: _reason(reason) for reason in policy.reasons if policy.reasons != (OTHER,)
        },
        "conditions": {condition.code: _condition(condition) for condition in policy.conditions},
        **_unlike_default(
            policy, "undo_window", "lease", "approvals", "max_rounds", "approve_needs_seen"
        ),
        "batch": {"when": policy.batch.when, "cap": policy.batch.cap} if policy.batch else None,
        "example": laid(policy.example),
    }


def _unlike_default(policy: GatePolicy, *names: str) -> dict[str, Any]:
    values = {name: getattr(policy, name) for name in names}
    return {name: value for name, value in values.items() if value != _DEFAULTS[name]}


def _context(items: Sequence[ContextItem]) -> list[Any]:
    if all(item == ContextItem(item.key, label_of(item.key)) for item in items):
        return flow([item.key for item in items])
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
    return row(key=item.key, **unlike) if unlike else item.key


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
        found["verdicts"] = flow(reason.verdicts)
    if reason.text:
        found["text"] = reason.text
    return found


def _condition(condition: ConditionTemplate) -> dict[str, Any]:
    found: dict[str, Any] = {"text": condition.text, "confirms": condition.confirms}
    return found if condition.timeout == 7 * DAY else {**found, "timeout": condition.timeout}
