"""Which fields of documents are loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiomotorengine import query_builder
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.queryset.base import Query, R

if TYPE_CHECKING:
    from typing import Never, Self

    from aiomotorengine.query_builder.projection import Projection

__all__ = ["Projecting"]


class Projecting(Query[R]):
    """A query of which can be said which fields it loads."""

    def only(self, *names: BaseField[Any] | str) -> Self:
        """Load these fields only, and those of earlier calls; the ``_id`` comes in any case.

        What is not loaded can't be read: ``FieldNotLoadedError``. It can be assigned; a save sends
        what is there, and leaves all else as it is stored.

        Parameters:
            names: fields, names of attributes, or paths into embedded documents.

        Raises:
            ValueError: there is no such field, or ``slice`` is about what is around it.
            TypeError: no field is given.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     name = StringField()
            ...     biography = StringField()
            >>> async def names():
            ...     return [user.name async for user in User.objects.only("name")]
        """
        if not names:
            raise TypeError("only() takes fields: without any, none could be read but the id.")
        return self._loading(query_builder.projecting.with_only, names)

    def exclude(self, *names: BaseField[Any] | str, **conditions: Never) -> Self:
        """Leave out these fields; as for ``only``, of which they are taken away.

        Parameters:
            names: fields, names of attributes, or paths into embedded documents.

        Raises:
            ValueError: there is no such field; it is the id, or another that every document has; or
                it is inside of what ``only`` asks for.
            TypeError: conditions were given.
        """
        if conditions:
            raise TypeError("exclude() leaves out fields; for conditions use filter_not().")
        return self._loading(query_builder.projecting.excluding, names)

    def slice(self, name: BaseField[Any] | str, *numbers: int) -> Self:
        """Load a part of a list.

        Such a document can be saved once a whole list is assigned, or ``reload`` was awaited.

        Parameters:
            name: the list, its name or its path.
            numbers: how many items, from the end if it is negative; or how many are left out before
                them, and how many.

        Raises:
            ValueError: there is no such list, or MongoDB takes no such numbers.

        Example:
            >>> from aiomotorengine import Document, ListField, StringField
            >>> class Post(Document):
            ...     comments = ListField(StringField())
            >>> async def latest_comments(id):
            ...     return (await Post.objects.slice("comments", -5).get(id)).comments
        """
        return self._loading(query_builder.projecting.slicing, name, numbers)

    def all_fields(self) -> Self:
        """Load whole documents, whatever ``only``, ``exclude`` and ``slice`` have asked for."""
        narrowed = self._narrowed()
        narrowed._projection = None
        return narrowed

    def _loading(self, change: Callable[..., Projection], *asked: Any) -> Self:
        before = self._projection or query_builder.projection.EVERYTHING
        projection = change(self.__klass__, before, *asked)
        narrowed = self._narrowed()
        narrowed._projection = projection
        return narrowed
