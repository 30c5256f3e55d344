"""The whole API, v1, on one screen."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_update
from django.urls import path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from hitl_project.errors import no_such_call
from reviews.api.conditions import ConditionViewSet
from reviews.api.gates import GateViewSet
from reviews.api.reviews import ReviewViewSet
from reviews.api.runs import RunViewSet, WorkflowViewSet

router = SimpleRouter(use_regex_path=False)
router.register("reviews", ReviewViewSet, basename="review")
router.register("conditions", ConditionViewSet, basename="condition-api")
router.register("gates", GateViewSet, basename="gate")
router.register("workflows", WorkflowViewSet, basename="workflow")
router.register("runs", RunViewSet, basename="run-api")

docs = csp_update({"img-src": [SELF, "data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="api_docs.html")
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="docs")),
    *router.urls,
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", no_such_call),
]
