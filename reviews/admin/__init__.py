"""The admin of reviews: the queue with its moves, and all that belongs to a review, to read."""

from reviews.admin import endpoint, parts, review, run, sides, system, tasks

__all__ = ["endpoint", "parts", "review", "run", "sides", "system", "tasks"]
