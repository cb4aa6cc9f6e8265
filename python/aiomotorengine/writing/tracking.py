"""What the methods of a document tell of its changes, and how they are taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bson.codec_options import CodecOptions

from aiomotorengine.codec import Codec, codec_for
from aiomotorengine.codec.shape import shape_of
from aiomotorengine.codec.single import by_itself
from aiomotorengine.documents.taking import touched_places
from aiomotorengine.errors import ChangesNotTrackedError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.sessions.saved import SavedInTransaction, state_in
from aiomotorengine.sessions.scope import changing_here
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.derived import refuse_derived
from aiomotorengine.storage.loaded import count_as_loaded
from aiomotorengine.storage.snapshots import Snapshot, own_snapshot, snapshot_of, state_of
from aiomotorengine.update.touched import Touched, paths_in
from aiomotorengine.validation import explaining
from aiomotorengine.writing.changed import (
    compare,
    differences_from_nothing,
    differs,
    with_touched,
)
from aiomotorengine.writing.lost_answers import known_again

__all__ = [
    "as_it_was",
    "changes_of",
    "is_changed",
    "take_places",
    "take_state",
    "track",
]


Found = TypeVar("Found")


def compared(document: Any, compare: Callable[[Any, Snapshot, Codec], Found]) -> Found | None:
    """What a comparison of a document with what it was finds; ``None`` if all counts as changed.

    Raises:
        ChangesNotTrackedError: nobody knows what it was.
        InvalidDocumentError: a value can't be encoded.
    """
    snapshot = own_snapshot(document)
    if snapshot is None:
        if is_new(document):
            return None
        raise ChangesNotTrackedError.of(document)
    codec = codec_for(type(document), snapshot.codec_options)
    try:
        return compare(document, snapshot, codec)
    except Exception:
        # Entered here, so that a comparison that succeeds does not pay for it.
        with explaining(document, snapshot.codec_options):
            raise


def changes_of(document: Any) -> dict[str, tuple[Any, Any]]:
    """The values before and now of all that has changed, by the path of their attributes.

    Raises:
        ChangesNotTrackedError: nobody knows what the document was.
        InvalidDocumentError: a value can't be encoded.
    """
    found = compared(document, compare)
    return differences_from_nothing(document) if found is None else found.values(document)


def is_changed(document: Any, field: BaseField[Any] | str | None) -> bool:
    """Whether a document has changed, or what it has in a field or under a path of attributes.

    Raises:
        ChangesNotTrackedError: nobody knows what the document was.
        InvalidDocumentError: a value can't be encoded.
        ValueError: it has no such attribute.
    """
    if field is None:
        return compared(document, differs) is not False
    path = field if isinstance(field, str) else field.name
    changed = changes_of(document)
    if any(f"{one}.".startswith(f"{path}.") or f"{path}.".startswith(f"{one}.") for one in changed):
        return True
    document.get_field_value(path.partition(".")[0])
    return False


def is_new(document: Any) -> bool:
    """Whether all of a document without a snapshot of its own counts as changed: one whose changes
    are tracked, and that was never stored, or has lost its id, so that it is stored as another.
    """
    state = document._is_persisted
    if type(state) is Snapshot:
        return document._id is None or not state
    return bool(type(document).__track_changes__) and not state


def as_it_was(document: Any) -> Any:
    """Another document, of what is stored for this one as far as it is known.

    Raises:
        ChangesNotTrackedError: nobody knows what it was.
    """
    snapshot = own_snapshot(document)
    if snapshot is None:
        raise ChangesNotTrackedError.of(document)
    reader = codec_for(type(document), snapshot.codec_options, shape_of(document))
    [before] = by_itself(reader.decode_many, snapshot.raw)
    return before


def track(document: Any, codec_options: CodecOptions[Any]) -> None:
    """Make the present values of a document those that its changes are told from.

    Parameters:
        document: the document.
        codec_options: those of its collection.

    Raises:
        PartialDocumentError: it was computed by an aggregation.
        Exception: a value can't be encoded.
    """
    refuse_derived(document)
    encode = codec_for(type(document), codec_options).encode_many
    [raw] = by_itself(encode, [document], [document._id])
    with changing_here(document):
        state = state_of(document)
        count_as_loaded(document)
        document._is_persisted = snapshot_of(raw, document._id, codec_options, state)


def take_state(document: Any, found: Any, target: Target) -> None:
    """Make a document count as what was found for it, by which its changes are told from now on.

    Parameters:
        document: the document.
        found: the one that was read.
        target: where it is stored.
    """
    state, codec_options = state_of(document), target.codec_options
    is_new = isinstance(state, SavedInTransaction) and state.transaction is target.transaction
    if not is_new:
        state = state_of(found)
    raw = raw_if_tracked(document, found, codec_options)
    if raw is not None:
        state = snapshot_of(raw, document._id, codec_options, state)
    document._is_persisted = state


def take_places(document: Any, found: Any, tree: Touched, target: Target) -> None:
    """Give a document the values that another, which was read anew, has in some places.

    Its other changes are what they were.

    Parameters:
        document: the document.
        found: the other.
        tree: where these values are.
        target: where it is stored.
    """
    codec_options = target.codec_options
    own, raw = own_snapshot(document), raw_if_tracked(document, found, codec_options)
    for place in list(touched_places(document, found, tree)):
        place.take()
    if own is not None and raw is not None:
        state = known_again(own.state, paths_in(tree))
        state = state_in(target.transaction, state)
        whole = with_touched(own.raw, raw, tree)
        document._is_persisted = snapshot_of(whole, document._id, own.codec_options, state)


def raw_if_tracked(document: Any, found: Any, codec_options: CodecOptions[Any]) -> bytes | None:
    """The bytes of what was found for a document, if the changes of either are tracked."""
    snapshot = own_snapshot(found)
    if snapshot is not None:
        return snapshot.raw
    if own_snapshot(document) is None:
        return None
    encode = codec_for(type(found), codec_options).encode_many
    [raw] = by_itself(encode, [found], [found._id])
    return raw
