"""The admin of gates, teams, keys and the audit trail."""

from gates.admin import audit, gate, key, team

__all__ = ["audit", "gate", "key", "team"]
