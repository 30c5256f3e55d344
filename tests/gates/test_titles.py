"""Titles: filled in once, plain text on one line, nothing called, nothing broken by its values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.expressions import Names
from gates.titles import TitleError, check_title, render_title
from tests.gates.policies import SCHEMA

PROPOSAL = {
    "amount": 1234.5,
    "who": "Jane",
    "day": "2026-03-02T09:05:07Z",
    "lines": [{"sku": "A"}],
    "none": None,
    "yes": True,
    "whole": 50,
    "zero": 0,
    "by-hand": "x",
}
CONTEXT = {"order": {"number": "12345"}}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Approve refund of ${{ proposal.amount }}", "Approve refund of $1234.5"),
        ("{{proposal.whole}} for {{ context.order.number }}", "50 for 12345"),
        ("{{ proposal.lines.0.sku }}{{ proposal.lines.1.sku }}", "A"),
        ("{{ proposal.by-hand }}", "x"),
        ("{{ proposal.yes }} {{ proposal.lines }}", 'true [{"sku": "A"}]'),
        ("Loan{# of any kind #} to {{ proposal.who }}", "Loan to Jane"),
        ("{{ proposal.amount|money }}", "1,234.50"),
        ("{{ proposal.whole|money:'EUR' }}", "50.00 EUR"),
        ("{{ proposal.who|money }}", "Jane"),
        ("{{ proposal.yes|money }}", "true"),
        ("{{ proposal.day|date }}", "2 Mar 2026"),
        (
            '{{ proposal.day|date:"Y-m-d H:i:s, y n M F j" }}',
            "2026-03-02 09:05:07, 26 3 Mar March 2",
        ),
        ("{{ proposal.who|date }}", "Jane"),
        ("{{ proposal.whole|date }}", "50"),
        ('{{ proposal.missing|default:"nobody" }}', "nobody"),
        ("{{ proposal.zero|default:'none' }}", "none"),
        ("{{ proposal.none | default:1.50 | money }}", "1.50"),
        ("{{ proposal.missing }}{{ proposal.none }}{{ proposal.who.x }}.", "."),
        ("{{ proposal.missing|money:'EUR' }}", ""),
        ("100 % } of % {", "100 % } of % {"),
    ],
)
def test_a_title_is_filled_in(text, title):
    check_title(text)
    assert render_title(text, PROPOSAL, CONTEXT) == title


@pytest.mark.parametrize(
    "path",
    ["clear", "items", "pop", "__class__", "__class__.__mro__", "keys", "who.upper", "amount.hex"],
)
def test_nothing_is_called_and_nothing_hidden_is_reached(path):
    proposal = dict(PROPOSAL)
    assert render_title(f"{{{{ proposal.{path} }}}}", proposal, CONTEXT) == ""
    assert proposal == PROPOSAL


def test_nothing_is_escaped_or_filled_in_twice():
    proposal = {"who": "<b>{{ proposal.secret }}</b>", "secret": "x"}
    assert render_title("{{ proposal.who }}", proposal, {}) == "<b>{{ proposal.secret }}</b>"


def test_a_title_is_one_line_without_anything_unseen():
    proposal = {"who": "a\r\nb\tc\x00d\u202ee\u2028f\u200bg\ud800h\ufeff"}
    assert render_title(" {{ proposal.who }} ", proposal, {}) == "a b c de fgh"


def test_emoji_and_scripts_keep_their_joiners():
    family = "\U0001f469\u200d\U0001f467"
    assert render_title("{{ proposal.who }}", {"who": family}, {}) == family


def test_a_long_title_is_cut():
    assert render_title("{{ proposal.who }}", {"who": "x" * 500}, {}) == "x" * 199 + "…"
    assert render_title("{{ proposal.who }}", {"who": "x" * 200}, {}) == "x" * 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" ", "empty"),
        ("x" * 501, "longer than 500 characters"),
        ("{% now 'Y' %}", "tags ({% … %}) are not available"),
        ("{% verbatim %}{{ proposal.a }}{% endverbatim %}", "tags ({% … %}) are not available"),
        ("{{ proposal.a", "“{{” or “{#” is never closed"),
        ("{# remark", "“{{” or “{#” is never closed"),
        ("{{ }}", "“{{ }}” is not a value to show"),
        ("{{ 'text' }}", "“{{ 'text' }}” is not a value to show"),
        ("{{ proposal.a b }}", "“{{ proposal.a b }}” is not a value to show"),
        ("{{ request.user }}", "“request” is not known; a title shows proposal and context"),
        ("{{ proposal.a|safe }}", "“|safe” is not available; the filters are money, date, default"),
        (
            "{{ proposal.a|money:proposal.b }}",
            "“|money:proposal.b” is not available; the filters are money, date, default",
        ),
        ("{{ proposal.a| }}", "“|” is not available; the filters are money, date, default"),
        ("{{ proposal.a|default }}", 'default needs what to show: default:"…"'),
    ],
)
def test_what_is_no_title_is_refused(text, message):
    with pytest.raises(TitleError) as raised:
        check_title(text)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{ proposal.amont }}", "proposal.amont is not in proposal_schema; did you mean amount?"),
        (
            "{{ proposal.lines.0.prize }}",
            "proposal.lines[].prize is not in proposal_schema; did you mean price?",
        ),
        (
            "{{ context.ordr.id }}",
            "context.ordr is not one of the gate's context keys; did you mean order?",
        ),
    ],
)
def test_a_title_names_only_what_the_gate_has(text, message):
    names = Names(SCHEMA, frozenset({"order"}))
    check_title("{{ proposal.amount }} {{ context.order.id }}", names)
    with pytest.raises(TitleError) as raised:
        check_title(text, names)
    assert str(raised.value) == message


def test_a_text_that_is_no_template_is_shown_as_it_is():
    assert render_title("{% now %}", {}, {}) == "{% now %}"


PIECES = st.sampled_from(
    ["{{", "}}", "{#", "#}", "{%", "proposal", ".a", ".0", "|", "money", ":", "'x'", '"', " ", "\n"]
)


@given(
    st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=40),
    st.dictionaries(st.just("a"), st.text()),
)
def test_whatever_is_written_and_submitted_makes_one_line(text, proposal):
    title = render_title(text, proposal, {})
    assert len(title) <= 200
    assert title.splitlines() == ([title] if title else [])
