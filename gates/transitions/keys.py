"""API keys: made once, shown once, revoked for good."""

from __future__ import annotations

from collections.abc import Collection

from django.contrib.auth.models import User
from django.db import transaction

from gates import clock
from gates.actors import Actor
from gates.models import ApiKey, Gate
from gates.transitions.events import record


def create_for_gates(
    name: str, *, actor: Actor, gates: Collection[Gate], owner: User | None = None
) -> tuple[ApiKey, str]:
    """An integrator's key for these gates, and its secret. `owner` answers for it."""
    return _create(ApiKey(name=name, owner=owner), gates, actor)


def create_for_all_gates(
    name: str, *, actor: Actor, owner: User | None = None
) -> tuple[ApiKey, str]:
    """An integrator's key for every gate there is and will be, and its secret."""
    return _create(ApiKey(name=name, owner=owner, all_gates=True), (), actor)


def create_personal(name: str, *, actor: Actor, owner: User) -> tuple[ApiKey, str]:
    """A key that acts as its person, and its secret."""
    return _create(ApiKey(name=name, owner=owner, kind=ApiKey.Kind.PERSONAL), (), actor)


def revoke(key_id: int, *, actor: Actor) -> ApiKey:
    """The key stops working. One that is revoked already stays as it is, without an event."""
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().get(pk=key_id)
        if not key.revoked:
            key.revoked = True
            key.save(update_fields=("revoked",))
            record(key, "revoked", actor=actor, now=clock.now())
    return key


def _create(key: ApiKey, gates: Collection[Gate], actor: Actor) -> tuple[ApiKey, str]:
    """Raises ValidationError for a name that does not fit. The secret is stored hashed only."""
    secret = ApiKey.objects.assign_key(key)
    key.full_clean()
    with transaction.atomic():
        key.save(force_insert=True)
        key.gates.set(gates)
        data = {"kind": key.kind, "owner": key.owner_id, "all_gates": key.all_gates}
        slugs = sorted(gate.slug for gate in gates)
        record(key, "created", actor=actor, now=clock.now(), gates=slugs, **data)
    return key, secret
