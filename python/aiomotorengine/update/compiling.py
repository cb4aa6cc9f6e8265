"""What an update does, path by path, becomes the update or the pipeline that MongoDB takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from aiomotorengine.documents.conversion import Conversion, conversion_of
from aiomotorengine.expressions.expression import Expression
from aiomotorengine.expressions.literal import literal
from aiomotorengine.update.conversions import NUMBERS, conversion_for, converted, in_unit_of
from aiomotorengine.update.operators import OPERATORS
from aiomotorengine.update.path import UpdatePath, aliases_at, refuse_immutable
from aiomotorengine.update.set import Set, SetOnInsert
from aiomotorengine.update.unset import Unset
from aiomotorengine.update.update_operator import Operation, UpdateOperator

__all__ = ["compiled", "is_pipeline", "name_of", "operations_of", "planned", "touched_by"]

INSERTING = SetOnInsert.operator
REPLACING = frozenset((Set.operator, Unset.operator))
"""The operators after which nothing is left of a value that was there."""


def operations_of(
    document_class: Any,
    changes: Iterable[UpdateOperator | Mapping[Any, Any]],
    validate: bool = True,
) -> list[Operation]:
    """What changes do to documents of a class.

    Parameters:
        document_class: the class.
        changes: what ``U`` makes. A mapping of fields to values means ``U.set``.
        validate: whether fields are asked if they may have their new values.

    Raises:
        TypeError: one is no change.
        ValueError: there is none, a path leads nowhere, its field has no use for an operator, or
            two touch the same path.
        InvalidDocumentError: a field refuses its new value.
    """
    return planned(conversion_of(document_class), changes, validate)[0]


def planned(
    conversion: Conversion,
    changes: Iterable[UpdateOperator | Mapping[Any, Any]],
    validate: bool,
    inserts: bool = True,
) -> tuple[list[Operation], bool]:
    """The same, and whether all of it is done to whole fields of which nothing more is asked.

    Parameters:
        conversion: that of the class.
        changes: as above.
        validate: as above.
        inserts: whether the update may insert a document.

    Raises:
        Exception: as above; also for what is done to inserted documents, if there are none.
    """
    operations: list[Operation] = []
    for given in changes:
        change = given if isinstance(given, UpdateOperator) else change_of(given)
        operations += change.operations(conversion, validate)
        if not inserts and type(change) is SetOnInsert:
            raise ValueError("U.set_on_insert needs upsert=True.")
    if not operations:
        raise ValueError("An update needs a change.")
    if len(operations) > 1:
        refuse_conflicts(operations)
    for _, path, _ in operations:
        if not path.is_plain:
            return [*operations, *besides(conversion.document_class, operations)], False
    return operations, True


def besides(document_class: Any, operations: Iterable[Operation]) -> Iterator[Operation]:
    """What is done besides, since fields are read from other keys as well.

    Raises:
        ImmutableFieldError: a field stays as it is in a stored document.
    """
    for operator, path, _ in operations:
        if operator != INSERTING:
            refuse_immutable(document_class, path)
        if operator in REPLACING:
            yield from map(removal, aliases_at(path))


def removal(alias: str) -> Operation:
    """What removes an alias of a field that is set or removed: an old value under it would be read
    again, or stay beside the new one.
    """
    return Unset.operator, UpdatePath(alias, None, alias), ""


def change_of(given: Any) -> UpdateOperator:
    """What is no change of ``U``'s as one: a mapping."""
    if isinstance(given, Mapping):
        return Set(given.items())
    raise TypeError(f"An update takes changes such as U.inc(visits=1), not {type(given).__name__}.")


def touched_by(operations: Iterable[Operation]) -> Iterator[tuple[str, str]]:
    """The keys of MongoDB that are touched, each with the names of its attributes."""
    for operator, path, value in operations:
        yield path.db_name, path.name
        if operator == "$rename":
            yield value, value


def refuse_conflicts(operations: Sequence[Operation]) -> None:
    """Raise ``ValueError`` where two keys are equal, or one is inside of the other."""
    touched = sorted((key.split("."), name) for key, name in touched_by(operations))
    # What is inside of a key comes right behind it.
    for (outer, name), (inner, _) in pairwise(touched):
        if inner[: len(outer)] == outer:
            raise ValueError(f"Two changes of one update touch '{name}'.")


def compiled(
    document_class: Any, operations: Sequence[Operation]
) -> dict[str, Any] | list[dict[str, Any]]:
    """The update as MongoDB takes it: operators; or a pipeline, where there are expressions.

    Raises:
        ValueError: something can't be said in a pipeline.
    """
    update: dict[str, Any] = {}
    for operator, path, value in operations:
        if isinstance(value, Expression):
            return pipeline(document_class, operations)
        if operator in update:
            update[operator][path.db_name] = value
        else:
            update[operator] = {path.db_name: value}
    return update


def is_pipeline(operations: Iterable[Operation]) -> bool:
    """Whether there is an expression, which MongoDB takes in a pipeline only."""
    return any(isinstance(value, Expression) for _, _, value in operations)


def pipeline(document_class: Any, operations: Iterable[Operation]) -> list[dict[str, Any]]:
    values: dict[str, Any] = {}
    removed: list[str] = []
    for operation in operations:
        operator, path, _ = operation
        if operator == Unset.operator:
            removed.append(path.db_name)
        else:
            values[path.db_name] = computed(document_class, operation)
        if has_position(path.db_name):
            raise ValueError(
                f"'{path.name}' can't be sent together with an F expression: in a pipeline MongoDB "
                "has no places in lists."
            )
    stages = [{"$set": values}] if values else []
    return [*stages, {"$unset": removed}] if removed else stages


def computed(document_class: Any, operation: Operation) -> Any:
    """The expression whose value a path gets in a pipeline, of the type that its field stores.

    What may have a fraction is cut for an ``IntField``, as ``int()`` cuts what is assigned to it.
    """
    (operator, path, value), conversion = operation, None
    if not isinstance(value, Expression):
        operand = literal(value)
    else:
        conversion = conversion_for(document_class, path.field, value)
        is_number = conversion in NUMBERS
        operand = (value.to_number if is_number else value.to_expression)(document_class)
        operand = in_unit_of(document_class, path.field, value, operand)
    change = OPERATORS.get(operator, UpdateOperator)
    expression = change.expression(f"${path.db_name}", operand)
    if expression is NotImplemented:
        raise ValueError(
            f"U.{name_of(operator)} can't be sent together with an F expression: send it "
            "in an update of its own."
        )
    return expression if conversion is None else converted(conversion, expression)


def name_of(operator: str) -> str:
    """What ``U`` calls an operator of MongoDB: ``add_to_set`` for ``$addToSet``."""
    if operator not in OPERATORS:
        return "raw"
    if operator == "$pullAll":
        return "pull"
    letters = (f"_{letter.lower()}" if letter.isupper() else letter for letter in operator[1:])
    return "".join(letters)


def has_position(key: str) -> bool:
    """Whether a key leads through a place in a list."""
    return any(part.startswith("$") or part.isdecimal() for part in key.split("."))
