"""Addresses of the pages."""

from django.urls import path

from reviews.views import (
    cases,
    conditions,
    drafts,
    home,
    moves,
    preferences,
    queues,
    runs,
    verdicts,
    workflows,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("queues/<slug:team>/", queues.queue, name="queue"),
    path("queues/<slug:team>/next/", queues.take_next, name="queue-next"),
    path("reviews/<uuid:review_id>/", cases.review, name="review"),
    path("reviews/<uuid:review_id>/decide/", verdicts.decide, name="review-verdict"),
    path("reviews/<uuid:review_id>/preview/", verdicts.preview, name="review-preview"),
    path("reviews/<uuid:review_id>/draft/", drafts.draft, name="review-draft"),
    path("reviews/<uuid:review_id>/<slug:move>/", moves.move, name="review-move"),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/cancel/", runs.cancel, name="run-cancel"),
    path("runs/<uuid:run_id>/<slug:move>/", runs.move, name="run-move"),
    path("workflows/", workflows.workflows, name="workflows"),
    path("workflows/<slug:slug>/", workflows.workflow, name="workflow"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("conditions/<str:secret>/", conditions.condition, name="condition"),
]
