"""Where a command finds the server: from its arguments, the modules, or the environment."""

from __future__ import annotations

import asyncio
import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from pymongo.errors import PyMongoError

from aiomotorengine.commands.models import CommandError
from aiomotorengine.connection import (
    DEFAULT_CONNECTION_NAME,
    Connection,
    ConnectionError,
    UnknownAliasError,
    cleanup,
    connection_of,
    known_as,
    register_connection,
)
from aiomotorengine.connection.settings import meaning_of, options_in
from aiomotorengine.redaction import without_secrets

__all__ = ["add_uri_argument", "connect_all", "run_connected"]

T = TypeVar("T")

VARIABLE = "MONGODB_URI"

SCHEMES = ("mongodb://", "mongodb+srv://")

Uris = Sequence[tuple[str, str]]
"""Aliases with the URIs that are given for them."""


def add_uri_argument(parser: ArgumentParser) -> None:
    """Let a command take URIs."""
    parser.add_argument(
        "--uri",
        action="append",
        type=alias_and_uri,
        default=[],
        metavar="[ALIAS=]URI",
        help="where the documents are, as mongodb://host/database; once for each alias of the "
        f"classes. Without it, what the modules themselves connect, or else {VARIABLE} of the "
        "environment, which nobody sees who lists the processes",
    )


def alias_and_uri(given: str) -> tuple[str, str]:
    """The alias that is to be connected, and its URI."""
    alias, _, uri = given.partition("=")
    if given.startswith(SCHEMES):
        return DEFAULT_CONNECTION_NAME, given
    if uri.startswith(SCHEMES):
        return alias, uri
    # It is not repeated: there may be a password in it.
    raise ArgumentTypeError("give a URI, as mongodb://host/database, or ALIAS=URI.")


def connect_all(uris: Uris, aliases: Iterable[str]) -> None:
    """Connect aliases.

    Parameters:
        uris: where they are, as far as the command was told. What their documents mean is as the
            modules have said that connected them, and as the URIs say.
        aliases: those that are needed.

    Raises:
        CommandError: nobody says where one of them is.
    """
    for alias, uri in uris:
        register_connection(None, alias, **settings_for(uri, known_as(alias)))
    for alias in aliases:
        try:
            connection_of(alias)
        except UnknownAliasError:
            in_environment = os.environ.get(VARIABLE)
            if alias == DEFAULT_CONNECTION_NAME and in_environment:
                register_connection(None, alias, host=in_environment)
                continue
            name = "" if alias == DEFAULT_CONNECTION_NAME else f"{alias}="
            what = "the classes" if not name else f"the classes with the alias {alias!r}"
            raise CommandError(
                f"say where {what} are stored: --uri {name}mongodb://host/database"
            ) from None


def settings_for(uri: str, connected: Connection | None) -> dict[str, Any]:
    """The settings that lead to a URI, and else mean what those of a program do.

    Parameters:
        uri: the URI; its own options go before.
        connected: what the program has connected, if it has.
    """
    meaning = {} if connected is None else meaning_of(connected.given)
    stated = {name.lower() for name in options_in(uri)}
    kept = {name: value for name, value in meaning.items() if name.lower() not in stated}
    return {**kept, "host": uri}


def run_connected(work: Callable[[], Awaitable[T]], uris: Uris) -> T:
    """Do the work of a command, after which no client is open.

    Parameters:
        work: makes what is awaited.
        uris: those that the command was told, of which no password is repeated.

    Raises:
        CommandError: a server can't be asked.
    """

    async def connected() -> T:
        try:
            return await work()
        finally:
            cleanup()

    try:
        return asyncio.run(connected())
    except (ConnectionError, PyMongoError) as error:
        hosts = [*(uri for _, uri in uris), os.environ.get(VARIABLE)]
        raise CommandError(str(without_secrets(error, {"host": hosts}))) from None
