"""What an upgrade relies on: while hosts are renewed one by one, code of the last release works on
the new schema and reads the same queue. Each rule is proven on a snippet that breaks it.
"""

import ast
from pathlib import Path

import pytest
from django.db import models
from django.db.migrations import operations as made
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.db.models import Q

ROOT = Path(__file__).resolve().parent.parent
APPS = ("hitl_project", "gates", "reviews", "analytics")
# The last migrations that a release has; those after them may still be changed.
LAST_RELEASE = (("gates", "0002_append_only"), ("reviews", "0003_heartbeats_of_all_clusters"))
MAKES_TASKS = "reviews/transitions/waking.py"

pytestmark = pytest.mark.portable


# --- the checks: each says what code of the last release would stumble over, or nothing -----------


class Release:
    """The schema that the last release knows; `added` are the fields that its tables got since."""

    def __init__(self, state):
        self.state = state
        self.added = {}

    def model(self, app, operation):
        """The model that an operation changes, as the release knows it; None if it does not."""
        name = str(getattr(operation, "model_name", None) or getattr(operation, "name", ""))
        return self.state.models.get((app, name.lower()))

    def objections(self, app, operation):
        """A list, so that many operations add up."""
        if isinstance(operation, made.CreateModel | made.AddIndex | made.AlterModelOptions):
            return []
        check = CHECKS.get(type(operation))
        if check is None:
            return [f"{type(operation).__name__} does more than expand"]
        model = self.model(app, operation)
        said = check(self, model, operation) if model else ""
        return [f"{operation.model_name}.{said}"] if said else []


def added_field(release, model, operation):
    field = operation.field
    release.added[_key(model), operation.name] = field
    if not (field.null or field.has_db_default() or field.many_to_many):
        return f"{operation.name} has to be filled in"
    if field.unique and not field.null:
        return f"{operation.name} is the same in two rows"
    return ""


def altered_field(release, model, operation):
    before, after = model.fields.get(operation.name), operation.field
    if before is None:  # the release writes no such column
        return added_field(release, model, operation)
    narrower = (
        type(before) is not type(after)
        or (before.null and not after.null)
        or (after.unique and not before.unique)
        or (before.db_column or "") != (after.db_column or "")
        or _longest(after) < _longest(before)
    )
    return f"{operation.name} is narrower" if narrower else ""


def _longest(field):
    return float("inf") if field.max_length is None else field.max_length


def added_constraint(release, model, operation):
    constraint = operation.constraint
    if isinstance(constraint, models.CheckConstraint):
        fine = holds(constraint.condition, facts(release, model)) is True
    else:
        fine = any(_stays_null(release, model, name) for name in constraint.fields)
    return "" if fine else f"{constraint.name} may refuse its rows"


def _stays_null(release, model, name):
    field = release.added.get((_key(model), name))
    return field is not None and not field.has_db_default()  # or it would have to be filled in


def facts(release, model):
    """By field: whether rows of the last release hold NULL there; what may or may not is absent."""
    required = {name: False for name, field in model.fields.items() if not field.null}
    absent = [name for of, name in release.added if of == _key(model)]
    return required | {name: True for name in absent if _stays_null(release, model, name)}


def _key(model):
    return model.app_label, model.name


def holds(condition, known):
    """Whether it does: True, False, or None if that depends on the row."""
    if not isinstance(condition, Q):
        name, _, lookup = condition[0].rpartition("__")
        is_null = known.get(name) if lookup == "isnull" else None
        return None if is_null is None else is_null is condition[1]
    found = [holds(child, known) for child in condition.children]
    decisive = condition.connector == Q.OR
    answer = decisive if decisive in found else (None if None in found else not decisive)
    return not answer if condition.negated and answer is not None else answer


CHECKS = {
    made.AddField: added_field,
    made.AlterField: altered_field,
    made.AddConstraint: added_constraint,
}


def objections(state, operations):
    release = Release(state)
    return [said for app, each in operations for said in release.objections(app, each)]


def tasks(source):
    """Lines that make a task: allowed is `async_task(NAME, str(…_id), …, q_options=…)` alone."""
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [(node.lineno, _of_ids(node)) for node in calls if _called(node) in MAKERS]


MAKERS = {"async_task", "async_iter", "async_chain", "schedule", "AsyncTask", "Chain", "Iter"}


def _called(node):
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _of_ids(call):
    options = {keyword.arg for keyword in call.keywords} <= {"q_options"}
    return _called(call) == "async_task" and options and all(map(_is_id, call.args[1:]))


def _is_id(given):
    if not (isinstance(given, ast.Call) and _called(given) == "str" and len(given.args) == 1):
        return False
    name = given.args[0]
    return getattr(name, "id", getattr(name, "attr", "")).endswith(("_id", "pk"))


# --- what there is --------------------------------------------------------------------------------


def test_every_migration_after_the_last_release_only_expands():
    loader = MigrationLoader(None)
    old = {step for node in LAST_RELEASE for step in loader.graph.forwards_plan(node)}
    whole = [
        step for leaf in loader.graph.leaf_nodes() for step in loader.graph.forwards_plan(leaf)
    ]
    new = [step for step in dict.fromkeys(whole) if step[0] in APPS and step not in old]
    operations = [
        (app, operation)
        for app, name in new
        for operation in loader.graph.nodes[app, name].operations
    ]
    assert objections(loader.project_state(list(LAST_RELEASE)), operations) == []


def test_a_task_is_made_in_one_place_and_holds_ids_alone():
    found = {
        str(path.relative_to(ROOT)): tasks(path.read_text())
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
    }
    makers = {path: [fine for _, fine in lines] for path, lines in found.items() if lines}
    assert makers == {MAKES_TASKS: [True]}


# --- each check on a snippet that breaks it -------------------------------------------------------


def text(**options):
    return models.CharField(max_length=20, **options)


def shop():
    """What a release knew: orders that have a name, and perhaps a note."""
    state = ProjectState()
    fields = [
        ("id", models.AutoField(primary_key=True)),
        ("name", text()),
        ("note", text(null=True)),
    ]
    state.add_model(ModelState("shop", "Order", fields))
    return state


def add(name, field):
    return made.AddField("order", name, field)


def alter(name, field):
    return made.AlterField("order", name, field)


def check(condition):
    constraint = models.CheckConstraint(condition=condition, name="rule")
    return made.AddConstraint("order", constraint)


def once(*fields):
    constraint = models.UniqueConstraint(fields=fields, name="once")
    return made.AddConstraint("order", constraint)


NEW = add("by", text(null=True))
EITHER = Q(name__isnull=False, by__isnull=True) | Q(name__isnull=True, by__isnull=False)
ONLY_EXPANDS = [
    [made.CreateModel("Basket", [("id", models.AutoField(primary_key=True))])],
    [made.AddIndex("order", models.Index(fields=["name"], name="by_name"))],
    [made.AlterModelOptions("order", {"verbose_name": "an order"})],
    [NEW],
    [add("by", text(db_default=""))],
    [add("by", text(null=True, unique=True))],
    [add("friends", models.ManyToManyField("shop.Order"))],
    [alter("name", text(null=True))],
    [alter("name", models.CharField(max_length=40))],
    [alter("name", models.CharField(max_length=None))],
    [NEW, alter("by", text(null=True, db_default="us"))],
    [made.AddField("basket", "total", models.IntegerField())],
    [NEW, check(EITHER)],
    [NEW, check(~Q(by__isnull=False))],
    [NEW, once("name", "by")],
]
NARROWS = [
    ([made.RemoveField("order", "note")], ["RemoveField does more than expand"]),
    ([made.RenameField("order", "note", "text")], ["RenameField does more than expand"]),
    ([made.DeleteModel("Order")], ["DeleteModel does more than expand"]),
    ([made.RenameModel("Order", "Sale")], ["RenameModel does more than expand"]),
    ([made.AlterModelTable("order", "orders")], ["AlterModelTable does more than expand"]),
    ([made.RunSQL("DROP TABLE shop_order")], ["RunSQL does more than expand"]),
    ([made.RunPython(lambda apps, editor: None)], ["RunPython does more than expand"]),
    ([add("by", text())], ["order.by has to be filled in"]),
    ([add("by", text(default=""))], ["order.by has to be filled in"]),
    ([add("by", text(db_default="", unique=True))], ["order.by is the same in two rows"]),
    ([NEW, alter("by", text())], ["order.by has to be filled in"]),
    ([alter("note", text())], ["order.note is narrower"]),
    ([alter("name", models.CharField(max_length=19))], ["order.name is narrower"]),
    ([alter("name", models.TextField())], ["order.name is narrower"]),
    ([alter("name", text(unique=True))], ["order.name is narrower"]),
    ([alter("name", text(db_column="title"))], ["order.name is narrower"]),
    ([check(Q(name__startswith="a"))], ["order.rule may refuse its rows"]),
    ([check(Q(note__isnull=False))], ["order.rule may refuse its rows"]),
    ([NEW, check(Q(by__isnull=False))], ["order.rule may refuse its rows"]),
    ([NEW, check(~Q(by__isnull=True))], ["order.rule may refuse its rows"]),
    ([NEW, check(Q(by__isnull=True) & Q(note__isnull=True))], ["order.rule may refuse its rows"]),
    (
        [add("by", text(null=True, db_default="us")), check(EITHER)],
        ["order.rule may refuse its rows"],
    ),
    ([once("name")], ["order.once may refuse its rows"]),
    ([add("by", text(null=True, db_default="us")), once("by")], ["order.once may refuse its rows"]),
]


@pytest.mark.parametrize("operations", ONLY_EXPANDS)
def test_what_only_expands_is_let_through(operations):
    assert objections(shop(), [("shop", each) for each in operations]) == []


@pytest.mark.parametrize(("operations", "said"), NARROWS)
def test_what_the_last_release_would_stumble_over_is_named(operations, said):
    assert objections(shop(), [("shop", each) for each in operations]) == said


@pytest.mark.parametrize(
    ("source", "fine"),
    [
        ("async_task(TASK, str(step_id), q_options=options)", True),
        ("tasks.async_task('a.b', str(step.pk))", True),
        ("async_task(TASK, step)", False),
        ("async_task(TASK, str(step))", False),
        ("async_task(TASK, step_id)", False),
        ("async_task(TASK, str(step_id), run=run)", False),
        ("async_task(TASK, str(step_id), {'amount': 5})", False),
        ("AsyncTask(TASK, str(step_id))", False),
        ("schedule(TASK, str(step_id))", False),
    ],
)
def test_a_task_that_holds_more_than_ids_is_found(source, fine):
    assert tasks(source) == [(1, fine)]
