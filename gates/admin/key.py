"""API keys: made and revoked here; the secret is shown once, its hash never."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gates.actors import Actor
from gates.admin.base import AuditedAdmin, ListAdmin, acting, signed_in
from gates.admin.forms import PersonField
from gates.models import ApiKey
from gates.transitions import keys


class NewKeyForm(forms.ModelForm):
    """What a new key may do. A personal key is one's own: it never acts as somebody else."""

    person: User  # who fills it in
    owner = PersonField(
        label=_("Owner"),
        required=False,
        help_text=_("Who answers for an integrator's key, and so may not decide what it submits."),
    )

    class Meta:
        model = ApiKey
        fields = ("name", "kind", "owner", "all_gates", "gates")
        widgets = {"gates": forms.CheckboxSelectMultiple}
        help_texts = {"kind": _("A personal key acts as you.")}

    def clean(self) -> dict[str, Any]:
        """An integrator's key needs a scope; a personal one has its person's rights alone."""
        said: dict[str, Any] = super().clean() or {}
        scoped = bool(said.get("gates"))
        if said.get("kind") == ApiKey.Kind.PERSONAL:
            if scoped or said.get("all_gates") or said.get("owner"):
                raise ValidationError(_("A personal key takes neither gates nor an owner."))
            said["owner"] = self.person
        elif scoped == bool(said.get("all_gates")):
            raise ValidationError(_("Choose either gates or all gates."))
        return said


@admin.register(ApiKey)
class ApiKeyAdmin(AuditedAdmin, ListAdmin):
    """What a key may do is fixed when it is made."""

    list_display = ("name", "prefix", "kind", "owner", "scope", "created", "expiry_date", "revoked")
    list_select_related = ("owner",)
    search_fields = ("name", "prefix")
    search_help_text = _("A name or the key up to its dot, whole.")
    actions = ("revoke",)
    confirm_template = "admin/gates/apikey/revoke.html"

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: what a key may do stays as it is."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: reviews say which key submitted them."""
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Who may change keys may revoke them."""
        return signed_in(request).has_perm("gates.change_apikey")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """With the gates of each."""
        rows: QuerySet[ApiKey] = super().get_queryset(request).prefetch_related("gates")
        return rows

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """What is said when a key is made, and what can be told of one: never its hash."""
        if obj is None:
            return list(NewKeyForm.Meta.fields)
        made = ("created", "expiry_date", "revoked")
        return [("name", "prefix"), ("kind", "owner"), ("all_gates", "gates"), made]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """A form for new keys only, which knows whose a personal one would be."""
        if change:
            return super().get_form(request, obj, change, **kwargs)
        made: Any = super().get_form(request, obj, change, form=NewKeyForm, **kwargs)
        made.person = signed_in(request)
        return made

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Make the key and show its secret, this once."""
        made, secret = _create(form.cleaned_data, acting(request))
        obj.pk = made.pk
        text = gettext("The key, which is shown this once: copy it now.")
        shown = format_html('{} <code class="gh-secret">{}</code>', text, secret)
        self.message_user(request, shown, messages.WARNING)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is left to write: the transition has set the gates."""

    @admin.display(description=_("scope"))
    def scope(self, key: ApiKey) -> str:
        """Where an integrator's key reaches."""
        if key.personal:
            return gettext("as its owner")
        named = ", ".join(sorted(gate.slug for gate in key.gates.all()))
        return gettext("all gates") if key.all_gates else named

    @admin.action(description=_("Revoke"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        """Ask first: a key cannot be brought back."""
        if "confirmed" not in request.POST:
            return self._asked(request, queryset)
        revoked = [keys.revoke(key.pk, actor=acting(request)) for key in queryset]
        text = ngettext("Revoked: %(count)s key.", "Revoked: %(count)s keys.", len(revoked))
        self.message_user(request, text % {"count": len(revoked)}, messages.SUCCESS)
        return None

    def _asked(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Revoke these keys?"),
            "opts": self.opts,
            "keys": queryset,
            "media": self.media,
        }
        return TemplateResponse(request, self.confirm_template, context)


def _create(said: dict[str, Any], actor: Actor) -> tuple[ApiKey, str]:
    name, owner = said["name"], said["owner"]
    if said["kind"] == ApiKey.Kind.PERSONAL:
        return keys.create_personal(name, actor=actor, owner=owner)
    if said["all_gates"]:
        return keys.create_for_all_gates(name, actor=actor, owner=owner)
    return keys.create_for_gates(name, actor=actor, gates=list(said["gates"]), owner=owner)
