"""The tasks of the cluster, to read. A task is only a wake-up: what is owed is a row elsewhere, so
nothing has to be edited or sent again here. Tasks that went well are not kept.
"""

from __future__ import annotations

from django.contrib import admin
from django_q.models import Failure, OrmQ, Success

from gates.admin.base import ReadOnlyAdmin


class FailureAdmin(ReadOnlyAdmin):
    """What went wrong, newest first. There are no other rows in the table."""

    list_display = ("stopped", "func", "cluster", "attempt_count", "name")
    ordering = ("-stopped", "-pk")
    search_fields = ("id",)
    fields = ("name", "func", "cluster", "started", "stopped", "attempt_count", "result")


class WaitingAdmin(ReadOnlyAdmin):
    """What waits for a worker."""

    list_display = ("id", "func", "name", "lock", "key")
    fields = ("key", "lock", "task_id", "name", "func")
    readonly_fields = ("task_id", "name", "func")


for model, page in ((Failure, FailureAdmin), (OrmQ, WaitingAdmin)):
    if admin.site.is_registered(model):  # the queue is no model where Redis keeps it
        admin.site.unregister(model)
        admin.site.register(model, page)
admin.site.unregister(Success)
