"""What the key of a filter means: ``home__road__in`` names a field and an operator."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from aiomotorengine.documents.embedded import embedded_fields
from aiomotorengine.documents.undeclared import is_dynamic
from aiomotorengine.errors import UnknownFieldError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.dict_field import DictField
from aiomotorengine.fields.document_id import declared_key, primary_key
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.families import refuse_different
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query.family import LISTS
from aiomotorengine.storage.discriminators import family_of

__all__ = ["FilterPath", "resolve"]

SEPARATOR = "__"
INDEX = re.compile(r"[0-9]+")


# One is enough, since where a value is stored is not asked of the field here. Making a field for
# each query would let all conversions be compiled anew (``fields/field_methods.py``).
UNDECLARED = DynamicField()


class FilterPath:
    """What a filter key means.

    Attributes:
        field: the field whose values are compared.
        name: the names that lead to it, with dots.
        db_name: the key in MongoDB, with dots.
        operators: the names of the operators that follow; none is equality.
    """

    __slots__ = ("db_name", "field", "name", "operators")

    def __init__(
        self, field: BaseField[Any], name: str, db_name: str, operators: tuple[str, ...]
    ) -> None:
        self.field = field
        self.name = name
        self.db_name = db_name
        self.operators = operators


class Found(NamedTuple):
    """One step of a path, and what of the filter key comes after it (``None``: nothing)."""

    field: Any
    name: str
    db_name: str
    rest: str | None


Operators = Mapping[str, type[QueryOperator]]


def resolve(document_class: Any, key: str, operators: Operators) -> FilterPath:
    """Follow a filter key through a document class.

    Names that no field declares are those of dynamic attributes, which are stored with an
    underscore in front; ``id`` is the document's id for the same reason. Names below a field of
    mappings, or of values of any kind, are keys, unless what is left are operators.

    A declared field goes before an operator of its name. So does an undeclared key of a document or
    a mapping, unless the operator ``follows_documents``.

    Parameters:
        document_class: whose fields are meant.
        key: the filter key.
        operators: the operators that there are, by name.

    Raises:
        ValueError: a part of the key leads nowhere.

    Example:
        >>> from aiomotorengine import Document, IntField, ListField
        >>> class Game(Document):
        ...     points = ListField(IntField(), db_field="p")
        >>> from aiomotorengine.query.operators import OPERATORS
        >>> path = resolve(Game, "points__0__gt", OPERATORS)
        >>> path.name, path.db_name, path.operators
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
    step = (
        declared(document_class, key)
        or declared_below(document_class, key)
        or undeclared(document_class, key, key)
    )
    names, db_names = [step.name], [step.db_name]
    while step.rest is not None:
        deeper = below(step.field, step.rest, operators, key)
        if deeper is None:
            break
        step = deeper
        names.append(step.name)
        db_names.append(step.db_name)
    following = () if step.rest is None else tuple(step.rest.split(SEPARATOR))
    if not all(names) or not all(map(operators.__contains__, following)):
        error = invalid_filter(key, operators)
        if isinstance(step.field._innermost, ReferenceField | GenericReferenceField):
            error.add_note(
                "No condition goes through a reference: find what is referred to first, and ask "
                f"for {SEPARATOR.join(names)}__in=[...]."
            )
        raise error
    return FilterPath(step.field, ".".join(names), ".".join(db_names), following)


def invalid_filter(key: str, operators: Collection[str]) -> ValueError:
    error = ValueError(
        f"Invalid filter '{key}': Invalid operator (if this is a sub-property, then it must be "
        f"used in embedded document fields)."
    )
    error.add_note(
        f"The operators are {', '.join(sorted(operators))}. MongoDB's others stand in raw queries, "
        "such as filter({'$jsonSchema': {...}})."
    )
    return error


def dotted_filter(key: str) -> ValueError:
    """The error for a path that would be found under no key."""
    meant = key.replace(".", SEPARATOR)
    return ValueError(
        f"Invalid filter '{key}': two underscores stand between the names of a path, '{meant}'."
    )


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


def declared_below(document_class: Any, key: str) -> Found | None:
    """The same for the classes that derive from one and whose documents are found with its own.

    Raises:
        ValueError: it is the name of several fields, which are not alike.
    """
    return declared_alike(family_of(document_class)[1:], key, key, below=document_class)


def declared_alike(
    classes: Sequence[Any], key: str, whole: str, *, below: Any = None
) -> Found | None:
    """The field that a key begins with in each of several classes that have one of this name.

    Parameters:
        classes: the classes.
        key: the key.
        whole: the filter key that it is the end of.
        below: the class that they derive from, if they are found by it.

    Raises:
        ValueError: it is the name of several fields, which are not alike.
    """
    steps = [(it, step) for it in classes if (step := declared(it, key)) is not None]
    if len(steps) > 1:
        refuse_different([(it, step.field) for it, step in steps], f"filter '{whole}'", below=below)
    return steps[0][1] if steps else None


def undeclared(document_class: Any, key: str, whole: str) -> Found:
    """The dynamic attribute, the id, or the discriminator of a class, that a key begins with.

    Parameters:
        document_class: whose attribute it is.
        key: the key.
        whole: the filter key that it is the end of.

    Raises:
        UnknownFieldError: documents of the class have no dynamic attributes.
        ValueError: it is a path with dots, which begins with a declared field.
    """
    discriminator = getattr(document_class, "_discriminator", None)
    if discriminator is not None:
        name, start = discriminator.key, discriminator.key + SEPARATOR
        if key == name or key.startswith(start):
            rest = key[len(start) :] if key.startswith(start) else None
            return Found(UNDECLARED, name, name, rest)
    name, separator, rest = key.partition(SEPARATOR)
    if name.partition(".")[0] in document_class._fields and "." in name:
        raise dotted_filter(whole)
    db_name = "_" + name.removeprefix("_")
    is_id = db_name == "_id"
    if not is_id and name and not is_dynamic(document_class):
        raise UnknownFieldError.of(document_class, name, f"Invalid filter '{whole}': ")
    field = primary_key(document_class) if is_id else UNDECLARED
    return Found(field, name, db_name, rest if separator else None)


def below(field: BaseField[Any], key: str, operators: Operators, whole: str) -> Found | None:
    """What a key means inside the values of a field; ``None`` if an operator comes next."""
    head, separator, rest = key.partition(SEPARATOR)
    holder = field
    if not INDEX.fullmatch(head):
        field = field._innermost
    inner = field._under_key(head)
    if inner is not None:
        # What 2017 took for an operator below a field of any values remains one.
        is_operator = type(field) is BaseField and is_always_operator(head, operators)
        if not head or is_operator or are_operators(holder, key.split(SEPARATOR), operators):
            return None
        return Found(inner, head, head, rest if separator else None)
    classes = [inner.embedded_type for inner in embedded_fields(field)]
    below_them = (it for one in classes for it in family_of(one)[1:])
    found = declared_alike(classes, key, whole) or declared_alike([*below_them], key, whole)
    if found is None and classes and not is_operator_of(holder, head, operators):
        # One of them may have what it does not declare, be it the first or not.
        return undeclared(next(filter(is_dynamic, classes), classes[0]), key, whole)
    return found


def is_always_operator(name: str, operators: Operators) -> bool:
    """Whether a name is that of an operator even where it could be a key."""
    return name in operators and operators[name].follows_documents


def is_operator_of(field: BaseField[Any], name: str, operators: Operators) -> bool:
    """Whether a name after that of a field is an operator's, if it is no declared field's."""
    if name not in operators:
        return False
    if is_always_operator(name, operators):
        return True
    if field._stores_arrays and operators[name].family is LISTS:
        return True
    innermost = field._innermost
    return not isinstance(innermost, DictField) and not any(embedded_fields(innermost))


def are_operators(field: BaseField[Any], parts: Sequence[str], operators: Operators) -> bool:
    """Whether the last parts of a key ask for a comparison, and are no keys of mappings."""
    *negations, last = parts
    return is_operator_of(field, last, operators) and negations in ([], ["not"])
