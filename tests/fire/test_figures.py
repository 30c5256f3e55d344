"""Exact intervals, against published values and their own definition."""

import pytest

from tests.fire.figures import Count, Figure, Measure, interval, told


@pytest.mark.parametrize(
    ("bad", "n", "low", "high"),
    [
        (0, 50, 0, 0.071122),
        (3, 100, 0.006230, 0.085176),
        (0, 1, 0, 0.975),
        (1, 1, 0.025, 1),
        (5, 10, 0.187086, 0.812914),
        (0, 1_000_000, 0, 3.688872e-6),
    ],
)
def test_the_interval_is_that_of_clopper_and_pearson(bad, n, low, high):
    assert interval(bad, n) == pytest.approx((low, high), rel=2e-5)


def test_a_share_and_its_opposite_have_opposite_intervals():
    low, high = interval(7, 40)
    assert interval(33, 40) == pytest.approx((1 - high, 1 - low))


def test_one_bad_figure_makes_the_exit_code(capsys):
    fine: list[Figure] = [
        Count("lost", 0, 50),
        Measure("late", 59.9, "s", 60),
        Measure("memory", 1e9, "B"),
    ]
    assert told(fine) == 0
    for bad in (Count("lost", 1, 50), Measure("late", 60.1, "s", 60), Count("never tried", 0, 0)):
        assert told([bad, *fine]) == 1
    assert "lost: 0 of 50 (95 % interval 0.0000% to 7.1122%)\n" in capsys.readouterr().out
