"""The article's three flows with the real thing: `up`, its clusters, HTTP, and a person outside."""

import json
from contextlib import ExitStack

import httpx2
import pytest
from gatehouse_client import Gatehouse

from tests.fire.system import installed
from tests.processes import eventually

pytestmark = pytest.mark.portable

POLICY = """
gates:
  refund:
    description: "Refund of {{ proposal.amount }}"
    context: [refund_reason]
    options: [approve, modify, reject]
    timeout: 600
    timeout_action: reject
    assignee: support_team
    undo_window: 0
    triggers: {always: true, because: "a person looks at each refund"}
    proposal_schema: {type: object, required: [amount], properties: {amount: {type: number}}}
    editable: [/amount]
  greeting:
    timeout: 2
    timeout_action: skip
    assignee: support_team
    undo_window: 0
    triggers: {always: true, because: "nobody has to answer"}
workflows:
  refund:
    start: analyse
    nodes:
      analyse: {action: analyse_ticket, next: propose}
      propose: {action: propose_refund, next: gate}
      gate:
        human_gate: refund
        on: {approved: execute, modified: execute, rejected: revise, exhausted: stopped}
      revise: {action: revise_refund, next: gate}
      execute: {action: issue_refund, next: done}
      done: {end: true}
      stopped: {end: true}
  bound:
    start: propose
    nodes:
      propose: {action: propose_refund, next: gate}
      gate: {human_gate: refund, on: {approved: ask, modified: ask, rejected: cancelled}}
      ask:
        condition: {text: "You moved", send: mail_link, contact: "input.mail", timeout: 600}
        on: {met: execute, denied: cancelled, expired: cancelled}
      execute: {action: issue_refund, next: done}
      done: {end: true}
      cancelled: {end: true}
  optional:
    start: gate
    nodes:
      gate:
        human_gate: greeting
        with: {proposal: "input"}
        on: {approved: greet, rejected: done, skipped: done}
      greet: {action: mail_link, next: done}
      done: {end: true}
"""
# In one process: each costs seconds. Its last lines are the keys.
OPENING = """
from django.contrib.auth.models import User
from django.core.management import call_command
from gates.models import Membership, Team
call_command("policy", "apply", {policy!r}, "--create-teams")
ann = User.objects.create_user("ann")
Membership.objects.create(team=Team.objects.get(slug="support_team"), user=ann)
call_command("apikey", "create", "shop", "--all-gates")
call_command("apikey", "create", "ann", "--user", "ann")
"""


class Shop:
    """The running system, who calls it, and what its actions did."""

    def __init__(self, system, log, keys):
        self.system, self.log = system, log
        self.agent, self.ann = (Gatehouse(system.address, key) for key in keys)

    def start(self, workflow, **given):
        return self.agent.start(workflow, given)

    def review(self, run, number=1):
        """The review that the run waits for, once it has come so far."""

        def found():
            steps = self.agent.run(run.id).steps
            asked = [step.review for step in steps if step.review and step.kind == "human_gate"]
            return asked[number - 1] if len(asked) >= number else None

        return eventually(found, "a review")

    def end(self, run):
        return self.agent.wait_run(run.id, seconds=60)

    def did(self, run):
        keys = {str(step.id) for step in self.agent.run(run.id).steps}
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [(line["action"], line["data"]) for line in lines if line["key"] in keys]


@pytest.fixture(scope="module")
def shop(database_url, tmp_path_factory):
    log = tmp_path_factory.mktemp("flows") / "log"
    more = {"ACTION_MODULES": "tests.hitl_project.flow_actions", "SWEEPING_CLUSTER": ""}
    with ExitStack() as stack:
        system = stack.enter_context(installed(database_url, FLOW_LOG=str(log), **more))
        policy = log.with_name("policy.yaml")
        policy.write_text(POLICY)
        said = system.manage("shell", "-c", OPENING.format(policy=str(policy)))
        system.up()
        found = Shop(system, log, said.split()[-2:])
        for client in (found.agent, found.ann):
            stack.callback(client.close)
        yield found


def test_approved_executes(shop):
    run = shop.start("refund", amount=49.99)
    shop.ann.decide(shop.review(run), "approve")
    ended = shop.end(run)
    assert (ended.status, ended.outcome, ended.output) == ("ended", "done", {"refunded": 49.99})
    assert [name for name, _ in shop.did(run)] == [
        *("analyse_ticket", "propose_refund", "issue_refund")
    ]


def test_modified_executes_the_modified_action(shop):
    run = shop.start("refund", amount=49.99)
    shop.ann.decide(shop.review(run), "modify", proposal={"amount": 35})
    assert shop.end(run).output == {"refunded": 35}
    assert shop.did(run)[-1] == ("issue_refund", {"amount": 35})


def test_rejected_goes_to_revision_and_comes_back(shop):
    run = shop.start("refund", amount=49.99)
    shop.ann.decide(shop.review(run), "reject", reasons=["other"], note="Too much")
    again = shop.review(run, 2)
    assert shop.agent.review(again).revises == shop.review(run)
    shop.ann.decide(again, "approve")
    assert shop.end(run).output == {"refunded": 10}


@pytest.mark.parametrize(
    ("answer", "outcome", "did"),
    [("confirm", "done", "issue_refund"), ("deny", "cancelled", "mail_link")],
)
def test_approved_with_a_condition_waits_for_the_customer(shop, answer, outcome, did):
    run = shop.start("bound", amount=20, mail="jane@example.com")
    shop.ann.decide(shop.review(run), "approve")
    sent = eventually(
        lambda: [data for name, data in shop.did(run) if name == "mail_link"], "a mail"
    )
    assert sent[0]["contact"] == "jane@example.com"
    assert "Can you confirm this?" in httpx2.get(sent[0]["url"]).text
    assert shop.agent.run(run.id).status == "running"
    assert httpx2.post(sent[0]["url"], data={"answer": answer}).status_code == 200
    assert shop.end(run).outcome == outcome
    assert shop.did(run)[-1][0] == did


def test_skipped_goes_on_without_the_action(shop):
    run = shop.start("optional", name="Jane")
    ended = shop.end(run)
    assert (ended.outcome, shop.did(run)) == ("done", [])
    assert [step.outcome for step in ended.steps] == ["skipped", None]
