"""Workflows as values: their JSON form, their edges, and what they call."""

from __future__ import annotations

import json

import pytest

from gates.graph import Graph, Retry
from tests.gates.test_policyfile_workflow import FULL_GRAPH
from tests.gates.workflows import a_workflow


@pytest.mark.parametrize("graph", [FULL_GRAPH, a_workflow()])
def test_a_workflow_comes_back_from_its_json_form(graph):
    stored = json.loads(json.dumps(graph.document()))
    assert stored == graph.document()
    assert Graph.from_document(stored) == graph
    assert list(Graph.from_document(stored).nodes) == list(graph.nodes)


def test_a_key_that_an_old_document_lacks_takes_its_default():
    document = a_workflow().document()
    del document["nodes"][1]["timeout"]
    assert Graph.from_document(document) == a_workflow()


def test_each_node_tells_its_edges():
    assert {name: node.edges for name, node in FULL_GRAPH.nodes.items()} == {
        "analyse": {"": "propose"},
        "propose": {"": "gate"},
        "gate": {"approved": "execute", "rejected": "revise", "exhausted": "stopped"},
        "revise": {"": "gate"},
        "execute": {"": "ask"},
        "ask": {"met": "size", "denied": "stopped", "expired": "done"},
        "size": {
            "gate.result.amount > 100": "audit",
            "ask.outcome == 'met'": "done",
            "else": "done",
            "exhausted": "stopped",
        },
        "audit": {"": "size"},
        "done": {},
        "stopped": {},
    }


def test_a_workflow_tells_the_gates_and_actions_that_it_names():
    assert FULL_GRAPH.gates == ["refund"]
    assert FULL_GRAPH.actions == [
        "analyse_ticket",
        "propose_refund",
        "revise_refund",
        "issue_refund",
        "reverse_refund",
        "mail_link",
        "write_audit",
    ]


def test_the_pause_doubles_up_to_the_longest():
    retry = Retry(attempts=9, pause=2, longest=10)
    assert [retry.wait(attempt) for attempt in (1, 2, 3, 4, 99)] == [2, 4, 8, 10, 10]
