"""The document that has some values is found, or else made of them and inserted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pymongo import ReturnDocument

from aiomotorengine.codec.single import by_itself
from aiomotorengine.documents.versions import FIRST, set_version
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.node import QNode, conditions
from aiomotorengine.reading.documents import find_first, found_document
from aiomotorengine.sessions.target import Target
from aiomotorengine.update.upserting import Insertion, field_at, is_nested
from aiomotorengine.utils import is_collection
from aiomotorengine.wire import requests
from aiomotorengine.wire.acknowledged import refuse_unacknowledged
from aiomotorengine.wire.found_replies import find_and_modify
from aiomotorengine.writing.saving import renew_dates, set_missing_dates, time_zone_of
from aiomotorengine.writing.updating import Update
from aiomotorengine.writing.upserted import note_insertion

__all__ = ["get_or_create"]


async def get_or_create(
    target: Target, filters: QNode, given: Mapping[str, Any], defaults: Mapping[str, Any]
) -> tuple[Any | None, bool]:
    """The document that has some values, and whether it was made.

    It is one command: of many that ask for the same document at once, one makes it, where a unique
    index is on what they ask for.

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
    """
    document_class: Any = target.document_class
    refuse_unacknowledged(target, "get_or_create()")
    refuse_conditions(document_class, given)
    wanted = filters & conditions(document_class, (), given)
    query = wanted.to_query(document_class)
    zone = time_zone_of(target.collection.codec_options)
    insertion = Insertion(document_class, query, [], zone)
    document = document_class(**{**values_of(document_class, insertion), **given, **defaults})
    set_version(document, FIRST)
    set_missing_dates([document], zone, creating=True)
    codec = requests.codec_of(target.collection, document_class)
    if not by_itself(codec.validate_many, [document]):
        return None, False
    renew_dates([document], zone, creating=True)

    if document._id is not None:
        insertion.id = document._id  # of the defaults, or of the filters
    known_id = insertion.id
    inserted = {it.path.db_name: it.value for it in insertion.operations(validate=False)}
    for key, value in document.to_son().items():
        inside = any(is_nested(key, other) and key != other for other in insertion.equalities)
        if key != "_id" and not inside:
            inserted[key] = value
    if known_id is not None and "_id" not in insertion.equalities:
        inserted["_id"] = known_id
    update = Update(target, wanted, {"$setOnInsert": inserted}, insertion=insertion)
    ask = partial(find_and_modify, target, "find_one_and_update")
    if known_id is None:
        found = found_document(target, await update.send(ask, return_document=ReturnDocument.AFTER))
        created = found is not None and found._id == insertion.id
        if created:
            note_insertion(target, found)
        return found, created
    # An id that the program chose says nothing of who inserted it.
    found = await update.send(ask, return_document=ReturnDocument.BEFORE)
    if found is not None:
        return found_document(target, found), False
    made = await find_first(target, query)
    if made is not None:
        note_insertion(target, made)
    return made, True


def refuse_conditions(document_class: Any, given: Mapping[str, Any]) -> None:
    """Raise ``ValueError`` for a name that can't be that of a value."""
    for name in given:
        if name not in document_class._fields and ("__" in name or name == "id"):
            raise ValueError(
                f"get_or_create() takes fields with their values, not '{name}'; conditions stand "
                "in filter() before it."
            )


def values_of(document_class: Any, insertion: Insertion) -> dict[str, Any]:
    """The values of fields that a query asks to be equal, by attribute names."""
    values = {}
    for key, value in insertion.equalities.items():
        field = field_at(document_class, key)
        if field is None or "." in key:
            continue
        if isinstance(field, ListField) and value is not None and not is_collection(value):
            value = [value]  # what is equal is an item
        values[field.name] = field.from_son(value)
    return values
