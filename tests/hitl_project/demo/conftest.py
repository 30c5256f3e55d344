"""The planted demo, and its agent at the real API."""

import httpx2
import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from hitl_project.demo.client import Client
from hitl_project.demo.seeding import plant


@pytest.fixture
def planted(db, settings):
    """The secrets of a fresh demo."""
    settings.DEBUG = True
    return plant()


@pytest.fixture
def connect(planted):
    """A client of the API that is served in this very thread, and in the test's transaction."""

    def fail(seconds):
        pytest.fail("the API is in trouble: see its log")

    def run(key=""):
        transport = httpx2.WSGITransport(app=get_wsgi_application())
        return Client("http://testserver", key or planted.agent, transport=transport, pause=fail)

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield run
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
