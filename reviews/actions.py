"""What authors of actions import: `from reviews.actions import Call, action`."""

from gates.performers import Call, Later, Refused, action

__all__ = ["Call", "Later", "Refused", "action"]
