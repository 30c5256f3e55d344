"""One site for each worker, and visitors who leave no error in any console."""

import os
import shutil

import pytest
from django.conf import settings
from django.test import Client, override_settings
from playwright.sync_api import sync_playwright

from tests.e2e.rooms import room as make_room
from tests.e2e.site import own_database, running
from tests.e2e.visitor import DESKTOP, PATIENCE, Visitor

# The shell comes first: it draws no window around the page, and saves a third of the time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]


def pytest_collection_modifyitems(items):
    """Whatever lies in this directory needs a browser."""
    for item in items:
        if "/tests/e2e/" in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def chromium():
    """The browser of the system, not one that Playwright would download."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(f"No browser: none of {', '.join(BROWSERS)} is in PATH.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory, django_db_blocker):
    """The site; the tests see its database as it is, and take nothing back."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop in this very thread
    folder = tmp_path_factory.mktemp("e2e")
    with (
        django_db_blocker.unblock(),
        own_database(folder) as url,
        (folder / "log").open("w") as log,
        running(url, log) as site,
        override_settings(
            PASSWORD_HASHERS=HASHERS,
            BASE_URL=site.address,
            SECRET_KEY=site.secret_key,
            AUDIT_SECRET=site.audit_secret,
        ),
    ):
        yield site


@pytest.fixture
def room(site):
    """Make a gate with its people."""
    return make_room


@pytest.fixture
def visit(site, chromium):
    """Make a visitor, signed in or not; at the end nobody's console has held an error."""
    visitors = []

    def arrive(who=None, **device):
        context = chromium.new_context(base_url=site.address, **(DESKTOP | device))
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(context.new_page())
        visitors.append(visitor)
        if who is not None:
            visitor.carry(session_of(who), site.address)
        return visitor

    yield arrive
    for visitor in visitors:
        visitor.page.context.close()
    complaints = [line for visitor in visitors for line in visitor.complaints]
    assert complaints == [], "\n".join(complaints)


def session_of(who):
    """The cookie of somebody who has just signed in."""
    client = Client()
    client.force_login(who)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
