"""Calls to HTTP actions, against servers that behave well and badly."""

import base64
import socket
import ssl
import time
from dataclasses import replace
from datetime import datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from reviews.outside import Again, Call, Done, Failed, Reach, call
from tests.factories import T0
from tests.reviews.partners import CERTIFICATE, NAME, answer, partner, raw

SECRET = f"whsec_{base64.b64encode(b'a secret that only two know, yes').decode()}"
HERE = Reach.of(["127.0.0.1", "::1"])
TRUST = ssl.create_default_context(cafile=str(CERTIFICATE))


def ask(url, *, timeout=5.0, reach=HERE, now=T0, trust=TRUST):
    asked = Call(url, SECRET, "step-1", {"action": "pay", "data": {"amount": 3}})
    return call(asked, timeout=timeout, now=now, reach=reach, trust=trust)


def named(*addresses):
    """The name of the test's certificate stands for these addresses; calls are kept."""
    looked_up = []

    def look_up(host):
        looked_up.append(host)
        return list(addresses)

    return Reach(HERE.networks, look_up=look_up), looked_up


# --- what is sent --------------------------------------------------------------------------------


def test_a_call_is_a_signed_message():
    with partner(answer('{"paid": true}')) as them:
        assert ask(them.url) == Done({"paid": True})
    head, body = them.asked[0]
    assert head.splitlines()[0] == "POST /act HTTP/1.1"
    assert them.said == {
        "type": "action",
        "timestamp": "2026-03-02T09:00:00.000000Z",
        "data": {"action": "pay", "data": {"amount": 3}},
    }
    assert them.headers["webhook-id"] == "step-1"
    assert them.headers["webhook-timestamp"] == "1772442000"
    signed = Webhook(SECRET).sign("step-1", T0, body.decode())
    assert them.headers["webhook-signature"] == signed


def test_the_receiver_can_verify_it_with_the_library():
    now = datetime.now(T0.tzinfo)
    with partner(answer()) as them:
        ask(them.url, now=now)
    body = them.asked[0][1]
    assert Webhook(SECRET).verify(body, them.headers) == them.said
    other = Webhook(base64.b64encode(b"another secret").decode())
    with pytest.raises(WebhookVerificationError):
        other.verify(body, them.headers)


def test_nothing_else_is_sent():
    with partner(answer(Set_Cookie="a=b")) as them:
        ask(them.url)
        ask(them.url)
    names = ["accept", "accept-encoding", "connection", "content-length", "content-type", "host"]
    assert sorted(them.headers) == [
        *names,
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    ]
    assert them.headers["accept-encoding"] == "identity"


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with partner(answer()) as them:
        assert ask(them.url) == Done({})


# --- where it goes -------------------------------------------------------------------------------


def test_an_address_out_of_reach_is_never_connected_to():
    with partner(answer()) as them:
        said = ask(them.url, reach=Reach())
    assert said == Failed("127.0.0.1 is not on the public internet.")
    assert them.asked == []


def test_a_name_that_moves_inside_is_caught():
    with partner(answer()) as them:
        reach = Reach(look_up=lambda host: ["127.0.0.1"])
        assert ask(f"http://{NAME}:{them.port}/", reach=reach) == Failed(
            f"{NAME} is not on the public internet."
        )
    assert them.asked == []


def test_a_name_is_looked_up_once_and_what_was_checked_is_called():
    reach, looked_up = named("127.0.0.1")
    with partner(answer()) as them:
        assert ask(f"http://{NAME}:{them.port}/", reach=reach) == Done({})
    assert looked_up == [NAME]
    assert them.headers["host"] == f"{NAME}:{them.port}"


def test_the_next_address_is_tried_when_the_first_is_dead():
    reach, _ = named("::1", "127.0.0.1")
    with partner(answer()) as them:
        assert ask(f"http://{NAME}:{them.port}/", reach=reach) == Done({})


def test_an_ipv6_address_is_called():
    with partner(answer(), host="::1") as them:
        assert ask(f"http://[::1]:{them.port}/x?y=1") == Done({})
    assert them.asked[0][0].splitlines()[0] == "POST /x?y=1 HTTP/1.1"
    assert them.headers["host"] == f"[::1]:{them.port}"


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Again", "308 Moved"])
def test_redirects_are_not_followed(status):
    with partner(answer()) as other, partner(answer(status=status, Location=other.url)) as them:
        said = ask(them.url)
    assert said == Failed(f"It answered {status[:3]}: redirects are not followed.")
    assert other.asked == []


# --- TLS -----------------------------------------------------------------------------------------


def test_the_certificate_is_that_of_the_name_not_of_the_address():
    reach, _ = named("127.0.0.1")
    with partner(answer(), tls=True) as them:
        assert ask(f"https://{NAME}:{them.port}/", reach=reach) == Done({})


def test_a_certificate_of_another_name_is_refused():
    reach, _ = named("127.0.0.1")
    with partner(answer(), tls=True) as them:
        said = ask(f"https://other.test:{them.port}/", reach=reach)
    assert isinstance(said, Again)
    assert "Hostname mismatch, certificate is not valid for 'other.test'" in said.error
    assert them.asked == []


def test_a_certificate_that_nobody_vouches_for_is_refused():
    reach, _ = named("127.0.0.1")
    with partner(answer(), tls=True) as them:
        said = ask(f"https://{NAME}:{them.port}/", reach=reach, trust=None)
    assert isinstance(said, Again)
    assert "certificate verify failed" in said.error
    assert them.asked == []


# --- time ----------------------------------------------------------------------------------------


def drips(head, drop):
    """Sends a little, again and again, for longer than anybody waits."""

    def speaks(peer):
        peer.sendall(head)
        for _ in range(60):
            peer.sendall(drop)
            time.sleep(0.05)

    return speaks


@pytest.mark.parametrize(
    "speaks",
    [
        drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" "),
        drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        lambda peer: time.sleep(3),
    ],
    ids=["body", "chunks", "headers", "informational", "silence"],
)
def test_all_of_it_must_be_over_in_time(speaks):
    began = time.monotonic()
    with partner(speaks) as them:
        assert ask(them.url, timeout=0.4) == Again("It took longer than 0.4 s.")
    assert 0.3 < time.monotonic() - began < 1.0


def test_a_handshake_that_never_ends_is_given_up():
    reach, _ = named("127.0.0.1")
    began = time.monotonic()
    with partner(answer(), listens=False) as them:
        said = ask(f"https://{NAME}:{them.port}/", reach=reach, timeout=0.3)
    assert said == Again("It took longer than 0.3 s.")
    assert time.monotonic() - began < 1.0


def test_a_partner_that_reads_nothing_is_given_up():
    asked = Call("", SECRET, "step-1", {"data": "a" * 12_000_000})
    began = time.monotonic()
    with partner(answer(), listens=False) as them:
        said = call(replace(asked, url=them.url), timeout=1, now=T0, reach=HERE)
    assert said == Again("It took longer than 1 s.")
    assert time.monotonic() - began < 2


def test_drops_over_tls_are_cut_off_too():
    reach, _ = named("127.0.0.1")
    began = time.monotonic()
    with partner(drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), tls=True) as them:
        said = ask(f"https://{NAME}:{them.port}/", reach=reach, timeout=0.4)
    assert said == Again("It took longer than 0.4 s.")
    assert time.monotonic() - began < 1.0


def hangs(host):
    """A look-up that takes its time."""
    time.sleep(1)
    return []


def test_a_look_up_takes_from_the_same_time():
    slow = Reach(look_up=hangs)
    said = ask("https://example.com", reach=slow, timeout=0.1)
    assert said == Again("example.com was not found in time.")


# --- answers that are no answers ---------------------------------------------------------------


def test_a_closed_port_is_tried_again():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    said = ask(f"http://127.0.0.1:{port}/")
    assert said == Again("The connection failed: [Errno 111] Connection refused")


def test_a_partner_that_hangs_up_is_tried_again():
    with partner(lambda peer: None) as them:
        said = ask(them.url)
    assert said == Again("The connection failed: Server disconnected without sending a response.")


def test_what_is_no_http_is_tried_again():
    with partner(raw(b"220 mail.example ESMTP\r\n\r\n")) as them:
        said = ask(them.url)
    assert isinstance(said, Again)
    assert said.error.startswith("The connection failed: ")


def test_an_answer_may_be_256_kb_and_no_more():
    most = 256 * 1024
    with partner(answer(b'"' + b"a" * (most - 2) + b'"')) as them:
        assert ask(them.url) == Done("a" * (most - 2))
    with partner(answer(b'"' + b"a" * (most - 1) + b'"')) as them:
        assert ask(them.url) == Failed("Its answer is larger than 256 kB.")


def test_an_answer_without_end_is_cut_off():
    block = b"10000\r\n" + b" " * 0x10000 + b"\r\n"

    def speaks(peer):
        peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(100):
            peer.sendall(block)

    with partner(speaks) as them:
        assert ask(them.url) == Failed("Its answer is larger than 256 kB.")


def test_of_a_long_refusal_the_beginning_is_enough():
    with partner(answer(b"x" * 600_000, status="503 Busy")) as them:
        assert ask(them.url) == Again(f"It answered 503: {'x' * 500}")


def test_no_error_repeats_the_secret():
    bare = SECRET.removeprefix("whsec_")
    with partner(answer(f"env: {SECRET} {bare}", status="400 Bad")) as them:
        assert ask(them.url) == Failed("It answered 400: env: whsec_... ...")


def test_a_compressed_answer_is_refused():
    with partner(answer(b"\x1f\x8b", Content_Encoding="gzip")) as them:
        assert ask(them.url) == Failed("Its answer is compressed, which was not asked for.")
