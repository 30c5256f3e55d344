"""Publishing: a policy becomes the next version of its gate. Running reviews keep theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import rfc8785
from django.db import transaction

from gates import clock
from gates.actors import Actor
from gates.models import EscalationStep, Gate, GateVersion, ReasonCode, Team
from gates.policy import GatePolicy
from gates.transitions.events import record

Teams = Mapping[str, Team]


@dataclass(frozen=True, slots=True)
class Published:
    """A gate's version after publishing; `changed` is False where it already said all this."""

    slug: str
    number: int
    changed: bool


def apply(
    policies: Sequence[GatePolicy], *, actor: Actor, create_teams: bool = False
) -> list[Published]:
    """Publish the gates of a file, all or none. Raises Team.DoesNotExist for a missing team."""
    with transaction.atomic():
        if create_teams:
            _create_teams(policies, actor)
        return [publish(policy, actor=actor) for policy in policies]


def publish(policy: GatePolicy, *, actor: Actor) -> Published:
    """Make the policy the gate's published version, unless it is that already."""
    with transaction.atomic():
        Gate.objects.get_or_create(slug=policy.slug)
        gate = Gate.objects.select_for_update().get(slug=policy.slug)
        digest = digest_of(policy)
        current = gate.version
        if current is not None and current.digest == digest:
            return Published(gate.slug, current.number, changed=False)
        now = clock.now()
        version = _new_version(gate, policy, digest, actor, now)
        gate.version = version
        gate.owner = _teams([policy.owner])[policy.owner] if policy.owner else None
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
    teams = _teams(step.assignee for step in policy.steps)
    EscalationStep.objects.bulk_create(
        EscalationStep(
            version=version, level=level, team=teams[step.assignee], timeout=step.timeout
        )
        for level, step in enumerate(policy.steps)
    )
    ReasonCode.objects.bulk_create(
        ReasonCode(version=version, code=reason.code, label=reason.label)
        for reason in policy.reasons
    )
    return version


def _teams(slugs: Iterable[str]) -> Teams:
    wanted = set(slugs)
    found = {team.slug: team for team in Team.objects.filter(slug__in=wanted)}
    missing = sorted(wanted - found.keys())
    if missing:
        raise Team.DoesNotExist(f"There is no team “{missing[0]}”.")
    return found


def _create_teams(policies: Sequence[GatePolicy], actor: Actor) -> None:
    for slug in dict.fromkeys(slug for policy in policies for slug in teams_of(policy)):
        if not Team.objects.filter(slug=slug).exists():
            team = Team.objects.create(slug=slug, name=slug.replace("_", " ").capitalize())
            record(team, "created", actor=actor, now=clock.now())
