"""Whatever a transition refuses is said in a sentence of the reader's language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from reviews import errors
from reviews.errors import Conflict, DomainError, Invalid, WrongState
from reviews.templatetags.words import HEADS, REFUSALS, refusal_head, refused

pytestmark = pytest.mark.portable

# What is wrong with what was typed is said at its field, by the forms.
KINDS = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, DomainError) and not issubclass(kind, Invalid)
}
# Sentences with a name in them, which no catalogue holds.
FILLED = {
    "A review that is still pending does not allow “{}”.",
    "Only {} may do this now.",
    "There is no gate “{}” for this key.",
    "There is no workflow “{}” for this key.",
    "This condition is confirmed by: {}.",
    "“{}” is called by {}.",
}


def sources() -> Iterator[ast.Module]:
    root = Path(settings.BASE_DIR) / "reviews"
    for path in (*sorted((root / "transitions").rglob("*.py")), root / "states.py"):
        yield ast.parse(path.read_text())


def refusals(tree: ast.Module) -> Iterator[ast.Call]:
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    yield from (call for call in calls if ast.unparse(call.func) in KINDS)


def sentences(tree: ast.Module, said: ast.expr) -> set[str]:
    """What a message may be: written there, or what its name was given in the module."""
    if isinstance(said, ast.JoinedStr):
        return {"".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in said.values)}
    if isinstance(said, ast.Subscript):
        return sentences(tree, said.value)
    if isinstance(said, ast.Dict):
        return {text for value in said.values for text in sentences(tree, value)}
    if isinstance(said, ast.Name):
        given = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == said.id
        ]
        return {text for value in given for text in sentences(tree, value)}
    return {ast.literal_eval(said)}


def code_of(call: ast.Call) -> str:
    given = [word.value for word in call.keywords if word.arg == "code"]
    return ast.literal_eval(given[0]) if given else KINDS[ast.unparse(call.func)].code


def test_every_code_has_a_sentence_of_its_own():
    codes = {code_of(call) for tree in sources() for call in refusals(tree)}
    assert codes == set(HEADS)


def test_every_sentence_can_be_translated():
    found = {
        text
        for tree in sources()
        for call in refusals(tree)
        for text in sentences(tree, call.args[0])
    }
    assert {text for text in found if "{}" in text} == FILLED
    assert found - FILLED == set(REFUSALS)


def test_none_is_there_twice():
    assert len(set(REFUSALS)) == len(REFUSALS)


def test_another_code_and_another_sentence_are_said_as_well():
    assert refusal_head("unheard_of") == "That was not possible."
    assert refused("The cat sat on it.") == "The cat sat on it."


@pytest.mark.parametrize(
    ("refusal", "head"),
    [
        (WrongState("This run has ended already."), "That cannot be done as things stand."),
        (Conflict("This run has ended already.", code="other"), "That was not possible."),
    ],
)
def test_a_page_says_both(refusal, head):
    page = " ".join(render_to_string("parts/refusal.html", {"refusal": refusal}).split())
    assert f"<p><b>{head}</b></p> <p> This run has ended already. </p>" in page
