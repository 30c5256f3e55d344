"""The page of a run: who sees it, what it shows, what one may do there, how it looks again."""

import pytest
from django.test import Client

from gates import clock
from gates.graph import Action, End
from gates.performers import Refused
from reviews.models import Run, Step
from tests.factories import after, at, permit, user
from tests.reviews.runs.shop import asking, confirming, go_on, path, shop
from tests.reviews.views.visiting import browser, script, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

MANY = (
    Action("analyse", "analyse_ticket", "execute"),
    Action("execute", "issue_refund", "audit", compensate="reverse_refund"),
    Action("audit", "tick", "done"),
    End("done"),
)


def url(run, last=""):
    return f"/runs/{run.pk}/{last}"


def manager():
    """Somebody who sees and manages all runs, and belongs to no team."""
    return permit(user("boss"), "reviews.view_run", "reviews.manage_run")


def auditor():
    """Somebody who sees all runs."""
    return permit(user("ada"), "reviews.view_run")


def failing(it, action="issue_refund", error="The bank said no."):
    """That action will fail for good."""

    def refuse(call):
        raise Refused(error)

    it.does[action] = refuse


def halfway(it):
    """A run of MANY that failed for good after it had given money back."""
    it.does["issue_refund"] = lambda call: {"refunded": 1}
    failing(it, "tick")
    return go_on(it.start())


def stuck(it):
    """A run that failed for good after an approval."""
    failing(it)
    run = go_on(it.start())
    it.decide(run)
    return run


def approved(it):
    """A run that went through."""
    run = go_on(it.start())
    it.decide(run)
    return run


def course(client, run):
    return client.get(url(run)).context["course"]


# --- who sees it


def test_the_team_that_was_asked_sees_the_run_and_others_do_not():
    with shop() as it:
        run = go_on(it.start())
        found = [browser(it.desk.reviewer).get(url(run)), browser(it.desk.stranger).get(url(run))]
    assert [response.status_code for response in found] == [200, 404]


def test_who_may_see_runs_sees_all():
    with shop() as it:
        assert browser(auditor()).get(url(it.start())).status_code == 200


def test_signed_out_one_signs_in_first():
    with shop() as it:
        run = it.start()
        there = f"/login/?next=%2Fruns%2F{run.pk}%2F"
        assert where(Client().get(url(run))) == (302, there)
        response = Client().get(url(run), headers=script("course"))
    assert (response.status_code, response["HX-Redirect"]) == (200, there)


def test_a_run_that_there_is_not_is_not_found():
    missing = "/runs/0190d9a4-0000-7000-8000-000000000000/"
    assert browser(manager()).get(missing).status_code == 404


# --- what it shows


def test_the_head_says_whose_run_it_is_and_where_it_is():
    with shop() as it:
        run = go_on(it.start(requester={"id": "jane"}, external_id="order-17"))
        text = text_of(browser(auditor()).get(url(run)))
    for said in ("Run of refunds", "version 1", "order-17", "shop", "jane", str(run.pk)):
        assert said in text
    place = f'href="#step-{step_of(run, "gate").pk}" >gate</a> <span class="state warnc">'
    assert place in text


def step_of(run, node):
    return Step.objects.filter(run=run, node=node).latest("id")


def test_the_steps_are_there_in_order_each_with_its_anchor():
    with shop() as it:
        run = approved(it)
        response = browser(auditor()).get(url(run))
    shown = [stage.step for stage in response.context["course"].stages]
    names = ["analyse", "propose", "gate", "execute", "done"]
    assert [step.node for step in shown] == names
    text = text_of(response)
    assert all(f'id="step-{step.pk}"' in text for step in shown)
    assert all(f'<span id="step-{name}">' in text for name in names)


def test_the_node_leads_to_its_last_round_only():
    with shop() as it:
        run = go_on(it.start())
        it.decide(run, "reject")
        response = browser(auditor()).get(url(run))
    stages = response.context["course"].stages
    assert [(one.step.node, one.step.round, one.last) for one in stages if one.name == "gate"] == [
        ("gate", 1, False),
        ("gate", 2, True),
    ]
    assert text_of(response).count('<span id="step-gate">') == 1


def test_the_path_that_was_taken_is_drawn():
    with shop() as it:
        drawing = course(browser(auditor()), approved(it)).drawing
    assert {box.node: box.state for box in drawing.boxes if box.state} == dict.fromkeys(
        ["analyse", "propose", "gate", "execute", "done"], "done"
    )
    taken = [(arrow.source, arrow.target) for arrow in drawing.arrows if arrow.taken]
    assert taken == [
        ("analyse", "propose"),
        ("propose", "gate"),
        ("gate", "execute"),
        ("execute", "done"),
    ]


def test_what_was_skipped_is_drawn_as_passed():
    with shop() as it:
        run = stuck(it)
        browser(manager()).post(url(run, "skip/"))
        go_on(run)
        drawing = course(browser(auditor()), run).drawing
    assert {box.node: box.state for box in drawing.boxes}["execute"] == "skipped"
    assert ("execute", "done") in [(one.source, one.target) for one in drawing.arrows if one.taken]


def test_a_step_links_its_review_to_who_may_see_that():
    with shop() as it:
        run = go_on(it.start())
        there = f'href="/reviews/{it.review(run).pk}/"'
        assert there in text_of(browser(it.desk.reviewer).get(url(run)))
        assert there not in text_of(browser(auditor()).get(url(run)))


def test_payloads_are_escaped():
    with shop() as it:
        run = it.start({"order": "<script>alert(1)</script>"})
        text = text_of(browser(auditor()).get(url(run)))
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_who_manages_runs_gets_the_link_of_a_condition_that_is_open():
    with shop(*waiting_outside()) as it:
        run = go_on(it.start())
        [mine, theirs] = [text_of(browser(who).get(url(run))) for who in (manager(), auditor())]
        secret = it.calls[-1].data["url"]
    assert f'value="{secret}"' in mine
    assert secret not in theirs
    assert "You sent the lamp back" in theirs
    assert "jane@example.com" in theirs


def waiting_outside():
    on = {"met": "done", "denied": "done", "expired": "done"}
    ask = confirming("ask", on=on, send="mail_link", contact="input.email", timeout=3600)
    return (ask, End("done"))


def test_opening_it_applies_what_is_due():
    with shop(*waiting_outside()) as it:
        run = go_on(it.start())
        with at(after(3600)):
            found = course(browser(auditor()), run)
    assert (found.run.status, path(run)[0]) == ("ended", ("ask", "expired"))


def test_an_attempt_that_failed_says_when_the_next_one_is():
    def later(call):
        raise RuntimeError("The bank is asleep.")

    with shop(*MANY) as it:
        it.does["issue_refund"] = later
        run = go_on(it.start())
        found = course(browser(auditor()), run)
        text = text_of(browser(auditor()).get(url(run)))
    assert found.here.again_at == after(2)
    assert "The bank is asleep." in text
    assert "Next attempt in" in text


def test_a_run_and_what_undoes_it_lead_to_each_other():
    with shop(*MANY) as it:
        run = halfway(it)
        client = browser(manager())
        client.post(url(run, "cancel/"), {"undo": "yes"})
        undoing = go_on(Run.objects.get(compensates=run))
        assert f'href="{url(undoing)}"' in text_of(client.get(url(run)))
        text = text_of(client.get(url(undoing)))
    assert f'href="{url(run)}"' in text
    assert f'href="{url(run)}#step-{step_of(run, "execute").pk}"' in text
    assert "Undoes execute, round 1" in text
    assert it.done[-1][0] == "reverse_refund"


# --- looking again


def test_the_page_looks_again_only_while_the_run_goes_on():
    with shop() as it:
        client = browser(auditor())
        run = go_on(it.start())
        assert "every 2s" in text_of(client.get(url(run)))
        it.decide(run)
        assert "every 2s" not in text_of(client.get(url(run)))
        assert "every 2s" not in text_of(client.get(url(stuck(it))))


def test_a_script_gets_the_part_and_nothing_while_nothing_changes():
    with shop() as it:
        client = browser(it.desk.reviewer)
        run = go_on(it.start())
        first = client.get(url(run), headers=script("course"))
        assert text_of(first).startswith('<div class="run" id="course"')
        seen = {"seen": first.context["course"].mark}
        again = client.get(url(run), seen, headers=script("course"))
        assert (again.status_code, again.content) == (204, b"")
        assert client.get(url(run), seen).status_code == 200
        it.decide(run)
        assert client.get(url(run), seen, headers=script("course")).status_code == 200


def test_what_becomes_of_the_review_is_news():
    with shop(undo_window=60) as it:
        client = browser(it.desk.reviewer)
        run = go_on(it.start())
        before = course(client, run).mark
        it.decide(run)
        assert course(client, run).mark != before


def test_the_review_leads_to_its_run():
    with shop() as it:
        run = go_on(it.start())
        text = text_of(browser(it.desk.reviewer).get(f"/reviews/{it.review(run).pk}/"))
        alone = text_of(browser(it.desk.reviewer).get(f"/reviews/{it.desk.submit().pk}/"))
    assert f'href="{url(run)}#step-{step_of(run, "gate").pk}"' in text
    assert "/runs/" not in alone


def test_long_runs_show_their_last_steps(monkeypatch):
    monkeypatch.setattr("reviews.queries.run_pages.MOST_STEPS", 2)
    with shop() as it:
        found = course(browser(auditor()), approved(it))
    assert ([stage.name for stage in found.stages], found.cut) == (["execute", "done"], True)


def test_a_graph_may_ask_twice():
    nodes = (
        Action("propose", "propose_refund", "one"),
        asking("one", "two", data="propose"),
        asking("two", "done", data="propose"),
        End("done"),
    )
    with shop(*nodes) as it:
        run = go_on(it.start())
        it.decide(run)
        found = course(browser(it.desk.reviewer), run)
    assert [stage.review is not None for stage in found.stages] == [False, True, True]
    assert clock.now() == found.now
