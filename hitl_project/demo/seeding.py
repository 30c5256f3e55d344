"""Plants the demo: people, teams, gates, workflows, a month of history, and two keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from gates import policyfile
from gates.models import ApiKey, Gate, Workflow
from gates.transitions import keys, publish, workflows
from gates.transitions.publish import Unfit
from hitl_project.demo import history, people
from hitl_project.demo.cases import INVENTORS
from hitl_project.demo.history import SCOPE
from hitl_project.demo.people import SEED
from hitl_project.demo.shop.errands import ERRANDS

log = structlog.get_logger(__name__)

POLICIES: Path = settings.BASE_DIR / "reviews" / "policies"
WORKFLOWS: Path = settings.BASE_DIR / "hitl_project" / "demo" / "workflows"
REFUND = "refund"
GATES = (*INVENTORS, "loan")
AGENT_KEY = "demo agent"
PERSONAL_KEY = "demo reviewer"
REVIEWER = "reviewer"


class NotHere(Exception):
    """The demo's passwords are known to everybody: it refuses to be planted in production."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Shown once. Every planting makes new ones and revokes the old."""

    agent: str
    reviewer: str


def plant(*, past: bool = False) -> Secrets:
    """Make whatever of the demo is missing, and fresh keys; with `past` also what would have
    happened, if nothing has yet. Raises NotHere without DEBUG.
    """
    if not settings.DEBUG:
        raise NotHere("The demo's passwords are known to everybody: it needs DEBUG=1.")
    with transaction.atomic():
        if past and not history.planted():
            with history.beginning():
                _plant_ground()
            history.play()
        _plant_ground()
        return Secrets(agent=_agent_key(), reviewer=_personal_key())


def _plant_ground() -> None:
    people.plant()
    for slug in GATES:
        _plant_gate(slug)
    for slug in ERRANDS:
        _plant_workflow(slug)


def _plant_gate(slug: str) -> None:
    """A gate that is there already stays as somebody may have changed it."""
    if not _gates_there(slug):
        publish.apply(_read(POLICIES / f"{slug}.yaml").gates, actor=SEED)


def _plant_workflow(slug: str) -> None:
    """With the gates of its file, likewise. What no longer fits a changed gate is left out."""
    if Workflow.objects.filter(slug=slug, version__isnull=False).exists():
        return
    found = _read(WORKFLOWS / f"{slug}.yaml")
    missing = [policy for policy in found.gates if not _gates_there(policy.slug)]
    try:
        workflows.apply(missing, found.workflows, actor=SEED)
    except Unfit as refusal:
        log.warning("demo_workflow_left_out", workflow=slug, problem=str(refusal))


def _gates_there(slug: str) -> bool:
    return Gate.objects.filter(slug=slug, version__isnull=False).exists()


def _read(file: Path) -> policyfile.PolicyFile:
    return policyfile.read(file.read_text(encoding="utf-8"), file.name)


def _agent_key() -> str:
    _revoke(AGENT_KEY)
    gates = Gate.objects.filter(slug__in=SCOPE)
    return keys.create_for_gates(AGENT_KEY, actor=SEED, gates=gates)[1]


def _personal_key() -> str:
    _revoke(PERSONAL_KEY)
    owner = User.objects.get(username=REVIEWER)
    return keys.create_personal(PERSONAL_KEY, actor=SEED, owner=owner)[1]


def _revoke(name: str) -> None:
    for key_id in ApiKey.objects.filter(name=name, revoked=False).values_list("pk", flat=True):
        keys.revoke(key_id, actor=SEED)
