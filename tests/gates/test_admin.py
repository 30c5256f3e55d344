"""The admin of gates, versions, teams, calendars, keys and events."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from gates.actors import command
from gates.models import ApiKey, Calendar, Event, Membership, Team
from gates.transitions import teams
from tests.admins import signed_in
from tests.factories import gate, key, team, user

pytestmark = pytest.mark.django_db
HOURS = {"mon": [["09:00", "17:00"]]}
ROWS = ("gate", "gateversion", "team", "calendar", "apikey", "event")
READ_ONLY = ("gate", "gateversion", "event")


def address(model, page, *args):
    return reverse(f"admin:gates_{model}_{page}", args=args)


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def events(subject):
    rows = Event.objects.filter(subject_type=subject._meta.model_name, subject_id=subject.pk)
    return [(event.verb, event.actor, event.data) for event in rows.order_by("seq")]


@pytest.fixture
def rows():
    """One row of each model."""
    refund = gate()
    support = Team.objects.get(slug="support_team")
    week = teams.save_calendar(Calendar(name="Week", hours=HOURS), actor=command("test"))
    teams.change(support.pk, actor=command("test"), calendar=week)
    agent = key(refund, owner=user("ann"))
    return {
        "gate": refund,
        "gateversion": refund.version,
        "team": support,
        "calendar": week,
        "apikey": agent,
        "event": Event.objects.get(subject_type="team"),
    }


# --- everything can be seen, by whom it may -----------------------------------------------------


@pytest.mark.parametrize("model", ROWS)
def test_a_superuser_sees_the_list_and_the_page_of_everything(admin_client, rows, model):
    assert admin_client.get(address(model, "changelist")).status_code == 200
    assert admin_client.get(address(model, "change", rows[model].pk)).status_code == 200


@pytest.mark.parametrize("model", ROWS)
def test_a_person_without_the_permission_sees_nothing(rows, model):
    reviewer = signed_in("ann")
    assert reviewer.get(address(model, "changelist")).status_code == 403
    assert reviewer.get(address(model, "change", rows[model].pk)).status_code == 403


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_only_transitions_write_cannot_be_added_changed_or_deleted(admin_client, rows, model):
    page = address(model, "change", rows[model].pk)
    assert admin_client.get(address(model, "add")).status_code == 403
    assert admin_client.get(address(model, "delete", rows[model].pk)).status_code == 403
    assert admin_client.post(page, {"slug": "mine"}).status_code == 403
    assert 'name="_save"' not in admin_client.get(page).content.decode()


@pytest.mark.parametrize("model", ["team", "apikey"])
def test_teams_and_keys_are_never_deleted(admin_client, rows, model):
    assert admin_client.get(address(model, "delete", rows[model].pk)).status_code == 403


@pytest.mark.parametrize("model", ["gate", "gateversion"])
def test_a_policy_is_shown_as_the_file_that_publishes_it(admin_client, rows, model):
    page = admin_client.get(address(model, "change", rows[model].pk)).content.decode()
    assert "refund:" in page
    assert "timeout_action: escalate" in page


def test_a_version_shows_its_chain_and_its_reasons(admin_client, rows):
    page = admin_client.get(address("gateversion", "change", rows["gateversion"].pk))
    shown = page.content.decode()
    expected = ("Support leads", "15 minutes", "fraud", "Looks like fraud")
    assert [text for text in expected if text not in shown] == []


def test_a_gate_lists_its_versions(admin_client, rows):
    gate(undo_window=20)
    page = admin_client.get(address("gate", "change", rows["gate"].pk)).content.decode()
    assert [f"refund v{number}" in page for number in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize(
    ("model", "queries"), [("gate", 5), ("team", 5), ("apikey", 6), ("gateversion", 5)]
)
@pytest.mark.parametrize("count", [1, 3])
def test_lists_take_as_many_queries_for_one_row_as_for_three(
    admin_client, model, queries, count, django_assert_num_queries
):
    for number in range(count):
        key(gate(slug=f"gate{number}"), owner=user(f"owner{number}"))
    with django_assert_num_queries(queries):
        admin_client.get(address(model, "changelist"))


# --- events --------------------------------------------------------------------------------------


def test_the_history_of_a_subject_is_its_events(admin_client, rows):
    history = admin_client.get(address("team", "history", rows["team"].pk), follow=True)
    assert [event.verb for event in history.context["cl"].result_list] == ["changed"]


def test_the_history_of_a_version_is_that_of_its_gate(admin_client, rows):
    response = admin_client.get(address("gateversion", "history", rows["gateversion"].pk))
    assert response.url.endswith(f"?subject_type=gate&subject_id={rows['gate'].pk}")


def test_events_are_filtered_by_subject_and_found_by_its_id(admin_client, rows):
    leads = Team.objects.get(slug="support_leads")
    teams.change(leads.pk, actor=command("test"), name="Leads")
    listed = address("event", "changelist")
    of_leads = {"subject_type": "team", "subject_id": leads.pk}
    for query in (of_leads, {"q": leads.pk}):
        found = admin_client.get(listed, query).context["cl"].result_list
        assert [event.subject_id for event in found] == [str(leads.pk)]
    found = admin_client.get(listed, {"subject_type": "gate"}).context["cl"].result_list
    assert [event.verb for event in found] == ["published"]


def test_an_event_leads_to_its_subject(admin_client, rows):
    listed = admin_client.get(address("event", "changelist")).content.decode()
    assert address("team", "change", rows["team"].pk) in listed


@pytest.mark.parametrize("count", [1, 3])
def test_events_take_as_many_queries_for_one_as_for_three(
    admin_client, rows, count, django_assert_num_queries
):
    for number in range(count):
        teams.change(rows["team"].pk, actor=command("test"), name=f"Team {number}")
    with django_assert_num_queries(5):
        admin_client.get(address("event", "changelist"))


# --- teams ---------------------------------------------------------------------------------------


def seats(team_row, *new, **fields):
    """What the page of a team sends: its fields, a row per person, and `new` people."""
    rows = list(Membership.objects.filter(team=team_row).order_by("user__username"))
    total = len(rows) + len(new)
    sent = {"name": team_row.name, "time_zone": "UTC", "calendar": team_row.calendar_id or ""}
    sent |= {"memberships-TOTAL_FORMS": total, "memberships-INITIAL_FORMS": len(rows)}
    for at, row in enumerate(rows):
        sent |= {f"memberships-{at}-id": row.pk, f"memberships-{at}-team": team_row.pk}
    for at, username in enumerate(new, start=len(rows)):
        sent |= {f"memberships-{at}-user": username, f"memberships-{at}-team": team_row.pk}
    return sent | {name.replace("__", "-"): value for name, value in fields.items()}


def save(client, team_row, *new, **fields):
    page = address("team", "change", team_row.pk)
    return client.post(page, seats(team_row, *new, **fields))


def test_a_team_is_made_with_an_event(admin_client):
    sent = {"slug": "ops", "name": "Ops", "time_zone": "UTC", "calendar": ""}
    forms = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    assert admin_client.post(address("team", "add"), sent | forms).status_code == 302
    made = Team.objects.get(slug="ops")
    assert events(made) == [("created", "user:admin", {"slug": "ops"})]


def test_a_person_is_let_in_by_name_with_an_event(admin_client):
    support, ann = team(), user("ann")
    assert save(admin_client, support, "ann").status_code == 302
    assert list(support.memberships.values_list("user", "lead")) == [(ann.pk, False)]
    assert events(support) == [("member_added", "user:admin", {"member": ann.pk, "lead": False})]


def test_a_name_that_nobody_has_is_refused(admin_client):
    response = save(admin_client, team(), "nobody")
    assert response.status_code == 200
    assert "Nobody signs in with that name." in response.content.decode()


def test_nobody_is_in_a_team_twice(admin_client):
    support = team("support_team", user("ann"))
    assert save(admin_client, support, "ann").status_code == 200
    assert support.memberships.count() == 1


def test_a_lead_is_named_with_an_event(admin_client):
    ann = user("ann")
    support = team("support_team", ann, user("ben"))
    save(admin_client, support, memberships__0__lead="on")
    assert list(support.memberships.filter(lead=True).values_list("user", flat=True)) == [ann.pk]
    assert events(support) == [("lead_changed", "user:admin", {"member": ann.pk, "lead": True})]


def test_a_person_is_let_go_with_an_event(admin_client):
    ann = user("ann")
    support = team("support_team", ann, user("ben"))
    save(admin_client, support, memberships__0__DELETE="on")
    assert not support.memberships.filter(user=ann).exists()
    assert events(support) == [("member_removed", "user:admin", {"member": ann.pk})]


def test_whose_place_it_is_does_not_change(admin_client):
    ann = user("ann")
    user("ben")
    support = team("support_team", ann)
    save(admin_client, support, memberships__0__user="ben", memberships__0__lead="on")
    assert list(support.memberships.values_list("user", "lead")) == [(ann.pk, True)]


def test_saving_without_a_change_writes_no_event(admin_client):
    support = team("support_team", user("ann"))
    assert save(admin_client, support).status_code == 302
    assert events(support) == []


def test_a_team_is_renamed_with_an_event_but_keeps_its_slug(admin_client):
    support = team()
    save(admin_client, support, name="Help", slug="help")
    found = Team.objects.get(pk=support.pk)
    assert (found.slug, found.name) == ("support_team", "Help")
    expected = {"fields": ["name"], "calendar": None}
    assert events(support) == [("changed", "user:admin", expected)]


def test_a_time_zone_that_does_not_exist_is_refused(admin_client):
    support = team()
    assert save(admin_client, support, time_zone="Mars/Base").status_code == 200
    assert events(support) == []


def test_new_hours_are_told_to_every_team_that_works_them(admin_client, rows):
    page = address("calendar", "change", rows["calendar"].pk)
    sent = {"name": "Week", "hours": '{"tue": [["10:00", "12:00"]]}'}
    assert admin_client.post(page, sent).status_code == 302
    assert Calendar.objects.get().hours == {"tue": [["10:00", "12:00"]]}
    expected = ("hours_changed", "user:admin", {"calendar": rows["calendar"].pk})
    assert events(rows["team"])[-1] == expected


def test_hours_that_are_no_week_are_refused(admin_client, rows):
    page = address("calendar", "change", rows["calendar"].pk)
    assert admin_client.post(page, {"name": "Week", "hours": "{}"}).status_code == 200
    assert Calendar.objects.get().hours == HOURS


# --- keys ----------------------------------------------------------------------------------------


def make_key(client, **said):
    return client.post(address("apikey", "add"), {"name": "agent", "kind": "integrator", **said})


def secret_in(response):
    shown = next(text for text in told(response) if "gh-secret" in text)
    return shown.partition('<code class="gh-secret">')[2].partition("</code>")[0]


def test_a_keys_secret_is_shown_once_and_works(admin_client):
    refund = gate()
    response = make_key(admin_client, gates=[refund.pk])
    made = ApiKey.objects.get()
    assert ApiKey.objects.is_valid(secret_in(response))
    assert (made.kind, made.owner, list(made.gates.all())) == ("integrator", None, [refund])
    listed = admin_client.get(address("apikey", "changelist")).content.decode()
    assert secret_in(response) in listed
    again = admin_client.get(address("apikey", "changelist")).content.decode()
    assert secret_in(response) not in again


def test_a_key_is_made_by_a_transition(admin_client):
    make_key(admin_client, all_gates="on", owner=user("ann").username)
    made = ApiKey.objects.get()
    data: dict[str, object] = {
        "kind": "integrator",
        "owner": made.owner_id,
        "all_gates": True,
        "gates": [],
    }
    assert events(made) == [("created", "user:admin", data)]
    assert made.owner == user("ann")


def test_a_personal_key_is_ones_own():
    ann = signed_in("ann", "gates.add_apikey", "gates.view_apikey")
    make_key(ann, kind="personal")
    assert (ApiKey.objects.get().owner, ApiKey.objects.get().personal) == (user("ann"), True)


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "personal", "owner": "ben"},
        {"kind": "personal", "all_gates": "on"},
        {"kind": "integrator"},
        {"kind": "integrator", "owner": "nobody", "all_gates": "on"},
        {"name": "", "all_gates": "on"},
    ],
)
def test_a_key_without_a_clear_scope_is_not_made(admin_client, said):
    user("ben")
    assert make_key(admin_client, **said).status_code == 200
    assert not ApiKey.objects.exists()


def test_the_hash_of_a_key_is_never_shown(admin_client, rows):
    agent = rows["apikey"]
    for page in (address("apikey", "changelist"), address("apikey", "change", agent.pk)):
        assert agent.hashed_key not in admin_client.get(page).content.decode()
    guess = {"hashed_key__startswith": agent.hashed_key[:5]}
    assert admin_client.get(address("apikey", "changelist"), guess).status_code == 400


def revoke(client, made, **said):
    sent = {"action": "revoke", "_selected_action": [made.pk], **said}
    return client.post(address("apikey", "changelist"), sent)


def test_revoking_asks_first(admin_client, rows):
    response = revoke(admin_client, rows["apikey"], index="0")
    assert "This cannot be undone." in response.content.decode()
    assert not ApiKey.objects.get().revoked


def test_a_key_is_revoked_by_a_transition(admin_client, rows):
    response = revoke(admin_client, rows["apikey"], confirmed="yes")
    assert told(response) == ["Revoked: 1 key."]
    assert ApiKey.objects.get().revoked
    assert events(rows["apikey"]) == [("revoked", "user:admin", {})]


def test_who_may_only_see_keys_neither_makes_nor_revokes_one(rows):
    onlooker = signed_in("ann", "gates.view_apikey")
    assert make_key(onlooker, all_gates="on").status_code == 403
    revoke(onlooker, rows["apikey"], confirmed="yes")
    assert not ApiKey.objects.get().revoked


def test_a_key_cannot_be_changed(admin_client, rows):
    page = address("apikey", "change", rows["apikey"].pk)
    assert admin_client.post(page, {"name": "other"}).status_code == 403
