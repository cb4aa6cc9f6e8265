"""The part of a document that a save sends, where it does not send the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.codec import Codec
from aiomotorengine.documents.stamps import stamped_values
from aiomotorengine.errors import ChangesNotTrackedError
from aiomotorengine.storage.loaded import is_partial
from aiomotorengine.storage.snapshots import Snapshot, own_snapshot
from aiomotorengine.validation import explaining
from aiomotorengine.writing.changed import ChangedValue, compare
from aiomotorengine.writing.options import SaveOptions
from aiomotorengine.writing.partial import PresentPart, forget_nothing_in, refuse_lists_in_part

__all__ = ["ChangedPart", "part_to_send"]


class ChangedPart:
    """What has changed in a document since it was loaded or saved.

    It is made before a save sets anything.

    Parameters:
        document: the document.
        snapshot: what is stored for it.
        codec: the codec by which it is written.
    """

    def __init__(self, document: Any, snapshot: Snapshot, codec: Codec) -> None:
        self._document = document
        self._snapshot = snapshot
        self._codec = codec
        self._dates = stamped_values(document)

    def is_empty(self) -> bool:
        """Whether nothing has changed but dates that the save has set, which are put back then.

        Raises:
            InvalidDocumentError: a value can't be encoded.
        """
        moved = self._dates.put_back()
        with explaining(self._document, self._snapshot.codec_options):
            is_empty = not self.changes()
        if not is_empty:
            moved.put_back()
        return is_empty

    def changes(self) -> Sequence[ChangedValue]:
        """What has changed until now.

        Raises:
            PartialDocumentError: a list has, of which only a part was loaded.
        """
        changes = compare(self._document, self._snapshot, self._codec).changes
        if is_partial(self._document):
            forget_nothing_in(self._document)
        refuse_lists_in_part(self._document, changes)
        return changes


def part_to_send(
    document: Any, codec: Codec, options: SaveOptions
) -> ChangedPart | PresentPart | None:
    """The part of a stored document that a save sends; ``None`` if it sends the whole.

    Raises:
        ChangesNotTrackedError: a part was asked for, and nobody knows what has changed.
        PartialDocumentError: the document was loaded in part, and has a part of a list.
    """
    is_wanted = options.only_changed
    if is_partial(document) and (is_wanted is False or own_snapshot(document) is None):
        if is_wanted:
            raise ChangesNotTrackedError.of(document)
        refuse_lists_in_part(document)
        return PresentPart(document, codec)
    if is_wanted is None:
        is_wanted = type(document).__track_changes__ and not options.upsert
    if not is_wanted:
        return None
    snapshot = own_snapshot(document)
    if snapshot is not None:
        return ChangedPart(document, snapshot, codec)
    if options.only_changed:
        raise ChangesNotTrackedError.of(document)
    return None
