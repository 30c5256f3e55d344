"""What `up --demo` says: how to begin, and a line that decides."""

import shlex
from random import Random

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection

from hitl_project.demo.cases import listings, refunds
from hitl_project.demo.show import Show
from reviews.models import Decision
from reviews.transitions import escalations
from tests.factories import person

pytestmark = pytest.mark.portable

ADDRESS = "http://testserver"


@pytest.fixture
def show(planted):
    """Planted anew: the keys of `planted` are void."""
    return Show(ADDRESS, past=False)


@pytest.fixture
def submit(connect, show):
    """A refund of this amount is proposed, with the key that the show's agent has."""

    def run(amount, case=None):
        case = case or refunds.invent(Random(1), "broken", amount)  # noqa: S311
        client = connect(show.agent.environment()["GATEHOUSE_KEY"])
        return client.post("reviews/", case.submission())

    return run


def curl(client, offer):
    """Do what the offered line says; status and body of the answer."""
    words = shlex.split(offer.strip().splitlines()[1])
    assert words[:3] == ["curl", "-X", "POST"]
    path = words[3].removeprefix(ADDRESS)
    headers = dict(words[at + 1].split(": ") for at, word in enumerate(words) if word == "-H")
    response = client.post(path, words[-1], headers=headers, content_type=headers["Content-Type"])
    return response.status_code, response.json()


def test_the_greeting_tells_who_can_sign_in_and_that_nothing_is_real(show):
    assert show.greet().splitlines() == [
        "",
        "Sign in with the password “gatehouse” as",
        "  admin     admin",
        "  author    policy author",
        "  approver  policy approver",
        "  reviewer  reviewer of support_team, trust_team, finance_team",
        "  lead      reviewer, leads every team",
        "  auditor   auditor",
        "",
        "All of it is simulated: no money moves, no letter is sent. Ctrl-C stops everything.",
    ]


def test_with_nothing_to_decide_there_is_no_offer(show):
    assert show.offer() == ""


def test_the_offered_line_decides_the_review(show, submit, client):
    review = submit(200)
    offer = show.offer()
    first_line = offer.strip().splitlines()[0]
    assert first_line == f"For you to decide: {review['title']}. In another terminal:"
    status, body = curl(client, offer)
    assert (status, body["id"], body["status"]) == (200, review["id"], "held")
    assert Decision.objects.get().actor == "user:reviewer"


def test_an_offer_that_still_stands_is_not_repeated(show, submit):
    submit(200)
    show.offer()
    submit(300)
    assert show.offer() == ""


def test_when_it_is_used_up_the_newest_that_waits_is_offered(show, submit, client):
    submit(200)
    offer = show.offer()
    submit(300)
    newest = submit(400)["id"]
    curl(client, offer)
    assert f"/reviews/{newest}/" in show.offer()


def test_what_cannot_be_approved_as_it_is_is_not_offered(show, submit):
    submit(600)
    assert show.offer() == ""


def test_what_another_team_decides_now_is_not_offered(show, submit):
    review_id = submit(200)["id"]
    lead = User.objects.get(username="lead")
    escalations.escalate(review_id, actor=person(lead))
    assert show.offer() == ""


def test_of_other_gates_nothing_is_offered(show, submit):
    case = listings.invent(Random(1), "charger")  # noqa: S311
    assert submit(0, case)["status"] == "pending"
    assert show.offer() == ""


def test_while_the_database_is_away_there_is_no_offer(show, submit):
    submit(200)

    def refuse(*args):
        raise OperationalError("away")

    with connection.execute_wrapper(refuse):
        assert show.offer() == ""


def test_the_agent_gets_its_key_where_others_cannot_read_it(show):
    key = show.agent.environment()["GATEHOUSE_KEY"]
    assert key not in " ".join(show.agent.command)


def test_the_agent_is_silent_until_the_address_was_said(show):
    assert not show.agent.may_start()
    show.greet()
    assert show.agent.may_start()
