"""The stage on which the demo's history is played, and where it is not played at all."""

import pytest

from gates import clock
from hitl_project.demo import history
from hitl_project.demo.history.stage import Stage
from hitl_project.demo.seeding import plant
from reviews.errors import WrongState
from reviews.models import Review
from tests.factories import after, review_in

pytestmark = pytest.mark.django_db


def test_a_database_that_is_in_use_gets_no_history(settings):
    settings.DEBUG = True
    review_in("pending")
    assert history.planted()
    plant(past=True)
    assert Review.objects.count() == 1


def test_a_stage_makes_moves_in_the_order_of_their_moments_and_none_after_its_end():
    stage, made = Stage(end=after(20)), []
    for seconds in (15, 5, 21):
        stage.plan(after(seconds), lambda: made.append(clock.now()))
    stage.run()
    assert made == [after(5), after(15)]


def test_a_move_that_a_gate_refuses_is_kept_and_stops_nothing():
    stage, made = Stage(end=after(20)), []

    def refuse():
        raise WrongState("Not now.")

    stage.plan(after(1), refuse)
    stage.plan(after(2), lambda: made.append(clock.now()))
    stage.run()
    assert (stage.refused, made) == (["Not now."], [after(2)])
