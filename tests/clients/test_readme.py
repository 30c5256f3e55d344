"""What is written of the library: the snippets run as they stand, but for the address."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from langgraph.graph import END, START, StateGraph

from gates.policy import Step
from tests import factories
from tests.clients.graphs import CONTEXT, State, propose

OURS, ITS_OWN = "README.md", "clients/python/README.md"


def snippet(language, readme=ITS_OWN):
    """The code under this language."""
    text = (settings.BASE_DIR / readme).read_text()
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return found


@pytest.fixture
def approving(desk):
    """The gate approves after a second, when nobody has said anything."""
    steps = (Step("support_team", 1),)
    factories.publish(replace(desk.policy, steps=steps, timeout_action="approve", final_action=""))


def test_the_first_snippet_runs(desk, approving, live_server):
    done: list[dict[str, Any]] = []
    names = {"key": factories.secret_of(desk.key), "context": CONTEXT, "refund": done.append}
    code = snippet("python").replace("https://gatehouse.example.com", live_server.url)
    exec(code, names)  # noqa: S102
    assert done == [{"amount": 120, "order": "A-17"}]


@pytest.mark.parametrize("readme", [OURS, ITS_OWN])
def test_the_snippet_of_langgraph_runs(readme, approving, agent, saver, thread, checkpoints):
    done = []

    def execute(state):
        done.append(state["gate"]["result"])

    given = {"StateGraph": StateGraph, "State": State, "START": START, "END": END}
    given |= {"gatehouse": agent, "saver": saver, "thread": thread, "database": checkpoints}
    given |= {"propose": propose, "execute": execute}
    exec(snippet("python langgraph", readme), given)  # noqa: S102
    assert done == [{"amount": 120, "order": "A-17"}]
