"""Documents that an upsert has inserted in a transaction, and that come back as if they were found.

They are stored only if the transaction is committed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiomotorengine.sessions.saved import SavedInTransaction
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.snapshots import with_state
from aiomotorengine.wire import found_replies
from aiomotorengine.wire.replies import Batch

__all__ = ["Found", "find_and_modify", "note_insertion"]


class Found(NamedTuple):
    """What came back.

    Attributes:
        stored: the document, as bytes where these are to be had; ``None`` without one.
        is_inserted: whether it was inserted, where that was asked for.
    """

    stored: Batch | Mapping[str, Any] | None
    is_inserted: bool


async def find_and_modify(
    target: Target,
    verb: str,
    query: Mapping[str, Any],
    change: Any,
    *,
    tells_insertion: bool = False,
    **options: Any,
) -> Found:
    """The document that one of the driver's ``find_one_and_…`` calls changes, or inserts.

    The driver does not tell which of the two it was. The server does, in its reply; where that does
    not come as bytes, the document is looked for before. In a transaction both commands see the
    same data, so what was not there before is inserted.

    Parameters:
        target: where the document is.
        verb: the name of the call.
        query: the conditions.
        change: an update, or another document.
        tells_insertion: whether it is asked which of the two it was. In a transaction it is in any
            case, but not where what was there before is to be returned.
        options: its options.

    Raises:
        Exception: as for ``wire.found_replies.find_and_modify``.
    """
    is_asked = tells_insertion or target.transaction is not None
    is_asked = is_asked and bool(options.get("upsert") and options["return_document"])
    is_there = True
    if is_asked and not found_replies.tells_insertions(target.collection):
        there = await target.call(
            target.collection.find_one, query, projection={"_id": True}, **target.matching
        )
        is_there = there is not None
    stored = await found_replies.find_and_modify(target, verb, query, change, **options)
    if is_asked and isinstance(stored, Batch):
        return Found(stored, found_replies.was_inserted(stored))
    return Found(stored, not is_there)


def note_insertion(target: Target, document: Any) -> None:
    """Have a document that was inserted count as saved only if its transaction is committed.

    Parameters:
        target: where it was inserted.
        document: the document, as it was read.
    """
    transaction = target.transaction
    if transaction is not None:
        state = SavedInTransaction(transaction)
        document._is_persisted = with_state(document._is_persisted, state)
