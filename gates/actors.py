"""Who acts: a person, an integrator's key, or Gatehouse itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """`label` is what the audit trail keeps; at most one of the ids is set. A personal key acts as
    its person.
    """

    label: str
    user_id: int | None = None
    key_id: int | None = None

    @property
    def plain_id(self) -> int | None:
        """The id kept beside the label, without a foreign key."""
        return self.user_id if self.user_id is not None else self.key_id

    @property
    def username(self) -> str:
        """The name a person signs in with; empty for everybody else."""
        return "" if self.user_id is None else self.label.removeprefix("user:")


CLOCK = Actor("clock")
POLICY = Actor("policy")
OUTSIDE = Actor("outside:link")


def person(user_id: int, username: str) -> Actor:
    """A signed-in person, or the person behind a personal key."""
    return Actor(f"user:{username}", user_id=user_id)


def integrator(key_id: int, name: str) -> Actor:
    """An integrator's key."""
    return Actor(f"key:{name}", key_id=key_id)


def command(name: str) -> Actor:
    """A management command."""
    return Actor(f"command:{name}")
