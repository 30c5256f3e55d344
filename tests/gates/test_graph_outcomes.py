"""The outcomes that a gate can reach."""

from __future__ import annotations

import pytest

from gates.graph import outcomes_of
from gates.policy import Step, Triggers
from tests.gates.policies import a_gate

ONE = (Step("team", 60),)
ALWAYS = Triggers(always_because="It is new.")


def quiet(**changes):
    """A gate at which a person always decides, and that rejects when time is up."""
    settled = {"steps": ONE, "timeout_action": "reject", "final_action": "", "triggers": ALWAYS}
    return a_gate(**{**settled, "options": ("reject",), **changes})


@pytest.mark.parametrize(
    ("verdict", "outcomes"),
    [
        ("approve", {"approved"}),
        ("modify", {"modified"}),
        ("partial", {"partially_approved", "rejected"}),
        ("approve_if", {"approved", "condition_failed"}),
        ("reject", {"rejected"}),
        ("respond", {"answered"}),
    ],
)
def test_each_verdict_has_its_outcomes(verdict, outcomes):
    gate = quiet(options=(verdict,), timeout_action="skip")
    assert outcomes_of(gate) == outcomes | {"skipped"}


@pytest.mark.parametrize(
    ("action", "outcomes"),
    [
        ("reject", {"rejected"}),
        ("approve", {"approved", "rejected"}),
        ("skip", {"skipped"}),
    ],
)
def test_each_deadline_has_its_outcomes(action, outcomes):
    gate = quiet(options=("respond",), timeout_action=action)
    assert outcomes_of(gate) == outcomes | {"answered"}


def test_a_chain_ends_in_its_final_action():
    steps = (Step("team", 60), Step("leads", 60))
    gate = quiet(steps=steps, timeout_action="escalate", final_action="skip")
    assert outcomes_of(gate) == {"rejected", "skipped"}


def test_what_no_trigger_catches_is_approved():
    gate = quiet(triggers=Triggers(stakes="proposal.amount > 1"))
    assert outcomes_of(gate) == {"approved", "rejected"}


@pytest.mark.parametrize("irreversible", [True, "proposal.amount > 1"])
def test_what_is_always_irreversible_never_passes_alone(irreversible):
    alone = set() if irreversible is True else {"approved"}
    gate = quiet(triggers=Triggers(irreversible=irreversible))
    assert outcomes_of(gate) == {"rejected"} | alone


def test_a_gate_that_observes_lets_everything_pass():
    assert outcomes_of(quiet(mode="observe", options=("approve", "reject"))) == {"approved"}
