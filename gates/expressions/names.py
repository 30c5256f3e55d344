"""What a rule may name: the members of the gate's schema and the keys of its context,
where they are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

ROOTS = ("proposal", "context", "confidence")
"""What the rules of a gate read."""
RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in"}
    | {"let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"}
)
"""Words of CEL that name nothing."""
ITEM = 0
"""Stands in a path for any element of a list."""

Path = tuple[str | int, ...]
Roots = tuple[str, ...] | None
"""The names that an expression may start from; None where any may be there."""

# Beside these, `properties` does not tell all members.
_OPENING = {
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "if",
    "dependentSchemas",
    "patternProperties",
    "additionalProperties",
}


@dataclass(frozen=True, slots=True)
class Names:
    """What a gate knows: its proposal schema and its context keys; None where anything goes."""

    schema: Mapping[str, Any] | None = None
    context: frozenset[str] | None = None

    def complaint(self, path: Path) -> str:
        """Why `path`, which starts at a root, cannot be read; empty if it can."""
        root = path[0]
        if root == "proposal":
            return self._in_proposal(path)
        if root == "context":
            return self._in_context(path)
        return "" if len(path) == 1 else f"{root} has no members"

    def _in_proposal(self, path: Path) -> str:
        found = unknown_member(self.schema, path[1:])
        if found is None:
            return ""
        at, known = found
        return (
            f"{written(path[: at + 2])} is not in proposal_schema{meant(str(path[at + 1]), known)}"
        )

    def _in_context(self, path: Path) -> str:
        if self.context is None or len(path) == 1 or path[1] in self.context:
            return ""
        hint = meant(str(path[1]), self.context)
        return f"{written(path[:2])} is not one of the gate's context keys{hint}"


ANYTHING = Names()


def unknown_member(schema: object, path: Sequence[str | int]) -> tuple[int, list[str]] | None:
    """Where `path` leaves a JSON Schema that names its members: (index into path, the
    known names), or None.
    """
    for at, part in enumerate(path):
        if not isinstance(schema, Mapping):
            return None
        properties = schema.get("properties")
        if _is_index(part) and (isinstance(part, int) or not isinstance(properties, Mapping)):
            schema = schema.get("items")
        elif not isinstance(properties, Mapping):
            return None
        elif part in properties:
            schema = properties[part]
        else:
            return None if _open(schema) else (at, [str(name) for name in properties])
    return None


def written(path: Path) -> str:
    """A path as a policy author writes it: `proposal.lines[].price`."""
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def meant(name: str, known: Sequence[str] | frozenset[str]) -> str:
    """`; did you mean x?` where a known name is close."""
    close = get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _is_index(part: str | int) -> bool:
    return isinstance(part, int) or part == "-" or part.isdigit()


def _open(schema: Mapping[str, Any]) -> bool:
    return any(schema.get(key) not in (None, False) for key in _OPENING)
