"""Models of what happens at run time."""

from reviews.models.assignment import Assignment
from reviews.models.condition import Condition
from reviews.models.decision import Decision
from reviews.models.outbox import Comment, Delivery
from reviews.models.person import Draft, Preference
from reviews.models.review import Review
from reviews.models.run import Endpoint, Run, Step
from reviews.models.system import Heartbeat, IdempotencyKey

__all__ = [
    "Assignment",
    "Comment",
    "Condition",
    "Decision",
    "Delivery",
    "Draft",
    "Endpoint",
    "Heartbeat",
    "IdempotencyKey",
    "Preference",
    "Review",
    "Run",
    "Step",
]
