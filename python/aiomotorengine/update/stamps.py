"""What an update changes besides what the program names: automatic dates, and the version."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from datetime import tzinfo
from typing import Any

from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.fields.datetime_field import now
from aiomotorengine.update.compiling import compiled, touched_by
from aiomotorengine.update.path import UpdatePath
from aiomotorengine.update.raw import operations_in
from aiomotorengine.update.update_operator import Operation

__all__ = ["next_version", "stamps", "with_stamps"]


def stamps(
    document_class: Any, zone: tzinfo | None, touched: Container[str], *, inserting: bool = False
) -> Iterator[Operation]:
    """The dates that an update sets by itself.

    Parameters:
        document_class: the class whose documents are changed.
        zone: the time zone in which the client reads dates; ``None`` where it reads them naive.
        touched: the keys of MongoDB that the update changes already.
        inserting: whether it may insert a document.
    """
    for attribute in conversion_of(document_class).stamps:
        field = attribute.field
        if field.db_field in touched or not (attribute.renews or inserting):
            continue
        operator = "$set" if attribute.renews else "$setOnInsert"
        path = UpdatePath(field.db_field, field, field.name)
        yield operator, path, field.to_son(now(field._settings.tz or zone))


def next_version(document_class: Any, touched: Container[str]) -> Iterator[Operation]:
    """What makes loaded copies of the changed documents stale, in a class with versions."""
    field = conversion_of(document_class).version
    if field is not None and field.db_field not in touched:
        yield "$inc", UpdatePath(field.db_field, field, field.name), 1


def with_stamps(
    document_class: Any, update: Mapping[str, Any], zone: tzinfo | None
) -> dict[str, Any]:
    """An update of MongoDB, and besides what each update of a class changes.

    Parameters:
        document_class: the class whose documents are changed.
        update: operators with keys and values.
        zone: the time zone in which the client reads dates.
    """
    operations = list(operations_in(document_class, update))
    touched = {key for key, _ in touched_by(operations)}
    operations += stamps(document_class, zone, touched)
    operations += next_version(document_class, touched)
    whole: Any = compiled(document_class, operations)
    return dict(whole)
