"""A change as the server tells it becomes one of documents."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from functools import partial
from typing import Any

from aiomotorengine.changes.change import Change
from aiomotorengine.changes.stages import AFTER, BEFORE
from aiomotorengine.changes.stored_paths import stored_path
from aiomotorengine.errors import StoredValueError
from aiomotorengine.fields.document_id import primary_key
from aiomotorengine.fields.refusals import unreadable
from aiomotorengine.locations import Part
from aiomotorengine.reading.dates import with_any_date
from aiomotorengine.reading.documents import Unreadable, found_document
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.primary_keys import key_of
from aiomotorengine.wire.changes import ChangeEvent
from aiomotorengine.wire.dicts import as_dicts

__all__ = ["ChangeDecoder"]

DESCRIPTION = "updateDescription"


class ChangeDecoder:
    """Makes changes of documents of what the server tells.

    Parameters:
        targets: where the documents are, and of which class, by the names of collections.
        on_unreadable: takes each stored document that cannot be read, with the error, which is
            raised if there is none. Its change is left out then.
    """

    def __init__(
        self, targets: Mapping[str, Target], on_unreadable: Unreadable | None = None
    ) -> None:
        self._targets = targets
        first, *others = targets.values()
        self._only = None if others else first
        """Of what all of it is where one collection is watched."""
        self._codec_options = as_dicts(first.collection.codec_options)
        self._any_date = with_any_date(self._codec_options)
        self._on_unreadable = on_unreadable

    def decode(self, event: ChangeEvent) -> Change[Any] | None:
        """The change; ``None`` where a document of it cannot be read, and is left out.

        Raises:
            StoredValueError: a document of it cannot be read, or a value that an update has set.
            bson.errors.InvalidBSON: its bytes do not add up.
        """
        try:
            return self._change(event)
        except StoredValueError as error:
            if self._on_unreadable is None:
                raise
            self._on_unreadable(error, self._stored(event))
            return None

    def _change(self, event: ChangeEvent) -> Change[Any]:
        target = self._only
        if target is None:
            collection = event.mapping("ns", self._codec_options).get("coll", "")
            target = self._targets.get(collection)
        if target is None:  # what happens to a database as a whole
            return self._with_what_is_told(event, None)
        document, before = (found_document(target, event.document(key)) for key in (AFTER, BEFORE))
        known = next((it for it in (document, before) if it is not None), None)
        document_class = target.document_class if known is None else type(known)
        key = event.mapping("documentKey", self._codec_options).get("_id")
        description = event.mapping(DESCRIPTION, self._any_date)
        updated = values_set(document_class, key, description.get("updatedFields") or {})
        return self._with_what_is_told(
            event,
            document_class,
            id=key_of(primary_key(document_class), key),
            document=document,
            before=before,
            updated=updated,
            removed=names_removed(document_class, description.get("removedFields") or (), updated),
            truncated={
                stored_path(document_class, it["field"]).name: it["newSize"]
                for it in description.get("truncatedArrays") or ()
            },
        )

    def _with_what_is_told(
        self, event: ChangeEvent, document_class: Any, **of_document: Any
    ) -> Change[Any]:
        return Change(
            event.get("operationType"),
            document_class=document_class,
            token=event.token,
            raw=partial(event.decoded, self._codec_options),
            cluster_time=event.get("clusterTime"),
            wall_time=event.get("wallTime"),
            **of_document,
        )

    def _stored(self, event: ChangeEvent) -> Mapping[str, Any]:
        """The stored document that a change is about, as far as the server tells."""
        found = (event.mapping(key, self._any_date) for key in (AFTER, BEFORE, "documentKey"))
        return next(filter(None, found), {})


def values_set(document_class: Any, id: Any, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The values that an update has set, by the names of attributes.

    Parameters:
        document_class: the class of the document.
        id: its ``_id``.
        stored: what was set, by keys of MongoDB.

    Raises:
        StoredValueError: a field can't read its value.
    """
    values: dict[str, Any] = {}
    for key, value in stored.items():
        name, field, is_alias = stored_path(document_class, key)
        if is_alias and name in values:
            continue
        try:
            values[name] = value if field is None else field.get_value(field.from_son(value))
        except Exception as error:
            found = unreadable(error, field, value, *parts_of(name))
            if isinstance(found, StoredValueError):
                found.document_class, found.id = document_class, id
            raise found  # noqa: B904  # it has its cause
    return values


def names_removed(document_class: Any, keys: Iterable[str], updated: Container[str]) -> list[str]:
    """The names of what an update has removed.

    Parameters:
        document_class: the class of the document.
        keys: the keys in MongoDB.
        updated: the names of what it has set: what moves from an alias of a field to the field's
            own key is not removed.
    """
    paths = (stored_path(document_class, key) for key in keys)
    return [it.name for it in paths if not (it.is_alias and it.name in updated)]


def parts_of(name: str) -> list[Part]:
    return [int(part) if part.isdecimal() else part for part in name.split(".")]
