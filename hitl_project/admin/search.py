"""One search for everything, by what somebody has at hand: an id, a slug, a name. Reviews, runs,
people and events, of which there may be millions, are looked up in indexes only: whole values, or
the beginning of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from gates.models import ApiKey, Event, Gate, Team, Workflow
from reviews.models import Review, Run
from reviews.models.run import SEE_RUNS
from reviews.queries import run_pages
from reviews.queries.lists import PAYLOADS
from reviews.queries.named import named, uuid_of

MOST = 20
LONGEST = 200
SUBJECTS = ("review", "run", "gate", "workflow", "team", "apikey")
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; `exact` if it is what was typed, whole."""

    title: str
    detail: str
    url: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `more` if there are more than are shown."""

    label: str
    hits: Sequence[Hit]
    more: bool


def search(term: str, user: User) -> list[Group]:
    """What the person may see of what the term names, by kind; kinds without a hit are left out."""
    term = term.replace("\0", "").strip()[:LONGEST]
    if not term:
        return []
    kinds: list[tuple[str, str, Callable[[str, User], list[Hit]]]] = [
        ("reviews.view_review", _("Reviews"), _reviews),
        (SEE_RUNS, _("Runs"), _runs),
        ("gates.view_gate", _("Gates"), _gates),
        ("gates.view_workflow", _("Workflows"), _workflows),
        ("gates.view_team", _("Teams"), _teams),
        ("auth.view_user", _("People"), _people),
        ("gates.view_apikey", _("API keys"), _keys),
        ("gates.view_event", _("Events"), _trails),
    ]
    asked = [
        (label, found(term, user)) for allowed, label, found in kinds if user.has_perm(allowed)
    ]
    return [Group(label, hits[:MOST], len(hits) > MOST) for label, hits in asked if hits]


def only_hit(groups: Sequence[Group]) -> Hit | None:
    """The one thing that the term names, if it names one; its events do not count beside it."""
    hits = [hit for group in groups if group.label != _("Events") for hit in group.hits]
    return hits[0] if len(hits) == 1 and hits[0].exact else None


def _reviews(term: str, user: User) -> list[Hit]:
    """By id, external id and subject, all whole."""
    visible = Review.objects.visible_to(user)
    ids = named(visible, term, MOST + 1)
    rows = Review.objects.filter(pk__in=ids).select_related("gate").defer(*PAYLOADS)
    rows = rows.order_by("-id")[: MOST + 1]
    return [
        Hit(
            row.title,
            " · ".join(filter(None, (row.gate.slug, row.status, row.external_id))),
            _page(row),
            exact=True,
        )
        for row in rows
    ]


def _runs(term: str, user: User) -> list[Hit]:
    """By id and external id, both whole."""
    ids = run_pages.named(Run.objects.visible_to(user), term, MOST + 1)
    rows = Run.objects.filter(pk__in=ids).select_related("workflow").defer(*run_pages.SENT)
    return [
        Hit(
            _("Run of %(workflow)s") % {"workflow": row.workflow.slug},
            " · ".join(filter(None, (row.outcome or row.status, row.external_id))),
            _page(row),
            exact=True,
        )
        for row in rows.order_by("-id")[: MOST + 1]
    ]


def _workflows(term: str, user: User) -> list[Hit]:
    rows = Workflow.objects.filter(slug__startswith=term.lower()).order_by("slug")
    return [Hit(row.slug, "", _page(row), exact=row.slug == term) for row in rows[: MOST + 1]]


def _gates(term: str, user: User) -> list[Hit]:
    rows = Gate.objects.filter(slug__startswith=term.lower()).order_by("slug")
    return [Hit(row.slug, "", _page(row), exact=row.slug == term) for row in rows[: MOST + 1]]


def _teams(term: str, user: User) -> list[Hit]:
    """By slug and name: there are as many teams as somebody made by hand."""
    wanted = Q(slug__startswith=term.lower()) | Q(name__istartswith=term)
    rows: QuerySet[Team] = Team.objects.filter(wanted).order_by("slug")
    return [
        Hit(row.name, row.slug, _page(row), exact=term in {row.slug, row.name})
        for row in rows[: MOST + 1]
    ]


def _people(term: str, user: User) -> list[Hit]:
    rows = get_user_model().objects.filter(username__startswith=term).order_by("username")
    return [
        Hit(row.username, row.get_full_name(), _page(row), exact=row.username == term)
        for row in rows[: MOST + 1]
    ]


def _keys(term: str, user: User) -> list[Hit]:
    """By the part of a key before its dot, or by name: keys too are made by hand."""
    wanted = Q(prefix=term.partition(".")[0]) | Q(name__startswith=term)
    rows = ApiKey.objects.filter(wanted).order_by("-id")
    return [
        Hit(row.name, row.prefix, _page(row), exact=term in {row.name, row.prefix})
        for row in rows[: MOST + 1]
    ]


def _trails(term: str, user: User) -> list[Hit]:
    """Subjects with that id which have events; each has a first one."""
    pk = uuid_of(term)
    if pk is None and not (term.isdecimal() and int(term) <= LARGEST_NUMBER):
        return []
    subject_id = term if pk is None else str(pk)
    first = Event.objects.filter(subject_type__in=SUBJECTS, subject_id=subject_id, seq=1)
    return [
        Hit(
            _("Events of %(kind)s %(id)s") % {"kind": row.subject_type, "id": row.subject_id},
            "",
            _events(row),
            exact=True,
        )
        for row in first.order_by("subject_type")
    ]


def _events(first: Event) -> str:
    query = urlencode({"subject_type": first.subject_type, "subject_id": first.subject_id})
    return f"{reverse('admin:gates_event_changelist')}?{query}"


def _page(row: Model) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(name, args=[row.pk])
