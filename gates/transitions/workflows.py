"""Publishing of workflows: a graph becomes the next version. Runs under way keep theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import rfc8785
from django.db import transaction

from gates import clock
from gates.actors import Actor
from gates.graph import Graph
from gates.models import Gate, Workflow, WorkflowVersion
from gates.policy import GatePolicy
from gates.queries.workflows import unfit
from gates.transitions import publish as gates
from gates.transitions.events import record
from gates.transitions.publish import Published, Unfit


def apply(
    policies: Sequence[GatePolicy],
    graphs: Sequence[Graph] = (),
    *,
    actor: Actor,
    create_teams: bool = False,
) -> tuple[list[Published], list[Published]]:
    """Publish the gates and the workflows of a file, all or none; the answers stand in their order.

    Raises Unfit. All gates are locked first, in the order of slugs, then the workflows, likewise.
    """
    with transaction.atomic():
        if create_teams:
            gates.make_teams(policies, actor=actor)
        _lock_gates(graphs, new=policies)
        along = [graph.slug for graph in graphs]
        done = gates.apply(policies, actor=actor, along=along)
        in_order = sorted(graphs, key=lambda graph: graph.slug)
        drawn = {graph.slug: publish(graph, actor=actor) for graph in in_order}
    return done, [drawn[graph.slug] for graph in graphs]


def publish(graph: Graph, *, actor: Actor) -> Published:
    """Make the graph the workflow's published version, unless it is that already. Raises Unfit."""
    with transaction.atomic():
        passed = _lock_gates([graph])
        Workflow.objects.get_or_create(slug=graph.slug)
        workflow = Workflow.objects.select_for_update().get(slug=graph.slug)
        _check(graph)
        digest = digest_of(graph)
        current = workflow.version
        if current is not None and current.digest == digest:
            return Published(graph.slug, current.number, changed=False)
        now = clock.now()
        version = _new_version(workflow, graph, digest, actor, now)
        version.gates.set(passed[slug] for slug in graph.gates)
        workflow.version = version
        workflow.save(update_fields=("version",))
        record(workflow, "published", actor=actor, now=now, version=version.number, digest=digest)
    return Published(graph.slug, version.number, changed=True)


def digest_of(graph: Graph) -> str:
    """SHA-256 (hex) of the RFC 8785 form of the graph's document."""
    return hashlib.sha256(rfc8785.dumps(graph.document())).hexdigest()


def _lock_gates(graphs: Iterable[Graph], new: Iterable[GatePolicy] = ()) -> Mapping[str, Gate]:
    """The gates that the graphs pass and those that are published with them, locked, so that no
    policy changes under a workflow that is being checked against it.
    """
    made = sorted(policy.slug for policy in new)
    for slug in made:
        Gate.objects.get_or_create(slug=slug)
    wanted = {*made, *(slug for graph in graphs for slug in graph.gates)}
    rows = Gate.objects.select_for_update().filter(slug__in=wanted).order_by("slug")
    return {gate.slug: gate for gate in rows}


def _check(graph: Graph) -> None:
    """Also where the graph is the published one: its gates may have changed with it."""
    fatal = [str(finding) for finding in unfit(graph) if finding.fatal]
    if fatal:
        raise Unfit(f"workflow {graph.slug}: {'; '.join(fatal)}")


def _new_version(
    workflow: Workflow, graph: Graph, digest: str, actor: Actor, now: datetime
) -> WorkflowVersion:
    return WorkflowVersion.objects.create(
        workflow=workflow,
        number=workflow.version.number + 1 if workflow.version else 1,
        document=graph.document(),
        digest=digest,
        published_at=now,
        published_by=actor.label,
    )
