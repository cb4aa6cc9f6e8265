"""What the key of a filter means: ``home__road__in`` names a field and an operator."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import declared_key, primary_key
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.list_field import ListField

__all__ = ["FilterPath", "resolve"]

SEPARATOR = "__"
INDEX = re.compile(r"[0-9]+")


# One is enough, since where a value is stored is not asked of the field here. Making a field for
# each query would let all conversions be compiled anew (``fields/field_methods.py``).
UNDECLARED = DynamicField()


class FilterPath(NamedTuple):
    """What a filter key means.

    Attributes:
        field: the field whose values are compared.
        name: the names that lead to it, with dots.
        db_name: the key in MongoDB, with dots.
        operators: the names of the operators that follow; none is equality.
    """

    field: Any  # a BaseField; the name of the type would make a descriptor of it
    name: str
    db_name: str
    operators: tuple[str, ...]


class Found(NamedTuple):
    """One step of a path, and what of the filter key comes after it (``None``: nothing)."""

    field: Any
    name: str
    db_name: str
    rest: str | None


def resolve(document_class: Any, key: str, operators: Collection[str]) -> FilterPath:
    """Follow a filter key through a document class.

    Names that no field declares are those of dynamic attributes, which are stored with an
    underscore in front; ``id`` is the document's id for the same reason. Names below a field of
    mappings, or of values of any kind, are keys, unless what is left are operators.

    Parameters:
        document_class: whose fields are meant.
        key: the filter key.
        operators: the names of operators there are.

    Raises:
        ValueError: a part of the key leads nowhere.

    Example:
        >>> from aiomotorengine import Document, IntField, ListField
        >>> class Game(Document):
        ...     points = ListField(IntField(), db_field="p")
        >>> resolve(Game, "points__0__gt", {"gt"})[1:]
        ('points.0', 'p.0', ('gt',))
    """
    fields = document_class._fields
    if key in fields:  # as in most filters; it is the longest name that there can be
        return FilterPath(fields[key], key, document_class._db_field_map[key], ())
    if key == "_id":
        return FilterPath(primary_key(document_class), "_id", "_id", ())
    name, _, operator = key.rpartition(SEPARATOR)
    if operator in operators and name in fields and fields[name].is_scalar:
        # As in most others: there is nothing inside of such a field that could have that name.
        return FilterPath(fields[name], name, document_class._db_field_map[name], (operator,))
    step = declared(document_class, key) or undeclared(document_class, key)
    names, db_names = [step.name], [step.db_name]
    while step.rest is not None:
        deeper = below(step.field, step.rest, operators)
        if deeper is None:
            break
        step = deeper
        names.append(step.name)
        db_names.append(step.db_name)
    following = () if step.rest is None else tuple(step.rest.split(SEPARATOR))
    if not all(names) or not all(map(operators.__contains__, following)):
        raise invalid_filter(key, operators)
    return FilterPath(step.field, ".".join(names), ".".join(db_names), following)


def invalid_filter(key: str, operators: Collection[str]) -> ValueError:
    error = ValueError(
        f"Invalid filter '{key}': Invalid operator (if this is a sub-property, then it must be "
        f"used in embedded document fields)."
    )
    error.add_note(
        f"The operators are {', '.join(sorted(operators))}. MongoDB's others stand in raw queries, "
        "such as filter({'name': {'$regex': '^A'}})."
    )
    return error


def declared(document_class: Any, key: str) -> Found | None:
    """The field a key begins with. The longest name wins: names may end in underscores."""
    fields = document_class._fields
    primary = declared_key(document_class)
    name, rest = key, None
    end = len(key)
    while name not in fields:
        if primary is not None and name == primary.name:
            return Found(primary, name, "_id", rest)
        # Of three underscores, the first may be the last letter of a name.
        end = key.rfind(SEPARATOR, 0, end + 1)
        if end < 0:
            return None
        name, rest = key[:end], key[end + len(SEPARATOR) :]
    return Found(fields[name], name, document_class._db_field_map[name], rest)


def undeclared(document_class: Any, key: str) -> Found:
    """The dynamic attribute, or the id, that a key begins with."""
    name, separator, rest = key.partition(SEPARATOR)
    db_name = "_" + name.removeprefix("_")
    field = primary_key(document_class) if db_name == "_id" else UNDECLARED
    return Found(field, name, db_name, rest if separator else None)


def below(field: BaseField[Any], key: str, operators: Collection[str]) -> Found | None:
    """What a key means inside the values of a field; ``None`` if an operator comes next."""
    head, separator, rest = key.partition(SEPARATOR)
    if isinstance(field, ListField) and not INDEX.fullmatch(head):
        field = field.innermost
    inner = field._under_key(head)
    if inner is not None:
        # What 2017 took for an operator below a field of any values remains one.
        is_operator = type(field) is BaseField and head in operators
        if not head or is_operator or are_operators(key.split(SEPARATOR), operators):
            return None
        return Found(inner, head, head, rest if separator else None)
    classes = [inner.embedded_type for inner in embedded_fields(field)]
    found = next(filter(None, (declared(embedded, key) for embedded in classes)), None)
    if found is None and classes and head not in operators:
        return undeclared(classes[0], key)
    return found


def are_operators(parts: Sequence[str], operators: Collection[str]) -> bool:
    """Whether the last parts of a key ask for a comparison, and are no keys of mappings."""
    *negations, last = parts
    return last in operators and negations in ([], ["not"])
