"""How plain values are laid out as YAML: what is short stands on one line."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

_NEVER_FOLDED = 10_000


class _Representer(RoundTripRepresenter):
    """Writes what the library writes, but so that the one line end it gets wrong survives."""

    def text(self, value: str) -> ScalarNode:
        """Plain where that is safe; in double quotes, escaped, where it holds a NEL."""
        style = '"' if "\x85" in value else None
        node: ScalarNode = self.represent_scalar("tag:yaml.org,2002:str", value, style=style)
        return node


_Representer.add_representer(str, _Representer.text)


def dump(value: dict[str, Any]) -> str:
    """The YAML of a map."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = _NEVER_FOLDED
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(value, out)
    return out.getvalue()


def laid(value: Any) -> Any:
    """Any JSON, with lists of plain values on one line."""
    if isinstance(value, dict):
        return {key: laid(part) for key, part in value.items()}
    if isinstance(value, list):
        plain = not any(isinstance(part, dict | list) for part in value)
        return flow(value) if plain else [laid(part) for part in value]
    return value


def flow(values: Iterable[Any]) -> list[Any]:
    """A list on one line."""
    row: list[Any] = CommentedSeq(values)
    row.fa.set_flow_style()  # type: ignore[attr-defined]  # an attribute of CommentedSeq
    return row


def row(**values: Any) -> dict[str, Any]:
    """A map on one line."""
    row: dict[str, Any] = CommentedMap(values)
    row.fa.set_flow_style()  # type: ignore[attr-defined]  # an attribute of CommentedMap
    return row
