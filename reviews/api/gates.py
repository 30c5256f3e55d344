"""Gates: read them, and try a proposal on one."""

from __future__ import annotations

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from gates.models import GateVersion
from gates.queries.policies import policy_of
from reviews.api.paging import BySlug
from reviews.api.view import ApiViewSet
from reviews.errors import Missing
from reviews.filters import PAGING, check_parameters
from reviews.queries.forecasts import forecast
from reviews.queries.scope import published_for
from reviews.serializers import answers, bodies
from reviews.serializers.portraits import gate_json


class GateViewSet(ApiViewSet):
    """Published gates in the caller's scope."""

    queryset = GateVersion.objects.none()
    serializer_class = answers.GateSerializer
    lookup_field = "slug"
    lookup_value_converter = "slug"
    filter_backends = ()
    pagination_class = BySlug

    def get_queryset(self) -> QuerySet[GateVersion]:
        """What the caller may see."""
        return published_for(self.caller.principal)

    def fetch(self, slug: str) -> GateVersion:
        """The gate's published version. Raises Missing."""
        version = self.get_queryset().filter(gate__slug=slug).first()
        if version is None:
            raise Missing(f"There is no gate “{slug}” for you.")
        return version

    @extend_schema(responses=answers.GateSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Gates by name."""
        check_parameters(request.query_params, PAGING)
        return self.paged([gate_json(version) for version in self.page(self.get_queryset())])

    def retrieve(self, request: Request, slug: str) -> Response:
        """One gate, with its whole policy."""
        return Response(gate_json(self.fetch(slug)))

    @extend_schema(request=bodies.Content, responses=answers.ForecastSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, slug: str) -> Response:
        """What would happen to this proposal, and why. Nothing is written."""
        version = self.fetch(slug)
        content = self.read(bodies.Content)
        would = forecast(
            policy_of(version),
            proposal=content["proposal"],
            context=content.get("context", {}),
            confidence=content.get("confidence"),
        )
        return Response({"gate": slug, "version": version.number, **would})
