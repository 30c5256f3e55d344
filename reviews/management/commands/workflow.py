"""`manage.py workflow simulate NAME`: where a run would go, without starting one."""

from __future__ import annotations

import json
import pathlib
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from gates import policyfile
from gates.graph import Graph
from gates.graph.simulation import Passed, Plan, ended, misplaced, simulate
from gates.models import Gate, Workflow
from gates.policy import GatePolicy
from gates.queries.policies import graph_of, policy_of

LONGEST = 160  # characters of JSON on a line

Drawn = tuple[Graph, Mapping[str, GatePolicy]]


class Command(BaseCommand):
    """Writes no row and calls no action. Exit status 1 unless an end is reached."""

    help = "Walk a workflow dry, with outcomes that you choose."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is walked, with what, and how it ends at each node."""
        does = parser.add_subparsers(dest="does", required=True)
        sub = does.add_parser("simulate", help="say which way a run would take")
        sub.add_argument("name", help="slug of the workflow")
        sub.add_argument("--input", metavar="FILE", help="JSON; - is standard input [null]")
        sub.add_argument(
            "--choose",
            action="append",
            default=[],
            metavar="NODE=OUTCOME[,OUTCOME…]",
            help="how a gate or condition ends, round by round; the last one stays",
        )
        sub.add_argument(
            "--outputs",
            metavar="FILE",
            help="JSON: node -> what its action returns, or what a person makes of the proposal; "
            "a list is taken round by round",
        )
        sub.add_argument("--file", metavar="POLICY.yaml", help="not what is published, but this")
        sub.add_argument("--json", action="store_true", help="the steps as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk, and tell."""
        name, file = options["name"], options["file"]
        graph, policies = self._of_file(name, file) if file else _published(name)
        plan = Plan(
            json_of(options["input"]), outputs_of(options["outputs"]), choices_of(options["choose"])
        )
        for problem in misplaced(graph, plan):
            raise CommandError(f"{graph.slug}: {problem}.")
        self._tell(simulate(graph, policies, plan), as_json=options["json"])

    def _of_file(self, name: str, path: str) -> Drawn:
        file = policyfile.read(text_of(path), path)
        for problem in file.errors:
            self.stderr.write(str(problem), style_func=str)
        if file.errors:
            raise CommandError(f"{path} is not fit for use.")
        graph = next((graph for graph in file.workflows if graph.slug == name), None)
        if graph is None:
            raise CommandError(f"There is no workflow “{name}” in {path}.")
        return graph, {policy.slug: policy for policy in file.gates}

    def _tell(self, trail: Sequence[Passed], *, as_json: bool) -> None:
        for step in trail:
            if step.warning:
                self.stderr.write(f"warning: {step.warning}", style_func=str)
        lines = [told_as_json(trail)] if as_json else told(trail)
        for line in lines:
            self.stdout.write(line)
        if trail[-1].problem:
            sys.exit(1)


def told(trail: Sequence[Passed]) -> Iterator[str]:
    """One line for each step, and what is to be said of it below."""
    for step in trail:
        round_ = f" (round {step.round})" if step.round > 1 else ""
        way = f" -> {step.outcome}" if step.outcome else ""
        handed = "" if step.problem or not step.to else f"; hands on {short(step.handed)}"
        given = f"given {short(step.given)}"
        yield f"{step.node}{round_}: {step.kind}, {given}{way}{handed}"
        yield from (f"    {sentence}" for sentence in step.said)
        if step.problem:
            yield f"    stops at “{step.node}”: {step.problem}"
    if outcome := ended(trail):
        yield f"The run ends: {outcome}, with {short(trail[-1].handed)}"


def told_as_json(trail: Sequence[Passed]) -> str:
    """The steps whole."""
    return json.dumps([asdict(step) for step in trail], ensure_ascii=False, indent=2)


def short(value: Any) -> str:
    """JSON without spaces, cut."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def text_of(file: str) -> str:
    """The text of a file. Raises CommandError if there is none."""
    try:
        return sys.stdin.read() if file == "-" else pathlib.Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}.") from error


def json_of(file: str | None) -> Any:
    """The value that a file holds; null without a file."""
    if file is None:
        return None
    try:
        return json.loads(text_of(file), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file} is no JSON: {error}.") from error


def outputs_of(file: str | None) -> dict[str, list[Any]]:
    """Outputs by node, round by round."""
    found = json_of(file) or {}
    if not isinstance(found, dict):
        raise CommandError(f"{file} must hold an object: node -> output.")
    return {node: made if isinstance(made, list) else [made] for node, made in found.items()}


def choices_of(said: Sequence[str]) -> dict[str, list[str]]:
    """Outcomes by node, round by round."""
    found: dict[str, list[str]] = {}
    for item in said:
        node, sign, outcomes = item.partition("=")
        chosen = [outcome.strip() for outcome in outcomes.split(",")]
        if not sign or not node or not all(chosen):
            raise CommandError(f"“{item}” chooses nothing: say NODE=OUTCOME or NODE=FIRST,SECOND.")
        found.setdefault(node, []).extend(chosen)
    return found


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _published(name: str) -> Drawn:
    """The published workflow, with the published policies of its gates."""
    try:
        found = Workflow.objects.filter(slug=name).select_related("version").first()
        if found is None or found.version is None:
            raise CommandError(f"There is no published workflow “{name}”.")
        graph = graph_of(found.version)
        gates = Gate.objects.filter(slug__in=graph.gates).select_related("version")
        policies = {gate.slug: policy_of(gate.version) for gate in gates if gate.version}
    except (OperationalError, ProgrammingError) as error:
        raise CommandError(f"The database is not ready ({error}): manage.py migrate") from error
    return graph, policies
