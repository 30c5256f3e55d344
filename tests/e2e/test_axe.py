"""axe-core finds nothing on any page in any state, light or dark, at a desk or on a phone."""

import json
from functools import cache

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from reviews.models import Preference
from tests.e2e import demo
from tests.e2e.states import STATES

DESK, PHONE, NARROWEST = (1440, 900), (390, 844), (320, 640)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# To read style sheets again it would write into the page, which our policy forbids.
QUIETLY = {"preload": False, "resultTypes": ["violations"]}
TALLER = "document.documentElement.scrollHeight > innerHeight"
# Each width in one theme; the colours of the others are seen where somebody has chosen his theme.
LOOKS = ((DESK, "light"), (PHONE, "dark"))


@cache
def script():
    return Axe().axe_script


def violations(page, options, within="html"):
    """What axe finds, one line for each rule with the elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(script())
    found = page.evaluate(f"axe.run({json.dumps(within)}, {json.dumps(QUIETLY | options)})")
    return [
        f"{broken['id']}: {[node['target'] for node in broken['nodes']][:5]}"
        for broken in found["violations"]
    ]


def resize(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("name", STATES)
def test_axe_finds_nothing(visit, name):
    state = STATES[name]
    visitor = visit(demo.person(state.who) if state.who else None)
    page = visitor.page
    state.go(page)
    found = []
    for size, theme in LOOKS:
        resize(page, size)
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.evaluate("document.getAnimations().forEach((one) => one.finish())")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # nothing lies under what sticks
        broken = violations(page, EVERYTHING, state.within)
        found += [f"{size[0]} {theme}: {line}" for line in broken]
    for size in (PHONE, NARROWEST):
        resize(page, size)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{size[0]} goes sideways: {too_wide(page)}")
    resize(page, DESK)
    if page.evaluate(
        "document.documentElement.scrollHeight > innerHeight && !!document.querySelector('.app')"
    ):
        found.append("the page goes up and down, and not its panes")
    assert found == [], "\n".join(found)


def too_wide(page):
    """The elements that stick out, and not only out of what may be scrolled."""
    return page.evaluate("""() => {
        const kept = (one) => one !== document.body
            && (getComputedStyle(one).overflowX !== "visible" || kept(one.parentElement));
        return [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
            .filter((one) => !kept(one.parentElement))
            .slice(0, 5).map((one) => `${one.tagName}.${one.className}`);
    }""")


@pytest.mark.parametrize("name", ["home", "queue-review", "review-reject", "preferences"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_where_a_person_has_chosen_against_his_device(visit, name, theme):
    who = demo.person("reviewer")
    Preference.objects.update_or_create(user=who, defaults={"theme": theme})
    page = visit(who, color_scheme="dark" if theme == "light" else "light").page
    STATES[name].go(page)
    assert page.evaluate("document.documentElement.dataset.theme") == theme
    for size in (DESK, PHONE):
        resize(page, size)
        assert violations(page, COLOURS) == []
    Preference.objects.filter(user=who).delete()
