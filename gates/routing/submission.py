"""What a gate refuses at the door: a broken schema, a missing fact, items without ids."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any, NamedTuple

import jsonpointer
from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry

from gates.policy import GatePolicy, Items

MAX_PROBLEMS = 50
MAX_MESSAGE = 300


class FieldProblem(NamedTuple):
    """One thing wrong: a JSON Pointer into the submission, a stable code, a sentence."""

    pointer: str
    code: str
    message: str


def problems_with(
    policy: GatePolicy, proposal: Any, context: Mapping[str, Any]
) -> list[FieldProblem]:
    """Why the gate cannot take this; empty if it can. A fact that is null is missing."""
    found = [*_against_schema(policy, proposal), *_against_items(policy.items, proposal)]
    missing = [
        item.key for item in policy.context if not item.optional and context.get(item.key) is None
    ]
    found += [
        FieldProblem(_pointer("context", key), "missing_context", f"“{key}” is needed.")
        for key in missing
    ]
    return found[:MAX_PROBLEMS]


def validator_of(schema: Mapping[str, Any] | bool) -> Any:
    """A JSON Schema (2020-12) validator: it checks formats, fetches nothing, counts exactly."""
    return _Validator(
        schema, registry=Registry(), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _against_schema(policy: GatePolicy, proposal: Any) -> Iterator[FieldProblem]:
    if policy.proposal_schema is None:
        return
    try:
        errors = list(
            islice(validator_of(policy.proposal_schema).iter_errors(proposal), MAX_PROBLEMS)
        )
    except RecursionError:
        yield FieldProblem(
            "/proposal", "invalid_proposal", "It is nested too deeply for the gate's schema."
        )
        return
    for error in errors:
        message = (
            error.message
            if len(error.message) <= MAX_MESSAGE
            else f"{error.message[:MAX_MESSAGE]}…"
        )
        yield FieldProblem(_pointer("proposal", *_place(error)), "invalid_proposal", message)


def _place(error: ValidationError) -> list[str | int]:
    """Where the error is; a member that is missing is named itself."""
    path = list(error.absolute_path)
    suffix = " is a required property"
    if error.validator == "required" and error.message.endswith(suffix):
        path.append(ast.literal_eval(error.message.removesuffix(suffix)))
    return path


def _against_items(items: Items | None, proposal: Any) -> Iterator[FieldProblem]:
    if items is None:
        return
    listed = jsonpointer.resolve_pointer(proposal, items.list, None)
    if not isinstance(listed, list):
        yield FieldProblem(
            f"/proposal{items.list}", "invalid_items", "A list of items is needed here."
        )
        return
    yield from _against_ids(items, listed)


def _against_ids(items: Items, listed: Sequence[Any]) -> Iterator[FieldProblem]:
    taken: set[str] = set()
    for at, item in enumerate(listed):
        code = item.get(items.id) if isinstance(item, Mapping) else None
        place = f"/proposal{items.list}" + _pointer(at, items.id)
        if not isinstance(code, str) or not code:
            yield FieldProblem(place, "invalid_items", "Each item needs an id that is text.")
        elif code in taken:
            yield FieldProblem(
                place, "invalid_items", f"The id “{code[:MAX_MESSAGE]}” is there twice."
            )
        else:
            taken.add(code)


def _pointer(*parts: str | int) -> str:
    return str(jsonpointer.JsonPointer.from_parts(parts).path)


def _multiple_of(_: Any, step: float, value: Any, __: Any) -> Iterator[ValidationError]:
    """As written, not as stored: 49.99 is a multiple of 0.01, which in binary it is not."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if number and Fraction(str(value)) % Fraction(str(step)):
        yield ValidationError(f"{value!r} is not a multiple of {step}")


_Validator = validators.extend(Draft202012Validator, {"multipleOf": _multiple_of})  # type: ignore[no-untyped-call]
