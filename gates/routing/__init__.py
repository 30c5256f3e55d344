"""Fewer, better-placed gates: does a proposal go to a person, why, and what then? No look-ups."""

from gates.routing.coin import tossed
from gates.routing.explanation import Explanation, Wording, explain, in_words
from gates.routing.submission import FieldProblem, problems_with, validator_of
from gates.routing.triggers import NamedRule, Routing, Why, names_of, route, rules_of, within_limits

__all__ = [
    "Explanation",
    "FieldProblem",
    "NamedRule",
    "Routing",
    "Why",
    "Wording",
    "explain",
    "in_words",
    "names_of",
    "problems_with",
    "route",
    "rules_of",
    "tossed",
    "validator_of",
    "within_limits",
]
