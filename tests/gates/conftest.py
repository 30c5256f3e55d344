"""What the tests of `manage.py policy` share."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from tests.gates.policies import gate_text


@pytest.fixture
def run():
    """Runs `manage.py policy`: (stdout, stderr, exit message or None)."""

    def run(*words):
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("policy", *map(str, words), stdout=out, stderr=err)
        except CommandError as error:
            return out.getvalue(), err.getvalue(), (error.returncode, str(error))
        return out.getvalue(), err.getvalue(), None

    return run


@pytest.fixture
def file(tmp_path):
    """Writes a policy file and tells where."""

    def file(text=None, **keys):
        path = tmp_path / "f.yaml"
        path.write_text(gate_text(**keys) if text is None else text)
        return path

    return file
