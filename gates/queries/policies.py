"""Policies and graphs of versions, kept in the process: a version never changes, so its digest is
a sound key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from gates.graph import Graph
from gates.models import GateVersion, WorkflowVersion
from gates.policy import GatePolicy

T = TypeVar("T")

_LIMIT = 1000
_policies: dict[str, GatePolicy] = {}
_graphs: dict[str, Graph] = {}


def policy_of(version: GateVersion) -> GatePolicy:
    """The policy of a version. `document` may be deferred: it is read on the first use of its
    digest only.
    """
    return _kept(_policies, version, GatePolicy.from_document)


def graph_of(version: WorkflowVersion) -> Graph:
    """The graph of a version, likewise."""
    return _kept(_graphs, version, Graph.from_document)


def _kept(
    kept: dict[str, T],
    version: GateVersion | WorkflowVersion,
    made: Callable[[Mapping[str, Any]], T],
) -> T:
    found = kept.get(version.digest)
    if found is None:
        if len(kept) >= _LIMIT:
            kept.clear()
        found = kept[version.digest] = made(version.document)
    return found
