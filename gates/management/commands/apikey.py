"""`manage.py apikey create|list|revoke`: the keys that callers of the API use."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from gates import actors, clock
from gates.models import ApiKey, Gate
from gates.transitions import keys

ACTOR = actors.command("apikey")


class Command(BaseCommand):
    """The secret goes to stdout, alone, so that a script can catch it; it is never shown again."""

    help = "Make, list and revoke API keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One sub-command each."""
        commands = parser.add_subparsers(dest="what", required=True)
        create = commands.add_parser("create", help="make a key and print it, this once")
        create.add_argument("name", help="what it is for, up to 50 characters")
        scope = create.add_mutually_exclusive_group(required=True)
        scope.add_argument("--gate", nargs="+", metavar="SLUG", help="an integrator's, for these")
        scope.add_argument("--all-gates", action="store_true", help="an integrator's, for all")
        scope.add_argument("--user", metavar="USERNAME", help="acts as this person")
        create.add_argument("--owner", metavar="USERNAME", help="who answers for an integrator's")
        commands.add_parser("list", help="all keys, without their secrets")
        revoke = commands.add_parser("revoke", help="a key stops working, for good")
        revoke.add_argument("prefix", help="the key up to its dot, as `list` shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        {"create": self._create, "list": self._list, "revoke": self._revoke}[options["what"]](
            options
        )

    def _create(self, options: dict[str, Any]) -> None:
        try:
            _, secret = _made(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(secret)

    def _list(self, options: dict[str, Any]) -> None:
        now = clock.now()
        for key in ApiKey.objects.select_related("owner").prefetch_related("gates"):
            expired = key.expiry_date is not None and key.expiry_date <= now
            state = "revoked" if key.revoked else "expired" if expired else "active"
            owner = key.owner.get_username() if key.owner else "-"
            row = (key.prefix, state, key.kind, _scope(key), owner, key.name)
            self.stdout.write("\t".join(row))

    def _revoke(self, options: dict[str, Any]) -> None:
        key = ApiKey.objects.filter(prefix=options["prefix"].partition(".")[0]).first()
        if key is None:
            raise CommandError(f"No key begins with “{options['prefix']}”.")
        keys.revoke(key.pk, actor=ACTOR)
        self.stderr.write(f"“{key}” is revoked.")


def _made(options: dict[str, Any]) -> tuple[ApiKey, str]:
    name, owner = options["name"], options["owner"]
    if options["user"]:
        if owner:
            raise CommandError("A personal key belongs to its person: leave --owner out.")
        return keys.create_personal(name, actor=ACTOR, owner=_user(options["user"]))
    answers_for_it = _user(owner) if owner else None
    if options["all_gates"]:
        return keys.create_for_all_gates(name, actor=ACTOR, owner=answers_for_it)
    gates = _gates(options["gate"])
    return keys.create_for_gates(name, actor=ACTOR, gates=gates, owner=answers_for_it)


def _user(username: str) -> User:
    user = User.objects.filter(username=username).first()
    if user is None or not user.is_active:
        raise CommandError(f"There is no active user “{username}”.")
    return user


def _gates(slugs: list[str]) -> list[Gate]:
    gates = list(Gate.objects.filter(slug__in=slugs))
    unknown = sorted(set(slugs) - {gate.slug for gate in gates})
    if unknown:
        raise CommandError(f"There is no gate “{unknown[0]}”.")
    return gates


def _scope(key: ApiKey) -> str:
    if key.personal:
        return "-"
    return "*" if key.all_gates else ",".join(sorted(gate.slug for gate in key.gates.all()))
