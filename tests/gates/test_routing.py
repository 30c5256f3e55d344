"""Which triggers fire, what is kept of them, and that whatever cannot be judged asks a person."""

from __future__ import annotations

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.policy import Boundary, Triggers
from gates.routing import Routing, Why, route, tossed, within_limits
from tests.gates.policies import a_gate

PROPOSAL = {"amount": 120, "kind": "goodwill"}


def why(triggers, *, proposal=PROPOSAL, confidence=0.95, coin=None, **changes):
    """The triggers that fire, as they are stored."""
    policy = a_gate(triggers=triggers, **changes)
    routing = route(
        policy, proposal=proposal, context={"order": {}}, confidence=confidence, coin=coin
    )
    assert routing.asks_person is bool(routing.why)
    return [item.as_json() for item in routing.why]


def codes(triggers, **given_):
    return [item["code"] for item in why(triggers, **given_)]


def test_what_no_trigger_catches_needs_nobody():
    calm = Triggers(
        stakes="proposal.amount > 1000",
        irreversible="proposal.kind == 'wire'",
        boundary=(Boundary("edge", "proposal.amount > 999", "Near the edge."),),
        confidence_below=0.9,
        calibration=0.05,
    )
    assert why(calm, coin=0.05) == []


def test_an_irreversible_action_asks():
    said = {"code": "irreversible", "text": "This action cannot be undone."}
    assert why(Triggers(irreversible=True)) == [said]
    assert why(Triggers(irreversible="proposal.kind == 'goodwill'")) == [
        {**said, "value": {"proposal.kind": "goodwill"}}
    ]
    assert why(Triggers(irreversible="proposal.kind == 'wire'")) == []


def test_high_stakes_ask_and_show_what_was_seen():
    assert why(Triggers(stakes="proposal.amount > 100")) == [
        {
            "code": "stakes",
            "text": "The stakes are high: proposal.amount > 100.",
            "value": {"proposal.amount": 120},
        }
    ]


def test_a_boundary_asks_with_its_text():
    near = Boundary("near", "proposal.kind == 'goodwill'", "Goodwill is for people to grant.")
    far = Boundary("far", "proposal.kind == 'wire'", "Never seen.")
    assert why(Triggers(boundary=(near, far))) == [
        {
            "code": "boundary",
            "text": "Goodwill is for people to grant.",
            "name": "near",
            "value": {"proposal.kind": "goodwill"},
        }
    ]


def test_confidence_below_the_floor_asks():
    unsure = Triggers(confidence_below=0.9)
    assert why(unsure, confidence=0.9) == []
    assert why(unsure, confidence=0.89) == [
        {
            "code": "confidence_below",
            "text": "The AI's confidence of 0.89 is below 0.9.",
            "value": 0.89,
        }
    ]


def test_confidence_that_is_missing_counts_as_below():
    assert why(Triggers(confidence_below=0.0), confidence=None) == [
        {"code": "confidence_below", "text": "The AI gave no confidence; 0.0 is needed."}
    ]


@pytest.mark.parametrize(
    ("coin", "asks"), [(0.0, True), (0.0499, True), (0.05, False), (None, False)]
)
def test_the_coin_asks_below_its_share(coin, asks):
    said = {
        "code": "calibration",
        "text": "Chosen at random: 5 % of all proposals go to a person.",
        "value": 0.05,
    }
    assert why(Triggers(calibration=0.05), coin=coin) == ([said] if asks else [])


def test_a_coin_where_none_is_tossed_asks_nobody():
    assert why(Triggers(), coin=0.0) == []


def test_always_asks_with_its_reason():
    assert why(Triggers(always_because="it is new")) == [{"code": "always", "text": "it is new"}]


def test_everything_that_fires_is_kept():
    all_of_them = Triggers(
        irreversible=True,
        stakes="proposal.amount > 100",
        boundary=(Boundary("near", "proposal.amount > 110", "Near."),),
        confidence_below=0.99,
        calibration=0.5,
        always_because="it is new",
    )
    assert codes(all_of_them, coin=0.1, limits="proposal.amount < 100") == [
        "irreversible",
        "always",
        "stakes",
        "boundary",
        "confidence_below",
        "calibration",
        "over_limit",
    ]


@pytest.mark.parametrize(
    ("triggers", "name"),
    [
        (Triggers(irreversible="proposal.lines[0].price > 1"), "irreversible"),
        (Triggers(stakes="proposal.lines[0].price > 1"), "stakes"),
        (
            Triggers(boundary=(Boundary("near", "size(proposal.kind) / 0 > 'x'", "t"),)),
            "boundary.near",
        ),
    ],
)
def test_a_rule_that_errors_asks_and_is_named(triggers, name):
    (found,) = why(triggers)
    assert (found["code"], found["name"]) == ("rule_error", name)
    assert found["text"].startswith(f"The rule “{name}” could not be judged: ")


@pytest.mark.parametrize(
    "rule", ["proposal.kind == 'x'", "proposal.kind != 'x'", "proposal.kind > 'x'"]
)
def test_a_rule_that_compares_null_asks(rule):
    found = why(Triggers(stakes=rule), proposal={"amount": 1, "kind": None})
    assert found == [
        {
            "code": "rule_error",
            "text": "The rule “stakes” could not be judged: “kind” is missing or null.",
            "name": "stakes",
            "value": {"rule": rule},
        }
    ]


def test_a_rule_that_the_limits_no_longer_allow_asks():
    assert codes(Triggers(stakes="proposal.kind.matches('(a+)+')")) == ["rule_error"]


def test_one_rule_that_errors_does_not_silence_another():
    both = Triggers(stakes="proposal.lines[0].price > 1", boundary=(Boundary("b", "true", "t"),))
    assert codes(both) == ["rule_error", "boundary"]


# --- limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "within"),
    [
        ("", True),
        ("proposal.amount <= 120", True),
        ("proposal.amount < 120", False),
        ("proposal.lines[0].price < 120", False),
        ("proposal.amount", False),
        ("this is no rule", False),
    ],
)
def test_limits_hold_only_if_they_are_true(limits, within):
    policy = a_gate(limits=limits)
    routing = route(policy, proposal=PROPOSAL, context={}, confidence=None, coin=None)
    assert within_limits(policy, PROPOSAL, {}, None) is within
    assert (routing.asks_person, routing.over_limit) == (not within, not within)


def test_what_is_over_the_limit_says_so():
    assert why(Triggers(), limits="proposal.amount < 100") == [
        {
            "code": "over_limit",
            "text": "It breaks the gate's limits: proposal.amount < 100.",
            "value": {"proposal.amount": 120},
        }
    ]


# --- the coin -------------------------------------------------------------------------------------


def test_the_toss_is_an_hmac_of_gate_and_external_id():
    digest = hmac.new(b"secret", b"refund\0case 1", hashlib.sha256).digest()
    expected = (int.from_bytes(digest[:8], "big") >> 11) / 2**53
    assert tossed("secret", "refund", "case 1") == tossed(b"secret", "refund", "case 1") == expected


def test_the_toss_depends_on_secret_gate_and_id():
    tosses = {
        tossed(*given_)
        for given_ in (("s", "g", "1"), ("t", "g", "1"), ("s", "h", "1"), ("s", "g", "2"))
    }
    assert len(tosses) == 4


def test_the_share_of_the_coin_is_kept():
    fallen = sum(tossed("secret", "refund", str(number)) < 0.1 for number in range(10_000))
    assert 900 < fallen < 1100


@given(st.text(), st.text(), st.text())
def test_a_toss_is_between_0_and_1(secret, gate, external_id):
    assert 0 <= tossed(secret, gate, external_id) < 1


# --- as stored ------------------------------------------------------------------------------------


def test_a_routing_comes_back_from_what_a_review_keeps():
    routing = Routing(
        (Why("stakes", "High.", value={"proposal.amount": 1}), Why("boundary", "B.", "b"))
    )
    stored = json.loads(json.dumps([item.as_json() for item in routing.why]))
    assert Routing.from_json(stored) == routing


ANY = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.none(), max_size=2)
)


@given(amount=ANY, kind=ANY, order=ANY, confidence=st.none() | st.floats(0, 1))
def test_whatever_comes_is_routed(amount, kind, order, confidence):
    policy = a_gate(
        triggers=Triggers(
            stakes="proposal.amount > 100",
            irreversible="proposal.kind == 'x'",
            confidence_below=0.5,
        ),
        limits="context.order.total < 10",
    )
    routing = route(
        policy,
        proposal={"amount": amount, "kind": kind},
        context={"order": order},
        confidence=confidence,
        coin=None,
    )
    assert routing.over_limit is True
