"""Workflows and runs: read, start, follow, wait, cancel, retry; and who sees what."""

from collections.abc import Iterator
from threading import Semaphore
from time import monotonic

import pytest
from django.contrib.auth.models import AnonymousUser

from gates.graph import Action, End, Retry
from reviews.api import waiting
from reviews.models import Condition, Run
from reviews.transitions.runs import people
from tests import factories
from tests.factories import CONTEXT
from tests.reviews.api.calling import Caller, by_key, by_person, code_of, errors_of
from tests.reviews.runs.shop import Shop, asking, confirming, go_on, now, publish, shop

pytestmark = pytest.mark.django_db

ASKED = {"proposal": {"amount": 1}, "context": CONTEXT}
GATED = (asking("gate", "do"), Action("do", "tick", "done", retry=Retry(attempts=1)), End("done"))
START = "workflows/refunds/runs/"


@pytest.fixture
def it() -> Iterator[Shop]:
    with shop(*GATED) as found:
        yield found


@pytest.fixture
def agent(it) -> Caller:
    return by_key(it.key)


@pytest.fixture
def outsider(it) -> Caller:
    return by_key(factories.key(factories.gate(slug="loan"), name="outsider"))


def started(agent, **fields) -> Run:
    answer = agent.post(START, {"input": ASKED, **fields})
    assert answer.status_code == 201, answer.content
    return Run.objects.get(pk=answer.json()["id"])


def test_a_run_is_started_and_told_whole(it, agent):
    answer = agent.post(START, {"input": ASKED, "external_id": "T-1", "requester": {"id": "joe"}})
    body = answer.json()
    run = Run.objects.get()
    review = it.review(run)
    assert answer.status_code == 201
    assert answer["Location"] == f"http://127.0.0.1:8000/api/v1/runs/{run.pk}/"
    (step,) = body.pop("steps")
    assert body == {
        "id": str(run.pk),
        "workflow": "refunds",
        "workflow_version": 1,
        "status": "running",
        "outcome": None,
        "input": ASKED,
        "output": None,
        "external_id": "T-1",
        "requester": {"id": "joe"},
        "compensates": None,
        "started_at": "2026-03-02T09:00:00.000000Z",
        "ended_at": None,
        "url": f"http://127.0.0.1:8000/runs/{run.pk}/",
    }
    assert step == {
        "id": str(review.step_id),
        "node": "gate",
        "kind": "human_gate",
        "round": 1,
        "status": "waiting",
        "data": ASKED,
        "output": None,
        "outcome": None,
        "attempts": 0,
        "error": "",
        "review": str(review.pk),
        "condition": None,
        "started_at": "2026-03-02T09:00:00.000000Z",
        "ended_at": None,
    }


def test_a_run_that_ended_says_how(it, agent):
    run = started(agent)
    it.decide(run)
    body = agent.get(f"runs/{run.pk}/").json()
    assert (body["status"], body["outcome"], body["output"]) == ("ended", "done", {"amount": 1})
    assert [step["node"] for step in body["steps"]] == ["gate", "do", "done"]


def test_the_same_idempotency_key_starts_one_run(agent):
    one, same = (agent.post(START, {"input": ASKED}, Idempotency_Key="k") for _ in range(2))
    assert one.json() == same.json()
    assert same["Idempotent-Replayed"] == "true"
    assert same["Location"] == one["Location"]
    assert Run.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"inputs": {}}, [("/inputs", "unknown_field")]),
        ({"callback_url": "ftp://x.example"}, [("/callback_url", "invalid")]),
        ({"requester": {}}, [("/requester/id", "required")]),
        ({"external_id": "x" * 201}, [("/external_id", "max_length")]),
    ],
)
def test_what_is_wrong_with_a_start_is_named(agent, body, errors):
    answer = agent.post(START, body)
    assert (answer.status_code, errors_of(answer)) == (422, errors)
    assert Run.objects.count() == 0


def test_only_an_integrators_key_with_all_the_gates_starts_a_run(it, agent, outsider):
    ann = by_person(it.desk.reviewer)
    assert code_of(ann.post(START, {})) == (403, "not_allowed")
    assert code_of(outsider.post(START, {})) == (404, "not_found")
    assert code_of(agent.post("workflows/unheard/runs/", {})) == (404, "not_found")
    assert code_of(Caller().post(START, {})) == (401, "no_credentials")
    everywhere = by_key(factories.key(name="everywhere"))
    assert everywhere.post(START, {"input": ASKED}).status_code == 201


def test_a_key_sees_the_runs_that_it_started(it, agent):
    other = by_key(factories.key(it.desk.gate, name="other"))
    run = started(agent)
    assert [row["id"] for row in agent.get("runs/").json()["results"]] == [str(run.pk)]
    assert other.get("runs/").json()["results"] == []
    for call in (other.get, other.post):
        assert (
            code_of(
                call(f"runs/{run.pk}/wait/" if call == other.get else f"runs/{run.pk}/cancel/")
            )[0]
            == 404
        )
    assert code_of(other.get(f"runs/{run.pk}/")) == (404, "not_found")


@pytest.mark.parametrize("call", ["cancel", "retry"])
def test_who_may_not_see_a_run_is_not_told_that_it_is_there(it, agent, call):
    run = started(agent)
    stranger = by_person(it.desk.stranger)
    assert code_of(stranger.post(f"runs/{run.pk}/{call}/")) == (404, "not_found")
    assert code_of(stranger.post(f"runs/{run.pk}/{call}/", {"x": 1})) == (404, "not_found")


def test_who_may_not_see_a_run_does_not_wait_for_it_nor_move_it(it, agent):
    run = started(agent)
    stranger = by_person(it.desk.stranger)
    began = monotonic()
    with factories.at(factories.after(300)):
        assert code_of(stranger.get(f"runs/{run.pk}/wait/", seconds=30)) == (404, "not_found")
        assert code_of(stranger.get(f"runs/{run.pk}/")) == (404, "not_found")
    assert monotonic() - began < 20
    assert it.review(run).level == 0


def test_nobody_unknown_or_gone_sees_a_run(it, agent):
    started(agent)
    gone = factories.permit(it.desk.stranger, "reviews.view_run")
    assert Run.objects.visible_to(gone).count() == 1
    gone.is_active = False
    for principal in (gone, AnonymousUser()):
        assert not Run.objects.visible_to(principal).exists()


def test_a_personal_key_has_no_runs_of_its_own(it, agent):
    started(agent)
    personal = factories.personal_key(it.desk.reviewer)
    Run.objects.update(key=personal)
    assert not Run.objects.visible_to(personal).exists()


def test_people_see_the_runs_in_which_their_team_was_asked(it, agent):
    run = started(agent)
    assert by_person(it.desk.reviewer).get(f"runs/{run.pk}/").status_code == 200
    assert by_person(it.desk.stranger).get(f"runs/{run.pk}/").status_code == 404
    auditor = factories.permit(it.desk.stranger, "reviews.view_run")
    assert by_person(auditor).get(f"runs/{run.pk}/").status_code == 200


def test_waiting_returns_when_the_time_is_up_or_the_run_has_ended(it, agent):
    run = started(agent)
    assert agent.get(f"runs/{run.pk}/wait/", seconds=1).json()["status"] == "running"
    it.decide(run)
    assert agent.get(f"runs/{run.pk}/wait/", seconds=60).json()["status"] == "ended"
    assert errors_of(agent.get(f"runs/{run.pk}/wait/", seconds=61)) == [("?seconds", "invalid")]


def test_waiting_applies_what_falls_due(it, agent):
    run = started(agent)
    for seconds in (300, 1200):
        with factories.at(factories.after(seconds)):
            agent.get(f"runs/{run.pk}/wait/", seconds=1)
    assert it.review(run).outcome == "rejected"


def test_one_too_many_who_wait_are_answered_at_once(agent, monkeypatch):
    run = started(agent)
    monkeypatch.setattr(waiting, "_room", Semaphore(0))
    began = monotonic()
    assert agent.get(f"runs/{run.pk}/wait/", seconds=30).json()["status"] == "running"
    assert monotonic() - began < 20


def test_a_retry_says_nothing_more(agent):
    answer = agent.post(f"runs/{started(agent).pk}/retry/", {"step": "do"})
    assert (answer.status_code, errors_of(answer)) == (422, [("/step", "unknown_field")])


def test_a_list_of_workflows_is_paged_and_not_filtered(agent):
    assert errors_of(agent.get("workflows/", status="ended")) == [("?status", "unknown_parameter")]


def test_cancel_ends_it_and_says_so(it, agent):
    run = started(agent)
    body = agent.post(f"runs/{run.pk}/cancel/").json()
    assert (body["status"], body["outcome"]) == ("ended", "cancelled")
    assert code_of(agent.post(f"runs/{run.pk}/cancel/")) == (409, "wrong_state")
    assert not Run.objects.filter(compensates=run).exists()


def test_cancel_may_undo(it, agent):
    run = started(agent)
    assert agent.post(f"runs/{run.pk}/cancel/", {"undo": True}).status_code == 200
    undoing = go_on(Run.objects.get(compensates=run))
    assert agent.get(f"runs/{undoing.pk}/").json()["compensates"] == str(run.pk)


def test_retry_goes_on_from_a_dead_end(it, agent):
    run = started(agent)
    assert code_of(agent.post(f"runs/{run.pk}/retry/")) == (409, "wrong_state")
    does, it.does["tick"] = it.does["tick"], lambda call: 1 / 0
    it.decide(run)
    stuck = agent.get(f"runs/{run.pk}/").json()
    assert (stuck["status"], stuck["steps"][-1]["error"]) == (
        "stuck",
        "ZeroDivisionError: division by zero",
    )
    it.does["tick"] = does
    assert agent.post(f"runs/{run.pk}/retry/").json()["status"] == "running"
    assert go_on(now(run)).outcome == "done"


def test_a_person_needs_the_permission_to_handle_a_run(it, agent):
    run = started(agent)
    ann = by_person(it.desk.reviewer)
    assert code_of(ann.post(f"runs/{run.pk}/cancel/")) == (403, "not_allowed")
    boss = by_person(factories.permit(it.desk.reviewer, "reviews.manage_run"))
    assert boss.post(f"runs/{run.pk}/cancel/").status_code == 200


def test_reading_a_run_applies_a_deadline_that_has_passed(it, agent):
    run = started(agent)
    for seconds in (300, 1200):
        with factories.at(factories.after(seconds)):
            agent.get(f"runs/{run.pk}/")
    assert it.review(run).outcome == "rejected"


def test_workflows_are_listed_with_their_graph_to_who_has_all_their_gates(it, agent, outsider):
    (row,) = agent.get("workflows/").json()["results"]
    assert row == agent.get("workflows/refunds/").json()
    assert (row["slug"], row["version"], row["gates"]) == ("refunds", 1, ["refund"])
    assert [node["name"] for node in row["graph"]["nodes"]] == ["gate", "do", "done"]
    assert outsider.get("workflows/").json()["results"] == []
    assert code_of(outsider.get("workflows/refunds/")) == (404, "not_found")


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_one_and_for_three(it, agent, rows, django_assert_num_queries):
    for number in range(rows):
        started(agent, external_id=f"T-{number}")
        from tests.reviews.runs.shop import graph  # noqa: PLC0415

        publish(graph(*GATED, slug=f"flow{number}"))
    for address in ("runs/", "workflows/"):
        agent.get(address)
    with django_assert_num_queries(2):
        assert len(agent.get("runs/").json()["results"]) == rows
    with django_assert_num_queries(2):
        assert len(agent.get("workflows/").json()["results"]) == rows + 1


def test_runs_are_filtered(it, agent):
    run = started(agent, external_id="T-1")
    started(agent, external_id="T-2")
    it.decide(run)

    def found(**filters):
        return [row["external_id"] for row in agent.get("runs/", **filters).json()["results"]]

    assert found() == ["T-2", "T-1"]
    assert found(status="ended") == ["T-1"]
    assert found(external_id="T-2") == ["T-2"]
    assert found(workflow="other") == []
    assert errors_of(agent.get("runs/", status="lost")) == [("?status", "invalid")]


def test_the_key_that_started_the_run_answers_its_condition():
    ask = confirming("ask", on=dict.fromkeys(("met", "denied", "expired"), "done"), confirms="api")
    with shop(ask, End("done")) as it:
        agent = by_key(it.key)
        started(agent)
        condition = Condition.objects.get()
        other = by_key(factories.key(it.desk.gate, name="other"))
        assert code_of(other.post(f"conditions/{condition.pk}/confirm/")) == (404, "not_found")
        body = agent.post(f"conditions/{condition.pk}/confirm/").json()
        assert (body["workflow"], body["steps"][0]["condition"]["status"]) == ("refunds", "met")
        assert body["steps"][0]["condition"]["url"] is None


def test_the_link_of_a_condition_is_shown_to_who_started_the_run():
    from reviews.transitions.runs.confirming import link_of  # noqa: PLC0415

    ask = confirming("ask", on=dict.fromkeys(("met", "denied", "expired"), "done"))
    with shop(ask, End("done")) as it:
        agent = by_key(it.key)
        run = started(agent)
        shown = agent.get(f"runs/{run.pk}/").json()["steps"][0]["condition"]
        assert shown["url"] == link_of(Condition.objects.get())
        people.cancel(run.pk, actor=it.key.actor())
        shown = agent.get(f"runs/{run.pk}/").json()["steps"][0]["condition"]
        assert (shown["status"], shown["url"]) == ("void", None)
