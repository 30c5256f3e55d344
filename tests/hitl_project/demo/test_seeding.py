"""Planting the demo: once or again, and only where its passwords do no harm."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command

from gates.actors import person
from gates.chain import first_flaw
from gates.models import ApiKey, Event, Gate, GateVersion, Membership, Team
from gates.queries.policies import policy_of
from gates.transitions import publish
from gates.transitions.events import link_of
from hitl_project.demo.people import PASSWORD, PEOPLE, ROLES
from hitl_project.demo.seeding import AGENT_KEY, PERSONAL_KEY, NotHere, plant

pytestmark = pytest.mark.django_db


def rows():
    """How much there is of what must not grow."""
    made = (User, Group, Team, Membership, Gate, GateVersion)
    return [kind._default_manager.count() for kind in made] + [live_keys()]


def key_of(secret) -> ApiKey:
    return ApiKey.objects.get(prefix=secret.partition(".")[0])


def live_keys():
    return sorted(ApiKey.objects.filter(revoked=False).values_list("name", flat=True))


def test_planting_twice_changes_nothing_but_the_keys(planted):
    before = rows()
    again = plant()
    assert rows() == before == [6, 5, 4, 6, 2, 2, [AGENT_KEY, PERSONAL_KEY]]
    assert {again.agent, again.reviewer} & {planted.agent, planted.reviewer} == set()


def test_only_the_newest_keys_work(planted):
    again = plant()
    secrets = (planted.agent, planted.reviewer, again.agent, again.reviewer)
    assert [ApiKey.objects.is_valid(secret) for secret in secrets] == [False, False, True, True]


def test_the_agents_key_reaches_the_refund_gate_only(planted):
    key = key_of(planted.agent)
    assert (key.kind, key.all_gates) == ("integrator", False)
    assert [gate.slug for gate in key.gates.all()] == ["refund"]


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


@pytest.mark.parametrize(
    ("permission", "holders"),
    [
        ("reviews.view_all_reviews", {"admin", "auditor"}),
        ("reviews.view_review", {"admin", "reviewer", "lead", "auditor"}),
        ("reviews.overturn_review", {"admin"}),
        ("reviews.cancel_review", {"admin"}),
        ("gates.change_team", {"admin"}),
        ("gates.view_gate", {"admin", "author", "approver", "reviewer", "lead", "auditor"}),
        ("gates.add_gateversion", {"admin", "author"}),
        ("gates.change_gate", {"admin", "approver"}),
        ("gates.view_event", {"admin", "author", "approver", "auditor"}),
        ("auth.change_user", {"admin"}),
    ],
)
def test_roles_hold_what_they_need_and_no_more(planted, permission, holders):
    assert {user.username for user in User.objects.all() if user.has_perm(permission)} == holders


def test_people_are_in_their_teams(planted):
    seats = Membership.objects.values_list("team__slug", "user__username", "lead")
    assert sorted(seats) == [
        ("loan_leads", "lead", True),
        ("loan_team", "lead", True),
        ("loan_team", "reviewer", False),
        ("support_leads", "lead", True),
        ("support_team", "lead", True),
        ("support_team", "reviewer", False),
    ]


def test_both_gates_are_published(planted):
    assert sorted(Gate.objects.values_list("slug", "version__number")) == [
        ("loan", 1),
        ("refund", 1),
    ]


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
    assert {kind for kind, _ in subjects} == {"team", "gate", "apikey"}
    for kind, pk in subjects:
        chain = Event.objects.filter(subject_type=kind, subject_id=pk).order_by("seq")
        assert first_flaw((link_of(event), event.hash) for event in chain) is None


def test_the_command_shows_logins_and_keys(planted, capsys):
    call_command("seed")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Sign in with the password “{PASSWORD}” as"
    assert "  reviewer  reviewer          support_team, loan_team" in lines
    shown = [line.rpartition(": ")[2] for line in lines[-2:]]
    assert [ApiKey.objects.is_valid(secret) for secret in shown] == [True, True]


def test_production_is_not_planted():
    with pytest.raises(NotHere):
        plant()
    assert (User.objects.count(), Team.objects.count()) == (0, 0)


def test_the_command_says_why_it_does_not_plant_production():
    with pytest.raises(CommandError, match=r"^The demo's passwords are known to everybody"):
        call_command("seed")
