"""Every address, as everybody meets it: `tables.py` says what he gets."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

import pytest
from django.contrib import admin

from tests.rights import tables
from tests.rights.calls import METHODS, NOTHING, Call, answer, every_address, grouped, letter, row
from tests.rights.world import ROLES, World, world

pytestmark = [pytest.mark.django_db, pytest.mark.portable]

STAFF = tuple(ROLES)[2:11]  # reviewer to superuser
OUTSIDE = ("anonymous", "member", "key", "personal key", "left")
SITE_VIEWS = {
    "list": [("GET", "changelist")],
    "add": [("GET", "add"), ("POST", "add")],
    "look": [("GET", "change")],
    "save": [("POST", "change")],
    "delete": [("GET", "delete"), ("POST", "delete")],
    "history": [("GET", "history")],
}
USES = [use for uses in SITE_VIEWS.values() for use in uses]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Each refusal is logged with its whole stack, which takes longer than to refuse."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def read(table: str) -> dict[str, dict[str, str]]:
    """The rows of a table by their first column."""
    head, *lines = [line for line in table.splitlines() if line]
    starts = [at for at in range(len(head)) if head[at] != " " and (not at or head[at - 1] == " ")]
    ends = [*starts[1:], max(len(line) for line in lines)]
    rows = [[line[a:b].strip() for a, b in zip(starts, ends, strict=True)] for line in lines]
    names = head.split()
    return {cells[0]: dict(zip(names[1:], cells[1:], strict=True)) for cells in rows}


MODELS, ACTIONS = read(tables.MODELS), read(tables.ACTIONS)


def differing(expected: Mapping[Call, str], made: World) -> dict[str, tuple[str, str]]:
    """What the table says and what is, where they differ."""
    found = {call: row(call, made) for call in expected}
    return {
        str(call): (expected[call], found[call]) for call in found if expected[call] != found[call]
    }


def staff_row(call: Call, made: World) -> str:
    """The letters of the admin's tables."""
    return grouped((staff_letter(call, made, role) for role in STAFF), (4, 5))


def staff_letter(call: Call, made: World, role: str) -> str:
    """A page to which one is sent on is nothing done, unless there is an event."""
    found = answer(call, made, made.visitor(role))
    told = letter(found)
    return NOTHING if told == ">" and not found.done else told


def test_every_address_has_its_row() -> None:
    told = {call.name for call in (*tables.PAGES, *tables.API, *tables.SITE)}
    told |= {f"admin:{model}_{view}" for model in MODELS for _method, view in USES}
    told |= set(tables.ELSEWHERE)
    mere_redirects = {name for name in every_address() if name.startswith("admin/")}
    assert set(every_address()) - told - mere_redirects == set()
    assert told - set(every_address()) == set()


def test_what_the_admin_does_not_name_leads_on() -> None:
    views = {name.rpartition(" ")[2] for name in every_address() if name.startswith("admin/")}
    assert views == {"view", "catch_all_view"}


def test_pages() -> None:
    assert differing(tables.PAGES, world()) == {}


def test_the_api() -> None:
    assert differing(tables.API, world()) == {}


def test_pages_and_calls_know_no_other_method() -> None:
    """Signed in as one who may do everything, who is told 405 and not something else."""
    made = world()
    told = {(call.name, call.method): call for call in (*tables.PAGES, *tables.API)}
    anything = {"api/v1/ no_such_call", "api/v1/ view", "login"}  # of Django: answer any, or HEAD
    wrong = {}
    for name, call in {call.name: call for call in told.values()}.items():
        for method in METHODS:
            if (name, method) not in told and name not in anything:
                other = Call(method, name, call.of, {}, call.move if call.of else "")
                found = letter(answer(other, made, made.visitor("superuser")))
                if found != "w":
                    wrong[str(other)] = found
    assert wrong == {}


def test_the_admin_asks_everybody_else_to_sign_in() -> None:
    made = world()
    calls = [Call(method, call.name, call.of) for call in tables.SITE for method in ("GET", "POST")]
    for model in MODELS:
        of = model.rpartition("_")[2]
        for method, view in USES:
            calls.append(Call(method, f"admin:{model}_{view}", of))
    found = {
        (str(call), role): letter(answer(call, made, made.visitor(role)))
        for call in calls
        for role in OUTSIDE
    }
    assert {place: told for place, told in found.items() if told != "s"} == {}


def test_the_admins_own_pages() -> None:
    made = world()
    found = {call: staff_row(call, made) for call in tables.SITE}
    wrong = {str(c): (tables.SITE[c], found[c]) for c in found if found[c] != tables.SITE[c]}
    assert wrong == {}


@pytest.mark.parametrize("model", MODELS)
def test_pages_of_a_model(model: str) -> None:
    made, of = world(), model.rpartition("_")[2]
    found = {
        view: {staff_row(Call(method, f"admin:{model}_{name}", of), made) for method, name in uses}
        for view, uses in SITE_VIEWS.items()
    }
    assert found == {view: {letters} for view, letters in MODELS[model].items()}


def test_every_action_has_its_row() -> None:
    made = world()
    client = made.visitor("superuser")
    offered = set()
    for model, page in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        request = client.get(
            f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        ).wsgi_request
        offered |= {f"{name} {action}" for action in page.get_actions(request)}
    assert offered == set(ACTIONS)


@pytest.mark.parametrize("action", sorted(set(ACTIONS)))
def test_actions_of_a_list(action: str) -> None:
    made = world()
    model, name = action.split()
    thing = made.things[model.rpartition("_")[2]]
    body = {"action": name, "_selected_action": str(thing.pk), "index": "0"}
    call = Call("POST", f"admin:{model}_changelist", "", body)
    letters = grouped((done(call, made, role, str(thing)) for role in STAFF), (4, 5))
    assert letters == ACTIONS[action]["staff"]


def done(call: Call, made: World, role: str, shown: str) -> str:
    """`?` where a page asks about the row and shows it, `+` where it is done, `-` for neither."""
    found = answer(call, made, made.visitor(role))
    if found.done:
        return "+"
    if found.status_code == 200 and "cl" not in found.context:  # not the list again
        return "?" if shown in found.content.decode() else NOTHING
    return NOTHING if letter(found) in ">." else letter(found)
