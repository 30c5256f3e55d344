"""Routing in words: the one story that every page, answer and command tells."""

from __future__ import annotations

import pytest

from gates.policy import Boundary, Step, Triggers
from gates.routing import explain, in_words, route
from tests.gates.policies import a_gate


def words(policy, level=0, *, amount=120, coin=None):
    routing = route(policy, proposal={"amount": amount}, context={}, confidence=0.5, coin=coin)
    return explain(policy, routing, level)


def test_what_needs_nobody_says_so():
    said = words(a_gate())
    assert said.sentences == ("Nobody is asked: no rule of the gate wants a person.",)
    assert said.as_json() == {
        "asks_person": False,
        "rules": [],
        "team": "",
        "timeout": None,
        "working_time": False,
        "if_nobody_answers": "",
        "text": "Nobody is asked: no rule of the gate wants a person.",
    }


def test_it_says_which_rule_saw_what_who_is_asked_and_what_then():
    said = words(a_gate(triggers=Triggers(stakes="proposal.amount > 100", confidence_below=0.9)))
    assert said.sentences == (
        "The stakes are high: proposal.amount > 100 (proposal.amount is 120).",
        "The AI's confidence of 0.5 is below 0.9.",
        "support_team is asked and has 5 minutes.",
        "If nobody answers, it goes to support_leads for 15 minutes, then it is rejected.",
    )
    assert (said.team, said.timeout, said.working_time) == ("support_team", 300, False)


def test_further_up_the_chain_it_says_what_is_left():
    said = words(a_gate(triggers=Triggers(always_because="It is new.")), level=1)
    assert said.sentences == (
        "It is new.",
        "support_leads is asked and has 15 minutes.",
        "If nobody answers, it is rejected.",
    )


@pytest.mark.parametrize(
    ("action", "end"),
    [
        ("reject", "it is rejected"),
        ("approve", "it is approved"),
        ("skip", "it is skipped and nothing is executed"),
    ],
)
def test_without_a_chain_the_timeout_action_is_told(action, end):
    policy = a_gate(
        steps=(Step("support_team", 60),),
        timeout_action=action,
        final_action="",
        triggers=Triggers(always_because="x"),
    )
    assert words(policy).if_nobody_answers == f"If nobody answers, {end}."


def test_what_is_over_the_limit_cannot_be_approved():
    said = words(a_gate(limits="proposal.amount < 100"))
    assert said.rules == (
        "It breaks the gate's limits: proposal.amount < 100 (proposal.amount is 120).",
        "It cannot be approved as it is.",
    )


def test_working_time_is_told():
    said = words(a_gate(working_time=True, triggers=Triggers(always_because="x")))
    assert said.asked == "support_team is asked and has 5 minutes of working time."


def test_a_boundary_is_told_in_its_own_words():
    edge = Boundary("edge", "proposal.amount > 100 && !has(proposal.kind)", "Close to the edge.")
    assert words(a_gate(triggers=Triggers(boundary=(edge,)))).rules == (
        "Close to the edge (proposal.amount is 120, proposal.kind is missing).",
    )


def test_the_coin_is_told_only_where_it_was_tossed():
    policy = a_gate(triggers=Triggers(calibration=0.05))
    told = "Chosen at random: 5 % of all proposals go to a person."
    assert words(policy, coin=0.01).rules == (told,)
    assert words(policy, coin=None).asks_person is False


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (90, "1 minute 30 seconds"),
        (300, "5 minutes"),
        (3600, "1 hour"),
        (93_600, "1 day 2 hours"),
        (2_592_000, "30 days"),
    ],
)
def test_lengths_of_time_are_said_in_words(seconds, text):
    assert in_words(seconds) == text
