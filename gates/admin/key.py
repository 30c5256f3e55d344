"""API keys: made and revoked here; the secret is shown once, its hash never."""

from __future__ import annotations

from django.contrib import admin

from gates.admin.base import AuditedAdmin, ReadOnlyAdmin
from gates.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(AuditedAdmin, ReadOnlyAdmin):
    """What a key may do is fixed when it is made."""

    list_display = ("name", "prefix", "kind", "owner", "all_gates", "expiry_date", "revoked")
    list_select_related = ("owner",)
    search_fields = ("name", "prefix")
    fields = (
        ("name", "prefix"),
        ("kind", "owner"),
        ("all_gates", "gates"),
        ("created", "expiry_date", "revoked"),
    )
