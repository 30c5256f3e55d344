"""App configuration of analytics."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """What the decisions teach."""

    name = "analytics"
    verbose_name = "Analytics"
    default_auto_field = "django.db.models.BigAutoField"
