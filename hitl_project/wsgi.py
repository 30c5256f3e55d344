"""The WSGI application: pages and API."""

import os

from django.core.wsgi import get_wsgi_application

from hitl_project import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hitl_project.settings")
application = get_wsgi_application()
connections.end_with_threads()
