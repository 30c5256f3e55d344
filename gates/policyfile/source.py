"""YAML 1.2 into plain JSON values, with the line of everything; nothing that gates do not need."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES = 256 * 1024
MAX_DEPTH = 40
MAX_WHOLE = 2**53 - 1

Path = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_TEXTS = {"str", "timestamp", "merge", "value"}


class Unreadable(ValueError):
    """The text is no YAML that can be read. `line` counts from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Source:
    """What a file says. `lines` has the line of each path, `flaws` the values left out."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    flaws: list[tuple[Path, str]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def source_of(text: str) -> Source:
    """Read the text. Raises Unreadable when nothing can be made of it."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise Unreadable(1, f"the file is larger than {MAX_BYTES // 1024} kB")
    source = Source()
    root = _composed(text)
    if root is not None:
        source.value = _Reader(source).read(root, ())
    return source


def _composed(text: str) -> Node | None:
    try:
        _check_depth(text)
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(
            mark.line + 1 if mark else 1, str(error.problem or error.context)
        ) from error
    except YAMLError as error:
        raise Unreadable(1, str(error).splitlines()[0]) from error
    except Unreadable:
        raise
    except (ValueError, IndexError) as error:
        raise Unreadable(1, "this is no YAML that can be read") from error
    return node


def _check_depth(text: str) -> None:
    """Look at the brackets first: composing very deep ones takes seconds and ends in an error."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(text):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Unreadable(event.start_mark.line + 1, f"nested more than {MAX_DEPTH} deep")


@dataclass(slots=True)
class _Reader:
    source: Source
    seen: set[int] = field(default_factory=set)

    def read(self, node: Node, path: Path) -> Any:
        """The value of a node; a flawed one is noted and reads as None."""
        self.source.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            return self._flaw(path, "aliases (*name) are not available: write it out")
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, path)
        if isinstance(node, SequenceNode):
            return [self.read(part, (*path, at)) for at, part in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, ScalarNode) else "?"
            at = (*path, name)
            if name in found:
                self._flaw(at, f"“{name}” is there twice", line=key.start_mark.line + 1)
                continue
            self.source.lines[at] = key.start_mark.line + 1
            if not _is_text(key):
                self._flaw(at, f"“{name}” must be text: put it in quotes")
            found[name] = self.read(value, at)
        return found

    def _scalar(self, node: Node, path: Path) -> Any:
        kind = str(node.tag).removeprefix(_TAG)
        if kind in _TEXTS:
            return node.value
        try:
            return _PLAIN[kind](node.value)
        except KeyError:
            return self._flaw(
                path, f"“{node.value}” is not available here: write text, numbers, true or false"
            )
        except ValueError:
            return self._flaw(path, f"“{node.value}” is not a number that can be kept exactly")

    def _flaw(self, path: Path, message: str, line: int = 0) -> None:
        if line:
            self.source.lines[path] = line
        self.source.flaws.append((path, message))


def _is_text(node: Node) -> bool:
    return isinstance(node, ScalarNode) and str(node.tag).removeprefix(_TAG) in _TEXTS


def _whole(text: str) -> int:
    plain = text.replace("_", "").lower()
    number = int(plain, 0) if plain.lstrip("+-")[:2] in {"0x", "0o", "0b"} else int(plain)
    if abs(number) > MAX_WHOLE:
        raise ValueError(text)
    return number


def _decimal(text: str) -> float:
    number = float(text.replace("_", ""))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


_PLAIN = {
    "null": lambda text: None,
    "bool": lambda text: {"true": True, "false": False}[text.lower()],
    "int": _whole,
    "float": _decimal,
}
