"""The picture of a workflow: what stands where, and what it says."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from gates.drawing import Arrow, Box, Label, Passage, drawing_of, words_of
from gates.graph.nodes import Action, Branch, Case, Condition, End, Graph, HumanGate


def graph(*nodes, start=""):
    return Graph("refund", start or nodes[0].name, {node.name: node for node in nodes})


def act(name, then, does="", **fields):
    return Action(name, does or f"{name}_it", then, **fields)


DONE = End("done")
REFUND = graph(
    act("analyse", "propose"),
    act("propose", "gate"),
    HumanGate(
        "gate",
        "refund",
        {
            "approved": "execute",
            "modified": "execute",
            "rejected": "revise",
            "skipped": "done",
            "condition_failed": "stopped",
            "exhausted": "stopped",
        },
    ),
    act("revise", "gate"),
    act("execute", "ask", "issue_refund", compensate="reverse_refund"),
    Condition("ask", "You got the money", {"met": "size", "denied": "stopped", "expired": "done"}),
    Branch("size", (Case("gate.result.amount > 100", "audit"),), "done"),
    act("audit", "done"),
    DONE,
    End("stopped"),
)
REVISED = graph(
    act("analyse", "propose"),
    act("propose", "gate"),
    HumanGate(
        "gate",
        "refund",
        {"approved": "execute", "rejected": "revise", "modified": "execute_modified"},
    ),
    act("execute", "done"),
    act("revise", "propose"),
    act("execute_modified", "done"),
    DONE,
)
CONFIRMED = graph(
    act("propose", "gate"),
    HumanGate(
        "gate", "loan", {"approved": "ask", "rejected": "cancel", "condition_failed": "cancel"}
    ),
    Condition(
        "ask", "The account is yours", {"met": "execute", "denied": "cancel", "expired": "cancel"}
    ),
    act("execute", "done"),
    act("cancel", "done"),
    DONE,
)
SKIPPED = graph(
    act("propose", "gate"),
    HumanGate("gate", "letter", {"approved": "send", "skipped": "done", "rejected": "done"}),
    act("send", "done"),
    DONE,
)
LOOPS = graph(
    act("first", "choose"),
    Branch(
        "choose",
        (Case("input.a", "first"), Case("input.b", "choose"), Case("input.c", "back")),
        "done",
        rounds=3,
        exhausted="done",
    ),
    act("back", "first"),
    DONE,
)
ALL = pytest.mark.parametrize(
    "drawn",
    [REFUND, REVISED, CONFIRMED, SKIPPED, LOOPS],
    ids=["refund", "revised", "confirmed", "skipped", "loops"],
)


def boxes(drawn, **fields):
    return {box.node: box for box in drawing_of(drawn, **fields).boxes}


def arrows(drawn, **fields):
    return {(one.source, one.target): one for one in drawing_of(drawn, **fields).arrows}


def area(thing):
    left = thing.left if isinstance(thing, Label) else thing.x
    top = thing.top if isinstance(thing, Label) else thing.y
    return left, top, left + thing.w, top + thing.h


def meet(one, other):
    (left, top, right, bottom), (left_2, top_2, right_2, bottom_2) = one, other
    return left < right_2 and left_2 < right and top < bottom_2 and top_2 < bottom


# --- where things stand --------------------------------------------------------------------------


@ALL
def test_nothing_stands_on_anything_else(drawn):
    drawing = drawing_of(drawn)
    labels = [arrow.label for arrow in drawing.arrows if arrow.label]
    areas = [area(thing) for thing in (*drawing.boxes, *labels)]
    assert [pair for pair in combinations(areas, 2) if meet(*pair)] == []


@ALL
def test_no_words_lie_on_another_arrow(drawn):
    drawing = drawing_of(drawn)
    hidden = [
        (arrow.words, other.source, other.target)
        for arrow in drawing.arrows
        for other in drawing.arrows
        for (x, y), (to_x, to_y) in pairwise(other.points)
        if arrow.label and arrow is not other
        if meet(area(arrow.label), (min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y)))
    ]
    assert hidden == []


@pytest.mark.parametrize("drawn", [REFUND, REVISED, CONFIRMED, SKIPPED])
def test_no_words_hide_a_bend_of_their_arrow(drawn):
    hidden = [
        arrow.words
        for arrow in drawing_of(drawn).arrows
        for x, y in arrow.points[1:-1]
        if arrow.label and meet(area(arrow.label), (x, y, x, y))
    ]
    assert hidden == []


@ALL
def test_all_of_it_is_inside_the_picture(drawn):
    drawing = drawing_of(drawn)
    whole = [area(box) for box in drawing.boxes]
    whole += [area(arrow.label) for arrow in drawing.arrows if arrow.label]
    whole += [(x, y, x, y) for arrow in drawing.arrows for x, y in arrow.points]
    assert min(left for left, _, _, _ in whole) == 14
    assert min(top for _, top, _, _ in whole) == 30
    assert max(right for _, _, right, _ in whole) == drawing.width - 14
    assert max(bottom for _, _, _, bottom in whole) == drawing.height - 14


@ALL
def test_arrows_are_straight_and_go_from_border_to_border(drawn):
    found = boxes(drawn)
    for arrow in drawing_of(drawn).arrows:
        assert all(x == to_x or y == to_y for (x, y), (to_x, to_y) in pairwise(arrow.points))
        for (x, y), name in ((arrow.points[0], arrow.source), (arrow.points[-1], arrow.target)):
            left, top, right, bottom = area(found[name])
            assert left <= x <= right
            assert top <= y <= bottom
            assert x in {left, right} or y in {top, bottom}


@ALL
def test_the_start_stands_above_all_others(drawn):
    found = boxes(drawn)
    start = found.pop(drawn.start)
    assert start.start
    assert [box for box in found.values() if box.y <= start.y or box.start] == []


@ALL
def test_the_same_graph_gives_the_same_picture(drawn):
    again = Graph.from_document(drawn.document())
    assert drawing_of(again) == drawing_of(drawn)


def test_the_path_reads_downwards():
    found = boxes(REFUND)
    path = ["analyse", "propose", "gate", "execute", "ask", "size", "audit", "done"]
    assert sorted(path, key=lambda name: found[name].y) == path
    assert len({found[name].middle for name in path}) == 1


# --- what it says --------------------------------------------------------------------------------


def test_boxes_say_what_their_nodes_do():
    assert {name: (box.kind, box.lines) for name, box in boxes(REFUND).items()} == {
        "analyse": ("action", ("analyse", "analyse_it")),
        "propose": ("action", ("propose", "propose_it")),
        "gate": ("human_gate", ("gate", "refund")),
        "revise": ("action", ("revise", "revise_it")),
        "execute": ("action", ("execute", "issue_refund", "↩ reverse_refund")),
        "ask": ("condition", ("ask", "You got the money")),
        "size": ("branch", ("size",)),
        "audit": ("action", ("audit", "audit_it")),
        "done": ("end", ("done",)),
        "stopped": ("end", ("stopped",)),
    }


def test_outcomes_that_lead_the_same_way_share_an_arrow():
    found = {way: arrow.words for way, arrow in arrows(REFUND).items()}
    assert found == {
        ("analyse", "propose"): "",
        ("propose", "gate"): "",
        ("gate", "execute"): "approved, modified",
        ("gate", "revise"): "rejected",
        ("gate", "done"): "skipped",
        ("gate", "stopped"): "condition failed, exhausted",
        ("revise", "gate"): "",
        ("execute", "ask"): "",
        ("ask", "size"): "met",
        ("ask", "stopped"): "denied",
        ("ask", "done"): "expired",
        ("size", "audit"): "gate.result.amount > 100",
        ("size", "done"): "else",
        ("audit", "done"): "",
    }


@pytest.mark.parametrize(
    ("drawn", "back"),
    [
        (REFUND, {("revise", "gate")}),
        (REVISED, {("revise", "propose")}),
        (CONFIRMED, set()),
        (LOOPS, {("choose", "first"), ("choose", "choose"), ("back", "first")}),
    ],
)
def test_only_what_closes_a_loop_leads_back(drawn, back):
    assert {way for way, arrow in arrows(drawn).items() if arrow.back} == back


def test_an_outcome_of_two_words_stays_on_one_line():
    label = arrows(CONFIRMED)["gate", "cancel"].label
    assert label is not None
    assert label.lines == ("rejected,", "condition\N{NO-BREAK SPACE}failed")


def test_what_a_branch_asks_is_written_as_it_is():
    assert words_of(("condition_failed", "input.total_amount > 1")) == (
        "condition failed, input.total_amount > 1"
    )


def test_long_texts_are_cut():
    long = graph(
        Branch("b" * 60, (Case(" && ".join(["input.amount > 100"] * 9), "done"),), "ask"),
        Condition("ask", "word " * 40, dict.fromkeys(("met", "denied", "expired"), "done")),
        DONE,
    )
    assert boxes(long)["b" * 60].lines == (f"{'b' * 29}…",)
    assert boxes(long)["ask"].lines == (
        "ask",
        "word word word word word word",
        "word word word word word …",
    )
    label = arrows(long)["b" * 60, "done"].label
    assert label is not None
    assert (len(label.lines), label.lines[-1][-2:]) == (3, " …")


def test_a_graph_of_one_node_is_a_picture():
    drawing = drawing_of(graph(DONE))
    assert (drawing.width, drawing.height) == (132 + 28, 44 + 30 + 14)
    assert drawing.boxes == (Box("done", "end", ("done",), 14, 30, 132, 44, start=True),)


def test_what_nothing_leads_to_is_drawn_too():
    lost = graph(act("first", "done"), DONE, act("lost", "lost"))
    assert set(boxes(lost)) == {"first", "done", "lost"}


def test_a_graph_of_many_nodes_is_drawn():
    path = [act(f"n{at}", f"n{at + 1}") for at in range(120)]
    assert len(boxes(graph(*path, End("n120")))) == 121


# --- a run ---------------------------------------------------------------------------------------

ON_THE_WAY = Passage(
    {"analyse": "done", "propose": "done", "gate": "waiting", "revise": "done"},
    {("analyse", ""), ("propose", ""), ("gate", "rejected"), ("revise", "")},
)


def test_a_run_shows_how_it_stands_at_each_node():
    found = boxes(REFUND, passage=ON_THE_WAY)
    assert {name: box.state for name, box in found.items() if box.state} == ON_THE_WAY.states
    assert drawing_of(REFUND, ON_THE_WAY).passing
    assert not drawing_of(REFUND).passing


def test_a_run_shows_the_ways_that_it_took():
    found = arrows(REFUND, passage=ON_THE_WAY)
    assert {way for way, arrow in found.items() if arrow.taken} == {
        ("analyse", "propose"),
        ("propose", "gate"),
        ("gate", "revise"),
        ("revise", "gate"),
    }


def test_boxes_of_a_run_have_room_for_their_state():
    assert boxes(REFUND, passage=Passage())["gate"].w == boxes(REFUND)["gate"].w + 92


# --- lines and heads -----------------------------------------------------------------------------


def arrow(*points):
    return Arrow("a", "b", ("",), points)


def test_a_line_has_round_corners():
    assert arrow((0, 0), (0, 50)).path == "M0 0 L0 50"
    assert arrow((0, 0), (0, 50), (80, 50)).path == "M0 0 L0 43 Q0 50 7 50 L80 50"


def test_a_short_bend_is_rounded_less():
    assert arrow((0, 0), (0, 8), (6, 8)).path == "M0 0 L0 4 Q0 8 3 8 L6 8"


@pytest.mark.parametrize(
    ("end", "head"),
    [
        ((0, 50), "M0 50 L-5 41 L5 41 Z"),
        ((0, -50), "M0 -50 L4 -41 L-4 -41 Z"),
        ((50, 0), "M50 0 L41 -5 L41 5 Z"),
        ((-50, 0), "M-50 0 L-41 4 L-41 -4 Z"),
    ],
)
def test_a_head_points_where_the_line_goes(end, head):
    assert arrow((0, 0), end).head == head
