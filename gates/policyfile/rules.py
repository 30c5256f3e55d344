"""What the keys of a gate must be together. A key that is wrong by itself is not judged again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import jsonpointer

from gates import titles
from gates.expressions import unknown_member
from gates.expressions.names import meant
from gates.policy import GatePolicy
from gates.policyfile import trial
from gates.policyfile.problems import Report
from gates.policyfile.schema import flaw_in
from gates.policyfile.source import Path
from gates.routing import names_of

ALONE = ("partial", "approve_if", "respond")
"""Verdicts that cannot be voted on."""
LOOKING_BACK = {"approve", "reject"}
"""Verdicts on what is done already."""


@dataclass(frozen=True, slots=True)
class Note:
    """Where the findings about one gate go. A key is written as in `triggers.stakes`."""

    report: Report
    path: Path

    def error(self, key: str, message: str) -> None:
        """Note an error, unless there is one at or below the key."""
        if not self.faulty(key):
            self.report.error(self._path(key), message)

    def warning(self, key: str, message: str) -> None:
        """Note a warning, unless there is an error at or below the key."""
        if not self.faulty(key):
            self.report.warning(self._path(key), message)

    def faulty(self, key: str) -> bool:
        """True if there is an error at or below the key."""
        return self.report.faulty(self._path(key))

    def _path(self, key: str) -> Path:
        return (*self.path, *key.split("."))


def check(policy: GatePolicy, report: Report, path: Path) -> None:
    """Note what does not go together."""
    note = Note(report, path)
    _deadlines(policy, note)
    _reversal(policy, note)
    _options(policy, note)
    _votes(policy, note)
    if policy.mode == "observe":
        _observing(policy, note)
    _reasons(policy, note)
    _schema(policy, note)
    known = _known(policy, note)
    _pointers(known, note)
    _title(known, note)
    trial.check_rules(known, note)
    trial.check_example(known, note)


def _deadlines(policy: GatePolicy, note: Note) -> None:
    escalates, above = policy.timeout_action == "escalate", policy.levels > 0
    if escalates and not above:
        note.error("timeout_action", "escalate needs an escalation chain")
    if above and not escalates:
        note.error("timeout_action", "must be escalate, because there is an escalation chain")
    if above and not policy.final_action:
        note.error("final_action", "is missing: what happens when the last team does not answer?")
    if policy.final_action and not above:
        note.error("final_action", "goes with an escalation chain only")
    if policy.approve_needs_seen and "approve" not in (policy.timeout_action, policy.final_action):
        note.warning("approve_needs_seen", "has no effect: no deadline approves")


def _reversal(policy: GatePolicy, note: Note) -> None:
    if not policy.triggers.irreversible:
        return
    for key, action in (
        ("timeout_action", policy.timeout_action),
        ("final_action", policy.final_action),
    ):
        if action == "approve":
            note.error(key, "what cannot be undone must not be approved by a deadline")


def _options(policy: GatePolicy, note: Note) -> None:
    needs = {
        "proposal_schema": ("modify", policy.proposal_schema is not None),
        "editable": ("modify", bool(policy.editable)),
        "items": ("partial", policy.items is not None),
    }
    for key, (verdict, given) in needs.items():
        if verdict in policy.options and not given:
            note.error(key, f"is missing: {verdict} needs it")
    for key in ("editable", "items"):
        verdict, given = needs[key]
        if given and verdict not in policy.options:
            note.warning(key, f"has no effect: {verdict} is not among the options")
    if policy.conditions and "approve_if" not in policy.options:
        note.error("conditions", "goes with the option approve_if only")
    if policy.batch and "approve" not in policy.options:
        note.error("batch", "goes with the option approve only")


def _votes(policy: GatePolicy, note: Note) -> None:
    alone = [verdict for verdict in policy.options if verdict in ALONE]
    if policy.approvals > 1 and alone:
        note.error("approvals", f"more than one approval does not go with {', '.join(alone)}")


def _observing(policy: GatePolicy, note: Note) -> None:
    """Everything passes at once, and a person looks at a share of it after the act."""
    wrong = {
        "triggers.irreversible": (policy.triggers.irreversible, "what cannot be undone"),
        "limits": (policy.limits, "what breaks the limits"),
        "batch": (policy.batch, "a look back at many at once, which is no evidence"),
        "approvals": (policy.approvals > 1, "several votes on what is done already"),
        "options": ({*policy.options} != LOOKING_BACK, "other options than approve and reject"),
    }
    for key, (given, what) in wrong.items():
        if given:
            note.error(key, f"mode observe stops nothing: it does not go with {what}")
    if not policy.triggers.calibration:
        note.error("triggers.calibration", "mode observe needs it: nobody would ever look")


def _reasons(policy: GatePolicy, note: Note) -> None:
    rejects = "reject" in policy.options or "partial" in policy.options
    if rejects and not any("reject" in reason.verdicts for reason in policy.reasons):
        note.error("reasons", "at least one reason must go with reject")
    offered = {*policy.options, "reject"} if rejects else {*policy.options}
    for reason in policy.reasons:
        idle = [verdict for verdict in reason.verdicts if verdict not in offered]
        if idle and not reason.needs_note:
            note.warning(f"reasons.{reason.code}", f"{', '.join(idle)} is not among the options")


def _schema(policy: GatePolicy, note: Note) -> None:
    flaw = flaw_in(policy.proposal_schema) if policy.proposal_schema is not None else ""
    if flaw:
        note.error("proposal_schema", flaw)


def _known(policy: GatePolicy, note: Note) -> GatePolicy:
    """The policy without a schema that is no use in judging the rest."""
    return replace(policy, proposal_schema=None) if note.faulty("proposal_schema") else policy


def _pointers(policy: GatePolicy, note: Note) -> None:
    items = [("items.list", policy.items.list)] if policy.items else []
    single = [("subject", policy.subject), ("amount", policy.amount), *items]
    for key, pointer in chain(single, (("editable", pointer) for pointer in policy.editable)):
        message = _unknown(policy, pointer)
        if message:
            note.error(key, message)


def _unknown(policy: GatePolicy, pointer: str) -> str:
    parts: Sequence[str] = jsonpointer.JsonPointer(pointer).parts if pointer else ()
    found = unknown_member(policy.proposal_schema, parts)
    if found is None:
        return ""
    at, known = found
    return f"{pointer} is not in proposal_schema{meant(str(parts[at]), known)}"


def _title(policy: GatePolicy, note: Note) -> None:
    try:
        titles.check_title(policy.description, names_of(policy))
    except titles.TitleError as error:
        note.error("description", str(error))
