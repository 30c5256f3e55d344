"""What agents send, as the pages show it: each kind of fact, and what is sent to deceive."""

from dataclasses import replace
from typing import Any

import pytest
from django.template import Context, Template

from gates.policy import ContextItem
from reviews.templatetags import facts
from reviews.templatetags.facts import LONGEST, MOST_ROWS, as_json, fact, members
from reviews.templatetags.facts import facts as sorted_facts
from reviews.templatetags.gatehouse import address, in_short, money
from tests.factories import POLICY, T0, after

TURNED = "safe\u202egnp.exe"
HTML = "<script>alert('x')</script>"
ESCAPED = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"
KINDS = ("text", "quote", "money", "date", "table", "markdown", "json", "link", "unknown")


def shown(value, kind="json"):
    """As a template prints it: what is not marked as safe is escaped here."""
    template = Template("{% load facts %}{% fact value kind %}")
    return template.render(Context({"value": value, "kind": kind}))


# --- each kind


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", "One\nTwo", "One<br>Two"),
        ("text", 3, "3"),
        ("quote", "Well", "<blockquote><p>Well</p></blockquote>"),
        ("money", 1234.5, "1,234.50"),
        ("money", 7, "7.00"),
        ("money", True, "True"),
        ("money", "12 EUR", "12 EUR"),
        ("date", "2026-03-02", "March 2, 2026"),
        ("date", "2026-03-02T09:00:00Z", "March 2, 2026, 9 a.m."),
        ("date", "2026-03-02T09:00:00", "March 2, 2026, 9 a.m."),
        ("date", "soon", "soon"),
        ("date", 20260302, "March 2, 2026"),
        ("json", None, "-"),
        ("json", True, "yes"),
        ("json", False, "no"),
        ("json", 1234567, "1,234,567"),
        ("json", 0.125, "0.125"),
        ("json", 2.0, "2"),
        ("json", "a", "a"),
        ("json", [1, "b"], "<ul><li>1</li><li>b</li></ul>"),
        ("json", {"my_key": 1}, '<dl class="facts"><div><dt>My key</dt><dd>1</dd></div></dl>'),
        ("markdown", "*so*", '<div class="prose"><p><em>so</em></p>\n</div>'),
        ("markdown", 3, "3"),
        ("table", [1, 2], "<ul><li>1</li><li>2</li></ul>"),
        ("table", "no table", "no table"),
    ],
)
def test_each_kind_is_read_best_in_its_own_way(kind, value, text):
    assert shown(value, kind) == text


def test_a_table_has_a_head_and_aligns_numbers():
    text = shown([{"name": "Lamp", "net_price": 7}, {"name": HTML}], "table")
    assert '<th scope="col" class="">Name</th><th scope="col" class="">Net price</th>' in text
    assert '<td class="">Lamp</td><td class="num">7</td>' in text
    assert f'<td class="">{ESCAPED}</td><td class="">-</td>' in text


def test_a_link_leads_to_the_web_only_and_its_host_shows():
    address = "https://shop.example/a?b=1&c=2"
    text = address.replace("&", "&amp;")
    rel = 'rel="noopener noreferrer nofollow" target="_blank"'
    assert (
        shown(address, "link") == f'<a href="{text}" {rel}>{text}</a> <span>(shop.example)</span>'
    )


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//elsewhere.example/",
        "/logout/",
        "https://",
        "http://[",
        "http://[::1",
        "http:elsewhere.example",
        "https:\\\\elsewhere.example",
        "https://elsewhere.example\\@bank.example/",
        "https://bank.example\u202e/",
        7,
        None,
        ["https://a.example"],
    ],
)
def test_what_leads_elsewhere_or_is_not_sure_is_no_link(address):
    assert "<a " not in shown(address, "link")


def test_the_host_of_a_link_is_where_it_leads():
    assert "(elsewhere.example)" in shown("https://bank.example@elsewhere.example/", "link")


# --- hostile values


@pytest.mark.parametrize("kind", KINDS)
def test_markup_is_text_in_every_kind(kind):
    assert "<script" not in shown(HTML, kind)
    assert "<script" not in shown([{HTML: HTML}], kind)
    assert "<script" not in shown({HTML: {HTML: [HTML]}}, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_turns_the_reading_direction_is_spelt_out_in_every_kind(kind):
    for value in (TURNED, [TURNED], {TURNED: TURNED}, [{TURNED: TURNED}]):
        assert "\u202e" not in shown(value, kind)
    assert "\\u202e" in shown(TURNED, kind)


@pytest.mark.parametrize(
    "text",
    [
        "![x](https://spy.example/pixel)",
        "[a](javascript:alert(1))",
        "<https://spy.example>",
        "<img src=x onerror=alert(1)>",
        "[a]: javascript:alert(1)\n\n[a]",
        "<svg/onload=alert(1)>",
    ],
)
def test_markdown_holds_no_pictures_links_or_markup(text):
    found = shown(text, "markdown")
    assert "<img" not in found
    assert "<a" not in found
    assert "<svg" not in found


@pytest.mark.parametrize("kind", KINDS)
def test_a_million_digits_are_cut(kind):
    found = shown("9" * 1_000_000, kind)
    assert len(found) < 3 * LONGEST
    assert "…" in found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "text", ["NaN", "-Infinity", "1e999", "\0", "", " ", "'", '"', "%s", "{{ x }}", "{% now %}"]
)
def test_odd_texts_are_texts(kind, text):
    assert shown(text, kind) is not None
    assert "{" not in text or "{" in shown(text, kind)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1e308, 5e-324, 2**53, -(2**63)])
@pytest.mark.parametrize("kind", KINDS)
def test_odd_numbers_are_shown(kind, value):
    assert shown(value, kind)


@pytest.mark.parametrize(
    "text",
    [
        "2026-13-01",
        "2026-02-30T10:00:00Z",
        "0000-00-00",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-03-02T25:00:00",
        "2026-03-02T09:00:00+99:99",
    ],
)
def test_a_date_that_is_none_stays_the_text_that_it_was(text, settings):
    settings.TIME_ZONE = "UTC"
    assert shown(text, "date").replace("&#x27;", "'") == text


def test_deep_json_is_shown():
    value: Any = "deep"
    for _ in range(32):
        value = {"a": [value]}
    assert "deep" in shown(value)


@pytest.mark.parametrize(
    "value",
    [
        {f"key{number}": number for number in range(MOST_ROWS + 7)},
        list(range(MOST_ROWS + 7)),
        [{"a": number} for number in range(MOST_ROWS + 7)],
    ],
)
def test_what_is_wide_is_cut_and_says_so(value):
    assert shown(value).endswith('<p class="hint">… and 7 more</p>')
    assert (
        "more" not in shown(type(value)(list(value)[:MOST_ROWS])) if type(value) is list else True
    )


def test_columns_that_do_not_fit_are_counted():
    row = {f"column{number}": number for number in range(11)}
    assert "… and 3 more columns" in shown([row])
    assert "columns" not in shown([dict(list(row.items())[:8])])


def test_json_for_reading_is_cut_and_spelt_out():
    assert as_json({"a": TURNED}) == '{\n  "a": "safe\\u202egnp.exe"\n}'
    assert as_json("x" * 50_000).endswith(" …")
    assert len(as_json("x" * 50_000)) == LONGEST + 2


# --- which facts are where


def test_facts_come_in_the_gates_order_and_what_it_does_not_know_last():
    items = (
        ContextItem("b", "Second", kind="text", origin="ai"),
        ContextItem("a", "First", kind="money", origin="system"),
        ContextItem("c", "Said", kind="text", origin="customer"),
        ContextItem("missing", "Missing", optional=True),
    )
    policy = replace(POLICY, context=items)
    told = sorted_facts(policy, {"a": 7, "b": "short", "c": "Help", "x": 1, "missing": None})
    assert [item["label"] for item in told["lines"]] == ["Second", "First"]
    assert [(item["label"], item["origin"]) for item in told["blocks"]] == [("Said", "customer")]
    assert [item["value"] for item in told["extra"]] == [{"x": 1}]


def test_a_long_text_and_a_table_have_room_of_their_own():
    items = (ContextItem("a", "Long"), ContextItem("b", "Table", kind="table"))
    told = sorted_facts(replace(POLICY, context=items), {"a": "x" * 91, "b": [{"c": 1}]})
    assert (told["lines"], len(told["blocks"]), told["extra"]) == ([], 2, [])


def test_what_changed_comes_first_with_what_it_was():
    rows = members({"a": 1, "b": 2, "new": 3}, {"a": 1, "b": 9, "gone": 4})
    assert [(row["label"], row["value"], row.get("was"), row["changed"]) for row in rows] == [
        ("b", 2, 9, True),
        ("new", 3, None, True),
        ("gone", None, 4, True),
        ("a", 1, 1, False),
    ]


@pytest.mark.parametrize(
    ("proposal", "pointer", "texts"),
    [
        ({"amount": 219, "count": 219}, "/amount", ["219.00", "219"]),
        ({"amount": 219.0}, "/amount", ["219.00"]),
        ({"amount": 1234.5}, "/amount", ["1,234.50"]),
        ({"amount": 219}, "", ["219"]),
        ({"amount": "219 EUR"}, "/amount", ["219 EUR"]),
        ({"amount": True}, "/amount", ["yes"]),
        ({"amount": 7}, "/amount/in", ["7"]),
        ({"a/b": 7}, "/a~1b", ["7.00"]),
        ([7], "/0", ["<ul><li>7.00</li></ul>"]),
    ],
)
def test_what_the_gate_calls_its_amount_is_shown_as_money(proposal, pointer, texts):
    assert [fact(row["value"]) for row in members(proposal, {}, pointer)] == texts


def test_an_amount_within_a_table_is_shown_as_money_and_aligned():
    [row] = members({"lines": [{"net": 7}, {"net": 8}]}, {}, "/lines/0/net")
    text = fact(row["value"])
    assert '<td class="num">7.00</td>' in text
    assert '<td class="num">8</td>' in text


def test_an_amount_that_changed_is_money_before_and_after():
    [row] = members({"amount": 35}, {"amount": 49.5}, "/amount")
    assert (fact(row["was"]), fact(row["value"]), row["changed"]) == ("49.50", "35.00", True)
    [same] = members({"amount": 35}, {"amount": 35.0}, "/amount")
    assert same["changed"] is False


def test_the_proposal_itself_stays_as_it_was():
    proposal = {"lines": [{"net": 7}]}
    members(proposal, proposal, "/lines/0/net")
    assert proposal == {"lines": [{"net": 7}]}


def test_nothing_changed_where_there_is_nothing_before():
    assert [row["changed"] for row in members({"a": 1})] == [False]


@pytest.mark.parametrize("value", ["text", 7, ["a"], None])
def test_a_proposal_that_is_no_mapping_is_one_member(value):
    assert members(value) == [{"label": "proposal", "value": value, "changed": False}]


@pytest.mark.parametrize(("code", "name"), [("ai", "From the AI:"), ("x", "From a system:")])
def test_who_said_it_is_named(code, name):
    assert f'aria-label="{name}"' in facts.origin(code)


def test_an_unknown_kind_is_shown_as_data():
    assert fact([1], "hologram") == "<ul><li>1</li></ul>"


# --- clocks, numbers, addresses


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3_600, "1 h"),
        (7_500, "2 h 5 min"),
        (36_060, "10 h"),
        (86_400, "1 d"),
        (10**9, "11574 d"),
    ],
)
def test_time_that_is_left_is_told_in_two_units(seconds, text):
    assert in_short(after(seconds) - T0) == text


@pytest.mark.parametrize(("value", "text"), [(7, "7.00"), (7.5, "7.50"), (12345, "12,345.00")])
def test_amounts_have_two_decimals(value, text):
    assert money(value) == text


@pytest.mark.parametrize(
    ("base", "params", "wanted"),
    [
        ("/q/?a=1&b=2", {"b": 3}, "/q/?a=1&b=3"),
        ("/q/?a=1", {"a": None}, "/q/"),
        ("/q/#x", {"a": "é&="}, "/q/?a=%C3%A9%26%3D"),
        ("/q/", {}, "/q/"),
    ],
)
def test_an_address_gets_its_parameters(base, params, wanted):
    assert address(base, **params) == wanted
