"""What a picture is made of: boxes, arrows and their words, in whole pixels from the top left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

Point = tuple[int, int]

PADDING, SIGN = 14, 22  # beside the text of a box, and for the sign of its kind
SIGNED = frozenset({"human_gate", "condition", "branch"})
LINE = 18  # from one line of text to the next
CORNER, HEAD, ROUND = 7, 9, 8


@dataclass(frozen=True, slots=True)
class Passage:
    """How far a run has come: the state of each node that it reached, and by which outcome it left
    which nodes (`(node, outcome)`; no outcome is "").
    """

    states: Mapping[str, str] = field(default_factory=dict)
    left: Collection[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """A node. `lines[0]` is its name, the others say what it does; each is cut to fit."""

    node: str
    kind: str
    lines: tuple[str, ...]
    x: int
    y: int
    w: int
    h: int
    start: bool = False
    state: str = ""

    @property
    def base(self) -> int:
        """The base line of the name."""
        return self.y + (self.h - LINE * (len(self.lines) - 1)) // 2 + 5

    @property
    def rows(self) -> list[tuple[int, str]]:
        """The lines after the name, each with its base line."""
        return [(self.base + LINE * at, line) for at, line in enumerate(self.lines) if at]

    @property
    def text(self) -> int:
        """Where its text begins, right of the sign if it has one."""
        return self.x + PADDING + (SIGN if self.kind in SIGNED else 0)

    @property
    def state_sign(self) -> int:
        """The left side of the sign of its state, 16 wide."""
        return self.x + self.w - PADDING - 16

    @property
    def state_end(self) -> int:
        """Where the word for its state ends."""
        return self.state_sign - 5

    @property
    def sign(self) -> Point:
        """Where the sign of its kind stands, 16 by 16."""
        return self.x + PADDING, self.base - 13

    @property
    def radius(self) -> int:
        """How round its corners are: an end is a pill."""
        return self.h // 2 if self.kind == "end" else ROUND

    @property
    def middle(self) -> int:
        """Halfway across."""
        return self.x + self.w // 2


@dataclass(frozen=True, slots=True)
class Label:
    """Words on an arrow, centred on (x, y); `w` by `h` with their margin."""

    lines: tuple[str, ...]
    x: int
    y: int
    w: int
    h: int

    @property
    def left(self) -> int:
        """Its left side."""
        return self.x - self.w // 2

    @property
    def top(self) -> int:
        """Its upper side."""
        return self.y - self.h // 2

    @property
    def rows(self) -> list[tuple[int, str]]:
        """The lines, each with its base line."""
        first = self.y - LINE * (len(self.lines) - 1) // 2 + 4
        return [(first + LINE * at, line) for at, line in enumerate(self.lines)]


@dataclass(frozen=True, slots=True)
class Arrow:
    """From node to node, for all outcomes that lead this way; `back` closes a loop."""

    source: str
    target: str
    outcomes: tuple[str, ...]
    points: tuple[Point, ...]
    label: Label | None = None
    back: bool = False
    taken: bool = False

    @property
    def words(self) -> str:
        """Its outcomes, to read."""
        return words_of(self.outcomes)

    @property
    def path(self) -> str:
        """The line as the data of an SVG path, its corners rounded."""
        turns = zip(self.points, self.points[1:], self.points[2:], strict=False)
        middle = [_turn(*turn) for turn in turns]
        return " ".join([f"M{_pair(self.points[0])}", *middle, f"L{_pair(self.points[-1])}"])

    @property
    def head(self) -> str:
        """The arrowhead as the data of an SVG path."""
        tip = self.points[-1]
        x, y = _towards(tip, self.points[-2], HEAD)
        aside, along = (y - tip[1]) // 2, (x - tip[0]) // 2
        sides = (x + aside, y + along), (x - aside, y - along)
        return f"M{_pair(tip)} L{_pair(sides[0])} L{_pair(sides[1])} Z"


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture; boxes and arrows in the order of the file."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    passing: bool = False  # it shows a run


def words_of(outcomes: Collection[str], space: str = " ") -> str:
    """Outcomes as words: `condition failed, exhausted`. What a branch asks stays as it is."""
    said = [name.replace("_", space) if name.isidentifier() else name for name in outcomes]
    return ", ".join(said)


def _turn(before: Point, corner: Point, after: Point) -> str:
    start, end = _towards(corner, before, CORNER), _towards(corner, after, CORNER)
    return f"L{_pair(start)} Q{_pair(corner)} {_pair(end)}"


def _towards(point: Point, other: Point, distance: int) -> Point:
    """At most `distance` and at most half the way from a point to another, straight or aslant."""
    across, down = other[0] - point[0], other[1] - point[1]
    length = max(abs(across), abs(down), 1)
    step = min(distance, length // 2)
    return point[0] + across * step // length, point[1] + down * step // length


def _pair(point: Point) -> str:
    return f"{point[0]} {point[1]}"
