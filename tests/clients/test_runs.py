"""Runs of workflows, and a server that performs their actions."""

import pytest
from gatehouse_client import IdempotencyMismatch, Run, WrongState

from gates.graph import Action, End, Retry
from reviews import models
from tests import factories
from tests.clients.graphs import CONTEXT
from tests.reviews.runs.shop import asking, confirming, go_on, shop

ASKED = {"proposal": {"amount": 120}, "context": CONTEXT}
GATED = (asking("gate", "do"), Action("do", "tick", "done", retry=Retry(attempts=1)), End("done"))


@pytest.fixture
def it(transactional_db):
    """A shop whose workflow asks before it acts."""
    with shop(*GATED) as found:
        yield found


@pytest.fixture
def agent(it, call):
    """Who starts runs."""
    return call(it.key)


def tasks(run):
    """Do what the cluster would."""
    go_on(models.Run.objects.get(pk=run.id))


def test_a_run_is_started_decided_and_waited_for(it, agent, call):
    ann = call(factories.personal_key(it.desk.reviewer))
    run = agent.start("refunds", ASKED, external_id="T-1", requester={"id": "joe"})
    (step,) = run.steps
    assert (run.workflow, run.workflow_version, run.external_id) == ("refunds", 1, "T-1")
    assert (step.node, step.kind, step.status, run.more) == ("gate", "human_gate", "waiting", {})
    assert agent.run(run.id) == run
    assert not agent.wait_run(run.id, seconds=1).ended
    ann.decide(step.review, "approve")
    tasks(run)
    ended = agent.wait_run(run.id)
    assert (ended.outcome, ended.output) == ("done", {"amount": 120})
    assert [(step.node, step.outcome) for step in ended.steps][:1] == [("gate", "approved")]


def test_the_same_key_starts_one_run(agent):
    first, second = (agent.start("refunds", ASKED, idempotency_key="k") for _ in range(2))
    assert first.id == second.id
    with pytest.raises(IdempotencyMismatch):
        agent.start("refunds", {}, idempotency_key="k")


def test_a_run_is_cancelled_once(agent):
    run = agent.start("refunds", ASKED)
    assert agent.cancel_run(run.id, undo=True).outcome == "cancelled"
    with pytest.raises(WrongState):
        agent.cancel_run(run.id)


def test_a_stuck_run_is_tried_again(it, agent, call):
    ann = call(factories.personal_key(it.desk.reviewer))
    run = agent.start("refunds", ASKED)
    does, it.does["tick"] = it.does["tick"], lambda call: 1 / 0
    ann.decide(run.steps[0].review, "approve")
    tasks(run)
    stuck = agent.run(run.id)
    assert (stuck.status, stuck.steps[-1].error) == ("stuck", "ZeroDivisionError: division by zero")
    it.does["tick"] = does
    assert agent.retry_run(run.id).status == "running"
    tasks(run)
    assert agent.wait_run(run.id).outcome == "done"


def test_a_condition_of_a_run_is_answered(transactional_db, call):
    ask = confirming("ask", on=dict.fromkeys(("met", "denied", "expired"), "done"), confirms="api")
    with shop(ask, End("done")) as it:
        agent = call(it.key)
        run = agent.start("refunds", {})
        condition = agent.run(run.id).steps[0].condition
        assert (condition.confirms, condition.status) == ("api", "open")
        told = agent.confirm(condition.id)
        assert (type(told), told.id, told.steps[0].condition.status) == (Run, run.id, "met")
