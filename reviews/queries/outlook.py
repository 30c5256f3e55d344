"""Why a review is where it is and what its deadline does, in the words of every page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from gates import routing
from gates.models import Team
from gates.policy import GatePolicy
from gates.queries.policies import policy_of
from reviews.models import Review


def names_of(policy: GatePolicy) -> dict[str, str]:
    """What people call the teams of a gate's chain, by slug."""
    slugs = [step.assignee for step in policy.steps]
    return dict(Team.objects.filter(slug__in=slugs).values_list("slug", "name"))


def explained(review: Review, names: Mapping[str, str]) -> routing.Explanation:
    """Which rules fired with which values, who is asked, and what then."""
    said = routing.Routing.from_json(review.why)
    wording = routing.Wording(names, _)
    return routing.explain(policy_of(review.version), said, review.level, wording)


def consequence(review: Review, names: Mapping[str, str]) -> str:
    """What happens when the level's time is up, in a few words."""
    policy = policy_of(review.version)
    action = policy.action_at(review.level)
    if action == "escalate":
        slug = policy.steps[review.level + 1].assignee
        return _("Goes to %(team)s") % {"team": names.get(slug, slug)}
    if action == "approve" and not review.over_limit and review.edit is None:
        return _("Approves itself")
    return _("Is skipped") if action == "skip" else _("Rejects itself")
