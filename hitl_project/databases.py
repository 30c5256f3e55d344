"""The one database, as DATABASE_URL says."""

from pathlib import Path
from urllib.parse import quote

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()

# A peer that falls silent is given up after some ten seconds. Left to the system, we would wait a
# quarter of an hour, and PostgreSQL would keep what our lost transaction locked for two hours.
SILENCE: dict[str, object] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,  # milliseconds; the others are seconds
    # The same on PostgreSQL's side, and an end for a transaction whose process stands still.
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=10000 -c idle_in_transaction_session_timeout=30000",
}


def database(base_dir: Path) -> dict[str, object]:
    """Return the one database: SQLite unless DATABASE_URL says PostgreSQL."""
    url = env.str("DATABASE_URL", default="") or f"sqlite:///{quote(str(base_dir))}/db.sqlite3"
    config = dict(env.db_url_config(url))
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"] == "django.db.backends.sqlite3":
        options.setdefault("timeout", 20)
        # IMMEDIATE takes the write lock first: a transaction that reads, then writes, cannot lose.
        options["transaction_mode"] = "IMMEDIATE"
        options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL"
    elif config["ENGINE"] == "django.db.backends.postgresql":
        if "pool" in options:
            raise ImproperlyConfigured("DATABASE_URL must not ask for a pool: it breaks workers.")
        config.update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)
        config["OPTIONS"] = SILENCE | options
    else:
        raise ImproperlyConfigured("DATABASE_URL must be a sqlite:// or postgres:// address.")
    return config | {"ATOMIC_REQUESTS": False}
