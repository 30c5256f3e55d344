"""What every test stands on: a known environment, quick passwords, events that can go."""

import os

import django
import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from xdist.scheduler import LoadScopeScheduling

# Before the settings are read. DATABASE_URL stays: it chooses what the tests run on.
for name in (
    "SECRET_KEY",
    "AUDIT_SECRET",
    "ALLOWED_HOSTS",
    "BASE_URL",
    "TIME_ZONE",
    "API_RATE",
    "REDIS_URL",
    "WORKERS",
):
    os.environ.pop(name, None)
os.environ["DEBUG"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "hitl_project.settings"
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
django.setup()

# Two busy cores make a quick example look slow, and a failure must come again.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")

# What these need is made once for all of them, so they run in one process. A mark beside them would
# be nicer, but pytest 9.2 hides from xdist 3.8 that its marks rename tests.
TOGETHER = (
    "tests/reviews/plans/",
    "tests/hitl_project/test_up.py",
    "tests/hitl_project/test_flows.py",
    "tests/hitl_project/demo/test_history.py",
)


PURE = (
    "tests/clients/",
    "tests/fire/",
    "tests/gates/",
    "tests/hitl_project/supervision/",
    "tests/reviews/",
    "tests/test_architecture.py",
)
DATABASE = {"db", "transactional_db", "live_server"}  # fixtures


class Together(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Each test goes where there is room, but for those that belong together."""

    def _split_scope(self, nodeid):
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Who gets which test, where several processes run them."""
    return Together(config, log) if config.getvalue("dist") == "loadscope" else None


NEEDS_POSTGRES = pytest.mark.skip(
    "needs PostgreSQL: on SQLite all threads of a live_server share one transaction"
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """What asks nothing of a database runs once, and what a live_server answers on PostgreSQL."""
    for item in items:
        asks = item.get_closest_marker("django_db") or DATABASE & set(item.fixturenames)
        if not asks and item.nodeid.startswith(PURE):
            item.add_marker(pytest.mark.portable)
        if "live_server" in item.fixturenames and connection.vendor != "postgresql":
            item.add_marker(NEEDS_POSTGRES)


APPEND_ONLY = ("gates_event_no_update", "gates_event_no_delete", "gates_event_no_truncate")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests take their rows back, so what refuses it goes; tests of the triggers put them back."""
    with django_db_blocker.unblock():
        drop_append_only_triggers()


def drop_append_only_triggers() -> None:
    """Drop what makes the event table append-only, as far as it is there."""
    of_table = " ON gates_event" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in APPEND_ONLY:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{of_table}")


@pytest.fixture(autouse=True)
def empty_cache():
    """Throttles count in the cache: no test starts with another's calls."""
    cache.clear()
