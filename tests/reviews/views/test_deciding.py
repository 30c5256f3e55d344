"""Verdicts given on the page: what is sent, what comes of it, and what a refusal leaves."""

import pytest

from reviews.models import Condition, Draft, Preference, Review
from reviews.transitions import escalations, leases
from tests.factories import (
    LINES,
    ONE_LEVEL,
    PARTIAL,
    after,
    at,
    desk,
    permit,
    person,
    user,
)
from tests.factories import decide as decided_by
from tests.reviews.views.visiting import browser, decide, page, script, stored, text_of, where

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]

QUEUE = "/queues/support_team/"
SENT = {
    "approve": {},
    "modify": {"edit_0": "100"},
    "partial": {"item_0": "approve", "item_1": "reject", "reasons_1": "fraud", "reasons": "fraud"},
    "approve_if": {"conditions": "returned"},
    "reject": {"reasons": "fraud"},
    "respond": {"message": "Call us, please."},
}
PROPOSED = {"amount": 120, "order": "A-17", "lines": LINES}
TYPED = {"reasons": "fraud", "note": "The lamp was never sent"}


def begun(**overrides):
    """A desk, a review of two lines at it, and the browser of who is asked."""
    at_desk = desk(**(PARTIAL | overrides))
    return at_desk, at_desk.submit(PROPOSED), browser(at_desk.reviewer)


def verdicts():
    return list(Review.objects.get().decisions.values_list("verdict", flat=True))


def kept():
    return list(Draft.objects.values_list("user__username", "verdict", "fields"))


@pytest.mark.parametrize("verdict", SENT)
def test_each_verdict_is_given(verdict):
    _desk, review, ann = begun()
    response = decide(ann, review, verdict, **SENT[verdict])
    assert where(response) == (302, page(review))
    found = stored()
    assert (found.status, found.held_decision.verdict) == ("held", verdict)
    assert found.held_decision.reviewer.get_username() == "ann"
    assert found.held_decision.digest == review.digest


@pytest.mark.parametrize(
    ("verdict", "sent"),
    [
        ("modify", {"edit_0": "a lot", "note": "Less"}),
        ("modify", {"edit_0": "120", "note": "Less"}),
        ("approve_if", {"note": "Less"}),
        ("reject", {"note": "Less"}),
        ("respond", {"message": " ", "note": "Less"}),
        ("partial", {"item_0": "approve", "note": "Less"}),
    ],
)
def test_what_is_incomplete_comes_back_as_it_was_typed(verdict, sent):
    _desk, review, ann = begun()
    response = decide(ann, review, verdict, **sent)
    assert response.status_code == 422
    assert 'role="alert"' in text_of(response)
    panel = response.context["panel"]
    assert [panel[name].value() for name in sent] == list(sent.values())
    assert verdicts() == []


def test_the_digest_is_required():
    _desk, review, ann = begun()
    response = ann.post(page(review, "decide/"), {"verdict": "approve"})
    assert response.status_code == 422
    assert verdicts() == []


@pytest.mark.parametrize("verdict", ["nonsense", "", "cancel"])
def test_what_is_no_verdict_is_not_found(verdict):
    _desk, review, ann = begun()
    assert decide(ann, review, verdict).status_code == 404
    assert verdicts() == []


def test_a_verdict_that_the_gate_does_not_offer_is_not_found():
    _desk, review, ann = begun(options=("approve", "reject"), conditions=())
    assert decide(ann, review, "respond", message="Well").status_code == 404


def test_somebody_else_does_not_find_it():
    at_desk, review, _ann = begun()
    assert decide(browser(at_desk.stranger), review, "approve").status_code == 404
    assert browser(at_desk.reviewer).get(page(review, "decide/")).status_code == 405
    assert verdicts() == []


def test_the_script_gets_the_page_without_the_frame():
    _desk, review, ann = begun()
    sent = {"verdict": "reject", "digest": review.digest}
    response = ann.post(page(review, "decide/"), sent, headers=script("main"))
    assert (response.status_code, text_of(response)[:15]) == (422, '<main class="ca')
    done = ann.post(page(review, "decide/"), sent | TYPED, headers=script("main"))
    assert (done.status_code, done["HX-Redirect"]) == (200, page(review))


# --- refused: what happened is said, what was typed stays


def refused(response, status, code):
    """The refusal shows, and the form with what was typed; it is kept as a draft as well."""
    assert (response.status_code, response.context["refusal"].code) == (status, code)
    panel = response.context["panel"]
    assert (panel["note"].value(), panel["reasons"].value()) == (TYPED["note"], ["fraud"])
    assert TYPED["note"] in text_of(response)
    fields = {name: [value] for name, value in TYPED.items()}
    assert kept() == [("ann", "reject", fields | {"verdict": ["reject"]})]


def test_a_colleague_was_quicker_to_take_it():
    at_desk, review, ann = begun()
    leases.claim(review.pk, actor=person(at_desk.colleague))
    refused(decide(ann, review, "reject", **TYPED), 409, "held_by_other")


def test_a_colleague_was_quicker_to_decide():
    at_desk, review, ann = begun()
    decided_by(review, at_desk.colleague)
    refused(decide(ann, review, "reject", **TYPED), 409, "already_decided")
    assert verdicts() == ["approve"]


def test_it_went_up_meanwhile():
    at_desk, review, ann = begun()
    escalations.escalate(review.pk, actor=person(at_desk.colleague))
    refused(decide(ann, review, "reject", **TYPED), 409, "escalated")


def test_it_is_not_what_was_looked_at():
    _desk, review, ann = begun()
    refused(decide(ann, review, "reject", **TYPED, digest="0" * 64), 409, "changed")
    assert verdicts() == []


def test_time_ran_out_while_it_was_typed():
    _desk, review, ann = begun(**ONE_LEVEL)
    with at(after(300)):
        refused(decide(ann, review, "reject", **TYPED), 410, "expired")
    assert stored().final_decision.source == "timeout"


def test_time_ran_out_and_it_went_up():
    _desk, review, ann = begun()
    with at(after(300)):
        refused(decide(ann, review, "reject", **TYPED), 409, "escalated")


def test_nobody_decides_his_own_proposal():
    _desk, _review, ann = begun()
    Review.objects.all().update(requester={"id": "ann"})
    refused(decide(ann, Review.objects.get(), "reject", **TYPED), 403, "own_proposal")
    assert verdicts() == []


def test_who_may_only_look_is_refused():
    _desk, review, _ann = begun()
    auditor = permit(user("auditor"), "reviews.view_all_reviews")
    response = decide(browser(auditor), review, "reject", **TYPED)
    assert (response.status_code, verdicts()) == (403, [])


def test_a_verdict_that_is_given_leaves_no_draft():
    _desk, review, ann = begun()
    ann.post(page(review, "draft/"), {"verdict": "reject", **TYPED})
    decide(ann, review, "reject", **TYPED)
    assert kept() == []


# --- where to, afterwards


def back(ann, review, address):
    return decide(ann, review, "approve", back=address)


def test_the_next_review_of_the_queue_opens():
    at_desk, review, ann = begun()
    following = at_desk.submit(PROPOSED)
    response = back(ann, review, f"{QUEUE}?tab=available&review={review.pk}")
    assert where(response) == (302, f"{QUEUE}?tab=available&review={following.pk}")


def test_the_next_review_passes_the_filters_of_the_list():
    at_desk, review, ann = begun()
    at_desk.submit(PROPOSED)
    wanted = at_desk.submit(PROPOSED, recommendation="reject")
    response = back(ann, review, f"{QUEUE}?advice=reject&review={review.pk}&after=x")
    assert where(response) == (302, f"{QUEUE}?advice=reject&review={wanted.pk}")


def test_without_a_next_review_the_list_is_all_that_is_left():
    _desk, review, ann = begun()
    assert where(back(ann, review, f"{QUEUE}?review={review.pk}")) == (302, QUEUE)


def test_who_prefers_it_stays():
    at_desk, review, ann = begun()
    at_desk.submit(PROPOSED)
    Preference.objects.create(user=at_desk.reviewer, after_decision="stay")
    here = f"{QUEUE}?review={review.pk}"
    assert where(back(ann, review, here)) == (302, here)


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "///elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "http:elsewhere.example",
        " //elsewhere.example",
        "/\t/elsewhere.example",
        "",
    ],
)
def test_nobody_is_led_to_another_site(address):
    _desk, review, ann = begun()
    again = decide(ann, review, "reject", back=address)
    assert again.context["back"] == page(review)
    assert where(back(ann, review, address)) == (302, page(review))


@pytest.mark.parametrize("address", ["/queues/support_leads/", "/queues/nowhere/", "/nothing/"])
def test_a_page_that_is_not_ones_own_is_no_error_once_the_verdict_is_given(address):
    _desk, review, ann = begun()
    assert where(back(ann, review, address)) == (302, address)
    assert verdicts() == ["approve"]


# --- links of conditions


def test_the_links_of_an_approval_show_once():
    _desk, review, ann = begun()
    sent = {"text_0": "The address is right", "confirms_0": "link"}
    response = decide(ann, review, "approve_if", **sent)
    assert response.status_code == 200
    [link] = response.context["links"]
    assert link["text"] == "The address is right"
    assert f'value="{link["url"]}"' in text_of(response)
    secret = link["url"].rstrip("/").rpartition("/")[2]
    assert secret not in text_of(ann.get(page(review)))
    assert secret != Condition.objects.get().token_hash


# --- trying out


def test_a_preview_writes_nothing():
    _desk, review, ann = begun()
    sent = {"verdict": "modify", "digest": review.digest, "edit_0": "100"}
    response = ann.post(page(review, "preview/"), sent, headers=script("preview"))
    assert response.status_code == 200
    assert "<!DOCTYPE" not in text_of(response)
    found = Review.objects.get()
    assert (found.status, found.seen_at, verdicts(), kept()) == ("pending", None, [], [])


def test_the_preview_button_works_without_a_script_and_writes_no_verdict():
    _desk, review, ann = begun()
    response = decide(ann, review, "modify", edit_0="100", preview="1")
    assert (response.status_code, response.context["panel"]["edit_0"].value()) == (200, "100")
    assert (verdicts(), kept()) == ([], [])


def test_only_who_may_see_it_tries_it_out(client):
    at_desk, review, ann = begun()
    sent = {"verdict": "modify", "digest": review.digest}
    there = page(review, "preview/")
    assert where(client.post(there, sent)) == (302, f"/login/?next={there}")
    assert browser(at_desk.stranger).post(there, sent).status_code == 404
    assert ann.get(there).status_code == 405
    assert ann.post(there, sent | {"verdict": "x"}).status_code == 404
