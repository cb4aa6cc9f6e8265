"""What is sent to save one document: an insert or a replacement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from bson.errors import BSONError
from bson.objectid import ObjectId
from pymongo.errors import DuplicateKeyError, WriteError
from pymongo.results import UpdateResult

from aiomotorengine.codec import Codec
from aiomotorengine.codec.single import encoded
from aiomotorengine.errors import violates_id
from aiomotorengine.fields.document_id import refuse_unset_key
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.identity import identity_query
from aiomotorengine.storage.snapshots import with_state
from aiomotorengine.wire import requests
from aiomotorengine.wire.answers import checked_count
from aiomotorengine.writing.lost_answers import WHOLE, note_lost_answer
from aiomotorengine.writing.own_writes import content_of

__all__ = ["UNCHANGED", "Written", "insert"]

REFUSALS = (WriteError, BSONError, OverflowError, RecursionError, TypeError, ValueError)
"""What says for certain that a document was not inserted."""


@dataclass(slots=True)
class Written:
    """What was sent.

    Attributes:
        raw: the document as it is stored now, if it is; its ``_id`` may be null.
        result: the driver's, where something may have been there before.
    """

    raw: bytes
    result: UpdateResult | None = None

    @property
    def is_stored(self) -> bool:
        """Whether the document was stored, as far as the server says.

        Raises:
            pymongo.errors.ProtocolError: the server's answer makes no sense.
        """
        said = None if self.result is None else self.result.raw_result
        if said is None:  # or nothing was waited for
            return True
        return said.get("upserted") is not None or checked_count(said.get("n", 0)) > 0


UNCHANGED = Written(b"", UpdateResult({"n": 0}, acknowledged=True))
"""Nothing was written."""


async def insert(target: Target, codec: Codec, document: Any, *, replaces: bool) -> Written:
    """Insert a document, under a new ``_id`` unless it has one.

    Parameters:
        target: where it is saved.
        codec: the codec between the document's class and the collection.
        document: the document.
        replaces: whether it replaces what is there under its ``_id``: another save of the same
            document that came first. Else the document remembers it if no answer comes, by which
            the next try knows again what it has sent.

    Raises:
        DuplicateKeyError: another document has its id, or the value of a unique field.
        InvalidDocumentError: it has no value for the primary key that its class declares.
    """
    had_id, state = document._id is not None, document._is_persisted
    if had_id:
        identity_query(document)  # which refuses ids that are none, as for a replacement
    else:
        if type(document)._declared_key:
            refuse_unset_key(type(document))  # which nothing has asked where it was not validated
        # The id is made here and stays on the document if no answer comes, so that saving again
        # finds what may have arrived and makes no second copy. And one that was stored under
        # another id, a copy, counts as new under this one.
        document._id = ObjectId()
        if state:
            document._is_persisted = with_state(state, state=False)
    try:
        raw = encoded(codec, document, document._id)
    except BaseException:
        if not had_id:
            document._id, document._is_persisted = None, state
        raise
    try:
        await requests.insert_one(target, raw)
    except REFUSALS as error:
        if replaces and isinstance(error, DuplicateKeyError) and violates_id(error):
            query = identity_query(document)
            return Written(raw, await requests.replace_one(target, query, raw, upsert=False))
        if not had_id:
            document._id, document._is_persisted = None, state
        raise
    except BaseException as error:
        if not replaces:
            note_lost_answer(error, document, WHOLE, partial(content_of, document, codec))
        raise
    return Written(raw)
