"""How logs are written, and what must not get into them."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog import dev, processors, stdlib
from structlog.typing import Processor

Line = MutableMapping[str, Any]
LINK = re.compile(r"(?<!/v1)/conditions/[^/\s?]+")  # the API names conditions by id


def hide_links(logger: Any, method: str, line: Line) -> Line:
    """Whoever reads the log must not be able to answer in somebody's place."""
    for name, value in line.items():
        if isinstance(value, str) and "/conditions/" in value:
            line[name] = LINK.sub("/conditions/…", value)
    return line


EACH_LINE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    processors.TimeStamper(fmt="iso", utc=True),
    stdlib.add_logger_name,
    stdlib.add_log_level,
    stdlib.PositionalArgumentsFormatter(),
    hide_links,
]
# Plain traces: drawing one with every local takes half a second.
FOR_PEOPLE: list[Processor] = [
    dev.ConsoleRenderer(colors=False, exception_formatter=dev.plain_traceback)
]
FOR_MACHINES: list[Processor] = [processors.format_exc_info, processors.JSONRenderer()]


def configure(*, debug: bool) -> dict[str, Any]:
    """Set structlog up; the answer is Django's LOGGING. Everything goes to stderr."""
    structlog.configure(
        processors=[
            stdlib.filter_by_level,
            *EACH_LINE,
            stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=stdlib.LoggerFactory(),
        cache_logger_on_first_use=not debug,
    )
    unwrap = stdlib.ProcessorFormatter.remove_processors_meta
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": stdlib.ProcessorFormatter,
                "foreign_pre_chain": EACH_LINE,
                "processors": [unwrap, *(FOR_PEOPLE if debug else FOR_MACHINES)],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "WARNING" if debug else "INFO"},
        "loggers": {
            # Django hangs handlers of its own on these.
            **{name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
            "django-q": {"handlers": [], "level": "WARNING"},  # below that it reports every sweep
        },
    }
