"""A server's reply to a query, taken apart without decoding it."""

from __future__ import annotations

import struct

from bson.errors import InvalidBSON

from aiomotorengine.codec.elements import (
    ARRAY,
    DOCUMENT,
    Element,
    elements,
    find_element,
    length_at,
    without,
)

__all__ = ["cut_found", "cut_reply"]

BATCHES = (b"firstBatch", b"nextBatch")


def cut_reply(raw: bytes) -> tuple[bytes, str, list[int]] | None:
    """Take the batch out of a reply.

    Parameters:
        raw: the BSON of the reply.

    Returns:
        The reply without its batch, the batch's key (``firstBatch`` or ``nextBatch``), and where in
        the reply each of its documents begins. ``None`` if it has no batch: an error, or a reply of
        another form.

    Raises:
        bson.errors.InvalidBSON: the lengths do not add up, or the batch holds something else.
    """
    for outer in elements(raw, 0, len(raw)):
        if outer.key != b"cursor" or outer.type_byte != DOCUMENT:
            continue
        for found in elements(raw, outer.value, outer.end):
            if found.key in BATCHES and found.type_byte == ARRAY:
                return without_batch(raw, outer, found), found.key.decode(), offsets_of(raw, found)
        return None
    return None


def cut_found(raw: bytes) -> tuple[bytes, int] | None:
    """Take the document out of the reply to a command that finds one.

    Parameters:
        raw: the BSON of the reply.

    Returns:
        The reply without the document, and where in the reply that begins. ``None`` if it has none.

    Raises:
        bson.errors.InvalidBSON: the lengths do not add up. What comes after the document is not
            looked at.
    """
    found = find_element(raw, b"value")
    if found is None or found.type_byte != DOCUMENT:
        return None
    return without(raw, found), found.value


def without_batch(raw: bytes, cursor: Element, batch: Element) -> bytes:
    """A reply less the batch in its cursor, with the two lengths around it mended."""
    removed = batch.end - batch.start
    return b"".join(
        (
            struct.pack("<i", len(raw) - removed),
            raw[4 : cursor.value],
            struct.pack("<i", length_at(raw, cursor.value)[0] - removed),
            raw[cursor.value + 4 : batch.start],
            raw[batch.end :],
        )
    )


def offsets_of(raw: bytes, batch: Element) -> list[int]:
    """Where the documents of an array begin that holds nothing else."""
    offsets = []
    for item in elements(raw, batch.value, batch.end):
        if item.type_byte != DOCUMENT:
            raise InvalidBSON("a batch holds something that is no document")
        if item.end - item.value < 5 or raw[item.end - 1] != 0:
            raise InvalidBSON("the length of a document does not match its bytes")
        offsets.append(item.value)
    return offsets
