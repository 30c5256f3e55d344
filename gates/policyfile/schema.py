"""Can a proposal schema be trusted with every proposal: valid, self-contained, not endless?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import jsonpointer
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REFUSED = ("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$vocabulary")
_DATA = {"const", "default", "enum", "examples"}  # hold values
_NAMED = {
    "properties",
    "patternProperties",
    "$defs",
    "definitions",
    "dependentSchemas",
}  # hold schemas by name
_SAME = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else")  # look at the same value again

Schema = Mapping[str, Any]

_META = Draft202012Validator(
    Draft202012Validator.META_SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER
)


def flaw_in(schema: Schema) -> str:
    """Why the schema is refused; empty if it is fine."""
    if schema.get("$schema", DIALECT) not in (DIALECT, f"{DIALECT}#"):
        return f"$schema must be {DIALECT}"
    wrong = best_match(_META.iter_errors(schema))
    if wrong is not None:
        place = "/".join(str(part) for part in wrong.absolute_path)
        return f"{place}: {wrong.message}"[:300] if place else wrong.message[:300]
    return next(
        (flaw for part in _schemas(schema) if (flaw := _flaw(part, schema))), ""
    ) or _endless(schema)


def _schemas(value: Any) -> Iterator[Schema]:
    """The schema and all schemas in it."""
    if isinstance(value, Mapping):
        yield value
        for key, part in value.items():
            named = key in _NAMED and isinstance(part, Mapping)
            for inner in part.values() if named else [part] if key not in _DATA else []:
                yield from _schemas(inner)
    elif isinstance(value, list):
        for part in value:
            yield from _schemas(part)


def _flaw(part: Schema, root: Schema) -> str:
    refused = next((key for key in _REFUSED if key in part), "")
    if refused:
        return f"{refused} is not available"
    if "$ref" in part and _target(part, root) is None:
        return f"$ref must name a place in this schema, such as #/$defs/item, not “{part['$ref']}”"
    return ""


def _target(part: Schema, root: Schema) -> Any:
    """What a `$ref` points to; None unless it is a schema in the same document."""
    if not str(part["$ref"]).startswith("#"):
        return None
    try:
        found = jsonpointer.resolve_pointer(root, unquote(str(part["$ref"])[1:]), None)
    except jsonpointer.JsonPointerException:
        return None
    return found if isinstance(found, Mapping | bool) else None


def _endless(root: Schema) -> str:
    """A chain of references that comes back to itself on one and the same value never ends."""
    done: set[int] = set()

    def returns(part: Any, trail: frozenset[int]) -> bool:
        if not isinstance(part, Mapping) or id(part) in done:
            return False
        if id(part) in trail:
            return True
        found = any(returns(inner, trail | {id(part)}) for inner in _again(part, root))
        done.add(id(part))
        return found

    return (
        "a $ref leads back to itself"
        if any(returns(part, frozenset()) for part in _schemas(root))
        else ""
    )


def _again(part: Schema, root: Schema) -> Iterator[Any]:
    """The schemas that look at the same value."""
    if "$ref" in part:
        yield _target(part, root)
    for key in _SAME:
        inner = part.get(key, ())
        yield from inner if isinstance(inner, list) else (inner,)
