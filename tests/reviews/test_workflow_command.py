"""`manage.py workflow simulate`: what it prints, and that a run would go the same way."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from gates.graph import Action, Branch, Case, End, HumanGate
from gates.graph.simulation import Plan, simulate
from gates.models import Event
from gates.queries.policies import graph_of, policy_of
from reviews.models import Run, Step
from tests.factories import CONTEXT
from tests.gates.policies import gate_text
from tests.gates.workflows import workflow_text
from tests.reviews.runs.shop import NODES, asking, confirming, go_on, now, shop

GIVEN = {"order": "A-17", "email": "jane@example.com"}
PROPOSED = {
    "proposal": {"amount": 49.99, "order": "A-17"},
    "context": CONTEXT,
    "recommendation": "approve",
    "confidence": 0.87,
}
REVISED = {"proposal": {"amount": 35, "order": "A-17"}, "context": CONTEXT}


@pytest.fixture
def run():
    """Runs the command: (lines of stdout, stderr, exit status or message)."""

    def run(*words):
        out, err = io.StringIO(), io.StringIO()
        end: object = 0
        try:
            call_command("workflow", "simulate", *map(str, words), stdout=out, stderr=err)
        except SystemExit as stop:
            end = stop.code
        except CommandError as error:
            end = str(error)
        return out.getvalue().splitlines(), err.getvalue(), end

    return run


@pytest.fixture
def file(tmp_path):
    """Writes a file of JSON or text and tells where."""

    def file(value):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        path.write_text(value if isinstance(value, str) else json.dumps(value))
        return path

    return file


# --- the command ----------------------------------------------------------------------------------

POLICY = gate_text() + "\n" + workflow_text()


def test_a_workflow_of_a_file_is_walked_without_a_database(run, file):
    words = ("refund", "--file", file(POLICY), "--input", file({"proposal": "Tea"}))
    assert run(*words, "--choose", "gate=approved", "--outputs", file({"act": {"id": 7}})) == (
        [
            'gate: human_gate, given {"proposal":"Tea"} -> approved; hands on "Tea"',
            "    It is new.",
            "    team is asked and has 1 minute.",
            "    If nobody answers, it is rejected.",
            'act: action, given "Tea"; hands on {"id":7}',
            'done: end, given {"id":7}',
            'The run ends: done, with {"id":7}',
        ],
        "",
        0,
    )


def test_where_nothing_is_chosen_it_stops_with_what_can_be(run, file):
    lines, _, end = run("refund", "--file", file(POLICY), "--input", file({"proposal": "Tea"}))
    assert (len(lines), end) == (5, 1)
    assert lines[-1] == (
        "    stops at “gate”: Nothing is chosen: choose one of: approved, rejected, cancelled"
    )


def test_a_missing_output_is_a_warning_beside_the_answer(run, file):
    words = ("refund", "--file", file(POLICY), "--input", file({"proposal": "Tea"}))
    lines, err, end = run(*words, "--choose", "gate=approved")
    assert err == "warning: no output of “act” is given: null stands for it\n"
    assert (lines[-1], end) == ("The run ends: done, with null", 0)


def test_the_steps_can_be_had_as_json(run, file):
    words = ("refund", "--file", file(POLICY), "--input", file({"proposal": "Tea"}), "--json")
    lines, _, end = run(*words)
    (step,) = json.loads("\n".join(lines))
    assert (end, step["node"], step["choices"]) == (
        1,
        "gate",
        ["approved", "rejected", "cancelled"],
    )
    lines, _, end = run(*words, "--choose", "gate=rejected")
    steps = [(step["node"], step["outcome"]) for step in json.loads("\n".join(lines))]
    assert (steps, end) == ([("gate", "rejected"), ("done", "")], 0)


def test_what_is_long_is_cut(run, file):
    words = ("refund", "--file", file(POLICY), "--input", file({"proposal": "x" * 500}))
    line = run(*words, "--choose", "gate=approved")[0][0]
    assert line == (
        f'gate: human_gate, given {{"proposal":"{"x" * 147}… -> approved; hands on "{"x" * 159}…'
    )


def test_a_file_with_an_error_is_told_at_its_line(run, file):
    path = file(gate_text() + "\n" + workflow_text(act="{action: issue_refund, next: dome}"))
    lines, err, end = run("refund", "--file", path)
    assert (lines, end) == ([], f"{path} is not fit for use.")
    assert err == (
        f"{path}:12: workflows.refund.nodes.act.next: there is no node “dome”; did you mean done?\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--choose", "gate"), "“gate” chooses nothing: say NODE=OUTCOME or NODE=FIRST,SECOND."),
        (("--choose", "gate=a,"), "“gate=a,” chooses nothing: say NODE=OUTCOME or NODE=FIRST,"),
        (("--choose", "gat=approved"), "refund: there is no node “gat”; did you mean gate?."),
        (("--input", "/nowhere"), "/nowhere cannot be read: "),
    ],
)
def test_what_cannot_be_understood_is_refused(run, file, words, said):
    assert run("refund", "--file", file(POLICY), *words)[2].startswith(said)


@pytest.mark.parametrize("text", ["{", "NaN"])
def test_what_is_no_json_is_refused(run, file, text):
    path = file(text)
    end = run("refund", "--file", file(POLICY), "--input", path)[2]
    assert end.startswith(f"{path} is no JSON: ")


def test_outputs_are_told_by_node(run, file):
    path = file([1])
    end = run("refund", "--file", file(POLICY), "--outputs", path)[2]
    assert end == f"{path} must hold an object: node -> output."


def test_a_workflow_that_the_file_lacks_is_refused(run, file):
    path = file(POLICY)
    assert run("other", "--file", path)[2] == f"There is no workflow “other” in {path}."


@pytest.mark.django_db
def test_a_workflow_that_is_not_published_is_refused(run):
    assert run("refunds")[2] == "There is no published workflow “refunds”."


@pytest.mark.django_db
def test_the_published_workflow_is_walked_and_nothing_is_written(run, file):
    words = ("--choose", "gate=rejected,approved", "--input", file(GIVEN))
    made_up = file({"propose": PROPOSED, "revise": REVISED})
    with shop() as it:
        before = Event.objects.count()
        lines, _, end = run("refunds", *words, "--outputs", made_up)
        assert (Event.objects.count(), Run.objects.count(), it.calls) == (before, 0, [])
    heads = [line.partition(":")[0] for line in lines if not line.startswith(" ")]
    assert heads == [
        *("analyse", "propose", "gate", "revise", "gate (round 2)", "execute", "done"),
        "The run ends",
    ]
    assert end == 0


# --- a run would go the same way ------------------------------------------------------------------


def walked(it, run, **plan):
    """The same, of a dry walk with the outputs that the actions really had."""
    policies = {"refund": policy_of(it.desk.gate.version)}
    outputs: dict[str, list] = {}
    for step in Step.objects.filter(run=run, kind="action", status="done").order_by("id"):
        outputs.setdefault(step.node, []).append(step.output)
    given = Plan(run.input, outputs | plan.pop("results", {}), plan)
    return simulate(graph_of(run.version), policies, given)


def agree(it, run, **plan):
    """Both went from node to node alike, with the same data, and stopped for the same reason."""
    trail, run = walked(it, run, **plan), now(run)
    steps = list(Step.objects.filter(run=run).order_by("id"))
    assert [(step.node, step.round, step.outcome) for step in trail] == [
        (step.node, step.round, step.outcome) for step in steps
    ]
    for mine, after, real in zip(trail, trail[1:], steps[1:], strict=False):
        given = after.given if after.kind == "action" else mine.handed
        assert unsaid(given) == unsaid(real.data)
    assert trail[-1].problem == steps[-1].error
    assert (run.status == "stuck") == bool(trail[-1].problem)


def unsaid(given):
    """Without what only a person says."""
    return {**given, "reasons": []} if isinstance(given, dict) and "reasons" in given else given


alike = pytest.mark.usefixtures("nine_o_clock", "db")


SAID = {"approve": "approved", "reject": "rejected", "modify": "modified"}
LESS = {"amount": 30, "order": "A-17"}


@alike
@pytest.mark.parametrize("verdicts", [("approve",), ("reject", "modify"), ("reject", "reject")])
def test_verdicts_lead_where_they_would(verdicts):
    with shop(max_rounds=2) as it:
        run = go_on(it.start(GIVEN))
        for verdict in verdicts:
            it.decide(run, verdict, **({"proposal": LESS} if verdict == "modify" else {}))
        agree(it, run, gate=[SAID[verdict] for verdict in verdicts], results={"gate": [LESS]})


@alike
def test_branches_and_conditions_go_as_they_would():
    nodes = (
        confirming("ask", on={"met": "size", "denied": "done", "expired": "done"}),
        Branch("size", (Case("input.order == 'A-17'", "done"),), "stopped"),
        *NODES[-2:],
    )
    from reviews.models import Condition  # noqa: PLC0415
    from reviews.transitions import conditions  # noqa: PLC0415
    from reviews.transitions.runs.confirming import secret_of  # noqa: PLC0415

    with shop(*nodes) as it:
        run = go_on(it.start(GIVEN))
        conditions.answer_by_link(secret_of(Condition.objects.get()), met=True)
        agree(it, go_on(run), ask=["met"])


ON = asking("gate", "done").on


@alike
@pytest.mark.parametrize(
    "nodes",
    [
        (Action("do", "tick", "done", data="input.missing"), End("done")),
        (Branch("size", (Case("input.missing > 1", "done"),), "done"), End("done")),
        (Action("do", "tick", "gate"), asking("gate", "done"), End("done")),
        (
            Action("do", "tick", "gate"),
            asking("gate", "done", data={"proposal": "{'amount': -5}"}),
            End("done"),
        ),
        (HumanGate("gate", "refund", ON, {"proposal": "1", "confidence": "2"}), End("done")),
    ],
)
def test_dead_ends_are_the_same_in_the_same_words(nodes):
    with shop(*nodes) as it:
        agree(it, go_on(it.start(GIVEN)))
