"""A gate as a node: what the graph goes on with, and what it never believes."""

from dataclasses import replace

import pytest
from gatehouse_client import Gatehouse, Unreachable
from gatehouse_client.langgraph import ProposalChanged, human_gate, resume_when_closed
from gatehouse_client.turns import InProcess
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

from gates.policy import Step, Triggers
from reviews.models import IdempotencyKey, Review
from tests import factories
from tests.clients.graphs import CONTEXT, REVISES, State, asked, flow, propose

TURNS = InProcess()


@pytest.fixture
def effects():
    return []


@pytest.fixture
def graph(agent, saver, effects):
    return flow(agent, saver, lambda review, result: effects.append((review, result)))


def test_the_graph_stops_at_the_gate_and_says_where_to_look(graph, agent, thread, effects):
    (found,) = graph.invoke({"amount": 120}, thread)["__interrupt__"]
    review = agent.review(found.value["review"])
    assert found.value == {
        "kind": "gatehouse.review",
        "review": review.id,
        "gate": "refund",
        "title": "Approve refund of 120",
        "url": review.url,
        "due_at": review.due_at.isoformat(),
    }
    assert (review.proposal, review.recommendation) == ({"amount": 120, "order": "A-17"}, "approve")
    assert effects == []


def test_what_is_approved_is_executed(graph, agent, ann, thread, effects):
    review = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(review, "approve", note="Fine.")
    state = resume_when_closed(graph, thread, agent, turns=TURNS)
    assert (state.next, state.values["done"]) == ((), [review])
    assert state.values["gate"] == {
        "outcome": "approved",
        "result": {"amount": 120, "order": "A-17"},
        "proposal": {"amount": 120, "order": "A-17"},
        "context": CONTEXT,
        "verdict": "approve",
        "source": "human",
        "reasons": [],
        "note": "Fine.",
        "message": "",
        "review": review,
        "gate": "refund",
        "url": agent.review(review).url,
    }
    assert effects == [(review, {"amount": 120, "order": "A-17"})]


def test_what_is_modified_is_executed_as_modified(graph, agent, ann, thread, effects):
    review = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(review, "modify", proposal={"amount": 60, "order": "A-17"})
    resume_when_closed(graph, thread, agent, turns=TURNS)
    assert effects == [(review, {"amount": 60, "order": "A-17"})]


def test_what_is_rejected_is_revised_and_asked_again(agent, ann, saver, thread):
    graph = flow(agent, saver, edges=REVISES)
    first = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(first, "reject", reasons=["too_much"], note="Half is enough.")
    state = resume_when_closed(graph, thread, agent, turns=TURNS)
    assert state.values["gate"]["reasons"] == ["too_much"]
    assert state.values["gate"]["note"] == "Half is enough."
    second = agent.review(state.interrupts[0].value["review"])
    assert (second.revises, second.proposal["amount"]) == (first, 60)
    ann.decide(second.id, "approve")
    assert resume_when_closed(graph, thread, agent, turns=TURNS).values["done"] == [second.id]


def test_when_no_revision_is_allowed_any_more_the_outcome_says_so(
    desk, agent, ann, saver, thread, effects
):
    factories.publish(replace(desk.policy, max_rounds=1))
    graph = flow(agent, saver, lambda *what: effects.append(what), REVISES)
    review = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(review, "reject", reasons=["fraud"])
    state = resume_when_closed(graph, thread, agent, turns=TURNS)
    assert (state.next, state.values["gate"]["outcome"]) == ((), "exhausted")
    assert (state.values["gate"]["review"], effects) == (review, [])


def test_a_deadline_answers_where_nobody_does(desk, graph, agent, thread, effects):
    last = replace(
        desk.policy, steps=(Step("support_team", 1),), timeout_action="reject", final_action=""
    )
    factories.publish(last)
    graph.invoke({"amount": 120}, thread)
    state = resume_when_closed(graph, thread, agent, turns=TURNS)
    gate = state.values["gate"]
    assert (gate["outcome"], gate["source"], effects) == ("rejected", "timeout", [])


def test_what_is_cancelled_ends(graph, agent, thread, effects):
    agent.cancel(asked(graph.invoke({"amount": 120}, thread)))
    state = resume_when_closed(graph, thread, agent, turns=TURNS)
    assert (state.next, state.values["gate"]["outcome"], effects) == ((), "cancelled", [])


def test_an_answer_in_place_of_the_action_is_told(graph, agent, ann, thread, effects):
    review = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(review, "respond", message="I called her.")
    gate = resume_when_closed(graph, thread, agent, turns=TURNS).values["gate"]
    assert (gate["outcome"], gate["message"], effects) == ("answered", "I called her.", [])


def test_where_no_rule_asks_the_graph_does_not_stop(desk, graph, thread, effects):
    factories.publish(replace(desk.policy, triggers=Triggers(stakes="proposal.amount > 100")))
    answer = graph.invoke({"amount": 20}, thread)
    assert (answer["gate"]["outcome"], len(effects)) == ("approved", 1)


def test_whoever_resumes_it_with_a_verdict_of_his_own_is_not_believed(agent, saver, thread):
    graph = flow(agent, saver, patience=1)
    review = asked(graph.invoke({"amount": 120}, thread))
    forged = {"outcome": "approved", "result": {"amount": 9999}, "review": "another"}
    again = graph.invoke(Command(resume=forged), thread)
    assert (asked(again), agent.review(review).status) == (review, "pending")
    assert "done" not in again


def test_a_graph_that_was_resumed_too_early_goes_on_in_the_end(agent, ann, saver, thread):
    graph = flow(agent, saver, patience=1)
    review = asked(graph.invoke({"amount": 120}, thread))
    for _ in range(2):
        graph.invoke(Command(resume=True), thread)
    ann.decide(review, "approve")
    assert resume_when_closed(graph, thread, agent, turns=TURNS).values["done"] == [review]
    assert Review.objects.count() == 1


def test_a_node_that_runs_again_opens_no_second_review(graph, thread):
    review = asked(graph.invoke({"amount": 120}, thread))
    assert asked(graph.invoke(None, thread)) == review
    assert Review.objects.count() == 1


def test_a_review_is_found_when_its_idempotency_key_is_forgotten(graph, agent, ann, thread):
    review = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(review, "approve")
    IdempotencyKey.objects.all().delete()
    assert resume_when_closed(graph, thread, agent, turns=TURNS).values["done"] == [review]
    assert Review.objects.count() == 1


def test_another_run_of_the_same_thread_asks_anew(graph, agent, ann, thread):
    first = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(first, "approve")
    resume_when_closed(graph, thread, agent, turns=TURNS)
    second = asked(graph.invoke({"amount": 120}, thread))
    assert second != first


def test_a_name_that_is_too_long_for_a_case_is_shortened(graph, agent, ann):
    thread = {"configurable": {"thread_id": "t" * 300}}
    review = asked(graph.invoke({"amount": 120}, thread))
    assert len(agent.review(review).external_id) == 64
    assert asked(graph.invoke(None, thread)) == review


def test_a_proposal_that_differs_each_time_is_refused(agent, saver, thread):
    amounts = iter((1, 2))

    def fickle(state):
        return {"proposal": {"amount": next(amounts)}, "context": CONTEXT}

    builder = StateGraph(State)
    builder.add_node("gate", human_gate(agent, "refund", fickle))
    builder.add_edge(START, "gate")
    builder.add_edge("gate", END)
    graph = builder.compile(checkpointer=saver)
    graph.invoke({"amount": 1}, thread)
    with pytest.raises(ProposalChanged):
        graph.invoke(None, thread)
    assert Review.objects.count() == 1


def test_an_outage_that_outlasts_the_patience_can_be_resumed_from(
    graph, agent, ann, saver, thread, effects
):
    review = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(review, "approve")
    with Gatehouse("http://127.0.0.1:9", "abc", patience=0) as cut_off:
        with pytest.raises(Unreachable):
            flow(cut_off, saver).invoke(Command(resume=True), thread)
        with pytest.raises(Unreachable):
            resume_when_closed(graph, thread, cut_off, turns=TURNS)
    assert resume_when_closed(graph, thread, agent, turns=TURNS).values["done"] == [review]
    assert len(effects) == 1


def test_a_graph_that_keeps_nothing_is_refused(agent, thread):
    with pytest.raises(RuntimeError, match="checkpointer"):
        flow(agent, None).invoke({"amount": 120})


def test_with_a_time_limit_the_graph_is_left_where_it_stands(graph, agent, thread):
    graph.invoke({"amount": 120}, thread)
    state = resume_when_closed(graph, thread, agent, turns=TURNS, seconds=1)
    assert (state.next, len(state.interrupts)) == (("gate",), 1)


def test_what_has_ended_stays_as_it_is(graph, agent, ann, thread, effects):
    ann.decide(asked(graph.invoke({"amount": 120}, thread)), "approve")
    for _ in range(2):
        resume_when_closed(graph, thread, agent, turns=TURNS)
    assert len(effects) == 1


def test_two_gates_side_by_side_are_both_waited_for(agent, ann, saver, thread):
    class Both(State, total=False):
        left: dict
        right: dict

    builder = StateGraph(Both)
    for name in ("left", "right"):
        builder.add_node(f"ask_{name}", human_gate(agent, "refund", propose, into=name))
        builder.add_edge(START, f"ask_{name}")
        builder.add_edge(f"ask_{name}", END)
    graph = builder.compile(checkpointer=saver)
    first, second = (
        found.value["review"] for found in graph.invoke({"amount": 120}, thread)["__interrupt__"]
    )
    assert first != second
    ann.decide(first, "approve")
    ann.decide(second, "reject", reasons=["fraud"])
    values = resume_when_closed(graph, thread, agent, turns=TURNS).values
    assert {values[name]["outcome"] for name in ("left", "right")} == {"approved", "rejected"}
    assert {values[name]["review"] for name in ("left", "right")} == {first, second}


def test_a_gate_inside_a_graph_inside_is_waited_for(agent, ann, saver, thread, effects):
    inner = flow(agent, None, lambda *what: effects.append(what))
    builder = StateGraph(State)
    builder.add_node("refund", inner)
    builder.add_edge(START, "refund")
    builder.add_edge("refund", END)
    graph = builder.compile(checkpointer=saver)
    review = asked(graph.invoke({"amount": 120}, thread))
    ann.decide(review, "approve")
    assert resume_when_closed(graph, thread, agent, turns=TURNS).values["done"] == [review]
    assert (len(effects), Review.objects.count()) == (1, 1)
