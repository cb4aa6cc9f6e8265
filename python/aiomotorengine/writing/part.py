"""The part of a document that a save sends, where it does not send the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiomotorengine.codec import Codec
from aiomotorengine.documents.stamps import stamped_values
from aiomotorengine.errors import ChangesNotTrackedError
from aiomotorengine.storage.snapshots import Snapshot, own_snapshot
from aiomotorengine.validation import explaining
from aiomotorengine.writing.changed import Change, compare
from aiomotorengine.writing.options import SaveOptions

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

    def changes(self) -> Sequence[Change]:
        """What has changed until now."""
        return compare(self._document, self._snapshot, self._codec).changes


def part_to_send(document: Any, codec: Codec, options: SaveOptions) -> ChangedPart | None:
    """The part of a stored document that a save sends; ``None`` if it sends the whole.

    Raises:
        ChangesNotTrackedError: a part was asked for, and nobody knows what has changed.
    """
    is_wanted = options.only_changed
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
