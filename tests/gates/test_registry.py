"""The registry of keys: the reader knows exactly these, and each names a test that exists."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gates.policyfile import read
from gates.registry import KEYS, NOT_YET, WORKFLOW_KEYS, keys_of
from tests.gates.policies import gate_text
from tests.gates.test_policyfile import FULL
from tests.gates.workflows import FULL as FULL_WORKFLOW

ROOT = Path(__file__).parents[2]
SECTIONS = {key.section for key in KEYS}
WORKFLOW_SECTIONS = {key.section for key in WORKFLOW_KEYS}
EVERY = (*KEYS, *WORKFLOW_KEYS)


def functions_in(path: Path) -> set[str]:
    """The names of the test functions of a file; none if there is no file."""
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("key", EVERY, ids=lambda key: key.name)
def test_every_key_names_a_test_that_exists(key):
    path, _, name = key.test.partition("::")
    assert name in functions_in(ROOT / path)


def test_no_key_is_there_twice():
    names = [key.name for key in EVERY]
    assert sorted(set(names)) == sorted(names)


def test_every_section_hangs_on_a_key():
    sections = {name.removesuffix("[]").removesuffix("{}") for name in SECTIONS if name}
    assert sections <= {key.name for key in KEYS}


def test_a_key_is_either_built_or_not():
    assert keys_of("") & NOT_YET == frozenset()


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_the_reader_accepts_every_key(key):
    """A file that says the key, with some value, is never told that there is no such key."""
    text = said_of(key.name)
    assert "there is no such key" not in " ".join(
        problem.message for problem in read(text, "f").problems
    )


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_the_reader_accepts_no_other_key(section):
    (problem,) = [
        problem
        for problem in read(said_of(f"{section}.zzz".removeprefix(".")), "f").problems
        if problem.message == "there is no such key"
    ]
    assert problem.key.endswith("zzz")


def test_the_full_file_of_the_tests_says_every_key_but_those_that_exclude_others():
    assert {
        key.name.rpartition(".")[2] for key in KEYS if f"{key.name.rpartition('.')[2]}:" not in FULL
    } == {
        "approvals",
        "approve_needs_seen",
    }


@pytest.mark.parametrize("key", WORKFLOW_KEYS, ids=lambda key: key.name)
def test_the_reader_accepts_every_key_of_a_workflow(key):
    problems = read(said_of_workflow(key.name), "f").problems
    assert "there is no such key" not in " ".join(problem.message for problem in problems)


@pytest.mark.parametrize("section", sorted(WORKFLOW_SECTIONS))
def test_the_reader_accepts_no_other_key_of_a_workflow(section):
    (problem,) = [
        problem
        for problem in read(said_of_workflow(f"{section}.zzz"), "f").problems
        if problem.message == "there is no such key"
    ]
    assert problem.key.endswith("zzz")


def test_the_full_workflow_of_the_tests_says_every_key():
    assert {
        key.name for key in WORKFLOW_KEYS if f"{key.name.rpartition('.')[2]}:" not in FULL_WORKFLOW
    } == set()


def said_of_workflow(name: str) -> str:
    """A file in which the key of a workflow, or of a node of that kind, is said."""
    kind, _, rest = name.partition(".")
    said = flow_of(rest)
    if kind == "workflow":
        return f"workflows: {{refund: {said}}}"
    node = said if rest.startswith(kind) else f"{{{kind}: 1, {said[1:]}"
    return f"workflows: {{refund: {{start: a, nodes: {{a: {node}}}}}}}"


def said_of(name: str) -> str:
    """A file in which the key of a gate is said."""
    key, _, rest = flow_of(name)[1:-1].partition(": ")
    return gate_text(**{key: rest})


def flow_of(name: str) -> str:
    """A map that says the key: `a[].b` as `{a: [{b: 1}]}`, `a{}.b` as `{a: {code: {b: 1}}}`."""
    value = "1"
    *outer, last = name.split(".")
    text = f"{{{last}: {value}}}"
    for part in reversed(outer):
        wrapped = f"[{text}]" if part.endswith("[]") else text
        wrapped = f"{{code: {text}}}" if part.endswith("{}") else wrapped
        text = f"{{{part.rstrip('[]{}')}: {wrapped}}}"
    return text
