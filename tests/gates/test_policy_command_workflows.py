"""`manage.py policy` with workflows: checked, applied, exported and compared like gates."""

from __future__ import annotations

import pytest
from django.db import connection

from gates import performers
from gates.models import Gate, Workflow, WorkflowVersion
from gates.policyfile import read
from tests import factories
from tests.gates.policies import gate_text
from tests.gates.workflows import workflow_text

pytestmark = pytest.mark.django_db

BOTH = gate_text() + "\n" + workflow_text()
MORE = gate_text(options="[approve, reject, respond]")
ANSWERED = "{human_gate: refund, on: {approved: act, rejected: done, answered: done}}"


@pytest.fixture(autouse=True)
def staffed(monkeypatch):
    """A team with somebody in it, and somebody who performs the action."""
    factories.team("team", factories.user())
    monkeypatch.setattr(performers, "_sources", [lambda: ["issue_refund"]])


# --- check ----------------------------------------------------------------------------------------


def test_a_good_file_is_said_to_be_good(run, file):
    path = file(BOTH)
    assert run("check", path) == (f"{path}: 1 gate, 1 workflow, no errors\n", "", None)
    assert not Workflow.objects.exists()


def test_a_file_of_workflows_alone_is_judged_with_the_published_gates(run, file):
    alone = file(workflow_text())
    assert run("check", alone)[1] == (
        f"{alone}:5: workflows.refund.nodes.gate.human_gate: there is no published gate “refund”\n"
    )
    run("apply", file(MORE))
    alone = file(workflow_text())
    assert run("check", alone) == (
        "",
        (
            f"{alone}:5: workflows.refund.nodes.gate.on.answered: is missing: "
            "gate “refund” can end so\n"
        ),
        (1, f"{alone} is not fit for use."),
    )
    path = file(workflow_text(gate=ANSWERED))
    assert run("check", path) == (f"{path}: 1 workflow, no errors\n", "", None)


def test_the_policy_of_the_file_counts_before_the_published_one(run, file):
    run("apply", file(MORE))
    assert run("check", file(BOTH))[1:] == ("", None)


def test_an_action_that_nobody_performs_is_told_at_its_line(run, file):
    text = gate_text() + "\n" + workflow_text(act="{action: isue_refund, next: done}")
    path = file(text)
    assert run("check", path)[1] == (
        f"{path}:12: workflows.refund.nodes.act.action: nobody performs “isue_refund”; "
        "did you mean issue_refund?\n"
    )


def test_a_gate_that_a_published_workflow_does_not_fit_is_told(run, file):
    run("apply", file(BOTH))
    path = file(MORE)
    assert run("check", path)[1:] == (
        (
            f"{path}:2: gates.refund: workflow “refund”: nodes.gate.on.answered: is missing: "
            "gate “refund” can end so\n"
        ),
        (1, f"{path} is not fit for use."),
    )
    path = file(MORE + "\n" + workflow_text(gate=ANSWERED))
    assert run("check", path)[1:] == ("", None)


def test_a_warning_is_told_once(run, file):
    path = file(gate_text() + "\n" + workflow_text(gate=ANSWERED))
    assert run("check", path)[1:] == (
        (
            f"{path}:11: workflows.refund.nodes.gate.on.answered: warning: has no effect: "
            "gate “refund” never ends so\n"
        ),
        None,
    )


def test_an_error_in_a_gate_causes_no_others(run, file):
    path = file(gate_text(timeout="0") + "\n" + workflow_text(act="{action: zzz, next: done}"))
    assert run("check", path)[1] == (
        f"{path}:3: gates.refund.timeout: must be between 1 and 316224000\n"
    )


def test_the_problems_of_the_file_are_told_before_the_database_is_asked(run, file):
    path = file(gate_text() + "\n" + workflow_text(start="zzz"))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gates_team RENAME TO gates_team_away")
    _, problems, (code, message) = run("check", path)
    assert problems == f"{path}:9: workflows.refund.start: there is no node “zzz”\n"
    assert (code, message.endswith("manage.py migrate")) == (1, True)


# --- apply, export and diff -----------------------------------------------------------------------


def test_gates_and_workflows_are_published_together(run, file):
    said = "refund: version 1 published\nworkflow refund: version 1 published\n"
    assert run("apply", file(BOTH)) == (said, "", None)
    assert run("apply", file(BOTH))[0] == said.replace("published", "unchanged")
    assert WorkflowVersion.objects.get().published_by == "command:policy"


def test_a_file_with_a_workflow_that_is_not_fit_publishes_nothing(run, file):
    text = gate_text() + "\n" + workflow_text(act="{action: zzz, next: done}")
    assert run("apply", file(text))[2] is not None
    assert not Gate.objects.exists()


def test_what_is_exported_can_be_applied_and_changes_nothing(run, file):
    run("apply", file(BOTH))
    text, err, failed = run("export")
    assert (err, failed) == ("", None)
    said = "refund: version 1 unchanged\nworkflow refund: version 1 unchanged\n"
    assert run("apply", file(text))[0] == said


def test_gates_and_workflows_are_exported_by_name(run, file):
    run("apply", file(BOTH + "\n  other: {start: done, nodes: {done: {end: true}}}"))

    def held(*words):
        found = read(run("export", *words)[0], "f")
        return [gate.slug for gate in found.gates], [graph.slug for graph in found.workflows]

    assert held() == (["refund"], ["other", "refund"])
    assert held("refund") == (["refund"], [])
    assert held("--workflow", "refund") == ([], ["refund"])
    assert held("refund", "--workflow", "refund", "--workflow", "other") == (
        ["refund"],
        ["other", "refund"],
    )


def test_a_workflow_that_is_not_there_cannot_be_exported(run, file):
    run("apply", file(gate_text()))
    assert run("export", "--workflow", "refund") == (
        "",
        "",
        (1, "There is no published workflow “refund”."),
    )


def test_a_diff_shows_what_applying_would_change(run, file):
    run("apply", file(BOTH))
    path = file(gate_text() + "\n" + workflow_text(act="{action: other, next: done}"))
    performers._sources.append(lambda: ["other"])
    out, err, failed = run("diff", path)
    assert (err, failed) == ("", None)
    lines = out.splitlines()
    assert lines[:2] == ["--- workflow refund version 1", f"+++ {path}"]
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-      act: {action: issue_refund, next: done}",
        "+      act: {action: other, next: done}",
    ]


def test_a_diff_of_what_is_published_is_empty_and_a_new_workflow_is_shown_whole(run, file):
    out, _, _ = run("diff", file(BOTH))
    assert "--- workflow refund version 0\n" in out
    assert "+      done: {end: true}\n" in out
    run("apply", file(BOTH))
    assert run("diff", file(BOTH)) == ("", "", None)
