"""A hundred thousand reviews: a few that transitions made, copied by the database itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Field, Model, UUIDField

from gates.models import Event
from reviews.models import Assignment, Decision, Review
from reviews.models.assignment import Assignment as Level
from tests.factories import Desk, desk
from gates.policy import Step

Weights = Mapping[UUID, int]  # how many copies of which review
COPIED: tuple[type[Model], ...] = (Review, Level, Decision, Event)

# Copies of row N differ from it by N: ids keep their tail, times go back by N minutes.
_OWN = {
    (Review, "external_id"): "'case-' || n.i",
    (Review, "subject"): "'S-' || (n.i % 5000)",
    (Review, "amount"): "n.i % 1000",
    (Review, "priority"): "n.i % 4",
    (Review, "title"): "t.title || ' ' || n.i",
}
