"""Ours, and the floor's."""

from django.urls import path

from hitl_project.urls import urlpatterns as ours
from tests.benchmarks.floor.endpoints import Decide, Submit

urlpatterns = [
    path("floor/reviews/", Submit.as_view()),
    path("floor/reviews/<uuid:review_id>/decide/", Decide.as_view()),
    *ours,
]
