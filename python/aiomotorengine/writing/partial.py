"""What a save sends of a document that was loaded in part: what it has, and never the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from aiomotorengine.codec import Codec
from aiomotorengine.codec.single import encoded
from aiomotorengine.documents.stamps import stamped_values
from aiomotorengine.documents.versions import version_field
from aiomotorengine.errors import PartialDocumentError
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import forget_nothing, is_partial, lists_in_part, loaded_part
from aiomotorengine.storage.values import value_of
from aiomotorengine.writing.changed import ChangedValue, values_in
from aiomotorengine.writing.options import SaveOptions

__all__ = ["PresentPart", "forget_nothing_in", "refuse_insert", "refuse_lists_in_part"]


class PresentPart:
    """All that a partial document has.

    Parameters:
        document: the document.
        codec: the codec by which it is written.
    """

    def __init__(self, document: Any, codec: Codec) -> None:
        self._document = document
        self._codec = codec
        self._dates = stamped_values(document)

    def is_empty(self) -> bool:
        """Whether it has nothing but dates that the save has set, which are put back then.

        Raises:
            InvalidDocumentError: a value can't be encoded.
        """
        moved = self._dates.put_back()
        is_empty = not self.changes()
        if not is_empty:
            moved.put_back()
        return is_empty

    def changes(self) -> Sequence[ChangedValue]:
        """What it has, by the keys that lead to it."""
        kind: Any = type(self._document)
        raw = encoded(self._codec, self._document, self._document._id)
        forget_nothing_in(self._document)
        own = {"_id"}
        version = version_field(kind)
        if version is not None:
            own.add(version.db_field)
        if kind._discriminator is not None:
            own.add(kind._discriminator.key)
        return [it for it in values_in(self._document, raw) if it.keys[0] not in own]


def refuse_insert(document: Any, options: SaveOptions, *, creating: bool) -> None:
    """Refuse to insert what is not whole.

    Parameters:
        document: the document.
        options: how it is saved.
        creating: whether it would be inserted, and not only where it is gone.

    Raises:
        PartialDocumentError: it was loaded in part.
    """
    if (creating or options.upsert) and is_partial(document):
        raise PartialDocumentError.inserted(type(document).__name__)


def refuse_lists_in_part(document: Any, changed: Sequence[ChangedValue] | None = None) -> None:
    """Refuse to write a list over one of which it is only a part.

    Parameters:
        document: the document that is saved.
        changed: what is sent of it; by default all that it has.

    Raises:
        PartialDocumentError: it would be.
    """
    if loaded_part(document) is None:
        return
    for keys, path in lists_in(document):
        if changed is None or any(covers(change.keys, keys) for change in changed):
            raise PartialDocumentError.list_in_part(path, type(document).__name__)


def forget_nothing_in(document: Any) -> None:
    """Have a document that is sent now, and those embedded in it, know that it is: what they have
    values for is stored, as far as anybody knows.
    """
    forget_nothing(document)
    for name in type(document)._fields:
        value = value_of(document, name)
        if isinstance(value, DocumentStorage) and is_partial(value):
            forget_nothing_in(value)


def covers(keys: tuple[str, ...], others: tuple[str, ...]) -> bool:
    size = min(len(keys), len(others))
    return keys[:size] == others[:size]


def lists_in(document: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    """The lists that were loaded in part, here and in embedded documents: their keys and paths."""
    kind: Any = type(document)
    for name in lists_in_part(document):
        yield (kind._fields[name].db_field,), name
    for name, field in kind._fields.items():
        value = value_of(document, name)
        # One in a list is in a list of which a part was loaded.
        if isinstance(value, DocumentStorage) and is_partial(value):
            for keys, path in lists_in(value):
                yield (field.db_field, *keys), f"{name}.{path}"
