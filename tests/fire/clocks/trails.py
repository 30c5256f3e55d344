"""What the audit trails say about deadlines: none early, each once, each in the way of its gate,
the next one counted from the moment at which the last was applied. After `office.use`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import quantiles
from uuid import UUID

from gates import worktime
from gates.chain import first_flaw
from gates.models import Event
from gates.policy import GatePolicy
from gates.queries.policies import policy_of
from gates.transitions.events import link_of
from reviews.models import Condition, Delivery, Review
from reviews.queries.rows import Steps, steps_of
from tests.fire.figures import Count, Figure, Measure

LATEST_APPROVAL = timedelta(seconds=60)
CHUNK = 5_000
DUE = (
    "due"  # of `metadata`: the first deadline, where it is not the gate's timeout after submission
)


@dataclass
class Findings:
    """What was seen, and what was wrong with it, by kind."""

    reviews: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    late: list[float] = field(default_factory=list)  # seconds


class Trail:
    """One review, followed from event to event."""

    def __init__(self, review: Review, policy: GatePolicy, steps: Steps, found: Findings) -> None:
        self.review, self.policy, self.steps, self.found = review, policy, steps, found
        self.level, self.renewed, self.closed = 0, False, False
        first = review.metadata.get(DUE)
        self.due = datetime.fromisoformat(first) if first else self.deadline(review.submitted_at)
        self.undecided = self.due

    def follow(self, events: list[Event]) -> None:
        """Walk the events that time or a person made."""
        for event in events:
            step = getattr(self, f"_{event.verb}", None)
            if step is not None:
                self.found.wrong["twice"] += self.closed
                step(event)

    def end(self, now: datetime) -> None:
        """What is stored must be where the trail led to, and nothing be due at `now`."""
        stored, closed = self.review, self.review.status == "closed"
        astray = closed != self.closed or stored.level != self.level
        self.found.wrong["crooked"] += astray or (not closed and stored.wake_at != self.due)
        self.found.wrong["left"] += not self.closed and self.due <= now

    def deadline(self, start: datetime) -> datetime:
        """Of the present level."""
        step = self.steps[self.review.version_id, self.level]
        if not self.policy.working_time or step.team.calendar is None:
            return start + timedelta(seconds=step.timeout)
        hours = step.team.calendar.hours
        return worktime.add_working_seconds(start, step.timeout, hours, step.team.time_zone)

    def _expired(self, event: Event) -> None:
        self._applied(event, "deadline")
        self.found.wrong["twice"] += event.data["level"] != self.level
        late = event.at - self.due > LATEST_APPROVAL
        expected = self.policy.action_at(self.level)
        self.found.seen[event.data["action"]] += 1
        if expected == "approve" and late:
            self.found.wrong["approved late"] += event.data["action"] == "approve"
            self.found.wrong["action"] += not self.renewed
            expected = "reject"
        self.found.wrong["action"] += event.data["action"] != expected
        if event.data["action"] == "escalate":
            self.level += 1
            self.due = self.deadline(event.at)
        else:
            self.closed = True

    def _deadline_renewed(self, event: Event) -> None:
        self._applied(event, "renewed")
        on_time = event.at - self.due <= LATEST_APPROVAL
        self.found.wrong["action"] += self.policy.action_at(self.level) != "approve" or on_time
        self.found.wrong["twice"] += self.renewed
        self.renewed, self.due = True, self.deadline(event.at)

    def _decided(self, event: Event) -> None:
        self.found.seen["decided"] += 1
        self.found.wrong["twice"] += event.at >= self.due
        self.undecided = self.due
        self.due = min(self.due, event.at + timedelta(seconds=self.policy.undo_window))

    def _undone(self, event: Event) -> None:
        self.found.seen["undone"] += 1
        self.due = self.undecided

    def _settled(self, event: Event) -> None:
        self._applied(event, "settled")
        asked = event.data.get("conditions", ())
        self.closed = not asked
        if asked:
            times = Condition.objects.filter(pk__in=asked).values_list("timeout", flat=True)
            self.due = event.at + timedelta(seconds=min(times))

    def _condition_expired(self, event: Event) -> None:
        self._applied(event, "condition")
        self.closed = True

    def _condition_met(self, event: Event) -> None:
        self.closed = "outcome" in event.data

    def _applied(self, event: Event, kind: str) -> None:
        self.found.seen["applied"] += 1
        self.found.seen[kind] += 1
        self.found.wrong["early"] += event.at < self.due
        self.found.late.append((event.at - self.due).total_seconds())


def followed(now: datetime) -> Findings:
    """Every trail; what was due at `now` must be done."""
    found = Findings()
    steps = steps_of(Review.objects.values_list("version_id", flat=True).distinct())
    ids = list(Review.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), CHUNK):
        _follow(ids[start : start + CHUNK], steps, found, now)
    found.reviews = len(ids)
    return found


def figures(found: Findings) -> Iterator[Figure]:
    """What must hold of all trails together."""
    wrong, applied = found.wrong, found.seen["applied"]
    yield Count("deadlines applied early", wrong["early"], applied)
    yield Count("deadlines applied twice, or after the end", wrong["twice"], applied)
    yield Count("deadlines applied in another way than the gate's", wrong["action"], applied)
    yield Count("deadlines that passed and were not applied", wrong["left"], found.reviews)
    yield Count(
        "reviews that stand elsewhere than their trail leads", wrong["crooked"], found.reviews
    )
    yield Count("messages of an end or a new level not told once", wrong["told"], found.reviews)
    yield Count("audit chains with a flaw", wrong["chain"], found.reviews)


def lateness(found: Findings) -> Iterator[Figure]:
    """How late deadlines were applied."""
    cuts = quantiles(found.late, n=100) if len(found.late) > 1 else [0.0] * 99
    for name, value in (("p50", cuts[49]), ("p99", cuts[98]), ("largest", max(found.late))):
        yield Measure(f"lateness, {name}", value, "s")


def _follow(ids: list[UUID], steps: Steps, found: Findings, now: datetime) -> None:
    events: dict[str, list[Event]] = {str(pk): [] for pk in ids}
    rows = Event.objects.filter(subject_type="review", subject_id__in=events).order_by("seq")
    for event in rows:
        events[event.subject_id].append(event)
    told = Counter(Delivery.objects.filter(review__in=ids).values_list("review_id", "type"))
    for review in Review.objects.filter(pk__in=ids).select_related("version"):
        chain = events[str(review.pk)]
        found.wrong["chain"] += _flawed(review, chain)
        if review.team_id is None:
            continue
        trail = Trail(review, policy_of(review.version), steps, found)
        trail.follow(chain)
        trail.end(now)
        ends = {"review.closed": int(trail.closed), "review.escalated": trail.level}
        told_once = all(told[review.pk, kind] == times for kind, times in ends.items())
        found.wrong["told"] += bool(review.callback_url) and not told_once


def _flawed(review: Review, chain: list[Event]) -> bool:
    whole = first_flaw((link_of(event), event.hash) for event in chain) is None
    head = chain[-1].hash if chain else ""
    return not whole or (len(chain), head) != (review.event_count, review.event_head)
