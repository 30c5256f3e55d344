"""What the demo says about itself."""

from __future__ import annotations

from gates.models import Gate
from gates.queries.policies import policy_of
from gates.routing import in_words
from hitl_project.demo.people import PASSWORD, PEOPLE
from hitl_project.demo.seeding import REFUND
from reviews.states import OUTCOME_OF_ACTION


def logins() -> str:
    """Who can sign in, one to a line."""
    rows = (f"  {who.username:<10}{who.role:<18}{_of_teams(who.teams)}" for who in PEOPLE)
    people = "\n".join(row.rstrip() for row in rows)
    return f"Sign in with the password “{PASSWORD}” as\n{people}"


def gate() -> str:
    """The refund gate in a few words."""
    version = Gate.objects.select_related("version").get(slug=REFUND).version
    if version is None:
        return ""
    policy = policy_of(version)
    levels = (f"{step.assignee} for {in_words(step.timeout)}" for step in policy.steps)
    end = OUTCOME_OF_ACTION[policy.action_at(policy.levels)]
    asked = ", then ".join(levels)
    return f"Gate “{policy.slug}”: what needs a person goes to {asked}, then it is {end}."


def _of_teams(teams: dict[str, bool]) -> str:
    return ", ".join(teams)
