"""HTTP actions: where an integrator performs an action, and the secret that signs our calls."""

from __future__ import annotations

import base64
import secrets

import structlog
from django.db import transaction

from gates import clock
from gates.actors import Actor
from gates.models import WorkflowVersion
from gates.queries.policies import graph_of
from reviews.errors import Conflict
from reviews.models import Endpoint, Run
from reviews.states import RunStatus

SECRET_BYTES = 32

log = structlog.get_logger(__name__)


def add(name: str, url: str, *, actor: Actor) -> Endpoint:
    """A new HTTP action with a secret of its own."""
    with transaction.atomic():
        made = Endpoint(name=name, url=url, secret=_new_secret(), created_at=clock.now())
        made.save(force_insert=True)
    _told("endpoint_added", made, actor)
    return made


def move(endpoint_id: int, url: str, *, actor: Actor) -> Endpoint:
    """Call it elsewhere from now on, signed as before."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        endpoint.url = url
        endpoint.save(update_fields=("url",))
    _told("endpoint_moved", endpoint, actor)
    return endpoint


def rotate(endpoint_id: int, *, actor: Actor) -> Endpoint:
    """Sign with a new secret from now on."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        endpoint.secret = _new_secret()
        endpoint.save(update_fields=("secret",))
    _told("endpoint_secret_rotated", endpoint, actor)
    return endpoint


def show(endpoint_id: int, *, actor: Actor) -> Endpoint:
    """The HTTP action for who is about to see its secret, which is told to the log."""
    endpoint = Endpoint.objects.get(pk=endpoint_id)
    _told("endpoint_secret_shown", endpoint, actor)
    return endpoint


def delete(endpoint_id: int, *, actor: Actor) -> None:
    """Forget it. Raises Conflict as long as a published workflow or an open run calls it."""
    with transaction.atomic():
        endpoint = _locked(endpoint_id)
        callers = used_by(endpoint)
        if callers:
            message = f"“{endpoint.name}” is called by {', '.join(callers)}."
            raise Conflict(message, code="endpoint_used", workflows=callers)
        endpoint.delete()
    _told("endpoint_deleted", endpoint, actor)


def used_by(endpoint: Endpoint) -> list[str]:
    """The workflows whose published version, or a version that a run still follows, calls it."""
    published = WorkflowVersion.objects.filter(published_for__isnull=False)
    running = Run.objects.exclude(status=RunStatus.ENDED).values("version")
    followed = WorkflowVersion.objects.filter(pk__in=running)
    versions = (published | followed).distinct().select_related("workflow")
    calling = [item for item in versions if endpoint.name in graph_of(item).actions]
    return sorted({item.workflow.slug for item in calling})


def _locked(endpoint_id: int) -> Endpoint:
    return Endpoint.objects.select_for_update().get(pk=endpoint_id)


def _new_secret() -> str:
    """As the Standard Webhooks specification writes it."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def _told(event: str, endpoint: Endpoint, actor: Actor) -> None:
    log.info(event, endpoint=endpoint.name, actor=str(actor))
