"""Branches, conditions and gates as nodes: which way a run takes, and what it hands on."""

import re
from datetime import timedelta

import pytest

from gates import clock
from gates.graph import Action, Branch, Case, End
from gates.policy import Triggers
from reviews.errors import AlreadyDecided, Expired, Missing, NotAllowed
from reviews.models import Condition, Delivery, Review, Step
from reviews.transitions import conditions
from reviews.transitions.change import Change
from reviews.transitions.links import hash_of
from reviews.transitions.runs.confirming import secret_of
from reviews.transitions.runs.passing import ENGINE, Passage, begin
from tests.factories import CONTEXT, T0, at, decide, key, person
from tests.reviews.runs.shop import asking, confirming, go_on, now, path, shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ON = {"met": "yes", "denied": "no", "expired": "late"}
ENDS = (End("yes"), End("no"), End("late"))
ASKED = {"proposal": {"amount": 1}, "context": CONTEXT}


def chosen(given, *cases, **more):
    with shop(Branch("choose", cases, "no", **more), *ENDS) as it:
        return it.start(given)


def test_the_first_case_that_holds_is_taken():
    cases = (Case("input.amount > 100", "yes"), Case("input.amount > 10", "late"))
    assert chosen({"amount": 500}, *cases).outcome == "yes"


def test_none_that_holds_goes_the_other_way():
    run = chosen({"amount": 5}, Case("input.amount > 100", "yes"))
    assert (run.outcome, run.output) == ("no", {"amount": 5})
    assert path(run)[0] == ("choose", "else")


def test_a_case_that_cannot_be_judged_is_a_dead_end_and_not_the_other_way():
    run = chosen({}, Case("input.amount > 100", "yes"))
    assert run.status == "stuck"


def test_a_loop_ends_when_its_rounds_are_used_up():
    choose = Branch("choose", (Case("count.more", "count"),), "no", rounds=3, exhausted="late")
    with shop(Action("count", "tick", "choose"), choose, *ENDS, undo_window=0) as it:
        it.does["tick"] = lambda call: {"more": True}
        run = go_on(it.start())
    assert (run.outcome, len(it.calls)) == ("late", 4)
    assert [label for node, label in path(run) if node == "choose"] == [
        *["count.more"] * 3,
        "exhausted",
    ]


def test_rounds_of_a_gates_node_are_fewer_than_the_gate_allows():
    gate = asking("gate", "done", rejected="gate", exhausted="late", data="input")
    object.__setattr__(gate, "rounds", 2)
    with shop(gate, End("done"), End("late"), max_rounds=9) as it:
        run = it.start(ASKED)
        for _ in range(2):
            it.decide(run, "reject")
        assert now(run).outcome == "late"
        assert Review.objects.count() == 2


def test_what_nothing_asks_about_passes_a_gate_at_once():
    with shop(asking("gate", "done"), End("done"), triggers=Triggers(stakes="false")) as it:
        run = it.start(ASKED)
    assert (run.outcome, run.output) == ("done", {"amount": 1})


def test_the_same_name_for_the_gate_in_every_round():
    """So that its coin falls once for one case."""
    with shop() as it:
        run = go_on(it.start())
        it.decide(run, "reject")
        names = Review.objects.values_list("external_id", flat=True)
        assert set(names) == {f"{run.pk}:gate"}
        assert Review.objects.latest("id").metadata == {"run": str(run.pk), "node": "gate"}


def test_what_comes_after_a_gate_may_know_all_of_its_passage():
    with shop(asking("gate", "done"), End("done")) as it:
        run = it.start(ASKED)
        it.decide(run, "respond", message="No need", note="Sent it already")
        review = it.review(run)
        assert Step.objects.get(run=run, node="gate").output == {
            "outcome": "answered",
            "result": {"message": "No need"},
            "proposal": {"amount": 1},
            "context": CONTEXT,
            "verdict": "respond",
            "reasons": [],
            "note": "Sent it already",
            "message": "No need",
            "review": str(review.pk),
        }


def test_only_what_was_rejected_is_revised():
    with shop(asking("gate", "done", answered="gate", data="input"), End("done")) as it:
        run = it.start(ASKED)
        it.decide(run, "respond", message="Ask again")
        again = it.review(run)
        assert (again.step_id, again.round, again.revises) == (
            *run.steps.filter(node="gate", round=2).values_list("pk", flat=True),
            1,
            None,
        )


def test_used_up_rounds_hand_on_what_came_before_the_gate():
    gate = asking("gate", "done", rejected="again", exhausted="late", data="input")
    object.__setattr__(gate, "rounds", 1)
    with shop(gate, Action("again", "tick", "gate"), End("done"), End("late")) as it:
        it.does["tick"] = lambda call: "the last word"
        run = it.start(ASKED)
        it.decide(run, "reject")
        assert (now(run).outcome, now(run).output) == ("late", "the last word")


def test_rounds_within_one_move_are_counted():
    with shop(Action("do", "tick", "done"), End("done")) as it:
        passage = Passage(it.start(), Change(now=T0, actor=ENGINE))
        assert [begin(passage, "do", None).round for _ in range(2)] == [2, 3]


def test_whom_a_proposal_is_for_is_said_by_the_run_unless_the_proposal_says_it():
    with shop(asking("gate", "done"), End("done")) as it:
        silent = it.start(ASKED, requester={"id": "joe"})
        spoken = it.start(ASKED | {"requester": {"id": "sue"}}, requester={"id": "joe"})
        assert it.review(silent).requester == {"id": "joe"}
        assert it.review(spoken).requester == {"id": "sue"}


def test_nobody_decides_what_was_proposed_for_him():
    from reviews.errors import OwnProposal  # noqa: PLC0415

    with shop(asking("gate", "done"), End("done")) as it:
        run = it.start(ASKED, requester={"id": "ann"})
        with pytest.raises(OwnProposal):
            decide(it.review(run), it.desk.reviewer)


# --- conditions


def waiting(it, **fields):
    run = go_on(it.start(**fields))
    return run, Condition.objects.get(step__run=run)


def ask(**more):
    return (confirming("ask", on=ON, timeout=3600, **more), *ENDS)


@pytest.mark.parametrize(("met", "outcome"), [(True, "yes"), (False, "no")])
def test_the_person_outside_answers_by_the_link(met, outcome):
    with shop(*ask()) as it:
        run, condition = waiting(it)
        assert condition.token_hash == hash_of(secret_of(condition))
        conditions.answer_by_link(secret_of(condition), met=met)
        assert go_on(run).outcome == outcome
        answered = Condition.objects.get()
        assert (answered.answered_by, answered.token_hash) == ("outside:link", None)


def test_a_link_works_once():
    with shop(*ask()) as it:
        _, condition = waiting(it)
        conditions.answer_by_link(secret_of(condition), met=True)
        with pytest.raises(Missing):
            conditions.answer_by_link(secret_of(condition), met=False)


def test_the_secret_is_as_long_as_one_must_be_and_no_row_holds_it():
    with shop(*ask(send="mail_link")) as it:
        _, condition = waiting(it)
        secret = secret_of(condition)
        assert re.fullmatch("[0-9a-f]{64}", secret)
        assert secret in it.calls[0].data["url"]
        stored = [str(row) for model in (Step, Condition) for row in model.objects.values()]
        assert not any(secret in row for row in stored)


def test_who_does_not_answer_in_time_has_not_answered():
    with shop(*ask()) as it:
        run, condition = waiting(it)
        with at(T0 + timedelta(seconds=3600)):
            with pytest.raises(Expired):
                conditions.answer_by_link(secret_of(condition), met=True)
            assert path(run) == [("ask", "waiting")]


def test_the_key_that_started_the_run_confirms_what_is_its_to_confirm():
    with shop(*ask(confirms="api")) as it:
        run, condition = waiting(it)
        assert condition.token_hash is None
        for other in (key(it.desk.gate, name="other").actor(), person(it.desk.reviewer)):
            with pytest.raises(NotAllowed):
                conditions.confirm(condition.pk, actor=other)
        conditions.confirm(condition.pk, actor=it.key.actor())
        assert go_on(run).outcome == "yes"
        with pytest.raises(AlreadyDecided):
            conditions.deny(condition.pk, actor=it.key.actor())


def test_whoever_sends_the_link_is_told_what_to_send_and_to_whom():
    with shop(*ask(send="mail_link", contact="input.email")) as it:
        run, condition = waiting(it)
        assert it.calls[0].data == {
            "text": "You sent the lamp back",
            "contact": "jane@example.com",
            "url": f"http://127.0.0.1:8000/conditions/{secret_of(condition)}/",
            "due_at": "2026-03-02T10:00:00.000000Z",
        }
        assert (condition.contact, path(run)) == ("jane@example.com", [("ask", "waiting")])


def test_a_link_that_could_not_be_sent_is_sent_again_and_is_the_same():
    with shop(*ask(send="mail_link")) as it:
        sent = it.does["mail_link"]
        it.does["mail_link"] = lambda call: 1 / 0
        run, _ = waiting(it)
        it.does["mail_link"] = sent
        with at(T0 + timedelta(seconds=2)):
            from reviews import engine  # noqa: PLC0415

            engine.drive()
            go_on(run)
        first, second = it.calls
        assert (first.data, first.key) == (second.data, second.key)
        step = Step.objects.get(run=run)
        assert (step.status, step.wake_at) == ("waiting", T0 + timedelta(seconds=3600))


def test_an_answer_that_comes_before_we_hear_that_the_link_is_out_counts():
    with shop(*ask(send="mail_link")) as it:

        def send(call):
            secret = call.data["url"].rstrip("/").rpartition("/")[2]
            conditions.answer_by_link(secret, met=True)

        it.does["mail_link"] = send
        run = go_on(it.start())
        assert run.outcome == "yes"


def test_a_condition_and_the_end_are_told_to_the_callers_address():
    with shop(*ask()) as it:
        run, condition = waiting(it, callback_url="https://example.com/hook")
        conditions.answer_by_link(secret_of(condition), met=True)
        go_on(run)
    opened, finished = Delivery.objects.order_by("id")
    assert (opened.type, opened.body["data"]["conditions"][0]["text"]) == (
        "condition.opened",
        "You sent the lamp back",
    )
    assert (finished.type, finished.body["data"]["outcome"]) == ("run.finished", "yes")
    assert clock.now() == T0
