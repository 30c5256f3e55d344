"""The rules of the code itself, each proven on a snippet that breaks it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("hitl_project", "gates", "reviews", "analytics")
LONGEST_FILE, LONGEST_TEST, LONGEST_FUNCTION, MEDIAN_FUNCTION = 300, 400, 40, 10
NAMES_OF_NOTHING = {"utils", "helpers", "services", "common"}
WRITERS = {
    "update",
    "update_or_create",
    "get_or_create",
    "bulk_update",
    "bulk_create",
    "save",
    "asave",
    "aupdate",
}
READS_TIME = re.compile(
    r"^((datetime\.)?(datetime|date)\.(now|utcnow|today)|timezone\.(now|localtime|localdate)|time\.(time|time_ns)|Now)$"
)
TIME_IMPORTS = {
    "time": {"time", "time_ns"},
    "django.utils.timezone": {"now", "localtime", "localdate"},
}
SHIFTS_TIME = {"at", "frozen"}

type_of_function = (ast.FunctionDef, ast.AsyncFunctionDef)


# --- the checks: each takes source and returns the lines that break the rule ----------------------


def length(source: str) -> int:
    return len(source.splitlines())


def functions(source: str) -> Iterator[tuple[str, int]]:
    """Every function with its lines, from `def` to its end."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, type_of_function):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def lacks_docstring(source: str) -> bool:
    tree = ast.parse(source)
    return bool(tree.body) and ast.get_docstring(tree) is None


def state_writes(source: str) -> list[int]:
    """Lines that write a `status`: by assignment, by setattr, or through a queryset or save."""
    return [line for node in ast.walk(ast.parse(source)) if (line := _state_write(node))]


def _state_write(node: ast.AST) -> int:
    if isinstance(node, ast.Attribute):
        return node.lineno if node.attr == "status" and not isinstance(node.ctx, ast.Load) else 0
    if not isinstance(node, ast.Call):
        return 0
    called = _name(node.func).rpartition(".")[2]
    if called in {"setattr", "__setattr__"}:
        return node.lineno if _says_status(node.args) else 0
    if called not in WRITERS:
        return 0
    written = any(k.arg == "status" for k in node.keywords) or _says_status(
        [k.value for k in node.keywords]
    )
    return node.lineno if written or (called == "bulk_update" and _says_status(node.args)) else 0


def _says_status(values: list[ast.expr]) -> bool:
    """Whether "status" stands among the values, or in a list, tuple, set or dict's keys there."""
    flat = [
        part
        for value in values
        for part in (value, *getattr(value, "elts", []), *(getattr(value, "keys", [])))
    ]
    return any(isinstance(part, ast.Constant) and part.value == "status" for part in flat)


def time_reads(source: str) -> list[int]:
    """Lines that read the time without the clock; `time.monotonic` measures and is free."""
    tree = ast.parse(source)
    names = (n for n in ast.walk(tree) if isinstance(n, ast.Attribute | ast.Name))
    found = [node.lineno for node in names if READS_TIME.match(_name(node))]
    found += [
        n.lineno
        for n in ast.walk(tree)
        if isinstance(n, ast.keyword) and n.arg in {"auto_now", "auto_now_add"}
    ]
    return found + _imports(tree, TIME_IMPORTS)


def time_shifts(source: str) -> list[int]:
    """Lines that stop or move the clock."""
    tree = ast.parse(source)
    attributes = (
        n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in SHIFTS_TIME
    )
    found = [node.lineno for node in attributes if _name(node.value).rpartition(".")[2] == "clock"]
    return found + _imports(tree, {"gates.clock": SHIFTS_TIME})


def _imports(tree: ast.Module, forbidden: dict[str, set[str]]) -> list[int]:
    imports = (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom))
    return [
        n.lineno
        for n in imports
        if forbidden.get(n.module or "", set()) & {alias.name for alias in n.names}
    ]


def _name(node: ast.expr) -> str:
    """The dotted name of an expression, "" when it is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_name(node.value)}.{node.attr}"
    return ""


# --- the tree ------------------------------------------------------------------------------------


def sources(*tops: str) -> list[Path]:
    """Python files under these directories, relative to the root, without migrations."""
    found = (path.relative_to(ROOT) for top in tops for path in (ROOT / top).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def broken(check, *tops: str, but=lambda path: False) -> list[str]:
    """Every `path:line` under these directories at which the check found something."""
    checked = (path for path in sources(*tops) if not but(path))
    return [f"{path}:{line}" for path in checked for line in check((ROOT / path).read_text())]


def in_transitions(path: Path) -> bool:
    return "transitions" in path.parts[:-1]


def in_replay(path: Path) -> bool:
    """The replay of a log, and the demo, whose past is played the same way."""
    return path.as_posix().startswith(
        (
            "reviews/management/commands/replay",
            "reviews/management/replay/",
            "hitl_project/demo/history/",
        )
    )


def test_no_file_is_too_long():
    too_long = [p for p in sources(*APPS) if length((ROOT / p).read_text()) > LONGEST_FILE]
    too_long += [p for p in sources("tests") if length((ROOT / p).read_text()) > LONGEST_TEST]
    assert too_long == []


def test_no_function_is_too_long():
    found = [(p, *f) for p in sources(*APPS, "tests") for f in functions((ROOT / p).read_text())]
    assert [f for f in found if f[2] > LONGEST_FUNCTION] == []


def test_half_of_all_functions_are_short():
    lines = [lines for path in sources(*APPS) for _, lines in functions((ROOT / path).read_text())]
    assert median(lines) <= MEDIAN_FUNCTION


def test_every_module_says_what_it_is():
    assert [p for p in sources(*APPS, "tests") if lacks_docstring((ROOT / p).read_text())] == []


def test_no_file_has_a_name_that_says_nothing():
    assert [p for p in sources(*APPS, "tests") if NAMES_OF_NOTHING & {*p.parts[:-1], p.stem}] == []


def test_state_is_written_in_transitions_only():
    assert broken(state_writes, *APPS, but=in_transitions) == []


def test_only_the_clock_reads_the_time():
    assert broken(time_reads, *APPS, but=lambda path: path == Path("gates/clock.py")) == []


def test_only_the_replay_and_the_demos_past_shift_the_time():
    assert broken(time_shifts, *APPS, but=in_replay) == []


def test_the_top_level_holds_what_the_design_names_and_nothing_else():
    list_files = ["git", "ls-files"]
    listed = subprocess.run(list_files, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git work tree")
    tops = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    named = {
        "manage.py",
        "pyproject.toml",
        "README.md",
        "templates",
        "tests",
        "LICENSE",
        "CHANGELOG.md",
        "Makefile",
    }
    named |= {*APPS, "uv.lock", "requirements.txt", "requirements-dev.txt", "clients"}
    assert {top for top in tops if not top.startswith(".")} <= named


# --- the checks find what they are for --------------------------------------------------------


@pytest.mark.parametrize(
    "snippet",
    [
        "review.status = 'closed'",
        "review.status: str = 'closed'",
        "review.status += 'x'",
        "del review.status",
        "review.status, other = 'closed', 1",
        "for review.status in states: pass",
        "setattr(review, 'status', 'closed')",
        "object.__setattr__(review, 'status', 'closed')",
        "reviews.filter(pk=1).update(status='closed')",
        "reviews.update(**{'status': 'closed'})",
        "reviews.update_or_create(pk=1, defaults={'status': 'closed'})",
        "reviews.bulk_update(rows, ['status'])",
        "reviews.bulk_update(rows, fields=('outcome', 'status'))",
        "review.save(update_fields=['outcome', 'status'])",
        "review.save(update_fields=('status',))",
        "review.save(update_fields={'status'})",
    ],
)
def test_a_write_of_state_is_found(snippet):
    assert state_writes(snippet) == [1]


@pytest.mark.parametrize(
    "snippet",
    [
        "status = models.CharField()",
        "if review.status == 'closed': pass",
        "response.status_code = 404",
        "Problem(status=404)",
        "reviews.filter(status='pending').update(note='')",
        "review.save(update_fields=['note'])",
        "getattr(review, 'status')",
    ],
)
def test_a_read_of_state_is_no_write(snippet):
    assert state_writes(snippet) == []


@pytest.mark.parametrize(
    "snippet",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "datetime.utcnow()",
        "date.today()",
        "DateTimeField(default=timezone.now)",
        "timezone.localdate()",
        "time.time()",
        "time.time_ns()",
        "from time import time",
        "from django.utils.timezone import now",
        "reviews.filter(due_at__lt=Now())",
        "DateTimeField(auto_now_add=True)",
    ],
)
def test_a_reading_of_the_time_is_found(snippet):
    assert time_reads(snippet) == [1]


@pytest.mark.parametrize(
    "snippet", ["clock.now()", "time.monotonic()", "time.sleep(1)", "datetime.fromisoformat(x)"]
)
def test_the_clock_and_the_stop_watch_are_free(snippet):
    assert time_reads(snippet) == []


@pytest.mark.parametrize(
    "snippet",
    [
        "with clock.at(then): pass",
        "clock.frozen(then)",
        "gates.clock.at(then)",
        "from gates.clock import at",
    ],
)
def test_a_shift_of_the_time_is_found(snippet):
    assert time_shifts(snippet) == [1]


@pytest.mark.parametrize("snippet", ["clock.now()", "event.at", "from gates.clock import now"])
def test_other_things_named_at_are_free(snippet):
    assert time_shifts(snippet) == []


def test_a_function_is_as_long_as_its_lines_nested_and_async_ones_too():
    source = "@decorated\nasync def outer():\n    def inner():\n        pass\n    return inner\n"
    assert sorted(functions(source)) == [("inner", 2), ("outer", 4)]


def test_a_file_is_as_long_as_its_lines():
    assert length("a\nb\n") == 2


@pytest.mark.parametrize(
    ("source", "lacks"), [("x = 1", True), ('"""Says it."""\nx = 1', False), ("", False)]
)
def test_a_module_with_code_needs_a_docstring(source, lacks):
    assert lacks_docstring(source) is lacks


def test_the_tree_is_found_without_migrations():
    assert Path("hitl_project/settings.py") in sources(*APPS)
    assert [path for path in sources(*APPS) if "migrations" in path.parts] == []
