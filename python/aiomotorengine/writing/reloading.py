"""A document takes what is stored for it now, or what was when its changes began."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Any

from aiomotorengine import references
from aiomotorengine.documents.taking import take_over, touched_places
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.sessions.scope import changing_here
from aiomotorengine.sessions.target import Target
from aiomotorengine.sessions.undo import FORMS
from aiomotorengine.storage.values import other_values
from aiomotorengine.update.touched import touched_tree
from aiomotorengine.writing import tracking
from aiomotorengine.writing.shard_keys import refuse_other_shard_key
from aiomotorengine.writing.stored import stored_document
from aiomotorengine.writing.turns import turn_of

__all__ = ["reload", "roll_back"]


async def reload(target: Target, document: Any, fields: Iterable[BaseField[Any] | str]) -> None:
    """Read a document anew, or some of its fields.

    Parameters:
        target: where it is stored.
        document: the document.
        fields: the fields, the names of their attributes, or paths into embedded documents; if
            there are none, all that it has.

    Raises:
        ValueError: the document was never saved, or has no such field.
        ImmutableFieldError: it is stored under another shard key.
        DoesNotExist: it is not stored any more.
    """
    kind = type(document)
    tree = touched_tree(kind, [key_of(kind, field) for field in fields])
    if document._id is None:
        raise ValueError(f'This "{kind.__name__}" was never saved.')
    async with turn_of(document):
        found = await stored_document(target, document)
        if found is None:
            await refuse_other_shard_key(target, document)
            raise kind.DoesNotExist.gone(document)
        references.loading.keep_loaded(document, found)
        if not kind.__lazy__:
            await references.loading.load([found], alias=target.options.alias, found_in=target)
        if tree:
            places = list(touched_places(document, found, tree))
            with target.changing(document, [(place.holder, place.name) for place in places]):
                tracking.take_places(document, found, tree, target)
        else:
            with target.changing(document, attributes_in(document, found)):
                take_over(document, found)
                tracking.take_state(document, found, target)


def attributes_in(document: Any, found: Any) -> Iterator[tuple[Any, str]]:
    """What a document is given of another, or loses; asked for in a transaction only."""
    for name in {*FORMS, *names_in(document), *names_in(found)}:
        yield document, name


def names_in(document: Any) -> Iterator[str]:
    """The names of the attributes that show the values of a document."""
    yield from type(document)._fields
    yield from (name for name in other_values(document) if not name.startswith("_"))


def key_of(document_class: Any, field: BaseField[Any] | str) -> str:
    """The key in MongoDB, with dots, of a field or of what a path of attributes leads to."""
    name = field if isinstance(field, str) else field.name
    if "." not in name and name not in document_class._fields:
        raise ValueError(f"Field {name} not found in {document_class.__name__}.")
    along = document_class.get_fields(name)
    # An embedded document that has a primary key is another one under another key.
    keys = takewhile(lambda key: key != "_id", (it.db_field for it in along))
    return ".".join(keys)


def roll_back(document: Any) -> None:
    """Take back what has changed in a document.

    Raises:
        ChangesNotTrackedError: nobody knows what it was.
    """
    before = tracking.as_it_was(document)
    references.loading.keep_loaded(document, before)
    # What it was may be what a transaction has made of it.
    changed = {*FORMS, *names_in(document), *names_in(before)}
    with changing_here(document, [(document, name) for name in changed]):
        take_over(document, before)
