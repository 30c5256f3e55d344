"""Parts that a review or a run has, as lists of their own."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from gates.admin.base import CappedPaginator, ListAdmin, page_of
from gates.admin.display import json_field, linked, seconds_field, visible
from reviews.admin.paging import ByKeys, KeyedAdmin
from reviews.admin.parts import PartAdmin
from reviews.models import Condition, Delivery, Review, Run
from reviews.models.review import SEE_ALL
from reviews.models.run import SEE_RUNS
from reviews.queries.named import uuid_of
from reviews.queries.run_pages import SENT

MOST = CappedPaginator.CAP + 1


class Newest(ByKeys):
    """Knows the keys where they have been looked for already."""

    @cached_property
    def keys(self) -> list[Any]:
        """Those that were found, or what the rows say."""
        found: list[Any] | None = getattr(self.object_list, "newest", None)
        return super().keys if found is None else found


class BothSides(ChangeList):
    """The newest rows of reviews and the newest of runs, looked for apart: asked for both at once,
    a planner reads all reviews.
    """

    model_admin: SidesAdmin

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        """The rows, with the keys of the newest; for who sees everything there is one side only."""
        keys: set[Any] = set()
        sides = self.model_admin.sides(request)
        for side in sides:
            self.root_queryset = side
            rows: Any = super().get_queryset(request, exclude_parameters)
            if len(sides) == 1:
                return cast("QuerySet[Any]", rows)
            keys.update(rows.values_list("pk", flat=True)[:MOST])
        self.root_queryset = self.model_admin.get_queryset(request)
        rows = super().get_queryset(request, exclude_parameters)
        rows.newest = sorted(keys, reverse=True)[:MOST]
        return cast("QuerySet[Any]", rows)


class SidesAdmin(PartAdmin, KeyedAdmin):
    """Parts of the reviews and of the runs that the person may see. `run` is the way to the run."""

    paginator = Newest
    get_search_results = ListAdmin.get_search_results
    run: ClassVar[str]
    search_help_text = _("The id of a review, a run, or of the row itself, whole.")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Both kinds in one list."""
        return BothSides

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of what is visible only; asked row by row, as a page has one."""
        reviews = Review.objects.visible_to(request.user).filter(pk=OuterRef("review"))
        runs = Run.objects.visible_to(request.user).filter(pk=OuterRef(self.run))
        rows: QuerySet[Any] = self.all_rows(request)
        return rows.filter(Q(Exists(reviews)) | Q(Exists(runs)))

    def all_rows(self, request: HttpRequest) -> QuerySet[Any]:
        """Whoever may see them; with whether the person may see all runs, for their links."""
        sees_runs = Value(request.user.has_perm(SEE_RUNS))
        rows: QuerySet[Any] = super().all_rows(request).annotate(sees_runs=sees_runs)
        return rows

    def sides(self, request: HttpRequest) -> list[QuerySet[Any]]:
        """Those of visible reviews and those of visible runs; all, for who may see all of both."""
        rows, reader = self.all_rows(request), request.user
        if reader.has_perms((SEE_ALL, SEE_RUNS)):
            return [rows]
        reviews = Review.objects.visible_to(reader).values("pk")
        runs = Run.objects.visible_to(reader).values("pk")
        return [rows.filter(review__in=reviews), rows.filter(**{f"{self.run}__in": runs})]

    def matching(self, term: str) -> Q:
        """The row with that id, or those of the review or run with it; one index each."""
        pk, rows = uuid_of(term), self.model.objects.order_by()
        one, *others = (rows.filter(**{name: pk}).values("pk") for name in self._named)
        return Q(pk__in=one.union(*others)) if pk else Q(pk__in=())

    @property
    def _named(self) -> tuple[str, ...]:
        return ("pk", "review", self.run)

    def subject_of(self, row: Any) -> Any:
        """The review or the run tells of its parts."""
        return row.review or self.run_of(row)

    def run_of(self, row: Any) -> Run:
        """The run of a row that has no review."""
        raise NotImplementedError

    @admin.display(description=_("of"))
    def whose(self, row: Any) -> SafeString:
        """On to its review or its run; to the workspace, if the person may not see all runs."""
        subject = self.subject_of(row)
        here = subject == row.review or row.sees_runs
        url = page_of(subject) if here else reverse("run", args=[subject.pk])
        return linked((url, visible(str(subject)) or str(subject.pk)))


@admin.register(Condition)
class ConditionAdmin(SidesAdmin):
    """What an approval or a run is bound to. The hash of a link is not shown."""

    run = "step__run"
    heavy = (
        *PartAdmin.heavy,
        *("step__data", "step__output"),
        *(f"step__run__{name}" for name in SENT),
    )
    list_display = ("text", "whose", "confirms", "status", "due_at", "answered_by")
    list_select_related = ("review", "step__run__workflow")
    fields = (
        "whose",
        ("decision", "step"),
        ("code", "confirms", "contact"),
        "text",
        ("status", "due_at", "timeout_shown"),
        ("answered_at", "answered_by"),
    )
    readonly_fields = ("whose", "timeout_shown")
    timeout_shown = seconds_field("timeout", _("timeout"))

    def run_of(self, row: Condition) -> Run:
        """By the step that asks."""
        assert row.step is not None  # noqa: S101 - the table's own constraint
        return row.step.run


@admin.register(Delivery)
class DeliveryAdmin(SidesAdmin):
    """The outbox."""

    run = "run"
    heavy = (*PartAdmin.heavy, *(f"run__{name}" for name in SENT), "body")
    list_display = ("created_at", "whose", "type", "seq", "url")
    list_select_related = ("review", "run__workflow")
    fields = ("whose", ("created_at", "type", "seq"), "url", "body_shown")
    readonly_fields = ("whose", "body_shown")
    body_shown = json_field("body", _("body"))

    def run_of(self, row: Delivery) -> Run:
        """It names it."""
        assert row.run is not None  # noqa: S101 - the table's own constraint
        return row.run
