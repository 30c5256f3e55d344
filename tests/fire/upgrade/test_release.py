"""What counts as a complaint of a release that does not know a task, and what does not."""

import pytest

from tests.fire.system import System
from tests.fire.upgrade import release

pytestmark = pytest.mark.portable

UNKNOWN = f"04:00:00 [Q] ERROR Failed 'reviews.tasks.advance' (a) - {release.UNKNOWN} : Traceback"
FINE = '{"event": "sweep", "level": "warning"}'
STARTING = '{"event": "Service Unavailable: /healthz", "level": "error"}'


def said(tmp_path, *lines):
    (tmp_path / "log").write_text("\n".join(lines))
    return release.errors(System("sqlite://:memory:", folder=tmp_path))


def test_a_task_that_it_cannot_know_is_counted_apart(tmp_path):
    assert said(tmp_path, FINE, UNKNOWN, "Traceback of it", UNKNOWN) == ([], 2, 4)


def test_that_it_keeps_no_time_yet_is_no_complaint(tmp_path):
    assert said(tmp_path, STARTING) == ([], 0, 1)


@pytest.mark.parametrize(
    "line",
    [
        '{"event": "oh", "level": "error"}',
        '{"event": "oh", "level": "critical"}',
        "04:00:00 [Q] ERROR Failed 'reviews.tasks.sweep' (a) - oh",
        "04:00:00 [Q] CRITICAL oh",
    ],
)
def test_every_other_complaint_is_told(tmp_path, line):
    assert said(tmp_path, FINE, line) == ([line], 0, 2)
