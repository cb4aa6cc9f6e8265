"""From where on changes are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from bson.timestamp import Timestamp

__all__ = ["Position"]


class Position(NamedTuple):
    """From where on changes are told.

    Attributes:
        token: the server's token of what came last; ``None`` for a time, or for what comes next.
        is_start: whether the token may be that of an ``invalidate``, after which the server goes on
            only if it is told that a stream begins there.
        time: the time in the server's log.
    """

    token: Mapping[str, Any] | None = None
    is_start: bool = False
    time: Timestamp | None = None

    @property
    def is_known(self) -> bool:
        """Whether a stream that begins there misses nothing of what one before it has not told."""
        return self.token is not None or self.time is not None

    def options(self) -> dict[str, Any]:
        """The options of the driver's ``watch``.

        Example:
            >>> Position({"_data": "82"}).options(), Position().options()
            ({'resume_after': {'_data': '82'}}, {})
        """
        if self.token is not None:
            return {"start_after" if self.is_start else "resume_after": self.token}
        return {} if self.time is None else {"start_at_operation_time": self.time}

    def after(self, token: Mapping[str, Any] | None, *, has_changed: bool) -> Position:
        """The position once the driver names another token.

        Parameters:
            token: the token; ``None`` where it knows none.
            has_changed: whether a change was told since the stream was opened there.
        """
        if token is None:
            return self
        return Position(token, self.is_start and not has_changed)
