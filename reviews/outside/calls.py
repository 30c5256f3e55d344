"""One call of an HTTP action, by the Standard Webhooks specification."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import httpcore2
from standardwebhooks.webhooks import Webhook

from reviews.outside.answers import Again, Answer, Failed, Said, meaning, succeeded
from reviews.outside.reach import Reach, Unknown
from reviews.outside.targets import Refused, Target, target_of
from reviews.outside.wire import Deadline, Pinned
from reviews.webhooks import stamp

LARGEST = 256 * 1024
_AGENT = "Gatehouse"


class TooLarge(Exception):
    """More was answered than anybody reads."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is asked of whom. `message_id` stays the same each time it is tried."""

    url: str
    secret: str
    message_id: str
    data: dict[str, Any]

    def body(self, now: datetime) -> str:
        """What is sent."""
        sent = {"type": "action", "timestamp": stamp(now), "data": self.data}
        return json.dumps(sent, separators=(",", ":"), allow_nan=False)

    def headers(self, target: Target, body: str, now: datetime) -> dict[str, str]:
        """Signed for this instant."""
        return {
            "Host": target.authority,
            "Content-Type": "application/json",
            "Content-Length": str(len(body.encode())),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": _AGENT,
            "Connection": "close",
            "webhook-id": self.message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(self.message_id, now, body),
        }


def call(
    asked: Call, *, timeout: float, now: datetime, reach: Reach, trust: ssl.SSLContext | None = None
) -> Answer:
    """Send it and read the answer, all within `timeout` seconds. `now` is aware, in UTC; `trust`
    says whose certificates count (by default those that the system trusts).
    """
    deadline = Deadline.after(timeout)
    try:
        target = target_of(asked.url)
        backend = Pinned(reach.addresses(target, deadline.left), deadline)
        return _said(asked, target, backend, now, trust or _trusted())
    except (Refused, TooLarge) as error:
        return Failed(str(error))
    except Unknown as error:
        return Again(str(error))
    except httpcore2.TimeoutException:
        return Again(f"It took longer than {timeout:g} s.")
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        return Again(f"The connection failed: {_reason(error)}")


def _said(
    asked: Call, target: Target, backend: Pinned, now: datetime, trust: ssl.SSLContext
) -> Answer:
    body = asked.body(now)
    url = httpcore2.URL(
        scheme=target.scheme, host=target.host, port=target.port, target=target.path
    )
    headers = list(asked.headers(target, body, now).items())
    with (
        httpcore2.ConnectionPool(ssl_context=trust, network_backend=backend) as pool,
        pool.stream("POST", url, headers=headers, content=body.encode()) as response,
    ):
        return meaning(Said(response.status, _headers(response), _read(asked, response)), now)


def _headers(response: httpcore2.Response) -> dict[str, str]:
    told = ((name.decode("latin-1"), text.decode("latin-1")) for name, text in response.headers)
    return {name.lower(): text for name, text in told}


def _read(asked: Call, response: httpcore2.Response) -> bytes:
    """The body as it came; little more than LARGEST of it is ever held. Of a refusal the beginning
    is enough, and no error text may repeat the secret.
    """
    body = bytearray()
    for part in response.iter_stream():
        body += part
        if len(body) > LARGEST and succeeded(response.status):
            raise TooLarge(f"Its answer is larger than {LARGEST // 1024} kB.")
        if len(body) > LARGEST:
            break
    if succeeded(response.status):
        return bytes(body)
    return bytes(body).replace(asked.secret.removeprefix("whsec_").encode(), b"...")


def _reason(error: Exception) -> str:
    """Of what the system says, the sentence without the place in some source."""
    return str(error).partition(" (_ssl")[0][:200] or "it was closed."


@cache
def _trusted() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()
