"""`policy check|apply|export|diff`: gates and workflows as YAML. Answers on stdout, problems on
stderr.
"""

from __future__ import annotations

import pathlib
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from gates import policyfile
from gates.actors import command
from gates.graph import Finding, Graph
from gates.models import Gate, Workflow
from gates.policy import GatePolicy
from gates.policyfile import PolicyFile, Problem
from gates.queries.policies import graph_of, policy_of
from gates.queries.staffing import Path, Shortage, shortages
from gates.queries.workflows import broken_by, unfit
from gates.transitions import workflows
from gates.transitions.publish import Published, Unfit

ACTOR = command("policy")


class Command(BaseCommand):
    """Exit status 1 if something is wrong; warnings never change it."""

    help = "Check, apply, export or compare the gates and workflows of a policy file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command each."""
        does = parser.add_subparsers(dest="does", required=True)
        for name, about in (
            ("check", "say what is wrong with a file"),
            ("apply", "publish the gates and workflows of a file"),
            ("diff", "show what applying a file would change"),
        ):
            sub = does.add_parser(name, help=about)
            sub.add_argument("file", help="a YAML file, or - for standard input")
            sub.add_argument("--create-teams", action="store_true", help="make missing teams")
        sub = does.add_parser("export", help="print what is published; all of it if none is named")
        sub.add_argument("gates", nargs="*", metavar="GATE", help="slugs of gates")
        sub.add_argument(
            "--workflow",
            dest="workflows",
            action="append",
            default=[],
            metavar="SLUG",
            help="a workflow; may be given more than once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        try:
            getattr(self, f"_{options['does']}")(options)
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"The database is not ready ({error}): manage.py migrate") from error

    def _check(self, options: dict[str, Any]) -> None:
        file = self._read(options, create_teams=options["create_teams"])
        held = {"gate": len(file.gates), "workflow": len(file.workflows)}
        counts = [f"{n} {what if n == 1 else what + 's'}" for what, n in held.items() if n]
        self.stdout.write(f"{file.name}: {', '.join(counts)}, no errors")

    def _apply(self, options: dict[str, Any]) -> None:
        create = options["create_teams"]
        file = self._read(options, create_teams=create)
        try:
            gates, graphs = workflows.apply(
                file.gates, file.workflows, actor=ACTOR, create_teams=create
            )
        except Unfit as error:
            raise CommandError(str(error)) from error
        self._tell(gates)
        self._tell(graphs, "workflow ")

    def _tell(self, done: Iterable[Published], kind: str = "") -> None:
        for item in done:
            said = "published" if item.changed else "unchanged"
            self.stdout.write(f"{kind}{item.slug}: version {item.number} {said}")

    def _diff(self, options: dict[str, Any]) -> None:
        file = self._read(options, create_teams=True)
        gates = {gate.slug: gate.version for gate in _gates([item.slug for item in file.gates])}
        for policy in file.gates:
            version = gates.get(policy.slug)
            name = f"{policy.slug} version {version.number if version else 0}"
            self._tell_diff(policy_of(version) if version else None, policy, (name, file.name))
        drawn = {item.slug: item.version for item in _drawn([g.slug for g in file.workflows])}
        for graph in file.workflows:
            drawn_version = drawn.get(graph.slug)
            number = drawn_version.number if drawn_version else 0
            old = graph_of(drawn_version) if drawn_version else None
            name = f"workflow {graph.slug} version {number}"
            self._tell_diff(old, graph, (name, file.name))

    def _tell_diff(
        self, old: GatePolicy | Graph | None, new: GatePolicy | Graph, names: tuple[str, str]
    ) -> None:
        for line in policyfile.diff(old, new, names):
            self.stdout.write(line)

    def _export(self, options: dict[str, Any]) -> None:
        """What is named, or everything."""
        every = not (options["gates"] or options["workflows"])
        gates = _gates(options["gates"]) if every or options["gates"] else []
        drawn = _drawn(options["workflows"]) if every or options["workflows"] else []
        _refuse_missing("gate", options["gates"], gates)
        _refuse_missing("workflow", options["workflows"], drawn)
        policies = [policy_of(gate.version) for gate in gates if gate.version is not None]
        graphs = [graph_of(item.version) for item in drawn if item.version is not None]
        self.stdout.write(policyfile.write(policies, graphs), ending="")

    def _read(self, options: dict[str, Any], *, create_teams: bool) -> PolicyFile:
        """The file, if it is free of errors; all problems are told first. Those of the file itself
        come before the database is asked.
        """
        file = policyfile.read(_text_of(options["file"]), options["file"])
        fit = True
        for problem in chain(file.problems, _elsewhere(file, create_teams=create_teams)):
            self.stderr.write(str(problem), style_func=str)
            fit = fit and problem.level != "error"
        if not fit:
            raise CommandError(f"{file.name} is not fit for use.")
        return file


def _text_of(file: str) -> str:
    """The text of a file. Raises CommandError if there is none."""
    try:
        return sys.stdin.read() if file == "-" else pathlib.Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}.") from error


def _elsewhere(file: PolicyFile, *, create_teams: bool) -> Iterator[Problem]:
    """What the file's gates and workflows lack outside of it, at the lines that name it. Workflows
    are judged only with a file that is fit: an error in a gate would cause others.
    """
    for policy in file.gates:
        for lack in shortages(policy, create_teams=create_teams):
            yield _told(file, ("gates", policy.slug, *lack.path), lack)
    if not file.errors:
        yield from _between(file)


def _between(file: PolicyFile) -> Iterator[Problem]:
    """Where gates, workflows and actions do not go together, beyond what the file tells alone."""
    along = [graph.slug for graph in file.workflows]
    for policy in file.gates:
        for lack in broken_by(policy, along):
            yield _told(file, ("gates", policy.slug), lack)
    policies = {policy.slug: policy for policy in file.gates}
    for graph in file.workflows:
        found = [_told(file, ("workflows", graph.slug, *f.path), f) for f in unfit(graph, policies)]
        yield from (problem for problem in found if problem not in file.problems)


def _told(file: PolicyFile, path: Path, lack: Finding | Shortage) -> Problem:
    return file.problem(path, lack.message, "error" if lack.fatal else "warning")


def _gates(slugs: Sequence[str]) -> list[Gate]:
    """These gates, or all, as far as they are published."""
    gates = Gate.objects.filter(version__isnull=False).select_related("version").order_by("slug")
    return list(gates.filter(slug__in=slugs) if slugs else gates)


def _drawn(slugs: Sequence[str]) -> list[Workflow]:
    """These workflows, or all, as far as they are published."""
    found = Workflow.objects.filter(version__isnull=False).select_related("version")
    return list((found.filter(slug__in=slugs) if slugs else found).order_by("slug"))


def _refuse_missing(kind: str, wanted: Sequence[str], found: Sequence[Gate | Workflow]) -> None:
    missing = set(wanted) - {item.slug for item in found}
    if missing:
        raise CommandError(f"There is no published {kind} “{min(missing)}”.")
