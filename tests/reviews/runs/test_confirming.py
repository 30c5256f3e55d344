"""Conditions of a workflow at their edges: late, sent in vain, answered before or after."""

from datetime import timedelta

import pytest

from gates.graph import Condition as Node
from gates.graph import End
from gates.performers import Refused
from reviews import engine
from reviews.errors import AlreadyDecided, Expired, NotAllowed
from reviews.models import Condition, Step
from reviews.transitions import conditions
from reviews.transitions.runs import walking
from reviews.transitions.runs.confirming import link_of, secret_of
from tests.factories import T0, at, person
from tests.reviews.runs.shop import confirming, go_on, now, path, shop, tick

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

ON = {"met": "yes", "denied": "no", "expired": "late"}
ENDS = (End("yes"), End("no"), End("late"))


def ask(**more):
    return (confirming("ask", on=ON, timeout=3600, **more), *ENDS)


def test_a_link_that_was_not_answered_in_time_is_void():
    with shop(*ask()) as it:
        run = tick(3600, it.start())
        condition = Condition.objects.get()
    assert (run.outcome, condition.status, condition.token_hash) == ("late", "expired", None)


def test_who_reads_a_run_after_the_time_is_told_that_nobody_answered():
    with shop(*ask()) as it:
        run = it.start()
        with at(T0 + timedelta(seconds=3600)):
            engine.up_to_date(run.pk)
    assert now(run).outcome == "late"


def test_who_comes_after_the_time_is_told_so_whether_or_not_it_was_noted():
    with shop(*ask(confirms="api")) as it:
        run, condition = it.start(), Condition.objects.get()
        for _ in range(2):
            with at(T0 + timedelta(seconds=3600)), pytest.raises(Expired):
                conditions.confirm(condition.pk, actor=it.key.actor())
            tick(3600, run)
    assert now(run).outcome == "late"


def test_what_was_answered_is_not_answered_again_before_the_run_goes_on():
    with shop(*ask(confirms="api")) as it:
        run, condition = it.start(), Condition.objects.get()
        conditions.confirm(condition.pk, actor=it.key.actor())
        with pytest.raises(AlreadyDecided):
            conditions.deny(condition.pk, actor=it.key.actor())
        assert go_on(run).outcome == "yes"


def test_a_link_is_answered_by_nobody_but_the_person_outside():
    with shop(*ask()) as it:
        it.start()
        condition = Condition.objects.get()
        for other in (it.key.actor(), person(it.desk.reviewer)):
            with pytest.raises(NotAllowed):
                conditions.confirm(condition.pk, actor=other)


def test_only_a_link_has_an_address():
    with shop(*ask(confirms="api")) as it:
        it.start()
        assert link_of(Condition.objects.get()) == ""


def test_a_link_whose_sender_died_is_sent_again():
    with shop(*ask(send="mail_link")) as it:
        run = it.start()
        assert walking.advance(Step.objects.get().pk) is not None
        with at(T0 + timedelta(seconds=45)):
            engine.drive()
        lost = Step.objects.get()
        assert (lost.status, lost.attempts, lost.error) == (
            "waiting",
            1,
            "No answer within 30 seconds: it took too long or its worker died.",
        )
        tick(47, run)
    sent = Step.objects.get()
    assert (sent.status, sent.attempts, sent.error) == ("waiting", 2, "")


def test_an_answer_counts_although_the_link_could_not_be_sent():
    def refuse(call):
        raise Refused("no such address")

    with shop(*ask(send="mail_link")) as it:
        it.does["mail_link"] = refuse
        run = go_on(it.start())
        assert (run.status, path(run)) == ("stuck", [("ask", "failed")])
        conditions.answer_by_link(secret_of(Condition.objects.get()), met=True)
        assert now(run).status == "running"
        assert go_on(run).outcome == "yes"


def test_long_names_and_contacts_are_cut_to_what_a_row_holds():
    node = Node("n" * 64, "Is it so?", ON, contact="input.to", confirms="api")
    with shop(node, *ENDS) as it:
        it.start({"to": "x" * 201})
    assert Condition.objects.values_list("code", "contact").get() == ("n" * 50, "x" * 200)


def test_a_contact_that_is_null_is_none():
    with shop(*ask(contact="input.to")) as it:
        it.start({"to": None})
    assert Condition.objects.get().contact == ""
