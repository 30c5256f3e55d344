"""What tests of reviews share."""

from collections.abc import Iterator

import pytest

from tests.factories import T0, at


@pytest.fixture
def nine_o_clock() -> Iterator[None]:
    """The clock stands still at T0, where the test does not move it."""
    with at(T0):
        yield
