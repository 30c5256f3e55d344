"""What the OpenAPI document says of every call: its refusals, its Idempotency-Key."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from reviews.api.idempotency import HEADER
from reviews.serializers.answers import ProblemSerializer

PROBLEM = "application/problem+json"
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]*$"},
    OpenApiParameter.HEADER,
    description="Repeating a call with the same key repeats its answer for 30 days.",
)
_ALWAYS = {
    "401": "No valid credentials.",
    "403": "Not for this caller.",
    "429": "Too many calls: see Retry-After.",
    "503": "The database does not answer: see Retry-After.",
}
_READ = _ALWAYS | {"422": "A parameter is wrong."}
_WRITTEN = _ALWAYS | {
    "400": "No JSON.",
    "404": "No such thing, or not in the caller's scope.",
    "409": "The state has moved on.",
    "410": "Time ran out before this.",
    "411": "A body without its length.",
    "413": "Too large, or too deep.",
    "415": "Not application/json.",
    "422": "A field is wrong; `errors` says which.",
}


class ApiSchema(AutoSchema):
    """Adds what all calls share."""

    def get_override_parameters(self) -> list[Any]:
        """The header of each POST."""
        return [IDEMPOTENCY_KEY] if self.method == "POST" else []

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        answers: dict[str, Any] = super()._get_response_bodies(direction)
        refusals = _WRITTEN if self.method == "POST" else _READ
        if "{" in self.path:
            refusals = refusals | {"404": _WRITTEN["404"]}
        for status, text in sorted(refusals.items()):
            problem = OpenApiResponse(ProblemSerializer, text)
            answers[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                problem, status, media_types=[PROBLEM]
            )
        return answers


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names the key."""

    target_class = "reviews.api.auth.KeyAuthentication"
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "A key of `manage.py apikey`."}
