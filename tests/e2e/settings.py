"""The settings of production, with static files from the tree: nothing to collect first."""

from hitl_project.settings import *  # noqa: F403
from hitl_project.settings import PLAIN, STORAGES

WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
STORAGES = STORAGES | {"staticfiles": {"BACKEND": PLAIN}}
