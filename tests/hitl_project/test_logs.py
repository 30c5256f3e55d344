"""What must not get into logs."""

import logging

import structlog

SECRET = "wJ9x-secret_of-a-link"


def written(record):
    """What the settings' formatter makes of a record."""
    formatters = [handler.formatter for handler in logging.getLogger().handlers]
    structured = structlog.stdlib.ProcessorFormatter
    [formatter] = [found for found in formatters if isinstance(found, structured)]
    return formatter.format(record)


def test_the_secret_of_a_link_is_hidden():
    path = f"/conditions/{SECRET}/?from=mail"
    record = logging.LogRecord("django.request", 30, "", 0, "Gone: %s", (path,), None)
    line = written(record)
    assert "Gone: /conditions/…/?from=mail" in line
    assert SECRET not in line


def test_other_addresses_stay():
    path = "/api/v1/conditions/0199/confirm/"
    record = logging.LogRecord("django.request", 30, "", 0, "Gone: %s", (path,), None)
    assert f"Gone: {path}" in written(record)
