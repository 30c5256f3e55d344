"""Planting the demo: once or again, and only where its passwords do no harm."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command

from gates.actors import person
from gates.chain import first_flaw
from gates.models import (
    ApiKey,
    Event,
    Gate,
    GateVersion,
    Membership,
    Team,
    Workflow,
    WorkflowVersion,
)
from gates.queries.policies import graph_of, policy_of
from gates.transitions import publish, workflows
from gates.transitions.events import link_of
from gates.transitions.roles import ROLES
from hitl_project.demo.cases import INVENTORS
from hitl_project.demo.people import COLLEAGUES, EVERY_TEAM, PASSWORD, PEOPLE
from hitl_project.demo.seeding import (
    AGENT_KEY,
    PERSONAL_KEY,
    POLICIES,
    WORKFLOWS,
    NotHere,
    plant,
)
from hitl_project.demo.shop.errands import ERRANDS

pytestmark = pytest.mark.django_db


def rows():
    """How much there is of what must not grow."""
    made = (User, Group, Team, Membership, Gate, GateVersion, Workflow, WorkflowVersion)
    return [kind._default_manager.count() for kind in made] + [live_keys()]


def key_of(secret) -> ApiKey:
    return ApiKey.objects.get(prefix=secret.partition(".")[0])


def live_keys():
    return sorted(ApiKey.objects.filter(revoked=False).values_list("name", flat=True))


def test_planting_twice_changes_nothing_but_the_keys(planted):
    before = rows()
    again = plant()
    assert rows() == before == [14, 5, 7, 23, 8, 8, 4, 4, [AGENT_KEY, PERSONAL_KEY]]
    assert {again.agent, again.reviewer} & {planted.agent, planted.reviewer} == set()


def test_only_the_newest_keys_work(planted):
    again = plant()
    secrets = (planted.agent, planted.reviewer, again.agent, again.reviewer)
    assert [ApiKey.objects.is_valid(secret) for secret in secrets] == [False, False, True, True]


def test_the_agents_key_reaches_the_gates_of_the_shop_only(planted):
    key = key_of(planted.agent)
    assert (key.kind, key.all_gates) == ("integrator", False)
    assert {gate.slug for gate in key.gates.all()} == {*INVENTORS, "gift", "restock"}


def test_the_personal_key_acts_as_the_reviewer(planted):
    reviewer = User.objects.get(username="reviewer")
    key = key_of(planted.reviewer)
    assert key.actor() == person(reviewer.pk, "reviewer")


@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.username)
def test_every_login_works_and_has_its_role(planted, client, who):
    form = {"username": who.username, "password": PASSWORD}
    assert client.post("/login/", form).headers["Location"] == "/"
    user = User.objects.get(username=who.username)
    assert [group.name for group in user.groups.all()] == [who.role]
    assert (user.is_staff, user.is_superuser) == (True, False)
    assert client.get("/admin/").status_code == 200


def test_there_is_a_login_for_each_role(planted):
    assert {who.role for who in PEOPLE} == set(ROLES)


def test_people_are_in_their_teams(planted):
    def seats(username):
        rows = Membership.objects.filter(user__username=username)
        return dict(rows.order_by("team__slug").values_list("team__slug", "lead"))

    teams = ("finance_team", "loan_team", "support_team", "trust_team")
    assert seats("reviewer") == dict.fromkeys(teams, False)
    assert seats("lead") == dict.fromkeys(EVERY_TEAM, True)
    assert seats("mia.keller") == {"support_team": False}
    assert seats("auditor") == seats("admin") == {}


def test_colleagues_have_a_role_but_no_password_and_no_admin(planted):
    for who in COLLEAGUES:
        user = User.objects.get(username=who.username)
        assert [group.name for group in user.groups.all()] == ["reviewer"]
        assert (user.is_staff, user.has_usable_password()) == (False, False)


def test_every_gate_is_published(planted):
    gates = sorted(Gate.objects.values_list("slug", "version__number"))
    slugs = (
        "bulk_credit",
        "close_account",
        "gift",
        "listing",
        "loan",
        "refund",
        "reply",
        "restock",
    )
    assert gates == [(slug, 1) for slug in slugs]


def test_every_workflow_is_published(planted):
    workflows = sorted(Workflow.objects.values_list("slug", "version__number"))
    assert workflows == [(slug, 1) for slug in sorted(ERRANDS)]


@pytest.mark.parametrize("slug", ERRANDS)
def test_every_workflow_is_without_an_error_or_a_warning(planted, slug, capsys):
    call_command("policy", "check", str(WORKFLOWS / f"{slug}.yaml"))
    assert "warning" not in capsys.readouterr().out


def test_a_workflow_that_no_longer_fits_a_changed_gate_is_left_out(planted):
    Workflow.objects.filter(slug__in=("refund", "pickup")).update(version=None)
    policy = policy_of(GateVersion.objects.get(gate__slug="refund"))
    document = policy.document() | {"options": ["approve", "respond"]}
    publish.publish(type(policy).from_document(document), actor=person(1, "somebody"))
    plant()
    left = Workflow.objects.filter(version=None).values_list("slug", flat=True)
    assert set(left) == {"refund", "pickup"}


def test_a_workflow_that_somebody_changed_stays_changed(planted):
    graph = graph_of(WorkflowVersion.objects.get(workflow__slug="parcel"))
    workflows.publish(replace(graph, description="Ours"), actor=person(1, "somebody"))
    plant()
    assert Workflow.objects.filter(slug="parcel", version__number=2).exists()


@pytest.mark.parametrize("slug", ["loan", *INVENTORS])
def test_every_policy_is_without_an_error_or_a_warning(planted, slug, capsys):
    call_command("policy", "check", str(POLICIES / f"{slug}.yaml"))
    assert "warning" not in capsys.readouterr().out


def test_what_somebody_changed_stays_changed(planted):
    policy = policy_of(GateVersion.objects.get(gate__slug="refund"))
    document = policy.document() | {"undo_window": 99}
    publish.publish(type(policy).from_document(document), actor=person(1, "somebody"))
    user = User.objects.get(username="reviewer")
    user.set_password("my own")
    user.save()
    plant()
    assert Gate.objects.filter(slug="refund", version__number=2).exists()
    assert User.objects.get(username="reviewer").check_password("my own")


def test_all_of_it_is_in_the_audit_trail(planted):
    plant()
    subjects = set(Event.objects.values_list("subject_type", "subject_id"))
    assert {kind for kind, _ in subjects} == {"team", "gate", "workflow", "apikey"}
    for kind, pk in subjects:
        chain = Event.objects.filter(subject_type=kind, subject_id=pk).order_by("seq")
        assert first_flaw((link_of(event), event.hash) for event in chain) is None


def test_the_command_shows_logins_and_keys(planted, capsys):
    call_command("seed", "--empty")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Sign in with the password “{PASSWORD}” as"
    assert "  lead      reviewer, leads every team" in lines
    shown = [line.rpartition(": ")[2] for line in lines[-2:]]
    assert [ApiKey.objects.is_valid(secret) for secret in shown] == [True, True]


def test_production_is_not_planted():
    with pytest.raises(NotHere):
        plant()
    assert (User.objects.count(), Team.objects.count()) == (0, 0)


def test_the_command_says_why_it_does_not_plant_production():
    with pytest.raises(CommandError, match=r"^The demo's passwords are known to everybody"):
        call_command("seed")
