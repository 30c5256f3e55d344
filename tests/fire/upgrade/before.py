"""Run by the code of the last release: the gates and keys that are there before an upgrade. Prints
the secrets as JSON.
"""

import json
import sys

import django

django.setup()

from gates.policy import Step, Triggers  # noqa: E402
from tests import factories  # noqa: E402
from tests.fire import office  # noqa: E402

ASKS = {
    "triggers": Triggers(stakes="proposal.amount > 100.0"),
    "options": ("approve", "modify", "reject"),
    "conditions": (),
    "steps": (Step("support_team", 86_400),),
    "lease": 60,
}

opened = office.opened("")
for slug, window in (("now", 0), ("later", 1)):  # for runs; by their undo window
    factories.desk(**factories.ONE_LEVEL | ASKS | {"slug": slug, "undo_window": window})
flows = factories.secret_of(factories.key(name="flows"))
told = {"agent": opened.agent, "reviewer": opened.reviewer, "gates": opened.gates, "flows": flows}
sys.stdout.write(json.dumps(told))
