"""The parts of a gate that are maps or lists of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gates import policy
from gates.policy import Boundary, ConditionTemplate, ContextItem, Items, Reason, Step, Triggers
from gates.policyfile import kinds
from gates.policyfile.section import Section

_REVERSIBLE: bool | str = False
OTHER = Reason("other", "Other", needs_note=True)
"""The reason of a gate that names none."""


def context_of(gate: Section) -> tuple[ContextItem, ...]:
    """The facts a person needs: names, or objects."""
    found: dict[str, ContextItem] = {}
    for at, entry in enumerate(gate.each("context")):
        item = (
            _context_object(entry) if isinstance(entry, Section) else _context_name(gate, at, entry)
        )
        if item.key in found:
            gate.report.error((*gate.path, "context", at), f"“{item.key}” is there twice")
        found[item.key] = item
    return tuple(found.values())


def _context_name(gate: Section, at: int, entry: Any) -> ContextItem:
    try:
        key = kinds.name(entry)
    except kinds.Wrong as error:
        gate.report.error((*gate.path, "context", at), str(error))
        key = f"?{at}"
    return ContextItem(key, kinds.label_of(key))


def _context_object(entry: Section) -> ContextItem:
    key = entry.need("key", kinds.name, f"?{entry.path[-1]}")
    return ContextItem(
        key=key,
        label=entry.take("label", kinds.text(100), kinds.label_of(key)),
        kind=entry.take("kind", kinds.one_of(policy.ContextKind), "text"),
        origin=entry.take("from", kinds.one_of(policy.Origin), "ai"),
        optional=entry.take("optional", kinds.flag, default=False),
    )


def steps_of(gate: Section) -> tuple[Step, ...]:
    """The assignee and the chain above it."""
    first = Step(gate.need("assignee", kinds.slug, ""), gate.need("timeout", kinds.seconds, 1))
    return (first, *_chain(gate))


def _chain(gate: Section) -> Iterator[Step]:
    for at, entry in enumerate(gate.each("escalation")):
        if isinstance(entry, Section):
            yield Step(
                entry.need("assignee", kinds.slug, ""), entry.need("timeout", kinds.seconds, 1)
            )
        else:
            gate.report.error(
                (*gate.path, "escalation", at), "must be a map with assignee and timeout"
            )


def triggers_of(gate: Section) -> Triggers:
    """The rules that ask for a person."""
    section = gate.inside("triggers")
    if section is None:
        gate.error(
            "triggers", "is missing: say what needs a person, or `always: true` and `because`"
        )
        return Triggers()
    if not section.values:
        gate.error("triggers", "is empty: say what needs a person, or `always: true` and `because`")
    return Triggers(
        irreversible=section.take("irreversible", _flag_or_rule, _REVERSIBLE),
        stakes=section.take("stakes", kinds.text(2000), ""),
        boundary=tuple(_boundary(code, edge) for code, edge in section.coded("boundary")),
        confidence_below=section.take("confidence_below", kinds.share, None),
        calibration=section.take("calibration", kinds.share, None),
        always_because=_because(section),
    )


def _boundary(code: str, edge: Section) -> Boundary:
    return Boundary(
        code, edge.need("when", kinds.text(2000), "true"), edge.need("policy", kinds.text(1000), "")
    )


def _because(section: Section) -> str:
    always = section.take("always", kinds.flag, default=False)
    if always:
        return section.need("because", kinds.text(500), "?")
    if "because" in section.values:
        section.error("because", "goes with `always: true` only")
    return ""


def _flag_or_rule(value: Any) -> bool | str:
    return value if isinstance(value, bool) else kinds.text(2000)(value)


def items_of(gate: Section) -> Items | None:
    """Where the items of a partial verdict are."""
    section = gate.inside("items")
    if section is None:
        return None
    return Items(
        section.need("list", kinds.pointer, "/?"), section.need("id", kinds.text(100), "?")
    )


def reasons_of(gate: Section) -> tuple[Reason, ...]:
    """The coded reasons; where none are given, one that needs a note."""
    return tuple(_reason(code, section) for code, section in gate.coded("reasons")) or (OTHER,)


def _reason(code: str, section: Section) -> Reason:
    return Reason(
        code=code,
        label=section.take("label", kinds.text(200), kinds.label_of(code)),
        verdicts=section.take(
            "verdicts", kinds.several(kinds.one_of(policy.Verdict), 1), ("reject",)
        ),
        text=section.take("text", kinds.text(2000), ""),
    )


def conditions_of(gate: Section) -> tuple[ConditionTemplate, ...]:
    """The catalogue of conditions."""
    return tuple(_condition(code, section) for code, section in gate.coded("conditions"))


def _condition(code: str, section: Section) -> ConditionTemplate:
    return ConditionTemplate(
        code=code,
        text=section.need("text", kinds.text(1000), ""),
        confirms=section.need("confirms", kinds.one_of(policy.Confirms), "link"),
        timeout=section.take("timeout", kinds.seconds, 7 * policy.DAY),
    )


def batch_of(gate: Section) -> policy.Batch | None:
    """When many may be approved at once."""
    section = gate.inside("batch")
    if section is None:
        return None
    return policy.Batch(
        section.need("when", kinds.text(2000), "true"), section.need("cap", kinds.whole(1, 500), 1)
    )


def example_of(gate: Section) -> dict[str, Any] | None:
    """The proposal that every rule is tried on."""
    section = gate.inside("example")
    if section is None:
        return None
    context = section.values.get("context", {})
    if not isinstance(context, dict):
        section.error("context", "must be a map")
    if "proposal" not in section.values:
        section.error("proposal", "is missing")
    return {
        "proposal": section.values.get("proposal"),
        "context": context if isinstance(context, dict) else {},
        "confidence": section.take("confidence", _share_or_none, None),
    }


def _share_or_none(value: Any) -> float | None:
    return None if value is None else kinds.share(value)
