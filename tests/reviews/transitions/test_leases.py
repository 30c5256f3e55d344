"""Who works on a review: claim, renew, release, assign, pass. A lease ends by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from gates.actors import CLOCK, Actor
from gates.models import Membership
from reviews.errors import DomainError, Escalated, HeldByOther, Invalid, NotAllowed, OwnProposal
from reviews.models import Assignment, Review
from reviews.transitions import leases
from tests.factories import LEASE, T0, Desk, after, at, desk, key, permit, person, team, user
from tests.traces import last_event, messages_of, now, verbs_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

SLOW: dict[str, Any] = {"lease": 60}  # a lease that ends before the review's own deadline
UNTIL = "2026-03-02 09:10:00+00:00"


def held_by(review: Review) -> User | None:
    """Who holds the lease, live or not."""
    return Assignment.objects.get(review=review, ended_at=None).reviewer


def lease_of(review: Review) -> tuple[User | None, object]:
    assignment = Assignment.objects.get(review=review, ended_at=None)
    return assignment.reviewer, assignment.lease_until


def claim(review: Review, by: User) -> Review:
    return leases.claim(review.pk, actor=person(by))


# --- claim


def test_a_claim_gives_the_lease_to_the_person() -> None:
    at_desk = desk()
    review = claim(at_desk.submit(callback_url="https://a.example.com/"), at_desk.reviewer)
    assert lease_of(review) == (at_desk.reviewer, after(LEASE))
    assert (now(review).status, now(review).seen_at) == ("pending", T0)
    assert last_event(review) == ("claimed", "user:ann", {"until": UNTIL})
    assert messages_of(review) == [(1, "review.opened")]


def test_a_claim_touches_neither_deadline_nor_wake_up() -> None:
    """The lease is the reviewer's clock, due_at the gate's."""
    at_desk = desk(**SLOW)
    review = at_desk.submit()
    with at(after(10)):
        claim(review, at_desk.reviewer)
    assert (now(review).due_at, now(review).wake_at) == (after(300), after(300))


def test_another_persons_live_lease_keeps_the_review() -> None:
    at_desk = desk(**SLOW)
    review = claim(at_desk.submit(), at_desk.reviewer)
    with at(after(59.999999)), pytest.raises(HeldByOther) as refused:
        claim(review, at_desk.colleague)
    assert refused.value.code == "held_by_other"
    assert refused.value.extra == {"until": "2026-03-02 09:01:00+00:00"}
    assert held_by(review) == at_desk.reviewer


def test_a_lease_ends_by_itself() -> None:
    at_desk = desk(**SLOW)
    review = claim(at_desk.submit(), at_desk.reviewer)
    with at(after(60)):
        claim(review, at_desk.colleague)
    assert lease_of(review) == (at_desk.colleague, after(120))


def test_claiming_what_one_holds_starts_the_lease_anew() -> None:
    at_desk = desk(**SLOW)
    review = claim(at_desk.submit(), at_desk.reviewer)
    with at(after(30)):
        claim(review, at_desk.reviewer)
    assert lease_of(review) == (at_desk.reviewer, after(90))


# --- renew


def test_renew_starts_the_lease_anew() -> None:
    at_desk = desk(**SLOW)
    review = claim(at_desk.submit(), at_desk.reviewer)
    with at(after(30)):
        leases.renew(review.pk, actor=person(at_desk.reviewer))
    assert lease_of(review) == (at_desk.reviewer, after(90))
    assert last_event(review) == ("renewed", "user:ann", {"until": "2026-03-02 09:01:30+00:00"})


def test_ones_own_expired_lease_may_be_renewed_while_the_review_is_free() -> None:
    at_desk = desk(**SLOW)
    review = claim(at_desk.submit(), at_desk.reviewer)
    with at(after(100)):
        leases.renew(review.pk, actor=person(at_desk.reviewer))
    assert lease_of(review) == (at_desk.reviewer, after(160))


@pytest.mark.parametrize("when", [100, 130])
def test_a_lease_that_somebody_else_took_over_cannot_be_renewed(when: float) -> None:
    """Live or ended: he does not hold it any more."""
    at_desk = desk(**SLOW)
    review = claim(at_desk.submit(), at_desk.reviewer)
    with at(after(60)):
        claim(review, at_desk.colleague)
    with at(after(when)), pytest.raises(HeldByOther):
        leases.renew(review.pk, actor=person(at_desk.reviewer))
    assert held_by(review) == at_desk.colleague


def test_nobody_renews_what_he_never_claimed() -> None:
    at_desk = desk()
    with pytest.raises(HeldByOther):
        leases.renew(at_desk.submit().pk, actor=person(at_desk.reviewer))


# --- release


def test_release_gives_the_review_back_to_the_team() -> None:
    at_desk = desk()
    review = claim(at_desk.submit(), at_desk.reviewer)
    leases.release(review.pk, actor=person(at_desk.reviewer))
    assert lease_of(review) == (None, None)
    assert last_event(review) == ("released", "user:ann", {})
    claim(review, at_desk.colleague)


@pytest.mark.parametrize("claimed", [True, False])
def test_nobody_releases_what_he_does_not_hold(claimed: bool) -> None:
    at_desk = desk()
    review = at_desk.submit()
    if claimed:
        claim(review, at_desk.reviewer)
    with pytest.raises(HeldByOther):
        leases.release(review.pk, actor=person(at_desk.colleague))


# --- assign


def assign(review: Review, by: User, username: str = "ann") -> Review:
    return leases.assign(review.pk, actor=person(by), username=username)


def test_a_lead_of_the_team_that_is_asked_assigns() -> None:
    at_desk = desk()
    boss = user("boss")
    team("support_team", lead=boss)
    review = assign(at_desk.submit(), boss)
    assert lease_of(review) == (at_desk.reviewer, after(LEASE))
    assert last_event(review) == ("assigned", "user:boss", {"reviewer": at_desk.reviewer.pk})


def test_being_given_a_review_is_not_having_seen_it() -> None:
    """An approval by timeout may need eyes on the case; a lead's hand is no eye."""
    at_desk = desk()
    boss = user("boss")
    team("support_team", lead=boss)
    assert now(assign(at_desk.submit(), boss)).seen_at is None
    assert now(assign(at_desk.submit(), boss, "boss")).seen_at == T0


def test_a_lead_may_take_a_review_from_its_holder() -> None:
    at_desk = desk()
    boss = user("boss")
    team("support_team", lead=boss)
    review = claim(at_desk.submit(), at_desk.colleague)
    assert held_by(assign(review, boss)) == at_desk.reviewer


def test_who_has_the_permission_assigns() -> None:
    at_desk = desk()
    boss = permit(at_desk.stranger, "reviews.assign_review")
    assert held_by(assign(at_desk.submit(), boss)) == at_desk.reviewer


def test_a_lead_of_the_team_that_owns_the_gate_assigns() -> None:
    at_desk = desk(owner="owners")
    boss = user("boss")
    team("owners", lead=boss)
    assert held_by(assign(at_desk.submit(), boss)) == at_desk.reviewer


@pytest.mark.parametrize("who", ["reviewer", "colleague", "lead", "stranger"])
def test_nobody_else_assigns(who: str) -> None:
    """Not a plain member, and not the lead of the next level either."""
    at_desk = desk()
    with pytest.raises(NotAllowed):
        assign(at_desk.submit(), getattr(at_desk, who))


@pytest.mark.parametrize("username", ["sid", "lea", "nobody", ""])
def test_only_a_member_of_the_team_that_is_asked_can_be_given_a_review(username: str) -> None:
    at_desk = desk()
    boss = permit(at_desk.stranger, "reviews.assign_review")
    with pytest.raises(Invalid) as refused:
        assign(at_desk.submit(), boss, username)
    assert [(it.pointer, it.code) for it in refused.value.fields] == [("/reviewer", "not_eligible")]


def test_nobody_who_has_left_can_be_given_a_review() -> None:
    at_desk = desk()
    boss = permit(at_desk.stranger, "reviews.assign_review")
    User.objects.filter(username="ann").update(is_active=False)
    with pytest.raises(Invalid):
        assign(at_desk.submit(), boss)


def test_nobody_is_given_his_own_proposal() -> None:
    at_desk = desk()
    boss = permit(at_desk.stranger, "reviews.assign_review")
    with pytest.raises(OwnProposal):
        assign(at_desk.submit(requester={"id": "ann"}), boss)


# --- pass


def test_who_passes_gives_the_review_back_and_is_remembered() -> None:
    at_desk = desk()
    review = claim(at_desk.submit(), at_desk.reviewer)
    leases.pass_on(review.pk, actor=person(at_desk.reviewer))
    assert lease_of(review) == (None, None)
    assert list(Assignment.objects.get(review=review).passed_by.all()) == [at_desk.reviewer]
    assert last_event(review) == ("passed", "user:ann", {})


def test_passing_leaves_another_persons_lease_alone() -> None:
    at_desk = desk()
    review = claim(at_desk.submit(), at_desk.reviewer)
    leases.pass_on(review.pk, actor=person(at_desk.colleague))
    assert held_by(review) == at_desk.reviewer


# --- who may

WHO: dict[str, Callable[[Desk], Actor]] = {
    "stranger": lambda d: person(d.stranger),
    "next level": lambda d: person(d.lead),
    "integrator": lambda d: key(name="any").actor(),
    "the submitting key": lambda d: d.key.actor(),
    "the clock": lambda d: CLOCK,
}
WORK: dict[str, Callable[..., Review]] = {
    "claim": leases.claim,
    "renew": leases.renew,
    "pass": leases.pass_on,
}


@pytest.mark.parametrize("move", WORK)
@pytest.mark.parametrize("who", WHO)
def test_only_members_of_the_level_work_on_a_review(who: str, move: str) -> None:
    at_desk = desk()
    review = at_desk.submit()
    with pytest.raises(NotAllowed) as refused:
        WORK[move](review.pk, actor=WHO[who](at_desk))
    assert refused.value.code == "not_allowed"
    assert verbs_of(review) == ["submitted"]


@pytest.mark.parametrize("who", ["integrator", "the submitting key", "the clock"])
def test_a_release_and_an_assignment_need_a_person(who: str) -> None:
    at_desk = desk()
    review = claim(at_desk.submit(), at_desk.reviewer)
    with pytest.raises(NotAllowed):
        leases.release(review.pk, actor=WHO[who](at_desk))
    with pytest.raises(NotAllowed):
        leases.assign(review.pk, actor=WHO[who](at_desk), username="ben")


def test_who_has_left_the_team_works_on_nothing() -> None:
    at_desk = desk()
    review = at_desk.submit()
    Membership.objects.filter(user=at_desk.reviewer).delete()
    with pytest.raises(NotAllowed):
        claim(review, at_desk.reviewer)


@pytest.mark.parametrize("move", ["claim", "renew"])
@pytest.mark.parametrize("own", ["requester", "key"])
def test_nobody_takes_his_own_proposal(own: str, move: str) -> None:
    at_desk = desk()
    if own == "key":
        at_desk.key = key(at_desk.gate, name="anns", owner=at_desk.reviewer)
    review = at_desk.submit(requester={"id": "ann" if own == "requester" else "joe"})
    with pytest.raises(OwnProposal) as refused:
        WORK[move](review.pk, actor=person(at_desk.reviewer))
    assert refused.value.code == "own_proposal"


@pytest.mark.parametrize("move", WORK)
def test_who_was_asked_before_is_told_that_the_review_went_up(move: str) -> None:
    at_desk = desk()
    review = at_desk.submit()
    with at(after(301)), pytest.raises(Escalated):
        claim(review, at_desk.reviewer)  # this one applies the deadline
    with at(after(302)), pytest.raises(Escalated) as refused:
        WORK[move](review.pk, actor=person(at_desk.colleague))
    assert refused.value.extra == {"level": 1}
    with at(after(303)), pytest.raises(DomainError) as other:
        WORK[move](review.pk, actor=person(at_desk.stranger))
    assert other.value.code == "not_allowed"


def test_the_next_level_claims_after_an_escalation() -> None:
    at_desk = desk()
    review = claim(at_desk.submit(), at_desk.reviewer)
    with at(after(301)):
        with pytest.raises(Escalated):
            claim(review, at_desk.reviewer)
        claim(review, at_desk.lead)
    assert held_by(review) == at_desk.lead
    first = Assignment.objects.get(review=review, level=0)
    assert (first.ending, first.ended_at, first.lease_until) == ("expired", after(301), None)
    assert first.reviewer == at_desk.reviewer
