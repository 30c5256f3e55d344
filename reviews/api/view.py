"""What all calls share: who calls, how often, once per Idempotency-Key, strict bodies."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import QueryDict
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from reviews.api.callers import Caller, caller_of
from reviews.api.idempotency import once
from reviews.api.parsers import LengthRequired
from reviews.serializers.strict import Body


class ApiViewSet(GenericViewSet):
    """A noun's calls. Each makes one domain call."""

    http_method_names = ("get", "head", "post")

    @property
    def caller(self) -> Caller:
        """Who calls."""
        return caller_of(self.request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Every POST is done once, without its author having to think of it."""
        super().initial(request, *args, **kwargs)
        if "Transfer-Encoding" in request.headers:
            raise LengthRequired
        if request.method == "POST" and (post := getattr(self, "post", None)) is not None:
            self.post = lambda *a, **k: once(self, request, partial(post, *a, **k))

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Answers hold what only their reader may keep."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def check_permissions(self, request: Request) -> None:
        """Count first: who has no credentials is refused here, and must not be free to go on."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Done before the permissions."""

    def read(self, body: type[Body]) -> dict[str, Any]:
        """The members of the body. Raises ValidationError."""
        data = self.request.data
        form = body(data={} if isinstance(data, QueryDict) else data)
        form.is_valid(raise_exception=True)
        fields: dict[str, Any] = form.validated_data
        return fields

    def page(self, rows: Any) -> list[Any]:
        """The rows of the page that is asked for."""
        return list(self.paginate_queryset(rows) or ())

    def paged(self, data: list[dict[str, Any]]) -> Response:
        """The page's answer."""
        return self.get_paginated_response(data)
