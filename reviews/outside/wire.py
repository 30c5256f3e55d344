"""Connections to addresses that were checked, under one deadline for everything that is done."""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpcore2

_CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant of this machine's clock, by which all must be over."""

    at: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """So many seconds from now."""
        return cls(monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds. Raises ReadTimeout when none are left: a socket would take 0 for `at once`."""
        left = self.at - monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("The time is up.")
        return left


class Stream(httpcore2.NetworkStream):
    """Whatever time it is given, it takes what is left: slow drops cannot hold it."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come."""
        return self._stream.read(max_bytes, self._deadline.left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Piece by piece, since the time limit below holds for each send anew."""
        for at in range(0, len(buffer), _CHUNK):
            self._stream.write(buffer[at : at + _CHUNK], self._deadline.left)

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """The same, encrypted."""
        inner = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left)
        return Stream(inner, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the stream below knows."""
        return self._stream.get_extra_info(info)


class Pinned(httpcore2.NetworkBackend):
    """Connects to these addresses, whatever name is asked for: nothing is looked up again."""

    def __init__(self, addresses: Sequence[str], deadline: Deadline) -> None:
        self._addresses, self._deadline = addresses, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """To the first that answers; each gets its share of the time."""
        failed: Exception = httpcore2.ConnectError("There is no address.")
        for tried, address in enumerate(self._addresses):
            share = self._deadline.left / (len(self._addresses) - tried)
            try:
                stream = httpcore2.SyncBackend().connect_tcp(address, port, share)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return Stream(stream, self._deadline)
        raise failed
