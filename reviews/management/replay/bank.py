"""The bank whose log is played: its gate, its two teams, its people, and the key that submits."""

from __future__ import annotations
