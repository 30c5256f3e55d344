"""The registry of keys: the reader knows exactly these, and each names a test that exists."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gates.policyfile import read
from gates.registry import KEYS, NOT_YET, keys_of
from tests.gates.policies import gate_text
from tests.gates.test_policyfile import FULL

ROOT = Path(__file__).parents[2]
SECTIONS = {key.section for key in KEYS}


def functions_in(path: Path) -> set[str]:
    """The names of the test functions of a file; none if there is no file."""
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_names_a_test_that_exists(key):
    path, _, name = key.test.partition("::")
    assert name in functions_in(ROOT / path)


def test_no_key_is_there_twice():
    names = [key.name for key in KEYS]
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


def said_of(name: str) -> str:
    """A file in which the key is said: `a[].b` as `a: [{b: 1}]`, `a{}.b` as `a: {code: {b: 1}}`."""
    value = "1"
    *outer, last = name.split(".")
    text = f"{{{last}: {value}}}"
    for part in reversed(outer):
        wrapped = f"[{text}]" if part.endswith("[]") else text
        wrapped = f"{{code: {text}}}" if part.endswith("{}") else wrapped
        text = f"{{{part.rstrip('[]{}')}: {wrapped}}}"
    key, _, rest = text[1:-1].partition(": ")
    return gate_text(**{key: rest})
