"""A person's answer to a case: what a careful person finds, and now and then something else."""

from __future__ import annotations

from random import Random

from gates.policy import GatePolicy
from hitl_project.demo.cases.case import Case, Finding
from reviews.verdicts import Answer

SLIPS = 0.01  # the share of answers in which a person sees it differently
REMARKS = (
    "Called the customer: it is as the agent says.",
    "Same as the case of last week.",
    "The warehouse has a picture of it.",
    "Looked at the last three orders: nothing odd.",
    "Asked the carrier, they confirm.",
)
QUESTIONS = (
    "Is there a picture of it?",
    "Has the parcel been weighed?",
    "Which carrier was it?",
    "Has anybody spoken to the customer?",
)


def answer_to(case: Case, policy: GatePolicy, random: Random, *, over_limit: bool) -> Answer:
    """The verdict with all that it needs."""
    if over_limit and case.finding.verdict in {"approve", "approve_if"}:
        return _rejection(policy, "Above the limit.")
    slips = not over_limit and random.random() < SLIPS
    if slips and case.finding.verdict in {"approve", "reject"}:
        return _otherwise(case.finding, policy)
    return said(case, policy)


def said(case: Case, policy: GatePolicy) -> Answer:
    """What a careful person says to a case."""
    found = case.finding
    terms = policy.condition(found.condition) if found.condition else None
    contact = f"{case.customer.handle}@example.com"
    return Answer(
        found.verdict,
        proposal={**case.proposal, **found.fix} if found.fix else None,
        items=_items(case) if found.refused else (),
        conditions=({"code": terms.code, "contact": contact},) if terms else (),
        reasons=found.reasons,
        note=found.note,
        message=found.message,
    )


def _items(case: Case) -> tuple[dict[str, object], ...]:
    refused = case.finding.refused
    return tuple(
        {"id": line["account"], "verdict": "reject", "reasons": [refused[line["account"]]]}
        if line["account"] in refused
        else {"id": line["account"], "verdict": "approve"}
        for line in case.proposal["credits"]
    )


def _otherwise(found: Finding, policy: GatePolicy) -> Answer:
    if found.verdict == "approve":
        return _rejection(policy, "I am not convinced.")
    return Answer("approve", note="Let it go this once.")


def _rejection(policy: GatePolicy, note: str) -> Answer:
    code = next(reason.code for reason in policy.reasons if "reject" in reason.verdicts)
    return Answer("reject", reasons=(code,), note=note)
