"""No command: versions, the codec and storage in use and why, and the drivers."""

from __future__ import annotations

import platform
from collections.abc import Iterator

import bson
import pymongo

from aiomotorengine import __version__, codec, drivers, storage

__all__ = ["as_table", "versions"]


def versions() -> Iterator[tuple[str, str]]:
    """What there is to know about this installation, as names and values."""
    yield "aiomotorengine", __version__
    yield "Python", f"{platform.python_implementation()} {platform.python_version()}"
    yield "PyMongo", f"{pymongo.version}{'' if bson.has_c() else ', without its C extension'}"
    yield "codec", f"{codec.implementation}: {codec.reason}"
    yield "storage", f"{storage.implementation}: {storage.reason}"
    for name in drivers.DRIVERS:
        default = ", used unless connect(driver=...) says otherwise"
        yield (
            f"driver {name}",
            driver_version(name) + (default if name == drivers.default_driver else ""),
        )


def driver_version(name: str) -> str:
    try:
        return drivers.get_driver(name).version
    except ImportError as error:
        return f"not available ({error})"


def as_table() -> str:
    """The same as lines of a table."""
    rows = list(versions())
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in rows)
