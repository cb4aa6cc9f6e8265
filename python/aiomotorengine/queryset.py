"""The verbs of ``Model.objects``: build the query, await the server, return documents."""

from __future__ import annotations

import warnings
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from copy import copy
from typing import TYPE_CHECKING, Any, Generic, Literal, Never, TypeVar, overload

from pymongo.collation import Collation
from pymongo.read_concern import ReadConcern

from aiomotorengine import bulk, references
from aiomotorengine.aggregation.base import Aggregation
from aiomotorengine.arguments import duration, positive, whole_number
from aiomotorengine.bulk import BulkReport, Destination
from aiomotorengine.errors import ResultsTruncatedWarning, StoredValueError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.ids import chunks, id_key, id_to_find, refuse_other_than_ids
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.masking import masked, shortened
from aiomotorengine.query_builder.node import Q, QNode, conditions
from aiomotorengine.query_builder.ordering import Order, ordered, reversed_order
from aiomotorengine.query_builder.query_options import (
    changed,
    collation_of,
    flag_of,
    hint_of,
    read_concern_of,
    read_preference_of,
)
from aiomotorengine.query_builder.text_search import text_search
from aiomotorengine.query_builder.value_path import value_path
from aiomotorengine.reading import (
    counting,
    distinct,
    existing,
    explaining,
    finding,
    numbers,
)
from aiomotorengine.reading import documents as reading
from aiomotorengine.reading.documents import Reading, Unreadable
from aiomotorengine.reading.finding import Counted, Selection, unreadable_handler
from aiomotorengine.reading.window import window
from aiomotorengine.rows import RefusedRow, Rows
from aiomotorengine.sessions.options import UNCHANGED, WriteConcernLike
from aiomotorengine.sessions.saved import suited
from aiomotorengine.sessions.target import NO_OPTIONS, Target, target_of
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.discriminators import condition_of
from aiomotorengine.update.change import Change, refuse_keywords
from aiomotorengine.update.result import UpdateResult
from aiomotorengine.writing import getting, indexes, replacing, saving, updating
from aiomotorengine.writing.deletion import deleting
from aiomotorengine.writing.options import CREATION, SaveOptions
from aiomotorengine.writing.updating import ArrayFilters

if TYPE_CHECKING:
    from typing import Self

__all__ = ["DEFAULT_LIMIT", "QuerySet", "UpdateResult"]

D = TypeVar("D", bound=DocumentStorage)
T = TypeVar("T")

EVERYTHING = Q()
"""What finds all documents."""

UNORDERED: Order = []
"""The order of a query set for which none was asked."""

NOTHING = Q({"_id": {"$in": []}})
"""What finds no document."""

DEFAULT_LIMIT = 1000
"""How many documents ``find_all`` returns where no ``limit`` was set."""


class QuerySet(Generic[D]):
    """A query on one document class, and what can be done with it.

    ``filter``, ``filter_not``, ``limit``, ``skip`` and ``order_by`` change the query set and return
    it; of a class whose ``__querysets__`` is ``"copy"``, as that of a ``TypedDocument`` is, they
    leave it as it was and return a copy. What was set stays, whatever is asked; ``copy.copy`` makes
    an independent query set.
    Iterating with ``async for`` reads all that match, batch by batch.

    Parameters:
        document_class: the class whose documents it finds.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class Player(Document):
        ...     score = IntField()
        >>> async def best():
        ...     return await Player.objects.filter(score__gte=100).order_by("-score").find_all()
    """

    # What holds until something is said. None of it is ever changed, so that copies share it.
    _filters: QNode = EVERYTHING
    _limit: int | None = None
    _skip = 0
    _order: Order = UNORDERED
    _searches_text = False
    _finds_nothing = False
    _is_slice = False
    _dereferences = True
    _matching: Mapping[str, Any] = NO_OPTIONS
    _reading: Mapping[str, Any] = NO_OPTIONS
    _read_from: Mapping[str, Any] = NO_OPTIONS
    _on_unreadable: Unreadable | None = None
    _using = UNCHANGED

    def __init__(self, document_class: type[D]) -> None:
        self.__klass__: Any = document_class

    def __copy__(self) -> Self:
        copied = type(self).__new__(type(self))
        vars(copied).update(vars(self))
        return copied

    def __deepcopy__(self, memo: object) -> Self:
        return copy(self)  # what it holds is never changed

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
        copied._skip, copied._limit = window(self._skip, self._limit, part)
        copied._is_slice = True
        return copied

    if not TYPE_CHECKING:
        # Python would otherwise try all indexes from 0 on.
        __iter__ = __contains__ = None

    # -- building -------------------------------------------------------------------------------

    def _narrowed(self) -> Self:
        """What a method that narrows the query changes and returns: this query set, as in 2017, or
        a copy of it, as ``__querysets__`` of the class says.
        """
        return copy(self) if self.__klass__.__querysets__ == "copy" else self

    def filter(self, /, *args: QNode | Mapping[str, Any], **kwargs: Any) -> Self:
        """Narrow the query; all conditions of all calls must hold.

        Parameters:
            args: queries (``Q``) and raw queries as MongoDB takes them.
            kwargs: conditions such as ``name="Ada"`` or ``age__gte=18``.

        Raises:
            ValueError: a condition names an unknown operator or sub-property.
            TypeError: an argument is neither a query nor a mapping.
        """
        return self._narrow(conditions(self.__klass__, args, kwargs))

    def filter_not(self, /, *args: QNode | Mapping[str, Any], **kwargs: Any) -> Self:
        """Narrow the query to what does not meet the conditions; arguments as for ``filter``.

        Several conditions are each negated and all must hold (``a != 1 and b != 2``).
        """
        return self._narrow(conditions(self.__klass__, args, kwargs, negated=True))

    def _narrow(self, node: QNode) -> Self:
        narrowed = self._narrowed()
        filters = self._filters
        narrowed._filters = node if filters is EVERYTHING else filters & node
        return narrowed

    def all_filters_cleared(self) -> Self:
        """A copy without filters; order, limit and skip are the same. This one keeps its filters.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Player(Document):
            ...     score = IntField()
            >>> best = Player.objects.filter(score__gte=100).order_by("-score").limit(10)
            >>> best.all_filters_cleared().to_query(), best.to_query()
            ({}, {'score': {'$gte': 100}})
        """
        copied = copy(self)
        copied._filters = EVERYTHING
        copied._searches_text = copied._finds_nothing = False
        return copied

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
        if self._skip or self._limit is not None:
            raise ValueError("reverse() can't be used with skip or limit.")
        narrowed = self._narrowed()
        narrowed._order = reversed_order(self._order)
        return narrowed

    def search_text(
        self,
        text: str,
        language: str | None = None,
        *,
        case_sensitive: bool = False,
        diacritic_sensitive: bool = False,
    ) -> Self:
        """Narrow the query to documents that have words, by the text index of the collection.

        ``order_by("$text_score")`` sorts by how well they fit.

        Parameters:
            text: the words. Of several, one is enough; ``"words in quotes"`` are looked for as they
                stand, and a word with ``-`` before it must not be there.
            language: whose stems and stop words are meant; by default those of the index.
            case_sensitive: whether capitals matter.
            diacritic_sensitive: whether accents matter.

        Raises:
            TypeError: the text, or the language, is no text.
            ValueError: the query searches for words already.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Article(Document):
            ...     title = StringField()
            >>> Article.objects.search_text("coffee").order_by("$text_score").to_query()
            {'$text': {'$search': 'coffee'}}
        """
        if self._searches_text:
            raise ValueError("A query has one text search.")
        search = text_search(
            text,
            language,
            case_sensitive=case_sensitive,
            diacritic_sensitive=diacritic_sensitive,
        )
        narrowed = self._narrow(search)
        narrowed._searches_text = True
        return narrowed

    def none(self) -> Self:
        """Find nothing and ask nobody, whatever is called: no document, 0, no result.

        What is inserted is inserted as ever, and indexes are made. The collection is not dropped.

        Example:
            >>> from aiomotorengine import Document
            >>> class Invoice(Document):
            ...     pass
            >>> def invoices_of(tenant):
            ...     invoices = Invoice.objects
            ...     return invoices.filter(tenant=tenant) if tenant else invoices.none()
        """
        narrowed = self._narrowed()
        narrowed._finds_nothing = True
        return narrowed

    def no_dereference(self) -> Self:
        """Leave references unloaded, also where the class has ``__lazy__ = False``."""
        narrowed = self._narrowed()
        narrowed._dereferences = False
        return narrowed

    def on_unreadable(
        self,
        how: Literal["raise", "skip"]
        | list[StoredValueError]
        | Callable[[StoredValueError, Mapping[str, Any]], object],
    ) -> Self:
        """Say what becomes of stored documents that have a value which its field cannot read, or
        a key that their class refuses (``__unknown__``).

        It holds for ``find_all`` and ``async for``, also for the documents that those found refer
        to, where these are loaded with them; ``first`` and ``get`` always raise.

        Parameters:
            how: ``"raise"`` the ``StoredValueError``, which is the default; ``"skip"`` the
                document; a list, to which the error is appended; or a function, which is called
                with the error and the stored document.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Meter(Document):
            ...     count = IntField()
            >>> async def read():
            ...     broken = []
            ...     meters = await Meter.objects.on_unreadable(broken).find_all()
            ...     return meters, [(error.id, error.path, error.value) for error in broken]
        """
        narrowed = self._narrowed()
        narrowed._on_unreadable = unreadable_handler(how)
        return narrowed

    def using(
        self,
        alias: str | None = None,
        *,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        timeout: float | None = None,
        comment: Any = None,
    ) -> Self:
        """Say how the calls on this query set go to the server; what is not given stays.

        Parameters:
            alias: the connection; an ``alias`` of a call goes before it.
            session: a session of the driver's, in which they run.
            write_concern: which answer writes wait for: a ``pymongo.WriteConcern``, a number of
                servers, ``"majority"``, or a mapping such as ``{"w": 2, "j": True}``. A transaction
                has its own.
            timeout: how many seconds each call of the driver may take.
            comment: what servers write into their logs beside each command.

        Raises:
            TypeError: something is none of what it has to be.
            ValueError: the seconds are not above 0.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Player(Document):
            ...     score = IntField()
            >>> async def enter(score):
            ...     safely = Player.objects.using(write_concern="majority", timeout=2)
            ...     return await safely.create(score=score)
        """
        narrowed = self._narrowed()
        narrowed._using = self._using.but(
            alias=alias,
            session=session,
            write_concern=write_concern,
            timeout=timeout,
            comment=comment,
        )
        return narrowed

    def hint(
        self,
        index: str | Sequence[BaseField[Any] | str | tuple[BaseField[Any] | str, int]] | None,
    ) -> Self:
        """Have the server use an index.

        Parameters:
            index: its name, or a list of keys as ``order_by`` takes them; ``None`` takes it back.

        Raises:
            ValueError: a key is no field.
            TypeError: it is neither.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Player(Document):
            ...     score = IntField()
            >>> async def best():
            ...     return await Player.objects.hint(["-score"]).order_by("-score").first()
        """
        return self._asked_to_match("hint", hint_of(self.__klass__, index))

    def collation(self, locale: str | Collation | None, **options: Any) -> Self:
        """Compare texts as a language does; of reads, updates and deletes.

        Parameters:
            locale: the language, such as ``"en"``; or a collation of the driver's. ``None`` takes
                it back.
            options: those of ``pymongo.collation.Collation``; ``strength=2`` takes capitals for
                letters like others.

        Raises:
            TypeError: it is neither.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     name = StringField()
            >>> async def named(name):
            ...     return await User.objects.filter(name=name).collation("en", strength=2).first()
        """
        return self._asked_to_match("collation", collation_of(locale, options))

    def let(self, **values: Any) -> Self:
        """Give values names, by which expressions have them: ``Raw("$$name")``.

        Calls add up; without any value they are all taken back.

        Parameters:
            values: the values by name. A name begins with a small letter.

        Example:
            >>> from aiomotorengine import Document, F, IntField, Raw
            >>> class Player(Document):
            ...     score = IntField()
            >>> found = Player.objects.filter(F("score") > Raw("$$least")).let(least=10)
        """
        known = self._matching.get("let", {})
        named = {name: {"$literal": value} for name, value in values.items()}
        return self._asked_to_match("let", {**known, **named} if named else None)

    def comment(self, text: Any) -> Self:
        """What servers write into their logs beside each command; ``None`` takes it back."""
        narrowed = self._narrowed()
        narrowed._using = self._using._replace(comment=text)
        return narrowed

    def max_time_ms(self, milliseconds: int | None) -> Self:
        """How long the server may take for a read; ``None`` takes it back.

        Raises:
            TypeError: it is no whole number.
            ValueError: it is less than 1.
        """
        asked = None if milliseconds is None else positive("max_time_ms", milliseconds)
        return self._asked_to_read("max_time_ms", asked)

    def batch_size(self, size: int | None) -> Self:
        """How many documents come with one answer of the server; ``None`` takes it back, and as
        many come as make an answer of moderate size.

        Raises:
            TypeError: it is no whole number.
            ValueError: it is less than 1.
        """
        asked = None if size is None else positive("batch_size", size)
        return self._asked_to_read("batch_size", asked)

    def allow_disk_use(self, flag: bool | None = True) -> Self:
        """Whether the server may sort on its disk what is too much for its memory; ``None`` leaves
        that to the server.
        """
        return self._asked_to_read("allow_disk_use", flag_of("allow_disk_use", flag))

    def no_cursor_timeout(self, flag: bool | None = True) -> Self:
        """Whether the server keeps its cursor however slowly it is read; it is closed when reading
        ends, in whatever way.
        """
        return self._asked_to_read("no_cursor_timeout", flag_of("no_cursor_timeout", flag))

    def read_preference(self, mode: Any) -> Self:
        """Which members of a replica set are read from.

        Parameters:
            mode: ``"primary"``, ``"primaryPreferred"``, ``"secondary"``, ``"secondaryPreferred"``,
                ``"nearest"``, or a read preference of the driver's; ``None`` takes it back.

        Raises:
            ValueError: there is none of that name.
            TypeError: it is neither.
        """
        return self._read_with("read_preference", read_preference_of(mode))

    def read_concern(self, level: str | ReadConcern | None) -> Self:
        """How far what is read has to have come: ``"local"``, ``"majority"`` and so on, or a read
        concern of the driver's; ``None`` takes it back.

        Raises:
            TypeError: it is neither.
        """
        return self._read_with("read_concern", read_concern_of(level))

    def _asked_to_match(self, name: str, value: Any) -> Self:
        narrowed = self._narrowed()
        narrowed._matching = changed(self._matching, name, value)
        return narrowed

    def _asked_to_read(self, name: str, value: Any) -> Self:
        narrowed = self._narrowed()
        narrowed._reading = changed(self._reading, name, value)
        return narrowed

    def _read_with(self, name: str, value: Any) -> Self:
        narrowed = self._narrowed()
        narrowed._read_from = changed(self._read_from, name, value)
        return narrowed

    @property
    def aggregate(self) -> Aggregation[D]:
        """A new aggregation over what this query set finds; order, limit and skip do not count.

        Raises:
            ValueError: this is a slice.
        """
        self._refuse_slice("aggregate")
        return Aggregation(self)

    @property
    def is_lazy(self) -> bool:
        """Whether references stay unloaded."""
        return bool(self.__klass__.__lazy__) or not self._dereferences

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
        of_class = condition_of(self.__klass__)
        return Q(of_class) & asked if of_class else asked

    def __repr__(self) -> str:
        try:
            query = repr(masked(self.__klass__, self.to_query()))
        except Exception as error:  # what has no query must be seen in a debugger as well
            query = f"({type(error).__name__}: {error})"
        order = f" order={self._order}" if self._order else ""
        skip = f" skip={self._skip}" if self._skip else ""
        limit = "" if self._limit is None else f" limit={self._limit}"
        return shortened(f"<QuerySet {self.__klass__.__name__} {query}{order}{skip}{limit}>")

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

    # -- where ----------------------------------------------------------------------------------

    def coll(self, alias: str | None = None) -> Any:
        """The driver's collection.

        Parameters:
            alias: the connection; by default the class's ``__alias__``, else the default one.
        """
        target = self._target(alias)
        return suited(target.collection, target.opened.bound_session())

    def _target(
        self,
        alias: str | None = None,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> Target:
        """Where a call goes that names these itself."""
        options = self._using
        if session is not None or write_concern is not None:
            options = options.but(session=session, write_concern=write_concern)
        return target_of(self.__klass__, alias, options)

    def _matched(
        self,
        alias: str | None = None,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> Target:
        """Where a call goes that looks for what the query finds."""
        target = self._target(alias, session, write_concern)
        target.matching = self._matching
        return target

    def _source(self, alias: str | None = None) -> Target:
        """Where a call goes that reads."""
        target = self._matched(alias)
        target.reading = self._reading
        if self._read_from:
            target.collection = target.collection.with_options(**self._read_from)
        return target

    # -- reading --------------------------------------------------------------------------------

    async def find_all(self, lazy: bool | None = None, alias: str | None = None) -> list[D]:
        """The documents that the query finds.

        Without ``limit`` they are at most ``DEFAULT_LIMIT`` (1000), and a
        ``ResultsTruncatedWarning`` says when there are more; ``async for`` has no such limit.

        Parameters:
            lazy: ``False`` loads the references of all documents found. A class with
                ``__lazy__ = False`` always does.
            alias: the connection to use.

        Raises:
            ValueError: the limit or skip is negative, or a filter has a value its field refuses.
            StoredValueError: a stored document has a value that its field cannot read; see
                ``on_unreadable``.
        """
        limit = DEFAULT_LIMIT + 1 if self._limit is None else self._limit
        target = self._source(alias)
        found, seen = await self._read(target, limit)
        if self._limit is None and seen > DEFAULT_LIMIT:
            del found[DEFAULT_LIMIT:]
            warnings.warn(
                f"find_all() left out documents of {self.__klass__.__name__} beyond its default "
                f"limit of {DEFAULT_LIMIT}; set limit(), or read them with 'async for'.",
                ResultsTruncatedWarning,
                stacklevel=2,
            )
        if not self._stays_lazy(lazy):
            await references.load(found, options=target.options, on_unreadable=self._on_unreadable)
        return found

    async def to_list(self, alias: str | None = None) -> list[D]:
        """All documents that the query finds; ``limit`` alone says how many they are at most.

        Parameters:
            alias: the connection to use.

        Raises:
            Exception: as for ``find_all``.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Player(Document):
            ...     score = IntField()
            >>> async def the_best():
            ...     return await Player.objects.order_by("-score")[:10].to_list()
        """
        target = self._source(alias)
        found, _ = await self._read(target, self._limit)
        if not self.is_lazy:
            await references.load(found, options=target.options, on_unreadable=self._on_unreadable)
        return found

    async def _read(self, target: Target, limit: int | None) -> tuple[list[D], int]:
        """The documents that the query finds, and how many there were with those left out."""
        found: list[D] = []
        unreadable = None if self._on_unreadable is None else Counted(self._on_unreadable)
        async with aclosing(self._found(target, limit, unreadable)) as batches:
            async for batch in batches:
                found.extend(batch)
        return found, len(found) + (unreadable.count if unreadable else 0)

    def _found(
        self, target: Target, limit: int | None, on_unreadable: Unreadable | None
    ) -> Reading:
        """What the query finds, batch by batch, whatever is changed here meanwhile."""
        limit = 0 if self._finds_nothing else limit
        selection = self._selection(limit, on_unreadable)
        return finding.batches(target, selection)

    def _selection(self, limit: int | None, on_unreadable: Unreadable | None = None) -> Selection:
        query, order = self.to_query(), list(self._order)
        return Selection(
            self.__klass__, self._query(), query, order, self._skip, limit, on_unreadable
        )

    def __aiter__(self) -> AsyncIterator[D]:
        target, unreadable = self._source(), self._on_unreadable
        return self._documents(target, self._found(target, self._limit, unreadable), unreadable)

    async def _documents(
        self, target: Target, found: Reading, on_unreadable: Unreadable | None
    ) -> AsyncGenerator[D, None]:
        async with aclosing(found) as batches:
            async for batch in batches:
                if not self.is_lazy:
                    await references.load(
                        batch, options=target.options, on_unreadable=on_unreadable
                    )
                for document in batch:
                    yield document

    def tail(self, *, max_await_time_ms: int | None = None) -> AsyncGenerator[D, None]:
        """The documents that the query finds in a capped collection, and those that come later.

        It goes on until the server ends it, as it does where the collection is empty, or what was
        read last is overwritten. Leave it as any generator: ``contextlib.aclosing`` closes the
        server's cursor at once.

        Parameters:
            max_await_time_ms: how long the server waits for the next document before it says that
                there is none yet; by default a second. Nothing is seen of that but the traffic.

        Raises:
            ValueError: an order, skip or limit is set.
            pymongo.errors.OperationFailure: the collection is not capped.

        Example:
            >>> from contextlib import aclosing
            >>> from aiomotorengine import Document, StringField
            >>> class Event(Document):
            ...     __collection_options__ = {"capped": True, "size": 1_000_000}
            ...     kind = StringField()
            >>> async def first_alarm():
            ...     async with aclosing(Event.objects.filter(kind="alarm").tail()) as events:
            ...         async for event in events:
            ...             return event
        """
        if self._order or self._skip or self._limit is not None:
            raise ValueError("tail() reads all in the order of insertion: no order, skip or limit.")
        asked = max_await_time_ms
        if asked is not None:
            asked = positive("max_await_time_ms", asked)
        query, target, unreadable = self.to_query(), self._source(), self._on_unreadable
        filters = self._query()
        if self._finds_nothing:
            return self._documents(target, self._found(target, 0, unreadable), unreadable)
        found = reading.tail(
            target,
            query,
            max_await_time_ms=asked,
            on_unreadable=unreadable,
            naming=lambda: naming_values(target.collection, (self.__klass__, filters)),
        )
        return self._documents(target, found, unreadable)

    async def first(self, alias: str | None = None) -> D | None:
        """The first document that the query finds in its order, or ``None``."""
        node, target = self._query(), self._source(alias)
        query, order = node.to_query(self.__klass__), list(self._order)
        limit = 0 if self._finds_nothing else self._limit
        found: D | None = await finding.first(target, node, query, order, self._skip, limit)
        return found if self.is_lazy else await self._with_references(found, target)

    async def get(self, /, id: Any = None, alias: str | None = None, **filters: Any) -> D | None:
        """One document, by its id or by conditions.

        Parameters:
            id: the id; 24 hex digits and 12 bytes are an ``ObjectId``. Filters then do not count;
                ``get(_id=...)`` keeps them.
            alias: the connection to use.
            filters: conditions as for ``filter``, and-ed with those set before.

        Returns:
            The first document that matches, or ``None``.

        Raises:
            RuntimeError: neither an id nor a filter was given.
            TypeError: the id is a list or a condition, or of a type that MongoDB does not store.
            ValueError: something in the id, or in a filter, can't be encoded; the text names it.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Invoice(Document):
            ...     tenant = StringField()
            >>> async def invoice_of(tenant, invoice_id):
            ...     return await Invoice.objects.get(tenant=tenant, _id=invoice_id)
        """
        if id is None and not filters:
            raise RuntimeError("Either an id or a filter must be provided to get")
        by_id = self._query_of_id(id)
        node = self._query_of_one(by_id, filters) if by_id.empty else self._query(by_id)
        return await self._get("get", node, alias)

    async def _get(self, method: str, node: QNode, alias: str | None) -> D | None:
        """The first document that a query of ``get`` finds."""
        self._refuse_slice(method)
        query, target = node.to_query(self.__klass__), self._source(alias)
        limit = 0 if self._finds_nothing else None
        found: D | None = await finding.first(target, node, query, limit=limit)
        return found if self.is_lazy else await self._with_references(found, target)

    def _query_of_id(self, id: Any) -> QNode:
        """What is asked for by the id that ``get`` and its like were given, if any.

        Raises:
            TypeError: it is no id.
        """
        if isinstance(id, QNode):
            raise TypeError(
                "get() takes an id, or conditions as keywords; with others, "
                "await filter(...).first()."
            )
        return EVERYTHING if id is None else Q({"_id": self._key_to_find(id)})

    def _query_of_one(self, by_id: QNode, filters: Mapping[str, Any]) -> QNode:
        """All that one document is asked for by: the query set's filters, an id, conditions."""
        return self._query() & by_id & conditions(self.__klass__, (), filters)

    async def get_or_none(
        self, /, id: Any = None, alias: str | None = None, **filters: Any
    ) -> D | None:
        """The first document that matches, or ``None``, as ``get``; but all filters hold for it,
        also beside an id.

        Parameters:
            id: the id, as for ``get``.
            alias: the connection to use.
            filters: conditions as for ``filter``, and-ed with those set before.

        Raises:
            RuntimeError: neither an id nor a filter was given.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Invoice(Document):
            ...     tenant = StringField()
            >>> async def invoice_of(tenant, invoice_id):
            ...     return await Invoice.objects.get_or_none(invoice_id, tenant=tenant)
        """
        if id is None and not filters:
            raise RuntimeError("Either an id or a filter must be provided to get_or_none")
        node = self._query_of_one(self._query_of_id(id), filters)
        return await self._get("get_or_none", node, alias)

    async def get_one(self, /, id: Any = None, alias: str | None = None, **filters: Any) -> D:
        """The one document that there is.

        Parameters:
            id: the id, as for ``get``; but all filters hold beside it.
            alias: the connection to use.
            filters: conditions as for ``filter``, and-ed with those set before; those will do.

        Raises:
            DoesNotExist: there is none; of the class's own, ``User.DoesNotExist``.
            MultipleObjectsReturned: there is more than one; ``User.MultipleObjectsReturned``.
            RuntimeError: nothing was given that it is found by.
            Exception: as for ``get``.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     email = StringField()
            >>> async def name_of(email):
            ...     try:
            ...         return (await User.objects.get_one(email=email)).name
            ...     except User.DoesNotExist:
            ...         return "nobody"
        """
        is_asked = id is not None or filters or not self._filters.empty or self._finds_nothing
        if not is_asked:
            raise RuntimeError("Either an id or a filter must be provided to get_one")
        self._refuse_slice("get_one")
        node, target = self._query_of_one(self._query_of_id(id), filters), self._source(alias)
        query = node.to_query(self.__klass__)
        limit = 0 if self._finds_nothing else 2
        selection = Selection(self.__klass__, node, query, [], 0, limit)
        found: list[D] = await finding.several(target, selection)
        if not found:
            raise self.__klass__.DoesNotExist.unmatched(self.__klass__)
        if len(found) > 1:
            raise self.__klass__.MultipleObjectsReturned.of(self.__klass__)
        if not self.is_lazy:
            await references.load(found, options=target.options)
        return found[0]

    async def last(self, alias: str | None = None) -> D | None:
        """The last document that the query finds in its order, or ``None``; without an order, that
        with the greatest id.

        Raises:
            ValueError: skip or limit is set.
        """
        return await copy(self).reverse().first(alias)

    def _key_to_find(self, value: Any) -> Any:
        """The ``_id`` that is asked for by the value of a primary key.

        Raises:
            TypeError: it is no id, but a list or a condition.
            ValueError: the field of the key can't take it.
        """
        key = declared_key(self.__klass__)
        if key is None:
            return id_to_find(value)
        # Many fields hand a value on as it is, so what is sent must be no condition.
        asked = key.to_query(value)
        refuse_other_than_ids(asked)
        return asked

    async def exists(self, alias: str | None = None) -> bool:
        """Whether the query finds any document; limit and skip count.

        Parameters:
            alias: the connection to use.

        Raises:
            ValueError: a filter has a value that its field refuses.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     email = StringField()
            >>> async def is_taken(email):
            ...     return await User.objects.filter(email=email).exists()
        """
        query, target = self.to_query(), self._source(alias)
        finding.refuse_out_of_range(self._skip, self._limit)
        if self._limit == 0 or self._finds_nothing:
            return False
        return await existing.exists(target, self._query(), query, self._skip)

    async def count(self, alias: str | None = None, *, with_limit_and_skip: bool = False) -> int:
        """How many documents the query finds, whatever limit and skip say; of a slice, how many
        it has.

        Parameters:
            alias: the connection to use.
            with_limit_and_skip: whether limit and skip count.

        Raises:
            ValueError: a filter has a value that its field refuses.
            pymongo.errors.PyMongoError: the server could not be asked, or does not take the query;
                in a transaction it takes none with ``$near``, ``$nearSphere`` or ``$where``.
        """
        query, target, filters = self.to_query(), self._source(alias), self._query()
        is_part = with_limit_and_skip or self._is_slice
        skip, limit = (self._skip, self._limit) if is_part else (0, None)
        finding.refuse_out_of_range(skip, limit)
        if self._finds_nothing:
            return 0
        try:
            return await counting.count(target, query, skip=skip, limit=limit)
        except Exception:
            # Entered here, so that a count that succeeds does not pay for it.
            with naming_values(target.collection, (self.__klass__, filters)):
                raise

    async def estimated_count(self, alias: str | None = None) -> int:
        """How many documents the collection has, as it was counted last: fast, and after a crash
        not exact.

        Parameters:
            alias: the connection to use.

        Raises:
            ValueError: the query has filters, or the class is stored with others.
        """
        self._refuse_slice("estimated_count")
        if self._finds_nothing:
            return 0
        if not self._query().empty:
            raise ValueError("estimated_count() knows no filters; use count().")
        target = self._source(alias)
        return await counting.estimate(target)

    @overload
    async def distinct(self, field: ListField[T], alias: str | None = None) -> list[T]: ...
    @overload
    async def distinct(self, field: BaseField[T], alias: str | None = None) -> list[T]: ...
    @overload
    async def distinct(self, field: str, alias: str | None = None) -> list[Any]: ...
    async def distinct(self, field: Any, alias: str | None = None) -> list[Any]:
        """The values of a field in what the query finds, each once; of a list, those of its items.

        Order, limit and skip do not count. References are ids.

        Parameters:
            field: a field, an attribute's name, or a path into embedded documents.
            alias: the connection to use.

        Raises:
            ValueError: there is no such field.
            pymongo.errors.PyMongoError: the values have more than 16 MB.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class City(Document):
            ...     state = StringField()
            >>> async def states():
            ...     return sorted(await City.objects.distinct(City.state))
        """
        self._refuse_slice("distinct")
        path = value_path(self.__klass__, field, "Invalid distinct() field '{}'")
        query, target = self.to_query(), self._source(alias)
        if self._finds_nothing:
            return []
        return await distinct.distinct(target, self._query(), query, path)

    async def in_bulk(self, ids: Iterable[Any], alias: str | None = None) -> dict[Any, D]:
        """The documents that have these ids, by their ids; those that are missing are left out.

        The filters count, too; order, limit and skip do not.

        Parameters:
            ids: ids as ``get`` takes them, any number of them.
            alias: the connection to use.

        Raises:
            TypeError: one is no id.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class User(Document):
            ...     name = StringField()
            >>> async def names_of(ids):
            ...     users = await User.objects.in_bulk(ids)
            ...     return [users[id].name if id in users else "?" for id in ids]
        """
        self._refuse_slice("in_bulk")
        wanted = [self._key_to_find(id) for id in ids]
        target, unreadable = self._source(alias), self._on_unreadable
        key = declared_key(self.__klass__)
        found: dict[Any, D] = {}
        if self._finds_nothing:
            return found
        for some in chunks({id_key(id): id for id in wanted}):
            node = self._query() & Q({"_id": {"$in": some}})
            query = node.to_query(self.__klass__)
            selection = Selection(self.__klass__, node, query, [], 0, None, unreadable)
            documents: list[D] = await finding.several(target, selection)
            if not self.is_lazy:
                await references.load(documents, options=target.options, on_unreadable=unreadable)
            for document in documents:
                name = "_id" if key is None else key.name
                found[getattr(document, name)] = document
        return found

    async def sum(self, field: BaseField[Any] | str, alias: str | None = None) -> Any:
        """The sum of a field's values in what the query finds; 0 without any.

        The items of a list are summed up, too. Order, limit and skip do not count.

        Parameters:
            field: a field, an attribute's name, or a path into embedded documents.
            alias: the connection to use.

        Raises:
            ValueError: there is no such field, or it has no numbers.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Order(Document):
            ...     amount = IntField()
            >>> async def turnover(customer):
            ...     return await Order.objects.filter(customer=customer).sum(Order.amount)
        """
        found = await self._accumulated("sum", field, alias)
        return 0 if found is None else found

    async def avg(self, field: BaseField[Any] | str, alias: str | None = None) -> Any:
        """The average of a field's values; ``None`` without any. Otherwise as ``sum``."""
        return await self._accumulated("avg", field, alias)

    @overload
    async def min(self, field: ListField[T], alias: str | None = None) -> T | None: ...
    @overload
    async def min(self, field: BaseField[T], alias: str | None = None) -> T | None: ...
    @overload
    async def min(self, field: str, alias: str | None = None) -> Any: ...
    async def min(self, field: Any, alias: str | None = None) -> Any:
        """The smallest of a field's values, or the earliest date; ``None`` without any. Otherwise
        as ``sum``.
        """
        return await self._accumulated("min", field, alias)

    @overload
    async def max(self, field: ListField[T], alias: str | None = None) -> T | None: ...
    @overload
    async def max(self, field: BaseField[T], alias: str | None = None) -> T | None: ...
    @overload
    async def max(self, field: str, alias: str | None = None) -> Any: ...
    async def max(self, field: Any, alias: str | None = None) -> Any:
        """The greatest of a field's values, or the latest date; ``None`` without any. Otherwise as
        ``sum``.
        """
        return await self._accumulated("max", field, alias)

    async def _accumulated(self, name: str, field: BaseField[Any] | str, alias: str | None) -> Any:
        self._refuse_slice(name)
        path = value_path(self.__klass__, field, f"Invalid {name}() field '{{}}'")
        numbers.refuse_others(name, path)
        query, target = self.to_query(), self._source(alias)
        if self._finds_nothing:
            return None
        return await numbers.accumulate(target, self._query(), query, path, name)

    async def sample(self, size: int, alias: str | None = None) -> list[D]:
        """Documents that the query finds, chosen at random; at most so many.

        Order, limit and skip do not count.

        Parameters:
            size: how many.
            alias: the connection to use.

        Raises:
            TypeError: the size is no whole number.
            ValueError: it is less than 1.
        """
        self._refuse_slice("sample")
        size = positive("size", size)
        query, target, unreadable = self.to_query(), self._source(alias), self._on_unreadable
        if self._finds_nothing:
            return []
        found: list[D] = await finding.sample(target, self._query(), query, size, unreadable)
        if not self.is_lazy:
            await references.load(found, options=target.options, on_unreadable=unreadable)
        return found

    async def item_frequencies(
        self, field: BaseField[Any] | str, normalize: bool = False, alias: str | None = None
    ) -> dict[Any, Any]:
        """How often each value of a field occurs in what the query finds, the most frequent first;
        of a list, each item.

        Order, limit and skip do not count.

        Parameters:
            field: a field, an attribute's name, or a path into embedded documents.
            normalize: whether the numbers are shares of all, 1 together.
            alias: the connection to use.

        Raises:
            ValueError: there is no such field.
        """
        self._refuse_slice("item_frequencies")
        path = value_path(self.__klass__, field, "Invalid item_frequencies() field '{}'")
        query, target = self.to_query(), self._source(alias)
        if self._finds_nothing:
            return {}
        found = await distinct.frequencies(target, self._query(), query, path)
        total = sum(found.values())
        return {it: count / total for it, count in found.items()} if normalize else found

    async def explain(
        self, verbosity: str = "queryPlanner", alias: str | None = None
    ) -> dict[str, Any]:
        """How the server would find the documents: which index it would use, and so on.

        Parameters:
            verbosity: ``"queryPlanner"``, which does not run the query; ``"executionStats"`` or
                ``"allPlansExecution"``, which do.
            alias: the connection to use.

        Returns:
            The answer of the command ``explain``; of ``none()`` nothing, since nobody is asked.

        Raises:
            ValueError: there is no such verbosity.
        """
        finding.refuse_out_of_range(self._skip, self._limit)
        if self._finds_nothing:
            return {}
        return await explaining.explain(
            self._source(alias),
            self._query(),
            self.to_query(),
            verbosity,
            order=self._order,
            skip=self._skip,
            limit=self._limit,
        )

    async def _aggregate(
        self, pipeline: Sequence[Mapping[str, Any]], alias: str | None
    ) -> list[dict[str, Any]]:
        if self._finds_nothing:
            return []
        return await reading.aggregate(self._source(alias), pipeline)

    def _stays_lazy(self, lazy: bool | None) -> bool:
        return self.is_lazy and (lazy is None or lazy)

    # -- writing --------------------------------------------------------------------------------

    async def create(self, /, alias: str | None = None, **values: Any) -> D | None:
        """Make a document of these values and save it.

        Returns:
            The document, or ``None`` if an overridden ``validate`` returned something falsy.

        Raises:
            InvalidDocumentError: a field refuses its value.
            UniqueKeyViolationError: another document has the ``_id`` that was given, or the value
                of a unique field.
        """
        document: D = self.__klass__(**values)
        saved: D | None = await saving.save(self._target(alias), document, CREATION)
        return saved

    async def save(
        self,
        document: D,
        alias: str | None = None,
        *,
        upsert: bool = False,
        only_changed: bool | None = None,
        validate: bool = True,
        hooks: bool = True,
        force_insert: bool = False,
        must_exist: bool = False,
        condition: QNode | Mapping[str, Any] | None = None,
        check_version: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> D | None:
        """Insert a document, or replace what is stored under its ``_id``.

        Of a class with ``__track_changes__``, only what has changed is written.

        Parameters:
            document: an instance of the query set's class.
            alias: the connection to use.
            upsert: whether a document that was loaded and is gone by now is written again.
            only_changed: whether only what has changed is written; by default as its class says.
            validate: whether the document is validated.
            hooks: whether its hooks are called.
            force_insert: whether it is inserted in any case, so that an ``_id`` that is taken is a
                violation.
            must_exist: whether it is an error that it is not in the database.
            condition: what the stored document has to meet to be written.
            check_version: whether the stored document has to have the version that was loaded.
            session: a session of the driver's, in which that happens.
            write_concern: which answer is waited for, as for ``using``.

        Returns:
            The document, or ``None`` if an overridden ``validate`` returned something falsy.

        Raises:
            ValueError: the document is of another class, or two arguments exclude one another.
            InvalidDocumentError: a field refuses its value.
            UniqueKeyViolationError: another document has the value of a unique field.
            ChangesNotTrackedError: only what has changed is to be written, and nobody knows what
                that is.
            DoesNotExist: the document is gone, and must exist.
            StaleDocumentError: another version is stored, or what is does not meet the condition.
            Exception: what a hook raises.
        """
        options = SaveOptions(
            upsert,
            only_changed,
            validate,
            hooks,
            force_insert,
            must_exist,
            None if condition is None else conditions(self.__klass__, (condition,), {}),
            check_version,
        )
        target = self._target(alias, session, write_concern)
        saved: D | None = await saving.save(target, document, options.checked())
        return saved

    async def bulk_insert(
        self,
        documents: Iterable[D] | AsyncIterable[D] | Rows,
        callback: Any = None,
        alias: str | None = None,
        *,
        ordered: bool = True,
        report: BulkReport | None = None,
        progress: Callable[[BulkReport], object] | None = None,
        rejects: Destination | None = None,
        resume: BulkReport | None = None,
        validate: bool = True,
        hooks: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> list[D] | None:
        """Validate all documents, then insert them.

        Parameters:
            documents: any iterable or async iterable of documents, or ``Rows``. A preset ``_id``
                is used; documents that were loaded or saved before are inserted as copies with new
                ids.
            callback: ignored.
            alias: the connection to use.
            ordered: whether the first document that the server refuses stops the insert; if not,
                all others are inserted.
            report: a new ``BulkReport``, which is filled as batches end.
            progress: called with the report after each batch.
            rejects: where what is refused is written, as for ``insert_stream``.
            resume: the report of a call that failed, given the same documents, to go on with; as
                for ``insert_stream``. What it has settled is not looked at.
            validate: whether documents are validated; without it, what cannot be encoded is still
                refused.
            hooks: whether the hooks of the documents are called.
            session: a session of the driver's, in which they are inserted.
            write_concern: which answer is waited for, as for ``using``.

        Returns:
            The documents as a list, with their ids (the very list that was given, if it was one);
            ``None`` if an overridden ``validate`` returned something falsy.

        Raises:
            ValueError: a document is not valid, or cannot be stored; its number is in the message,
                and nothing was written.
            UniqueKeyViolationError: a unique field's value is there already. What was inserted
                before it has its ``_id``.
            pymongo.errors.PyMongoError: the server refused a document for another reason, or the
                connection was lost. ``error.report`` says what became of each document.
        """
        options = bulk.Options(
            ordered=ordered,
            in_flight=1 if ordered else 2,
            report=report,
            progress=progress,
            rejects=rejects,
            resume=resume,
            validate=bool(validate),
            hooks=bool(hooks),
        )
        target = self._target(alias, session, write_concern)
        return await bulk.insert_list(target, documents, options)

    async def insert_stream(
        self,
        source: Iterable[D] | AsyncIterable[D] | Iterable[D | RefusedRow] | Rows,
        *,
        alias: str | None = None,
        ordered: bool = True,
        on_error: Literal["raise", "collect"] = "raise",
        batch_size: int | None = None,
        in_flight: int = 2,
        max_wait: float | None = 1.0,
        report: BulkReport | None = None,
        progress: Callable[[BulkReport], object] | None = None,
        rejects: Destination | None = None,
        resume: BulkReport | None = None,
        validate: bool = True,
        hooks: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> BulkReport:
        """Insert the documents of a source that need not fit into memory.

        They are validated, encoded and sent batch by batch; the next batch is prepared while the
        last is on its way. Nothing is kept of a document but its number in the report.

        Parameters:
            source: an iterable or async iterable of documents, or ``Rows``; ids as for
                ``bulk_insert``.
            alias: the connection to use.
            ordered: whether the first document that is refused ends the stream; if not, all others
                are inserted, and batches may overtake one another.
            on_error: ``"raise"`` what is wrong with documents, or ``"collect"`` it in the report. A
                lost connection, and what the source raises, is raised in any case.
            batch_size: how many documents are sent at once, at most 100,000; by default 1,000, and
                fewer where the server refuses many. A batch also ends when it has 1 MiB.
            in_flight: how many batches may have been taken from the source and not have come to
                their end; memory is bounded by it.
            max_wait: after how many seconds documents are sent that wait for others to fill their
                batch, as those of a source that is slow do; ``None`` to wait as long as it takes.
            report: a new ``BulkReport``, which is filled as batches end.
            progress: called with the report after each batch.
            rejects: where what is refused is written as its batch ends: a path, to whose file lines
                are added; a text file; or ``function(entry, item)``, called with the entry of
                ``report.rejected`` and the document or row.
            resume: the report of a call that failed, to go on where it ended; ``source`` is then
                the same once more, from its start. What that call has settled is taken and
                dropped; what may be in the database is sent under the id that it had. So rows,
                which have no ids, are not stored twice either.
            validate: whether documents are validated; without it, what cannot be encoded is still
                refused.
            hooks: whether the hooks of the documents are called. A document for which one that
                comes before it raises is refused; after one that comes after it and raises, the
                stream stops, and its exception is raised in any case.
            session: a session of the driver's, in which they are inserted: one batch at a time,
                when it is full or the source at its end.
            write_concern: which answer is waited for, as for ``using``.

        Returns:
            The report: what became of each document, by its number in the source; with ``resume``
            of all calls together.

        Raises:
            ValueError: a document is not valid, or cannot be stored; a number among the arguments
                is too small; or no call can go on with the report to resume.
            TypeError: the source is no iterable, a report none of ours, ``progress`` no function
                or one that is async, ``rejects`` nothing to write to, or an argument no number
                where one is wanted.
            OSError: what is refused cannot be written down.
            UniqueKeyViolationError: a unique field's value is there already.
            pymongo.errors.PyMongoError: the server refused a document for another reason, or the
                connection was lost. ``error.report`` is the report.

        Example:
            >>> from aiomotorengine import Document, IntField
            >>> class Reading(Document):
            ...     value = IntField()
            >>> async def load(numbers):
            ...     readings = (Reading(value=number) for number in numbers)
            ...     return await Reading.objects.insert_stream(readings)
        """
        if on_error not in ("raise", "collect"):
            raise ValueError(f"on_error must be 'raise' or 'collect', not {on_error!r}.")
        size = None if batch_size is None else positive("batch_size", batch_size)
        options = bulk.Options(
            ordered=ordered,
            collects=on_error == "collect",
            in_flight=positive("in_flight", in_flight),
            limits=bulk.stream_limits(size, duration("max_wait", max_wait)),
            report=report,
            progress=progress,
            rejects=rejects,
            resume=resume,
            validate=bool(validate),
            hooks=bool(hooks),
        )
        target = self._target(alias, session, write_concern)
        return await bulk.insert_stream(target, source, options)

    @overload
    async def update(
        self, definition: Mapping[Any, Any], alias: str | None = None
    ) -> UpdateResult: ...
    @overload
    async def update(
        self,
        *changes: Change | Mapping[Any, Any],
        alias: str | None = None,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> UpdateResult: ...
    async def update(
        self,
        *changes: Any,
        alias: str | None = None,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        **others: Any,
    ) -> UpdateResult:
        """Change all documents that the query finds; limit and skip do not count.

        Parameters:
            changes: changes such as ``U.inc(visits=1)``. A mapping among them means ``U.set``.
                A single mapping is the definition of 2017: fields or attribute names with their new
                values, which are converted as in a filter. Its dotted paths and the keys of fields
                are keys of MongoDB, with values as they are; other names are dynamic values, as on
                a document. If all keys begin with ``$``, it is sent as the update document itself.
            alias: the connection to use.
            upsert: whether a document is inserted where none is found: a whole one, with the
                defaults of what neither the changes nor the equalities of the filters name.
            array_filters: conditions on the items that a path names with ``$[name]``:
                ``{"name": Q(votes__lt=0)}``; or a list of MongoDB's own.
            stamps: whether automatic dates are set, where ``changes`` are not the definition of
                2017.
            validate: whether fields are asked if they may have their new values, and whether what
                an upsert inserts must be whole.
            session: the driver's session to use.
            write_concern: as for ``using``.

        Returns:
            ``count`` and ``updated_existing``, as entries and attributes; and as attributes
            ``modified`` and ``upserted_id``.

        Raises:
            InvalidDocumentError: a field refuses its new value, or is required and it is empty.
            ValueError: there is no change, one leads nowhere, or they do not go together.
            TypeError: something is no change.
            UniqueKeyViolationError: another document has the value of a unique field.
            pymongo.errors.WriteError: the server refuses the change.

        Example:
            >>> from aiomotorengine import Document, IntField, U
            >>> class Ware(Document):
            ...     stock = IntField()
            >>> async def take(ware_id):
            ...     there = Ware.objects.filter(_id=ware_id, stock__gte=1)
            ...     return (await there.update(U.inc(stock=-1))).count == 1
        """
        given = [others.pop("definition"), *changes] if "definition" in others else list(changes)
        if len(given) == 2 and isinstance(given[1], str | None):
            alias = given.pop()
        refuse_keywords("update", others)
        self._refuse_slice("update")
        plan = updating.Plan(
            self.__klass__,
            given,
            upsert=upsert,
            array_filters=array_filters,
            stamps=stamps,
            validate=validate,
            takes_definition=True,
        )
        if self._finds_nothing:
            return UpdateResult(0, 0)
        target = self._matched(alias, session, write_concern)
        return await updating.update_many(target, self._query(), plan)

    async def update_one(
        self,
        *changes: Change | Mapping[Any, Any],
        alias: str | None = None,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        **others: Never,
    ) -> UpdateResult:
        """Change the first document that the query finds in its order; limit and skip do not count.

        Parameters:
            changes: changes such as ``U.inc(visits=1)``. A mapping means ``U.set``.
            alias: the connection to use.
            upsert: as for ``update``, with what follows.
            array_filters: as for ``update``.
            stamps: as for ``update``.
            validate: as for ``update``.
            session: as for ``update``.
            write_concern: as for ``update``.

        Returns:
            As for ``update``. ``modified`` is not known where the query has an order.

        Raises:
            Exception: as for ``update``.

        Example:
            >>> from aiomotorengine import BooleanField, DateTimeField, Document, U
            >>> class Job(Document):
            ...     made = DateTimeField(auto_now_on_insert=True)
            ...     taken = BooleanField(default=False)
            >>> async def take_the_oldest():
            ...     jobs = Job.objects.filter(taken=False).order_by("made")
            ...     return (await jobs.update_one(U.set(taken=True))).updated_existing
        """
        if others:
            refuse_keywords("update_one", others)
        self._refuse_slice("update_one")
        plan = updating.Plan(
            self.__klass__,
            changes,
            upsert=upsert,
            array_filters=array_filters,
            stamps=stamps,
            validate=validate,
        )
        if self._finds_nothing:
            return UpdateResult(0, 0)
        target = self._matched(alias, session, write_concern)
        return await updating.update_one(target, self._query(), self._order, plan)

    async def find_one_and_update(
        self,
        *changes: Change | Mapping[Any, Any],
        returns: Literal["after", "before"] = "after",
        alias: str | None = None,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        **others: Never,
    ) -> D | None:
        """Change the first document that the query finds in its order, and return it.

        Nobody can change it between the two. Its references are loaded as by ``get``.

        Parameters:
            changes: changes such as ``U.inc(visits=1)``. A mapping means ``U.set``.
            returns: whether it comes as it is ``"after"`` the change, or as it was ``"before"``.
            alias: the connection to use.
            upsert: as for ``update``, with what follows.
            array_filters: as for ``update``.
            stamps: as for ``update``.
            validate: as for ``update``.
            session: as for ``update``.
            write_concern: as for ``update``.

        Returns:
            The document, or ``None`` where none was found; with ``returns="before"`` also where one
            was inserted.

        Raises:
            ValueError: ``returns`` is neither.
            StoredValueError: the document was changed, and has a value that its field cannot read.
            Exception: as for ``update``.

        Example:
            >>> from aiomotorengine import Document, IntField, StringField, U
            >>> class Counter(Document):
            ...     name = StringField(unique=True)
            ...     value = IntField(default=0)
            >>> async def next_number(name):
            ...     counter = Counter.objects.filter(name=name)
            ...     return (await counter.find_one_and_update(U.inc(value=1), upsert=True)).value
        """
        if others:
            refuse_keywords("find_one_and_update", others)
        self._refuse_slice("find_one_and_update")
        plan = updating.Plan(
            self.__klass__,
            changes,
            upsert=upsert,
            array_filters=array_filters,
            stamps=stamps,
            validate=validate,
        )
        if self._finds_nothing:
            return None
        target = self._matched(alias, session, write_concern)
        found: D | None = await updating.find_one_and_update(
            target, self._query(), self._order, plan, returns
        )
        return found if self.is_lazy else await self._with_references(found, target)

    async def find_one_and_replace(
        self,
        document: D,
        *,
        returns: Literal["after", "before"] = "after",
        alias: str | None = None,
        upsert: bool = False,
        hooks: bool = True,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> D | None:
        """Put a document in the place of the first that the query finds in its order.

        What is stored keeps its ``_id``, and the given document its own. It is dated, validated and
        prepared as one that is inserted. A document of a class with a ``VersionField`` only takes
        its own place, where the version is stored that it was loaded with.

        Parameters:
            document: an instance of the query set's class.
            returns: whether what is stored ``"after"`` it is returned, or what was ``"before"``.
            alias: the connection to use.
            upsert: whether it is inserted where none is found; a new document that has an ``_id``
                is inserted under that.
            hooks: whether its hooks are called: ``before_save``, ``before_validate``,
                ``after_save``.
            session: the driver's session to use.
            write_concern: as for ``using``.

        Returns:
            The document, as a new instance; or ``None`` where there is none, or where an overridden
            ``validate`` returned something falsy.

        Raises:
            ValueError: the document is of another class, or ``returns`` is neither; or the class
                has a ``VersionField``, and the document was not loaded, or ``upsert`` is true.
            InvalidDocumentError: a field refuses its value.
            UniqueKeyViolationError: another document has the value of a unique field.
            StaleDocumentError: the class has a ``VersionField``, and the document was changed or
                deleted by someone else since it was loaded.
            StoredValueError: what is returned has a value that its field cannot read.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Setting(Document):
            ...     name = StringField(unique=True)
            ...     value = StringField()
            >>> async def set(name, value):
            ...     setting = Setting(name=name, value=value)
            ...     there = Setting.objects.filter(name=name)
            ...     return await there.find_one_and_replace(setting, upsert=True)
        """
        self._refuse_slice("find_one_and_replace")
        if self._finds_nothing:
            return None
        target = self._matched(alias, session, write_concern)
        found: D | None = await replacing.find_one_and_replace(
            target,
            self._query(),
            self._order,
            document,
            returns=returns,
            upsert=upsert,
            hooks=hooks,
        )
        return await self._with_references(found, target)

    async def find_one_and_delete(
        self,
        *,
        alias: str | None = None,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
    ) -> D | None:
        """Remove the first document that the query finds in its order, and return it.

        What refers to it is treated as by ``delete``.

        Parameters:
            alias: the connection to use.
            session: the driver's session to use.
            write_concern: as for ``using``.

        Returns:
            The document as it was, or ``None`` where none was found.

        Raises:
            DeleteDeniedError: a document refers to it, and forbids it; nothing was changed.
            StoredValueError: it was removed, and has a value that its field cannot read.

        Example:
            >>> from aiomotorengine import DateTimeField, Document
            >>> class Job(Document):
            ...     made = DateTimeField(auto_now_on_insert=True)
            >>> async def take_the_oldest():
            ...     return await Job.objects.order_by("made").find_one_and_delete()
        """
        self._refuse_slice("find_one_and_delete")
        if self._finds_nothing:
            return None
        target = self._matched(alias, session, write_concern)
        found: D | None = await deleting.find_one_and_delete(target, self._query(), self._order)
        return await self._with_references(found, target)

    async def get_or_create(
        self, /, *, defaults: Mapping[str, Any] | None = None, **filters: Any
    ) -> tuple[D | None, bool]:
        """The document that has some values; where there is none, one is made of them.

        It is one command. Of a class with hooks or ``on_save`` the document is looked for, and if
        it is not there, made as ``create`` makes it. Of many that ask for the same at once, one
        makes it, if a unique index is on what they ask for.

        Parameters:
            defaults: what it is made with besides, by attribute names.
            filters: the values, by attribute names. The conditions of ``filter`` hold besides.

        Returns:
            The document, and whether it was made. (``None`` and ``False`` if an overridden
            ``validate`` returned something falsy.)

        Raises:
            ValueError: a name among ``filters`` is a condition, such as ``age__gte``.
            InvalidDocumentError: a field refuses its value, or a required one would have none.
            UniqueKeyViolationError: another document has the value of a unique field.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> class Tag(Document):
            ...     name = StringField(unique=True)
            ...     colour = StringField()
            >>> async def tag(name):
            ...     tag, created = await Tag.objects.get_or_create(
            ...         name=name, defaults={"colour": "red"}
            ...     )
            ...     return tag
        """
        self._refuse_slice("get_or_create")
        target = self._matched()
        found, created = await getting.get_or_create(target, self._query(), filters, defaults or {})
        return await self._with_references(found, target), created

    async def _with_references(self, found: D | None, target: Target) -> D | None:
        if found is not None and not self.is_lazy:
            await references.load([found], options=target.options)
        return found

    async def delete(self, alias: str | None = None, *, hooks: bool = False) -> int:
        """Remove all documents that the query finds (all there are, without a filter).

        Limit and skip do not count. What refers to the documents is treated as the ``on_delete`` of
        its references says.

        Parameters:
            alias: the connection to use.
            hooks: whether the documents are loaded, batch by batch, so that their ``before_delete``
                and ``after_delete`` hooks can be called.

        Returns:
            How many were removed, without those that others took along.

        Raises:
            DeleteDeniedError: a document refers to one of them, and forbids it; nothing was
                changed.
        """
        self._refuse_slice("delete")
        if self._finds_nothing:
            return 0
        return await deleting.delete_many(self._matched(alias), self._query(), hooks=hooks)

    async def delete_one(self, *, alias: str | None = None, session: Any = None) -> int:
        """Remove the first document that the query finds in its order; limit and skip do not count.

        Parameters:
            alias: the connection to use.
            session: a session of the driver's, in which that happens.

        Returns:
            1, or 0 where nothing was found.

        Raises:
            DeleteDeniedError: a document refers to it, and forbids it; nothing was changed.

        Example:
            >>> from aiomotorengine import DateTimeField, Document
            >>> class Job(Document):
            ...     made = DateTimeField(auto_now_on_insert=True)
            >>> async def drop_the_oldest():
            ...     return await Job.objects.order_by("made").delete_one()
        """
        self._refuse_slice("delete_one")
        if self._finds_nothing:
            return 0
        target = self._matched(alias, session)
        return await deleting.delete_first(target, self._query(), list(self._order))

    async def remove(self, instance: D | None = None, alias: str | None = None) -> int:
        """Remove one document, or all that the query finds.

        Parameters:
            instance: the document to remove.
            alias: the connection to use.

        Returns:
            How many were removed.

        Raises:
            ValueError: the document is of another class.
            DeleteDeniedError: a document refers to one of them, and forbids it; nothing was
                changed.
        """
        target = self._matched(alias)
        if instance is None:
            self._refuse_slice("remove")
            return 0 if self._finds_nothing else await deleting.delete_many(target, self._query())
        saving.refuse_other_class(self.__klass__, instance, "remove")
        return await deleting.delete_document(target, instance)

    async def drop_collection(self, *, alias: str | None = None) -> None:
        """Drop the collection of the class: all documents, and all indexes.

        Those of unique fields are asked for again by the next save. What refers to the documents is
        not looked at; ``delete`` does that, and keeps the indexes.

        Parameters:
            alias: the connection to use.

        Raises:
            ValueError: the query set has filters, is a slice or that of ``none``, which say that
                not all is meant; or the class is stored with others.
            RuntimeError: this is inside a transaction.
        """
        refuse_part_of_collection(self.__klass__)
        self._refuse_slice("drop_collection")
        if self._finds_nothing or not self._filters.empty:
            raise ValueError(
                f"drop_collection() drops all of {self.__klass__.__name__}, whatever the filters "
                "are: call it on a query set without filters, or delete()."
            )
        await deleting.drop_collection(self._target(alias))

    async def ensure_index(self, alias: str | None = None) -> int:
        """Ask the server to create the indexes of unique fields.

        Returns:
            The number of unique fields.
        """
        return await indexes.ensure(self._target(alias))


def refuse_part_of_collection(document_class: Any) -> None:
    """Refuse to drop the collection of a class that has only a part of it.

    Raises:
        ValueError: it is stored with others.
    """
    if condition_of(document_class):
        name, root = document_class.__name__, document_class._discriminator.root.__name__
        raise ValueError(
            f"{name} is stored with {root}: delete() its documents, or drop all of them by "
            f"{root}.objects.drop_collection()."
        )
