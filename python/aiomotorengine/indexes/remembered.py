"""The memory of having asked for an index or a collection.

Asking the server at every save would cost a round trip each, so that what was asked for is taken to
be there for five minutes, as PyMongo itself did in 2017 (K47). Who drops a collection or a database
meanwhile, other than by ``drop_collection``, asks for its indexes again with ``ensure_index`` or
``ensure_indexes``.
"""

from __future__ import annotations

import time
from typing import Any

__all__ = ["COLLECTION", "SECONDS_REMEMBERED", "forget", "is_remembered", "remember"]

SECONDS_REMEMBERED = 300.0

COLLECTION = ""
"""What is remembered of the collection itself, beside the signatures of indexes."""

MEMORY = "_aiomotorengine_indexes"
"""The attribute of a client that holds (database, collection, what) -> when it was asked for.

It stands on the client itself because drivers call two clients of one server equal."""

Memory = dict[tuple[str, str, str], float]


def is_remembered(collection: Any, what: str) -> bool:
    """Whether something was asked for a short while ago.

    Parameters:
        collection: the driver's collection.
        what: the signature of an index, or ``COLLECTION``.
    """
    asked = memory_of(collection).get(key_of(collection, what))
    return asked is not None and asked > time.monotonic() - SECONDS_REMEMBERED


def remember(collection: Any, what: str) -> None:
    """Remember that something was asked for; parameters as above."""
    memory_of(collection)[key_of(collection, what)] = time.monotonic()


def forget(collection: Any) -> None:
    """Forget all that was asked for in a collection, which is dropped."""
    memory, names = memory_of(collection), (collection.database.name, collection.name)
    for key in [key for key in memory if key[:2] == names]:
        del memory[key]


def memory_of(collection: Any) -> Memory:
    memory: Memory = vars(collection.database.client).setdefault(MEMORY, {})
    return memory


def key_of(collection: Any, what: str) -> tuple[str, str, str]:
    return collection.database.name, collection.name, what
