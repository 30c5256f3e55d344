"""Which addresses may be called. A name is looked up once, each of its addresses is checked, and
what is called is the very address that was checked.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from queue import Empty, SimpleQueue
from threading import Thread

from reviews.outside.targets import NAME, Refused, Target, numbers, target_of

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Lookup = Callable[[str], list[str]]

LOOKUP_TIME = 5.0  # seconds, when an address is only saved

# Never a partner's server, though Python takes them for public: the protocols' own numbers (some
# cloud tells its secrets there), 6to4 relays, another cloud's own service.
_NEVER_4 = tuple(
    ip_network(text) for text in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")
)
# All that is handed out to hosts; outside lie the forms that carry an IPv4 address (mapped, NAT64).
_HANDED_OUT = ip_network("2000::/3")
_NEVER_6 = tuple(
    ip_network(text)
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")  # Teredo, 6to4, examples
)


class Unknown(Exception):
    """The name cannot be looked up, now."""


def look_up(host: str) -> list[str]:
    """All addresses of a name, as the system knows them."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Reach:
    """How far we call: the public internet by https on port 443, and what is named here in any way.

    `networks` and `hosts` are what the operator vouches for.
    """

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    look_up: Lookup = look_up

    @classmethod
    def of(cls, entries: Iterable[str]) -> Reach:
        """From addresses, networks (`10.0.0.0/8`) and host names. Raises ValueError for others."""
        networks: list[Network] = []
        hosts: set[str] = set()
        for entry in entries:
            if numbers(entry):
                networks.append(ip_network(entry.strip("[]")))
            elif NAME.fullmatch(entry.lower()):
                hosts.add(entry.lower())
            else:
                raise ValueError(f"{entry!r} is no address, network or host name.")
        return cls(tuple(networks), frozenset(hosts))

    def addresses(self, target: Target, timeout: float) -> list[str]:
        """Where the target is, looked up within `timeout` seconds. Raises Refused unless every
        address may be called, Unknown when there is none.
        """
        found = [target.host] if numbers(target.host) else self._looked_up(target.host, timeout)
        if not found:
            raise Unknown(f"{target.host} has no address.")
        for text in found:
            self._check(target, ip_address(text))
        return found

    def _check(self, target: Target, address: Address) -> None:
        if target.host in self.hosts or any(address in network for network in self.networks):
            return
        if not _public(address):
            raise Refused(f"{target.host} is not on the public internet.")
        if not target.usual:
            raise Refused("Only https on port 443 is called on the public internet.")

    def _looked_up(self, host: str, timeout: float) -> list[str]:
        """In a thread of its own: the system's look-up cannot be given a time limit."""
        said: SimpleQueue[list[str] | OSError] = SimpleQueue()
        Thread(target=_ask, args=(self.look_up, host, said), daemon=True).start()
        try:
            found = said.get(timeout=timeout)
        except Empty:
            raise Unknown(f"{host} was not found in time.") from None
        if isinstance(found, OSError):
            raise Unknown(f"{host} cannot be found: {found.strerror or 'no answer'}.") from found
        return found


def check_url(url: str, reach: Reach, timeout: float = LOOKUP_TIME) -> str:
    """What speaks against an address, as a sentence; "" if it may be called."""
    try:
        reach.addresses(target_of(url), timeout)
    except (Refused, Unknown) as problem:
        return str(problem)
    return ""


def _ask(lookup: Lookup, host: str, said: SimpleQueue[list[str] | OSError]) -> None:
    try:
        said.put(lookup(host))
    except OSError as error:
        said.put(error)
    except UnicodeError:  # a label that is too long
        said.put(OSError(0, "no such name"))


def _public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        never = any(address in network for network in _NEVER_4)
    else:
        strange = address not in _HANDED_OUT or address.scope_id is not None
        never = strange or any(address in network for network in _NEVER_6)
    return address.is_global and not address.is_multicast and not never
