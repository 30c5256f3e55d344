"""`replay`: a log is played in its own time; nothing is lost or done twice, however it is cut."""

import io
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from gates.models import ApiKey, EscalationStep, Event, GateVersion, Membership, Team
from reviews.management.replay import progress
from reviews.management.replay.progress import Pace
from reviews.models import Assignment, Decision, Heartbeat, Review
from reviews.queries import trail
from tests.factories import T0, at, desk

pytestmark = pytest.mark.django_db

START = datetime(2011, 10, 1, tzinfo=UTC)
TODAY = datetime(2012, 12, 31, tzinfo=UTC)
HEADER = "case,submitted,amount,verdict,decided,decider,n_events,offers,validated,fraud_check"
# Days after START: a human answer within each level, one too late, and what is not a verdict.
LOG = [
    ("granted", 0, 1000, "approved", 1, "10"),
    ("declined", 0.5, 0, "declined", 2, "11"),
    ("robot", 1, 12.5, "declined", 1.001, "112"),
    ("withdrawn", 1, 5000, "cancelled", 3, "10"),
    ("asleep", 2, 7000, "open", None, ""),
    ("leads", 2, 8000, "declined", 42, "12"),
    ("late", 3, 9000, "approved", 100, "12"),
    ("robot_late", 3, 9000, "cancelled", 40, "112"),
]
TABLE = """\
submitted                                  8
sent to a person                           8  always 8, calibration 1
decided by people                          3  reject 2, approve 1
deciders                                   3  bank-10 1, bank-11 1, bank-12 1
escalated                                  4  nobody answered at the first level
timed out                                  2  rejected 2
cancelled                                  1  by people of the bank
decided elsewhere                          2  cancelled 1, declined 1
too late                                   1  the deadline had acted
still open                                 0
median time to decision      1 day, 12:00:00  of the people's verdicts
p90 time to decision        32 days, 7:12:00
rate
bad rows                                   0
errors                                     0
"""


def day(number: float) -> datetime:
    """An instant of the log."""
    return START + timedelta(days=number)


def line(case, submitted, amount, verdict, decided, decider) -> str:
    """A line as the bank writes it, with what is known only late behind it."""
    answered = "" if decided is None else day(decided).isoformat()
    return f"{case},{day(submitted).isoformat()},{amount},{verdict},{answered},{decider},26,3,1,0"


@pytest.fixture
def log(tmp_path):
    """Writes a log of rows, or of lines as they are."""

    def write(rows=LOG):
        lines = [row if isinstance(row, str) else line(*row) for row in rows]
        path = tmp_path / "log.csv"
        path.write_text("\r\n".join([HEADER, *lines, ""]), encoding="utf-8")
        return str(path)

    return write


def replay(file, *options) -> tuple[int, str, str]:
    """Exit status, table (without its rate) and complaints of one run."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with at(TODAY):
        try:
            call_command("replay", file, *options, stdout=out, stderr=err)
        except SystemExit as ended:
            status = int(str(ended.code))
    return status, re.sub(r"^rate.*", "rate", out.getvalue(), flags=re.MULTILINE), err.getvalue()


def number(table: str, what: str) -> int:
    """One number of the table."""
    found = re.search(rf"^{what} +(\d+)", table, flags=re.MULTILINE)
    return int(found[1]) if found else -1


def review(case: str) -> Review:
    """A case of the log."""
    return Review.objects.select_related("final_decision").get(external_id=case)


def trace(case: str) -> list[tuple[str, datetime, str]]:
    """What happened to a case, when, by whom."""
    events = Event.objects.filter(subject_id=str(review(case).pk)).order_by("seq")
    return [(event.verb, event.at, event.actor) for event in events]


def all_traces():
    """Everything that a run leaves behind, but for what chance gives it (ids, hashes)."""
    times = Review.objects.values_list(
        "external_id", "status", "outcome", "level", "submitted_at", "decided_at", "closed_at"
    )
    subjects = Event.objects.exclude(subject_type="review")
    return (
        sorted(times),
        {case: trace(case) for case, *_ in times},
        sorted(subjects.values_list("subject_type", "verb", "at", "actor")),
        sorted(
            Assignment.objects.values_list("review__external_id", "level", "ending", "ended_at")
        ),
    )


def cut_after(writes: int):
    """Stops a run, as Ctrl-C would, when it makes its next write."""
    left = [writes]

    def wrapper(execute, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE")):
            left[0] -= 1
            if left[0] < 0:
                raise KeyboardInterrupt
        return execute(sql, params, many, context)

    return connection.execute_wrapper(wrapper)


def test_the_table_says_what_became_of_the_cases(log):
    assert replay(log()) == (0, TABLE, "")


def test_the_trail_is_clean_after_it(log):
    replay(log())
    assert trail.verify().flaw is None


def test_a_verdict_is_given_by_its_person_at_its_time_and_settles_after_the_undo_window(log):
    replay(log())
    settled = day(1) + timedelta(seconds=10)
    assert trace("granted") == [
        ("submitted", day(0), "key:bank"),
        ("decided", day(1), "user:bank-10"),
        ("settled", settled, "clock"),
    ]
    found = review("granted")
    assert (found.outcome, found.result) == ("approved", {"amount": 1000})
    assert (found.submitted_at, found.decided_at, found.closed_at) == (day(0), day(1), settled)
    assert Decision.objects.get(review=review("declined")).reasons == ["declined"]


def test_where_nobody_answers_the_deadline_acts_at_its_own_moment(log):
    replay(log())
    assert trace("asleep") == [
        ("submitted", day(2), "key:bank"),
        ("expired", day(32), "clock"),
        ("expired", day(92), "clock"),
    ]
    assert (review("asleep").outcome, review("asleep").closed_at) == ("rejected", day(92))


def test_a_verdict_after_the_first_deadline_is_given_among_the_leads(log):
    replay(log())
    assert [verb for verb, _, _ in trace("leads")] == ["submitted", "expired", "decided", "settled"]
    assert (review("leads").level, review("leads").decided_at) == (1, day(42))


def test_a_verdict_after_the_last_deadline_leaves_no_trace(log):
    replay(log())
    assert [verb for verb, _, _ in trace("late")] == ["submitted", "expired", "expired"]
    assert Decision.objects.filter(review=review("late")).count() == 1


@pytest.mark.parametrize(
    ("case", "moment", "data"),
    [
        ("robot", 1.001, {"code": "decided_elsewhere", "verdict": "declined"}),
        ("robot_late", 40, {"code": "decided_elsewhere", "verdict": "cancelled"}),
        ("withdrawn", 3, {"code": "withdrawn"}),
    ],
)
def test_what_no_person_decided_is_cancelled_by_the_submitting_key(case, moment, data, log):
    replay(log())
    event = Event.objects.get(subject_id=str(review(case).pk), verb="cancelled")
    told = {name: event.data.get(name) for name in data}
    assert (event.at, event.actor, told) == (day(moment), "key:bank", data)
    assert "verdict" in event.data or case == "withdrawn"


def test_the_people_of_the_bank_belong_to_both_teams_and_cannot_sign_in(log):
    replay(log())
    people = get_user_model().objects.order_by("username")
    assert [(user.username, user.is_active, user.has_usable_password()) for user in people] == [
        (f"bank-{decider}", False, False) for decider in ("10", "11", "12")
    ]
    seats = Membership.objects.filter(user__username="bank-10").values_list("team__slug", "lead")
    assert sorted(seats) == [("loan_leads", False), ("loan_team", False)]
    assert authenticate(username="bank-10", password="") is None


def test_nothing_that_is_known_only_late_is_submitted(log):
    replay(log())
    found = review("robot")
    assert (found.proposal, found.context, found.metadata) == ({"amount": 12.5}, {}, {})
    assert (found.recommendation, found.confidence, found.rationale) == ("", None, "")
    assert (found.requester, found.calibration) == (None, 0.1)


def test_a_second_run_changes_nothing_and_tells_the_same(log):
    first = replay(log())
    before = all_traces()
    assert replay(log()) == first
    assert all_traces() == before


@pytest.mark.parametrize("writes", [*range(0, 60, 7), 80, 100])
def test_a_run_that_was_cut_goes_on_where_it_was(writes, log):
    with transaction.atomic():
        replay(log())
        uncut = all_traces()
        transaction.set_rollback(True)
    with cut_after(writes):
        status, _, said = replay(log())
    assert (status, "Run it again" in said) == (130, True)
    assert replay(log()) == (0, TABLE, "")
    assert all_traces() == uncut


def test_new_lines_of_a_log_are_played_by_the_next_run(log):
    replay(log(LOG[:3]))
    assert replay(log()) == (0, TABLE, "")


def test_bad_lines_are_named_and_the_others_are_played(log):
    status, table, said = replay(log(["x,y", *LOG, line("minus", 1, -5, "declined", 2, "10")]))
    assert said == (
        "line 2: 2 fields where the header has 10\n"
        "line 11: The gate refuses this content."
        " /proposal/amount: -5 is less than the minimum of 0\n"
    )
    assert (status, number(table, "bad rows"), number(table, "errors")) == (0, 2, 0)
    assert number(table, "submitted") == 8


def test_what_the_log_does_not_explain_is_an_error(log):
    replay(log(LOG[:1]))
    owner = get_user_model().objects.get(username="bank-10")
    ApiKey.objects.update(owner=owner)
    status, table, said = replay(log([("own", 0, 1, "approved", 1, "10")]))
    assert (
        said
        == "line 2: This was proposed for you or by your key: somebody else has to decide it.\n"
    )
    assert (status, number(table, "errors"), number(table, "too late")) == (1, 1, 0)
    assert (number(table, "timed out"), number(table, "still open")) == (1, 0)


def test_a_case_that_cannot_move_on_is_an_error_and_stops_nothing(log):
    replay(log(LOG[:1]))
    EscalationStep.objects.filter(level=1).delete()
    status, table, said = replay(log(LOG[:6]))
    told = [text.partition(":")[0] for text in said.splitlines() if text.startswith("line")]
    assert told == ["line 7", "line 6", "line 7"]
    assert (status, number(table, "errors"), number(table, "still open")) == (1, 2, 2)
    assert number(table, "decided by people") == 2


def test_what_is_due_only_after_today_is_left_to_the_sweep_of_everyday(log):
    rows = [("new", 440, 1, "open", None, ""), ("newer", 441, 1, "approved", 442, "10")]
    _, table, _ = replay(log(rows))
    assert (number(table, "still open"), number(table, "decided by people")) == (1, 1)
    assert (review("new").level, review("new").due_at) == (0, day(470))


def test_other_reviews_are_left_alone(log):
    with at(T0):
        other = desk().submit()
    replay(log())
    other.refresh_from_db()
    assert (other.status, other.due_at) == ("pending", T0 + timedelta(seconds=300))


def test_it_does_not_start_beside_a_sweep(log):
    Heartbeat.objects.create(cluster="here", at=TODAY - timedelta(seconds=9))
    with pytest.raises(CommandError, match="stop it first"):
        replay(log())
    assert Review.objects.count() == 0


def test_a_cluster_that_stopped_does_not_keep_it(log):
    Heartbeat.objects.create(cluster="here", at=TODAY - timedelta(seconds=10))
    assert replay(log())[0] == 0


def test_it_stops_when_a_cluster_starts(log, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0.0)

    def starts(execute, sql, params, many, context):
        if (
            sql.startswith("INSERT")
            and "reviews_decision" in sql
            and not Heartbeat.objects.exists()
        ):
            Heartbeat.objects.create(cluster="here", at=TODAY)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(starts), pytest.raises(CommandError, match="stop it first"):
        replay(log())
    assert 0 < Decision.objects.count() < len(LOG)
    Heartbeat.objects.all().delete()
    monkeypatch.undo()
    assert replay(log()) == (0, TABLE, "")


def test_progress_is_told_on_its_way(log, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    _, table, said = replay(log())
    assert table == TABLE
    assert re.match(r"2011-10-01 00:00  0/15 moves, \d+ per second\n", said)


def test_a_revoked_key_is_not_used(log):
    replay(log(LOG[:1]))
    ApiKey.objects.update(revoked=True)
    with pytest.raises(CommandError, match="revoked or has no access"):
        replay(log())


@pytest.mark.parametrize("text", ["0", "-1", "inf", "fast"])
def test_a_speed_is_more_than_nothing(text, log):
    with pytest.raises(CommandError, match="--speed"):
        replay(log(), "--speed", text)


def test_speed_holds_the_play_back():
    pace, started = Pace(100.0), time.monotonic()
    pace.wait_for(day(0))
    pace.wait_for(day(0) + timedelta(seconds=5))
    assert 0.05 <= time.monotonic() - started < 1


def test_a_log_can_be_played_at_a_pace(log):
    assert replay(log(), "--speed", "1e9") == (0, TABLE, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [("a,b\n", "no column"), (HEADER + "\n", "nothing to play"), ("", "column")],
)
def test_a_file_without_rows_is_refused(text, problem, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(text)
    with pytest.raises(CommandError, match=problem):
        replay(str(path))


def test_a_file_that_is_not_there_is_refused():
    with pytest.raises(CommandError, match="No such file"):
        replay("nowhere.csv")


def test_the_gate_is_the_one_of_the_policy_file(log):
    replay(log(LOG[:1]))
    version = GateVersion.objects.get(published_for__slug="loan")
    steps = version.steps.values_list("level", "team__slug", "timeout")
    assert list(steps) == [(0, "loan_team", 2_592_000), (1, "loan_leads", 5_184_000)]
    assert (version.published_at, Team.objects.count()) == (day(0), 2)
