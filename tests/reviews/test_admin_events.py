"""The events of runs are said in words, wherever the admin lists events."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from gates.graph import Action, End
from gates.models import Event
from gates.performers import Refused
from reviews.models import Run
from reviews.templatetags.events import VERBS, event_data, run_event
from reviews.transitions.runs import people
from tests.admins import signed_in
from tests.factories import permit, person, user
from tests.reviews.runs.shop import go_on, shop
from tests.reviews.views.visiting import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]
STEPS = (Action("pay", "tick", "done", compensate="reverse_refund"), End("done"))


def said(run):
    rows = Event.objects.filter(subject_type="run", subject_id=str(run.pk))
    return [run_event(event) for event in rows.order_by("seq")]


def refuse(call):
    raise Refused("The bank said no.")


def test_what_a_run_did_is_said_in_order():
    with shop() as it:
        run = go_on(it.start())
        it.decide(run, "reject", reasons=("fraud",))
    assert said(run) == [
        "Started: version 1",
        "Action begun: analyse, analyse_ticket, attempt 1",
        "Done: analyse",
        "Action begun: propose, propose_refund, attempt 1",
        "Done: propose",
        "Put before a gate: gate",
        "Done: gate, rejected",
        "Action begun: revise, revise_refund, attempt 1",
        "Done: revise",
        "Put before a gate: gate, round 2",
    ]


def test_what_failed_and_what_people_did_is_said():
    with shop(*STEPS) as it:
        it.does["tick"] = refuse
        run = go_on(it.start())
        boss = person(permit(user("boss"), people.MANAGE))
        people.retry(run.pk, actor=boss)
        go_on(run)
        people.cancel(run.pk, actor=boss, undo=True)
        undoing = go_on(Run.objects.get(compensates=run))
    tried = ["Action begun: pay, tick, attempt 1", "Stuck: pay, 1 attempt"]
    assert said(run) == [
        *("Started: version 1", *tried, "Retried: pay", *tried),
        *("Cancelled: pay", "Ended: cancelled"),
    ]
    assert said(undoing) == [
        f"Started: undoes run {run.pk}",
        "Done",
        "Action begun: pay, reverse_refund, attempt 1",
        "Done: pay, compensated",
        "Ended: compensated",
    ]


def test_every_verb_of_a_run_has_words():
    source = Path("reviews/transitions/runs")
    logged = {
        verb
        for path in source.glob("*.py")
        for verb in re.findall(r"\.log\((?:[\w.()]+, )?\"(\w+)\"", path.read_text())
    }
    statuses = {"done", "skipped", "cancelled"}
    answers = {f"condition_{it}" for it in ("met", "denied", "expired")}
    assert VERBS.keys() == logged | statuses | answers


def test_what_comes_from_outside_is_spelt_out_and_cut():
    event = Event(subject_type="run", verb="done", data={"node": "b", "outcome": "x\u202e" * 200})
    shown = run_event(event)
    assert "\u202e" not in shown
    assert shown.endswith("…")
    assert event_data(Event(subject_type="run", verb="<b>", data={})) == (
        '<span class="gh-short">&lt;b&gt;</span>'
    )


def test_of_anything_else_the_data_is_shown_as_it_is_stored():
    event = Event(subject_type="gate", verb="published", data={"version": 1})
    assert event_data(event) == '<span class="gh-short">{&quot;version&quot;: 1}</span>'


@pytest.mark.parametrize("place", ["list", "page"])
def test_the_admin_shows_the_words_and_no_ids_of_steps(place):
    with shop(*STEPS) as it:
        run = go_on(it.start())
        client = signed_in("ada", "reviews.view_run", "gates.view_event")
        shown = client.get(reverse("admin:reviews_run_change", args=[run.pk]))
        listed = client.get(f"{reverse('admin:gates_event_changelist')}?subject_id={run.pk}")
    text = text_of(listed if place == "list" else shown)
    assert text.count('<span class="gh-short">Action begun: pay, tick, attempt 1</span>') == 1
    assert "&quot;step&quot;: &quot;" not in text
