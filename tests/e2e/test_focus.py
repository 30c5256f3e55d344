"""Whoever works by keyboard always sees where he is, and can get everywhere."""

import pytest

from tests.e2e import demo
from tests.e2e.states import STATES

MOST = 150
# Where the focus is: drawn by the element, by what comes after it, or by the label or box around.
LOOK = """() => {
    const one = document.activeElement;
    if (!one || one === document.body || one === document.documentElement) return null;
    const drawn = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
        || style.boxShadow !== "none";
    const around = [one, one.closest("label"), one.closest(".money-in"), one.parentElement];
    const seen = around.filter(Boolean).some((it) => drawn(getComputedStyle(it)))
        || drawn(getComputedStyle(one, "::after"));
    const box = one.getBoundingClientRect();
    const [x, y] = [box.left + Math.min(box.width, 40) / 2, box.top + Math.min(box.height, 30) / 2];
    const top = document.elementFromPoint(x, y);
    const free = top !== null && (one.contains(top) || top.contains(one)
        || top.closest("label")?.control === one);
    const name = `${one.tagName} ${one.id || one.className} ${one.textContent.trim().slice(0, 30)}`;
    return { name, seen, free };
}"""
PAGES = (
    "login",
    "condition",
    "preferences",
    "home",
    "queue-filters",
    "queue-review-reject",
    "review",
    "review-partial",
    "admin",
    "admin-reviews",
    "admin-review",
)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", PAGES)
def test_focus_is_seen_wherever_tab_leads(visit, name, width):
    state = STATES[name]
    page = visit(
        demo.person(state.who) if state.who else None,
        viewport={"width": width, "height": 844},
        reduced_motion="reduce",
    ).page
    state.go(page)
    page.evaluate("document.activeElement.blur()")
    stops = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(LOOK)) is None:
            break
        stops.append(stop)
    assert len(stops) > 1
    unseen = [stop["name"] for stop in stops if not stop["seen"]]
    covered = [stop["name"] for stop in stops if not stop["free"]]
    assert (unseen, covered) == ([], []), f"no outline: {unseen}\ncovered: {covered}"


def test_the_first_tab_leads_past_the_frame(visit):
    page = visit(demo.person("reviewer")).page
    STATES["queue-review"].go(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")
