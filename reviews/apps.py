"""App configuration of reviews."""

from collections.abc import Iterable
from importlib import import_module

from django.apps import AppConfig, apps
from django.conf import settings
from django.utils.module_loading import autodiscover_modules

from gates import performers


class ReviewsConfig(AppConfig):
    """What happens at run time."""

    name = "reviews"
    verbose_name = "Reviews"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Find the actions that workflows may call: functions, and HTTP actions of the admin."""
        autodiscover_modules("actions")
        for name in settings.ACTION_MODULES:
            import_module(name)
        performers.known_by(self.endpoints)

    @staticmethod
    def endpoints() -> Iterable[str]:
        """The names of the HTTP actions."""
        names: Iterable[str] = apps.get_model("reviews", "Endpoint").objects.values_list(
            "name", flat=True
        )
        return names
