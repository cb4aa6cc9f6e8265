"""What is remembered of a bulk insert: its report, and what has to be raised."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pymongo.errors import BulkWriteError, PyMongoError

from aiomotorengine.bulk.batch import Batch
from aiomotorengine.bulk.outcome import Outcome
from aiomotorengine.bulk.rejected import PackedRefusal, RejectedDocument, WriteErrors
from aiomotorengine.bulk.rejects import Rejects
from aiomotorengine.bulk.report import BulkReport
from aiomotorengine.bulk.resuming import Resumption
from aiomotorengine.errors import (
    DUPLICATE_KEY_CODE,
    FieldError,
    UniqueKeyViolationError,
    keep_labels,
    words_of,
)
from aiomotorengine.server_errors import ServerErrors

__all__ = ["Account"]

MOST_LISTED = 1_000
"""How many answers of a server an error has as a list of dicts, as the driver's errors have. More
take too much memory and time."""


class Account:
    """Keeps the report of one call, and decides what it raises.

    Parameters:
        document_class: the class of the query set.
        report: the report to fill.
        collects: whether documents that are refused are recorded and not raised.
        rejects: where those that are refused are written down, if they are.
        resumption: what an earlier call has left, if this one goes on with it.
    """

    def __init__(
        self,
        document_class: type[Any],
        report: BulkReport,
        *,
        collects: bool = False,
        rejects: Rejects | None = None,
        resumption: Resumption | None = None,
    ) -> None:
        self.rejects = rejects
        self._resumption = resumption
        self.document_class = document_class
        self.report = report
        self.collects = collects
        self._server_errors = ServerErrors(document_class)
        self._interruption: Exception | None = None
        self._connection_error: Exception | None = None
        self._refusal: tuple[int, Exception] | None = None
        self._first_write_error: BulkWriteError | None = None
        self._first_refused: PackedRefusal | None = None
        self._are_all_duplicates = True
        self._write_concern_errors: list[Mapping[str, Any]] = []
        self._first_write_concern_error: BulkWriteError | None = None

    # -- what happens -----------------------------------------------------------------------------

    def interrupted(self, error: Exception) -> None:
        """Something that is raised as it is: the source failed, or a function of the caller's."""
        # What was first is the cause: a source may complain that nothing more is taken from it.
        if not self._has_failed:
            self._interruption = error

    def failed(self, error: Exception) -> None:
        """The driver could not do what it was asked."""
        if not self._has_failed:
            self._connection_error = error

    def refused(
        self,
        number: int,
        error: Exception,
        errors: tuple[FieldError, ...] = (),
        given: Sequence[Any] = (),
    ) -> None:
        """A document was refused before it was sent.

        Parameters:
            number: its number in the source.
            error: what is raised for it.
            errors: what is wrong with its fields, if that is why.
            given: what came from the source, if that is written down.
        """
        entry = RejectedDocument(number, None, words_of(error), errors=errors)
        self.report.rejected.append(entry)
        if self.rejects is not None:
            self.rejects.add(entry, *given)
        self._decided((number,))
        self.report.settled.add((number,))
        if self._refusal is None or number < self._refusal[0]:
            self._refusal = number, error

    def pack(self, number: int, answer: Mapping[str, Any]) -> PackedRefusal:
        """What is kept of what the server says of a document that it refused."""
        return self.report.rejected.pack(number, self._server_errors.answer(answer))

    def violated_keys(self, refused: Mapping[int, PackedRefusal]) -> dict[int, Container[str]]:
        """Position -> the keys of the unique index by which a document was refused, if by one."""
        patterns = self.report.rejected.key_patterns(refused.values())
        return {
            position: pattern if isinstance(pattern, Mapping) else ()
            for position, pattern in zip(refused, patterns, strict=True)
        }

    def record(self, batch: Batch, outcome: Outcome) -> None:
        """A batch came to its end."""
        report, is_confirmed = self.report, not outcome.write_concern_errors
        unknown = self._first_time(batch, outcome.unknown)
        untouched = self._first_time(batch, outcome.untouched)
        open_still = unknown
        if not is_confirmed:
            open_still = sorted([*self._first_time(batch, outcome.written), *unknown])
        report.ids.add(batch.numbers_at(open_still), batch.ids_at(open_still))
        written = batch.numbers_at(outcome.written)
        self._decided(written)
        (report.inserted if is_confirmed else report.unconfirmed).add(written)
        report.unknown.add(batch.numbers_at(unknown))
        report.not_sent.add(batch.numbers_at(untouched))
        self._refused_by_server(outcome.refused.values())
        if self.rejects is not None:
            for position, kept in outcome.refused.items():
                self.rejects.add(report.rejected.unpack(kept), batch.given[position])
        if is_confirmed and outcome.is_certain:
            report.settled.add(batch.numbers)
        else:
            certain = [*outcome.written, *outcome.refused] if is_confirmed else outcome.refused
            report.settled.add(batch.numbers_at(sorted(certain)))
        if isinstance(outcome.error, BulkWriteError):
            self._written_with_errors(outcome, outcome.error)
        elif isinstance(outcome.error, Exception):
            self.failed(outcome.error)

    def _first_time(self, batch: Batch, positions: Sequence[int]) -> Sequence[int]:
        """Those of which no earlier call has left open what became of them."""
        if self._resumption is None:
            return positions
        may_be_in, numbers = self._resumption.may_be_in, batch.numbers
        return [position for position in positions if not may_be_in(numbers[position])]

    def _decided(self, numbers: Sequence[int]) -> None:
        """It is known now what became of documents, whatever an earlier call has left open."""
        if self._resumption is not None:
            self.report.unknown.remove(numbers)
            self.report.unconfirmed.remove(numbers)

    def _refused_by_server(self, refused: Collection[PackedRefusal]) -> None:
        self._decided(sorted(kept[0] for kept in refused))
        self.report.rejected.extend(refused)
        for kept in refused:
            self._are_all_duplicates &= kept[1] == DUPLICATE_KEY_CODE
            if self._first_refused is None or kept[0] < self._first_refused[0]:
                self._first_refused = kept

    def _written_with_errors(self, outcome: Outcome, error: BulkWriteError) -> None:
        self._write_concern_errors += outcome.write_concern_errors
        if outcome.write_concern_errors and self._first_write_concern_error is None:
            self._first_write_concern_error = error
        if outcome.refused and self._first_write_error is None:
            self._first_write_error = error

    @property
    def _has_failed(self) -> bool:
        return self._connection_error is not None or self._interruption is not None

    # -- what is raised ---------------------------------------------------------------------------

    def error(self) -> Exception | None:
        """What the call raises, with its cause and the report; ``None`` if it returns."""
        error = self._worst()
        # Someone's own exception may have an attribute of this name, or take none at all.
        if error is not None and isinstance(getattr(error, "report", None), BulkReport | None):
            with suppress(AttributeError):
                error.report = self.report  # type: ignore[attr-defined]
        return error

    def _worst(self) -> Exception | None:
        if self._interruption is not None:
            return self._interruption
        if self._connection_error is not None:
            return raised_again(self._connection_error)
        if self.collects:
            return None
        if self._first_write_error is not None:
            return self._write_error(self._first_write_error)
        if self._refusal is not None:
            return self._refusal[1]
        if self._first_write_concern_error is not None:
            return self._write_error(self._first_write_concern_error)
        return None

    def _write_error(self, cause: BulkWriteError) -> Exception:
        cause = self._server_errors.error(cause)
        errors = WriteErrors(self.report.rejected)
        details = {
            **cause.details,
            "nInserted": len(self.report.inserted) + len(self.report.unconfirmed),
            "writeErrors": errors if len(errors) > MOST_LISTED else list(errors),
            "writeConcernErrors": self._write_concern_errors,
        }
        error: PyMongoError
        if self._first_refused is not None and self._are_all_duplicates:
            first = self.report.rejected.unpack(self._first_refused)
            text = first.message or str(cause)
            error = UniqueKeyViolationError.of(text, self.document_class, details)
            error.add_note(f"Document {first.number} of those that were passed: {first.key_value}")
        else:
            error = BulkWriteError(details)
        keep_labels(cause, error)
        error.__cause__ = cause
        return error


def raised_again(error: Exception) -> Exception:
    """The driver's error once more, with the first as its cause.

    It is of the same class and has the same attributes and labels, and can carry the report without
    a change to the driver's.
    """
    again = type(error).__new__(type(error), *error.args)
    vars(again).update(vars(error))
    again.__cause__ = error
    return again
