"""A projection as MongoDB takes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from aiomotorengine.documents.partial import class_inside
from aiomotorengine.documents.versions import version_field
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.families import declaring
from aiomotorengine.query_builder.projection import Path, Projection, outermost
from aiomotorengine.query_builder.value_path import keys_through
from aiomotorengine.storage.shard_keys import shard_key_of

__all__ = ["always_loaded", "fields_along", "projection_of"]


def projection_of(
    document_class: Any, projection: Projection, *, is_saved: bool = True
) -> dict[str, Any] | None:
    """A projection as MongoDB takes it; ``None`` where all is loaded.

    Parameters:
        document_class: the class of the documents.
        projection: what is loaded.
        is_saved: whether what comes of it may be saved, which asks for more.

    Example:
        >>> from aiomotorengine import Document, IntField, ListField, StringField
        >>> from aiomotorengine.query_builder.projecting import slicing, with_only
        >>> from aiomotorengine.query_builder.projection import EVERYTHING
        >>> class Post(Document):
        ...     title = StringField(db_field="t")
        ...     votes = ListField(IntField())
        >>> asked = with_only(Post, EVERYTHING, ["title"])
        >>> projection_of(Post, slicing(Post, asked, "votes", [3]))
        {'_id': 1, 't': 1, 'votes': {'$slice': 3}}
    """
    only, sliced = projection.loaded, projection.sliced
    sent: dict[str, Any] = {}
    if only is not None:
        sent["_id"] = 1
        saved = always_loaded(document_class) if is_saved else ()
        asked = outermost({*only, *saved})
        for path in sorted(asked - {()}):
            sent.update(dict.fromkeys(stored_keys(document_class, path), 1))
        sent.update(dict.fromkeys(class_keys(document_class, asked), 1))
    else:
        for path in sorted(outermost(projection.excluded)):
            sent.update(dict.fromkeys(stored_keys(document_class, path), 0))
    for path, part in sliced.items():
        by = part if isinstance(part, int) else list(part)
        sent.update((key, {"$slice": by}) for key in stored_keys(document_class, path))
    return sent or None


def fields_along(document_class: Any, path: Path) -> list[BaseField[Any]]:
    """The fields that a path leads through, itself included."""
    holder = declaring(document_class, path[0], f"field '{'.'.join(path)}'", is_converted=False)
    fields: list[BaseField[Any]] = holder.get_fields(".".join(path))
    return fields


def stored_keys(document_class: Any, path: Path) -> Sequence[str]:
    """The keys in MongoDB under which a field may be stored, its aliases included."""
    discriminator = document_class._discriminator
    if discriminator is not None and path == (discriminator.key,):
        return path
    return keys_through(fields_along(document_class, path))


def always_loaded(document_class: Any) -> set[Path]:
    """What every document has of which a part is loaded: all that a save has to ask for."""
    paths = {names for _, names in shard_key_of(document_class)}
    version = version_field(document_class)
    if version is not None:
        paths.add((version.name,))
    return paths


def class_keys(document_class: Any, paths: Iterable[Path]) -> Iterator[str]:
    """The keys that say of which class documents are, and those inside of them on the way."""
    if document_class._discriminator is not None:
        yield document_class._discriminator.key
    for path in sorted(paths):
        for size in range(1, len(path)):
            holder = class_inside(fields_along(document_class, path[:size])[-1])
            discriminator = getattr(holder, "_discriminator", None)
            if discriminator is not None:
                for key in stored_keys(document_class, path[:size]):
                    yield f"{key}.{discriminator.key}"
