"""Whether the server of a connection answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pymongo
from pymongo.errors import OperationFailure, ServerSelectionTimeoutError

from aiomotorengine.connection import DEFAULT_CONNECTION_NAME, OpenClient, connection_of
from aiomotorengine.redaction import without_secrets

__all__ = ["Health", "health"]

AUTHENTICATION_FAILED = 18


class Health(NamedTuple):
    """What ``health`` has found; it counts as true if all is well.

    Attributes:
        ok: whether the server that takes writes has answered.
        latency_ms: how many milliseconds its answer took, over a connection that was there.
        version: the server's version, where it may be asked for that.
        topology: what the driver has found: ``Single``, ``ReplicaSetWithPrimary``,
            ``ReplicaSetNoPrimary``, ``Sharded``, ``LoadBalanced``, or ``Unknown``.
        primary: the address of the primary of a replica set.
        error: why it is not well; ``None`` if it is.
    """

    ok: bool
    latency_ms: float | None = None
    version: str | None = None
    topology: str | None = None
    primary: str | None = None
    error: str | None = None

    def __bool__(self) -> bool:
        return self.ok


async def health(
    alias: str = DEFAULT_CONNECTION_NAME,
    *,
    timeout: float = 2.0,  # noqa: ASYNC109  # the driver is told as well, and goes by it
) -> Health:
    """Whether the server of an alias answers, and how fast.

    It raises nothing: that an alias is not connected, or that a password is wrong, is told in the
    result as well, without passwords.

    Parameters:
        alias: the connection's name.
        timeout: after how many seconds a server that has not answered does not count as well.

    Returns:
        What was found.

    Example:
        >>> import asyncio
        >>> from aiomotorengine import health
        >>> state = asyncio.run(health("nowhere"))
        >>> state.ok, state.error
        (False, "There is no connection with the alias 'nowhere'; call \
aiomotorengine.connect(<database>, alias='nowhere') first.")
    """
    try:
        connection = connection_of(alias)
        opened = connection.opened()
    except Exception as error:
        return Health(False, error=str(error))
    answer = Answer()
    problem: str | None = None
    try:
        async with asyncio.timeout(timeout):
            with pymongo.timeout(timeout):
                await answer.ask(opened)
    except (TimeoutError, ServerSelectionTimeoutError):
        # The driver looks whether its time is over twice in a second, so it may be late to say it.
        problem = unanswered(opened.client, timeout)
    except Exception as error:
        problem = text_of(error)
    if problem is not None:
        problem = str(without_secrets(RuntimeError(problem), connection.settings))
    topology, primary = found_by(opened.client)
    return Health(problem is None, answer.latency_ms, answer.version, topology, primary, problem)


class Answer:
    """What a server has said of itself so far."""

    latency_ms: float | None = None
    version: str | None = None

    async def ask(self, opened: OpenClient) -> None:
        """Ask the server that takes writes.

        Raises:
            pymongo.errors.PyMongoError: it can't be asked, or does not let this client ask.
        """
        command = opened.client.admin.command
        async with own_session(opened) as options:
            try:
                self.version = (await command("buildInfo", **options)).get("version")
            except OperationFailure as error:
                # Not everybody may ask for it, and not in every version of the API.
                if error.code == AUTHENTICATION_FAILED:
                    raise
            began = time.perf_counter()
            await command("ping", **options)
            self.latency_ms = (time.perf_counter() - began) * 1000


@asynccontextmanager
async def own_session(opened: OpenClient) -> AsyncIterator[dict[str, Any]]:
    """The options of commands that are no part of what the running task is doing.

    A transaction, of which the driver's session may be bound to the task, would be aborted by them.
    """
    if opened.bound_session() is None:
        yield {}
        return
    async with opened.driver.new_session(opened.client) as session:
        yield {"session": session}


def unanswered(client: Any, seconds: float) -> str:
    """Why no server has answered, as far as the driver has found out."""
    errors = [text_of(server.error) for server in servers_of(client) if server.error is not None]
    known = "; ".join(dict.fromkeys(errors)) or found_by(client)[0]
    return f"No server that takes writes has answered within {seconds:g} seconds ({known})."


def text_of(error: Exception) -> str:
    """What an error says; of an answer of the server's, its message alone."""
    answer = error.details if isinstance(error, OperationFailure) else None
    return str((answer or {}).get("errmsg") or error) or type(error).__name__


def found_by(client: Any) -> tuple[str | None, str | None]:
    """What kind of deployment a client has found, and the address of its primary."""
    description = getattr(client, "topology_description", None)
    primaries = [it.address for it in servers_of(client) if it.server_type_name == "RSPrimary"]
    primary = next((f"{host}:{port}" for host, port in primaries), None)
    return getattr(description, "topology_type_name", None), primary


def servers_of(client: Any) -> list[Any]:
    """What a client knows of each server."""
    # One that has not yet asked for the hosts of its domain has no description.
    description = getattr(client, "topology_description", None)
    return [] if description is None else list(description.server_descriptions().values())
