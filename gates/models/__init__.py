"""Models of gates, teams, keys and the audit trail."""

from gates.models.audit import Audited, Event
from gates.models.gate import EscalationStep, Gate, GateVersion, ReasonCode
from gates.models.key import ApiKey
from gates.models.team import Calendar, Membership, Team
from gates.models.workflow import Workflow, WorkflowVersion

__all__ = [
    "ApiKey",
    "Audited",
    "Calendar",
    "EscalationStep",
    "Event",
    "Gate",
    "GateVersion",
    "Membership",
    "ReasonCode",
    "Team",
    "Workflow",
    "WorkflowVersion",
]
