"""Policies of versions, kept in the process: a version never changes, so its digest is
a sound key.
"""

from __future__ import annotations

from gates.models import GateVersion
from gates.policy import GatePolicy

_LIMIT = 1000
_policies: dict[str, GatePolicy] = {}


def policy_of(version: GateVersion) -> GatePolicy:
    """The policy of a version. `document` may be deferred: it is read on the first use of its
    digest only.
    """
    policy = _policies.get(version.digest)
    if policy is None:
        if len(_policies) >= _LIMIT:
            _policies.clear()
        policy = _policies[version.digest] = GatePolicy.from_document(version.document)
    return policy
