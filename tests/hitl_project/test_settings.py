"""Settings: what each variable does, and what production refuses."""

import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from hitl_project import settings as module
from hitl_project.databases import SILENCE

NAMES = (
    "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "AUDIT_SECRET", "DEBUG", "ALLOWED_HOSTS",
    "BASE_URL", "TIME_ZONE", "API_RATE", "WORKERS",
)  # fmt: skip
KEY = "0123456789abcdefghijklmnopqrstuv"  # the shortest that is let through
OTHER_KEY = KEY[::-1]
PRODUCTION = {
    "SECRET_KEY": KEY,
    "AUDIT_SECRET": OTHER_KEY,
    "ALLOWED_HOSTS": "gatehouse.example.com",
    "BASE_URL": "https://gatehouse.example.com",
}


@pytest.fixture
def load(monkeypatch):
    """Run the settings file in exactly this environment."""

    def run(**variables):
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(module.__file__)

    return run


def test_development_needs_no_variable(load):
    found = load(DEBUG="1")
    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert found["BASE_URL"] == "http://127.0.0.1:8000"
    assert found["TIME_ZONE"] == "UTC"
    assert found["API_RATE"] == "6000/min"
    assert found["Q_CLUSTER"]["workers"] == 2


def test_in_development_the_audit_secret_follows_the_key(load):
    one, same, other = load(DEBUG="1"), load(DEBUG="1"), load(DEBUG="1", SECRET_KEY="another")
    assert one["AUDIT_SECRET"] == same["AUDIT_SECRET"] != other["AUDIT_SECRET"]
    assert one["AUDIT_SECRET"] != one["SECRET_KEY"]


def test_debug_is_off_unless_asked_for(load):
    assert load(**PRODUCTION)["DEBUG"] is False


@pytest.mark.parametrize("missing", ["", None])
@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_production_refuses_a_missing_variable(load, name, missing):
    variables = {k: v for k, v in PRODUCTION.items() if k != name} | (
        {} if missing is None else {name: missing}
    )
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} is required when DEBUG is 0\.$"):
        load(**variables)


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_SECRET"])
@pytest.mark.parametrize("value", [KEY[:-1], "x" * 64, "abcdefg" * 8, "django-insecure-" + KEY])
def test_production_refuses_a_weak_secret(load, name, value):
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} is "):
        load(**PRODUCTION | {name: value})


def test_production_refuses_equal_secrets(load):
    with pytest.raises(ImproperlyConfigured, match=r"^AUDIT_SECRET must differ from SECRET_KEY\.$"):
        load(**PRODUCTION | {"AUDIT_SECRET": KEY})


@pytest.mark.parametrize("hosts", ["*", "gatehouse.example.com, *"])
def test_production_refuses_to_answer_to_any_host(load, hosts):
    with pytest.raises(ImproperlyConfigured, match=r"^ALLOWED_HOSTS must name the hosts"):
        load(**PRODUCTION | {"ALLOWED_HOSTS": hosts})


@pytest.mark.parametrize(
    "url",
    [
        "gatehouse.example.com",
        "ftp://example.com",
        "https://",
        "https://a.example/sub",
        "https://a.example?x=1",
    ],
)
def test_an_address_that_is_none_is_refused(load, url):
    with pytest.raises(ImproperlyConfigured, match=r"^BASE_URL must look like "):
        load(**PRODUCTION | {"BASE_URL": url})


def test_an_address_may_end_in_a_slash(load):
    assert (
        load(**PRODUCTION | {"BASE_URL": "https://a.example:8443/"})["BASE_URL"]
        == "https://a.example:8443"
    )


@pytest.mark.parametrize(("scheme", "safe"), [("https", True), ("http", False)])
def test_cookies_redirect_and_hsts_follow_the_address(load, scheme, safe):
    found = load(**PRODUCTION | {"BASE_URL": f"{scheme}://gatehouse.example.com"})
    assert found["CSRF_TRUSTED_ORIGINS"] == [f"{scheme}://gatehouse.example.com"]
    assert [
        found[n] for n in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    ] == [safe] * 3
    assert bool(found["SECURE_HSTS_SECONDS"]) is safe
    assert ("SECURE_PROXY_SSL_HEADER" in found) is safe


def test_hosts_are_read_with_spaces(load):
    assert load(**PRODUCTION | {"ALLOWED_HOSTS": "a.example, b.example,"})["ALLOWED_HOSTS"] == [
        "a.example",
        "b.example",
    ]


@pytest.mark.parametrize("empty", [{}, {"DATABASE_URL": ""}])
def test_the_default_database_is_a_file_in_the_project(load, empty):
    found = load(DEBUG="1", **empty)["DATABASES"]["default"]
    assert found["ENGINE"] == "django.db.backends.sqlite3"
    assert Path(found["NAME"]) == module.BASE_DIR / "db.sqlite3"


def test_sqlite_writes_at_once_waits_and_keeps_a_log(load):
    found = load(DEBUG="1", DATABASE_URL="sqlite:////srv/some.sqlite3")["DATABASES"]["default"]
    assert found["NAME"] == "/srv/some.sqlite3"
    assert found["ATOMIC_REQUESTS"] is False
    assert found["OPTIONS"] == {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }


def test_postgresql_keeps_connections_and_checks_them(load):
    found = load(DEBUG="1", DATABASE_URL="postgres://u:p@db.example:5433/g?sslmode=require")[
        "DATABASES"
    ]["default"]
    assert (found["ENGINE"], found["HOST"], found["NAME"]) == (
        "django.db.backends.postgresql",
        "db.example",
        "g",
    )
    assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"], found["ATOMIC_REQUESTS"]) == (
        60,
        True,
        False,
    )
    assert found["OPTIONS"] == {"sslmode": "require", **SILENCE}


def test_an_address_says_otherwise_when_a_silent_database_is_given_up(load):
    """A pooler between us and PostgreSQL may refuse `options`."""
    url = "postgres://u@db.example/g?connect_timeout=2&options=-c%20search_path%3Dg"
    found = load(DEBUG="1", DATABASE_URL=url)["DATABASES"]["default"]["OPTIONS"]
    assert (found["connect_timeout"], found["options"]) == (2, "-c search_path=g")
    assert found["tcp_user_timeout"] == SILENCE["tcp_user_timeout"]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tcp_keepalives_idle", "5"),
        ("tcp_keepalives_interval", "2"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "10000"),
        ("idle_in_transaction_session_timeout", "30s"),
    ],
)
def test_postgresql_gives_us_up_when_we_are_silent(name, value):
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        assert cursor.fetchone() == (value,)


@pytest.mark.parametrize("url", ["postgres://u@h/g?pool=true", "mysql://u@h/g"])
def test_a_pool_and_another_database_are_refused(load, url):
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL must "):
        load(DEBUG="1", DATABASE_URL=url)


@pytest.mark.parametrize(
    ("variables", "broker"),
    [({}, "TickORM"), ({"REDIS_URL": "redis://127.0.0.1:6379/1"}, "TickRedis")],
)
def test_the_broker_is_redis_when_there_is_one(load, variables, broker):
    cluster = load(DEBUG="1", **variables)["Q_CLUSTER"]
    assert cluster["broker_class"] == f"hitl_project.broker.{broker}"
    assert cluster["redis"] == variables.get("REDIS_URL", "")


def test_the_cluster_leaves_time_for_a_task_that_waits(load):
    cluster = load(DEBUG="1", WORKERS="4")["Q_CLUSTER"]
    assert cluster["workers"] == cluster["queue_limit"] == 4
    assert (
        cluster["retry"]
        > cluster["timeout"] + cluster["queue_limit"] / cluster["workers"] * cluster["timeout"]
    )
    assert cluster["catch_up"] is False


def test_logs_go_to_stderr_only(load):
    logging_ = load(**PRODUCTION)["LOGGING"]
    assert logging_["handlers"] == {
        "stderr": {"class": "logging.StreamHandler", "formatter": "structured"}  # stderr by default
    }
    assert all(logger["handlers"] == [] for logger in logging_["loggers"].values())


def test_static_files_are_fingerprinted_in_production_only(load):
    backends = [
        load(**v)["STORAGES"]["staticfiles"]["BACKEND"] for v in (PRODUCTION, {"DEBUG": "1"})
    ]
    assert [backend.rpartition(".")[2] for backend in backends] == [
        "CompressedManifestStaticFilesStorage",
        "StaticFilesStorage",
    ]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite")
def test_a_sqlite_connection_has_its_pragmas():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (1,)
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (20_000,)


@pytest.mark.django_db
def test_the_project_passes_its_checks():
    call_command("check", "--fail-level", "WARNING")
