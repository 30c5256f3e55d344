"""The settings of production, with the floor's endpoints beside ours and static files from the
tree.
"""

from hitl_project.settings import *  # noqa: F403
from hitl_project.settings import PLAIN, STORAGES

ROOT_URLCONF = "tests.benchmarks.floor.urls"
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
STORAGES = STORAGES | {"staticfiles": {"BACKEND": PLAIN}}
