"""Patience: what is asked again, with which key, and when the caller gives up."""

import httpx2
import pytest
from gatehouse_client import (
    AlreadyDecided,
    BadKey,
    Conflict,
    Expired,
    FieldError,
    Gatehouse,
    Invalid,
    NotFound,
    Refused,
    TooMany,
    Unreachable,
)

PENDING = {"id": "r1", "status": "pending"}


class Server:
    """Gives these answers, one after the other, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.pauses = []

    def __call__(self, request):
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **options):
        transport = httpx2.MockTransport(self)
        address = "https://gatehouse.example.com/"
        return Gatehouse(address, "abc", transport=transport, pause=self.pauses.append, **options)


def ok(document=PENDING, status=200):
    return httpx2.Response(status, json=document)


def problem(status, code, headers=None, **more):
    return httpx2.Response(
        status, json={"code": code, "status": status, "detail": "No.", **more}, headers=headers
    )


@pytest.mark.parametrize(
    "failure",
    [
        httpx2.ConnectError("refused"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("cut off"),
        problem(500, "server_error"),
        problem(503, "unavailable"),
        httpx2.Response(502, text="<h1>Bad gateway</h1>"),
        problem(429, "throttled"),
        problem(409, "idempotency_in_progress"),
    ],
)
def test_what_passes_is_waited_out_under_the_same_key(failure):
    server = Server(failure, ok(status=201))
    assert server.client().submit("refund", {"amount": 1}).id == "r1"
    first, second = server.asked
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.content == second.content == b'{"gate":"refund","proposal":{"amount":1}}'
    assert len(server.pauses) == 1


def test_each_call_has_a_key_of_its_own():
    server = Server(ok(), ok())
    client = server.client()
    client.submit("refund", 1)
    client.submit("refund", 1)
    first, second = (request.headers["Idempotency-Key"] for request in server.asked)
    assert first != second


def test_a_key_that_is_given_is_sent():
    server = Server(ok())
    server.client().submit("refund", 1, idempotency_key="case-1")
    assert server.asked[0].headers["Idempotency-Key"] == "case-1"


def test_the_server_says_when_to_come_back():
    server = Server(problem(503, "unavailable", {"Retry-After": "7"}), ok())
    server.client().review("r1")
    assert server.pauses == [7.0]


def test_a_date_to_come_back_at_is_not_understood_and_not_needed():
    later = {"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}
    server = Server(problem(503, "unavailable", later), ok())
    server.client().review("r1")
    assert 0.125 <= server.pauses[0] <= 0.25


def test_the_pauses_grow():
    server = Server(*[problem(503, "unavailable") for _ in range(9)], ok())
    server.client().review("r1")
    longest = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    assert all(
        most / 2 <= pause <= most for most, pause in zip(longest, server.pauses, strict=True)
    )


def test_patience_ends_and_the_cause_is_told():
    server = Server(problem(503, "unavailable"))
    with pytest.raises(Unreachable) as caught:
        server.client(patience=0).review("r1")
    assert str(caught.value.__cause__) == "503 unavailable: No."
    assert len(server.asked) == 1


def test_patience_is_not_spent_on_a_pause_that_is_longer():
    server = Server(problem(429, "throttled", {"Retry-After": "60"}))
    with pytest.raises(Unreachable) as caught:
        server.client(patience=30).review("r1")
    assert (type(caught.value.__cause__), server.pauses) == (TooMany, [])


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "invalid_key", BadKey),
        (404, "not_found", NotFound),
        (409, "already_decided", AlreadyDecided),
        (409, "one_that_is_new", Conflict),
        (410, "expired", Expired),
        (422, "one_that_is_new", Invalid),
        (418, "one_that_is_new", Refused),
    ],
)
def test_a_refusal_is_typed_by_its_code_and_never_asked_again(status, code, kind):
    server = Server(problem(status, code))
    with pytest.raises(Refused) as caught:
        server.client().review("r1")
    refused = caught.value
    assert (type(refused), refused.status, refused.code) == (kind, status, code)
    assert str(refused) == f"{status} {code}: No."


def test_a_refusal_says_which_fields_and_whatever_else():
    error = {"pointer": "/amount", "code": "minimum", "message": "Too little."}
    server = Server(problem(422, "invalid_proposal", errors=[error], outcome="x"))
    with pytest.raises(Invalid) as caught:
        server.client().submit("refund", 1)
    assert caught.value.errors == (FieldError("/amount", "minimum", "Too little."),)
    assert caught.value.document["outcome"] == "x"


@pytest.mark.parametrize("status", [200, 301, 404])
def test_an_answer_that_is_not_gatehouses_is_refused(status):
    server = Server(httpx2.Response(status, text="<h1>Hello</h1>"))
    with pytest.raises(Refused) as caught:
        server.client().review("r1")
    assert (caught.value.status, caught.value.code) == (status, "no_problem_document")


def test_a_request_that_cannot_be_sent_is_not_repeated():
    server = Server(httpx2.UnsupportedProtocol("no scheme"))
    with pytest.raises(httpx2.UnsupportedProtocol):
        server.client().review("r1")


def test_waiting_goes_on_after_each_minute_until_the_review_is_closed():
    server = Server(ok(), ok(), ok({"id": "r1", "status": "closed"}))
    assert server.client().wait("r1").closed
    assert [str(request.url.query, "ascii") for request in server.asked] == ["seconds=60"] * 3
    assert server.pauses == [1.0, 1.0]  # it answered at once: a busy server is left a breath
    assert server.asked[0].extensions["timeout"]["read"] == 75.0


def test_waiting_is_over_when_the_time_is():
    server = Server(ok())
    assert not server.client().wait("r1", seconds=0).closed
    assert [str(request.url.query, "ascii") for request in server.asked] == ["seconds=1"]


def test_an_id_cannot_lead_elsewhere():
    server = Server(ok())
    server.client().review("../gates/?x=#")
    assert server.asked[0].url.raw_path == b"/api/v1/reviews/..%2Fgates%2F%3Fx%3D%23/"


def test_the_next_page_is_asked_at_our_own_address():
    more = "http://inside:8000/api/v1/reviews/?cursor=c%3D%3D&gate=refund"
    server = Server(
        ok({"results": [PENDING], "next": more}),
        ok({"results": [PENDING | {"id": "r2"}], "next": None}),
    )
    assert [review.id for review in server.client().reviews(gate="refund")] == ["r1", "r2"]
    assert (
        str(server.asked[1].url)
        == "https://gatehouse.example.com/api/v1/reviews/?cursor=c%3D%3D&gate=refund"
    )
