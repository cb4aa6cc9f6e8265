"""Where in stored documents a reference stands: the query that finds some, the update for these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.errors import UNKNOWN_CLASS
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.generic_embedded_document_field import GenericEmbeddedDocumentField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.writing.deletion.declared import unwrapped

__all__ = ["ReferencePath", "Update", "references_of"]


class Key(NamedTuple):
    """A key of a stored document.

    Attributes:
        name: the key.
        lists: how many lists are around each value under it: 2 for a list of lists.
    """

    name: str
    lists: int


class Update(NamedTuple):
    """An update as MongoDB takes it.

    Attributes:
        change: the operators with their values.
        array_filters: which items of lists ``$[item0]`` and so on are, if there are such.
    """

    change: dict[str, Any]
    array_filters: list[dict[str, Any]] | None


class ReferencePath(NamedTuple):
    """Where references stand in the documents of a class.

    Attributes:
        name: the attributes' names, joined by dots.
        keys: the keys in MongoDB.
    """

    name: str
    keys: tuple[Key, ...]

    def query(self, ids: Sequence[Any]) -> dict[str, Any]:
        """What finds the documents in which one of these ids stands here."""
        return query_of(self.keys, {"$in": ids})

    def nullify(self, ids: Sequence[Any]) -> Update:
        """What sets references with these ids to null."""
        path, filters = self._items_to(self.keys, ids)
        return Update({"$set": {path: None}}, filters or None)

    def pull(self, ids: Sequence[Any]) -> Update:
        """What takes these ids out of their lists."""
        *others, last = self.keys
        # The innermost list is what is changed; those around it are walked through.
        path, filters = self._items_to((*others, last._replace(lists=last.lists - 1)), ids)
        return Update({"$pullAll": {path: ids}}, filters or None)

    def _items_to(
        self, walked: Sequence[Key], ids: Sequence[Any]
    ) -> tuple[str, list[dict[str, Any]]]:
        """The path of an update, and the filters for the items of lists on the way.

        Parameters:
            walked: the keys, each with as many lists as are walked through.
            ids: the ids; only items with one of them are walked through.
        """
        path: list[str] = []
        filters: list[dict[str, Any]] = []
        for place, (key, kept) in enumerate(zip(walked, self.keys, strict=True)):
            path.append(key.name)
            for level in range(1, key.lists + 1):
                item = f"item{len(filters)}"
                path.append(f"$[{item}]")
                below = (Key(item, kept.lists - level), *self.keys[place + 1 :])
                filters.append(query_of(below, {"$in": ids}))
        return ".".join(path), filters


def query_of(keys: Sequence[Key], condition: Mapping[str, Any]) -> dict[str, Any]:
    """The query for a condition on what stands under some keys.

    MongoDB looks into one list by itself, and into a list of lists only if it is told to.
    """
    path: list[str] = []
    for place, key in enumerate(keys, 1):
        path.append(key.name)
        if key.lists > 1:
            inner: Mapping[str, Any] = condition
            if keys[place:]:
                inner = query_of(keys[place:], condition)
            for _ in range(key.lists):
                inner = {"$elemMatch": inner}
            return {".".join(path): inner}
    return {".".join(path): condition}


def references_of(
    document_class: Any, embedding: Iterable[Any] = ()
) -> Iterator[tuple[ReferencePath, ReferenceField[Any]]]:
    """The references that documents of a class have, in embedded documents too, with their fields.

    A document that is embedded in one of its own class is not looked into: there is no end to how
    deep that goes, and no query for it.

    Parameters:
        document_class: the class.
        embedding: the classes that it is embedded in.
    """
    embedding = (*embedding, document_class)
    for name, field in document_class._fields.items():
        inner, lists = unwrapped(field)
        key = Key(field.db_field, lists)
        if isinstance(inner, ReferenceField):
            yield ReferencePath(name, (key,)), inner
        elif isinstance(inner, EmbeddedDocumentField | GenericEmbeddedDocumentField):
            for embedded in map(embedded_type_of, embedded_fields(inner)):
                if embedded is None or embedded in embedding:
                    continue
                for path, reference in references_of(embedded, embedding):
                    yield ReferencePath(f"{name}.{path.name}", (key, *path.keys)), reference


def embedded_type_of(field: EmbeddedDocumentField[Any]) -> Any:
    """The class of the embedded documents; ``None`` where nothing is found under its path."""
    try:
        return field.embedded_type
    except UNKNOWN_CLASS:
        return None  # so there are no such documents
