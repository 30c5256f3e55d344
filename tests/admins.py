"""People who open the admin, for its tests."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from reviews.models import Review
from tests.factories import permit, user


def staff(username: str, *permissions: str) -> User:
    """A person who may open the admin and see reviews there."""
    found = user(username)
    found.is_staff = True
    found.save()
    return permit(found, "reviews.view_review", *permissions)


def signed_in(username: str, *permissions: str) -> Client:
    """A browser in which that person is signed in."""
    client = Client()
    client.force_login(staff(username, *permissions))
    return client


def shown(*reviews: Review) -> list[str]:
    """What the forms send back: each review with the digest of what was shown."""
    return [f"{review.pk}:{review.digest}" for review in reviews]
