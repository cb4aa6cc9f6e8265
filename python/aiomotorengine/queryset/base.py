"""What every query set is: a class, what was said about it, and where it goes."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from aiomotorengine import query_builder, reading, sessions
from aiomotorengine.query_builder.masking import masked, shortened
from aiomotorengine.query_builder.node import Q, QNode
from aiomotorengine.query_builder.ordering import Order
from aiomotorengine.sessions.options import UNCHANGED, UNSAID, QueryOptions, WriteConcernLike
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import condition_of

if TYPE_CHECKING:
    from typing import Self

    from aiomotorengine.query_builder.projection import Projection
    from aiomotorengine.query_builder.row_values import Rows
    from aiomotorengine.reading.documents import Unreadable
    from aiomotorengine.sessions.target import Target

__all__ = ["EVERYTHING", "WHOLE", "D", "Prefetched", "Query", "R"]

D = TypeVar("D", bound=DocumentStorage)

K = TypeVar("K", bound="Query[Any]")

R = TypeVar("R")
"""What comes of each document that is found: the document, or a row."""

EVERYTHING = Q()
"""What finds all documents."""

UNORDERED: Order = []
"""The order of a query set for which none was asked."""

WHOLE: tuple[Any, ...] = (None, None)
"""How documents are read of which nobody has asked for a part, or for rows."""

NOTHING = Q({"_id": {"$in": []}})
"""What finds no document."""


class Prefetched(NamedTuple):
    """References that are loaded with what is found.

    Attributes:
        names: the attributes that lead to them.
        size: how many of these lead through the document itself, up to its first reference.
        query_set: what finds the documents that they lead to; ``None`` for any.
    """

    names: tuple[str, ...]
    size: int
    query_set: Any


class Query(Generic[R]):
    """What is asked of one document class. What can be said about it and done with it, subclasses
    add, a job each; ``QuerySet`` has all of it.

    Parameters:
        document_class: the class whose documents it finds.
    """

    # Python finds a slot at once, a default of the class only by its name.
    __slots__ = (
        "__klass__",
        "_dereferences",
        "_filters",
        "_finds_nothing",
        "_is_slice",
        "_limit",
        "_on_unreadable",
        "_options",
        "_order",
        "_prefetched",
        "_projection",
        "_rows",
        "_searches_text",
        "_skip",
        "_using",
    )

    def __init__(self, document_class: type[Any]) -> None:
        self.__klass__: Any = document_class
        # What holds until something is said. None of it is ever changed, so that copies share it.
        self._filters: QNode = EVERYTHING
        self._limit: int | None = None
        self._skip = 0
        self._order: Order = UNORDERED
        self._searches_text = False
        self._finds_nothing = False
        self._is_slice = False
        self._dereferences = True
        self._prefetched: tuple[Prefetched, ...] = ()
        self._projection: Projection | None = None
        self._rows: Rows | None = None
        self._options: QueryOptions = UNSAID
        self._on_unreadable: Unreadable | None = None
        self._using = UNCHANGED

    def __copy__(self) -> Self:
        return self._as(type(self))

    def _as(self, kind: type[K]) -> K:
        """A query set of some kind for which all is set that is set on this one."""
        made = kind.__new__(kind)
        made.__klass__ = self.__klass__
        made._filters = self._filters
        made._limit = self._limit
        made._skip = self._skip
        made._order = self._order
        made._searches_text = self._searches_text
        made._finds_nothing = self._finds_nothing
        made._is_slice = self._is_slice
        made._dereferences = self._dereferences
        made._prefetched = self._prefetched
        made._projection = self._projection
        made._rows = self._rows
        made._options = self._options
        made._on_unreadable = self._on_unreadable
        made._using = self._using
        vars(made).update(vars(self))  # what a program has added
        return made

    def __deepcopy__(self, memo: object) -> Self:
        return copy(self)  # what it holds is never changed

    def __getstate__(self) -> dict[str, Any]:
        """What was said, and what a program has added. The rest is known by what it is, not by what
        it equals, so that it has to be the same again in whatever process reads a pickle.
        """
        unsaid: Query[Any] = Query(self.__klass__)
        state: Any = object.__getstate__(self)
        added, slots = state
        said = {
            name: value
            for name, value in slots.items()
            if value is not getattr(unsaid, name, slots)  # a slot may be of a program's subclass
        }
        return {**(added or {}), **said, "__klass__": self.__klass__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        Query.__init__(self, state["__klass__"])
        for name, value in state.items():
            setattr(self, name, value)

    def clone(self) -> Self:
        """A query set of its own, for which all is set that is set on this one."""
        return copy(self)

    def all(self) -> Self:
        """The same as ``clone``: a query set of its own, with the same filters."""
        return copy(self)

    def __getitem__(self, part: slice) -> Self:
        """A copy that finds a part of what this query set finds: ``users[20:40]``.

        ``count`` counts the part. What can't be asked of a part, such as to change it, is refused:
        it would be done to all that the filters find.

        Raises:
            TypeError: it is an index, or has a step.
            ValueError: it counts from the end.
        """
        copied = copy(self)
        copied._skip, copied._limit = reading.window.window(self._skip, self._limit, part)
        copied._is_slice = True
        return copied

    if not TYPE_CHECKING:
        # Python would otherwise try all indexes from 0 on.
        __iter__ = __contains__ = None

    def _narrowed(self) -> Self:
        """What a method that narrows the query changes and returns: this query set, as in 2017, or
        a copy of it, as ``__querysets__`` of the class says.
        """
        return copy(self) if self.__klass__.__querysets__ == "copy" else self

    def to_query(self) -> dict[str, Any]:
        """The filters as MongoDB takes them.

        Raises:
            ValueError: a field can't take the value of a filter; the text names it.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Player(Document):
            ...     score = IntField(db_field="s")
            >>> Player.objects.filter(score__gte=100).to_query()
            {'s': {'$gte': 100}}
        """
        return self._query().to_query(self.__klass__)

    def _query(self, node: QNode | None = None) -> QNode:
        """What is asked for: the filters, and that it is of the class, where others share its
        collection.

        Parameters:
            node: what is asked for in their place.
        """
        asked = self._filters if node is None else node
        if self._finds_nothing:
            asked = NOTHING & asked
        if self.__klass__._discriminator is None:  # as of most
            return asked
        of_class = condition_of(self.__klass__)
        return Q(of_class) & asked if of_class else asked

    def _reads(self) -> tuple[Any, ...]:
        """How the documents that are found are read: a projection, and a shape, if any."""
        return query_builder.row_values.read_as(self.__klass__, self._projection, self._rows)

    def __repr__(self) -> str:
        try:
            query = repr(masked(self.__klass__, self.to_query()))
        except Exception as error:  # what has no query must be seen in a debugger as well
            query = f"({type(error).__name__}: {error})"
        order = f" order={self._order}" if self._order else ""
        skip = f" skip={self._skip}" if self._skip else ""
        limit = "" if self._limit is None else f" limit={self._limit}"
        kind = "QuerySet" if self._rows is None else "RowSet"
        return shortened(f"<{kind} {self.__klass__.__name__} {query}{order}{skip}{limit}>")

    def _refuse_slice(self, method: str) -> None:
        """Refuse what looks at the filters alone, where a slice of what they find is meant.

        Raises:
            ValueError: this is a slice.
        """
        if self._is_slice:
            raise ValueError(
                f"{method}() knows no slices, and would look at all that the filters find. Read "
                "the slice, and name its documents: filter(_id__in=[...])."
            )

    def coll(self, alias: str | None = None) -> Any:
        """The driver's collection.

        Parameters:
            alias: the connection; by default the class's ``__alias__``, else the default one.
        """
        target = self._target(alias)
        return sessions.saved.suited(target.collection, target.opened.bound_session())

    def _target(
        self,
        alias: str | None = None,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> Target:
        """Where a call goes that names these itself."""
        return sessions.target.target_of(self.__klass__, alias, self._using, session, write_concern)

    def _matched(
        self,
        alias: str | None = None,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> Target:
        """Where a call goes that looks for what the query finds."""
        target = sessions.target.target_of(
            self.__klass__, alias, self._using, session, write_concern
        )
        return target if self._options is UNSAID else target.asked(self._options.matching)

    def _source(self, alias: str | None = None) -> Target:
        """Where a call goes that reads."""
        target = sessions.target.target_of(self.__klass__, alias, self._using)
        return target if self._options is UNSAID else target.asked(*self._options)

    def _beside(self, other: Target) -> Target:
        """Where it goes as a part of another call, which says what is not said here."""
        alias = self._using.alias or self.__klass__.__alias__ or other.options.alias
        options = self._using.over(other.options)
        target = sessions.target.target_on(alias, self.__klass__, options)
        return target.asked(*self._options)
