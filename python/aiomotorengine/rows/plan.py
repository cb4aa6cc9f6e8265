"""RowReader -> RowPlan: what a codec needs to know to make bytes of rows, frozen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.errors import UNKNOWN_CLASS
from aiomotorengine.rows.reader import RowReader, names_in

__all__ = ["RowPlan", "row_plan"]


class RowPlan(NamedTuple):
    """What a codec knows of the rows of one call.

    Attributes:
        document_class: the class whose documents they stand for.
        columns: the keys of a row that is a sequence, by place; ``None`` where rows are mappings.
        keys: key of a row -> name of a field or ``_id``; other keys are unknown.
        embedded_keys: the same for each class of embedded documents.
        unknown: ``"refuse"``, ``"ignore"`` or ``"keep"``, at any depth.
        nulls: ``"keep"`` or ``"default"``, at any depth but for the items of lists.
        parse: whether texts become values.
        null_values: the texts that then mean ``None``, where a field does not keep blanks.
        id_keys: the keys whose value is the ``_id``, if a column has it, of which a row needs one:
            its name before or after ``rename``. It may be that of a field as well.
        id_function: what gives the ``_id`` of a row, called with a mapping.
        zone: the time zone of dates that set themselves; ``None`` for naive local time.
        reader: the reference.
    """

    document_class: type[Any]
    columns: tuple[str, ...] | None
    keys: Mapping[str, str]
    embedded_keys: Mapping[type[Any], Mapping[str, str]]
    unknown: str
    nulls: str
    parse: bool
    null_values: frozenset[str]
    id_keys: tuple[str, ...]
    id_function: Callable[[Any], Any] | None
    zone: tzinfo | None
    reader: RowReader


def row_plan(reader: RowReader, zone: tzinfo | None = None) -> RowPlan:
    """The plan of what a reader reads.

    Parameters:
        reader: the reader.
        zone: the time zone in which the client reads dates; ``None`` where it reads them naive.
    """
    rules, document_class = reader.rules, reader.document_class
    classes: set[Any] = set()
    add_embedded(document_class, classes)
    return RowPlan(
        document_class=document_class,
        columns=rules.columns,
        keys=reader.keys,
        embedded_keys={it: names_in(it, rules.names) for it in classes},
        unknown=rules.unknown,
        nulls=rules.nulls,
        parse=rules.parse,
        null_values=rules.null_values,
        id_keys=tuple(rules.columns_of_id()),
        id_function=rules.id if callable(rules.id) else None,
        zone=zone,
        reader=reader,
    )


def add_embedded(document_class: Any, classes: set[Any]) -> None:
    """Add the classes of the documents that may be in one of a class."""
    fields = document_class._fields.values()
    for inner in (inner for field in fields for inner in embedded_fields(field)):
        try:
            found = inner.embedded_type
        except UNKNOWN_CLASS:
            continue  # which the reader finds as soon as there is a value
        if found not in classes:
            classes.add(found)
            add_embedded(found, classes)
