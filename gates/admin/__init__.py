"""The admin of gates, teams, keys and the audit trail."""

from gates.admin import audit, gate, key, team, workflow

__all__ = ["audit", "gate", "key", "team", "workflow"]
