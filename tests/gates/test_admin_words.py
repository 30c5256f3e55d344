"""A gate in plain words, as its admin page tells it."""

import pytest
from django.urls import reverse

from gates.admin.words import course_in_words, diffed, listed, rules_in_words
from gates.policy import Boundary, Step, Triggers
from tests.factories import gate, policy, team, user


def test_every_rule_is_told():
    triggers = Triggers(
        irreversible=True,
        stakes="proposal.amount > 100",
        boundary=(Boundary("many", "proposal.amount > 50", "Fifty is a lot."),),
        confidence_below=0.9,
        calibration=0.05,
    )
    assert list(rules_in_words(policy(triggers=triggers, limits="proposal.amount < 500"))) == [
        "Every proposal: the action cannot be undone.",
        "Where proposal.amount > 100: The stakes are high: proposal.amount > 100.",
        "Where proposal.amount > 50: Fifty is a lot.",
        "Where the AI's confidence is below 0.9, or missing.",
        "5 % of all proposals, chosen at random.",
        "Whatever breaks proposal.amount < 500; it cannot be approved as it is.",
    ]


def test_a_gate_that_always_asks_says_why():
    assert list(rules_in_words(policy())) == ["Every proposal: tests ask a person"]


def test_the_course_is_told_up_to_its_end():
    said = list(course_in_words(policy(options=("approve", "reject"), approvals=2)))
    assert said == [
        "support_team is asked and has 5 minutes.",
        "If nobody answers, it goes to support_leads for 15 minutes, then it is rejected.",
        "Who is asked may: approve, reject.",
        "It takes 2 approvals; one rejection ends it.",
        "A verdict can be undone for 10 seconds.",
    ]


def test_a_verdict_that_stands_at_once_is_not_said_to_be_undone():
    said = list(course_in_words(policy(undo_window=0)))
    assert said[-1].startswith("Who is asked may:")


def test_lines_are_escaped_and_empty_ones_left_out():
    assert listed(["a < b", ""]) == '<ul class="gh-why"><li>a &lt; b</li></ul>'


def test_a_diff_marks_what_came_and_what_went():
    shown = diffed(["--- v1", "+++ v2", "-a: <1>", "+a: 2", " b"])
    assert shown == (
        '<pre class="gh-diff">--- v1\n+++ v2\n'
        "<del>-a: &lt;1&gt;</del>\n<ins>+a: 2</ins>\n b\n</pre>"
    )


@pytest.mark.django_db
def test_a_version_shows_what_it_changed(admin_client):
    first = gate().version_id
    second = gate(undo_window=20).version_id
    pages = [
        admin_client.get(reverse("admin:gates_gateversion_change", args=[pk])).content.decode()
        for pk in (first, second)
    ]
    assert "It is the first." in pages[0]
    assert "<ins>+    undo_window: 20</ins>" in pages[1]


@pytest.mark.django_db
def test_a_gate_leads_to_its_reviews_its_teams_and_its_events(admin_client):
    refund = gate()
    page = admin_client.get(reverse("admin:gates_gate_change", args=[refund.pk])).content.decode()
    links = (
        f'{reverse("admin:reviews_review_changelist")}?gate={refund.pk}"',
        reverse("admin:gates_team_change", args=[team("support_leads").pk]),
        reverse("queue", args=["support_leads"]),
        f"subject_type=gate&amp;subject_id={refund.pk}",
        f'{reverse("admin:gates_gateversion_changelist")}?gate={refund.pk}"',
    )
    assert [link for link in links if link not in page] == []


@pytest.mark.django_db
def test_the_versions_of_one_gate_can_be_listed(admin_client):
    refund = gate()
    gate(slug="loan", steps=(Step("loan_team", 60), Step("support_leads", 900)))
    listed_at = reverse("admin:gates_gateversion_changelist")
    for value, expected in ((refund.pk, ["refund v1"]), ("x", []), ("9" * 30, [])):
        rows = admin_client.get(listed_at, {"gate": value}).context["cl"].result_list
        assert [str(row) for row in rows] == expected


@pytest.mark.django_db
def test_a_team_leads_to_its_queue_here_and_in_the_workspace(admin_client):
    gate()
    support = team("support_team", user("ann"), lead=user("lea"))
    page = admin_client.get(reverse("admin:gates_team_change", args=[support.pk])).content.decode()
    links = (
        f'{reverse("admin:reviews_review_changelist")}?team={support.pk}"',
        reverse("queue", args=["support_team"]),
        "Gate refund",
    )
    assert [link for link in links if link not in page] == []
    page_of_teams = reverse("admin:gates_team_changelist")
    rows = admin_client.get(page_of_teams).context["cl"].result_list
    counted = {row.slug: (row.people_count, row.lead_count) for row in rows}
    assert counted == {"support_team": (2, 1), "support_leads": (0, 0)}
