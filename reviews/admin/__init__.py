"""The admin of reviews: the queue with its moves, and all that belongs to a review, to read."""

from reviews.admin import parts, review, system, tasks

__all__ = ["parts", "review", "system", "tasks"]
