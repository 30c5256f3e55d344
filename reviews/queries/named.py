"""Reviews by what somebody has at hand."""

from __future__ import annotations

from uuid import UUID

from gates.models import Gate
from reviews.models.review import ReviewQuerySet


def named(rows: ReviewQuerySet, term: str, most: int) -> set[UUID]:
    """The ids of those with that id, external id or subject; at most `most` of each kind.

    One look-up in one index each: asked for together, a planner may read the whole table in the
    order of the list instead. The index on subjects begins with the gate, so all are named.
    """
    ids = rows.order_by().values_list("pk", flat=True)
    gates = list(Gate.objects.values_list("pk", flat=True))
    found = {
        *ids.exclude(external_id="").filter(external_id=term)[:most],
        *ids.exclude(subject="").filter(gate__in=gates, subject=term)[:most],
    }
    pk = uuid_of(term)
    return found if pk is None else {*found, *ids.filter(pk=pk)}


def uuid_of(text: str) -> UUID | None:
    """The id, or None for text that is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
