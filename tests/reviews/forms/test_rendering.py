"""The forms as markup: labels, ids, errors tied to fields, nothing that agents send as markup."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from gates.policy import ConditionTemplate, Items
from reviews.models import Review
from tests.factories import desk
from tests.reviews.forms.posting import ALL, REASONS, opened, posted, rendered

pytestmark = [pytest.mark.django_db, pytest.mark.portable]

GATE: dict[str, Any] = {
    "options": ALL,
    "reasons": REASONS,
    "editable": ("/amount", "/message"),
    "items": Items(list="/lines", id="id"),
    "conditions": (ConditionTemplate("signed", "The form is signed", "link"),),
}
EVIL = '<script>alert("x")</script>\u202e'
PROPOSAL = {
    "amount": 120,
    "message": EVIL,
    "lines": [{"id": EVIL, "price": 2, EVIL: "x" * 100_000}, {"id": "b", "price": 3}],
}
MISTAKES: dict[str, dict[str, Any]] = {
    "approve": {"note": "x" * 6000},
    "modify": {"edit_0": "many"},
    "partial": {"item_0": "approve"},
    "approve_if": {"confirms_1": "link"},
    "reject": {"reasons": ["other"]},
    "respond": {},
}


class Reader(HTMLParser):
    """Every tag with its attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all_of(self, *names: str) -> list[dict[str, Any]]:
        return [attrs for tag, attrs in self.tags if tag in names]


def a_review() -> Review:
    return desk(**GATE).submit(PROPOSAL)


def forms_of(verdict: str) -> list[Any]:
    review = a_review()
    bound = posted(review, verdict, **MISTAKES[verdict])
    assert not bound.is_valid()
    return [opened(review, verdict), bound]


@pytest.mark.parametrize("verdict", ALL)
def test_every_control_has_a_label_and_every_id_is_there_once(verdict):
    for form in forms_of(verdict):
        page = Reader(rendered(form))
        ids = [attrs["id"] for _tag, attrs in page.tags if "id" in attrs]
        assert len(ids) == len({*ids})
        controls = page.all_of("input", "select", "textarea")
        labelled = {attrs["for"] for attrs in page.all_of("label")}
        assert controls
        assert {attrs["id"] for attrs in controls} == labelled
        named = {name for attrs in controls if (name := attrs["name"])}
        assert named == {*form.fields} - {"digest"}


@pytest.mark.parametrize("verdict", ALL)
def test_what_is_named_by_an_id_is_there(verdict):
    for form in forms_of(verdict):
        page = Reader(rendered(form))
        ids = {attrs["id"] for _tag, attrs in page.tags if "id" in attrs}
        named = [
            name
            for _tag, attrs in page.tags
            for key in ("aria-describedby", "aria-labelledby")
            for name in (attrs.get(key) or "").split()
        ]
        assert {*named} <= ids
        links = {form[name].id_for_label for name in form.errors if name in form.fields}
        assert links <= ids


@pytest.mark.parametrize("verdict", ALL)
def test_an_error_is_tied_to_its_field(verdict):
    unbound, bound = forms_of(verdict)
    assert "errorlist" not in rendered(unbound)
    assert "aria-invalid" not in rendered(unbound)
    page = Reader(rendered(bound))
    described = {
        name
        for _tag, attrs in page.tags
        for name in (attrs.get("aria-describedby") or "").split()
        if attrs.get("aria-invalid") == "true" or _tag == "fieldset"
    }
    errors = {f"{bound[name].auto_id}_error" for name in bound.errors}
    assert errors
    assert errors <= described
    for name, (message, *_more) in bound.errors.items():
        list_of_errors = rendered(bound).partition(f'id="{bound[name].auto_id}_error"')[2]
        assert message in re.sub("<svg.*?</svg>", "", list_of_errors).partition("</ul>")[0]


@pytest.mark.parametrize("verdict", ALL)
def test_nothing_is_preselected(verdict):
    page = Reader(rendered(opened(a_review(), verdict)))
    assert [attrs for attrs in page.all_of("input") if "checked" in attrs] == []


@pytest.mark.parametrize("verdict", ALL)
def test_nothing_in_the_markup_breaks_the_content_policy(verdict):
    for form in forms_of(verdict):
        page = Reader(rendered(form))
        assert page.all_of("script", "style") == []
        for _tag, attrs in page.tags:
            assert not {key for key in attrs if key == "style" or key.startswith(("on", "hx-on"))}


@pytest.mark.parametrize("verdict", ["modify", "partial"])
def test_the_preview_is_a_part_of_its_own(verdict):
    form = posted(a_review(), verdict, edit_0="100", item_0="approve", item_1="reject")
    part = rendered(form, "#preview")
    assert "panel-cols" not in part
    assert part in rendered(form)
    says = {"modify": "<ins>100</ins>", "partial": 'data-commit="Approve 1 of 2"'}
    assert says[verdict] in part


@pytest.mark.parametrize("verdict", ["modify", "partial"])
def test_the_preview_follows_with_and_without_scripts(verdict):
    review = a_review()
    page = Reader(rendered(opened(review, verdict)))
    (panel,) = [attrs for attrs in page.all_of("div") if "data-panel" in attrs]
    assert panel["hx-post"] == f"/reviews/{review.pk}/preview/"
    assert panel["hx-target"] == "#verdict-preview"
    (live,) = [attrs for attrs in page.all_of("div") if attrs.get("id") == "verdict-preview"]
    assert live["aria-live"] == "polite"
    (button,) = page.all_of("button")
    assert (button["name"], button["type"]) == ("preview", "submit")
    assert "formnovalidate" in button


def test_a_diff_shows_proposed_and_yours_and_folds_the_patch():
    form = posted(a_review(), "modify", edit_0="60")
    part = rendered(form, "#preview")
    assert '<del class="ai">120</del>' in part
    assert "<ins>60</ins>" in part
    assert "\u221260 (\u221250%)" in part
    assert "<summary>6 unchanged values, JSON patch</summary>" in part
    assert "Fits the gate&#x27;s schema" in part


def test_what_is_not_right_says_so_in_words():
    part = rendered(posted(a_review(), "modify", edit_0="-1"), "#preview")
    assert 'aria-label="Not right:"' in part


def test_hostile_values_stay_text_and_are_cut():
    form = posted(a_review(), "partial", item_0="approve", item_1="approve")
    page = rendered(form)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\\u202e" in page
    assert len(page) < 20_000


def test_a_reason_shows_its_key_its_wording_and_that_it_needs_a_note():
    page = rendered(opened(a_review(), "reject"))
    assert '<kbd aria-hidden="true">1</kbd>' in page
    assert 'data-text="This looks like fraud."' in page
    assert '<small class="canned" >This looks like fraud.</small>' in page
    assert "<small>needs a note</small>" in page
    assert "at least one" in page


def test_the_items_are_rows_with_numbers_to_the_right():
    page = Reader(rendered(opened(a_review(), "partial")))
    cells = [attrs for attrs in page.all_of("td") if attrs.get("data-label") == "price"]
    assert [attrs.get("class") for attrs in cells] == ["num", "num"]
    groups = [attrs for attrs in page.all_of("div") if attrs.get("role") == "radiogroup"]
    assert [attrs["aria-labelledby"] for attrs in groups] == [
        "verdict_item_0-name",
        "verdict_item_1-name",
    ]


def test_a_condition_says_who_confirms_within_what_time():
    page = rendered(opened(a_review(), "approve_if"))
    assert "confirmed by: outside person by link, within 7 days" in page
    assert page.count("<details") == 2
    assert "open" not in [key for attrs in Reader(page).all_of("details") for key in attrs]


def test_an_edit_that_is_voted_on_is_shown_before_it_is_approved():
    review = desk(**GATE | {"options": ("approve", "modify"), "approvals": 2}).submit(PROPOSAL)
    review.edit = PROPOSAL | {"amount": 100}
    page = rendered(opened(review, "approve"))
    assert '<del class="ai">120</del>' in page
    assert "What the edit changes" in page


def test_what_the_schema_calls_a_field_stays_text():
    schema = {"properties": {"amount": {"type": "number", "title": EVIL, "description": EVIL}}}
    review = desk(**GATE | {"proposal_schema": schema}).submit(PROPOSAL | {"message": "Hello"})
    page = rendered(posted(review, "modify", edit_0="60"))
    assert "<script" not in page
    assert "\u202e" not in page
