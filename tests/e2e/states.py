"""Every page in every state that differs, by name: who is there, and how he comes to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from gates.models import Gate, GateVersion, Team
from reviews.models import Condition, Review
from reviews.transitions import leases
from tests.e2e import demo, flows, run_ways
from tests.e2e.demo import fresh, planted
from tests.e2e.rooms import settled
from tests.factories import decide
from tests.factories import person as acting

Way = Callable[[Page], object]


@dataclass(frozen=True)
class State:
    """A page as `who` sees it, signed in unless he is nobody."""

    name: str
    who: str
    go: Way
    within: str = "html"  # a dialog hides all around it


def at(url: str) -> Way:
    """By an address."""
    return lambda page: page.goto(url)


def review_page(make: Callable[[], Review], query: str = "") -> Way:
    """The page of a review."""
    return lambda page: page.goto(f"/reviews/{make().pk}/{query}")


def panel(gate: str, verdict: str, *, wrong: bool = False) -> Way:
    """The form of a verdict, perhaps as it comes back when nothing was filled in."""

    def go(page: Page) -> None:
        page.goto(f"/reviews/{fresh(gate).pk}/?verdict={verdict}")
        if wrong:
            page.locator(".panel-foot button[type=submit]").click()
            expect(page.locator(".errors")).to_be_visible()

    return go


def moving(gate: str, move: str, *, wrong: bool = False) -> Way:
    """The form of a move that is no verdict."""

    def go(page: Page) -> None:
        page.goto(f"/reviews/{fresh(gate).pk}/?move={move}")
        if wrong:
            page.locator(".panel-foot button[type=submit]").click()
            expect(page.locator(".errors")).to_be_visible()

    return go


def edited(page: Page) -> None:
    """An edit with what it changes."""
    page.goto(f"/reviews/{fresh('refund').pk}/?verdict=modify")
    page.locator(".panel input[inputmode=decimal]").fill("99.50")
    expect(page.locator("#verdict-preview ins")).to_be_visible()


def half_chosen(page: Page) -> None:
    """Some items approved, one rejected, with totals."""
    page.goto(f"/reviews/{fresh('bulk_credit').pk}/?verdict=partial")
    boxes = page.locator(".items [role=radiogroup]")
    for at_row in range(boxes.count()):
        boxes.nth(at_row).locator("input").nth(1 if at_row == 1 else 0).check()
    expect(page.locator("#verdict-preview")).not_to_contain_text("Not chosen yet")


def filters_open(page: Page) -> None:
    """The filters of a queue."""
    page.goto("/queues/support_team/")
    page.locator(".filters summary").click()


def in_the_queue(page: Page) -> None:
    """A list with what is opened of it beside."""
    page.goto(f"/queues/support_team/?review={fresh('refund').pk}")


def panel_in_the_queue(page: Page) -> None:
    """The same, with a form."""
    page.goto(f"/queues/support_team/?review={fresh('refund').pk}&verdict=reject")


def links_shown(page: Page) -> None:
    """The link for an outside person, right after the verdict."""
    page.goto(f"/reviews/{fresh('refund').pk}/?verdict=approve_if")
    page.locator(".panel").get_by_label("The customer confirms the address").check()
    page.locator(".panel-foot button[type=submit]").click()
    expect(page.locator("section.once")).to_be_visible()


def too_late(page: Page) -> None:
    """A colleague was quicker; what was typed is there."""
    review = fresh("refund")
    page.goto(f"/reviews/{review.pk}/?verdict=approve")
    page.locator(".panel").get_by_label("Note").fill("Seen the picture; it is a small crack.")
    decide(review, demo.person("lead"))
    page.locator(".panel-foot button[type=submit]").click()
    expect(page.locator(".refusal")).to_be_visible()


def leased() -> Review:
    """One that the reviewer holds."""
    review = fresh("reply")
    return leases.claim(review.pk, actor=acting(demo.person("reviewer")))


def with_a_colleague() -> Review:
    """One that a colleague holds."""
    review = fresh("reply")
    return leases.claim(review.pk, actor=acting(demo.person("mia.keller")))


def just_decided(page: Page) -> None:
    """The strip of what can still be undone."""
    decide(fresh("close_account"), demo.person("reviewer"), "reject", reasons=("wrong_account",))
    demo.held()
    page.goto("/")


def help_open(page: Page) -> None:
    """The keys."""
    page.goto(f"/reviews/{fresh('refund').pk}/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()


def menu_open(page: Page) -> None:
    """What a lead may do besides."""
    page.goto(f"/reviews/{fresh('reply').pk}/")
    page.locator(".menu summary").click()


def refused_login(page: Page) -> None:
    """A wrong password."""
    page.goto("/login/")
    page.get_by_label("Username").fill("reviewer")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()


def outside(answer: str = "") -> Way:
    """The question to an outside person, or what he reads after his answer."""

    def go(page: Page) -> None:
        page.goto(demo.conditional()[1])
        if answer:
            page.locator(f"button[value={answer}]").click()
            expect(page.get_by_role("heading")).to_have_text("Thank you")

    return go


def outside_late(page: Page) -> None:
    """Nobody answered in time."""
    review, link = demo.conditional()
    begun = Condition.objects.get(review=review).due_at
    past = begun and begun.replace(year=begun.year - 1)
    Condition.objects.filter(review=review).update(due_at=past)
    Review.objects.filter(pk=review.pk).update(wake_at=past)
    settled(review)
    page.goto(link)


def outside_waiting(page: Page) -> None:
    """The verdict may still be undone."""
    terms = {"text": demo.CONFIRM, "confirms": "link", "contact": ""}
    page.goto(demo.bound(terms)[1][0])


def wrong_zone(page: Page) -> None:
    """A preference that there is not."""
    page.goto("/preferences/")
    zone = "document.querySelector('#id_time_zone')"
    page.evaluate(f"{zone}.append(new Option('Nowhere', 'No/Where', true, true))")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()


def in_admin(make: Callable[[], Review]) -> Way:
    """A review's page in the admin."""
    return lambda page: page.goto(f"/admin/reviews/review/{make().pk}/change/")


def confirming(move: str, *, wrong: bool = False) -> Way:
    """The page that asks before a move is made."""

    def go(page: Page) -> None:
        page.goto(f"/admin/reviews/review/{fresh('refund').pk}/change/")
        page.locator(f"button[name=move][value={move}]").click()
        if wrong:
            page.locator("button[name=confirmed]").click()
            expect(page.get_by_role("alert")).to_be_visible()

    return go


def results_of_a_batch(page: Page) -> None:
    """What became of each."""
    fresh("refund")
    leases.claim(fresh("refund").pk, actor=acting(demo.person("lead")))
    team = Team.objects.get(slug="support_team").pk
    gate = Gate.objects.get(slug="refund").pk
    page.goto(f"/admin/reviews/review/?team={team}&gate={gate}")
    for box in page.locator("input.action-select").all()[:6]:
        box.check()
    page.locator("select[name=action]").select_option("reject")
    page.locator(".actions button[type=submit]").click()
    page.locator("input[name=reasons]").first.check()
    page.locator("button[name=confirmed]").click()
    page.wait_for_url("**/result/**")


def a_gate(page: Page) -> None:
    """A gate with its chain and versions."""
    page.goto(f"/admin/gates/gate/{Gate.objects.get(slug='refund').pk}/change/")


def a_version(page: Page) -> None:
    """What was published."""
    version = GateVersion.objects.filter(gate__slug="refund")[0].pk
    page.goto(f"/admin/gates/gateversion/{version}/change/")


def a_team(page: Page) -> None:
    """A team with its people."""
    page.goto(f"/admin/gates/team/{Team.objects.get(slug='support_team').pk}/change/")


QUEUE = "/queues/support_team/"
RUNS = (
    State("run", "reviewer", run_ways.run_page(flows.waiting)),
    State("run-steps", "admin", run_ways.opened_steps),
    State("run-asking", "admin", run_ways.run_page(flows.asking)),
    State("run-stuck", "admin", run_ways.run_page(flows.stuck)),
    State("run-stuck-not-yours", "auditor", run_ways.run_page(flows.stuck)),
    State("run-undone", "admin", run_ways.run_page(flows.undone)),
    State("run-undoing", "admin", run_ways.undoing),
    State("run-cancel", "admin", run_ways.run_page(flows.stuck, "cancel/")),
    State("workflow", "admin", run_ways.a_workflow),
    State("workflow-stuck", "auditor", run_ways.only_stuck),
    State("admin-stuck", "admin", run_ways.stuck_runs),
    State("admin-runs", "admin", at("/admin/reviews/run/")),
    State("admin-run", "admin", run_ways.run_in_admin),
    State("admin-run-cancel", "admin", run_ways.cancelling),
    State("admin-workflows", "admin", at("/admin/gates/workflow/")),
    State("admin-workflow", "admin", run_ways.workflow_in_admin),
    State("admin-workflow-version", "admin", run_ways.workflow_version),
)
PEOPLE = (
    State("login", "", at("/login/")),
    State("login-wrong", "", refused_login),
    State("not-found", "", at("/nothing-here/")),
    State("condition", "", outside()),
    State("condition-yes", "", outside("confirm")),
    State("condition-no", "", outside("deny")),
    State("condition-late", "", outside_late),
    State("condition-waiting", "", outside_waiting),
    State("condition-gone", "", at("/conditions/nothing/")),
    State("preferences", "reviewer", at("/preferences/")),
    State("preferences-wrong", "reviewer", wrong_zone),
    State("home", "reviewer", at("/")),
    State("home-just-decided", "reviewer", just_decided),
    State("home-empty", "author", at("/")),
)
LISTS = (
    State("queue", "reviewer", at(QUEUE)),
    State("queue-mine", "reviewer", at(f"{QUEUE}?tab=mine")),
    State("queue-mine-empty", "reviewer", at("/queues/loan_team/?tab=mine")),
    State("queue-available", "reviewer", at(f"{QUEUE}?tab=available")),
    State("queue-available-empty", "reviewer", at("/queues/loan_team/?tab=available")),
    State("queue-done", "reviewer", at(f"{QUEUE}?tab=done")),
    State("queue-done-empty", "reviewer", at("/queues/loan_team/?tab=done")),
    State("queue-empty", "reviewer", at("/queues/loan_team/")),
    State("queue-filters", "reviewer", filters_open),
    State("queue-filtered-to-nothing", "reviewer", at(f"{QUEUE}?due=over&advice=reject")),
    State("queue-review", "reviewer", in_the_queue),
    State("queue-review-reject", "reviewer", panel_in_the_queue),
)
REVIEWS = (
    State("review", "reviewer", review_page(lambda: fresh("refund"))),
    State("review-approve", "reviewer", panel("refund", "approve")),
    State("review-modify", "reviewer", edited),
    State("review-modify-wrong", "reviewer", panel("refund", "modify", wrong=True)),
    State("review-partial", "reviewer", half_chosen),
    State("review-partial-wrong", "reviewer", panel("bulk_credit", "partial", wrong=True)),
    State("review-approve-if", "reviewer", panel("refund", "approve_if")),
    State("review-approve-if-wrong", "reviewer", panel("refund", "approve_if", wrong=True)),
    State("review-reject", "reviewer", panel("reply", "reject")),
    State("review-reject-wrong", "reviewer", panel("refund", "reject", wrong=True)),
    State("review-respond", "reviewer", panel("reply", "respond")),
    State("review-respond-wrong", "reviewer", panel("reply", "respond", wrong=True)),
    State("review-escalate", "reviewer", moving("refund", "escalate")),
    State("review-ask", "reviewer", moving("refund", "ask")),
    State("review-ask-wrong", "reviewer", moving("refund", "ask", wrong=True)),
    State("review-assign", "lead", moving("reply", "assign")),
    State("review-cancel", "lead", moving("reply", "cancel")),
    State("review-menu", "lead", menu_open),
    State("review-mine", "reviewer", review_page(leased)),
    State("review-with-a-colleague", "reviewer", review_page(with_a_colleague)),
    State("review-not-yours", "auditor", review_page(lambda: fresh("listing"))),
    State("review-held", "reviewer", review_page(demo.held)),
    State("review-link-once", "reviewer", links_shown),
    State("review-too-late", "reviewer", too_late),
    State("review-conditional", "reviewer", review_page(lambda: demo.conditional("reviewer")[0])),
    State("review-votes", "reviewer", review_page(lambda: fresh("close_account"))),
    State("review-closed", "reviewer", review_page(lambda: planted(outcome="modified"))),
    State("review-timed-out", "lead", review_page(lambda: planted(outcome="skipped"))),
    State("review-help", "reviewer", help_open, within="#help"),
)
ADMIN = (
    State("admin-login", "", at("/admin/login/")),
    State("admin", "admin", at("/admin/")),
    State("admin-reviewer", "reviewer", at("/admin/")),
    State("admin-reviews", "lead", at("/admin/reviews/review/")),
    State("admin-reviews-closed", "admin", at("/admin/reviews/review/?status=closed")),
    State("admin-reviews-none", "lead", at("/admin/reviews/review/?q=nothing-like-it")),
    State("admin-review", "reviewer", in_admin(lambda: fresh("refund"))),
    State("admin-review-closed", "admin", in_admin(lambda: planted(outcome="modified"))),
    State("admin-approve", "reviewer", confirming("approve")),
    State("admin-reject-wrong", "reviewer", confirming("reject", wrong=True)),
    State("admin-batch", "reviewer", results_of_a_batch),
    State("admin-gates", "admin", at("/admin/gates/gate/")),
    State("admin-gate", "admin", a_gate),
    State("admin-version", "admin", a_version),
    State("admin-team", "admin", a_team),
    State("admin-keys", "admin", at("/admin/gates/apikey/")),
    State("admin-events", "admin", at("/admin/gates/event/")),
    State("admin-people", "admin", at("/admin/auth/user/")),
    State("admin-search", "admin", at("/admin/search/?q=re")),
    State("admin-search-none", "admin", at("/admin/search/?q=nothing-like-it")),
)
STATES = {state.name: state for state in (*PEOPLE, *LISTS, *REVIEWS, *RUNS, *ADMIN)}
