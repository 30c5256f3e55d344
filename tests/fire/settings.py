"""The settings of production, with static files from the tree, quick passwords, and the faults that
`tests.fire.faults` arms.
"""

from hitl_project.settings import *  # noqa: F403
from hitl_project.settings import INSTALLED_APPS, PLAIN, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.fire.faults.Faults"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
STORAGES = STORAGES | {"staticfiles": {"BACKEND": PLAIN}}
