"""Databases that die, disks that are full, disks that say no: nothing that was acknowledged is
lost, and all of it heals by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from tests.fire.figures import Figure
from tests.fire.part import Scale

SCENES = ("killed", "full", "unsynced", "sqlite")


def run(scale: Scale) -> Iterator[Figure]:
    """Each scene in a process of its own, for a process has one database."""
    for name in SCENES:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            yield from alone.submit(_figures, name, scale).result()


def _figures(name: str, scale: Scale) -> list[Figure]:
    found: list[Figure] = list(import_module(f"{__name__}.{name}").run(scale))
    return found
