"""The ASGI application: the calls that wait."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hitl_project.settings")
application = get_asgi_application()
