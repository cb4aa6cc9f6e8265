"""SequenceField: numbers that a counter in the database gives."""

from __future__ import annotations

from typing import Any, Unpack

from aiomotorengine.fields.base_field import FieldOptions
from aiomotorengine.fields.int_field import IntField

__all__ = ["SequenceField"]


class SequenceField(IntField):
    """A number that a save gives to a document that has none: 1, 2, 3 …

    The next number stands in the database, as ``{"_id": "orders.number", "next": 17}`` in the
    collection of counters, and each is given once. A save that fails after it got its number leaves
    a gap, and so does a transaction that is not committed: the counter is no part of it. In a bulk
    insert the documents of a batch get their numbers at once. Updates give none, also if they
    insert, and documents in other documents can't have any.

    Parameters:
        start: the first number, where no counter is stored yet.
        collection: the collection of counters.
        name: the ``_id`` of the counter; by default the collection and the key of the field. Fields
            whose counters have one name share them.

    Raises:
        ValueError: ``start`` is no whole number, or a name is empty.

    Example:
        >>> from aiomotorengine import Document, SequenceField
        >>> class Order(Document):
        ...     number = SequenceField(start=1000, unique=True)
        >>> async def order():
        ...     return (await Order().save()).number
    """

    _is_generated = True

    def __init__(
        self,
        start: int = 1,
        collection: str = "counters",
        name: str | None = None,
        *args: Any,
        **options: Unpack[FieldOptions],
    ) -> None:
        super().__init__(None, None, *args, **options)
        if not isinstance(start, int) or isinstance(start, bool):
            raise ValueError(
                f"The sequence field 'start' argument must be a whole number, not '{start}'."
            )
        for argument, given in {"collection": collection, "name": name}.items():
            if given == "" or not isinstance(given, str | None):
                raise ValueError(
                    f"The sequence field '{argument}' argument must be a name, not '{given}'."
                )
        self.start = start
        self.collection = collection
        self.counter = name  # since ``name`` is what the document calls the field
