"""What a person prefers takes effect on the next page."""

import pytest
from playwright.sync_api import expect

from tests.e2e.visitor import DESKTOP, WITHOUT_SCRIPT

LIGHT, DARK = "rgb(255, 255, 255)", "dark"


def surface(visitor):
    """The colour behind the text, and how light it is."""
    return visitor.page.evaluate("""() => {
        const canvas = document.createElement("canvas").getContext("2d");
        canvas.fillStyle = getComputedStyle(document.querySelector("main")).backgroundColor;
        canvas.fillRect(0, 0, 1, 1);
        return canvas.getImageData(0, 0, 1, 1).data[0];
    }""")


def prefer(visitor, choose):
    visitor.page.goto("/preferences/")
    choose(visitor.page)
    visitor.page.get_by_role("button", name="Save").click()
    expect(visitor.page.get_by_text("Your preferences are saved.")).to_be_visible()


@pytest.mark.parametrize("device_prefers", ["light", "dark"])
def test_the_chosen_theme_is_there_whatever_the_device_says(room, visit, device_prefers):
    ann = visit(room().ann, color_scheme=device_prefers)
    ann.page.goto("/")
    by_device = surface(ann)
    assert (by_device > 200) is (device_prefers == "light")
    for theme in ("Light", "Dark"):
        prefer(ann, lambda page, name=theme: page.get_by_label(name, exact=True).check())
        assert (surface(ann) > 200) is (theme == "Light")
    prefer(ann, lambda page: page.get_by_label("As the device").check())
    assert surface(ann) == by_device


@pytest.mark.parametrize("way", [DESKTOP, WITHOUT_SCRIPT], ids=["desktop", "no_script"])
def test_moments_are_written_in_the_chosen_zone(room, visit, way):
    here = room(timeout=86_400)
    review = here.submit()
    ann = visit(here.ann, **way)
    seen = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        prefer(ann, lambda page, name=zone: page.get_by_label("Time zone").select_option(name))
        ann.open(review)
        seen.add(ann.page.locator(".clocks dd").first.get_attribute("title"))
    assert len(seen) == 2


def test_who_turns_single_keys_off_opens_nothing_by_a_letter(room, visit):
    here = room()
    review = here.submit()
    ann = visit(here.ann)
    prefer(ann, lambda page: page.get_by_label("Single-key shortcuts").uncheck())
    ann.open(review)
    ann.page.keyboard.press("a")
    expect(ann.panel).to_have_count(0)
    ann.choose("approve")
    ann.page.keyboard.press("Control+Enter")
    ann.is_told("approve")


def test_who_wants_to_stay_stays_at_what_he_has_decided(room, visit):
    here = room(undo_window=60)
    first, _second = here.submit("A-1"), here.submit("A-2")
    ann = visit(here.ann)
    for stays, heading in ((False, "A-2"), (True, "A-1")):
        name = "The review that was decided" if stays else "The next review of the queue"
        prefer(ann, lambda page, label=name: page.get_by_label(label).check())
        ann.page.goto(f"/queues/{here.team.slug}/?review={first.pk}&verdict=approve")
        ann.commit()
        expect(ann.page.locator("main h1")).to_have_text(f"Refund for {heading}")
        ann.page.get_by_role("button", name="Undo").first.click()
        ann.is_told("Taken back")
