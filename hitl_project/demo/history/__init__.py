"""Thirty days of the demo's shop, and what waits at its start: made by the transitions of everyday
life, with the clock at the moment of each. What the planted gates decide is decided by them.
"""

from hitl_project.demo.history.cast import SCOPE
from hitl_project.demo.history.play import beginning, planted, play

__all__ = ["SCOPE", "beginning", "planted", "play"]
