"""HTTP actions: where integrators perform actions of workflows, and the secrets that sign them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gates import performers
from gates.admin.base import ListAdmin, acting, page_of
from reviews import outside
from reviews.errors import Conflict
from reviews.models import Endpoint
from reviews.transitions import endpoints


class EndpointForm(forms.ModelForm):
    """A name and an address, which is asked for by its own rules: a host may have a short name."""

    address = forms.CharField(
        label=_("URL"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField", "inputmode": "url"}),
        help_text=_(
            "https on the public internet; anything else only where ACTION_NETWORKS names it."
        ),
    )

    class Meta:
        model = Endpoint
        fields = ("name",)
        help_texts = {"name": _("What workflows call it; it does not change.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].initial = self.instance.url

    def clean_name(self) -> str:
        """A function of that name would be called in its place."""
        name: str = self.cleaned_data["name"]
        if performers.find(name) is not None:
            raise ValidationError(_("A function of this installation performs that."))
        return name

    def clean_address(self) -> str:
        """Only what may be called; each call checks again."""
        url: str = self.cleaned_data["address"]
        problem = outside.check_url(url, outside.allowed())
        if problem:
            raise ValidationError(problem)
        return url


@admin.register(Endpoint)
class EndpointAdmin(ListAdmin):
    """Written by transitions; the secret is shown to who may change the row, when he asks."""

    form = EndpointForm
    list_display = ("name", "url", "created_at")
    search_fields = ("name",)
    search_help_text = _("A name, whole.")
    ordering = ("name",)
    actions = None
    change_form_template = "admin/reviews/endpoint/change_form.html"
    secret_template = "admin/reviews/endpoint/secret.html"  # noqa: S105 - a template's name

    def get_urls(self) -> list[URLPattern]:
        """With the two buttons."""
        view, found = self.admin_site.admin_view, super().get_urls()
        own = [
            path("<int:pk>/secret/", view(self.secret), name="reviews_endpoint_secret"),
            path("<int:pk>/rotate/", view(self.rotate), name="reviews_endpoint_rotate"),
        ]
        return [*own, *found]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """Never the secret."""
        if obj is None:
            return ["name", "address"]
        url = "address" if self.has_change_permission(request, obj) else "url"
        return ["name", url, "created_at", "callers"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> tuple[str, ...]:
        """Workflows name it, so the name stays."""
        return () if obj is None else ("name", "created_at", "callers")

    @admin.display(description=_("called by"))
    def callers(self, endpoint: Endpoint) -> str:
        """The workflows that call it: it cannot be deleted before them."""
        return ", ".join(endpoints.used_by(endpoint)) or gettext("no workflow")

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        """By a transition."""
        url, actor = form.cleaned_data["address"], acting(request)
        if not change:
            obj.pk = endpoints.add(obj.name, url, actor=actor).pk
        elif url != obj.url:
            endpoints.move(obj.pk, url, actor=actor)

    def delete_model(self, request: HttpRequest, obj: Endpoint) -> None:
        """By a transition, which may refuse."""
        endpoints.delete(obj.pk, actor=acting(request))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What is still called stays, and the page says by whom."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except Conflict as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return redirect(page_of(get_object_or_404(Endpoint, pk=object_id)))

    @method_decorator([require_POST, never_cache])
    def secret(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Shows the secret on a page that nothing keeps."""
        found = endpoints.show(self._changeable(request, pk).pk, actor=acting(request))
        context = {
            **self.admin_site.each_context(request),
            "title": found.name,
            "opts": self.opts,
            "endpoint": found,
        }
        return TemplateResponse(request, self.secret_template, context)

    @method_decorator(require_POST)
    def rotate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Replaces the secret."""
        found = endpoints.rotate(self._changeable(request, pk).pk, actor=acting(request))
        text = gettext("There is a new secret: give it to who answers the calls.")
        self.message_user(request, text, messages.WARNING)
        return redirect(page_of(found))

    def _changeable(self, request: HttpRequest, pk: int) -> Endpoint:
        found = get_object_or_404(Endpoint, pk=pk)
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        return found
