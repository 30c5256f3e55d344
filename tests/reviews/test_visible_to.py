"""Who sees which reviews: every list goes through `visible_to`."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from gates.models import ApiKey, Membership
from gates.policy import Step
from reviews.models import Review
from reviews.transitions import escalations
from tests.factories import (
    ONE_LEVEL,
    TIMEOUT,
    Desk,
    after,
    decide,
    desk,
    gate,
    key,
    permit,
    person,
    personal_key,
    submit,
    sweep,
    team,
    user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

SEE_ALL = "reviews.view_all_reviews"
Principal = User | AnonymousUser | ApiKey


def sees(principal: Principal, review: Review) -> bool:
    return Review.objects.visible_to(principal).filter(pk=review.pk).exists()


def elsewhere() -> Review:
    """A review of a team to which nobody belongs."""
    vault = gate(**(ONE_LEVEL | {"slug": "vault", "steps": (Step("vault_team", TIMEOUT),)}))
    return submit(vault, key(vault, name="vault"))


# --- people


def test_a_member_sees_what_his_team_is_asked() -> None:
    at_desk = desk()
    mine, other = at_desk.submit(), elsewhere()
    assert (sees(at_desk.reviewer, mine), sees(at_desk.reviewer, other)) == (True, False)


def test_who_belongs_to_no_team_sees_nothing() -> None:
    at_desk = desk()
    at_desk.submit()
    assert list(Review.objects.visible_to(at_desk.stranger)) == []


def test_who_left_the_team_sees_nothing() -> None:
    at_desk = desk()
    review = at_desk.submit()
    Membership.objects.filter(user=at_desk.reviewer).delete()
    assert not sees(at_desk.reviewer, review)


def test_a_lead_sees_what_his_team_sees_and_no_more() -> None:
    at_desk = desk()
    review, boss = at_desk.submit(), user("boss")
    team("support_team", lead=boss)
    assert (sees(boss, review), sees(boss, elsewhere())) == (True, False)


def test_the_team_above_sees_a_review_from_when_it_is_asked() -> None:
    at_desk = desk()
    review = at_desk.submit()
    assert not sees(at_desk.lead, review)
    escalations.escalate(review.pk, actor=person(at_desk.reviewer))
    assert sees(at_desk.lead, review)


def test_the_team_that_was_asked_before_still_sees_it() -> None:
    at_desk = desk()
    review = at_desk.submit()
    sweep(after(TIMEOUT))
    assert sees(at_desk.reviewer, review)


def test_a_closed_review_stays_visible() -> None:
    at_desk = desk()
    review = at_desk.review_in("closed_by_human")
    assert sees(at_desk.colleague, review)


def test_the_team_that_owns_the_gate_sees_all_its_reviews() -> None:
    """Also those that went to no person."""
    owner = user("own")
    team("product", owner)
    at_desk = desk(owner="product")
    asked, passed = at_desk.submit(), at_desk.review_in("closed_by_policy")
    assert (sees(owner, asked), sees(owner, passed), sees(owner, elsewhere())) == (
        True,
        True,
        False,
    )


def test_what_went_to_nobody_is_not_seen_by_the_team_that_was_not_asked() -> None:
    at_desk = desk()
    assert not sees(at_desk.reviewer, at_desk.review_in("closed_by_policy"))


def test_an_auditor_sees_everything() -> None:
    auditor = permit(user("aud"), SEE_ALL)
    assert sees(auditor, elsewhere())


def test_a_group_makes_an_auditor() -> None:
    group = Group.objects.create(name="Seers")
    group.permissions.add(Permission.objects.get(codename="view_all_reviews"))
    auditor = user("aud")
    auditor.groups.add(group)
    assert sees(auditor, elsewhere())


def test_the_plain_permission_of_the_admin_pages_shows_no_review() -> None:
    """`view_review` opens the page, `visible_to` fills it."""
    assert not sees(permit(user("clerk"), "reviews.view_review"), elsewhere())


def test_a_superuser_sees_everything() -> None:
    assert sees(user("root", is_superuser=True), elsewhere())


@pytest.mark.parametrize("rank", ["member", "auditor", "superuser"])
def test_who_is_not_active_sees_nothing(rank: str) -> None:
    at_desk = desk()
    review = at_desk.submit()
    gone = permit(at_desk.reviewer, SEE_ALL) if rank == "auditor" else at_desk.reviewer
    gone.is_active, gone.is_superuser = False, rank == "superuser"
    gone.save()
    assert not sees(gone, review)


def test_who_is_not_signed_in_sees_nothing() -> None:
    assert not sees(AnonymousUser(), desk().submit())


def test_two_teams_that_were_asked_show_a_review_once() -> None:
    at_desk = desk()
    review = at_desk.submit()
    team("support_leads", at_desk.reviewer)
    sweep(after(TIMEOUT))
    assert list(Review.objects.visible_to(at_desk.reviewer)) == [review]


# --- keys


def two_gates() -> tuple[Desk, Review, Review]:
    at_desk = desk()
    return at_desk, at_desk.submit(), elsewhere()


def test_an_integrators_key_sees_the_reviews_of_its_gates() -> None:
    at_desk, mine, other = two_gates()
    assert (sees(at_desk.key, mine), sees(at_desk.key, other)) == (True, False)


def test_also_those_that_another_key_submitted() -> None:
    at_desk, mine, _ = two_gates()
    assert sees(key(at_desk.gate, name="second"), mine)


def test_a_key_for_all_gates_sees_everything() -> None:
    _, mine, other = two_gates()
    every = key(name="every")
    assert (sees(every, mine), sees(every, other)) == (True, True)


def test_a_key_without_gates_sees_nothing() -> None:
    at_desk, mine, _ = two_gates()
    bare = key(at_desk.gate, name="bare")
    bare.gates.clear()
    assert not sees(bare, mine)


def test_the_owner_of_an_integrators_key_lends_it_no_rights() -> None:
    _, _, other = two_gates()
    assert not sees(key(desk().gate, owner=user("root", is_superuser=True)), other)


def test_a_personal_key_sees_what_its_person_sees() -> None:
    at_desk, mine, other = two_gates()
    hers = personal_key(at_desk.reviewer)
    assert (sees(hers, mine), sees(hers, other)) == (True, False)
    assert sees(personal_key(permit(user("aud"), SEE_ALL)), other)


def test_a_personal_key_sees_nothing_beyond_through_its_gates() -> None:
    at_desk, mine, _ = two_gates()
    his = personal_key(at_desk.stranger)
    his.gates.add(at_desk.gate)
    assert not sees(his, mine)


def test_a_personal_key_ends_with_its_person() -> None:
    at_desk, mine, _ = two_gates()
    at_desk.reviewer.is_active = False
    at_desk.reviewer.save()
    assert not sees(personal_key(at_desk.reviewer), mine)


# --- lists


def test_the_queue_puts_the_most_urgent_first() -> None:
    """Priority, then deadline, then age."""
    calm, urgent = desk(slug="calm", priority="low"), desk(slug="urgent", priority="critical")
    soon = desk(slug="soon", priority="low", steps=(Step("support_team", 60), Step("up", 60)))
    rows = [calm.submit(), calm.submit(), soon.submit(), urgent.submit()]
    queue = Review.objects.visible_to(calm.reviewer).pending().in_queue_order()
    order = [rows[3], rows[2], *sorted(rows[:2], key=lambda row: row.pk)]
    assert list(queue) == order


def test_pending_and_open() -> None:
    at_desk = desk()
    waits = at_desk.submit()
    held = decide(at_desk.submit(), at_desk.reviewer)
    at_desk.review_in("closed_by_cancel")
    assert list(Review.objects.pending()) == [waits]
    assert set(Review.objects.open()) == {waits, held}
