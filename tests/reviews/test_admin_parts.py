"""The parts of a review and the machinery's rows in the admin: to read, by whom it concerns."""

import pytest
from django.urls import reverse

from reviews.models import (
    Assignment,
    Comment,
    Condition,
    Decision,
    Delivery,
    Heartbeat,
    IdempotencyKey,
    Preference,
)
from reviews.transitions import comments
from tests.admins import signed_in
from tests.factories import T0, decide, desk, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nine_o_clock")]
PARTS = (Assignment, Decision, Condition, Comment, Delivery)
SYSTEM = (Heartbeat, IdempotencyKey, Preference)
HOOK = "https://agent.example/hook"
LIST_QUERIES = 5


def address(model, page, *args):
    return reverse(f"admin:reviews_{model._meta.model_name}_{page}", args=args)


def permission(model):
    return f"reviews.view_{model._meta.model_name}"


def complete(office):
    """A review that has every part."""
    review = office.review_in("held_condition", callback_url=HOOK)
    comments.comment(review.pk, actor=person(office.colleague), text="I know this one.")
    return review


@pytest.fixture
def office():
    return desk()


@pytest.fixture
def rows(office):
    complete(office)
    Heartbeat.objects.create(cluster="main", at=T0)
    Preference.objects.create(user=office.reviewer)
    IdempotencyKey.objects.create(
        scope="key:1",
        route="/api/v1/reviews/",
        key="k-1",
        body_hash="0" * 64,
        status_code=200,
        body={"link": "the secret of a link"},
        created_at=T0,
    )


@pytest.mark.parametrize("model", [*PARTS, *SYSTEM])
def test_a_superuser_sees_the_list_and_the_page_of_everything(admin_client, rows, model):
    assert admin_client.get(address(model, "changelist")).status_code == 200
    page = address(model, "change", model.objects.first().pk)
    assert admin_client.get(page).status_code == 200


@pytest.mark.parametrize("model", [*PARTS, *SYSTEM])
def test_nothing_can_be_added_changed_or_deleted(admin_client, rows, model):
    pk = model.objects.first().pk
    page = address(model, "change", pk)
    assert admin_client.get(address(model, "add")).status_code == 403
    assert admin_client.get(address(model, "delete", pk)).status_code == 403
    assert admin_client.post(page, {"text": "mine"}).status_code == 403
    assert 'name="_save"' not in admin_client.get(page).content.decode()


@pytest.mark.parametrize("model", [*PARTS, *SYSTEM])
def test_a_person_without_the_permission_sees_no_list(rows, model):
    assert signed_in("ann").get(address(model, "changelist")).status_code == 403


@pytest.mark.parametrize("model", PARTS)
def test_a_person_sees_the_parts_of_visible_reviews_only(rows, model):
    lists = [
        signed_in(name, permission(model)).get(address(model, "changelist")).context["cl"]
        for name in ("ann", "sid")
    ]
    assert [changes.result_count for changes in lists] == [model.objects.count(), 0]


@pytest.mark.parametrize("model", PARTS)
def test_a_part_is_found_by_the_id_of_its_review(admin_client, office, model):
    complete(office)
    wanted = complete(office)
    found = admin_client.get(address(model, "changelist"), {"q": str(wanted.pk)})
    assert {row.review_id for row in found.context["cl"].result_list} == {wanted.pk}


@pytest.mark.parametrize("model", PARTS)
def test_the_history_of_a_part_is_that_of_its_review(admin_client, rows, model):
    part = model.objects.first()
    response = admin_client.get(address(model, "history", part.pk))
    assert response.url.endswith(f"?subject_type=review&subject_id={part.review_id}")


@pytest.mark.parametrize("model", PARTS)
@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_as_many_queries_for_one_review_as_for_three(
    admin_client, office, model, count, django_assert_num_queries
):
    for _number in range(count):
        complete(office)
    with django_assert_num_queries(LIST_QUERIES):
        admin_client.get(address(model, "changelist"))


def test_the_hash_of_a_conditions_link_is_not_shown(admin_client, office):
    review = office.submit()
    terms = {"text": "The goods are back", "confirms": "link"}
    decide(review, office.reviewer, "approve_if", conditions=(terms,))
    made = Condition.objects.get()
    assert made.token_hash
    for page in (address(Condition, "changelist"), address(Condition, "change", made.pk)):
        assert made.token_hash not in admin_client.get(page).content.decode()
    guess = {"token_hash__startswith": made.token_hash[:5]}
    assert admin_client.get(address(Condition, "changelist"), guess).status_code == 400


def test_stored_answers_are_not_shown(admin_client, rows):
    page = address(IdempotencyKey, "change", IdempotencyKey.objects.get().pk)
    assert "the secret of a link" not in admin_client.get(page).content.decode()
