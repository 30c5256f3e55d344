import json, pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.factories import *
from tests.reviews.api.calling import *

pytestmark = pytest.mark.django_db(transaction=True)


def body(**k):
    return {"gate": "refund", "proposal": PROPOSAL, "context": CONTEXT, **k}


def show(name, call):
    with CaptureQueriesContext(connection) as q:
        r = call()
    print("\n==", name, r.status_code, len(q))
    for x in q:
        print("   ", x["sql"][:150].replace("\n", " "))
    return r


def test_all(desk, agent, ann):
    agent.post("reviews/", body())
    r = show("submit", lambda: agent.post("reviews/", body()))
    rid = r.json()["id"]
    show("submit+cb", lambda: agent.post("reviews/", body(callback_url="http://x.example/")))
    show("submit+idem", lambda: agent.post("reviews/", body(), Idempotency_Key="x"))
    show("detail", lambda: agent.get(f"reviews/{rid}/"))
    show("detail ann", lambda: ann.get(f"reviews/{rid}/"))
    show("claim", lambda: ann.post(f"reviews/{rid}/claim/"))
    show("decide", lambda: ann.post(f"reviews/{rid}/decide/", {"verdict": "approve"}))
    show("list", lambda: agent.get(f"reviews/"))
    show("list", lambda: ann.get(f"reviews/"))
