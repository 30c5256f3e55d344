#!/usr/bin/env python
"""Gatehouse's command line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hitl_project.settings")
    if sys.argv[1:2] == ["up"] and "--demo" in sys.argv:
        os.environ.setdefault("DEBUG", "1")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Gatehouse does not start: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
