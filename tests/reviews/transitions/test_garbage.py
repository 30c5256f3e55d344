"""While many rows are made nothing is collected; afterwards all is as it was."""

from __future__ import annotations

import gc

import pytest

from reviews.transitions.garbage import left_lying


def test_nothing_is_collected_until_the_block_ends() -> None:
    with left_lying():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_ends_it_too() -> None:
    with pytest.raises(ValueError, match="no"), left_lying():
        raise ValueError("no")
    assert gc.isenabled()


def test_who_collects_nothing_anyway_goes_on_so() -> None:
    gc.disable()
    try:
        with left_lying():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
