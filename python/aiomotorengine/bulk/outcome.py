"""What became of one batch, read from the driver's result or error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from time import perf_counter
from typing import Any

from pymongo.errors import BulkWriteError, ProtocolError, PyMongoError

from aiomotorengine.bulk.rejected import PackedRefusal
from aiomotorengine.pacing import SECONDS_PER_SLICE
from aiomotorengine.wire.answers import checked_count, is_whole, protocol_errors
from aiomotorengine.wire.write_replies import refusals_in

__all__ = ["Outcome", "RefusalReader", "acknowledged", "lost", "unacknowledged", "unsent"]

NOTHING = range(0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the documents of a batch, by their positions in it.

    Attributes:
        written: those that are in the database.
        unknown: those that may be.
        refused: what is kept of each that the server refused, by position.
        untouched: those that this attempt has left aside, and that were not refused. Without an
            error the server has stopped at one that was in the database already.
        write_concern_errors: the server's words, where they were written and not confirmed.
        error: what the driver raised.
    """

    written: Sequence[int] = NOTHING
    unknown: Sequence[int] = NOTHING
    refused: Mapping[int, PackedRefusal] = field(default_factory=dict)
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


class RefusalReader:
    """Reads what the server says of a batch of which it refused some, or could not confirm them.

    It may be read in parts, since the answer may be large.

    Parameters:
        error: the driver's.
        numbers: the numbers in the source of the documents of the batch.
        ordered: whether the server stops at the first that it refuses.
        pack: takes number and answer, and gives what is kept of a refusal.
        is_in: takes the same, and tells whether it is refused because it was sent before, and is in
            the database; without it none is.
    """

    def __init__(
        self,
        error: BulkWriteError,
        numbers: Sequence[int],
        *,
        ordered: bool,
        pack: Callable[[int, Mapping[str, Any]], PackedRefusal],
        is_in: Callable[[int, Mapping[str, Any]], bool] | None = None,
    ) -> None:
        self._error = error
        self._numbers = numbers
        self._ordered = ordered
        self._pack = pack
        self._is_in = is_in
        self._in_before: set[int] = set()
        self._answers = refusals_in(error.details)
        self._refused: dict[int, PackedRefusal] = {}
        self._nonsense: PyMongoError | None = None

    def read_some(self) -> bool:
        """Read for as long as a slice may take; whether there is more."""
        return self._read(perf_counter() + SECONDS_PER_SLICE)

    def outcome(self) -> Outcome:
        """What became of the batch, once what is left of the answer is read as well."""
        self._read(inf)
        if self._nonsense is None:
            try:
                with protocol_errors(None):
                    return self._outcome()
            except PyMongoError as nonsense:
                self._nonsense = nonsense
        return lost(len(self._numbers), self._nonsense)

    def _read(self, until: float) -> bool:
        count = len(self._numbers)
        try:
            with protocol_errors(None):
                for answer in self._answers:
                    position = position_of(answer, count)
                    if position in self._refused or position in self._in_before:
                        raise ProtocolError("the server's answer refuses one document twice")
                    number = self._numbers[position]
                    if self._is_in is not None and self._is_in(number, answer):
                        self._in_before.add(position)
                    else:
                        self._refused[position] = self._pack(number, answer)
                    if perf_counter() >= until:
                        return True
        except PyMongoError as nonsense:
            self._nonsense = nonsense
        return False

    def _outcome(self) -> Outcome:
        details: Any = self._error.details
        count, ordered = len(self._numbers), self._ordered
        answered = self._refused.keys() | self._in_before
        inserted = checked_count(details["nInserted"], count)
        if ordered and len(answered) > 1:
            raise ProtocolError("the server's answer refuses more after the document it stopped at")
        stopped_at = min(answered, default=count) if ordered else count
        written: Sequence[int] = range(stopped_at)
        if answered and not ordered:
            written = [position for position in range(count) if position not in answered]
        # An ordered insert into a time-series collection ends at the document that is refused, as
        # any other does, but MongoDB (6.0 for one) counts all of the message as inserted.
        counts_all = ordered and answered and inserted == count
        if inserted != len(written) and not counts_all:
            raise ProtocolError(
                f"the server says it inserted {inserted} of {count} and refused "
                f"{sorted(answered)[:3]}"
            )
        if self._in_before:
            written = sorted([*written, *self._in_before])
        write_concern_errors = tuple(details["writeConcernErrors"])
        is_error = self._refused or write_concern_errors or not self._in_before
        return Outcome(
            written=written,
            refused=self._refused,
            untouched=range(stopped_at + 1, count),
            write_concern_errors=write_concern_errors,
            error=self._error if is_error else None,
        )


def position_of(entry: Mapping[str, Any], count: int) -> int:
    position = checked_count(entry["index"], count - 1)
    if not is_whole(entry["code"]) or not isinstance(entry.get("errmsg", ""), str):
        raise ProtocolError("the server's answer refuses a document without saying why")
    return position
