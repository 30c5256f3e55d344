"""A policy file, read whole: its gates, and everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field

from gates.policy import GatePolicy
from gates.policyfile import kinds
from gates.policyfile.gate import gate_of
from gates.policyfile.problems import Level, Problem, Report
from gates.policyfile.rules import check
from gates.policyfile.section import Section, unknown
from gates.policyfile.source import Path, Source, Unreadable, source_of
from gates.registry import TOP, TOP_NOT_YET


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What a file says. `gates` holds the ones without an error; warnings do not count."""

    name: str
    gates: tuple[GatePolicy, ...]
    problems: tuple[Problem, ...]
    source: Source = field(default_factory=Source, repr=False, compare=False)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps the file from use."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    def problem(self, path: Path, message: str, level: Level) -> Problem:
        """A problem at a path, such as `("gates", "refund", "assignee")`, that others found."""
        return Problem.at(path, message, level, self.name, self.source)


def read(text: str, filename: str) -> PolicyFile:
    """Read a policy file. All problems are found, not just the first."""
    try:
        source = source_of(text)
    except Unreadable as error:
        return PolicyFile(filename, (), (Problem(filename, error.line, "", str(error)),))
    report = Report(filename, source)
    for path, message in source.flaws:
        report.error(path, message)
    gates = _gates(source, report)
    return PolicyFile(filename, gates, report.problems, source)


def _gates(source: Source, report: Report) -> tuple[GatePolicy, ...]:
    top = source.value
    if not isinstance(top, dict):
        report.error((), "must be a map with the key gates")
        return ()
    for key in top.keys() - TOP:
        report.error((key,), "is not available yet" if key in TOP_NOT_YET else unknown(key, TOP))
    gates = top.get("gates")
    if not isinstance(gates, dict) or not gates:
        report.error(("gates",), "must be a map of at least one gate")
        return ()
    found = [_gate(slug, values, report) for slug, values in gates.items()]
    return tuple(gate for gate in found if gate is not None)


def _gate(slug: str, values: object, report: Report) -> GatePolicy | None:
    path = ("gates", slug)
    if not isinstance(values, dict):
        report.error(path, "must be a map")
        return None
    section = Section(report, path, "", values)
    section.check_keys()
    try:
        kinds.slug(slug)
    except kinds.Wrong as error:
        report.error(path, str(error))
    policy = gate_of(slug, section)
    check(policy, report, path)
    return None if report.faulty(path) else policy
