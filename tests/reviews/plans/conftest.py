"""The crowd is made once for all tests of this directory, and goes with its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.factories import T0, Desk, at
from tests.reviews.plans.crowd import gather


@pytest.fixture(scope="package")
def crowd(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Desk]]:
    """Four desks, by name, with 10^5 reviews between them."""
    with django_db_blocker.unblock(), transaction.atomic(), at(T0):
        yield gather(100_000)
        transaction.set_rollback(True)
