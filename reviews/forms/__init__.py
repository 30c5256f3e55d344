"""Forms of the pages."""

from reviews.forms.condition import ConditionForm
from reviews.forms.panels import verdict_form
from reviews.forms.verdict import VerdictForm

__all__ = ["ConditionForm", "VerdictForm", "verdict_form"]
