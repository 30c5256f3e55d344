"""The settings of the other parts, with actions that leave rows behind and points to die at."""

from tests.fire.settings import *  # noqa: F403
from tests.fire.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.fire.workflows.points.Points"]
