"""YAML as policy files use it: version 1.2, plain values, nothing twice, nothing endless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.policyfile import read
from gates.policyfile.source import source_of
from tests.gates.policies import gate_text, told


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on: yes", {"on": "yes"}),
        ("a: 010", {"a": 10}),
        ("a: 0o17", {"a": 15}),
        ("a: 0x1F", {"a": 31}),
        ("a: -1_000", {"a": -1000}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: .5", {"a": 0.5}),
        ("a: 12:30:45", {"a": "12:30:45"}),
        ("a: 2026-03-02", {"a": "2026-03-02"}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: True", {"a": True}),
        ("a: '1'", {"a": "1"}),
        ("a: |\n  x\n  y\n", {"a": "x\ny\n"}),
        ("[1, [2, {b: c}]]", [1, [2, {"b": "c"}]]),
        ("", None),
    ],
)
def test_values_are_those_of_yaml_1_2(text, value):
    source = source_of(text)
    assert (source.value, source.flaws) == (value, [])


def test_everything_has_its_line():
    source = source_of("a:\n  b: 1\n  c:\n    - 2\n    - d: 3\n")
    assert [
        source.line(path) for path in [("a",), ("a", "b"), ("a", "c", 1), ("a", "c", 1, "d")]
    ] == [1, 2, 5, 5]
    assert source.line(("a", "c", 1, "missing")) == 5
    assert source.line(("zzz",)) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", "3: a: “a” is there twice"),
        ("a: 1\n5: 2", "2: 5: “5” must be text: put it in quotes"),
        ("a: 1\n[b]: 2", "2: ?: “?” must be text: put it in quotes"),
        ("a: &x [1]\nb: *x", "2: b: aliases (*name) are not available: write it out"),
        (
            "a: !!python/name:os.system x",
            "1: a: “x” is not available here: write text, numbers, true or false",
        ),
        ("a: !secret x", "1: a: “x” is not available here: write text, numbers, true or false"),
        ("a: .inf", "1: a: “.inf” is not a number that can be kept exactly"),
        ("a: .nan", "1: a: “.nan” is not a number that can be kept exactly"),
        (
            "a: 9007199254740992",
            "1: a: “9007199254740992” is not a number that can be kept exactly",
        ),
    ],
)
def test_what_gates_do_not_need_is_refused(text, message):
    assert message in told(text)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: [", 1, "expected the node content, but found '<stream end>'"),
        ("a: 1\nb: c: d", 2, "mapping values are not allowed here"),
        ("a: *x", 1, "found undefined alias 'x'"),
        ("a: 1\n---\nb: 2", 2, "but found another document"),
        ("a: \x00", 1, "unacceptable character #x0000: special characters are not allowed"),
        ("[" * 5000, 1, "nested more than 40 deep"),
        ("a: " + "x" * 300_000, 1, "the file is larger than 256 kB"),
    ],
)
def test_what_is_no_yaml_is_told_with_its_line(text, line, message):
    (problem,) = read(text, "f.yaml").problems
    assert (problem.line, problem.key, problem.message) == (line, "", message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: must be a map with the keys gates, workflows or both"),
        ("gates", "1: must be a map with the keys gates, workflows or both"),
        ("{}", "1: holds neither gates nor workflows"),
        ("gates:", "1: gates: must be a map of at least one gate"),
        ("gates: {}", "1: gates: must be a map of at least one gate"),
        ("workflows: []", "1: workflows: must be a map of at least one workflow"),
        ("workflows: {}", "1: workflows: must be a map of at least one workflow"),
    ],
)
def test_a_file_without_gates_is_refused(text, message):
    assert told(text) == [message]


def test_aliases_cannot_blow_up():
    layers = "".join(f"a{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 9))
    file = read(f"a0: &x0 [lol]\n{layers}", "f.yaml")
    assert file.gates == ()


def test_deep_nesting_is_refused():
    text = gate_text(example="{proposal: " + "[" * 45 + "]" * 45 + "}")
    assert [line.rpartition(": ")[2] for line in told(text)] == ["nested more than 40 deep"]


PIECES = st.sampled_from(
    [
        "gates:",
        "refund:",
        "timeout:",
        "triggers:",
        " ",
        "  ",
        "\n",
        "\n    ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "'",
        '"',
        "*x",
        "&x",
        "!!",
        "#",
        "|",
        "1",
        "true",
        "~",
        "always: true",
        "?",
        "<<:",
        "%YAML 1.1\n",
        "---\n",
        "é",
        "\t",
    ]
)


@given(st.text(max_size=80) | st.lists(PIECES, max_size=30).map("".join))
def test_whatever_is_written_is_read_or_told_of(text):
    file = read(text, "f.yaml")
    assert file.gates or file.problems


KEYS = st.sampled_from(
    [
        "description",
        "context",
        "options",
        "timeout",
        "timeout_action",
        "final_action",
        "escalation",
        "triggers",
        "proposal_schema",
        "editable",
        "items",
        "limits",
        "subject",
        "reasons",
        "conditions",
        "batch",
        "example",
    ]
)
VALUES = st.sampled_from(
    [
        "",
        "1",
        "true",
        "x",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        "{a: {}}",
        "{a: []}",
        "[~]",
        "{~: 1}",
        "/a",
        "[/a]",
        "-1.5",
        "'{%'",
        "{always: true, because: x}",
        "{stakes: 'proposal.a > 1'}",
        "{properties: {b: 1}}",
        "{$ref: x}",
        "approve",
        "{proposal: {}}",
        "{when: 'x', cap: 1}",
        "{list: /a, id: b}",
        "{type: object}",
        "[approve, modify, partial]",
    ]
)


@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_whatever_the_values_are_a_gate_comes_out_or_its_errors(keys):
    file = read(gate_text(**keys), "f.yaml")
    assert bool(file.gates) is not bool(file.errors)
