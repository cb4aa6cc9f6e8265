"""What the library asks of PyMongo and Motor that they do not offer, and by which names of theirs.

The functions here do nothing where a version of theirs does not have these names.
"""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any
from weakref import ref

import pymongo
from pymongo import message
from pymongo.errors import ConnectionFailure, OperationFailure

from aiomotorengine.utils import running_loop

__all__ = [
    "PRIVATE_NAMES",
    "begin_again",
    "bound_sessions",
    "close_cursor_soon",
    "decode_all_replies_alike",
    "has_handed_out",
    "is_of_motor",
    "on_end_of_transactions",
    "seconds_left",
    "set_batch_size",
]

PRIVATE_NAMES: Mapping[str, str] = {
    # What PyMongo looks for in objects that it is handed.
    "_type_marker": "documents and replies as bytes; PyMongo's own codec would convert all twice",
    "_add_to_bulk": "a batch as one request; without it, each document is a request of its own",
    "gen_ordered": "a batch as one run of inserts; without it, the driver makes the run itself",
    "gen_unordered": "the same",
    "ops": "the same",
    # Sending a batch again; without these, it ends with the driver's own retry.
    "_start_session": "sending again",
    "_start_retryable_write": "sending again",
    "_apply_to": "sending again",
    "is_mongos": "sending again",
    "is_repl": "sending again",
    "supports_sessions": "sending again",
    # Errors.
    "_error_labels": "the labels of errors that are raised anew; without it, they have none",
    # Reading.
    "_batch_size": "replies of moderate size; without it, they are as large as the server likes",
    "_data": "documents of a tail as they come, where they are dicts; without it, one by one",
    "_close_cursor_soon": "cursors after a lost connection; without it, they stay for ten minutes",
    "_CursorAddress": "the same",
    "_write_response_codec_options": "counts, and replies to writes; without it, an answer that "
    "names none counts as 0, and the driver decodes replies to writes",
    # Transactions that a program began with the driver's session.
    "_get_bound_session": "bound sessions; without it, bulk inserts do not know of them",
    "_SESSION": "the same without asking the client each time; without it, calls are slower",
    "_transaction": "telling transactions apart; without it, each question is of a new one",
    "set_starting": "transactions whose first command cannot be encoded; without it, they are over",
    "has_completed_command": "the same",
    "_csot": "the time that ``pymongo.timeout`` leaves; without it, there is no end to that",
    "_finish_transaction_with_retry": "how they end; without it, nothing in them is believed later",
    "_starting_transaction": "whether a transaction has sent anything; without it, it has",
    # Closing a client whose event loop does not run any more; without them, sockets stay open until
    # Python's collector finds them.
    "_closed": "closing",
    "_loop": "closing, and binding a client to a loop",
    "_pool_class": "closing; PyMongo has it for others to build on, as Motor does",
    "conn": "closing",
    "_sock": "closing",
    "_ssl_protocol": "closing where the connection has TLS",
    "_transport": "the same",
}
"""All private names of PyMongo and of asyncio that the library rests on, with what rests on each;
names without an underscore are of objects that PyMongo does not document.

``tests/integration/test_private_names.py`` looks for each in the versions that are installed, and
for names in the library that are not listed.
"""


def bound_sessions(lookup: Any) -> ContextVar[Any] | None:
    """The variable from which PyMongo's lookup of the session that is bound to a task reads it.

    Parameters:
        lookup: the method of a client.
    """
    names = getattr(lookup, "__globals__", {})
    bindings = names.get("_SESSION")
    return bindings if isinstance(bindings, ContextVar) else None


def is_of_motor(cursor: Any) -> bool:
    """Whether a cursor is Motor's, which works with one of PyMongo's on a thread."""
    return hasattr(cursor, "delegate")


def begin_again(session: Any) -> None:
    """Have a transaction begin with the next command, if none of it has reached a server.

    The driver takes it for begun before it encodes the first command.

    Parameters:
        session: PyMongo's session.
    """
    transaction: Any = getattr(session, "_transaction", None)
    if hasattr(transaction, "set_starting") and not transaction.has_completed_command:
        transaction.set_starting()


def on_end_of_transactions(session: Any, ended: Callable[[bool | None], None]) -> bool:
    """Have a function called whenever a transaction of a session ends that was not empty.

    Parameters:
        session: PyMongo's session.
        ended: is called in the running event loop, before whoever ends the transaction goes on. It
            takes whether that was committed; ``None`` where nobody knows.

    Returns:
        Whether it will be called.
    """
    finish = getattr(type(session), "_finish_transaction_with_retry", None)
    if finish is None:
        return False
    session_of = ref(session)  # or only Python's collector would find the session
    loop = asyncio.get_running_loop()  # Motor asks on a thread, but when a session is left

    async def finish_and_tell(command: str) -> Any:
        try:
            answer = await finish(session_of(), command)
        except BaseException as error:
            ended(outcome(command, error))
            raise
        ended(outcome(command))
        return answer

    def tell(is_committed: bool | None) -> None:
        if running_loop() is loop:
            ended(is_committed)
        else:
            loop.call_soon_threadsafe(ended, is_committed)

    def finish_here(command: str) -> Any:
        try:
            answer = finish(session_of(), command)
        except BaseException as error:
            tell(outcome(command, error))
            raise
        tell(outcome(command))
        return answer

    is_async = inspect.iscoroutinefunction(finish)
    session._finish_transaction_with_retry = finish_and_tell if is_async else finish_here
    return True


def outcome(command: str, error: BaseException | None = None) -> bool | None:
    """What the command that ends a transaction came to: whether that is committed, if it is known.

    Servers abort a transaction that is not committed, if only after a minute.
    """
    if command != "commitTransaction":
        return False
    if error is None:
        return True
    # The driver labels lost connections like that as well, and takes the label back later.
    if not isinstance(error, OperationFailure) or isinstance(error, ConnectionFailure):
        return None
    return False if error.has_error_label("TransientTransactionError") else None


def seconds_left() -> float:
    """How much is left of the time that ``pymongo.timeout`` gives the running task."""
    remaining = getattr(getattr(pymongo, "_csot", None), "remaining", None)
    seconds: float | None = None if remaining is None else remaining()
    return math.inf if seconds is None else seconds


def decode_all_replies_alike(collection: Any) -> None:
    """Have a collection decode all replies by its codec options.

    PyMongo takes dicts in the place of their document class where a reply has no documents.

    Parameters:
        collection: the driver's collection, which nobody else has.
    """
    collection = vars(collection).get("delegate", collection)
    if hasattr(collection, "_write_response_codec_options"):
        collection._write_response_codec_options = collection.codec_options


def set_batch_size(cursor: Any, size: int) -> None:
    """How many documents the next reply should have.

    PyMongo lets it be set only before it knows how large documents are. Where it cannot be changed
    later, replies are as large as the server makes them.
    """
    cursor = getattr(cursor, "delegate", cursor)
    if hasattr(cursor, "_batch_size"):
        cursor._batch_size = size


def has_handed_out(cursor: Any) -> bool:
    """Whether a cursor has handed out all that came with the last answer, so that it would ask for
    more. Where nobody knows, it has.
    """
    return not getattr(getattr(cursor, "delegate", cursor), "_data", None)


def close_cursor_soon(collection: Any, cursor: Any, id: int) -> None:
    """Have the client close a cursor of the server's, by its number, within about a second.

    The driver closes cursors by itself, but for those that it takes for gone, since a connection
    was lost. Where the server is gone indeed, the driver logs that it could not.
    """
    client = collection.database.client
    client = vars(client).get("delegate", client)  # any other name is a database to PyMongo's
    address_of = getattr(message, "_CursorAddress", None)
    if address_of is not None and hasattr(client, "_close_cursor_soon"):
        client._close_cursor_soon(id, address_of(cursor.address, collection.full_name))
