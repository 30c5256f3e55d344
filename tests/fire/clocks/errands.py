"""What people and agents do over two web hosts whose clocks differ: begun at one, ended at the
other. After `office.use`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import httpx2

from tests.factories import CONTEXT, PASSWORD
from tests.fire.office import Office

LINK = {"text": "The goods are back", "confirms": "link", "contact": "a@example.com"}
WAIT = 20  # seconds


@dataclass
class Errands:
    """How often each was run, and what went otherwise than it must."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)

    def run(self, one: Office, other: Office) -> None:
        """Each errand once."""
        for errand in (_session, _link, _again, _lease, _wait):
            with httpx2.Client(timeout=WAIT + 20, follow_redirects=True) as client:
                name = errand.__name__.strip("_")
                self.done[name] += 1
                try:
                    errand(client, one, other)
                except (AssertionError, KeyError, httpx2.TransportError) as error:
                    self.wrong[name] += 1
                    self.said.append(f"{name}: {error!r}")


def _session(client: httpx2.Client, one: Office, other: Office) -> None:
    """Who signs in at one host is signed in at the other, and may work there."""
    page = client.get(f"{one.address}/login/")
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, page.text[:200]
    said = {"username": "ann", "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
    page = client.post(f"{one.address}/login/", data=said)
    assert (page.status_code, page.url.path) == (200, "/"), f"{page.status_code} {page.text[:300]}"
    page = client.get(f"{other.address}/queues/support_team/")
    assert page.url.path == "/queues/support_team/", page.url
    assert page.status_code == 200, page.status_code


def _link(client: httpx2.Client, one: Office, other: Office) -> None:
    """A link made at one host is answered at the other."""
    review = _submitted(client, one, "bound")
    said = {"verdict": "approve_if", "conditions": [LINK]}
    decided = _called(client, one, f"reviews/{review}/decide/", said, 200)
    path = httpx2.URL(decided["links"][0]["url"]).path
    assert client.get(f"{other.address}{path}").status_code == 200, "no page"
    page = client.post(f"{other.address}{path}", data={"answer": "confirm"})
    assert page.status_code == 200, f"{page.status_code} {page.text[-300:]}"
    assert _shown(client, one, review)["outcome"] == "approved"


def _again(client: httpx2.Client, one: Office, other: Office) -> None:
    """A call repeated at the other host with its key gets the first answer."""
    key, body = uuid4().hex, _body("slow")
    first, second = (office.call(client, "reviews/", key, body) for office in (one, other))
    assert first is not None, "no answer"
    assert second is not None, "no second answer"
    assert second.headers.get("Idempotent-Replayed") == "true", second.headers
    assert first.json()["id"] == second.json()["id"]


def _lease(client: httpx2.Client, one: Office, other: Office) -> None:
    """What is claimed at one host is held at the other, and decided and taken back there."""
    review = _submitted(client, one, "kept")
    headers = {"Authorization": f"Bearer {one.reviewer}"}
    claim = client.post(f"{one.address}/api/v1/reviews/{review}/claim/", json={}, headers=headers)
    assert claim.status_code == 200, claim.text
    _called(client, other, f"reviews/{review}/decide/", {"verdict": "approve"}, 200)
    undo = client.post(f"{one.address}/api/v1/reviews/{review}/undo/", json={}, headers=headers)
    assert (undo.status_code, undo.json()["status"]) == (200, "pending"), undo.text


def _wait(client: httpx2.Client, one: Office, other: Office) -> None:
    """Who waits at the other host hears of the deadline."""
    review = _submitted(client, one, "quick")
    headers = {"Authorization": f"Bearer {other.agent}"}
    path = f"{other.address}/api/v1/reviews/{review}/wait/?seconds={WAIT}"
    answer = client.get(path, headers=headers).json()
    assert (answer["status"], answer["outcome"]) == ("closed", "rejected"), answer


def _body(gate: str) -> dict[str, object]:
    case = uuid4().hex
    proposal = {"amount": 120, "order": case}
    return {"gate": gate, "proposal": proposal, "context": CONTEXT, "external_id": case}


def _submitted(client: httpx2.Client, office: Office, gate: str) -> str:
    return str(_called(client, office, "reviews/", _body(gate), 201)["id"])


def _called(
    client: httpx2.Client, office: Office, path: str, body: object, status: int
) -> dict[str, list[dict[str, str]]]:
    answer = office.call(client, path, uuid4().hex, body)
    assert answer is not None, "no answer"
    assert answer.status_code == status, answer.text
    said: dict[str, list[dict[str, str]]] = answer.json()
    return said


def _shown(client: httpx2.Client, office: Office, review: str) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {office.agent}"}
    answer = client.get(f"{office.address}/api/v1/reviews/{review}/", headers=headers)
    said: dict[str, object] = answer.json()
    return said
