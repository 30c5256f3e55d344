"""Reading one review."""

import pytest

from gates.models import Event
from reviews.models import Review
from reviews.queries.whole import whole
from reviews.serializers.answers import ReviewSerializer
from reviews.serializers.portraits import review_json
from tests import factories
from tests.factories import STATES, after, at
from tests.reviews.api.calling import by_person, code_of

pytestmark = pytest.mark.django_db

PEOPLE_ONLY = {"assignment", "edit", "votes"}


def test_out_of_scope_is_not_found(desk, outsider, sid):
    review = desk.submit()
    for caller in (outsider, sid):
        assert code_of(caller.get(f"reviews/{review.pk}/")) == (404, "not_found")
    unknown = "01a20466-6ac8-7319-8000-00000ff9932f"
    assert code_of(outsider.get(f"reviews/{unknown}/")) == (404, "not_found")


def test_who_may_see_all_reviews_sees_this_one(desk):
    review = desk.submit()
    auditor = factories.permit(desk.stranger, "reviews.view_all_reviews")
    assert by_person(auditor).get(f"reviews/{review.pk}/").status_code == 200


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_the_members_that_the_schema_names(desk, state):
    (seen,) = whole([desk.review_in(state)])
    documented = set(ReviewSerializer().fields)
    assert set(review_json(seen, person=True)) == documented
    assert set(review_json(seen, person=False)) == documented - PEOPLE_ONLY


@pytest.mark.parametrize("state", ["held", "held_condition"])
def test_an_integrator_sees_nothing_of_a_held_verdict(desk, agent, state):
    pending = agent.get(f"reviews/{desk.review_in('pending').pk}/").json()
    review = desk.review_in(state)
    held = {"status": "held", "held_until": "2026-03-02T09:00:10.000000Z"}
    single = agent.get(f"reviews/{review.pk}/").json()
    (listed,) = agent.get("reviews/", status="held").json()["results"]
    waited = agent.get(f"reviews/{review.pk}/wait/", seconds=1).json()
    for answer in (single, listed, waited):
        own = {name: answer[name] for name in ("id", "url", "submitted_at", "digest")}
        assert answer == pending | held | own


def test_a_reviewer_sees_the_held_verdict(desk, ben):
    answer = ben.get(f"reviews/{desk.review_in('held_condition').pk}/").json()
    assert answer["decision"]["verdict"] == "approve_if"
    assert [row["status"] for row in answer["conditions"]] == ["waiting"]
    assert answer["votes"] == {"given": 1, "needed": 1}


def test_a_released_verdict_is_told_while_conditions_are_open(desk, agent):
    review = desk.review_in("conditional")
    answer = agent.get(f"reviews/{review.pk}/").json()
    assert (answer["status"], answer["outcome"], answer["result"]) == ("conditional", None, None)
    assert answer["decision"]["verdict"] == "approve_if"
    (condition,) = answer["conditions"]
    assert condition == {
        "id": condition["id"],
        "code": "returned",
        "text": "The goods are back",
        "confirms": "api",
        "status": "open",
        "due_at": "2026-03-02T10:00:10.000000Z",
    }


def test_conditions_of_a_verdict_that_was_undone_are_gone(desk, ann, ben):
    review = desk.review_in("held_condition")
    assert ann.post(f"reviews/{review.pk}/undo/").json()["conditions"] == []
    answer = ann.post(f"reviews/{review.pk}/cancel/")
    assert answer.status_code == 403
    boss = by_person(factories.user("root", is_superuser=True))
    assert boss.post(f"reviews/{review.pk}/cancel/").json()["conditions"] == []


def test_conditions_of_a_cancelled_verdict_are_void(desk, agent):
    review = desk.review_in("held_condition")
    answer = agent.post(f"reviews/{review.pk}/cancel/").json()
    assert [row["status"] for row in answer["conditions"]] == ["void"]
    assert answer["decision"]["source"] == "cancel"


def test_a_decision_names_its_person(desk, agent):
    review = desk.review_in("rejected")
    assert agent.get(f"reviews/{review.pk}/").json()["decision"] == {
        "verdict": "reject",
        "source": "human",
        "reviewer": "ann",
        "reasons": ["fraud"],
        "note": "",
        "patch": None,
        "decided_at": "2026-03-02T09:00:00.000000Z",
    }


def test_people_see_who_holds_it(desk, ann, ben):
    review = desk.submit()
    ann.post(f"reviews/{review.pk}/claim/")
    assert ben.get(f"reviews/{review.pk}/").json()["assignment"] == {
        "team": "support_team",
        "reviewer": "ann",
        "lease_until": "2026-03-02T09:10:00.000000Z",
        "level": 0,
        "question": "",
    }


def test_people_see_the_edit_that_is_voted_on(db):
    desk = factories.desk(approvals=2)
    review = desk.submit()
    ann, ben = by_person(desk.reviewer), by_person(desk.colleague)
    edit = {**factories.PROPOSAL, "amount": 50}
    sent = {"verdict": "modify", "proposal": edit}
    answer = ann.post(f"reviews/{review.pk}/decide/", sent).json()
    assert (answer["status"], answer["edit"]) == ("pending", edit)
    assert answer["votes"] == {"given": 1, "needed": 2}
    assert ben.get(f"reviews/{review.pk}/").json()["votes"] == {"given": 1, "needed": 2}
    answer = ben.post(f"reviews/{review.pk}/decide/", {"verdict": "approve"}).json()
    assert (answer["status"], answer["votes"]) == ("held", {"given": 2, "needed": 2})


def test_reading_applies_a_deadline_that_has_passed(desk, agent):
    review = desk.submit()
    with at(after(299)):
        assert agent.get(f"reviews/{review.pk}/").json()["level"] == 0
    with at(after(300)):
        assert agent.get(f"reviews/{review.pk}/").json()["level"] == 1
    assert Event.objects.get(subject_id=str(review.pk), verb="expired").actor == "clock"


def test_the_first_look_of_a_person_is_noted_once(desk, agent, ann, ben):
    review = desk.submit()
    agent.get(f"reviews/{review.pk}/")
    assert Review.objects.get(pk=review.pk).seen_at is None
    ann.get(f"reviews/{review.pk}/")
    with at(after(5)):
        ben.get(f"reviews/{review.pk}/")
    assert Review.objects.get(pk=review.pk).seen_at == after(0)
    seen = Event.objects.filter(subject_id=str(review.pk), verb="seen")
    assert [event.actor for event in seen] == ["user:ann"]


def test_looking_at_a_closed_review_writes_nothing(desk, ann):
    review = desk.review_in("closed_by_timeout")
    events = review.event_count
    ann.get(f"reviews/{review.pk}/")
    assert Review.objects.get(pk=review.pk).event_count == events
