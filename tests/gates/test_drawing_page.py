"""The picture of a workflow in a page."""

import re
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string

from gates.drawing import Passage, drawing_of
from gates.graph.nodes import Branch, Case, End, Graph
from tests.gates.test_drawing import ON_THE_WAY, REFUND

SVG = "{http://www.w3.org/2000/svg}"


def page(graph=REFUND, passage=None):
    drawing = drawing_of(graph, passage)
    return render_to_string("parts/graph.html", {"drawing": drawing, "name": "refund"})


def picture(markup):
    """The picture as a tree: it is well-formed."""
    found = ET.fromstring(  # noqa: S314 - our own
        re.sub("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', markup, count=1)
    )
    return found[0]


def told(markup):
    """What is read out of it, in one line."""
    said = picture(markup).find(f"{SVG}desc")
    return " ".join("".join(said.itertext()).split())


def test_a_workflow_is_a_picture_with_a_name_and_a_text():
    root = picture(page())
    assert root.get("role") == "img"
    named = root.find(f"{SVG}title")
    assert (root.get("aria-labelledby"), named.get("id")) == ("graph-title", "graph-title")
    assert "".join(named.itertext()).strip() == "Graph of refund"
    assert root.get("aria-describedby") == root.find(f"{SVG}desc").get("id")


def test_the_text_tells_the_whole_path():
    assert told(page()) == (
        "It starts at analyse. analyse → propose. propose → gate. "
        "gate → execute (approved, modified). gate → revise (rejected). gate → done (skipped). "
        "gate → stopped (condition failed, exhausted). revise → gate, back. execute → ask. "
        "ask → size (met). ask → stopped (denied). ask → done (expired). "
        "size → audit (gate.result.amount > 100). size → done (else). audit → done."
    )


def test_nothing_in_it_is_inline_or_a_link():
    markup = page()
    assert "style" not in markup
    assert "<a" not in markup
    assert "<script" not in markup


def test_a_run_links_to_the_steps_that_it_reached():
    root = picture(page(passage=ON_THE_WAY))
    assert root.get("role") == "group"
    assert [link.get("href") for link in root.iter(f"{SVG}a")] == [
        "#step-analyse",
        "#step-propose",
        "#step-gate",
        "#step-revise",
    ]


def test_a_run_tells_which_ways_it_took():
    said = told(page(passage=ON_THE_WAY))
    assert "gate → revise (rejected), taken. " in said
    assert "revise → gate, back, taken. " in said
    assert said.count("taken") == 4


@pytest.mark.parametrize(
    ("state", "word", "sign"),
    [
        ("ready", "due", "open"),
        ("running", "running", "live"),
        ("waiting", "waiting", "held"),
        ("failed", "failed", "warn"),
        ("done", "done", "check"),
        ("skipped", "skipped", "skip"),
        ("cancelled", "cancelled", "cross"),
    ],
)
def test_each_state_has_a_word_and_a_sign_of_its_own(state, word, sign):
    root = picture(page(passage=Passage({"analyse": state})))
    box = next(group for group in root.iter(f"{SVG}g") if "box" in group.get("class").split())
    assert box.get("class") == f"box action {state}"
    assert [text.text for text in box.iter(f"{SVG}text") if text.get("class") == "state"] == [word]
    assert [use.get("href").partition("#")[2] for use in box.iter(f"{SVG}use")] == [f"i-{sign}"]


def test_what_a_file_says_is_text_and_nothing_else():
    case = Case('input.a == "<script>" && input.b < 2', "done")
    markup = page(
        Graph("x", "size", {"size": Branch("size", (case,), "done"), "done": End("done")})
    )
    assert "<script" not in markup
    assert 'size → done (input.a == "<script>" && input.b < 2, else).' in told(markup)
