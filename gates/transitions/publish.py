"""Publishing: a policy becomes the next version of its gate. Running reviews keep theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import rfc8785
from django.db import transaction

from gates import clock
from gates.actors import Actor
from gates.graph import Finding
from gates.models import EscalationStep, Gate, GateVersion, ReasonCode, Team
from gates.policy import GatePolicy
from gates.queries.staffing import Shortage, shortages
from gates.queries.workflows import broken_by
from gates.transitions import teams
from gates.transitions.events import record


class Unfit(Exception):
    """What a policy or a workflow names cannot do what it asks of it."""


@dataclass(frozen=True, slots=True)
class Published:
    """The version of a gate or a workflow after publishing; `changed` is False where it already
    said all this.
    """

    slug: str
    number: int
    changed: bool


def apply(
    policies: Sequence[GatePolicy],
    *,
    actor: Actor,
    create_teams: bool = False,
    along: Collection[str] = (),
) -> list[Published]:
    """Publish gates, all or none. Raises Unfit for a team that does not do.

    The answers stand in the order of the policies; rows are locked in the order of slugs, so that
    two who publish the same gates wait for each other instead of both failing. `along` as in
    `publish`.
    """
    with transaction.atomic():
        if create_teams:
            make_teams(policies, actor=actor)
        in_order = sorted(policies, key=lambda policy: policy.slug)
        done = {policy.slug: publish(policy, actor=actor, along=along) for policy in in_order}
    return [done[policy.slug] for policy in policies]


def publish(policy: GatePolicy, *, actor: Actor, along: Collection[str] = ()) -> Published:
    """Make the policy the gate's published version, unless it is that already.

    Raises Unfit, also for a published workflow that has no edge for what the gate can come to; but
    not for those `along`, which the caller publishes next, in the same transaction.
    """
    with transaction.atomic():
        Gate.objects.get_or_create(slug=policy.slug)
        gate = Gate.objects.select_for_update().get(slug=policy.slug)
        digest = digest_of(policy)
        current = gate.version
        if current is not None and current.digest == digest:
            return Published(gate.slug, current.number, changed=False)
        _check(policy, along)
        now = clock.now()
        version = _new_version(gate, policy, digest, actor, now)
        gate.version = version
        gate.owner = Team.objects.get(slug=policy.owner) if policy.owner else None
        gate.save(update_fields=("version", "owner"))
        record(gate, "published", actor=actor, now=now, version=version.number, digest=digest)
    return Published(gate.slug, version.number, changed=True)


def digest_of(policy: GatePolicy) -> str:
    """SHA-256 (hex) of the RFC 8785 form of the policy's document."""
    return hashlib.sha256(rfc8785.dumps(policy.document())).hexdigest()


def teams_of(policy: GatePolicy) -> list[str]:
    """The slugs of all teams that a policy names."""
    named = [step.assignee for step in policy.steps] + [policy.owner]
    return list(dict.fromkeys(slug for slug in named if slug))


def make_teams(policies: Sequence[GatePolicy], *, actor: Actor) -> None:
    """Make the teams that these policies name and that are not there, with nobody in them."""
    named = {slug for policy in policies for slug in teams_of(policy)}
    there = set(Team.objects.filter(slug__in=named).values_list("slug", flat=True))
    for slug in sorted(named - there):
        name = slug.replace("_", " ").replace("-", " ").capitalize()
        teams.create(Team(slug=slug, name=name), actor=actor)


def _check(policy: GatePolicy, along: Collection[str]) -> None:
    """The workflows are read after the gate is locked: who publishes one that passes this gate
    waits for that lock.
    """
    lacks: list[Shortage | Finding] = [*shortages(policy), *broken_by(policy, along)]
    fatal = [lack.message for lack in lacks if lack.fatal]
    if fatal:
        raise Unfit(f"{policy.slug}: {'; '.join(fatal)}")


def _new_version(
    gate: Gate, policy: GatePolicy, digest: str, actor: Actor, now: datetime
) -> GateVersion:
    version = GateVersion.objects.create(
        gate=gate,
        number=gate.version.number + 1 if gate.version else 1,
        document=policy.document(),
        digest=digest,
        timeout=policy.steps[0].timeout,
        timeout_action=policy.timeout_action,
        final_action=policy.final_action,
        levels=policy.levels,
        published_at=now,
        published_by=actor.label,
    )
    EscalationStep.objects.bulk_create(_steps(version, policy))
    ReasonCode.objects.bulk_create(
        ReasonCode(version=version, code=reason.code, label=reason.label)
        for reason in policy.reasons
    )
    return version


def _steps(version: GateVersion, policy: GatePolicy) -> list[EscalationStep]:
    asked = {step.assignee for step in policy.steps}
    by_slug = {team.slug: team for team in Team.objects.filter(slug__in=asked)}
    return [
        EscalationStep(
            version=version, level=level, team=by_slug[step.assignee], timeout=step.timeout
        )
        for level, step in enumerate(policy.steps)
    ]
