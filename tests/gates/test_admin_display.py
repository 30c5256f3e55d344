"""How the admin shows what agents send."""

from gates.admin.display import instant, pretty, short, visible
from tests.factories import T0


def test_json_stands_on_lines_of_its_own():
    assert pretty({"a": [1]}) == ('<pre class="gh-json">{\n  &quot;a&quot;: [\n    1\n  ]\n}</pre>')


def test_text_stays_as_it_is_but_escaped():
    assert pretty("a < b\nc") == '<pre class="gh-json">a &lt; b\nc</pre>'


def test_nothing_is_a_dash():
    nothing: tuple[object, ...] = (None, "", {}, [])
    assert [pretty(value) for value in nothing] == ["-"] * 4


def test_zero_and_false_are_something():
    assert [pretty(value) for value in (0, False)] == [
        '<pre class="gh-json">0</pre>',
        '<pre class="gh-json">false</pre>',
    ]


def test_what_is_too_long_is_cut_and_says_so():
    shown = pretty("x" * 12, longest=10)
    assert shown == (
        '<pre class="gh-json">xxxxxxxxxx</pre>'
        "<p>… and 2 more characters; the API has the whole.</p>"
    )


def test_signs_that_do_not_show_are_spelt_out():
    assert visible("safe\u202egpj.exe\u200b") == "safe\\u202egpj.exe\\u200b"
    assert visible("\u061c\u00ad\u3164\U000e0041\x07") == "\\u061c\\u00ad\\u3164\\ue0041\\u0007"
    assert visible("a\tb\nc \u26a0\ufe0f") == "a\tb\nc \u26a0\ufe0f"


def test_a_short_form_is_cut():
    assert short({"a": 1}) == '<span class="gh-short">{&quot;a&quot;: 1}</span>'
    assert short("x" * 200).count("x") == 118


def test_a_moment_is_shown_in_the_zone_of_the_site():
    assert [instant(T0), instant(None)] == ["March 2, 2026, 9 a.m.", "-"]
