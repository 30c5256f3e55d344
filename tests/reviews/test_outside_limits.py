"""Where a call of an HTTP action ends: a host that never answers, a partner that never stops."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

import httpcore2
import pytest

from gates import performers
from reviews.outside import (
    Again,
    Call,
    Done,
    Failed,
    Reach,
    Unfinished,
    call,
    check_url,
    perform,
)
from reviews.outside.answers import Said, meaning
from reviews.outside.calls import _reason
from reviews.outside.wire import Deadline
from tests.factories import T0, at
from tests.reviews.partners import CERTIFICATE, NAME, answer, partner

SECRET = "whsec_c2VjcmV0"
HERE = Reach.of(["127.0.0.0/8"])
TRUST = ssl.create_default_context(cafile=str(CERTIFICATE))


def ask(url, *, timeout=5.0, reach=HERE, data=None):
    asked = Call(url, SECRET, "step-1", data or {})
    return call(asked, timeout=timeout, now=T0, reach=reach, trust=TRUST)


@contextmanager
def full(host: str, port: int = 0) -> Iterator[int]:
    """The port of a host that lets nobody in any more: who knocks hears nothing."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server((host, port), backlog=0))
        at = server.getsockname()
        for _ in range(4):
            knock = stack.enter_context(socket.socket())
            knock.setblocking(False)
            knock.connect_ex(at)
        yield at[1]


def test_a_host_that_lets_nobody_in_is_given_up():
    began = time.monotonic()
    with full("127.0.0.1") as port:
        assert ask(f"http://127.0.0.1:{port}/", timeout=0.4) == Again("It took longer than 0.4 s.")
    assert time.monotonic() - began < 2


def test_such_a_host_leaves_the_next_address_its_share_of_the_time():
    with partner(answer()) as them, full("127.0.0.2", them.port):
        reach = Reach(HERE.networks, look_up=lambda host: ["127.0.0.2", "127.0.0.1"])
        assert ask(f"http://{NAME}:{them.port}/", timeout=3, reach=reach) == Done({})


def test_a_time_that_is_over_leaves_none():
    with pytest.raises(httpcore2.ReadTimeout, match=r"^The time is up\.$"):
        _ = Deadline.after(0).left


def test_a_refusal_without_end_is_cut_off():
    def speaks(peer):
        peer.sendall(b"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n")
        with suppress(OSError):
            while True:
                peer.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    with partner(speaks) as them:
        assert ask(them.url, timeout=3) == Again("It answered 503.")


def test_of_a_failed_handshake_what_is_wrong_is_told_and_no_place_in_a_source():
    reach = Reach(HERE.networks, look_up=lambda host: ["127.0.0.1"])
    with partner(answer(), tls=True) as them:
        said = ask(f"https://other.test:{them.port}/", reach=reach)
    assert said == Again(
        "The connection failed: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
        "Hostname mismatch, certificate is not valid for 'other.test'."
    )


def test_of_what_the_system_says_there_is_something_and_not_too_much():
    assert _reason(OSError("x" * 201)) == "x" * 200
    assert _reason(OSError()) == "it was closed."


def test_what_no_json_can_hold_is_not_sent():
    with pytest.raises(ValueError, match="not JSON compliant"):
        Call("https://example.com", SECRET, "step-1", {"amount": float("nan")}).body(T0)


def test_an_attempt_takes_no_longer_than_its_action_may(settings):
    settings.ACTION_NETWORKS = ["127.0.0.1"]
    asked = performers.Call("pay", {}, key="k", run="r", node="n", attempt=1, timeout=1)
    began = time.monotonic()
    with (
        partner(lambda peer: time.sleep(4)) as them,
        at(T0),
        pytest.raises(Unfinished, match=r"^It took longer than 1 s\.$"),
    ):
        perform(asked, url=them.url, secret=SECRET)
    assert time.monotonic() - began < 3


def test_a_part_of_a_second_is_waited_out():
    said = Said(503, {"retry-after": "Mon, 02 Mar 2026 09:00:07 GMT"}, b"")
    assert meaning(said, T0 + timedelta(seconds=0.5)) == Again("It answered 503.", 7)


def test_the_name_of_no_compression_may_be_written_large():
    assert meaning(Said(200, {"content-encoding": "Identity"}, b"1"), T0) == Done(1)
    assert meaning(Said(200, {"content-encoding": "GZIP"}, b"1"), T0) == Failed(
        "Its answer is compressed, which was not asked for."
    )


def test_a_look_up_that_says_nothing_is_told_so():
    def look_up(host):
        raise OSError

    said = check_url("https://example.com", Reach(look_up=look_up))
    assert said == "example.com cannot be found: no answer."


@pytest.mark.parametrize("address", ["2001:1::1", "2001:4:112::1", "2001:20::1"])
def test_what_protocols_use_among_themselves_is_no_partner(address):
    said = check_url("https://example.com", Reach(look_up=lambda host: [address]))
    assert said == "example.com is not on the public internet."
