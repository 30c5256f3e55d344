"""`audit verify`: whatever is done to the trail behind our back is found, and named."""

import importlib
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from gates.actors import command
from gates.chain import Link
from gates.models import Event, Team
from gates.transitions.events import record
from reviews.queries import trail
from tests.factories import T0, after, at, desk, sweep, team

pytestmark = pytest.mark.django_db

append_only = importlib.import_module("gates.migrations.0002_append_only")


def lamp_team(events: int = 4) -> Team:
    """A team with a chain of its own."""
    lamps = team("lamps")
    for number in range(1, events + 1):
        record(lamps, "renamed", actor=command("test"), now=after(number), number=number, share=0.5)
    return lamps


def events_of(subject):
    """The subject's events, in order."""
    return Event.objects.filter(subject_id=str(subject.pk)).order_by("seq")


def seq(subject, number):
    """One event, to be tampered with."""
    return events_of(subject).filter(seq=number)


def cut(subject, number):
    """Make the subject count no more than `number` events."""
    last = seq(subject, number).get().hash
    type(subject).objects.filter(pk=subject.pk).update(event_count=number, event_head=last)


def verdict(capsys) -> tuple[int, str]:
    """Exit status and answer of the command."""
    try:
        call_command("audit", "verify")
    except SystemExit as ended:
        return int(str(ended.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


def bad(subject, number, problem) -> tuple[int, str]:
    """What the command says about a bad row."""
    return 1, f"bad row: {subject._meta.model_name} {subject.pk} #{number}: {problem}\n"


def test_an_empty_trail_is_clean(capsys):
    assert verdict(capsys) == (0, "0 events of 0 subjects: clean\n")


def test_what_the_transitions_wrote_is_clean(capsys):
    with at(T0):
        here = desk()
        here.review_in("held")
        here.review_in("conditional")
    lamp_team()
    sweep(after(100))
    assert verdict(capsys) == (0, "11 events of 4 subjects: clean\n")


def test_a_subject_without_events_is_clean(capsys):
    team("lamps")
    assert verdict(capsys) == (0, "0 events of 0 subjects: clean\n")


@pytest.mark.parametrize(
    "change",
    [
        {"at": after(2) + timedelta(microseconds=1)},
        {"verb": "claimed"},
        {"actor": "user:mallory"},
        {"actor_id": 7},
        {"data": {"number": 3, "share": 0.5}},
        {"data": {"number": 2, "share": 0.5000001}},
        {"data": {"number": 2}},
        {"data": {"number": 2, "share": 0.5, "more": None}},
        {"data": {"number": 10**20}},
        {"data": []},
        {"hash": "0" * 64},
    ],
    ids=lambda change: ",".join(f"{name}={value}" for name, value in change.items())[:40],
)
def test_a_changed_column_is_found(change, capsys):
    lamps = lamp_team()
    seq(lamps, 2).update(**change)
    assert verdict(capsys) == bad(lamps, 2, "content does not match its hash")


def test_a_changed_link_to_the_row_before_is_found(capsys):
    lamps = lamp_team()
    seq(lamps, 2).update(prev="0" * 64)
    assert verdict(capsys) == bad(lamps, 2, "does not follow the row before it")


def test_a_changed_number_is_found(capsys):
    lamps = lamp_team()
    seq(lamps, 2).update(seq=9)
    assert verdict(capsys) == bad(lamps, 2, "missing")


def test_a_row_given_to_another_subject_is_found(capsys):
    lamps, other = lamp_team(), team("other")
    seq(lamps, 4).update(subject_id=str(other.pk), seq=1)
    assert verdict(capsys) == bad(lamps, 4, "missing: the subject counts 4 events")


def test_a_row_given_to_another_kind_of_subject_is_found(capsys):
    lamps = lamp_team()
    cut(lamps, 3)
    seq(lamps, 4).update(subject_type="gate")
    problem = "belongs to a subject that does not exist"
    assert verdict(capsys) == (1, f"bad row: gate {lamps.pk} #4: {problem}\n")


def test_a_changed_row_with_a_hash_that_fits_breaks_the_row_after_it(capsys):
    lamps = lamp_team()
    event = seq(lamps, 2).get()
    event.data = {"number": 5}
    fields = Link.__dataclass_fields__
    event.hash = Link(**{name: getattr(event, name) for name in fields}).digest()
    event.save()
    assert verdict(capsys) == bad(lamps, 3, "does not follow the row before it")


def test_a_changed_last_row_with_a_hash_that_fits_is_found_by_the_subjects_head(capsys):
    lamps = lamp_team()
    event = seq(lamps, 4).get()
    event.verb = "claimed"
    fields = Link.__dataclass_fields__
    event.hash = Link(**{name: getattr(event, name) for name in fields}).digest()
    event.save()
    problem = "its hash is not the one that the subject keeps as its last"
    assert verdict(capsys) == bad(lamps, 4, problem)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_row_is_found(number, capsys):
    lamps = lamp_team()
    seq(lamps, number).delete()
    assert verdict(capsys) == bad(lamps, number, "missing")


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_cut_tail_is_found(kept, capsys):
    lamps = lamp_team()
    events_of(lamps).filter(seq__gt=kept).delete()
    assert verdict(capsys) == bad(lamps, kept + 1, "missing: the subject counts 4 events")


def test_a_review_whose_events_are_all_gone_is_found(capsys):
    with at(T0):
        here = desk()
        reviews = [here.submit() for _ in range(3)]
    events_of(reviews[1]).delete()
    assert verdict(capsys) == bad(reviews[1], 1, "missing: the subject counts 1 events")


def test_a_row_that_the_subject_does_not_count_is_found(capsys):
    lamps = lamp_team()
    cut(lamps, 3)
    assert verdict(capsys) == bad(lamps, 4, "too many: the subject counts 3 events")


def test_swapped_rows_are_found(capsys):
    lamps = lamp_team()
    seq(lamps, 2).update(seq=9)
    seq(lamps, 3).update(seq=2)
    seq(lamps, 9).update(seq=3)
    assert verdict(capsys) == bad(lamps, 2, "does not follow the row before it")


@pytest.mark.parametrize("subject_id", ["77", "01", "x", "9" * 30])
def test_events_of_a_subject_that_does_not_exist_are_found(subject_id, capsys):
    lamps = lamp_team()
    events_of(lamps).update(subject_id=subject_id)
    problem = "belongs to a subject that does not exist"
    assert verdict(capsys) == (1, f"bad row: team {subject_id} #1: {problem}\n")


def test_events_of_a_kind_that_does_not_exist_are_found(capsys):
    lamps = lamp_team()
    Team.objects.filter(pk=lamps.pk).update(event_count=0, event_head="")
    events_of(lamps).update(subject_type="lamp")
    problem = "belongs to a kind of subject that does not exist"
    assert verdict(capsys) == (1, f"bad row: lamp {lamps.pk} #1: {problem}\n")


def test_a_subject_that_is_gone_is_found(capsys):
    lamps = lamp_team()
    pk = lamps.pk
    Team.objects.filter(pk=pk).delete()
    problem = "belongs to a subject that does not exist"
    assert verdict(capsys) == (1, f"bad row: team {pk} #1: {problem}\n")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL refuses such values itself")
@pytest.mark.parametrize(
    ("column", "value"), [("at", "noon"), ("at", "2026-13-32 25:00:00"), ("actor_id", "x")]
)
def test_a_value_that_cannot_be_read_any_more_is_found(column, value, capsys):
    lamps = lamp_team()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE gates_event SET {column} = %s WHERE seq = 2", [value])  # noqa: S608
    assert verdict(capsys) == bad(lamps, 2, "content does not match its hash")


def test_pages_of_any_size_find_the_same(monkeypatch, capsys):
    with at(T0):
        here = desk()
        reviews = [here.review_in("rejected") for _ in range(5)]
    lamps = lamp_team(7)
    seq(lamps, 7).update(verb="claimed")
    for rows, subjects in ((1, 1), (2, 3), (3, 2), (100, 100)):
        monkeypatch.setattr(trail, "ROWS", rows)
        monkeypatch.setattr(trail, "SUBJECTS", subjects)
        assert verdict(capsys) == bad(lamps, 7, "content does not match its hash")
    seq(lamps, 7).update(verb="renamed")
    assert trail.verify() == trail.Finding(8 + 3 * len(reviews), 2 + len(reviews), None)


def test_the_number_of_statements_does_not_grow_with_the_subjects(django_assert_num_queries):
    with at(T0):
        here = desk()
        here.submit()
        with django_assert_num_queries(STATEMENTS):
            trail.verify()
        for _ in range(10):
            here.submit()
        with django_assert_num_queries(STATEMENTS):
            trail.verify()


# Pages of events, heads and subjects for those kinds that have rows, and one for unknown kinds.
STATEMENTS = 21


def test_a_write_between_two_of_its_statements_is_no_flaw():
    lamps = lamp_team()
    written: list[str] = []

    def meanwhile(execute, sql, params, many, context):
        answer = execute(sql, params, many, context)
        if not written and "gates_event" in sql:
            written.append(sql)
            record(lamps, "renamed", actor=command("test"), now=after(9))
        return answer

    with connection.execute_wrapper(meanwhile):
        finding = trail.verify()
    assert (finding.flaw, written != []) == (None, True)


@pytest.fixture
def _guarded():
    """The triggers as the migration makes them; the test's own transaction takes them back."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION IF EXISTS gates_event_refuse() CASCADE")
    append_only.add_triggers(None, connection.schema_editor())


@pytest.mark.usefixtures("_guarded")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gates_event SET verb = 'x'",
        "UPDATE gates_event SET verb = verb WHERE seq = 1",
        "DELETE FROM gates_event",
        "DELETE FROM gates_event WHERE seq = 4",
        *(["TRUNCATE gates_event"] if connection.vendor == "postgresql" else []),
    ],
)
def test_the_database_refuses_to_change_the_trail(statement):
    lamps = lamp_team()
    with (
        pytest.raises(DatabaseError, match="the audit trail is append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert events_of(lamps).count() == 4
