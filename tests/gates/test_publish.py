"""Publishing: versions, their rows and events; all or none; running reviews keep theirs."""

from __future__ import annotations

import pytest

from gates import clock
from gates.actors import command
from gates.models import Calendar, EscalationStep, Event, Gate, GateVersion, ReasonCode, Team
from gates.policy import GatePolicy, Reason, Step, Triggers
from gates.queries.policies import policy_of
from gates.transitions.publish import Published, Unfit, apply, digest_of, publish, teams_of
from tests import factories
from tests.factories import T0, after, at
from tests.gates.policies import a_gate

pytestmark = pytest.mark.django_db

ACTOR = command("policy")
OFFICE = {"mon": [["09:00", "17:00"]]}


@pytest.fixture
def support():
    """The teams that the gate names."""
    return factories.team("support_team"), factories.team("support_leads")


def published(policy=None, **changes):
    with at(T0):
        return publish(policy or a_gate(**changes), actor=ACTOR)


def current() -> GateVersion:
    """The version that is published."""
    return GateVersion.objects.get(published_for__slug="refund")


def test_a_new_gate_gets_its_first_version(support):
    assert published(owner="support_leads") == Published("refund", 1, changed=True)
    gate, version = Gate.objects.get(), current()
    assert (gate.slug, gate.owner, gate.versions.count()) == ("refund", support[1], 1)
    assert (version.number, version.published_at, version.published_by) == (1, T0, "command:policy")
    assert (version.timeout, version.timeout_action) == (300, "escalate")
    assert (version.final_action, version.levels) == ("reject", 1)


def test_a_version_holds_the_whole_policy(support):
    policy = a_gate(triggers=Triggers(stakes="proposal.amount > 100"))
    published(policy)
    version = GateVersion.objects.get()
    assert (version.document, version.digest) == (policy.document(), digest_of(policy))
    assert policy_of(version) == policy
    assert GatePolicy.from_document(version.document) == policy


def test_the_chain_becomes_rows(support):
    published()
    steps = EscalationStep.objects.values_list("level", "team__slug", "timeout")
    assert list(steps) == [(0, "support_team", 300), (1, "support_leads", 900)]
    assert GateVersion.objects.get().steps.get(level=1).team == support[1]


def test_reasons_become_rows(support):
    published(reasons=(Reason("fraud", "Looks like fraud"), Reason("late", "Too late")))
    rows = ReasonCode.objects.order_by("code").values_list("code", "label")
    assert list(rows) == [("fraud", "Looks like fraud"), ("late", "Too late")]


def test_publishing_writes_an_event_of_the_gate(support):
    published()
    gate, event = Gate.objects.get(), Event.objects.get()
    assert (event.subject_type, event.subject_id, event.verb) == ("gate", str(gate.pk), "published")
    assert (event.actor, event.at) == ("command:policy", T0)
    assert event.data == {"version": 1, "digest": current().digest}
    assert (gate.event_count, gate.event_head) == (1, event.hash)


def test_publishing_the_same_again_changes_nothing(support):
    published()
    before = Gate.objects.values().get()
    assert published() == Published("refund", 1, changed=False)
    assert Gate.objects.values().get() == before
    assert (GateVersion.objects.count(), Event.objects.count()) == (1, 1)


def test_a_changed_gate_becomes_a_new_version_and_the_old_one_stays(support):
    published(owner="support_leads")
    assert published(lease=60) == Published("refund", 2, changed=True)
    gate = Gate.objects.get()
    assert (current().number, gate.owner) == (2, None)
    assert [policy_of(version).lease for version in gate.versions.order_by("number")] == [600, 60]
    assert [event.data["version"] for event in Event.objects.order_by("seq")] == [1, 2]


def test_going_back_is_a_version_of_its_own(support):
    published()
    published(lease=60)
    assert published() == Published("refund", 3, changed=True)


def test_running_reviews_keep_their_version():
    gate = factories.gate()
    with at(T0):
        review = factories.submit(gate, factories.key(gate))
    with at(after(1)):
        publish(factories.policy(lease=60), actor=ACTOR)
    review.refresh_from_db()
    assert (review.version.number, policy_of(review.version).lease) == (1, factories.LEASE)
    assert current().number == 2


# --- teams ----------------------------------------------------------------------------------------


def test_a_team_that_is_missing_is_refused_and_nothing_stays():
    factories.team("support_team")
    with pytest.raises(Unfit) as raised:
        published(owner="owners")
    assert str(raised.value) == (
        "refund: there is no team “support_leads” (--create-teams makes it); "
        "there is no team “owners” (--create-teams makes it)"
    )
    assert not Gate.objects.exists()


def test_an_empty_team_will_do(support):
    assert published().changed is True


def test_working_time_needs_hours_on_every_team_of_the_chain(support):
    team, leads = support
    team.calendar = Calendar.objects.create(name="Office", hours=OFFICE)
    team.save()
    with pytest.raises(Unfit) as raised:
        published(working_time=True)
    assert str(raised.value) == "refund: working_time needs a calendar on team “support_leads”"
    Team.objects.filter(pk=leads.pk).update(calendar=team.calendar)
    assert published(working_time=True).changed is True


def test_the_owner_needs_no_hours(support):
    calendar = Calendar.objects.create(name="Office", hours=OFFICE)
    Team.objects.update(calendar=calendar)
    factories.team("owners")
    assert published(working_time=True, owner="owners").changed is True


def test_hours_too_few_for_the_timeout_are_refused(support):
    calendar = Calendar.objects.create(name="Short", hours={"mon": [["09:00", "09:01"]]})
    Team.objects.update(calendar=calendar)
    steps = (Step("support_team", 10**6), Step("support_leads", 60))
    with pytest.raises(Unfit) as raised:
        published(working_time=True, steps=steps)
    assert str(raised.value) == (
        "refund: the deadline cannot be counted for team “support_team”: "
        "the working hours are too few for so long a time"
    )


def test_every_team_that_is_named_is_known_once():
    steps = (Step("a", 1), Step("b", 1), Step("a", 1))
    assert teams_of(a_gate(steps=steps, owner="c")) == ["a", "b", "c"]


# --- many gates -----------------------------------------------------------------------------------


def test_a_file_is_published_in_its_order(support):
    gates = [a_gate(slug="z"), a_gate(slug="a")]
    with at(T0):
        assert apply(gates, actor=ACTOR) == [
            Published("z", 1, changed=True),
            Published("a", 1, changed=True),
        ]
        assert apply(gates, actor=ACTOR) == [
            Published("z", 1, changed=False),
            Published("a", 1, changed=False),
        ]


def test_one_gate_that_is_refused_keeps_all_others_back(support):
    other = a_gate(slug="z", owner="nobody_at_all")
    with pytest.raises(Unfit), at(T0):
        apply([a_gate(slug="a"), other], actor=ACTOR)
    assert not Gate.objects.exists()
    assert not Event.objects.exists()


def test_missing_teams_are_made_when_that_is_wanted():
    there = factories.team("support_team")
    with at(T0):
        apply([a_gate(owner="the-owners")], actor=ACTOR, create_teams=True)
    rows = (
        Team.objects.exclude(pk=there.pk).order_by("slug").values_list("slug", "name", "time_zone")
    )
    assert list(rows) == [
        ("support_leads", "Support leads", "UTC"),
        ("the-owners", "The owners", "UTC"),
    ]
    events = Event.objects.filter(subject_type="team").order_by("pk")
    assert [(event.verb, event.actor) for event in events] == [("created", "command:policy")] * 2


def test_teams_are_not_made_when_the_gates_are_refused():
    with pytest.raises(Unfit), at(T0):
        apply([a_gate(working_time=True)], actor=ACTOR, create_teams=True)
    assert not Team.objects.exists()


def test_time_comes_from_the_clock(support):
    before = clock.now()
    publish(a_gate(), actor=ACTOR)
    assert before <= GateVersion.objects.get().published_at <= clock.now()
