"""`manage.py apikey`."""

import io

import pytest
from django.core.management import CommandError, call_command

from gates.chain import GENESIS, first_flaw
from gates.models import ApiKey, Event
from gates.transitions import keys
from gates.transitions.events import link_of
from reviews.api.auth import usable_key
from tests import factories
from tests.factories import T0, at

pytestmark = pytest.mark.django_db


def apikey(*arguments: str) -> tuple[str, str]:
    """What the command says to stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    call_command("apikey", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def events() -> list[tuple[str, str, dict]]:
    rows = Event.objects.filter(subject_type="apikey").order_by("subject_id", "seq")
    return [(event.verb, event.actor, event.data) for event in rows]


def test_the_key_is_alone_on_stdout():
    factories.gate()
    out, err = apikey("create", "agent", "--gate", "refund")
    assert err == ""
    assert out.endswith("\n")
    assert usable_key(out.strip()) == ApiKey.objects.get()


def test_an_integrators_key_works_within_its_gates():
    refund, _, _ = (factories.gate(slug=slug) for slug in ("refund", "loan", "other"))
    ann = factories.user("ann")
    apikey("create", "agent", "--gate", "refund", "loan", "--owner", "ann")
    key = ApiKey.objects.get()
    assert (key.name, key.kind, key.owner, key.all_gates) == ("agent", "integrator", ann, False)
    assert sorted(gate.slug for gate in key.gates.all()) == ["loan", "refund"]
    assert key.reaches(refund)
    assert events() == [
        (
            "created",
            "command:apikey",
            {
                "gates": ["loan", "refund"],
                "kind": "integrator",
                "owner": ann.pk,
                "all_gates": False,
            },
        )
    ]


def test_a_key_for_all_gates_reaches_gates_to_come():
    apikey("create", "agent", "--all-gates")
    assert ApiKey.objects.get().reaches(factories.gate())


def test_a_personal_key_acts_as_its_person():
    ann = factories.user("ann")
    apikey("create", "ann's shell", "--user", "ann")
    key = ApiKey.objects.get()
    assert (key.personal, key.owner) == (True, ann)
    assert key.actor() == factories.person(ann)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("agent", "--gate", "nothing"), "There is no gate “nothing”."),
        (("agent", "--user", "nobody"), "There is no active user “nobody”."),
        (("agent", "--user", "gone"), "There is no active user “gone”."),
        (("agent", "--all-gates", "--owner", "nobody"), "There is no active user “nobody”."),
        (("agent", "--user", "ann", "--owner", "ann"), "leave --owner out"),
        (("x" * 51, "--all-gates"), "50 characters"),
        (("", "--all-gates"), "cannot be blank"),
        (("agent",), "one of the arguments --gate --all-gates --user is required"),
        (("agent", "--all-gates", "--user", "ann"), "not allowed with"),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(arguments, complaint):
    factories.user("ann")
    factories.user("gone", is_active=False)
    with pytest.raises(CommandError, match=complaint):
        apikey("create", *arguments)
    assert ApiKey.objects.count() == Event.objects.count() == 0


def test_keys_are_listed_without_their_secrets():
    gate = factories.gate()
    ann = factories.user("ann")
    agent = factories.key(gate, name="agent", owner=ann)
    everywhere = factories.key(name="everywhere")
    own = factories.personal_key(ann, name="shell")
    old = factories.key(name="old")
    old.expiry_date = T0
    old.save()
    keys.revoke(everywhere.pk, actor=factories.person(ann))
    with at(T0):
        out, _ = apikey("list")
    assert [line.split("\t") for line in out.splitlines()] == [
        [old.prefix, "expired", "integrator", "*", "-", "old"],
        [own.prefix, "active", "personal", "-", "ann", "shell"],
        [everywhere.prefix, "revoked", "integrator", "*", "-", "everywhere"],
        [agent.prefix, "active", "integrator", "refund", "ann", "agent"],
    ]


def test_a_revoked_key_stops_working_and_stays_in_the_list():
    secret = apikey("create", "agent", "--all-gates")[0].strip()
    _, err = apikey("revoke", secret.partition(".")[0])
    assert err == "“agent” is revoked.\n"
    assert usable_key(secret) is None
    apikey("revoke", secret)
    assert [verb for verb, _, _ in events()] == ["created", "revoked"]


def test_an_unknown_key_cannot_be_revoked():
    with pytest.raises(CommandError, match="No key begins with “nothing”"):
        apikey("revoke", "nothing")


def test_the_trail_of_a_key_is_a_chain():
    secret = apikey("create", "agent", "--all-gates")[0].strip()
    apikey("revoke", secret)
    key = ApiKey.objects.get()
    rows = Event.objects.filter(subject_type="apikey", subject_id=str(key.pk)).order_by("seq")
    first, last = rows
    assert first_flaw((link_of(event), event.hash) for event in rows) is None
    assert (key.event_count, key.event_head) == (2, last.hash)
    assert first.prev == GENESIS
