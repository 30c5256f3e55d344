"""What people do to reviews from the admin: by transitions, with their rights and refusals."""

import pytest
from django.urls import reverse

from gates.policy import Batch, Reason
from reviews.models import Decision, Review
from reviews.transitions import leases
from tests.admins import shown, signed_in
from tests.factories import LEASE, after, at, decide, desk, person
from tests.reviews.pressing import (
    MOVE,
    QUEUE,
    RESULT,
    became,
    choose,
    confirm,
    press,
    refused,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]
OTHER = Reason("other", "Something else", needs_note=True)
PREFERENCE = 1  # whose page it is, in which zone


def now(review):
    return Review.objects.get(pk=review.pk)


@pytest.fixture
def office():
    return desk(batch=Batch("true", 10), reasons=(Reason("fraud", "Looks like fraud"), OTHER))


@pytest.fixture
def reviewer(office):
    return signed_in("ann")


# --- one review ----------------------------------------------------------------------------------


def test_a_review_is_claimed_from_its_page(reviewer, office):
    review = office.submit()
    response = press(reviewer, "claim", review)
    assert response.url == reverse("admin:reviews_review_change", args=[review.pk])
    assignment = now(review).assignment
    assert (assignment.reviewer, assignment.lease_until) == (office.reviewer, after(LEASE))


@pytest.mark.parametrize("move", ["approve", "reject", "escalate"])
def test_pressing_a_button_asks_first(reviewer, office, move):
    review = office.submit()
    response = press(reviewer, move, review)
    assert (response.status_code, now(review).status, now(review).level) == (200, "pending", 0)
    assert response.context["title"] == f"{move.capitalize()} this review?"


def test_nothing_is_preselected(reviewer, office):
    page = press(reviewer, "reject", office.submit()).content.decode()
    assert "checked" not in page
    assert page.count('type="checkbox"') == 2


def test_the_page_that_asks_shows_what_is_decided_on(reviewer, office):
    page = press(reviewer, "approve", office.submit(rationale="It broke.")).content.decode()
    for shown_there in ("A-17", "Three orders", "It broke.", "tests ask a person"):
        assert shown_there in page


def test_a_review_is_approved(reviewer, office):
    review = office.submit()
    response = confirm(reviewer, "approve", review, note="All fine.")
    decision = now(review).held_decision
    assert (decision.verdict, decision.reviewer, decision.note) == (
        "approve",
        office.reviewer,
        "All fine.",
    )
    assert (decision.digest, response.url) == (review.digest, QUEUE)
    link = reverse("admin:reviews_review_change", args=[review.pk])
    assert told(response) == [f'Approved: <a href="{link}">Approve refund of 120</a>']


def test_a_review_is_rejected_with_reasons(reviewer, office):
    review = office.submit()
    confirm(reviewer, "reject", review, reasons=["fraud", "other"], note="Twice this week.")
    decision = now(review).held_decision
    assert (decision.verdict, decision.reasons, decision.note) == (
        "reject",
        ["fraud", "other"],
        "Twice this week.",
    )


def test_a_review_is_escalated(reviewer, office):
    review = office.submit()
    confirm(reviewer, "escalate", review)
    assert (now(review).level, now(review).team.slug) == (1, "support_leads")


def test_reading_the_address_of_moves_does_nothing(reviewer, office):
    review = office.submit()
    response = reviewer.get(MOVE, {"move": "approve", "shown": shown(review), "confirmed": "yes"})
    assert (response.status_code, response.url) == (302, QUEUE)
    assert now(review).status == "pending"


def test_a_form_without_a_token_is_refused(office):
    client = signed_in("ann")
    client.handler.enforce_csrf_checks = True
    review = office.submit()
    assert confirm(client, "approve", review).status_code == 403
    assert now(review).status == "pending"


# --- what is refused comes back with what was typed ----------------------------------------------


def test_a_rejection_needs_a_reason_and_keeps_the_note(reviewer, office):
    review = office.submit()
    response = confirm(reviewer, "reject", review, note="Twice this week.")
    assert (response.status_code, now(review).status) == (422, "pending")
    assert response.context["form"].errors == {"reasons": ["Give at least one reason."]}
    assert "Twice this week." in response.content.decode()


def test_a_reason_that_needs_a_note_asks_for_it(reviewer, office):
    response = confirm(reviewer, "reject", office.submit(), reasons=["other"])
    assert response.status_code == 422
    assert refused(response) == [
        "“Approve refund of 120”: “Something else” needs a note. (note_required)"
    ]
    assert 'value="other" id="id_reasons_1" checked' in response.content.decode()


def test_a_reason_of_no_gate_is_refused(reviewer, office):
    review = office.submit()
    assert confirm(reviewer, "reject", review, reasons=["made_up"]).status_code == 422
    assert now(review).status == "pending"


def test_a_proposal_that_changed_is_refused_and_shown_anew():
    council = desk(slug="council", approvals=2)
    ann, review = signed_in("ann"), council.submit()
    decide(review, council.colleague, "modify", proposal={"amount": 90, "order": "A-17"})
    response = confirm(ann, "approve", review, note="Seen.")
    assert response.status_code == 409
    assert refused(response) == [
        "“Approve refund of 120”: The proposal changed after you opened it. (changed)"
    ]
    page = response.content.decode()
    assert "<dt>Amount</dt><dd>90</dd>" in page
    assert "Seen." in page
    assert response.context["shown"] == shown(now(review))
    assert confirm(ann, "approve", now(review)).status_code == 302
    assert now(review).status == "held"


def test_asking_first_keeps_the_digest_of_what_was_shown_before():
    council = desk(slug="council", approvals=2)
    review = council.submit()
    decide(review, council.colleague, "modify", proposal={"amount": 90, "order": "A-17"})
    asked = press(signed_in("ann"), "approve", review)
    assert asked.context["shown"] == shown(review)


def test_a_form_without_a_digest_decides_nothing(reviewer, office):
    review = office.submit()
    sent = {"move": "approve", "shown": [str(review.pk)], "confirmed": "yes"}
    assert reviewer.post(MOVE, sent).status_code == 404
    assert now(review).status == "pending"


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [("held", 409, "already_decided"), ("closed_by_timeout", 410, "expired")],
)
def test_a_verdict_that_comes_too_late_is_refused(reviewer, office, state, status, code):
    response = confirm(reviewer, "approve", office.review_in(state))
    assert response.status_code == status
    assert refused(response)[0].endswith(f"({code})")


def test_a_deadline_that_passes_before_the_verdict_is_applied_instead(reviewer, office):
    review = office.submit()
    with at(after(300)):
        response = confirm(reviewer, "approve", review)
    assert (response.status_code, now(review).level) == (409, 1)
    assert refused(response)[0].endswith("(escalated)")


def test_what_another_person_holds_is_refused(reviewer, office):
    review = office.submit()
    leases.claim(review.pk, actor=person(office.colleague))
    response = confirm(reviewer, "approve", review)
    assert response.status_code == 409
    assert refused(response)[0].endswith("(held_by_other)")


def test_a_claim_that_is_refused_says_so_on_the_page(reviewer, office):
    review = office.submit()
    leases.claim(review.pk, actor=person(office.colleague))
    assert told(press(reviewer, "claim", review)) == [
        "“Approve refund of 120”: Another person is working on this. (held_by_other)"
    ]


# --- rights: those of the transitions, no more ----------------------------------------------------


@pytest.mark.parametrize("move", ["approve", "escalate"])
def test_a_superuser_outside_the_team_is_refused(admin_client, office, move):
    review = office.submit()
    response = confirm(admin_client, move, review)
    assert (response.status_code, now(review).status, now(review).level) == (403, "pending", 0)
    assert refused(response)[0].endswith("(not_allowed)")


def test_an_auditor_is_refused(office):
    auditor = signed_in("ada", "reviews.view_all_reviews")
    review = office.submit()
    assert confirm(auditor, "approve", review).status_code == 403
    assert told(press(auditor, "claim", review))[0].endswith("(not_allowed)")


def test_nobody_decides_what_was_proposed_for_him(reviewer, office):
    response = confirm(reviewer, "approve", office.submit(requester={"id": "ann"}))
    assert response.status_code == 403
    assert refused(response)[0].endswith("(own_proposal)")


def test_a_review_that_the_person_may_not_see_is_not_found(office):
    review = office.submit()
    assert confirm(signed_in("sid"), "approve", review).status_code == 404
    assert now(review).status == "pending"


def test_a_member_without_the_permission_to_see_reviews_is_refused(client, office):
    ben = office.colleague
    ben.is_staff = True
    ben.save()
    client.force_login(ben)
    assert confirm(client, "approve", office.submit()).status_code == 403


def test_a_member_who_is_no_staff_is_sent_to_sign_in(client, office):
    client.force_login(office.colleague)
    review = office.submit()
    assert confirm(client, "approve", review).status_code == 302
    assert now(review).status == "pending"


def test_a_move_that_does_not_exist_is_not_found(reviewer, office):
    assert confirm(reviewer, "overturn", office.submit()).status_code == 404


# --- many ----------------------------------------------------------------------------------------


def test_the_list_offers_the_moves_and_nothing_else(reviewer, office):
    office.submit()
    form = reviewer.get(QUEUE).context["action_form"]
    names = [name for name, _label in form.fields["action"].choices]
    assert names == [
        "",
        "claim",
        "release",
        "approve",
        "reject",
        "escalate",
        "assign",
        "prioritise",
        "cancel",
    ]


def test_many_are_claimed_at_once_with_an_answer_for_each(reviewer, office):
    free, taken, mine = office.submit(), office.submit(), office.submit()
    leases.claim(taken.pk, actor=person(office.colleague))
    response = choose(reviewer, "claim", free, taken, mine)
    assert response.url == RESULT
    assert became(reviewer) == {free.pk: "", taken.pk: "held_by_other", mine.pk: ""}
    holders = [now(review).assignment.reviewer for review in (free, taken, mine)]
    assert holders == [office.reviewer, office.colleague, office.reviewer]


@pytest.mark.parametrize("move", ["approve", "reject", "escalate"])
def test_choosing_in_the_list_asks_first(reviewer, office, move):
    chosen = [office.submit(), office.submit()]
    response = choose(reviewer, move, *chosen)
    assert response.status_code == 200
    assert response.context["title"] == f"{move.capitalize()}: 2 reviews"
    assert sorted(response.context["shown"]) == sorted(shown(*chosen))
    assert {now(review).status for review in chosen} == {"pending"}


def test_many_are_approved_with_an_answer_for_each(reviewer, office):
    chosen = [office.submit(confidence=0.99) for _number in range(3)]
    odd = office.submit({"amount": 5, "order": "A-17", "lines": []}, confidence=0.99)
    confirm(reviewer, "approve", *chosen, odd)
    done = {review.pk: "" for review in chosen}
    assert became(reviewer) == done | {odd.pk: "outlier, unusual_kind"}
    assert [now(review).status for review in (*chosen, odd)] == ["held"] * 3 + ["pending"]


def test_many_are_rejected(reviewer, office):
    chosen = [office.submit(), office.submit()]
    confirm(reviewer, "reject", *chosen, reasons=["fraud"], note="A ring.")
    assert [now(review).held_decision.note for review in chosen] == ["A ring.", "A ring."]


def test_many_are_escalated(reviewer, office):
    chosen = [office.submit(), office.submit()]
    confirm(reviewer, "escalate", *chosen)
    assert [now(review).level for review in chosen] == [1, 1]


def test_a_gate_without_a_batch_rule_takes_no_batch_approval(reviewer):
    strict = desk(slug="strict")
    chosen = [strict.submit(), strict.submit()]
    response = confirm(reviewer, "approve", *chosen, note="Both.")
    assert response.status_code == 422
    assert refused(response)[0].endswith("(batch_not_allowed)")
    assert "Both." in response.content.decode()
    assert not Decision.objects.exists()


def test_where_all_are_refused_what_was_typed_comes_back(reviewer, office):
    chosen = [office.submit(), office.submit()]
    response = confirm(reviewer, "reject", *chosen, reasons=["other"])
    assert (response.status_code, len(refused(response))) == (422, 2)


def test_one_that_changed_is_refused_and_the_others_are_decided():
    council = desk(slug="council", approvals=2)
    same, changed = council.submit(), council.submit()
    decide(changed, council.colleague, "modify", proposal={"amount": 90, "order": "A-17"})
    ann = signed_in("ann")
    confirm(ann, "reject", same, changed, reasons=["fraud"])
    assert became(ann) == {same.pk: "", changed.pk: "changed"}
    assert [now(review).status for review in (same, changed)] == ["held", "pending"]


def test_reasons_of_all_gates_are_offered(reviewer, office):
    other = desk(slug="loan", reasons=(Reason("income", "Too little income"),))
    form = choose(reviewer, "reject", office.submit(), other.submit()).context["form"]
    assert form.fields["reasons"].choices == [
        ("fraud", "Looks like fraud"),
        ("other", "Something else (needs a note)"),
        ("income", "Too little income"),
    ]


def test_all_that_a_filter_leaves_can_be_chosen(reviewer, office):
    chosen = [office.submit(), office.submit()]
    sent = {"action": "escalate", "_selected_action": [str(chosen[0].pk)]}
    response = reviewer.post(QUEUE, sent | {"select_across": "1", "index": "0"})
    assert sorted(response.context["shown"]) == sorted(shown(*chosen))


def test_the_filters_of_the_list_are_kept_on_the_way(reviewer, office):
    review = office.submit()
    sent = {"action": "escalate", "_selected_action": [str(review.pk)], "index": "0"}
    asked = reviewer.post(f"{QUEUE}?priority=2", sent)
    action = f"{MOVE}?_changelist_filters=priority%3D2"
    assert f'action="{action}"' in asked.content.decode()
    sent = {"move": "escalate", "shown": shown(review), "confirmed": "yes"}
    assert reviewer.post(action, sent).url == f"{QUEUE}?priority=2"


@pytest.mark.parametrize(
    ("move", "queries"),
    [("reject", 5), ("escalate", 6), ("assign", 7), ("prioritise", 5), ("cancel", 5)],
)
@pytest.mark.parametrize("count", [1, 3])
def test_asking_takes_as_many_queries_for_one_as_for_three(
    reviewer, office, move, queries, count, django_assert_num_queries
):
    chosen = [office.submit() for _number in range(count)]
    for review in chosen:
        leases.claim(review.pk, actor=person(office.colleague))
    press(reviewer, move, *chosen)
    names_of_its_chain = int(count == 1)  # one review comes with why it is here
    with django_assert_num_queries(queries + PREFERENCE + names_of_its_chain):
        press(reviewer, move, *chosen)
