"""What the library asks of PyMongo and Motor that they do not offer.

Each of these works by names of theirs that begin with an underscore, and does nothing where a
version of theirs does not have them.
"""

from __future__ import annotations

from typing import Any

from pymongo import message

__all__ = ["close_cursor_soon", "is_of_motor", "set_batch_size"]


def is_of_motor(cursor: Any) -> bool:
    """Whether a cursor is Motor's, which works with one of PyMongo's on a thread."""
    return hasattr(cursor, "delegate")


def set_batch_size(cursor: Any, size: int) -> None:
    """How many documents the next reply should have.

    PyMongo lets it be set only before it knows how large documents are. Where it cannot be changed
    later, replies are as large as the server makes them.
    """
    cursor = getattr(cursor, "delegate", cursor)
    if hasattr(cursor, "_batch_size"):
        cursor._batch_size = size


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
