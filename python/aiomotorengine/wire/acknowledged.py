"""Calls whose promise rests on the server's answer, where none is waited for."""

from __future__ import annotations

from aiomotorengine.sessions.target import Target

__all__ = ["is_acknowledged", "refuse_unacknowledged"]


def is_acknowledged(target: Target) -> bool:
    """Whether the server answers what is written; in a transaction it always does."""
    return target.is_answered or target.transaction is not None


def refuse_unacknowledged(target: Target, what: str) -> None:
    """Refuse what nobody could tell without an answer.

    Parameters:
        target: where something is written.
        what: what has to be known.

    Raises:
        ValueError: the write concern is 0.
    """
    if not is_acknowledged(target):
        raise ValueError(
            f"{what} needs the server's answer, and write_concern=0 waits for none: "
            "pass write_concern=1, or do without it."
        )
