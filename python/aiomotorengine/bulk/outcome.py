"""What became of one batch, read from the driver's result or error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import BulkWriteError, ProtocolError

from aiomotorengine.answers import checked_count, is_whole

__all__ = ["Outcome", "acknowledged", "lost", "refused", "unacknowledged", "unsent"]

NOTHING = range(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the documents of a batch, by their positions in it.

    Attributes:
        written: those that are in the database.
        unknown: those that may be.
        refused: the server's entry for each that it refused, by position.
        untouched: those that are not in the database and were not refused.
        write_concern_errors: the server's words, where they were written and not confirmed.
        error: what the driver raised.
    """

    written: Sequence[int] = NOTHING
    unknown: Sequence[int] = NOTHING
    refused: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    untouched: Sequence[int] = NOTHING
    write_concern_errors: Sequence[Mapping[str, Any]] = ()
    error: BaseException | None = None

    @property
    def is_certain(self) -> bool:
        """Whether each was written or refused."""
        return not self.unknown and not self.untouched

    @property
    def is_failure(self) -> bool:
        """Whether it was no answer about the documents, after which no batch is sent."""
        return self.error is not None and not isinstance(self.error, BulkWriteError)


def acknowledged(count: int, inserted: int) -> Outcome:
    """The server said that it inserted all.

    Raises:
        ProtocolError: it said another number.
    """
    if checked_count(inserted, count) != count:
        raise ProtocolError(f"the server says it inserted {inserted} of {count}, and no reason")
    return Outcome(written=range(count))


def unacknowledged(count: int) -> Outcome:
    """The server was not asked for an answer."""
    return Outcome(unknown=range(count))


def unsent(count: int, error: BaseException | None = None) -> Outcome:
    """Nothing of the batch has left the process."""
    return Outcome(untouched=range(count), error=error)


def lost(count: int, error: BaseException) -> Outcome:
    """The batch was sent, and no usable answer came."""
    return Outcome(unknown=range(count), error=error)


def refused(count: int, error: BulkWriteError, *, ordered: bool) -> Outcome:
    """The server refused some, or could not confirm them.

    Raises:
        ProtocolError: the answer does not add up.
    """
    details: Any = error.details
    entries = {position_of(entry, count): entry for entry in details["writeErrors"]}
    inserted = checked_count(details["nInserted"], count)
    if len(entries) != len(details["writeErrors"]):
        raise ProtocolError("the server's answer refuses one document twice")
    if ordered and len(entries) > 1:
        raise ProtocolError("the server's answer refuses more after the document it stopped at")
    stopped_at = min(entries, default=count) if ordered else count
    written: Sequence[int] = range(stopped_at)
    if entries and not ordered:
        written = [position for position in range(count) if position not in entries]
    # An ordered insert into a time-series collection ends at the document that is refused, as any
    # other does, but MongoDB (6.0 for one) counts all documents of the message as inserted.
    counts_all = ordered and entries and inserted == count
    if inserted != len(written) and not counts_all:
        raise ProtocolError(
            f"the server says it inserted {inserted} of {count} and refused {sorted(entries)[:3]}"
        )
    return Outcome(
        written=written,
        refused=entries,
        untouched=range(stopped_at + 1, count),
        write_concern_errors=tuple(details["writeConcernErrors"]),
        error=error,
    )


def position_of(entry: Mapping[str, Any], count: int) -> int:
    position = checked_count(entry["index"], count - 1)
    if not is_whole(entry["code"]) or not isinstance(entry.get("errmsg", ""), str):
        raise ProtocolError("the server's answer refuses a document without saying why")
    return position
