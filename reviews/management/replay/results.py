"""What became of the log's cases, read from the database, so that it is whole after a break too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from reviews.management.replay.rows import Row
from reviews.models.review import ReviewQuerySet
from reviews.states import Source, Status

TOP = 5
_COLUMNS = (
    "external_id",
    "why",
    "status",
    "outcome",
    "level",
    "submitted_at",
    "decided_at",
    "final_decision__source",
    "final_decision__verdict",
    "final_decision__actor",
)

Line = tuple[str, object, str]


@dataclass(slots=True)
class Results:
    """Counts of cases; `waits` are the seconds from submission to a person's verdict."""

    submitted: int = 0
    asked: int = 0
    why: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)
    escalated: int = 0
    timed_out: Counter[str] = field(default_factory=Counter)
    cancelled: int = 0
    elsewhere: Counter[str] = field(default_factory=Counter)
    too_late: int = 0
    open: int = 0
    waits: list[float] = field(default_factory=list)

    def lines(self) -> Iterator[Line]:
        """(what, how many, more about it), in the order of a case's life."""
        yield "submitted", self.submitted, ""
        yield "sent to a person", self.asked, _told(self.why)
        yield "decided by people", self.verdicts.total(), _told(self.verdicts)
        yield "deciders", len(self.people), _told(self.people, TOP)
        yield "escalated", self.escalated, "nobody answered at the first level"
        yield "timed out", self.timed_out.total(), _told(self.timed_out)
        yield "cancelled", self.cancelled, "by people of the bank"
        yield "decided elsewhere", self.elsewhere.total(), _told(self.elsewhere)
        yield "too late", self.too_late, "the deadline had acted"
        yield "still open", self.open, ""
        yield "median time to decision", _middle(self.waits), "of the people's verdicts"
        yield "p90 time to decision", _p90(self.waits), ""


def gather(reviews: ReviewQuerySet, rows: Mapping[str, Row], errors: Collection[int]) -> Results:
    """Count what became of the rows (by case); answers on lines with errors are not called late."""
    results = Results()
    for values in reviews.values_list(*_COLUMNS, named=True).iterator():
        row = rows.get(values.external_id)
        if row is not None:
            _count(results, row, values, row.line in errors)
    return results


def _told(counts: Counter[str], top: int | None = None) -> str:
    """`always 120, calibration 11`: the most frequent first, and by name where they are even."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {number}" for name, number in ordered[:top])


def _middle(seconds: list[float]) -> str:
    return _duration(median(seconds)) if seconds else "-"


def _p90(seconds: list[float]) -> str:
    """Between the values where it falls between two of them."""
    if len(seconds) < 2:  # noqa: PLR2004 - a quantile needs two
        return _middle(seconds)
    return _duration(quantiles(seconds, n=10, method="inclusive")[-1])


def _duration(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))


def _count(results: Results, row: Row, review: Any, failed: bool) -> None:
    source = review.final_decision__source
    results.submitted += 1
    results.asked += source != Source.POLICY
    results.why.update(reason["code"] for reason in review.why)
    results.escalated += review.level > 0
    results.open += review.status != Status.CLOSED
    if source == Source.HUMAN:
        results.verdicts[review.final_decision__verdict] += 1
        results.people[review.final_decision__actor.removeprefix("user:")] += 1
        results.waits.append((review.decided_at - review.submitted_at).total_seconds())
    elif source == Source.CANCEL and row.automatic:
        results.elsewhere[row.verdict] += 1
    elif source == Source.CANCEL:
        results.cancelled += 1
    elif source == Source.TIMEOUT:
        results.timed_out[review.outcome] += 1
    results.too_late += bool(row.decided and not failed and not _stands(row, review))


def _stands(row: Row, review: Any) -> bool:
    """Whether the review ended, or is held, by the log's own answer."""
    if review.status == Status.CLOSED and review.final_decision__source == Source.TIMEOUT:
        return False
    return bool(review.decided_at == row.decided)
