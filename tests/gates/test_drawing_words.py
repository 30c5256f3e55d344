"""Words of a picture that would hide a bend of their arrow."""

import pytest

from gates.drawing import Arrow, Box, Label
from gates.drawing.words import settled

BENT = ((100, 100), (300, 100), (300, 200))
BOX = Box("box", "end", ("box",), 180, 90, 40, 20)
ACROSS = Arrow("c", "d", ("",), ((200, 0), (200, 300)))


def place(points, corner, *others, boxes=(), width=40):
    """Where the words come to stand that the library put on a corner."""
    label = Label(("words",), corner[0], corner[1], width, 20)
    moved = settled([Arrow("a", "b", ("words",), points, label), *others], boxes)[0].label
    assert moved is not None
    return moved.x, moved.y


def test_words_move_to_the_middle_of_the_longest_part():
    assert place(BENT, (300, 100)) == (200, 100)


def test_words_that_hide_no_bend_stay():
    assert place(BENT, (150, 100)) == (150, 100)


@pytest.mark.parametrize(("others", "boxes"), [((), (BOX,)), ((ACROSS,), ())])
def test_words_do_not_move_onto_something_else(others, boxes):
    assert place(BENT, (300, 100), *others, boxes=boxes) == (300, 150)


def test_words_stay_inside_the_picture():
    assert place(((0, 0), (0, 200), (150, 200)), (0, 200)) == (75, 200)


def test_words_do_not_move_onto_another_bend():
    assert place(((100, 100), (150, 100), (150, 140)), (150, 100), width=80) == (150, 120)


def test_words_without_a_better_place_stay():
    assert place(BENT, (300, 100), ACROSS, boxes=[Box("b", "end", ("b",), 280, 140, 40, 20)]) == (
        300,
        100,
    )
