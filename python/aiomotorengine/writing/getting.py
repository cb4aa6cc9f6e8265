"""The document that has some values is found, or else made of them and inserted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from pymongo import ReturnDocument

from aiomotorengine.codec.single import by_itself
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.documents.versions import FIRST, set_version
from aiomotorengine.errors import UniqueKeyViolationError
from aiomotorengine.query_builder.node import QNode, conditions
from aiomotorengine.reading import finding
from aiomotorengine.reading.documents import found_document
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.values import value_of
from aiomotorengine.update.equalities import field_at
from aiomotorengine.update.upserting import Insertion
from aiomotorengine.wire import requests
from aiomotorengine.wire.acknowledged import refuse_unacknowledged
from aiomotorengine.writing.options import CREATION
from aiomotorengine.writing.saving import (
    renew_dates,
    save,
    saved_or_refused,
    set_missing_dates,
    time_zone_of,
)
from aiomotorengine.writing.updating import Update, as_it_came
from aiomotorengine.writing.upserted import find_and_modify, note_insertion

__all__ = ["get_or_create"]


async def get_or_create(
    target: Target, filters: QNode, given: Mapping[str, Any], defaults: Mapping[str, Any]
) -> tuple[Any | None, bool]:
    """The document that has some values, and whether it was made.

    It is one command, unless something is called when a document of the class is saved: then it is
    looked for, and saved if it is not there. Of many that ask for the same document at once, one
    makes it, where a unique index is on what they ask for.

    Parameters:
        target: where it is stored.
        filters: conditions that it meets, too.
        given: the values, by attribute names.
        defaults: what it is made with besides.

    Returns:
        ``None`` and ``False`` if ``validate`` of the one that was made returned something falsy.

    Raises:
        ValueError: a name is no field's, but a condition; or no answer is waited for.
        InvalidDocumentError: a field refuses its value.
        UniqueKeyViolationError: another document has the value of a unique field.
        Exception: what a hook raises.
    """
    document_class: Any = target.document_class
    refuse_unacknowledged(target, "get_or_create()")
    refuse_conditions(document_class, given)
    wanted = filters & conditions(document_class, (), dict(given))
    query = wanted.to_query(document_class)
    zone = time_zone_of(target.codec_options)
    insertion = Insertion(document_class, query, [], zone)
    make = partial(made_of, document_class, insertion.equalities, {**given, **defaults})
    conversion = conversion_of(document_class)
    if conversion.saving_hooks is not None or conversion.on_save or conversion.sequences:
        return await found_or_saved(target, filters, given, make)
    document = make()
    set_version(document, FIRST)
    set_missing_dates([document], zone, creating=True)
    codec = requests.codec_of(target.collection, document_class)
    if not by_itself(codec.validate_many, [document]):
        return saved_or_refused(document, None), False
    renew_dates([document], zone, creating=True)

    if document._id is not None:
        insertion.id = document._id  # of the defaults, or of the filters
    known_id = insertion.id
    inserted = {path.db_name: value for _, path, value in insertion.operations(validate=False)}
    # What the document does not have, the server inserts as the query says.
    others = [key for key in insertion.equalities if field_at(document_class, key) is None]
    for key, value in document.to_son().items():
        if key != "_id" and not any(other.startswith(f"{key}.") for other in others):
            inserted[key] = value
    if known_id is not None and "_id" not in insertion.equalities:
        inserted["_id"] = known_id
    update = Update({"$setOnInsert": inserted}, insertion=insertion)
    # An id that the program chose says nothing of who inserted it.
    is_chosen = known_id is not None
    ask = partial(find_and_modify, target, "find_one_and_update", tells_insertion=is_chosen)
    answer = await update.send(
        target, wanted, ask, as_it_came, return_document=ReturnDocument.AFTER
    )
    found = found_document(target, answer.stored)
    created = answer.is_inserted if is_chosen else found is not None and found._id == insertion.id
    if created:
        note_insertion(target, found)
    return found, created


async def found_or_saved(
    target: Target, filters: QNode, given: Mapping[str, Any], make: Callable[[], Any]
) -> tuple[Any | None, bool]:
    """The same for a class with hooks or ``on_save``, which are called if the document is made.

    Parameters:
        target: where it is stored.
        filters: conditions that it meets, too.
        given: what is asked for, by attribute names.
        make: makes it.

    Raises:
        Exception: as for ``get_or_create``.
    """
    found = await first_with(target, filters, given)
    if found is not None:
        return found, False
    document = make()
    try:
        written = await save(target, document, CREATION)
    except UniqueKeyViolationError:
        # In a transaction nothing can be asked any more; of a document that is stored, a hook that
        # comes after it has met the duplicate.
        if target.transaction is not None or document._is_persisted:
            raise
        # Somebody else was faster; what is stored has the values that hooks make of these.
        found = await first_with(target, filters, given)
        if found is None:
            found = await first_with(target, filters, {**given, **present(document, given)})
        if found is None:
            raise
        return found, False
    return saved_or_refused(document, written), written is not None


async def first_with(target: Target, filters: QNode, values: Mapping[str, Any]) -> Any | None:
    """The first document that meets some conditions and has some values."""
    document_class = target.document_class
    wanted = filters & conditions(document_class, (), dict(values))
    query = wanted.to_query(document_class)
    return await finding.first(target, query, wanted)


def present(document: Any, names: Iterable[str]) -> dict[str, Any]:
    """The values that a document has of the fields among some names."""
    return {name: getattr(document, name) for name in names if name in type(document)._fields}


def refuse_conditions(document_class: Any, given: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` for a name that can't be that of a value."""
    for name in given:
        if name not in document_class._fields and ("__" in name or name == "id"):
            raise ValueError(
                f"get_or_create() takes fields with their values, not '{name}'; conditions stand "
                "in filter() before it."
            )


def made_of(document_class: Any, equalities: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    """A new document of some values, and of what a query asks to be equal.

    Parameters:
        document_class: its class.
        equalities: what is asked, by the keys of MongoDB.
        values: the values by attribute names, which count where both say something.
    """
    by_key = {key: field_at(document_class, key) for key in equalities}
    whole = {
        field.name: field.from_son(equalities[key])
        for key, field in by_key.items()
        if field is not None and "." not in key
    }
    document = document_class(**{**whole, **values})
    if "_id" in equalities:
        document._id = equalities["_id"]
    for key, field in by_key.items():
        name = document_class._reverse_db_field_map.get(key.partition(".")[0])
        if field is not None and "." in key and name not in values:
            put_inside(document, key.split("."), field.from_son(equalities[key]))
    return document


def put_inside(document: Any, keys: Sequence[str], value: Any) -> None:
    """Give a value to a document that is embedded in another, and is made if it is not there.

    Parameters:
        document: the other.
        keys: the keys of MongoDB that lead to the value.
        value: the value.
    """
    key, *inner = keys
    kind = type(document)
    name = kind._reverse_db_field_map[key]
    if not inner:
        setattr(document, name, value)
        return
    embedded = value_of(document, name)
    if not isinstance(embedded, DocumentStorage):
        embedded = kind._fields[name].embedded_type()
        setattr(document, name, embedded)
    put_inside(embedded, inner, value)
