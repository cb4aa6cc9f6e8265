"""``python -m aiomotorengine``: what is installed, and commands for a program's document classes.

It ends with 0 if all is fine, 1 if something was found, and 2 if it could not do its work.
"""

from __future__ import annotations

import re
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import NoReturn

from aiomotorengine.commands import bench, check, indexes, migrate, schema
from aiomotorengine.commands.models import CommandError
from aiomotorengine.commands.versions import as_table

COMMANDS = {
    "check": check,
    "indexes": indexes,
    "migrate": migrate,
    "schema": schema,
    "bench": bench,
}

PASSWORD = re.compile(r"(?<=://).*@", re.DOTALL)
"""User and password in a URI. What should have been escaped in it may be any sign."""


class Parser(ArgumentParser):
    """A parser that repeats no password of what it was given."""

    def error(self, message: str) -> NoReturn:
        super().error(PASSWORD.sub("***@", message))


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says.

    Parameters:
        arguments: those after the program's name; by default those of the process.

    Returns:
        What the program ends with.
    """
    parser = Parser(
        prog="python -m aiomotorengine",
        description="Without a command: versions, drivers, the codec in use, and why it is that.",
        epilog="It ends with 0 if all is fine, 1 if something was found, and 2 if it could not do "
        "its work.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, command in COMMANDS.items():
        added = commands.add_parser(
            name, help=command.SUMMARY, description=command.SUMMARY, allow_abbrev=False
        )
        command.add_arguments(added)
        added.set_defaults(run=command.run, error=added.error)
    given = parser.parse_args(arguments)
    if not hasattr(given, "run"):
        print(as_table())
        return 0
    try:
        code: int = given.run(given)
    except CommandError as error:
        given.error(str(error))
    return code


if __name__ == "__main__":
    sys.exit(main())
