"""Rows of a log: what is read of a line, and what is wrong with it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reviews.management.replay.player import moves
from reviews.management.replay.rows import BadRow, Row, read

HEADER = "case,submitted,amount,verdict,decided,decider,n_events,validated"
GOOD = "17,2011-10-01T08:10:30.287+02:00,7000,approved,2011-11-04T16:04:52.612+01:00,10609,59,1"
UNTIL = datetime(2012, 12, 31, tzinfo=UTC)


def rows(*lines: str, header: str = HEADER) -> list[Any]:
    """What is read of a file with these lines."""
    return list(read([f"{line}\r\n" for line in (header, *lines)], until=UNTIL))


def with_fields(**fields: str) -> str:
    """The good line with some of its fields changed."""
    names = HEADER.split(",")
    values = dict(zip(names, GOOD.split(","), strict=True)) | fields
    return ",".join(values[name] for name in names)


def test_a_line_is_read_in_its_own_offset():
    submitted = datetime(2011, 10, 1, 6, 10, 30, 287_000, tzinfo=UTC)
    decided = datetime(2011, 11, 4, 15, 4, 52, 612_000, tzinfo=UTC)
    assert rows(GOOD) == [Row(2, "17", submitted, 7000, "approved", decided, "10609")]


def test_an_open_case_has_no_answer():
    line = with_fields(verdict="open", decided="", decider="")
    assert [(row.verdict, row.decided, row.decider) for row in rows(line)] == [("", None, "")]


def test_columns_may_stand_in_any_order_behind_a_byte_order_mark():
    header = "\ufeffdecider,decided,verdict,amount,submitted,case"
    line = "7,2011-10-02T00:00:00Z,declined,1.5,2011-10-01T00:00:00Z,x"
    days = [datetime(2011, 10, day, tzinfo=UTC) for day in (1, 2)]
    assert rows(line, header=header) == [Row(2, "x", days[0], 1.5, "declined", days[1], "7")]


def test_only_the_banks_automatic_step_is_automatic():
    lines = [with_fields(case=name, decider=name) for name in ("112", "1120")]
    assert [row.automatic for row in rows(*lines)] == [True, False]


@pytest.mark.parametrize(
    ("text", "amount"), [("0", 0), ("7000.0", 7000), ("12.5", 12.5), ("-1", -1)]
)
def test_a_whole_amount_is_a_whole_number(text, amount):
    assert [(row.amount, type(row.amount)) for row in rows(with_fields(amount=text))] == [
        (amount, type(amount))
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (GOOD + ",1", "9 fields where the header has 8"),
        (GOOD.rpartition(",")[0], "7 fields where the header has 8"),
        (with_fields(case=""), "case '' is empty, too long or no plain name"),
        (with_fields(case="a b"), "case 'a b' is empty, too long or no plain name"),
        (with_fields(decider=""), "decider '' is empty, too long or no plain name"),
        (with_fields(decider="7\x00"), r"decider '7\x00' is empty, too long or no plain name"),
        (with_fields(amount="many"), "could not convert string to float: 'many'"),
        (with_fields(amount="nan"), "amount nan is no number that JSON can hold"),
        (with_fields(amount="inf"), "amount inf is no number that JSON can hold"),
        (with_fields(amount="1e17"), "amount 1e17 is no number that JSON can hold"),
        (with_fields(submitted="soon"), "Invalid isoformat string: 'soon'"),
        (with_fields(submitted=""), "'' is no time with an offset"),
        (with_fields(submitted="2011-10-01"), "'2011-10-01' is no time with an offset"),
        (with_fields(decided=""), "'' is no time with an offset"),
        (with_fields(verdict="maybe"), "unknown verdict 'maybe'"),
        (with_fields(verdict="open"), "open, and decided all the same"),
        (with_fields(decided="2011-10-01T08:10:30.286+02:00"), "decided before it was submitted"),
        (with_fields(decided="2013-01-01T00:00:00Z"), "lies in the future, or before 1970"),
        (with_fields(submitted="1969-01-01T00:00:00Z"), "lies in the future, or before 1970"),
        (with_fields(case='"17'), "not CSV: unexpected end of data"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(line, problem):
    after = with_fields(case="18")
    assert rows(line, after) == [BadRow(2, problem), *rows("", after)]


def test_a_case_comes_once():
    first, second = rows(GOOD, with_fields(amount="1"))
    assert (first.line, second) == (2, BadRow(3, "case 17 is on line 2 too"))


def test_a_bad_line_does_not_take_its_case_from_a_good_one():
    _, second = rows(with_fields(amount="x"), GOOD)
    assert (second.line, second.case) == (3, "17")


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("", "case, submitted, amount, verdict, decided, decider"),
        ("case,submitted,amount,verdict,decided", "decider"),
    ],
)
def test_a_file_without_our_columns_is_refused(header, problem):
    with pytest.raises(ValueError, match=rf"^line 1: no column {problem}$"):
        rows(GOOD, header=header)


def test_an_empty_file_is_refused():
    with pytest.raises(ValueError, match=r"^line 1: no column case"):
        list(read([], until=UNTIL))


def test_the_timeline_is_by_time_and_puts_submissions_first():
    at_noon = "2011-10-01T12:00:00Z"
    lines = [
        with_fields(case="a", submitted="2011-10-01T10:00:00Z", decided=at_noon),
        with_fields(case="b", submitted=at_noon, decided=at_noon),
        with_fields(case="c", submitted=at_noon, verdict="open", decided="", decider=""),
    ]
    timeline = [(move.row.case, move.answers) for move in moves(rows(*lines))]
    assert timeline == [("a", False), ("b", False), ("c", False), ("a", True), ("b", True)]
