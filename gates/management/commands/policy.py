"""`policy check|apply|export|diff`: gates as YAML. Answers on stdout, problems on stderr."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from gates import policyfile
from gates.actors import command
from gates.models import Gate
from gates.policyfile import PolicyFile, Problem
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
            sub.add_argument("--create-teams", action="store_true", help="make missing teams")
        sub = does.add_parser("export", help="print published gates")
        sub.add_argument("gates", nargs="*", metavar="GATE", help="slugs; all gates if none")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the sub-command."""
        try:
            getattr(self, f"_{options['does']}")(options)
        except (OperationalError, ProgrammingError) as error:
            raise CommandError(f"The database is not ready ({error}): manage.py migrate") from error

    def _check(self, options: dict[str, Any]) -> None:
        file = self._read(options, create_teams=options["create_teams"])
        count = len(file.gates)
        self.stdout.write(f"{file.name}: {count} {'gate' if count == 1 else 'gates'}, no errors")

    def _apply(self, options: dict[str, Any]) -> None:
        create = options["create_teams"]
        file = self._read(options, create_teams=create)
        try:
            done = publish.apply(file.gates, actor=ACTOR, create_teams=create)
        except publish.Unfit as error:
            raise CommandError(str(error)) from error
        for item in done:
            said = "published" if item.changed else "unchanged"
            self.stdout.write(f"{item.slug}: version {item.number} {said}")

    def _diff(self, options: dict[str, Any]) -> None:
        file = self._read(options, create_teams=True)
        current = {gate.slug: gate for gate in _published([item.slug for item in file.gates])}
        for policy in file.gates:
            version = current[policy.slug].version if policy.slug in current else None
            names = f"{policy.slug} version {version.number if version else 0}", file.name
            old = policy_of(version) if version else None
            for line in policyfile.diff(old, policy, names):
                self.stdout.write(line)

    def _export(self, options: dict[str, Any]) -> None:
        gates = _published(options["gates"])
        missing = set(options["gates"]) - {gate.slug for gate in gates}
        if missing:
            raise CommandError(f"There is no published gate “{min(missing)}”.")
        policies = [policy_of(gate.version) for gate in gates if gate.version is not None]
        self.stdout.write(policyfile.write(policies), ending="")

    def _read(self, options: dict[str, Any], *, create_teams: bool) -> PolicyFile:
        """The file, if it is free of errors; all problems are told first."""
        file = policyfile.read(_text_of(options["file"]), options["file"])
        problems = [*file.problems, *_staffing(file, create_teams=create_teams)]
        for problem in problems:
            self.stderr.write(str(problem), style_func=str)
        if any(problem.level == "error" for problem in problems):
            raise CommandError(f"{file.name} is not fit for use.")
        return file


def _text_of(file: str) -> str:
    """The text of a file. Raises CommandError if there is none."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}.") from error


def _staffing(file: PolicyFile, *, create_teams: bool) -> Iterator[Problem]:
    """What the teams in the database lack for these gates, at the lines that name them."""
    for policy in file.gates:
        for lack in shortages(policy, create_teams=create_teams):
            path = ("gates", policy.slug, *lack.path)
            yield file.problem(path, lack.message, "error" if lack.fatal else "warning")


def _published(slugs: Sequence[str]) -> list[Gate]:
    """These gates, or all, as far as they are published."""
    gates = Gate.objects.filter(version__isnull=False).select_related("version").order_by("slug")
    return list(gates.filter(slug__in=slugs) if slugs else gates)
