"""Reviews that stand in every state for an hour, a week or two months, so that a step of the clock
meets each. After `office.use`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q

from gates.policy import ConditionTemplate, Step
from reviews.models import Review
from tests.factories import decide, desk
from tests.fire.figures import Count, Figure

HOUR, DAY = 3600, 86_400
HOOK = "https://agent.example.com/hooks"
RETURNED = ConditionTemplate("returned", "The goods are back", "api", timeout=7 * DAY)

GATES: dict[str, dict[str, Any]] = {
    "hour": {"steps": (Step("support_team", HOUR),)},
    "months": {"steps": (Step("support_team", 60 * DAY),)},
    "chain": {
        "steps": (Step("support_team", HOUR), Step("support_leads", 20 * DAY)),
        "timeout_action": "escalate",
        "final_action": "skip",
    },
    "yes": {"steps": (Step("support_team", HOUR),), "timeout_action": "approve"},
    "bound": {
        "steps": (Step("support_team", 30 * DAY),),
        "undo_window": 0,
        "conditions": (RETURNED,),
    },
    "kept": {"steps": (Step("support_team", 30 * DAY),), "undo_window": HOUR},
}
# How each stands after 40 days and the steps, by gate: status, outcome, level.
ENDS = {
    "hour": ("closed", "rejected", 0),
    "months": ("pending", "", 0),
    "chain": ("pending", "", 1),
    "yes": ("pending", "", 0),  # an approval that late is not given: it got a fresh hour
    "bound": ("closed", "condition_failed", 0),
    "kept": ("closed", "approved", 0),
}
BEGAN = dict.fromkeys(GATES, ("pending", "", 0)) | {
    "bound": ("conditional", "", 0),
    "kept": ("held", "", 0),
}


def stand(each: int) -> int:
    """So many at each gate; how many that are."""
    ends = {"timeout_action": "reject", "final_action": ""}
    for slug, fields in GATES.items():
        made = desk(slug=slug, **(ends | fields))
        for _ in range(each):
            review = made.submit(callback_url=HOOK)
            if slug == "bound":
                decide(review, made.reviewer, "approve_if", conditions=({"code": "returned"},))
            elif slug == "kept":
                decide(review, made.reviewer)
    return each * len(GATES)


def figures(*, moved: bool) -> Iterator[Figure]:
    """Each stands where it must; where the clock that counts was not stepped, where it stood."""
    wrong = Q()
    for slug, (status, outcome, level) in (ENDS if moved else BEGAN).items():
        right = Q(status=status, outcome=outcome, level=level)
        wrong |= Q(gate__slug=slug) & ~right
    if moved:
        wrong |= Q(gate__slug="yes", deadline_renewed=False)
    rows = Review.objects.filter(gate__slug__in=GATES).annotate(slug=F("gate__slug"))
    yield Count(
        "standing reviews that are not where they belong", rows.filter(wrong).count(), rows.count()
    )
