"""What needs attention, for the first page of the admin. As much as the person may see, in as many
statements however much there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Exists, Model, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from gates import clock
from gates.models import ApiKey, EscalationStep, Event, Gate, Membership, Team, Workflow
from hitl_project import health
from reviews.models import Heartbeat, Run, Step
from reviews.models.run import SEE_RUNS
from reviews.queries import overview, run_pages
from reviews.queries.desks import MOST
from reviews.queries.overview import Attention, Load

QUEUE = "admin:reviews_review_changelist"
LATEST, UNSTAFFED = 8, 20
# What people set up, and what they call it.
CONFIGURATION: dict[str, tuple[type[Model], str]] = {
    "gate": (Gate, "slug"),
    "workflow": (Workflow, "slug"),
    "team": (Team, "name"),
    "apikey": (ApiKey, "name"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """One count with its list; `alarming` where it should be nought."""

    label: str
    hint: str
    count: int
    url: str
    icon: str
    whole: bool = True
    alarming: bool = False

    @property
    def at_least(self) -> bool:
        """True if there may be more than the count says, and it does not show that by itself."""
        return not self.whole and self.count <= MOST


@dataclass(frozen=True, slots=True)
class Sweeping:
    """Whether deadlines are kept: why not, as a sentence, and when somebody last looked."""

    problem: str
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """Runs at a dead end: how many, as far as they are counted, and the newest of them, each with
    the step that failed.
    """

    count: int
    newest: Sequence[tuple[Run, Step | None]]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The sections; one that the person may not see is None."""

    made_at: datetime
    sweeping: Sweeping
    numbers: Sequence[Number] | None
    loads: Sequence[Load] | None
    stuck: Stuck | None
    unstaffed: Sequence[EscalationStep] | None
    events: Sequence[Changed] | None


def dashboard(user: User) -> Dashboard:
    """Everything on the page."""
    now = clock.now()
    sees_reviews = user.has_perm("reviews.view_review")
    return Dashboard(
        made_at=now,
        sweeping=_sweeping(),
        numbers=_numbers(overview.attention(user, now)) if sees_reviews else None,
        loads=overview.loads(user) if sees_reviews else None,
        stuck=Stuck(*run_pages.stuck(user)) if user.has_perm(SEE_RUNS) else None,
        unstaffed=unstaffed() if user.has_perm("gates.view_gate") else None,
        events=latest() if user.has_perm("gates.view_event") else None,
    )


def unstaffed() -> Sequence[EscalationStep]:
    """The steps of published gates at which nobody can be asked."""
    people = Membership.objects.filter(team=OuterRef("team"), user__is_active=True)
    steps = EscalationStep.objects.filter(~Exists(people), version__published_for__isnull=False)
    rows = steps.select_related("team", "version__gate").defer("version__document")
    return list(rows.order_by("version__gate__slug", "level")[:UNSTAFFED])


@dataclass(frozen=True, slots=True)
class Changed:
    """An event, and what people call its subject."""

    event: Event
    name: str


def latest() -> Sequence[Changed]:
    """What was last changed about gates, workflows, teams and keys. By time and not by id: the
    index on subjects leads to these few, while the newest ids are those of reviews and runs.
    """
    rows = Event.objects.filter(subject_type__in=CONFIGURATION).order_by("-at", "-id")
    events = list(rows[:LATEST])
    names = {kind: _names(kind, events) for kind in CONFIGURATION}
    return [
        Changed(event, names[event.subject_type].get(event.subject_id, event.subject_id))
        for event in events
    ]


def _names(kind: str, events: Sequence[Event]) -> dict[str, str]:
    model, field = CONFIGURATION[kind]
    keys = {event.subject_id for event in events if event.subject_type == kind}
    rows = model._default_manager.filter(pk__in=keys or {0})
    return {str(key): name for key, name in rows.values_list("pk", field)}


def _sweeping() -> Sweeping:
    beats = Heartbeat.objects.filter(sweeps=True).order_by("-at")
    last = beats.values_list("at", flat=True).first()
    return Sweeping(_said(health.sweeping()), last)


def _said(code: str) -> str:
    if not code:
        return ""
    if code == "no_sweep_yet":
        return _("No worker has looked at the deadlines since this server started.")
    return _("No worker has looked at the deadlines for more than ten seconds.")


def _numbers(found: Attention) -> list[Number]:
    rows: list[tuple[str, str, int, dict[str, str], str, bool]] = [
        (_("Time is up"), _("still open"), found.overdue, {"deadline": "up"}, "warn", True),
        (
            _("Due within the hour"),
            _("or due already"),
            found.soon,
            {"deadline": "hour"},
            "held",
            False,
        ),
        (_("Waiting"), _("for a person"), found.waiting, {"status": "pending"}, "queue", False),
        (
            _("Escalated"),
            _("above the first level"),
            found.escalated,
            {"escalated": "yes"},
            "escalate",
            False,
        ),
        (_("Held"), _("can still be undone"), found.held, {"status": "held"}, "undo", False),
        (
            _("Conditions open"),
            _("approved once met"),
            found.conditional,
            {"status": "conditional"},
            "if",
            False,
        ),
    ]
    return [_number(*row, whole=found.whole) for row in rows]


def _number(  # noqa: PLR0913  a row of the table above
    label: str,
    hint: str,
    count: int,
    query: dict[str, Any],
    icon: str,
    bad: bool,
    *,
    whole: bool,
) -> Number:
    url = f"{reverse(QUEUE)}?{urlencode(query)}"
    return Number(label, hint, count, url, icon, whole, alarming=bad and count > 0)
