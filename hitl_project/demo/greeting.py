"""What the demo says about itself."""

from __future__ import annotations

from hitl_project.demo.people import PASSWORD, PEOPLE, Person

FEW = 3


def logins() -> str:
    """Who can sign in, one to a line."""
    people = "\n".join(f"  {who.username:<10}{_told(who)}" for who in PEOPLE)
    return f"Sign in with the password “{PASSWORD}” as\n{people}"


def _told(who: Person) -> str:
    if not who.teams:
        return who.role
    if all(who.teams.values()):
        return f"{who.role}, leads every team"
    return f"{who.role} of {', '.join(list(who.teams)[:FEW])}"
