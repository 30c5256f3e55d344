"""A run begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from gates import clock
from gates.models import ApiKey, WorkflowVersion
from reviews.errors import Missing
from reviews.models import Run
from reviews.states import RunStatus
from reviews.transitions.change import Change
from reviews.transitions.runs.passing import Passage, begin
from reviews.transitions.runs.walking import walk


@dataclass(frozen=True, slots=True)
class Start:
    """What an integrator sends. JSON values are finite and free of surrogates; the API has seen to
    that.
    """

    workflow: str
    input: Any = None
    external_id: str = ""
    callback_url: str = ""
    requester: Mapping[str, Any] | None = None


def start(body: Start, *, key: ApiKey) -> Run:
    """Start the published version. Raises Missing for a workflow out of the key's scope."""
    with transaction.atomic():
        version = version_for(key, body.workflow)
        change = Change(now=clock.now(), actor=key.actor())
        run = Run(
            id=clock.new_id(change.now),
            workflow=version.workflow,
            version=version,
            key=key,
            input=body.input,
            requester=dict(body.requester) if body.requester else None,
            external_id=body.external_id,
            callback_url=body.callback_url,
            started_at=change.now,
        )
        change.set(run, status=RunStatus.RUNNING)
        change.log(change.new(run), "started", version=version.number)
        passage = Passage(run, change)
        walk(passage, begin(passage, passage.graph.start, body.input))
        change.write()
    return run


def version_for(key: ApiKey, slug: str) -> WorkflowVersion:
    """The published version of a workflow all of whose gates are in the key's scope; else Missing:
    no workflow shows outside.
    """
    published = WorkflowVersion.objects.filter(published_for__slug=slug)
    version = published.select_related("workflow").defer("document").first()
    if version is None or key.personal or not _reaches(key, version):
        raise Missing(f"There is no workflow “{slug}” for this key.")
    return version


def _reaches(key: ApiKey, version: WorkflowVersion) -> bool:
    return key.all_gates or not version.gates.exclude(pk__in=key.gates.values("pk")).exists()
