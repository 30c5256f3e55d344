"""How the agent calls: patiently, and never twice for one thing."""

import httpx2
import pytest

from hitl_project.demo.client import Client, Refused

DONE = httpx2.Response(200, json={"id": "1"})


class Server:
    """Gives one answer after the other, and remembers what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.pauses = []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self):
        transport = httpx2.MockTransport(self)
        return Client("http://host/", "secret", transport=transport, pause=self.pauses.append)


def refusal(status, code):
    return httpx2.Response(status, json={"code": code, "detail": "No."})


def test_it_calls_the_api_with_its_key():
    server = Server(DONE)
    assert server.client().get("reviews/1/wait/", seconds=20) == {"id": "1"}
    [request] = server.requests
    assert str(request.url) == "http://host/api/v1/reviews/1/wait/?seconds=20"
    assert request.headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    "trouble",
    [
        httpx2.ConnectError("the server is restarting"),
        httpx2.ReadTimeout("it hangs"),
        httpx2.Response(500),
        httpx2.Response(503, text="<html>proxy</html>"),
        refusal(429, "throttled"),
        refusal(409, "idempotency_in_progress"),
    ],
)
def test_trouble_is_waited_out_and_every_try_is_the_same_call(trouble):
    server = Server(trouble, trouble, DONE)
    assert server.client().post("reviews/", {"gate": "refund"}) == {"id": "1"}
    assert len({request.headers["Idempotency-Key"] for request in server.requests}) == 1
    assert [request.content for request in server.requests] == [b'{"gate":"refund"}'] * 3
    assert server.pauses == [0.5, 1.0]


def test_two_calls_have_two_keys():
    server = Server(DONE, DONE)
    client = server.client()
    client.post("reviews/", {})
    client.post("reviews/", {})
    assert len({request.headers["Idempotency-Key"] for request in server.requests}) == 2


def test_it_pauses_as_long_as_it_is_told_but_not_for_ever():
    told = [httpx2.Response(429, headers={"Retry-After": after}) for after in ("3", "900", "soon")]
    server = Server(*told, DONE)
    server.client().get("reviews/1/")
    assert server.pauses == [3.0, 15.0, 2.0]


@pytest.mark.parametrize("status", [401, 403, 404, 409, 410, 422])
def test_a_refusal_is_final(status):
    server = Server(refusal(status, "some_code"))
    with pytest.raises(Refused, match=rf"^{status} some_code: No\.$"):
        server.client().post("reviews/", {})
    assert server.pauses == []


def test_a_refusal_that_is_no_problem_document_is_one_all_the_same():
    server = Server(httpx2.Response(403, json=["no"]))
    with pytest.raises(Refused, match=r"^403 no_problem_document: $"):
        server.client().get("reviews/1/")
