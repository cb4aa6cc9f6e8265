"""What a save has written whose answer was lost, known again when the next try meets it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from aiomotorengine.codec import Codec, raw_values
from aiomotorengine.codec.single import by_itself
from aiomotorengine.documents.stamps import stamped_values
from aiomotorengine.documents.versions import (
    kept_version,
    set_version,
    version_field,
    version_of,
)
from aiomotorengine.storage.snapshots import state_of
from aiomotorengine.writing.changed import raw_document
from aiomotorengine.writing.lost_answers import AnswerLost

__all__ = ["content_of", "raw_if_equal", "was_sent"]


def content_of(document: Any, codec: Codec) -> bytes:
    """A digest of what a document stores, but for its id and its version."""
    [raw] = by_itself(codec.encode_many, [document], [None])
    version = version_field(type(document))
    own = {"_id"} if version is None else {"_id", version.db_field}
    # The server keeps the order in which keys came, and new ones are sent behind the others.
    values = sorted((key, value) for key, value in raw_values(raw).items() if key not in own)
    return sha256(raw_document(values)).digest()


def was_sent(document: Any, stored: Any, codec: Codec) -> bool:
    """Whether what is stored for a document is what it sent when an answer was lost.

    Parameters:
        document: the document.
        stored: another one, of what is stored.
        codec: the codec by which it is written.
    """
    state = state_of(document)
    return isinstance(state, AnswerLost) and content_of(stored, codec) in state.sent


def raw_if_equal(document: Any, stored: Any, codec: Codec) -> bytes | None:
    """The bytes of what is stored, if a document whose answer was lost has nothing to add to it.

    Dates that each save moves are no difference: it takes those that are stored, and the version.
    Parameters are those of ``was_sent``.
    """
    ours, theirs = stamped_values(document), stamped_values(stored)
    if not isinstance(state_of(document), AnswerLost) or len(ours.places) != len(theirs.places):
        return None
    version = kept_version(document)
    set_version(document, version_of(stored))
    ours._replace(values=theirs.values).put_back()
    is_equal = False
    try:
        raw, other = by_itself(codec.encode_many, [document, stored], [None, None])
        is_equal = raw == other
    finally:
        if not is_equal:
            ours.put_back()
            set_version(document, version)
    return raw if is_equal else None
