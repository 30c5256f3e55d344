"""An attempt at an action of a workflow that an integrator performs."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from gates import clock, performers
from reviews.outside.answers import Done, Failed
from reviews.outside.calls import Call, call
from reviews.outside.reach import Reach


class Unfinished(Exception):
    """It may work if it is tried again."""


def perform(asked: performers.Call, *, url: str, secret: str) -> Any:
    """What the endpoint returned. Raises Refused where trying again makes no sense, Later where the
    other side says when, else Unfinished.
    """
    sent = Call(url, secret, asked.key, _data(asked))
    answer = call(sent, timeout=asked.timeout, now=clock.now(), reach=allowed())
    if isinstance(answer, Done):
        return answer.output
    if isinstance(answer, Failed):
        raise performers.Refused(answer.error)
    if answer.after is not None:
        raise performers.Later(answer.error, answer.after)
    raise Unfinished(answer.error)


def allowed() -> Reach:
    """How far the operator lets us call."""
    return Reach.of(settings.ACTION_NETWORKS)


def _data(asked: performers.Call) -> dict[str, Any]:
    return {
        "action": asked.action,
        "data": asked.data,
        "run": asked.run,
        "node": asked.node,
        "attempt": asked.attempt,
    }
