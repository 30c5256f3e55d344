"""What the database refuses of workflows, runs and steps: (constraint, what would break it)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gates.models import WorkflowVersion
from reviews.models import Condition, Delivery, Run, Step
from tests.factories import T0
from tests.reviews.runs.shop import asking, confirming, go_on, shop

Wrong = Callable[[], object]


def waiting(*nodes: Any) -> Run:
    """A run that waits at its gate, or elsewhere in these nodes."""
    with shop(*nodes) as it:
        return go_on(it.start(callback_url="https://example.com/hook"))


def again(row: Any, **fields: Any) -> None:
    """The same row once more."""
    row.pk = None if row._meta.pk.name == "id" and row._meta.pk.db_returning else _fresh(row)
    row._state.adding = True
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def _fresh(row: Any) -> Any:
    from gates import clock  # noqa: PLC0415

    return clock.new_id(T0)


def run(**fields: Any) -> Wrong:
    """Set fields of a run that waits."""
    return lambda: Run.objects.filter(pk=waiting().pk).update(**fields)


def step(**fields: Any) -> Wrong:
    """Set fields of the step of a run that waits."""
    return lambda: Step.objects.filter(run=waiting(), status="waiting").update(**fields)


def version_twice() -> None:
    waiting()
    again(WorkflowVersion.objects.get())


def visit_twice() -> None:
    again(Step.objects.filter(run=waiting(), status="done").latest("id"))


def be_in_two_places() -> None:
    again(Step.objects.get(run=waiting(), status="waiting"), round=2)


def _asked() -> Condition:
    nodes = (
        confirming("ask", on=dict.fromkeys(("met", "denied", "expired"), "gate")),
        asking("gate", "gate"),
    )
    return Condition.objects.get(step__run=waiting(*nodes))


def ask_about_nothing() -> None:
    Condition.objects.filter(pk=_asked().pk).update(step=None)


def _end_it() -> Delivery:
    with shop() as it:
        started = go_on(it.start(callback_url="https://example.com/hook"))
        it.decide(started)
    return Delivery.objects.get(run=started)


def tell_nobody() -> None:
    Delivery.objects.filter(pk=_end_it().pk).update(run=None)


RUN_CASES: list[tuple[str, Wrong]] = [
    ("gates_workflow_version_once", version_twice),
    ("reviews_run_ended_is_whole", run(status="ended")),
    ("reviews_run_ended_is_whole", run(outcome="done")),
    ("reviews_run_ended_is_whole", run(ended_at=T0)),
    ("reviews_step_once_per_round", visit_twice),
    ("reviews_step_one_open", be_in_two_places),
    ("reviews_step_awake_while_owed", step(status="ready", wake_at=None)),
    ("reviews_step_awake_while_owed", step(status="running", wake_at=None)),
    ("reviews_step_awake_while_owed", step(status="done", wake_at=T0)),
    ("reviews_step_awake_while_owed", step(status="failed", wake_at=T0)),
    ("reviews_step_awake_while_owed", step(status="lost")),
    ("reviews_condition_of_a_verdict_or_a_step", ask_about_nothing),
    ("reviews_delivery_once_per_run_event", lambda: again(_end_it())),
    ("reviews_delivery_of_a_review_or_a_run", tell_nobody),
]
