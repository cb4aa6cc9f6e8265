"""Going on with a source after a call that failed, by the report of that call.

What is settled is taken and dropped. What may be in the database is sent under the id that it had,
so that the server refuses what is there, and that it does so says that it is. The report of a call
that goes on has all that the earlier one had, and each number moves as it becomes known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from aiomotorengine.bulk.batch import Batch, MaybeInserted, is_inserted_as_copy
from aiomotorengine.bulk.report import BulkReport
from aiomotorengine.errors import DUPLICATE_KEY_CODE, violates_id
from aiomotorengine.pacing import LARGEST_SLICE

__all__ = ["Resumption", "check_resumable"]


def check_resumable(earlier: Any, report: BulkReport | None) -> None:
    """Refuse what a call can't go on with.

    Parameters:
        earlier: what was passed as ``resume``.
        report: the report that the call is to fill, if one was passed.

    Raises:
        TypeError: it is no report.
        ValueError: it is that of a call that goes on still, or was in a transaction.
    """
    if earlier is None:
        return
    if not isinstance(earlier, BulkReport):
        raise TypeError(f"resume must be a BulkReport, not {type(earlier).__name__}.")
    if earlier is report or earlier.is_running:
        raise ValueError("resume must be the report of another call, which has ended.")
    if earlier.in_transaction:
        raise ValueError(
            "resume can't be the report of a call in a transaction: what it says holds only if "
            "that was committed, and then nothing is left to do."
        )


class Resumption:
    """What an earlier call on the same source has left to do.

    Parameters:
        report: the report of this call, which has begun with what the earlier one says.
    """

    def __init__(self, report: BulkReport) -> None:
        self._report = report

    def count_alike(self, number: int, most: int) -> int:
        """How many documents may be taken from the source at once: only such as are all settled, or
        as have all to be sent.

        Parameters:
            number: that of the first.
            most: how many may be taken of those that have to be sent.
        """
        settled = self._report.settled
        return min(settled.run_from(number), LARGEST_SLICE) or int(
            min(most, settled.gap_from(number))
        )

    def is_settled(self, number: int) -> bool:
        """Whether nothing has to be done any more for a document."""
        return number in self._report.settled

    def next_open(self, number: int) -> int:
        """The first number from this one on that is not settled."""
        return number + self._report.settled.run_from(number)

    def may_be_in(self, number: int) -> bool:
        """Whether a document was sent."""
        return number in self._report.unknown or number in self._report.unconfirmed

    def ids_of(self, numbers: list[int]) -> list[Any] | None:
        """The ids that documents were sent with; ``None`` where one has none, or none of them."""
        ids = [self._report.ids.get(number) for number in numbers]
        return ids if any(ids) else None

    def give_ids(self, batch: Batch, transaction: object | None) -> None:
        """Give documents that may be in the database the ids that they were sent with.

        Parameters:
            batch: the documents, which keep these ids whatever becomes of them.
            transaction: the transaction in which they are inserted.
        """
        ids = self.ids_of(batch.numbers)
        if ids is None:
            return
        state = MaybeInserted()
        for document, id in zip(batch.documents, ids, strict=True):
            is_new = document._id is None or is_inserted_as_copy(document, transaction)
            if id is not None and is_new:
                document._id = id
                document._is_persisted = state

    def is_in(self, number: int, answer: Mapping[str, Any]) -> bool:
        """Whether a server refuses a document because it is in the database already.

        Parameters:
            number: its number.
            answer: what the server says of it.
        """
        if answer["code"] != DUPLICATE_KEY_CODE or not self.may_be_in(number):
            return False
        text = str(answer.get("errmsg", ""))
        return violates_id(DuplicateKeyError(text, DUPLICATE_KEY_CODE, dict(answer)))
