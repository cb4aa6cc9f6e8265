"""What was stored when documents were loaded or written, as bytes: by it their changes are known.

A snapshot stands in ``_is_persisted`` of documents whose changes are tracked, in the place of the
state that it is made with, and is true if that is. All documents of one reply share one, so that a
document which is only read costs a pointer; the bytes of a single one are cut out when somebody
asks for its changes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import bson
from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

__all__ = [
    "Snapshot",
    "id_element",
    "own_snapshot",
    "snapshot_of",
    "snapshot_of_mapping",
    "state_of",
    "with_state",
]

OBJECT_ID = b"\x07_id\0"
"""What stands before an ``_id`` that is an ``ObjectId``."""

NULL_ID = b"\x0a_id\0"
"""The ``_id`` of a document that has none yet, as the codecs write it."""

NOT_LOOKED_FOR: tuple[int, dict[bytes, int]] = 0, {}
"""Where each document stands, before any was looked for by its id."""

NOT_COMPARED = object()
"""Stands for the id of a snapshot's one document until it was asked for: no id is this."""

length_at = struct.Struct("<i").unpack_from


class Snapshot:
    """The bytes of stored documents.

    Parameters:
        raw: bytes in which they stand.
        offsets: where each of them begins.
        codec_options: those by which they were read or written.
        state: what ``_is_persisted`` would be without it.
    """

    # The collector does not look for documents behind it: what is here leads to none.
    __slots__ = ("_next", "_own_id", "_places", "codec_options", "offsets", "raw", "state")

    def __init__(
        self, raw: bytes, offsets: Sequence[int], codec_options: CodecOptions[Any], state: Any
    ) -> None:
        self.raw = raw
        self.offsets = offsets
        self.codec_options = codec_options
        self.state = state
        self._next = 0
        """Which document is probably asked for next: mostly it is one after the other."""
        self._places = NOT_LOOKED_FOR
        """Else by which id each is found, and how many bytes ids have that are looked for."""
        self._own_id: Any = NOT_COMPARED
        """The ``ObjectId`` of its one document, once it was found in the bytes."""

    def __bool__(self) -> bool:
        return bool(self.state)

    @property
    def is_of_one(self) -> bool:
        """Whether there is but one document in the bytes, and nothing else."""
        raw, offsets = self.raw, self.offsets
        return len(offsets) == 1 and offsets[0] == 0 and length_at(raw)[0] == len(raw)

    def __copy__(self) -> Snapshot:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Snapshot:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Snapshot, (self.raw, list(self.offsets), self.codec_options, self.state)

    def __repr__(self) -> str:
        return f"<{self.state!r}, {len(self.offsets)} documents in {len(self.raw)} bytes>"

    def for_copy_of(self, document: Any) -> Any:
        """What a copy of a document that has it gets: nothing of other documents."""
        own = own_snapshot(document)
        return self.state if own is None else own

    def find(self, id: Any) -> bytes | None:
        """The document with an id; ``None`` if there is none."""
        head = id_element(id, self.codec_options)
        raw, index = self.raw, self._next
        if index >= len(self.offsets) or not raw.startswith(head, self.offsets[index] + 4):
            size, places = self._places
            if size != len(head):
                size = len(head)
                starts = zip(
                    reversed(self.offsets), reversed(range(len(self.offsets))), strict=True
                )
                places = {raw[start + 4 : start + 4 + size]: at for start, at in starts}
                self._places = size, places
            at = places.get(head)
            if at is None:
                return None
            index = at
        self._next = (index + 1) % len(self.offsets)
        offset = self.offsets[index]
        return raw[offset : offset + length_at(raw, offset)[0]]


def id_element(id: Any, codec_options: CodecOptions[Any]) -> bytes:
    """An ``_id`` as it stands in a document, behind the length."""
    if type(id) is ObjectId:  # as most are, and asking the encoder takes as long as a document
        return OBJECT_ID + id.binary
    return bson.encode({"_id": id}, codec_options=codec_options)[4:-1]


def snapshot_of(raw: bytes, id: Any, codec_options: CodecOptions[Any], state: Any) -> Snapshot:
    """The snapshot of a document that was encoded.

    Parameters:
        raw: its bytes; its ``_id`` comes first, and may be null still.
        id: its id.
        codec_options: those by which it was encoded.
        state: what ``_is_persisted`` would be without it.
    """
    if raw.startswith(NULL_ID, 4):
        head = id_element(id, codec_options)
        size = len(raw) - len(NULL_ID) + len(head)
        raw = size.to_bytes(4, "little") + head + raw[4 + len(NULL_ID) :]
    return Snapshot(raw, [0], codec_options, state)


def snapshot_of_mapping(stored: Mapping[str, Any], codec_options: CodecOptions[Any]) -> Snapshot:
    """The snapshot of a stored document that did not come as bytes."""
    others = {key: value for key, value in stored.items() if key != "_id"}
    raw = bson.encode({"_id": stored.get("_id"), **others}, codec_options=codec_options)
    return Snapshot(raw, [0], codec_options, state=True)


def state_of(document: Any) -> Any:
    """What ``_is_persisted`` of a document is apart from what is tracked there."""
    state = document._is_persisted
    return state.state if type(state) is Snapshot else state


def with_state(before: Any, state: Any) -> Any:
    """Another state in the place of one, with what is tracked there."""
    if type(before) is not Snapshot:
        return state
    return Snapshot(before.raw, before.offsets, before.codec_options, state)


def own_snapshot(document: Any) -> Snapshot | None:
    """The snapshot of a document alone, which it has from now on.

    Returns:
        ``None`` if its changes are not tracked, or if it has another id now.
    """
    snapshot = document._is_persisted
    if type(snapshot) is not Snapshot:
        return None
    id = document._id
    if snapshot._own_id is id:  # as the time before
        return snapshot
    if not snapshot.is_of_one:
        raw = snapshot.find(id)
        if raw is None:
            return None
        snapshot = Snapshot(raw, [0], snapshot.codec_options, snapshot.state)
        document._is_persisted = snapshot
    elif not snapshot.raw.startswith(id_element(id, snapshot.codec_options), 4):
        return None
    if type(id) is ObjectId:  # which stays as it is
        snapshot._own_id = id
    return snapshot
