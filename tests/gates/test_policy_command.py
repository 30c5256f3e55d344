"""`manage.py policy`: answers on stdout, problems on stderr with file, line and key."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from django.db import connection

from gates.models import Event, Gate, GateVersion, Team
from gates.policyfile import read
from tests import factories
from tests.gates.policies import gate_text

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]


@pytest.fixture
def team():
    """A team with somebody in it."""
    return factories.team("team", factories.user())


# --- check ----------------------------------------------------------------------------------------


def test_a_good_file_is_said_to_be_good(run, file, team):
    path = file()
    assert run("check", path) == (f"{path}: 1 gate, no errors\n", "", None)
    assert not Gate.objects.exists()


def test_problems_go_to_stderr_with_file_line_and_key(run, file, team):
    path = file(timeout="0", zzz="1")
    assert run("check", path) == (
        "",
        (
            f"{path}:3: gates.refund.timeout: must be between 1 and 316224000\n"
            f"{path}:7: gates.refund.zzz: there is no such key\n"
        ),
        (1, f"{path} is not fit for use."),
    )


def test_an_empty_team_is_a_warning_and_no_failure(run, file):
    factories.team("team")
    path = file()
    said = f"{path}:5: gates.refund.assignee: warning: nobody is in team “team”\n"
    assert run("check", path) == (f"{path}: 1 gate, no errors\n", said, None)


def test_a_team_of_people_who_left_is_empty(run, file):
    factories.team("team", factories.user(is_active=False))
    assert "warning: nobody is in team “team”" in run("check", file())[1]


def test_a_missing_team_is_an_error_at_its_line(run, file, team):
    path = file(
        timeout_action="escalate",
        escalation="\n  - {assignee: leads, timeout: 5}",
        final_action="reject",
        owner="owners",
    )
    assert run("check", path) == (
        "",
        (
            f"{path}:8: gates.refund.escalation.0.assignee: there is no team “leads” "
            "(--create-teams makes it)\n"
            f"{path}:10: gates.refund.owner: there is no team “owners” (--create-teams makes it)\n"
        ),
        (1, f"{path} is not fit for use."),
    )
    assert run("check", path, "--create-teams")[2] is None
    assert not Team.objects.filter(slug="leads").exists()


def test_working_time_needs_a_calendar(run, file, team):
    path = file(working_time="true")
    _, problems, failed = run("check", path)
    said = f"{path}:5: gates.refund.assignee: working_time needs a calendar on team “team”\n"
    assert (problems, failed) == (said, (1, f"{path} is not fit for use."))


def test_a_file_that_cannot_be_read_is_said_so(run, tmp_path):
    out, err, (code, message) = run("check", tmp_path / "none.yaml")
    assert (out, err, code) == ("", "", 1)
    assert message.startswith(f"{tmp_path / 'none.yaml'} cannot be read: ")


def test_a_file_that_is_no_text_is_said_so(run, tmp_path):
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xff\xfe")
    assert run("check", path)[2][1].startswith(f"{path} cannot be read: ")


def test_a_file_may_come_from_standard_input(run, team, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(gate_text()))
    assert run("check", "-") == ("-: 1 gate, no errors\n", "", None)


def test_a_database_that_is_not_ready_is_said_so(run, file, team):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gates_team RENAME TO gates_team_away")
    _, _, (code, message) = run("check", file())
    assert (code, message.endswith("manage.py migrate")) == (1, True)


# --- apply ----------------------------------------------------------------------------------------


def test_applying_publishes_and_says_so(run, file, team):
    assert run("apply", file()) == ("refund: version 1 published\n", "", None)
    version = GateVersion.objects.get(published_for__slug="refund")
    assert (version.number, version.published_by) == (1, "command:policy")


def test_applying_twice_changes_nothing_and_says_so(run, file, team):
    run("apply", file())
    events = Event.objects.count()
    assert run("apply", file()) == ("refund: version 1 unchanged\n", "", None)
    assert (GateVersion.objects.count(), Event.objects.count()) == (1, events)


def test_a_file_that_says_the_same_otherwise_changes_nothing(run, file, team):
    run("apply", file())
    same = gate_text(lease="600", options="[approve, reject]", timeout="0x3C") + "  # sixty\n"
    assert run("apply", file(same))[0] == "refund: version 1 unchanged\n"


def test_a_changed_file_makes_a_new_version(run, file, team):
    run("apply", file())
    assert run("apply", file(lease="60"))[0] == "refund: version 2 published\n"


def test_a_file_with_an_error_publishes_nothing(run, file, team):
    text = gate_text() + "\n" + gate_text(timeout="0").split("\n", 1)[1].replace("refund", "other")
    assert run("apply", file(text))[2] is not None
    assert not Gate.objects.exists()


def test_missing_teams_can_be_made(run, file):
    assert run("apply", file())[2] is not None
    out, err, failed = run("apply", file(), "--create-teams")
    assert (out, failed) == ("refund: version 1 published\n", None)
    assert err.endswith("gates.refund.assignee: warning: nobody is in team “team”\n")
    assert Team.objects.get().slug == "team"


@pytest.mark.parametrize("name", ["refund.yaml", "loan.yaml"])
def test_the_policies_that_come_with_it_can_be_applied(run, name):
    path = ROOT / "reviews/policies" / name
    slug = name.removesuffix(".yaml")
    assert run("apply", path, "--create-teams")[0] == f"{slug}: version 1 published\n"


# --- export and diff ------------------------------------------------------------------------------


def test_what_is_exported_can_be_applied_and_changes_nothing(run, file):
    for name in ("refund", "loan"):
        run("apply", ROOT / f"reviews/policies/{name}.yaml", "--create-teams")
    text, err, failed = run("export")
    assert (err, failed) == ("", None)
    assert [gate.slug for gate in read(text, "f").gates] == ["loan", "refund"]
    assert run("apply", file(text))[0] == "loan: version 1 unchanged\nrefund: version 1 unchanged\n"


def test_named_gates_are_exported_alone(run):
    run("apply", ROOT / "reviews/policies/loan.yaml", "--create-teams")
    run("apply", ROOT / "reviews/policies/refund.yaml", "--create-teams")
    assert [gate.slug for gate in read(run("export", "loan")[0], "f").gates] == ["loan"]


def test_a_gate_that_is_not_there_cannot_be_exported(run):
    assert run("export", "none") == ("", "", (1, "There is no published gate “none”."))


def test_a_diff_shows_what_applying_would_change(run, file, team):
    run("apply", file())
    path = file(timeout="90")
    out, err, failed = run("diff", path)
    assert (err, failed) == ("", None)
    assert out.splitlines()[:7] == [
        "--- refund version 1",
        f"+++ {path}",
        "@@ -1,6 +1,6 @@",
        " gates:",
        "   refund:",
        "-    timeout: 60",
        "+    timeout: 90",
    ]
    assert GateVersion.objects.get(published_for__slug="refund").number == 1


def test_a_diff_of_what_is_published_is_empty(run, file, team):
    run("apply", file())
    assert run("diff", file()) == ("", "", None)


def test_a_diff_shows_a_new_gate_whole(run, file, team):
    out, _, failed = run("diff", file())
    assert failed is None
    assert out.startswith("--- refund version 0\n")
    assert "+  refund:\n" in out
