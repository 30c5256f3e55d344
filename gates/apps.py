"""App configuration of gates."""

from django.apps import AppConfig


class GatesConfig(AppConfig):
    """What is gated, by whom, with which rights."""

    name = "gates"
    verbose_name = "Gates"
    default_auto_field = "django.db.models.BigAutoField"
