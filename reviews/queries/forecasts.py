"""What a gate would do with a proposal, without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gates import routing
from gates.policy import GatePolicy
from reviews.errors import FieldError, Invalid


def forecast(
    policy: GatePolicy,
    *,
    proposal: Any,
    context: Mapping[str, Any],
    confidence: float | None,
) -> dict[str, Any]:
    """Whether a person would be asked, and why. No coin is tossed: its fall must not show.

    Raises Invalid for content that the gate would refuse.
    """
    problems = routing.problems_with(policy, proposal, context)
    if problems:
        raise Invalid("The gate refuses this content.", *(FieldError(*item) for item in problems))
    routed = routing.route(
        policy, proposal=proposal, context=context, confidence=confidence, coin=None
    )
    return {
        "why": [item.as_json() for item in routed.why],
        "calibration": policy.triggers.calibration,
        **routing.explain(policy, routed).as_json(),
    }
