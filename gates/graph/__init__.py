"""Workflows as plain values: nodes, edges, and what flows along them. No Django here."""

from gates.graph.asked import INPUT
from gates.graph.check import Finding, check, flaws, lacks
from gates.graph.data import data_for, taken
from gates.graph.nodes import (
    Action,
    Branch,
    Case,
    Condition,
    Data,
    End,
    Graph,
    HumanGate,
    Node,
    Retry,
)
from gates.graph.outcomes import outcomes_of

__all__ = [
    "INPUT",
    "Action",
    "Branch",
    "Case",
    "Condition",
    "Data",
    "End",
    "Finding",
    "Graph",
    "HumanGate",
    "Node",
    "Retry",
    "check",
    "data_for",
    "flaws",
    "lacks",
    "outcomes_of",
    "taken",
]
