"""What callers send, member by member. None is the same as nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Required, TypedDict


class Requester(TypedDict, total=False):
    """On whose behalf the action would be taken."""

    id: Required[str]
    contact: str | None


class Content(TypedDict, total=False):
    """What goes with a proposal to a gate."""

    context: Mapping[str, Any] | None
    recommendation: str | None
    confidence: float | None
    rationale: str | None
    requester: Requester | None
    external_id: str | None
    callback_url: str | None
    revises: str | None
    metadata: Mapping[str, Any] | None


class Submission(Content, total=False):
    """A proposal with what goes with it."""

    proposal: Required[Any]


class Answer(TypedDict, total=False):
    """What goes with a verdict. `proposal` with `modify`, `items` with `partial`, `conditions` with
    `approve_if`, `message` with `respond`.
    """

    digest: str | None
    proposal: Any
    items: Sequence[Mapping[str, Any]] | None
    conditions: Sequence[Mapping[str, Any]] | None
    reasons: Sequence[str] | None
    note: str | None
    message: str | None


class Start(TypedDict, total=False):
    """What goes with the input of a run."""

    external_id: str | None
    callback_url: str | None
    requester: Requester | None
