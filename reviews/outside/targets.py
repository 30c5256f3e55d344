"""Reads the address of an HTTP action; whatever two readers might take differently is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import SplitResult, urlsplit

PORTS = {"https": 443, "http": 80}
LONGEST_NAME = 253
_PLAIN = re.compile(r"[!-~]+")  # visible ASCII
_PART = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
NAME = re.compile(rf"(?=.{{1,{LONGEST_NAME}}}\Z){_PART}(?:\.{_PART})*")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")  # the end of an address in numbers


class Refused(Exception):
    """This address is not called."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address, read: `host` without brackets, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def usual(self) -> bool:
        """True for https on its own port."""
        return self.scheme == "https" and self.port == PORTS["https"]

    @property
    def authority(self) -> str:
        """Host and port as the header `Host` writes them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """The parts of a URL. Raises Refused."""
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise Refused("Write the address in plain ASCII, without spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Refused("That is no address.") from None
    if parts.scheme not in PORTS:
        raise Refused("The address must begin with https://.")
    if "@" in parts.netloc:
        raise Refused("Name and password do not belong in an address.")
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return Target(parts.scheme, _host(parts), PORTS[parts.scheme] if port is None else port, path)


def numbers(host: str) -> bool:
    """True for an address or network in its one standard spelling, with or without brackets."""
    try:
        ip_network(host.strip("[]"))
    except ValueError:
        return False
    return True


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if "[" in parts.netloc or (numbers(host) and "/" not in host):
        if "%" in host or not numbers(host):
            raise Refused("That is no address of the internet.")
        return host
    if not NAME.fullmatch(host):
        raise Refused("The address names no host.")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise Refused("Write an address in numbers as four decimal ones.")
    return host
