"""Lays a graph out: downwards from the start, with its loops running back beside it.

Everything is first measured where it stands at (0, 0), then put where the library says.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil, floor
from typing import Any

import graphlay

from gates.drawing.shapes import (
    LINE,
    PADDING,
    SIGN,
    SIGNED,
    Arrow,
    Box,
    Drawing,
    Label,
    Passage,
    Point,
    words_of,
)
from gates.drawing.words import settled
from gates.graph.nodes import Action, Condition, Graph, HumanGate, Node

Spot = Mapping[str, float]  # x and y, as the library says

EDGE, START = 14, 30  # kept free around the picture; also for the sign above the start
NAME, DETAIL, WORD = 8.0, 7.2, 6.8  # a wide guess at one letter in each size of type
NARROWEST, LOWEST = 132, 44
STATE = 92  # for the word and the sign that say how a run stands at a node
LONGEST, LONGEST_WORDS, MOST_LINES = 30, 24, 3
KEPT = "\N{NO-BREAK SPACE}"  # an outcome of two words stays on one line

_LOOK: dict[str, Any] = {
    "spacing": {"layer_gap": 52.0, "node_gap": 48.0, "dummy_gap": 34.0, "edge_label_margin": 16.0},
    "routing": {"port_sides": "any", "lane_gap": 16.0},
    "self_loops": {"size": 30.0},
    "labels": {"reservation": "always", "placement": "candidates", "clearance": 6.0},
}


def drawing_of(graph: Graph, passage: Passage | None = None) -> Drawing:
    """The picture of a workflow, or of one run of it; the same for the same graph."""
    boxes, arrows = _boxes(graph, passage), _arrows(graph, passage or Passage())
    laid = _laid_out(boxes, arrows)
    left, top = _corner(laid, boxes, arrows)

    def at(spot: Spot) -> Point:
        return floor(spot["x"] - left + 0.5) + EDGE, floor(spot["y"] - top + 0.5) + START

    centres = [at(node["center"]) for node in laid["nodes"]]
    placed = [_put(box, centre) for box, centre in zip(boxes, centres, strict=True)]
    drawn = [
        replace(
            arrow,
            points=tuple(at(point) for point in edge["points"]),
            label=arrow.label and _moved(arrow.label, at(edge["label_anchor"])),
        )
        for arrow, edge in zip(arrows, laid["edges"], strict=True)
    ]
    return replace(_framed(placed, settled(drawn, placed)), passing=passage is not None)


def _boxes(graph: Graph, passage: Passage | None) -> list[Box]:
    """All as wide as the widest, so that they stand in columns."""
    states = passage.states if passage else {}
    lines = {name: _lines(node) for name, node in graph.nodes.items()}
    width = max(_width(graph.nodes[name].kind, found) for name, found in lines.items())
    width += STATE if passage else 0
    return [
        Box(
            name,
            graph.nodes[name].kind,
            found,
            x=0,
            y=0,
            w=width,
            h=LOWEST + LINE * (len(found) - 1),
            start=name == graph.start,
            state=states.get(name, ""),
        )
        for name, found in lines.items()
    ]


def _lines(node: Node) -> tuple[str, ...]:
    does: list[str] = []
    if isinstance(node, Action):
        does = [node.action, *([f"↩ {node.compensate}"] if node.compensate else [])]
    elif isinstance(node, HumanGate):
        does = [node.gate]
    elif isinstance(node, Condition):
        does = textwrap.wrap(node.text, LONGEST, max_lines=2, placeholder=" …")
    told = [line for line in does if line != node.name]
    return tuple(_cut(line) for line in (node.name, *told))


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _width(kind: str, lines: Sequence[str]) -> int:
    text = max(len(lines[0]) * NAME, *(len(line) * DETAIL for line in lines))
    return max(NARROWEST, _even(text) + 2 * PADDING + (SIGN if kind in SIGNED else 0))


def _even(width: float) -> int:
    """Even, like all sizes: their halves are whole, so that arrows end where boxes begin."""
    return 2 * ceil(width / 2)


def _arrows(graph: Graph, passage: Passage) -> list[Arrow]:
    """One for each pair of nodes, with all outcomes that lead from the one to the other."""
    ways: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, node in graph.nodes.items():
        for outcome, target in node.edges.items():
            ways[name, target] = (*ways.get((name, target), ()), outcome)
    loops = _loops(graph)
    return [
        Arrow(
            *way,
            outcomes,
            points=(),
            label=_label(outcomes),
            back=way in loops,
            taken=any((way[0], outcome) in passage.left for outcome in outcomes),
        )
        for way, outcomes in ways.items()
    ]


def _label(outcomes: tuple[str, ...]) -> Label | None:
    words = words_of(outcomes, space=KEPT)
    lines = textwrap.wrap(words, LONGEST_WORDS, max_lines=MOST_LINES, placeholder=" …")
    if not lines:
        return None
    width = _even(max(map(len, lines)) * WORD) + 14
    return Label(tuple(lines), x=0, y=0, w=width, h=LINE * len(lines) + 4)


def _loops(graph: Graph) -> set[tuple[str, str]]:
    """The ways that lead back to a node on the path from the start, and so close a loop."""
    found: set[tuple[str, str]] = set()
    path, seen = [graph.start], {graph.start}
    ahead = [_targets(graph, graph.start)]
    while ahead:
        target = next(ahead[-1], None)
        if target is None:
            ahead.pop()
            path.pop()
        elif target in path:
            found.add((path[-1], target))
        elif target not in seen:
            seen.add(target)
            path.append(target)
            ahead.append(_targets(graph, target))
    return found


def _targets(graph: Graph, name: str) -> Iterator[str]:
    return iter(tuple(graph.nodes[name].edges.values()))


def _laid_out(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> dict[str, Any]:
    """What the library says: the nodes' centres and the edges' points, each in our order."""
    asked = graphlay.Graph()
    for box in boxes:
        asked.node(box.node, width=box.w, height=box.h)
    for arrow in arrows:
        label = arrow.label
        room: dict[str, Any] = (
            {"label_size": {"width": label.w, "height": label.h}} if label else {}
        )
        asked.edge(arrow.source, arrow.target, reverse_for_ranking=arrow.back, **room)
    return graphlay.layout(asked, preset="process_map", options=_LOOK).to_dict()


def _corner(laid: Mapping[str, Any], boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Point:
    """The left and the top of all that was laid out."""
    middles = [node["center"] for node in laid["nodes"]]
    middles += [edge["label_anchor"] for edge in laid["edges"]]
    sizes = [(box.w, box.h) for box in boxes]
    sizes += [(arrow.label.w, arrow.label.h) if arrow.label else (0, 0) for arrow in arrows]
    ends = [point for edge in laid["edges"] for point in edge["points"]]
    around = [
        (spot["x"] - w / 2, spot["y"] - h / 2)
        for spot, (w, h) in zip(middles, sizes, strict=True)
        if spot is not None
    ]
    around += [(point["x"], point["y"]) for point in ends]
    return floor(min(x for x, _ in around)), floor(min(y for _, y in around))


def _put(box: Box, centre: Point) -> Box:
    return replace(box, x=centre[0] - box.w // 2, y=centre[1] - box.h // 2)


def _moved(label: Label, centre: Point) -> Label:
    return replace(label, x=centre[0], y=centre[1])


def _framed(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Drawing:
    labels = [arrow.label for arrow in arrows if arrow.label]
    ends = [(box.x + box.w, box.y + box.h) for box in boxes]
    ends += [(label.left + label.w, label.top + label.h) for label in labels]
    ends += [point for arrow in arrows for point in arrow.points]
    right, bottom = max(x for x, _ in ends), max(y for _, y in ends)
    return Drawing(right + EDGE, bottom + EDGE, tuple(boxes), tuple(arrows))
