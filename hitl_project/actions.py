"""The actions of the demo's shop, offered only where the demo may be planted."""

from __future__ import annotations

from django.conf import settings

from hitl_project.demo.shop.actions import offer

if settings.DEBUG:
    offer()
