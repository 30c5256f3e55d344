"""The planted demo, and its agent at the real API."""

import httpx2
import pytest
from django.core.wsgi import get_wsgi_application

from hitl_project.demo.client import Client
from hitl_project.demo.seeding import plant


@pytest.fixture
def planted(db, settings):
    """The secrets of a fresh demo."""
    settings.DEBUG = True
    return plant()


@pytest.fixture
def connect(planted):
    """A client of the API that is served in this very thread."""

    def run(key=""):
        transport = httpx2.WSGITransport(app=get_wsgi_application())
        return Client("http://testserver", key or planted.agent, transport=transport)

    return run
