"""App configuration of reviews."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """What happens at run time."""

    name = "reviews"
    verbose_name = "Reviews"
    default_auto_field = "django.db.models.BigAutoField"
