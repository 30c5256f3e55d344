"""Calls that make something new: the answer says where it is."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from reviews.api.view import ApiViewSet
from reviews.serializers.portraits import url_of


class CreatingViewSet(ApiViewSet):
    """A noun's calls, one of which makes what is found at `made_at`, by its id."""

    made_at: str

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Where the new thing is, also when the answer is repeated."""
        if response.status_code == HTTPStatus.CREATED:
            response["Location"] = url_of(self.made_at, response.data["id"])
        return super().finalize_response(request, response, *args, **kwargs)
