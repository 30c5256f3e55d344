"""The flows of the article, as they are drawn."""

import pytest

from gates.graph import Action, End
from reviews.models import Review
from tests.reviews.runs.shop import asking, confirming, go_on, now, path, shop, tick

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

BEFORE = [("analyse", "done"), ("propose", "done")]


def test_approved_executes_what_was_proposed():
    with shop() as it:
        run = go_on(it.start())
        assert (run.status, it.review(run).status) == ("running", "pending")
        it.decide(run)
    ended = now(run)
    assert (ended.status, ended.outcome, ended.output) == ("ended", "done", {"refunded": 49.99})
    assert it.done[-1] == ("issue_refund", {"amount": 49.99, "order": "A-17"})
    assert [node for node, _ in path(run)] == ["analyse", "propose", "gate", "execute", "done"]


def test_modified_executes_the_modified_action():
    with shop() as it:
        run = go_on(it.start())
        it.decide(run, "modify", proposal={"amount": 35, "order": "A-17"})
    assert it.done[-1] == ("issue_refund", {"amount": 35, "order": "A-17"})
    assert now(run).output == {"refunded": 35}


def test_rejected_goes_to_revision_and_comes_back():
    with shop() as it:
        run = go_on(it.start())
        it.decide(run, "reject", note="Too much")
        first, second = Review.objects.filter(step__run=run).order_by("id")
        assert it.calls[-1].data["reasons"] == ["fraud"]
        assert it.calls[-1].data["note"] == "Too much"
        assert (second.revises, second.round, second.proposal["amount"]) == (first, 2, 35)
        it.decide(run)
    assert it.done[-1] == ("issue_refund", {"amount": 35, "order": "A-17"})
    assert [node for node, _ in path(run)] == [
        *("analyse", "propose", "gate", "revise", "gate", "execute", "done")
    ]


def test_rounds_that_are_used_up_take_the_edge_for_that():
    with shop(max_rounds=2) as it:
        run = go_on(it.start())
        for _ in range(2):
            it.decide(run, "reject")
    assert (now(run).status, now(run).outcome) == ("ended", "stopped")
    assert path(run)[-2:] == [("gate", "exhausted"), ("stopped", "done")]
    assert "issue_refund" not in [name for name, _ in it.done]


def test_skipped_goes_on_without_the_action():
    with shop(steps=((step := _short()),), timeout_action="skip", final_action="") as it:
        run = go_on(it.start())
        run = tick(step.timeout, run)
    assert (run.status, run.outcome) == ("ended", "done")
    assert "issue_refund" not in [name for name, _ in it.done]


def test_approved_with_a_condition_waits_for_the_customer_and_executes():
    with shop(*_asking_the_customer()) as it:
        run = go_on(it.start())
        it.decide(run)
        assert it.done[-1][0] == "mail_link"
        assert path(run)[-1] == ("ask", "waiting")
        _answer(it, run, met=True)
    assert (now(run).outcome, it.done[-1]) == (
        "done",
        ("issue_refund", {"amount": 49.99, "order": "A-17"}),
    )


def test_a_customer_who_does_not_confirm_cancels():
    with shop(*_asking_the_customer()) as it:
        run = go_on(it.start())
        it.decide(run)
        _answer(it, run, met=False)
    assert (now(run).outcome, it.done[-1][0]) == ("stopped", "mail_link")


def test_a_customer_who_does_not_answer_cancels():
    with shop(*_asking_the_customer()) as it:
        run = go_on(it.start())
        it.decide(run)
        run = tick(3600, run)
    assert (run.outcome, path(run)[-2:]) == ("stopped", [("ask", "expired"), ("stopped", "done")])


def _short():
    from gates.policy import Step  # noqa: PLC0415

    return Step("support_team", 300)


def _asking_the_customer():
    return (
        Action("propose", "propose_refund", "gate"),
        asking("gate", "stopped", approved="ask", modified="ask"),
        confirming(
            "ask",
            on={"met": "execute", "denied": "stopped", "expired": "stopped"},
            send="mail_link",
            contact="input.email",
            timeout=3600,
        ),
        Action("execute", "issue_refund", "done"),
        End("done"),
        End("stopped"),
    )


def _answer(it, run, *, met):
    from reviews.transitions import conditions  # noqa: PLC0415

    secret = it.calls[-1].data["url"].rstrip("/").rpartition("/")[2]
    conditions.answer_by_link(secret, met=met)
    go_on(run)
