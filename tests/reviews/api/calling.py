"""A caller of the API, as any program is: addresses, headers and JSON."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from gates.models import ApiKey
from tests import factories

ROOT = "/api/v1/"


class Caller:
    """Calls with one set of credentials. Addresses are below `/api/v1/`."""

    def __init__(self, secret: str = "", **headers: str) -> None:
        credentials = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.client = Client(headers=credentials | headers, enforce_csrf_checks=True)
        self.client.raise_request_exception = False

    def get(self, address: str, **parameters: Any) -> Any:
        """GET."""
        return self.client.get(ROOT + address, parameters)

    def post(self, address: str, body: Any = None, **headers: str) -> Any:
        """POST JSON; without a body nothing is sent. Headers are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is None:
            return self.client.generic("POST", ROOT + address, headers=named)
        return self.raw(address, json.dumps(body), **headers)

    def raw(
        self, address: str, text: str | bytes, content_type: str = "application/json", **h: str
    ):
        """POST this text, whatever it is."""
        named = {name.replace("_", "-"): value for name, value in h.items()}
        return self.client.post(ROOT + address, text, content_type=content_type, headers=named)


def by_key(key: ApiKey) -> Caller:
    """A program with this key."""
    return Caller(factories.secret_of(key))


def by_person(person: User) -> Caller:
    """A program with the person's own key."""
    return by_key(factories.personal_key(person))


def code_of(response: Any) -> tuple[int, str]:
    """Status and code of a problem."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == response.status_code
    return response.status_code, body["code"]


def errors_of(response: Any) -> list[tuple[str, str]]:
    """Pointers and codes of a problem."""
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]
