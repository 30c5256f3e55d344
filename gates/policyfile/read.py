"""A policy file, read whole: its gates and workflows, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from gates import graph
from gates.graph import Graph
from gates.policy import GatePolicy
from gates.policyfile import kinds
from gates.policyfile.gate import gate_of
from gates.policyfile.problems import Level, Problem, Report
from gates.policyfile.rules import check
from gates.policyfile.section import Section, unknown
from gates.policyfile.source import Path, Source, Unreadable, source_of
from gates.policyfile.workflow import graph_of, note
from gates.registry import TOP

T = TypeVar("T")

_SECTIONS = {"gates": "", "workflows": "workflow"}


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """What a file says. `gates` and `workflows` hold the ones without an error; warnings do not
    count.
    """

    name: str
    gates: tuple[GatePolicy, ...]
    problems: tuple[Problem, ...]
    source: Source = field(default_factory=Source, repr=False, compare=False)
    workflows: tuple[Graph, ...] = ()

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
    top = _top(source, report)
    gates = _each("gates", top, report, _gate)
    policies = {policy.slug: policy for policy in gates}
    workflows = _each("workflows", top, report, partial(_workflow, policies))
    return PolicyFile(filename, gates, report.problems, source, workflows)


def _top(source: Source, report: Report) -> dict[str, Any]:
    top = source.value
    if not isinstance(top, dict):
        report.error((), "must be a map with the keys gates, workflows or both")
        return {}
    for key in top.keys() - TOP:
        report.error((key,), unknown(key, TOP))
    if not top.keys() & TOP:
        report.error((), "holds neither gates nor workflows")
    return top


def _each(
    key: str, top: dict[str, Any], report: Report, make: Callable[[str, Section], T | None]
) -> tuple[T, ...]:
    """What is made of each entry of a section of the file, where it has that."""
    entries = top.get(key, None if key in top else {})
    if not isinstance(entries, dict) or (key in top and not entries):
        report.error((key,), f"must be a map of at least one {key.removesuffix('s')}")
        return ()
    found = [_entry(key, slug, values, report, make) for slug, values in entries.items()]
    return tuple(item for item in found if item is not None)


def _entry(
    key: str, slug: str, values: object, report: Report, make: Callable[[str, Section], T | None]
) -> T | None:
    path = (key, slug)
    if not isinstance(values, dict):
        report.error(path, "must be a map")
        return None
    section = Section(report, path, _SECTIONS[key], values)
    section.check_keys()
    try:
        kinds.slug(slug)
    except kinds.Wrong as error:
        report.error(path, str(error))
    made = make(slug, section)
    return None if report.faulty(path) else made


def _gate(slug: str, section: Section) -> GatePolicy:
    policy = gate_of(slug, section)
    check(policy, section.report, section.path)
    return policy


def _workflow(policies: Mapping[str, GatePolicy], slug: str, section: Section) -> Graph:
    """Ways are followed only where every node could be read: the first finding causes the
    others.
    """
    workflow = graph_of(slug, section)
    if not section.report.faulty(section.path):
        for finding in graph.check(workflow, policies):
            note(section.report, slug, finding)
    return workflow
