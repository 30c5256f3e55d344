"""Which buttons a review's page offers: those of moves that may succeed, and no others."""

import pytest
from django.urls import reverse

from reviews.transitions import leases
from tests.admins import signed_in
from tests.factories import after, at, decide, desk, permit, person, sweep, team, user
from tests.reviews.pressing import press

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]
DECIDES = ["approve", "reject"]
DIRECTS = ["assign", "prioritise"]


def page(client, review):
    return client.get(reverse("admin:reviews_review_change", args=[review.pk]))


def offered(client, review):
    return [move.name for move in page(client, review).context["moves"]]


@pytest.fixture
def office():
    return desk()


@pytest.fixture
def ann(office):
    return signed_in("ann")


def test_who_is_asked_may_claim_decide_and_escalate(ann, office):
    assert offered(ann, office.submit()) == ["claim", *DECIDES, "escalate"]


def test_who_holds_it_may_release_it(ann, office):
    review = office.submit()
    leases.claim(review.pk, actor=person(office.reviewer))
    assert offered(ann, review) == ["release", *DECIDES, "escalate"]


def test_what_another_person_holds_offers_nothing(ann, office):
    review = office.submit()
    leases.claim(review.pk, actor=person(office.colleague))
    assert offered(ann, review) == []


def test_ones_own_proposal_may_only_go_up(ann, office):
    assert offered(ann, office.submit(requester={"id": "ann"})) == ["escalate"]


def test_at_the_top_nobody_can_be_asked_any_more(office):
    review = office.submit()
    sweep(after(300))
    with at(after(301)):
        assert offered(signed_in("lea"), review) == ["claim", *DECIDES, *DIRECTS]


def test_who_has_voted_does_not_decide_again():
    council = desk(slug="council", approvals=2)
    review = council.submit()
    decide(review, council.reviewer)
    assert offered(signed_in("ann"), review) == ["escalate"]


def test_what_breaks_the_limits_cannot_be_approved_as_it_is():
    strict = desk(slug="strict", limits="proposal.amount < 100")
    assert "approve" not in offered(signed_in("ann"), strict.submit())


def test_a_lead_of_the_team_directs_it(office):
    team("support_team", lead=user("tess"))
    assert offered(signed_in("tess"), office.submit()) == ["claim", *DECIDES, "escalate", *DIRECTS]


def test_who_may_assign_and_cancel_any_review_is_offered_that(office):
    permit(user("ada"), "reviews.assign_review", "reviews.cancel_review")
    ada = signed_in("ada", "reviews.view_all_reviews")
    assert offered(ada, office.submit()) == [*DIRECTS, "cancel"]


def test_ones_own_verdict_may_be_taken_back_while_it_is_held(ann, office):
    review = office.review_in("held")
    assert offered(ann, review) == ["undo"]
    response = press(ann, "undo", review)
    assert response.url == reverse("admin:reviews_review_change", args=[review.pk])
    assert offered(ann, review) == ["release", *DECIDES, "escalate"]


def test_anothers_verdict_may_not(office):
    ben = signed_in("ben")
    review = office.review_in("held")
    assert offered(ben, review) == []
    press(ben, "undo", review)
    assert page(ben, review).context["review"].status == "held"


@pytest.mark.parametrize("state", ["held", "conditional"])
def test_what_is_not_closed_may_be_cancelled(office, state):
    permit(user("ada"), "reviews.cancel_review")
    ada = signed_in("ada", "reviews.view_all_reviews")
    review = office.review_in(state)
    with office.later(5 if state == "held" else 12):
        assert offered(ada, review) == ["cancel"]


def test_what_is_closed_offers_nothing(admin_client, office):
    assert offered(admin_client, office.review_in("rejected")) == []


# --- verdicts that need a form of their own -------------------------------------------------------


def links(client, review):
    return [(link.label, link.url) for link in page(client, review).context["verdicts"]]


def test_verdicts_with_a_form_are_given_in_the_workspace(ann, office):
    review = office.submit()
    workspace = reverse("review", args=[review.pk])
    assert links(ann, review) == [
        ("modify", f"{workspace}?verdict=modify"),
        ("approve on a condition", f"{workspace}?verdict=approve_if"),
        ("answer", f"{workspace}?verdict=respond"),
    ]


def test_where_several_must_agree_only_an_edit_is_left():
    council = desk(slug="council", approvals=2)
    assert [label for label, _url in links(signed_in("ann"), council.submit())] == ["modify"]


def test_who_may_not_decide_is_sent_nowhere(admin_client, office):
    assert links(admin_client, office.submit()) == []
