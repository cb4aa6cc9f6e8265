"""What stands in ``_is_persisted`` of a document that went through a bulk insert."""

from __future__ import annotations

from typing import Any

__all__ = ["CallMark", "DoubtMark", "is_copied"]


class CallMark:
    """Stands in ``_is_persisted`` for "saved, by this bulk insert".

    A document that was saved is copied when it is inserted again. One that a failed call has saved
    is not: whoever passes it again wants it stored once.

    Attributes:
        succeeded: whether the call has inserted all that it was given.
    """

    __slots__ = ("succeeded",)

    def __init__(self) -> None:
        self.succeeded = False


class DoubtMark:
    """Stands in ``_is_persisted`` for "may be in the database, by this bulk insert".

    It is false: such a document does not count as saved. But it has to keep its id.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


def is_copied(document: Any) -> bool:
    """Whether a document that has an id is inserted with a new one."""
    state = document._is_persisted
    return bool(state) and not (isinstance(state, CallMark) and not state.succeeded)
