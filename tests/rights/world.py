"""One small world: a team with its reviews, and everybody who could come to its doors."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django_q.models import Failure, OrmQ

from gates.graph import Action, End
from gates.models import ApiKey, Calendar, Event
from gates.policy import Step
from gates.transitions import roles
from reviews import deadlines
from reviews.models import Endpoint, Heartbeat, IdempotencyKey, Preference, Review
from reviews.transitions import comments, decisions, leases
from reviews.transitions.runs import people
from reviews.transitions.runs.starting import Start, start
from reviews.verdicts import Answer
from tests.factories import (
    CONTEXT,
    POLICY,
    PROPOSAL,
    T0,
    TIMEOUT,
    UNDO_WINDOW,
    after,
    at,
    key,
    person,
    personal_key,
    policy,
    publish,
    secret_of,
    submit,
    team,
    user,
)
from tests.reviews.runs.shop import asking, go_on, graph
from tests.reviews.runs.shop import publish as publish_workflow

# Everybody, with his role. Reviews belong to `support_team`, and `care_team` owns its gate.
ROLES = {
    "anonymous": "",
    "member": "",
    "reviewer": "reviewer",
    "lead": "reviewer",
    "owner": "reviewer",
    "other": "reviewer",
    "admin": "admin",
    "author": "policy author",
    "approver": "policy approver",
    "auditor": "auditor",
    "superuser": "",
    "key": "",
    "other key": "",
    "personal key": "reviewer",
    "stranger's key": "",
    "left": "reviewer",
    "left's key": "reviewer",
}
TEAMS = {
    "member": "support_team",
    "reviewer": "support_team",
    "lead": "support_team",
    "owner": "care_team",
    "other": "vault_team",
    "personal key": "support_team",
    "left": "support_team",
    "left's key": "support_team",
}
NOW = after(1)
CALLBACK = "https://agent.example.com/hooks"
TERMS = (
    {"confirms": "reviewer", "text": "The goods are back", "timeout": 86_400},
    {"confirms": "api", "text": "The parcel is booked", "timeout": 86_400},
    {"confirms": "link", "text": "The address is right", "timeout": 86_400},
)
VAULT: dict[str, Any] = {
    "slug": "vault",
    "steps": (Step("vault_team", TIMEOUT),),
    "timeout_action": "reject",
    "final_action": "",
}


@dataclass
class World:
    """What there is, by the names that the tables use, and everybody's way in."""

    things: dict[str, Any] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def visitor(self, role: str) -> Client:
        """A fresh browser, or program, of that role."""
        secret = self.secrets.get(role)
        client = Client(headers={"Authorization": f"Bearer {secret}"} if secret else {})
        client.raise_request_exception = False
        if role in self.sessions:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client


def world(mark: str = "") -> World:
    """Everybody and everything; `mark` stands in every text that somebody wrote about a review."""
    roles.seed()
    made = World()
    with at(T0):
        _found(made)
        for role in ROLES:
            _enter(made, role)
        team("support_leads", user("upstairs"))
    _write(made, mark)
    _run(made, mark)
    _add_rows(made)
    User.objects.filter(username__startswith="left").update(is_active=False)
    return made


def _found(made: World) -> None:
    """The gates and their keys."""
    title = "Refund of {{ proposal.amount }} {{ proposal.said }}"
    gate = publish(replace(POLICY, owner="care_team", description=title))
    vault = publish(policy(**VAULT))
    ours, theirs = key(gate, name="ours"), key(vault, name="theirs")
    made.things |= {"gate": gate, "vault": vault, "apikey": ours}
    made.secrets = {"key": secret_of(ours), "other key": secret_of(theirs)}


def _enter(made: World, role: str) -> None:
    """Somebody of that role, with his way in."""
    if role in made.secrets or role == "anonymous":
        return
    name = role.replace("'s", "").replace(" ", "_")
    found = user(name, is_staff=bool(ROLES[role]), is_superuser=role == "superuser")
    found.is_staff = found.is_staff or found.is_superuser
    found.save()
    found.groups.set(Group.objects.filter(name=ROLES[role]))
    made.people[role] = found
    if role in TEAMS:
        team(TEAMS[role], found, lead=found if role == "lead" else None)
    if role.endswith("key"):
        made.secrets[role] = secret_of(personal_key(found))
        return
    client = Client()
    client.force_login(found)
    made.sessions[role] = client.cookies[settings.SESSION_COOKIE_NAME].value


def _write(made: World, mark: str) -> None:
    """Reviews in every state, and what people wrote about them."""
    member, reviewer = (person(made.people[name]) for name in ("member", "reviewer"))
    early = after(-1000)
    conditional = _submit(made, mark, early)
    with at(early):
        terms = tuple(term | {"text": f"{term['text']} {mark}"} for term in TERMS)
        answer = Answer("approve_if", conditions=terms, note=f"Only then {mark}")
        decided = decisions.decide(conditional.pk, actor=member, answer=answer)
    closed = _submit(made, mark, early)
    with at(early):
        decisions.decide(closed.pk, actor=member, answer=Answer("approve", note=f"Fine {mark}"))
    with at(after(-1000 + UNDO_WINDOW)):
        deadlines.enforce(conditional.pk)
        deadlines.enforce(closed.pk)
    pending, claimed, held = (_submit(made, mark, T0) for _ in range(3))
    with at(T0):
        comments.comment(pending.pk, actor=member, text=f"A remark {mark}")
        comments.ask(pending.pk, actor=member, question=f"Why {mark}?")
        leases.claim(claimed.pk, actor=reviewer)
        answer = Answer("reject", reasons=("fraud",), note=f"Never {mark}")
        decisions.decide(held.pk, actor=reviewer, answer=answer)
    made.things |= {
        "conditional": conditional,
        "closed": closed,
        "pending": pending,
        "claimed": claimed,
        "held": held,
        "secret": next(iter(decided.links.values())),
    }


def _submit(made: World, mark: str, when: datetime) -> Review:
    with at(when):
        return submit(
            made.things["gate"],
            made.things["apikey"],
            PROPOSAL | {"order": f"A-17{mark}", "said": mark},
            context=CONTEXT | {"refund_reason": f"Broken {mark}", "beside": mark},
            rationale=f"It is broken. {mark}",
            recommendation="approve",
            confidence=0.7,
            requester={"id": f"jane{mark}", "contact": f"jane{mark}@example.com"},
            external_id=f"case{mark}-{when:%H%M}-{Review.objects.count()}",
            metadata={"run": mark},
            callback_url=CALLBACK,
        )


def _run(made: World, mark: str) -> None:
    """A workflow that asks at our gate, and a run of it at a dead end."""
    nodes = (Action("pay", "nobody_pays", "done", compensate="take_back"), asking("gate", "pay"))
    version = publish_workflow(graph(*nodes, End("done"), slug="refund", first="gate"))
    body = {"proposal": PROPOSAL | {"said": mark}, "context": CONTEXT, "confidence": 0.7}
    with at(after(-1000)):
        found = start(Start("refund", body, external_id=f"run{mark}"), key=made.things["apikey"])
        asked = Review.objects.get(step__run=found)
        answer = Answer("approve", note=f"Fine {mark}")
        decisions.decide(asked.pk, actor=person(made.people["member"]), answer=answer)
    with at(after(-1000 + UNDO_WINDOW)):
        deadlines.enforce(asked.pk)
        go_on(found)
        ended = start(Start("refund", body), key=made.things["apikey"])
        people.cancel(ended.pk, actor=made.things["apikey"].actor())
    made.things |= {
        "workflow": version.workflow,
        "workflowversion": version,
        "run": found,
        "ended run": ended,
    }


def _add_rows(made: World) -> None:
    """One row of every other kind that the admin shows."""
    pending, conditional = made.things["pending"], made.things["conditional"]
    kinds = {term.confirms: term for term in conditional.conditions.all()}
    made.things |= {
        "review": pending,
        "assignment": pending.assignment,
        "decision": conditional.decisions.get(),
        "condition": kinds["reviewer"],
        "api condition": kinds["api"],
        "comment": pending.comments.get(),
        "delivery": pending.deliveries.first(),
        "event": Event.objects.filter(subject_id=str(pending.pk)).first(),
        "gateversion": made.things["gate"].version,
        "team": pending.team,
        "endpoint": Endpoint.objects.create(
            name="ship_goods", url="https://example.com/ship", secret="whsec_x", created_at=T0
        ),
        "calendar": Calendar.objects.create(name="Weekdays", hours={}),
        "idempotencykey": _idempotency(made.things["apikey"]),
        "heartbeat": Heartbeat.objects.create(cluster="one", at=T0),
        "preference": Preference.objects.create(user=made.people["member"]),
        "failure": Failure.objects.create(
            id="f" * 32, func="a.task", started=T0, stopped=T0, success=False
        ),
        "ormq": OrmQ.objects.create(key="gatehouse", payload="", lock=T0),
        "user": made.people["member"],
        "group": Group.objects.get(name="reviewer"),
    }


def _idempotency(made_with: ApiKey) -> Model:
    return IdempotencyKey.objects.create(
        scope=f"key:{made_with.pk}",
        route="review-list",
        key="a",
        body_hash="0" * 64,
        status_code=201,
        body={},
        created_at=T0,
    )
