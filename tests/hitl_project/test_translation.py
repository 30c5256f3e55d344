"""Every text of the pages goes through gettext; dates and numbers are written as the place does."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import available_timezones

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from tests.factories import T0, UNDO_WINDOW, after, at, desk
from tests.hitl_project import walk
from tests.reviews.asking import released

pytestmark = pytest.mark.portable

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("hitl_project", "gates", "reviews", "analytics")
# What is put into a message, and its markup: neither is for translators.
_FILLED = re.compile(r"(<[^>]*>|%\(\w+\)[^a-z%]*[a-z]|%[sdifr%]|\{\w*\})")
_WRAPPED = re.compile("⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SAID = ("aria-label", "aria-description", "title", "placeholder", "alt", "label")
_NOT_READ = ("script", "style", "kbd", "code", "pre", "textarea")
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


class Wrapped(trans_real.DjangoTranslation):
    """A language in which every message is itself between ⟦ and ⟧, what is filled in left out."""

    def gettext(self, message: str) -> str:
        text = message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]
        parts = _FILLED.split(text)
        return "".join(_wrap(part) if at % 2 == 0 else part for at, part in enumerate(parts))

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


def _wrap(text: str) -> str:
    return f"⟦{text}⟧" if _WORD.search(text) else text


class Texts(HTMLParser):
    """What a person sees or hears of a page, element by element."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "use"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._hidden: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        hides = tag in _NOT_READ or values.get("translate") == "no"
        if not self._hidden:
            self.found += [values[name] for name in _SAID if values.get(name)]
        if tag not in self.VOID and (self._hidden or hides):
            self._hidden.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if self._hidden and tag not in self.VOID:
            self._hidden.pop()

    def handle_data(self, data):
        if data.strip() and not self._hidden:
            self.found.append(" ".join(data.split()))


# Data, not text: what people, agents and gates named and wrote, in the words of tests/factories.py.
DATA = (
    *("Gatehouse", "UTC", "ann", "ben", "boss", "refund", "agent", "pink"),
    *("Support team", "Support leads", "support_leads", "The goods are back"),
    *("Approve refund of", "tests ask a person", "The lamp is broken."),
    *("Looks like fraud", "Fraud", "Too much", "Jane Smith lives at <b>14 Alder Row</b>."),
    *("proposal.amount > 100", "proposal.amount < 100", "proposal.amount"),
    *("amount", "Amount", "Order", "Lines", "Id", "Order details", "One lamp"),
    *("Customer history", "Three orders", "Refund reason", "Broken on arrival"),
)
# Actors as the trail names them.
PURE = (*("user:ann", "user:boss", "key:agent", "clock"),)
ZONES = {part.replace("_", " ") for zone in available_timezones() for part in zone.split("/", 1)}
_KNOWN = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(known)}(?!\w)" for known in sorted(DATA + PURE, key=len, reverse=True)
    )
)


def untranslated(page: str) -> list[str]:
    """Every text of the page in which a word is neither translated nor data."""
    return [text for text in Texts(page).found if _WORD.search(_rest(text))]


def _rest(text: str) -> str:
    while (less := _WRAPPED.sub(" ", text)) != text:
        text = less
    return "" if text in ZONES else _KNOWN.sub(" ", text)


@pytest.fixture
def wrapped(monkeypatch):
    """The site speaks the language of brackets."""
    spoken = Wrapped("en")
    monkeypatch.setitem(vars(trans_real)["_translations"], "en", spoken)
    monkeypatch.setattr(trans_real, "_default", spoken)
    translation.deactivate()
    yield
    translation.deactivate()  # the middleware leaves the last request's language behind


PAGES = walk.PLAIN | walk.WORKSPACE


@pytest.mark.django_db
@pytest.mark.parametrize("place", PAGES)
def test_every_text_of_a_page_is_translated(place, wrapped):
    with walk.walking():
        response = PAGES[place]()
    text = response.content.decode()
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "⟦" in text.partition("</title>")[2]
    assert untranslated(text) == []


# --- what the translators are given -----------------------------------------------------------


def messages_not_literal(source: str) -> list[int]:
    """Lines that translate what only the running program knows: no catalogue can have it."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    named = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in CALLS]
    return [call.lineno for call in named if not isinstance(call.args[0], ast.Constant)]


def test_every_message_of_the_code_is_a_literal():
    paths = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    found = [f"{path}:{line}" for path in paths for line in messages_not_literal(path.read_text())]
    assert found == []


def test_every_message_of_the_templates_is_a_literal():
    tags = re.compile(r"""{% (?:translate|trans) [^"']""")
    found = [str(path) for path in (ROOT / "templates").rglob("*.html")]
    assert [path for path in found if tags.search(Path(path).read_text())] == []


@pytest.mark.parametrize("snippet", ["_(f'{a} left')", "gettext(text)", "_('%s' % a)"])
def test_a_message_that_is_no_literal_is_found(snippet):
    assert messages_not_literal(snippet) == [1]


# --- the checks find what they are for ------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [
        "<p>Left out</p>",
        "<p>⟦Kept⟧ but not this</p>",
        '<p title="Left out">⟦Kept⟧</p>',
        '<input aria-label="Left out">',
        "<kbd>Ctrl</kbd><p>Left out</p>",
        '<svg><use href="#i"></use></svg>Left out',
        "<title>Left out</title>",
        "<p>Reorder</p>",
    ],
)
def test_a_text_that_is_not_translated_is_found(page):
    assert len(untranslated(page)) == 1


@pytest.mark.parametrize(
    "page",
    [
        "<p>⟦All of it⟧</p>",
        "<p>⟦Outer ⟦inner⟧ words⟧</p>",
        "<p>12 · 3 %</p>",
        "<script>var left = 1</script><style>p {color: red}</style><kbd>Ctrl</kbd>",
        '<svg><path d="M2 3"/></svg>',
        '<p translate="no">Left <b>alone</b> <br> here</p>',
        "<p>⟦Signed in as ⟧ann⟦.⟧</p>",
        "<option>Addis Ababa</option>",
    ],
)
def test_what_is_translated_or_data_is_not_found(page):
    assert untranslated(page) == []


@pytest.mark.parametrize(
    ("message", "wrapping"),
    [
        ("Sign in", "⟦Sign in⟧"),
        ("%(count)s min", "%(count)s⟦ min⟧"),
        ("%(n)s <b title='x'>%%</b> of {} left", "%(n)s <b title='x'>%%</b>⟦ of ⟧{}⟦ left⟧"),
        ("month name\x04May", "⟦May⟧"),
    ],
)
def test_a_message_is_wrapped_and_what_is_filled_in_is_not(message, wrapping):
    assert Wrapped("en").gettext(message) == wrapping


# --- dates and numbers ---------------------------------------------------------------------------


@pytest.fixture
def german(settings):
    """The site speaks German, and so does the browser."""
    settings.LANGUAGES = [("de", "Deutsch"), ("en", "English")]
    settings.LANGUAGE_CODE = "de"
    yield Client(headers={"accept-language": "de"})
    translation.deactivate()


def text_of(response):
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
def test_a_deadline_is_written_as_the_place_does(german):
    _, [page] = released()
    with at(after(UNDO_WINDOW + 60)):
        text = text_of(german.get(page))
    assert '<html lang="de"' in text
    assert ">Montag, 9. März 2026 09:00 UTC</time> (6 Tage, 23 Stunden left)" in text


@pytest.mark.django_db
def test_amounts_and_dates_of_a_review_are_written_as_the_place_does(german):
    at_desk = desk()
    with at(T0):
        review = at_desk.submit({"amount": 12345.5, "order": "A-17"})
        german.force_login(at_desk.reviewer)
        text = text_of(german.get(f"/reviews/{review.pk}/"))
    assert "12.345,50" in text
    assert "2. März 2026 09:00" in text
    assert "12,345.50" not in text
    assert "March" not in text
