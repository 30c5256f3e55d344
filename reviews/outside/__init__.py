"""Calls to the HTTP actions of integrators: signed, to checked addresses only, bounded in all."""

from reviews.outside.answers import Again, Answer, Done, Failed
from reviews.outside.calls import Call, call
from reviews.outside.performing import Unfinished, allowed, perform
from reviews.outside.reach import Reach, check_url

__all__ = [
    "Again",
    "Answer",
    "Call",
    "Done",
    "Failed",
    "Reach",
    "Unfinished",
    "allowed",
    "call",
    "check_url",
    "perform",
]
