"""A run in a browser: it is watched, it stops, somebody helps it on or ends it."""

from playwright.sync_api import expect

from reviews.models import Run
from tests.e2e import demo, flows
from tests.e2e.rooms import settled
from tests.e2e.visitor import WITHOUT_SCRIPT
from tests.factories import decide
from tests.processes import eventually


def opened(visitor, run):
    visitor.page.goto(f"/runs/{run.pk}/")
    return visitor.page


def now(run):
    return Run.objects.get(pk=run.pk)


def test_a_page_that_is_open_follows_the_run_and_keeps_a_persons_place(visit):
    run = flows.waiting()
    page = opened(visit(demo.person("admin")), run)
    state = page.locator(".run-state")
    expect(state).to_have_text("waiting")
    given = page.locator(".step").first.locator("details").first
    given.locator("summary").click()
    expect(given).to_have_attribute("open", "")
    review = flows.review_of(run)
    decide(review, demo.person("reviewer"))
    settled(review)
    expect(state).to_have_text("stuck", timeout=30_000)
    expect(given).to_have_attribute("open", "")
    expect(given.locator("summary")).to_be_focused()
    expect(page.locator(".stuck")).to_contain_text("Nobody performs")
    expect(page.locator("[data-live]")).to_have_count(0)


def test_looking_again_can_be_paused(visit):
    page = opened(visit(demo.person("admin")), flows.waiting())
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    pause = page.get_by_role("button", name="Pause")
    pause.click()
    expect(page.get_by_role("button", name="Resume")).to_have_attribute("aria-pressed", "true")
    page.wait_for_timeout(2_500)
    assert asked == []
    with page.expect_response(lambda answer: "seen=" in answer.url) as answered:
        page.get_by_role("button", name="Resume").click()
    assert answered.value.status == 204


def test_a_dead_end_is_skipped(visit):
    run = flows.stuck()
    page = opened(visit(demo.person("admin")), run)
    page.get_by_role("button", name="Skip").click()
    expect(page.locator("ul.messages")).to_contain_text("Skipped")
    eventually(lambda: now(run).steps.filter(node="ask", status="waiting").exists(), "the question")
    expect(page.locator("#now-at")).to_have_text("ask")


def test_a_run_is_cancelled_and_what_it_did_is_undone(visit):
    run = flows.asking()
    page = opened(visit(demo.person("admin")), run)
    page.get_by_role("link", name="Cancel run").click()
    expect(page.locator(".undoing").first).to_contain_text("reverse_refund")
    page.get_by_role("button", name="Cancel and undo").click()
    expect(page.locator(".run-state")).to_have_text("cancelled")
    expect(page.locator("#undone-by")).to_be_visible()
    assert now(run).outcome == "cancelled"


def test_without_its_script_the_page_looks_again_by_a_link_and_a_run_is_cancelled(visit):
    run = flows.waiting()
    page = opened(visit(demo.person("admin"), **WITHOUT_SCRIPT), run)
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    page.get_by_role("link", name="Look again").click()
    expect(page.locator(".run-state")).to_have_text("waiting")
    page.get_by_role("link", name="Cancel run").click()
    page.get_by_role("button", name="Cancel the run").click()
    expect(page.locator(".run-state")).to_have_text("cancelled")
    assert now(run).outcome == "cancelled"


def test_from_the_workflow_one_comes_to_what_is_stuck(visit):
    run = flows.stuck()
    page = visit(demo.person("auditor")).page
    page.goto(f"/workflows/{flows.SLUG}/")
    page.get_by_role("link", name="Stuck").click()
    page.locator(f"a[href='/runs/{run.pk}/']").click()
    expect(page.locator(".stuck")).to_contain_text(flows.REFUSAL)
    expect(page.get_by_role("button", name="Retry")).to_have_count(0)
