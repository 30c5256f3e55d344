"""`python -m tests.fire.storage`; a scene alone: `python -m tests.fire.storage.full`."""

from tests.fire.part import burn
from tests.fire.storage import run

if __name__ == "__main__":
    burn("Storage", run)
