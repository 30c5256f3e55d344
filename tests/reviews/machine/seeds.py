"""Sequences from a seed, each drawn for itself."""

from __future__ import annotations

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from tests.reviews.machine.bench import STEPS
from tests.reviews.machine.machine import Machine

# From ten on, Hypothesis makes new sequences out of earlier ones, and they are much alike.
OF_ONE_SEED = 9
# Nothing is kept, and nothing made shorter: that takes minutes, and the sequence is told whole.
SETTINGS = hypothesis.settings(
    max_examples=OF_ONE_SEED,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)


def follow(seed: int) -> None:
    """Nine sequences of 50 steps. Raises where model and reviews diverge."""
    run_state_machine_as_test(hypothesis.seed(seed)(Machine), settings=SETTINGS)
