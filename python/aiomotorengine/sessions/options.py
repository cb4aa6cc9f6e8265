"""How a call goes to the server: on which connection, in which session, for how long."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from pymongo.write_concern import WriteConcern

from aiomotorengine.arguments import duration

__all__ = [
    "NO_OPTIONS",
    "UNCHANGED",
    "UNSAID",
    "CallOptions",
    "QueryOptions",
    "WriteConcernLike",
    "write_concern_of",
]

NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})
"""What a query asks for besides its conditions where nothing was said."""


class QueryOptions(NamedTuple):
    """What a query says of how it is answered, besides its conditions, by the driver's names.

    Attributes:
        matching: how the conditions are met: ``collation``, ``hint`` and ``let``.
        reading: how what is found is read, such as ``max_time_ms``.
        read_from: the options that the collection has because of it, such as a read preference.
    """

    matching: Mapping[str, Any] = NO_OPTIONS
    reading: Mapping[str, Any] = NO_OPTIONS
    read_from: Mapping[str, Any] = NO_OPTIONS

    def __reduce__(self) -> tuple[Any, ...]:
        # Query sets are pickled, and what can't be changed is not.
        return QueryOptions, tuple(map(dict, self))


UNSAID = QueryOptions()
"""What holds for a query of which nothing was said, as for most."""

WriteConcernLike = WriteConcern | int | str | Mapping[str, Any]
"""What says how far a write has to have come before it counts as done."""


class CallOptions(NamedTuple):
    """What ``using`` says of all calls, and single calls of themselves.

    Attributes:
        alias: the connection; ``None`` for the class's own, or the default one.
        session: the driver's session; ``None`` for the one that the running task is in.
        write_concern: which answer a write waits for; ``None`` for that of the connection.
        timeout: how many seconds each call of the driver may take; ``None`` for those of the
            connection.
        comment: what servers write into their logs beside each command.
    """

    alias: str | None = None
    session: Any = None
    write_concern: WriteConcern | None = None
    timeout: float | None = None
    comment: Any = None

    def but(
        self,
        *,
        alias: str | None = None,
        session: Any = None,
        write_concern: WriteConcernLike | None = None,
        timeout: float | None = None,
        comment: Any = None,
    ) -> CallOptions:
        """The same, but for what is given.

        Raises:
            TypeError: something is none of what it has to be.
            ValueError: the seconds are not above 0.
        """
        return CallOptions(
            self.alias if alias is None else alias,
            self.session if session is None else session_of(session),
            self.write_concern if write_concern is None else write_concern_of(write_concern),
            self.timeout if timeout is None else duration("timeout", timeout),
            self.comment if comment is None else comment,
        )

    def over(self, others: CallOptions) -> CallOptions:
        """These, and others where these say nothing."""
        pairs = zip(self, others, strict=True)
        return CallOptions(*(other if own is None else own for own, other in pairs))


UNCHANGED = CallOptions()
"""What holds where nothing was said."""


def session_of(value: Any) -> Any:
    """A session of a driver's.

    Raises:
        TypeError: it is none.
    """
    if not hasattr(value, "in_transaction"):
        raise TypeError(f"session must be a session of the driver's, not {value!r}.")
    return value


def write_concern_of(value: Any) -> WriteConcern:
    """A write concern, however it is written.

    Raises:
        TypeError: it is none, or has parts that none has.
        pymongo.errors.ConfigurationError: its parts do not go together.
    """
    if isinstance(value, WriteConcern):
        return value
    if isinstance(value, Mapping):
        return WriteConcern(**value)
    if isinstance(value, int | str) and not isinstance(value, bool):
        return WriteConcern(value)
    raise TypeError(
        "write_concern must be a WriteConcern, a number, a text or a mapping such as "
        f"{{'w': 2, 'j': True}}, not {value!r}."
    )
