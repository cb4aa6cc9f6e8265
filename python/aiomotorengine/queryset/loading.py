"""Whether the references of what is found are loaded with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any

from aiomotorengine import query_builder, references
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query_builder.ownership import refuse_other_class
from aiomotorengine.queryset.base import WHOLE, Prefetched, Query, R

if TYPE_CHECKING:
    from typing import Self

    from aiomotorengine.reading.documents import Unreadable
    from aiomotorengine.references.paths import Wanted
    from aiomotorengine.sessions.target import Target

__all__ = ["Loading"]


class Loading(Query[R]):
    """A query of which can be said whether references are loaded."""

    def no_dereference(self) -> Self:
        """Leave references unloaded, also where the class has ``__lazy__ = False``; but for those
        that ``prefetch`` names.
        """
        narrowed = self._narrowed()
        narrowed._dereferences = False
        return narrowed

    def prefetch(self, *paths: BaseField[Any] | str, queryset: Loading[Any] | None = None) -> Self:
        """Load references with what is found: by one query for each class and level of a path,
        whatever the number of documents.

        Within a result (a list, a page, what comes with one answer of the server) each document
        that is referred to is one instance, whoever refers to it. What is not found reads ``None``,
        and a save keeps its id.

        Parameters:
            paths: the references: fields, names, or paths with dots or two underscores, which lead
                through embedded documents, lists and other references; these are loaded as well.
            queryset: which of the documents at the end of the paths are loaded, and how; by default
                all. Its order does not count.

        Raises:
            ValueError: a path leads to no reference, or to one that ``exclude`` leaves out; or the
                query set is of another class, or has skip or limit.
            TypeError: a path is neither field nor text, or ``queryset`` is no query set.

        Example:
            >>> from aiomotorengine import BooleanField, Document, ReferenceField, StringField
            >>> class Author(Document):
            ...     name = StringField()
            ...     is_active = BooleanField()
            >>> class Post(Document):
            ...     author = ReferenceField(Author)
            >>> async def names():
            ...     active = Author.objects.filter(is_active=True)
            ...     posts = await Post.objects.prefetch("author", queryset=active).to_list()
            ...     return [post.author.name if post.author else "?" for post in posts]
        """
        if not paths:
            raise TypeError("prefetch() takes the references that are to be loaded.")
        if queryset is not None:
            self._refuse_query_set(queryset)
        # One for all paths: by it, documents are known again that several of them lead to.
        targets = copy(queryset)
        named = []
        for path in paths:
            names, fields, size = references.paths.references_along(
                self.__klass__, self._path(path), "prefetch() path"
            )
            query_builder.projecting.refuse_left_out(self._projection, names[:size], names)
            if targets is not None:
                references.paths.refuse_other_targets(targets.__klass__, fields, ".".join(names))
            named.append(Prefetched(names, size, targets))
        narrowed = self._narrowed()
        narrowed._prefetched = (*self._prefetched, *named)
        return narrowed

    def _path(self, path: BaseField[Any] | str) -> str:
        """The names that lead to references.

        Raises:
            TypeError: it is neither field nor text.
            ValueError: it is a field of another class.
        """
        if isinstance(path, BaseField):
            refuse_other_class(self.__klass__, path)
            return path.name
        if not isinstance(path, str):
            raise TypeError(f"prefetch() takes fields and their names, not {path!r}.")
        return path

    def _refuse_query_set(self, query_set: Any) -> None:
        """Refuse what can't find the documents that references lead to.

        Raises:
            TypeError: it is no query set.
            ValueError: it has skip or limit.
        """
        if not isinstance(query_set, Loading):
            raise TypeError(f"prefetch() takes a query set as queryset, not {query_set!r}.")
        if query_set._rows is not None:
            raise TypeError("prefetch() takes a query set of documents, not of rows.")
        if query_set._skip or query_set._limit is not None:
            raise ValueError("prefetch() takes no queryset with skip or limit.")

    def _reads(self) -> tuple[Any, ...]:
        projection = self._projection
        if projection is None and self._rows is None:
            return WHOLE
        for names, size, _ in self._prefetched:
            query_builder.projecting.refuse_left_out(projection, names[:size], names)
        if projection is None or projection.only is None or not self._prefetched:
            return super()._reads()
        loaded = projection
        for names, size, _ in self._prefetched:
            loaded = query_builder.projecting.with_way(self.__klass__, loaded, names[:size])
        return query_builder.row_values.read_as(self.__klass__, loaded, self._rows)

    def _wanted(self) -> Wanted:
        """What ``prefetch`` was asked for."""
        wanted = references.paths.Wanted()
        self._add_to(wanted)
        return wanted

    def _add_to(self, wanted: Wanted) -> None:
        for names, _, query_set in self._prefetched:
            place = wanted.at(names)
            if query_set is not None:
                place.targets = query_set
                query_set._add_to(place)

    @property
    def is_lazy(self) -> bool:
        """Whether references stay unloaded."""
        return bool(self.__klass__.__lazy__) or not self._dereferences

    @property
    def _loads_references(self) -> bool:
        """Whether references are loaded with what is found."""
        if self._prefetched:
            return True
        return self._dereferences and not self.__klass__.__lazy__

    def _reference_loader(
        self, target: Target, on_unreadable: Unreadable | None = None
    ) -> Callable[[Sequence[R]], Awaitable[None]] | None:
        """What loads the references of what will be found, as it is said now; ``None`` where none
        are loaded. Parameters as for ``_with_references``.
        """
        if not self._loads_references:
            return None
        return partial(copy(self)._with_references, target=target, on_unreadable=on_unreadable)

    async def _with_references(
        self,
        found: Sequence[R],
        target: Target,
        on_unreadable: Unreadable | None = None,
        *,
        lazy: bool | None = None,
    ) -> None:
        """Load the references of what was found, as far as it is wanted.

        Parameters:
            found: the documents.
            target: where they were found.
            on_unreadable: takes each document that is referred to and cannot be read.
            lazy: ``False`` for all of them.
        """
        if self._prefetched and found:
            await references.prefetching.prefetch(found, self._wanted(), target, on_unreadable)
        if not self.is_lazy or lazy is False:
            await references.loading.load(found, found_in=target, on_unreadable=on_unreadable)

    async def _with_references_of_one(self, found: R | None, target: Target) -> R | None:
        if found is not None and self._loads_references:
            await self._with_references([found], target)
        return found
