"""The admin on a million rows: no list counts or reads a whole table, whatever is registered."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.filters import SimpleListFilter
from django.db import connection
from django.db.models import ForeignKey, ManyToManyField
from django.forms import ModelChoiceField
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gates.admin.base import PER_PAGE, CappedPaginator
from gates.transitions import teams
from reviews.models import Heartbeat, IdempotencyKey, Preference
from reviews.transitions import comments
from tests.factories import T0, at, desk, person, user

pytestmark = pytest.mark.django_db
# Written by hand, one by one: as many rows as people have made.
SMALL = {"gates.Gate", "gates.Team", "gates.Calendar", "gates.ApiKey", "auth.Group"}
PAGES: dict[str, Any] = {model._meta.label: page for model, page in admin.site._registry.items()}
QUERIES = {
    "auth.User": 6,
    "gates.ApiKey": 6,
    "reviews.Review": 7,
}
USUAL = 5


def url_of(label):
    model = apps.get_model(label)
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("label", PAGES)
def test_no_list_counts_all_rows_or_sorts_by_what_is_clicked(label):
    page = PAGES[label]
    assert issubclass(page.paginator, CappedPaginator)
    assert page.show_full_result_count is False
    assert page.show_facets == admin.ShowFacets.NEVER
    assert page.date_hierarchy is None
    assert (page.list_per_page, page.list_max_show_all) == (PER_PAGE, PER_PAGE)
    assert tuple(page.sortable_by) == ()
    assert page.ordering


@pytest.mark.parametrize("label", PAGES)
def test_no_filter_gathers_its_choices_from_the_rows(label):
    filters = PAGES[label].list_filter
    assert [item for item in filters if not issubclass(item, SimpleListFilter)] == []


@pytest.mark.parametrize("label", PAGES)
def test_a_list_that_shows_a_relation_names_what_it_joins(label):
    page = PAGES[label]
    fields = {field.name: field for field in page.opts.get_fields()}
    related = [name for name in page.list_display if isinstance(fields.get(name), ForeignKey)]
    assert page.list_select_related is not True
    joined = page.list_select_related or ()
    firsts = {name.partition("__")[0] for name in joined}
    assert [name for name in related if name not in firsts] == []


@pytest.mark.parametrize("label", [label for label in PAGES if label not in SMALL])
def test_a_search_is_for_whole_values_of_indexed_columns(label):
    page = PAGES[label]
    its_own = vars(type(page)).keys()
    takes_care_itself = {"matching", "named", "get_search_results"} & its_own
    unindexed = [name for name in page.search_fields if not _indexed(page.opts, name)]
    assert takes_care_itself or unindexed == []


@pytest.mark.parametrize("label", PAGES)
def test_no_form_lists_a_large_table(label, admin_user):
    page, request = PAGES[label], RequestFactory().get("/")
    request.user = admin_user
    if not page.has_add_permission(request):
        return
    fields = page.get_form(request)().fields.values()
    choices: list[Any] = [field for field in fields if type(field) is ModelChoiceField]
    assert {field.queryset.model._meta.label for field in choices} <= SMALL


def _indexed(opts, name):
    if "__" in name:
        return False
    field = opts.get_field(name)
    return (
        field.primary_key
        or field.unique
        or field.db_index
        or isinstance(field, ForeignKey | ManyToManyField)
    )


@pytest.mark.parametrize("label", PAGES)
@pytest.mark.parametrize("count", [1, 3])
def test_every_list_takes_as_many_queries_for_one_row_as_for_three(admin_client, label, count):
    office = desk()
    for number in range(count):
        _row_of_everything(office, number)
    admin_client.get(url_of(label))
    with at(T0), CaptureQueriesContext(connection) as asked:
        assert admin_client.get(url_of(label)).status_code == 200
    counting = [row["sql"] for row in asked if re.search(r"COUNT\(\*\)", row["sql"])]
    assert [sql for sql in counting if "LIMIT 1001" not in sql] == []
    assert len(asked) == QUERIES.get(label, USUAL)


def _row_of_everything(office, number):
    review = office.review_in("held_condition", callback_url="https://agent.example/hook")
    comments.comment(review.pk, actor=person(office.colleague), text="Seen.")
    office.submit()
    someone = user(f"someone{number}")
    Preference.objects.create(user=someone)
    Heartbeat.objects.create(cluster=f"cluster{number}", at=T0)
    IdempotencyKey.objects.create(
        scope="key:1",
        route="/",
        key=f"k{number}",
        body_hash="0",
        status_code=200,
        body={},
        created_at=T0,
    )
    teams.change_members(
        review.team_id, actor=person(someone), leads={someone.pk: False}, gone=set()
    )
