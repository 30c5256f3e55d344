"""Words that hide a bend of their arrow move along it to where they hide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from gates.drawing.shapes import Arrow, Box, Label, Point

Area = tuple[int, int, int, int]  # left, top, right, bottom


def settled(arrows: Sequence[Arrow], boxes: Sequence[Box]) -> list[Arrow]:
    """The arrows, one after the other with their words moved where that helps."""
    found = list(arrows)
    for at, arrow in enumerate(found):
        if arrow.label and _hides(arrow.label, arrow.points[1:-1]):
            others = [*found[:at], *found[at + 1 :]]
            found[at] = replace(arrow, label=_moved(arrow, arrow.label, others, boxes))
    return found


def _moved(arrow: Arrow, label: Label, others: Sequence[Arrow], boxes: Sequence[Box]) -> Label:
    taken = [*map(_box, boxes), *(_area(other.label) for other in others if other.label)]
    taken += [_stretch(*ends) for other in others for ends in pairwise(other.points)]
    for x, y in _middles(arrow.points):
        moved = replace(label, x=x, y=y)
        if _free(moved, taken) and not _hides(moved, arrow.points):
            return moved
    return label


def _middles(points: Sequence[Point]) -> Iterator[Point]:
    """The middles of an arrow's straight parts, the longest first."""
    parts = sorted(pairwise(points), key=_length, reverse=True)
    yield from (((x + to_x) // 2, (y + to_y) // 2) for (x, y), (to_x, to_y) in parts)


def _length(part: tuple[Point, Point]) -> int:
    (x, y), (to_x, to_y) = part
    return abs(to_x - x) + abs(to_y - y)


def _free(label: Label, taken: Iterable[Area]) -> bool:
    mine = _area(label)
    return min(mine) >= 0 and not any(_meet(mine, other) for other in taken)


def _hides(label: Label, points: Iterable[Point]) -> bool:
    return any(_meet(_area(label), _stretch(point, point)) for point in points)


def _meet(one: Area, other: Area) -> bool:
    beside = one[2] < other[0] or other[2] < one[0]
    return not beside and one[1] <= other[3] and other[1] <= one[3]


def _area(label: Label) -> Area:
    return label.left, label.top, label.left + label.w, label.top + label.h


def _box(box: Box) -> Area:
    return box.x, box.y, box.x + box.w, box.y + box.h


def _stretch(one: Point, other: Point) -> Area:
    across, down = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return across[0], down[0], across[1], down[1]
