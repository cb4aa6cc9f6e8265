"""U: the changes of an update, checked by the fields that they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, overload

from aiomotorengine.expressions.expression import Expression
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.update.add_to_set import AddToSet
from aiomotorengine.update.arithmetic import Inc, Mul
from aiomotorengine.update.bit import Bit
from aiomotorengine.update.bounds import Max, Min
from aiomotorengine.update.compiling import compiled, name_of, operations_of
from aiomotorengine.update.current_date import CurrentDate
from aiomotorengine.update.path import UNDERSCORES
from aiomotorengine.update.pop import Pop
from aiomotorengine.update.pull import Conditions, Pull, PullAll
from aiomotorengine.update.push import Push, Pushed
from aiomotorengine.update.raw import Raw
from aiomotorengine.update.rename import Rename
from aiomotorengine.update.set import Set, SetOnInsert
from aiomotorengine.update.unset import Unset
from aiomotorengine.update.update_operator import UpdateOperator

__all__ = ["U"]

T = TypeVar("T")
D = TypeVar("D", bound=DocumentStorage)
Values = Mapping[str, Any]
"""What stands for an embedded document: its attributes' names with values."""


class U:
    """Changes, which ``update``, ``update_one`` and ``find_one_and_update`` take.

    A change names a field, or a path such as ``"home.road"``, and what becomes of it; or several
    fields as keywords, with two underscores for a dot. Values are converted and checked by the
    fields, and are never taken for operators.

    Example:
        >>> from aiomotorengine import Document, IntField, ListField, StringField, U
        >>> class Post(Document):
        ...     visits = IntField(db_field="v")
        ...     tags = ListField(StringField())
        >>> U.compile(Post, U.inc(Post.visits, 1), U.push("tags", "new"))
        {'$inc': {'v': 1}, '$push': {'tags': {'$each': ['new']}}}
    """

    @overload
    @staticmethod
    def set(
        field: EmbeddedDocumentField[D], value: D | Values | Expression | None, /
    ) -> UpdateOperator: ...
    @overload
    @staticmethod
    def set(
        field: ListField[D], value: Iterable[D | Values] | Expression | None, /
    ) -> UpdateOperator: ...
    @overload
    @staticmethod
    def set(field: BaseField[T], value: T | Expression | None, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def set(path: str, value: Any, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def set(**values: Any) -> UpdateOperator: ...
    @staticmethod
    def set(*field_and_value: Any, **values: Any) -> UpdateOperator:
        """New values; an ``F`` expression is computed by the server."""
        return change(Set, field_and_value, values)

    @overload
    @staticmethod
    def set_on_insert(
        field: EmbeddedDocumentField[D], value: D | Values | None, /
    ) -> UpdateOperator: ...
    @overload
    @staticmethod
    def set_on_insert(
        field: ListField[D], value: Iterable[D | Values] | None, /
    ) -> UpdateOperator: ...
    @overload
    @staticmethod
    def set_on_insert(field: BaseField[T], value: T | None, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def set_on_insert(path: str, value: Any, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def set_on_insert(**values: Any) -> UpdateOperator: ...
    @staticmethod
    def set_on_insert(*field_and_value: Any, **values: Any) -> UpdateOperator:
        """Values of the document that is inserted, if ``upsert=True`` inserts one."""
        return change(SetOnInsert, field_and_value, values)

    @staticmethod
    def unset(*fields: BaseField[Any] | str) -> UpdateOperator:
        """Fields that are removed from what is stored; they read as their defaults then."""
        return Unset([(field, True) for field in fields])

    @overload
    @staticmethod
    def inc(field: BaseField[int], amount: int | Expression = 1, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def inc(field: BaseField[float], amount: float | Expression = 1, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def inc(path: str, amount: Any = 1, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def inc(**amounts: Any) -> UpdateOperator: ...
    @staticmethod
    def inc(*field_and_amount: Any, **amounts: Any) -> UpdateOperator:
        """What is added to numbers, 1 unless it is given; a negative number is taken away."""
        if not field_and_amount:  # as in most updates
            return Inc(amounts.items(), UNDERSCORES)
        if len(field_and_amount) == 1:
            field_and_amount = (*field_and_amount, 1)
        return change(Inc, field_and_amount, amounts)

    @overload
    @staticmethod
    def mul(field: BaseField[int], factor: int | Expression, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def mul(field: BaseField[float], factor: float | Expression, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def mul(path: str, factor: Any, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def mul(**factors: Any) -> UpdateOperator: ...
    @staticmethod
    def mul(*field_and_factor: Any, **factors: Any) -> UpdateOperator:
        """What numbers are multiplied with."""
        return change(Mul, field_and_factor, factors)

    @overload
    @staticmethod
    def min(field: BaseField[T], value: T | Expression, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def min(path: str, value: Any, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def min(**values: Any) -> UpdateOperator: ...
    @staticmethod
    def min(*field_and_value: Any, **values: Any) -> UpdateOperator:
        """Values that are stored where they are less than what is there."""
        return change(Min, field_and_value, values)

    @overload
    @staticmethod
    def max(field: BaseField[T], value: T | Expression, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def max(path: str, value: Any, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def max(**values: Any) -> UpdateOperator: ...
    @staticmethod
    def max(*field_and_value: Any, **values: Any) -> UpdateOperator:
        """Values that are stored where they are greater than what is there."""
        return change(Max, field_and_value, values)

    @overload
    @staticmethod
    def push(
        field: ListField[D],
        /,
        *items: D | Values,
        position: int | None = None,
        slice: int | None = None,
        sort: int | Mapping[str, int] | None = None,
    ) -> UpdateOperator: ...
    @overload
    @staticmethod
    def push(
        field: ListField[T],
        /,
        *items: T,
        position: int | None = None,
        slice: int | None = None,
        sort: int | Mapping[str, int] | None = None,
    ) -> UpdateOperator: ...
    @overload
    @staticmethod
    def push(
        path: str,
        /,
        *items: Any,
        position: int | None = None,
        slice: int | None = None,
        sort: int | Mapping[str, int] | None = None,
    ) -> UpdateOperator: ...
    @overload
    @staticmethod
    def push(**items: Any) -> UpdateOperator: ...
    @staticmethod
    def push(*field_and_items: Any, **options: Any) -> UpdateOperator:
        """Items that are added to a list; as a keyword, one item for each list.

        Parameters:
            field: the list.
            items: what is added.
            position: before which index; by default at the end.
            slice: how many items the list keeps: the first ones, or with a negative number the
                last.
            sort: the direction in which the list is sorted then; or, for embedded documents, names
                of their fields with directions.
        """
        if not field_and_items:
            lists = [(name, Pushed([item])) for name, item in options.items()]
            return Push(lists, UNDERSCORES)
        field, *items = field_and_items
        return Push([(field, Pushed(items, **options))])

    @overload
    @staticmethod
    def add_to_set(field: ListField[D], /, *items: D | Values) -> UpdateOperator: ...
    @overload
    @staticmethod
    def add_to_set(field: ListField[T], /, *items: T) -> UpdateOperator: ...
    @overload
    @staticmethod
    def add_to_set(path: str, /, *items: Any) -> UpdateOperator: ...
    @overload
    @staticmethod
    def add_to_set(**items: Any) -> UpdateOperator: ...
    @staticmethod
    def add_to_set(*field_and_items: Any, **one_each: Any) -> UpdateOperator:
        """Items that are added to a list unless it has them; as a keyword, one for each list."""
        return change_of_items(AddToSet, field_and_items, one_each)

    @overload
    @staticmethod
    def pull(field: ListField[D], /, *items: D | Values) -> UpdateOperator: ...
    @overload
    @staticmethod
    def pull(field: ListField[T], /, *items: T) -> UpdateOperator: ...
    @overload
    @staticmethod
    def pull(field: ListField[Any], /, *conditions: QNode, **more: Any) -> UpdateOperator: ...
    @overload
    @staticmethod
    def pull(path: str, /, *items: Any, **conditions: Any) -> UpdateOperator: ...
    @overload
    @staticmethod
    def pull(**items: Any) -> UpdateOperator: ...
    @staticmethod
    def pull(*field_and_items: Any, **keywords: Any) -> UpdateOperator:
        """Items that are removed from a list: all that equal one of these, whatever they hold; or
        all that meet conditions.

        Behind a field, keywords are conditions on its items: ``U.pull(Post.comments, votes__lt=0)``
        by the fields of embedded documents, ``U.pull(Game.scores, lt=3)`` for plain values. Without
        a field, each is a list with one item.
        """
        field, *items = field_and_items or (None,)
        if field is None:
            return change_of_items(PullAll, (), keywords)
        queries = [item for item in items if isinstance(item, QNode)]
        if keywords or queries:
            if len(queries) < len(items):
                raise TypeError("U.pull takes items or conditions, not both.")
            return Pull([(field, Conditions(queries, keywords))])
        return PullAll([(field, items)])

    @overload
    @staticmethod
    def pop(field: ListField[Any] | str, last: bool = True, /) -> UpdateOperator: ...
    @overload
    @staticmethod
    def pop(**last: bool) -> UpdateOperator: ...
    @staticmethod
    def pop(*field_and_last: Any, **last: bool) -> UpdateOperator:
        """Lists of which the last item is removed; with ``False``, the first."""
        if len(field_and_last) == 1:
            field_and_last = (*field_and_last, last.pop("last", True))
        return change(Pop, field_and_last, last)

    @staticmethod
    def bit(
        field: BaseField[int] | str,
        /,
        *,
        and_: int | None = None,
        or_: int | None = None,
        xor: int | None = None,
    ) -> UpdateOperator:
        """What a whole number is combined with, bit by bit."""
        operands = {"and": and_, "or": or_, "xor": xor}
        return Bit([(field, {name: it for name, it in operands.items() if it is not None})])

    @staticmethod
    def current_date(*fields: DateTimeField | str) -> UpdateOperator:
        """Dates that are set to now, by the clock of the server, in UTC."""
        return CurrentDate([(field, True) for field in fields])

    @staticmethod
    def rename(old: BaseField[Any] | str, new: BaseField[Any] | str) -> UpdateOperator:
        """A key that gets another name.

        Parameters:
            old: a field, or a path; it may be a key of MongoDB that no field has any more.
            new: the field, or the path of attribute names.
        """
        return Rename([(old, new)])

    @staticmethod
    def raw(update: Mapping[str, Any]) -> UpdateOperator:
        """A part of an update that is MongoDB's own, with its operators and keys.

        Never let strangers choose what is in it.
        """
        return Raw(update)

    @staticmethod
    def compile(
        document_class: type[Any], *changes: UpdateOperator | Mapping[Any, Any]
    ) -> dict[str, Any] | list[dict[str, Any]]:
        """What would be sent for some changes, but for stamps and the version.

        Parameters:
            document_class: the class whose documents are changed.
            changes: changes.

        Returns:
            An update of MongoDB; a pipeline where there is an ``F`` expression.

        Raises:
            ValueError: there is no change, a path leads nowhere, a field has no use for an
                operator, or two changes touch the same path.
            InvalidDocumentError: a field refuses its new value.
        """
        return compiled(document_class, operations_of(document_class, changes))


def change(
    kind: type[UpdateOperator], field_and_value: tuple[Any, ...], keywords: Mapping[str, Any]
) -> UpdateOperator:
    """A change of one field, or of those that keywords name.

    Raises:
        TypeError: it is neither.
    """
    if not field_and_value:
        return kind(keywords.items(), UNDERSCORES)
    if len(field_and_value) != 2 or keywords:
        name = name_of(kind.operator)
        raise TypeError(f"U.{name} takes a field and its value, or keywords that are fields.")
    return kind([field_and_value])


def change_of_items(
    kind: type[UpdateOperator], field_and_items: tuple[Any, ...], keywords: Mapping[str, Any]
) -> UpdateOperator:
    """A change of one list by items, or of those that keywords name by one item each.

    Raises:
        TypeError: it is neither.
    """
    if not field_and_items:
        return kind([(key, [item]) for key, item in keywords.items()], UNDERSCORES)
    if keywords:
        name = name_of(kind.operator)
        raise TypeError(f"U.{name} takes a list field and items, or keywords that are fields.")
    field, *items = field_and_items
    return kind([(field, items)])
