"""The only parser: strict JSON of bounded size and depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.http import UnreadablePostError
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from reviews import strictjson
from reviews.errors import Invalid

LARGEST_BODY = 256 * 1024


class TooLarge(APIException):
    """413."""

    status_code = 413
    default_detail = "At most 256 kB of JSON, nested at most 32 deep."
    default_code = "too_large"


class LengthRequired(APIException):
    """411: a body of unknown length would be taken for none."""

    status_code = 411
    default_detail = "Send the body with its Content-Length."
    default_code = "length_required"


class StrictJSONParser(BaseParser):
    """Refuses what is too large before it is read, and what no database could keep after."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value. Raises TooLarge, ParseError, Invalid."""
        if _declared(parser_context or {}) > LARGEST_BODY:
            raise TooLarge
        body = _read(stream)
        if len(body) > LARGEST_BODY:
            raise TooLarge
        try:
            value = strictjson.parse(body)
            flaws = strictjson.flaws(value)
        except strictjson.TooDeep as error:
            raise TooLarge from error
        except strictjson.Malformed as error:
            raise ParseError(str(error)) from error
        if flaws:
            raise Invalid("The body holds what cannot be kept exactly.", *flaws)
        return value


def _declared(context: Mapping[str, Any]) -> int:
    try:
        return int(context["request"].META["CONTENT_LENGTH"])
    except (KeyError, ValueError):
        return 0


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(LARGEST_BODY + 1)
    except UnreadablePostError as error:
        raise ParseError("The body broke off.") from error
