"""How a query set is answered: by which servers, with which index, within which time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pymongo.collation import Collation
from pymongo.read_concern import ReadConcern

from aiomotorengine import reading
from aiomotorengine.arguments import positive
from aiomotorengine.errors import StoredValueError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.query_builder.query_options import (
    changed,
    collation_of,
    flag_of,
    hint_of,
    read_concern_of,
    read_preference_of,
    variables_of,
)
from aiomotorengine.queryset.base import Query, R
from aiomotorengine.sessions.options import QueryOptions, WriteConcernLike

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Options"]


class Options(Query[R]):
    """A query of which can be said how it is answered."""

    def on_unreadable(
        self,
        how: Literal["raise", "skip"]
        | list[StoredValueError]
        | Callable[[StoredValueError, Mapping[str, Any]], object],
    ) -> Self:
        """Say what becomes of stored documents that have a value which its field cannot read, or
        a key that their class refuses (``__unknown__``).

        It holds for ``find_all``, ``batches`` and ``async for``, also for the documents that those
        found refer to, where these are loaded with them; ``first``, ``get`` and ``page`` always
        raise.

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
        narrowed._on_unreadable = reading.finding.unreadable_handler(how)
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
            ValueError: a key is no field, or ``"$text_score"``.
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

    def let(self, /, **values: Any) -> Self:
        """Give values names, by which expressions have them: ``Raw("$$name")``.

        Calls add up; without any value they are all taken back. ``distinct``, and ``count`` by
        distance or with ``$where``, have no such names.

        Parameters:
            values: the values by name. A name begins with a small letter.

        Raises:
            ValueError: MongoDB takes no such name.
            TypeError: a value is a document, a field, a condition or an expression.

        Example:
            >>> from aiomotorengine import Document, F, IntField, Raw
            >>> class Player(Document):
            ...     score = IntField()
            >>> found = Player.objects.filter(F("score") > Raw("$$least")).let(least=10)
        """
        known = self._options.matching.get("let", {})
        variables = variables_of(values)
        return self._asked_to_match("let", {**known, **variables} if variables else None)

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
            ValueError: there is no such level.
            TypeError: it is neither.
        """
        return self._read_with("read_concern", read_concern_of(level))

    def _asked_to_match(self, name: str, value: Any) -> Self:
        options = self._options
        return self._with_options(options._replace(matching=changed(options.matching, name, value)))

    def _asked_to_read(self, name: str, value: Any) -> Self:
        options = self._options
        return self._with_options(options._replace(reading=changed(options.reading, name, value)))

    def _read_with(self, name: str, value: Any) -> Self:
        options = self._options
        read_from = changed(options.read_from, name, value)
        return self._with_options(options._replace(read_from=read_from))

    def _with_options(self, options: QueryOptions) -> Self:
        narrowed = self._narrowed()
        narrowed._options = options
        return narrowed
