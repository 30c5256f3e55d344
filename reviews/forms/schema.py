"""What a gate's schema says of one place of a proposal. No look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import jsonpointer
from django.utils.translation import gettext as _

from reviews.forms.values import is_number, number_shown

_MOST_HOPS = 10  # from one $ref to the next
_JSON_TYPES = ("string", "boolean", "integer", "number", "object", "array", "null")


def subschema(
    schema: Mapping[str, Any] | None, parts: Sequence[str]
) -> tuple[dict[str, Any], bool]:
    """The schema of the place that `parts` of a pointer lead to (empty if there is none), and
    whether the place must be filled.
    """
    root: Mapping[str, Any] = schema or {}
    found, required = _followed(root, root), False
    for part in parts:
        properties = found.get("properties")
        if isinstance(properties, Mapping) and part in properties:
            required = part in (found.get("required") or ())
            found = _followed(root, properties[part])
        else:
            required = part in (found.get("required") or ())
            found = _followed(root, _item(found, part))
    return found, required


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """The JSON types that the schema names."""
    named = schema.get("type", ())
    return [item for item in ([named] if isinstance(named, str) else named) if item in _JSON_TYPES]


def choices_of(schema: Mapping[str, Any]) -> list[Any]:
    """The only values that the schema takes, if it lists them."""
    if "const" in schema:
        return [schema["const"]]
    listed = schema.get("enum")
    return listed if isinstance(listed, list) else []


def help_of(schema: Mapping[str, Any]) -> str:
    """What to know before typing: the description and the bounds, in words."""
    description = schema.get("description")
    said = [description.rstrip(".")] if isinstance(description, str) and description else []
    bounds = ", ".join(_bounds(schema))
    return ". ".join([*said, bounds[:1].upper() + bounds[1:]] if bounds else said)


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    for key, words in (
        ("minimum", _("at least %(bound)s")),
        ("exclusiveMinimum", _("more than %(bound)s")),
        ("maximum", _("at most %(bound)s")),
        ("exclusiveMaximum", _("less than %(bound)s")),
        ("multipleOf", _("in steps of %(bound)s")),
        ("minLength", _("at least %(bound)s characters")),
        ("maxLength", _("at most %(bound)s characters")),
    ):
        bound = schema.get(key)
        if is_number(bound):
            yield words % {"bound": number_shown(Decimal(str(bound)))}


def _item(schema: Mapping[str, Any], part: str) -> Any:
    first = schema.get("prefixItems")
    if part.isdecimal() and isinstance(first, list) and int(part) < len(first):
        return first[int(part)]
    return schema.get("items") if part.isdecimal() else None


def _followed(root: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    """The schema with what its `$ref` leads to."""
    found = dict(schema) if isinstance(schema, Mapping) else {}
    for _hop in range(_MOST_HOPS):
        reference = found.pop("$ref", None)
        if not isinstance(reference, str) or not reference.startswith("#"):
            break
        target = jsonpointer.resolve_pointer(root, unquote(reference[1:]), None)
        found = {**target, **found} if isinstance(target, Mapping) else found
    return found
