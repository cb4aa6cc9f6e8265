"""In which order a query set finds documents, and which part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from aiomotorengine.arguments import whole_number
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query_builder.ordering import ordered, reversed_order
from aiomotorengine.queryset.base import Query, R

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Ordering"]


class Ordering(Query[R]):
    """A query whose order can be said, and which part of it is meant."""

    def limit(self, limit: int | None) -> Self:
        """Return at most so many documents; ``None`` goes back to the default limit."""
        narrowed = self._narrowed()
        narrowed._limit = None if limit is None else whole_number("limit", limit)
        return narrowed

    def skip(self, skip: int) -> Self:
        """Leave out so many documents at the start."""
        narrowed = self._narrowed()
        narrowed._skip = whole_number("skip", skip)
        return narrowed

    @overload
    def order_by(self, field: BaseField[Any] | str, direction: int) -> Self: ...
    @overload
    def order_by(
        self,
        *keys: BaseField[Any] | str | tuple[BaseField[Any] | str, int],
        direction: int | None = None,
    ) -> Self: ...
    def order_by(self, *keys: Any, direction: int | None = None, field: Any = None) -> Self:
        """Sort by more keys, after those of earlier calls.

        A key that is there already keeps its place and takes the new direction. Without any key the
        order is forgotten.

        Parameters:
            keys: fields, attribute names, paths with dots into embedded documents, ``"id"`` or
                ``"_id"``, where a text may begin with ``-`` or ``+``; each also in a pair with its
                direction. ``"$text_score"`` is how well a document fits what ``search_text`` looks
                for. A field and a number are a key and its direction, as in 2017.
            direction: ``ASCENDING`` (the default) or ``DESCENDING``, for keys without one.
            field: a key, as it was called in 2017.

        Raises:
            ValueError: there is no such field, it is a list field, or a direction is none.
            TypeError: a key is neither field nor text.

        Example:
            >>> from aiomotorengine import Document, IntField, StringField
            >>> class Player(Document):
            ...     name = StringField()
            ...     score = IntField()
            >>> Player.objects.order_by("-score", Player.name)
            <QuerySet Player {} order=[('score', -1), ('name', 1)]>
        """
        if field is not None:
            keys = (field, *keys)
        order = ordered(self.__klass__, self._order, keys, direction) if keys else []
        narrowed = self._narrowed()
        narrowed._order = order
        return narrowed

    def reverse(self) -> Self:
        """Turn the order round; without one, sort by the id, from the last on.

        Raises:
            ValueError: skip or limit is set, or the order is by ``"$text_score"``.
        """
        self._refuse_window("reverse")
        narrowed = self._narrowed()
        narrowed._order = reversed_order(self._order)
        return narrowed

    def _refuse_window(self, method: str) -> None:
        """Refuse what has no meaning for a part of what is found.

        Raises:
            ValueError: skip or limit is set.
        """
        if self._skip or self._limit is not None:
            raise ValueError(f"{method}() can't be used with skip or limit.")
