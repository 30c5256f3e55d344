"""`python -m tests.fire.races`."""

from tests.fire.part import burn
from tests.fire.races import run

burn("Races", run)
