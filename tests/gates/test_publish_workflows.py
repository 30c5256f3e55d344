"""Publishing workflows: versions and events, and that gates and workflows always go together."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gates import performers
from gates.actors import command
from gates.graph import Action, Condition
from gates.models import Event, Gate, GateVersion, Workflow, WorkflowVersion
from gates.policy import Triggers
from gates.queries.policies import graph_of
from gates.transitions import publish as gates
from gates.transitions.publish import Published, Unfit
from gates.transitions.workflows import apply, digest_of, publish
from tests import factories
from tests.factories import T0, at
from tests.gates.policies import a_gate
from tests.gates.workflows import DONE, a_graph, a_workflow, act, gate

pytestmark = pytest.mark.django_db

ACTOR = command("policy")
ANSWERED = ("approve", "reject", "respond")
BOTH = {"approved": "act", "rejected": "done"}


@pytest.fixture(autouse=True)
def performed(monkeypatch):
    """Somebody performs the actions that these workflows call."""
    monkeypatch.setattr(performers, "_sources", [lambda: ["issue_refund", "reverse_refund"]])


@pytest.fixture
def refund():
    """The gate, published."""
    factories.team("support_team")
    factories.team("support_leads")
    gates.publish(a_gate(), actor=ACTOR)
    return Gate.objects.get()


def published(graph=None):
    with at(T0):
        return publish(graph or a_workflow(), actor=ACTOR)


def current() -> WorkflowVersion:
    """The version that is published."""
    return WorkflowVersion.objects.get(published_for__slug="refund")


def refused(call, *args, **keys):
    with pytest.raises(Unfit) as raised:
        call(*args, actor=ACTOR, **keys)
    return str(raised.value)


def test_a_new_workflow_gets_its_first_version(refund):
    graph = a_workflow()
    assert published(graph) == Published("refund", 1, changed=True)
    version = current()
    assert (version.number, version.published_at, version.published_by) == (1, T0, "command:policy")
    assert (version.document, version.digest) == (graph.document(), digest_of(graph))
    assert list(version.gates.all()) == [refund]


def test_the_graph_of_a_version_is_made_once(refund, django_assert_num_queries):
    published()
    graph = graph_of(current())
    assert graph == a_workflow()
    version = WorkflowVersion.objects.defer("document").get()
    with django_assert_num_queries(0):
        assert graph_of(version) is graph


def test_publishing_writes_an_event_of_the_workflow(refund):
    published()
    workflow, event = Workflow.objects.get(), Event.objects.get(subject_type="workflow")
    assert (event.subject_id, event.verb, event.at) == (str(workflow.pk), "published", T0)
    assert (event.actor, event.data) == (
        "command:policy",
        {"version": 1, "digest": current().digest},
    )
    assert (workflow.event_count, workflow.event_head) == (1, event.hash)


def test_publishing_the_same_again_changes_nothing(refund):
    published()
    before = Workflow.objects.values().get()
    assert published() == Published("refund", 1, changed=False)
    assert Workflow.objects.values().get() == before
    assert WorkflowVersion.objects.count() == 1


def test_a_changed_workflow_becomes_a_new_version_and_the_old_one_stays(refund):
    published()
    changed = a_workflow(act="{action: issue_refund, next: done, timeout: 5}")
    assert published(changed) == Published("refund", 2, changed=True)
    versions = WorkflowVersion.objects.order_by("number")
    assert [graph_of(version) for version in versions] == [a_workflow(), changed]
    assert current().number == 2


# --- what must be there ---------------------------------------------------------------------------


def test_a_gate_that_is_not_published_keeps_a_workflow_from_being_published():
    Gate.objects.create(slug="refund")
    assert refused(publish, a_workflow()) == (
        "workflow refund: nodes.gate.human_gate: there is no published gate “refund”"
    )
    assert not Workflow.objects.exists()


def test_an_outcome_without_an_edge_keeps_a_workflow_from_being_published(refund):
    gates.publish(a_gate(options=ANSWERED), actor=ACTOR)
    assert refused(publish, a_workflow()) == (
        "workflow refund: nodes.gate.on.answered: is missing: gate “refund” can end so"
    )


def test_an_action_that_nobody_performs_keeps_a_workflow_from_being_published(refund):
    ask = Condition(
        "ask", "?", {"met": "done", "denied": "done", "expired": "done"}, send="send_mail"
    )
    graph = a_graph(
        gate(approved="pay", rejected="ask"),
        act("pay", "undone", compensate="reverse_refnd"),
        Action("undone", "isue_refund", "ask"),
        ask,
        DONE,
    )
    assert refused(publish, graph) == (
        "workflow refund: "
        "nodes.pay.compensate: nobody performs “reverse_refnd”; did you mean reverse_refund?; "
        "nodes.undone.action: nobody performs “isue_refund”; did you mean issue_refund?; "
        "nodes.ask.condition.send: nobody performs “send_mail”"
    )


def test_a_graph_with_a_flaw_is_not_published(refund):
    graph = a_graph(gate(**BOTH), act("act", "dome"), DONE)
    assert refused(publish, graph) == (
        "workflow refund: nodes.act.next: there is no node “dome”; did you mean done?"
    )


def test_a_warning_keeps_nothing_back(refund):
    graph = a_graph(gate(**BOTH, skipped="done"), act("act"), DONE)
    assert published(graph).changed is True


# --- gates under published workflows --------------------------------------------------------------


def test_a_gate_with_a_new_outcome_is_refused_while_a_published_workflow_has_no_edge_for_it(refund):
    published()
    published(a_workflow(act="{action: issue_refund, next: done, timeout: 5}"))
    assert refused(gates.publish, a_gate(options=ANSWERED)) == (
        "refund: workflow “refund”: nodes.gate.on.answered: is missing: gate “refund” can end so"
    )
    assert GateVersion.objects.count() == 1


def test_a_workflow_that_passes_the_gate_no_more_keeps_nothing_back(refund):
    published()
    published(a_graph(act("act"), DONE))
    assert gates.publish(a_gate(options=ANSWERED), actor=ACTOR).changed is True


def test_a_gate_that_ends_in_fewer_ways_is_published(refund):
    published()
    always = Triggers(always_because="It is new.")
    one = a_gate(options=("reject",), triggers=always)
    assert gates.publish(one, actor=ACTOR).changed is True


def test_a_gate_changes_with_the_workflow_that_passes_it(refund):
    published()
    graph = a_workflow(
        gate="{human_gate: refund, on: {approved: act, rejected: done, answered: done}}"
    )
    assert apply([a_gate(options=ANSWERED)], [graph], actor=ACTOR) == (
        [Published("refund", 2, changed=True)],
        [Published("refund", 2, changed=True)],
    )


def test_a_workflow_that_comes_along_unchanged_is_still_judged(refund):
    published()
    assert refused(apply, [a_gate(options=ANSWERED)], [a_workflow()]) == (
        "workflow refund: nodes.gate.on.answered: is missing: gate “refund” can end so"
    )
    assert GateVersion.objects.count() == 1


# --- all or none ----------------------------------------------------------------------------------


def test_gates_and_workflows_are_published_together_and_answer_in_order():
    graphs = [a_named("z"), a_named("a")]
    policies = [a_gate(slug="refund"), a_gate(slug="other")]
    done, drawn = apply(policies, graphs, actor=ACTOR, create_teams=True)
    assert [item.slug for item in done] == ["refund", "other"]
    assert [item.slug for item in drawn] == ["z", "a"]
    assert GateVersion.objects.count() == 2


def a_named(slug):
    return replace(a_workflow(), slug=slug)


def test_a_workflow_that_is_refused_keeps_the_gates_back():
    graph = a_graph(gate(approved="done"), DONE)
    assert refused(apply, [a_gate()], [graph], create_teams=True) == (
        "workflow refund: nodes.gate.on.rejected: is missing: gate “refund” can end so"
    )
    assert not Gate.objects.exists()
    assert not Event.objects.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_gates_are_locked_before_workflows_in_the_order_of_slugs():
    policies, graphs = [a_gate(slug="z"), a_gate()], [a_named("b"), a_named("a")]
    with CaptureQueriesContext(connection) as asked:
        apply(policies, graphs, actor=ACTOR, create_teams=True)
    locks = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]]
    tables = [sql.partition(' FROM "')[2].partition('"')[0] for sql in locks]
    assert 'ORDER BY "gates_gate"."slug" ASC' in locks[0]
    assert ("'refund'" in locks[0], "'z'" in locks[0]) == (True, True)
    workflows = [sql for sql, table in zip(locks, tables, strict=True) if table == "gates_workflow"]
    assert ["'a'" in sql for sql in workflows] == [True, False]
    assert set(tables[: tables.index("gates_workflow")]) == {"gates_gate"}
