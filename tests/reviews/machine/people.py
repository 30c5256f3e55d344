"""Who there is in the model's world, by name. A key is named `key:…`."""

from __future__ import annotations

from collections.abc import Iterable

# Ann is asked at two levels, so her vote must survive going up.
TEAMS = {
    "support": ("ann", "ben", "cid", "dot"),
    "leads": ("ann", "lea", "lou", "max"),
    "board": ("kim", "lea", "max"),
    "owners": ("boss", "olga"),
}
LEADS = {"support": "ben", "leads": "lea", "board": "", "owners": "boss"}
MANAGER = "ada"  # may assign, cancel, overturn and see everything, by permission
STRANGER = "sid"
PEOPLE = sorted({*(name for team in TEAMS.values() for name in team), MANAGER, STRANGER})

KEYS = {"key:agent": "", "key:owned": "cid", "key:other": ""}  # and who owns it
IN_SCOPE = ("key:agent", "key:owned")
OUTSIDE = "outside:link"


def is_person(who: str) -> bool:
    """A person, not a key and not a link."""
    return who in PEOPLE


def in_one_of(who: str, teams: Iterable[str]) -> bool:
    """True if the person belongs to one of the teams."""
    return any(who in TEAMS[team] for team in teams)
