"""What a query says of how it is answered, as the driver's calls take it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from aiomotorengine.sessions.target import Target

__all__ = [
    "OF_AGGREGATIONS",
    "OF_COUNTS",
    "OF_DISTINCT",
    "as_command",
    "command_options",
    "find_options",
    "refuse_variables",
]

SERVERS_NAMES = {
    "allow_disk_use": "allowDiskUse",
    "batch_size": "batchSize",
    "max_time_ms": "maxTimeMS",
}
"""What commands call what ``find`` of the driver calls otherwise."""

OF_AGGREGATIONS = ("allow_disk_use", "batch_size", "collation", "hint", "let", "max_time_ms")
OF_COUNTS = ("collation", "hint", "let", "max_time_ms")
OF_DISTINCT = ("collation", "hint", "max_time_ms")


def refuse_variables(target: Target, call: str) -> None:
    """Refuse what a query says by ``let`` for a command that takes no variables.

    Parameters:
        target: what is read.
        call: what the program has asked for.

    Raises:
        ValueError: it says something.
    """
    if "let" in target.matching:
        raise ValueError(f"MongoDB's command for {call} takes no let().")


def find_options(target: Target) -> dict[str, Any]:
    """The options of the driver's ``find``."""
    return {**target.matching, **target.reading} if target.matching or target.reading else {}


def command_options(target: Target, names: Collection[str]) -> dict[str, Any]:
    """The options of another command that reads, by the server's names.

    Parameters:
        target: what is read.
        names: the options that the command has, by the names of ``find``.
    """
    options = {}
    for name, value in find_options(target).items():
        if name in names:
            is_keys = name == "hint" and not isinstance(value, str)
            options[SERVERS_NAMES.get(name, name)] = dict(value) if is_keys else value
    return options


def as_command(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as the server takes them itself, in a command that the driver only hands on."""
    collation = options.get("collation")
    return {**options} if collation is None else {**options, "collation": collation.document}
