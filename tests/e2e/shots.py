"""Pictures of every page in every state, for people to look at: `make shots`."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e import demo
from tests.e2e.states import STATES
from tests.e2e.visitor import DESKTOP, PHONE

FOLDER: Path = settings.BASE_DIR / ".shots"
SIZES = {"1440": DESKTOP, "390": PHONE}
THEMES = ("light", "dark")


@pytest.fixture(scope="session", autouse=True)
def folder():
    """An empty one, which git does not see."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    (FOLDER / ".gitignore").write_text("*\n")


@pytest.mark.parametrize("name", STATES)
@pytest.mark.parametrize("width", SIZES)
def test_take(visit, name, width, capsys):
    state = STATES[name]
    page = visit(demo.person(state.who) if state.who else None, **SIZES[width]).page
    state.go(page)
    sticks = page.locator("#bar, #changelist").count()  # a bar in the midst, or a mile of rows
    whole = width == "390" and not sticks
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        file = FOLDER / f"{name}-{width}-{theme}.png"
        page.screenshot(path=file, full_page=whole, animations="disabled")
        with capsys.disabled():
            print(file.relative_to(settings.BASE_DIR))  # noqa: T201 (the list is the answer)
