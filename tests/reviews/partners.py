"""Servers of partners, which answer in whatever way a test wants."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

CERTIFICATE = Path(__file__).with_name("actions_test.pem")  # of actions.test; nobody else trusts it
NAME = "actions.test"

Speaks = Callable[[socket.socket], None]


@dataclass
class Partner:
    """One that listens; `asked` is what was sent to it, head and body."""

    port: int
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/act"

    @property
    def headers(self) -> dict[str, str]:
        """Of the last request."""
        lines = self.asked[-1][0].splitlines()[1:]
        return {name.lower(): text for name, _, text in (line.partition(": ") for line in lines)}

    @property
    def said(self) -> dict[str, object]:
        """The body of the last request."""
        said: dict[str, object] = json.loads(self.asked[-1][1])
        return said


def answer(body: bytes | str = b"{}", status: str = "200 OK", **headers: str) -> Speaks:
    """Says this and hangs up."""
    sent = body.encode() if isinstance(body, str) else body
    told = {"Content-Length": str(len(sent)), "Connection": "close"}
    told |= {name.replace("_", "-"): text for name, text in headers.items()}
    head = "".join(f"{name}: {text}\r\n" for name, text in told.items())
    return raw(f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + sent)


def raw(sent: bytes) -> Speaks:
    """Sends these bytes and hangs up."""
    return lambda peer: peer.sendall(sent)


@contextmanager
def partner(
    speaks: Speaks, *, tls: bool = False, host: str = "127.0.0.1", listens: bool = True
) -> Iterator[Partner]:
    """Listens on a free port until the test is over."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        made = Partner(server.getsockname()[1])
        if listens:
            Thread(target=_serve, args=(server, made, speaks, tls), daemon=True).start()
        yield made
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, made: Partner, speaks: Speaks, tls: bool) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with suppress(OSError):
        while True:
            peer, _ = server.accept()
            with suppress(OSError):
                if tls:
                    peer = context.wrap_socket(peer, server_side=True)
                made.asked.append(_heard(peer))
                speaks(peer)
            peer.close()


def _heard(peer: socket.socket) -> tuple[str, bytes]:
    whole = b""
    while b"\r\n\r\n" not in whole:
        whole += peer.recv(65_536) or b"\r\n\r\n"
    head, _, body = whole.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
    while len(body) < length:
        body += peer.recv(65_536)
    return head.decode(), body
