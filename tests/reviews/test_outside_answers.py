"""What the answers of HTTP actions mean."""

import json

import pytest

from reviews.outside import Again, Done, Failed
from reviews.outside.answers import Said, meaning
from tests.factories import T0


def said(status, body=b"", **headers):
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return meaning(Said(status, names, body), T0)


@pytest.mark.parametrize(
    ("status", "body", "output"),
    [
        (200, b'{"a": [1, 2.5, null, "\xc3\xa9"]}', {"a": [1, 2.5, None, "é"]}),
        (201, b"true", True),
        (202, b"  ", None),
        (204, b"whatever", None),
        (200, b"9007199254740991", 2**53 - 1),
    ],
)
def test_success_brings_its_json(status, body, output):
    assert said(status, body) == Done(output)


def nested(depth):
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>", "Expecting value at line 1, column 1."),
        (b"{} {}", "Extra data at line 1, column 4."),
        (b"NaN", "Numbers must be finite and within ±(2^53 - 1); send others as text."),
        (b"[-Infinity]", "/0: Numbers must be finite and within ±(2^53 - 1); send others as text."),
        (b'"\xff"', "The text is not UTF-8."),
        (b'"\\ud800"', "NUL and lone surrogates cannot be kept."),
        (b'{"\\u0000": 1}', "In a member's name: NUL and lone surrogates cannot be kept."),
        (
            b"9007199254740992",
            "Numbers must be finite and within ±(2^53 - 1); send others as text.",
        ),
        (b"1e400", "Numbers must be finite and within ±(2^53 - 1); send others as text."),
        (b"9" * 5000, "Numbers must be finite and within ±(2^53 - 1); send others as text."),
        (b'{"a": 1, "a": 2}', "A member is there twice in one object."),
        (nested(33), "It is nested deeper than 32."),
        (nested(50_000), "It is nested deeper than 32."),
    ],
)
def test_success_without_json_that_can_be_kept_has_failed(body, why):
    assert said(200, body) == Failed(f"It answered 200, but not with JSON that can be kept: {why}")


def test_json_may_be_32_deep():
    assert said(200, nested(32)) == Done(json.loads(nested(32)))


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again(status):
    assert said(status, b"busy") == Again(f"It answered {status}: busy")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 422])
def test_what_will_not_pass_is_not_tried_again(status):
    assert said(status) == Failed(f"It answered {status}.")


@pytest.mark.parametrize(
    ("wanted", "after"),
    [
        ("120", 120),
        ("0", 0),
        ("Mon, 02 Mar 2026 09:01:30 GMT", 90),
        ("Mon, 02 Mar 2026 10:01:30 +0100", 90),
        ("Mon, 02 Mar 2026 09:01:30 -0000", 90),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0),
        ("Mon, 02 Mar 99999999999999999999 09:01:30 GMT", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("", None),
        ("9" * 400, 999_999_999),
    ],
)
def test_the_other_side_may_say_when(wanted, after):
    assert said(503, retry_after=wanted) == Again("It answered 503.", after)


def test_an_error_is_one_short_readable_line():
    assert said(400, b"a\r\n\x1b[31m b\x00c") == Failed("It answered 400: a [31m b c")
    assert said(400, b"x" * 900) == Failed(f"It answered 400: {'x' * 500}")
    assert said(400, b"\x1f\x8b\xff", content_encoding="gzip") == Failed("It answered 400.")
