"""`policy check|apply|export|diff`: gates as YAML. Answers on stdout, problems on stderr."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gates import policyfile
from gates.actors import command
from gates.models import Gate
from gates.policy import GatePolicy
from gates.policyfile import Problem
from gates.policyfile.source import Unreadable, source_of
from gates.queries.policies import policy_of
from gates.queries.staffing import shortages
from gates.transitions import publish

ACTOR = command("policy")


class Command(BaseCommand):
    """Exit status 1 if something is wrong; warnings never change it."""

    help = "Check, apply, export or compare the gates of a policy file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command each."""
        does = parser.add_subparsers(dest="does", required=True)
        for name, about in (
            ("check", "say what is wrong with a file"),
            ("apply", "publish the gates of a file"),
            ("diff", "show what applying a file would change"),
        ):
            sub = does.add_parser(name, help=about)
            sub.add_argument("file", help="a YAML file, or - for standard input")
            if name != "diff":
                sub.add_argument("--create-teams", action="store_true", help="make missing teams")
        sub = does.add_parser("export", help="print published gates")
        sub.add_argument("gates", nargs="*", metavar="GATE", help="slugs; all gates if none")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        if options["does"] == "export":
            self.stdout.write(policyfile.write(published(options["gates"])), ending="")
            return
        create = options.get("create_teams", options["does"] == "diff")
        policies = self._read(options["file"], create_teams=create)
        getattr(self, f"_{options['does']}")(policies, options)

    def _read(self, file: str, *, create_teams: bool) -> tuple[GatePolicy, ...]:
        """The gates of a file; raises CommandError if it has errors, after telling all problems."""
        text = text_of(file)
        found = policyfile.read(text, file)
        problems = [*found.problems, *staffing(text, file, found.gates, create_teams=create_teams)]
        for problem in problems:
            self.stderr.write(str(problem))
        if any(problem.level == "error" for problem in problems):
            raise CommandError(f"{file} is not fit for use.")
        return found.gates

    def _check(self, policies: tuple[GatePolicy, ...], options: dict[str, Any]) -> None:
        self.stdout.write(f"{options['file']}: {len(policies)} gates, no errors")

    def _apply(self, policies: tuple[GatePolicy, ...], options: dict[str, Any]) -> None:
        done = publish.apply(policies, actor=ACTOR, create_teams=options["create_teams"])
        for item in done:
            said = "published" if item.changed else "unchanged"
            self.stdout.write(f"{item.slug}: version {item.number} {said}")

    def _diff(self, policies: tuple[GatePolicy, ...], options: dict[str, Any]) -> None:
        current = {policy.slug: policy for policy in published([item.slug for item in policies])}
        for policy in policies:
            for line in policyfile.diff(current.get(policy.slug), policy):
                self.stdout.write(line)


def text_of(file: str) -> str:
    """The text of a file. Raises CommandError if there is none."""
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}.") from error


def staffing(
    text: str, file: str, policies: tuple[GatePolicy, ...], *, create_teams: bool
) -> list[Problem]:
    """What the teams in the database lack for these gates, at the lines that name them."""
    try:
        source = source_of(text)
    except Unreadable:
        return []
    problems = []
    for policy in policies:
        for lack in shortages(policy, create_teams=create_teams):
            path = ("gates", policy.slug, *lack.path)
            key = ".".join(str(part) for part in path)
            level = "error" if lack.fatal else "warning"
            problems.append(Problem(file, source.line(path), key, lack.message, level))  # type: ignore[arg-type]
    return problems


def published(slugs: list[str]) -> list[GatePolicy]:
    """The published policies of these gates, or of all."""
    gates = Gate.objects.filter(version__isnull=False).select_related("version")
    if slugs:
        gates = gates.filter(slug__in=slugs)
    return [policy_of(gate.version) for gate in gates if gate.version is not None]
