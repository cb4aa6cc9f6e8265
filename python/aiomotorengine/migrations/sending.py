"""A batch of a migration is sent, and how far the migration has come is kept with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from pymongo import DeleteOne, UpdateOne
from pymongo.errors import BulkWriteError

from aiomotorengine.migrations.converting import MARK, Outcome, Write
from aiomotorengine.server_errors import ServerErrors
from aiomotorengine.sessions.blocks import run_transaction
from aiomotorengine.sessions.target import Target, target_of

__all__ = ["MissedError", "RefusedError", "Sender", "sender_for"]

Keep = Callable[[], Awaitable[None]]
"""Keeps how far the migration has come."""


class MissedError(Exception):
    """Some of the documents were changed since they were read."""


class RefusedError(Exception):
    """The server refuses what is sent for a document.

    Parameters:
        write: what was sent.
        message: what the server says.
    """

    def __init__(self, write: Write, message: str) -> None:
        super().__init__(message)
        self.write = write


class Sender(Protocol):
    """How batches are sent."""

    def reading(self, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """The query for the documents that are read, by that for those that are meant."""

    def has_had(self, stored: Mapping[str, Any]) -> bool:
        """Whether a stored document was converted already."""

    async def send(self, writes: Sequence[Write], keep: Keep) -> None:
        """Send a batch.

        Parameters:
            writes: what is sent for each document.
            keep: is called with it.

        Raises:
            MissedError: documents were changed since they were read.
            RefusedError: the server refuses one.
        """

    async def take_marks_off(self) -> None:
        """Forget which documents were converted: all were, or all are to be once more."""


def sender_for(target: Target, name: str, hello: Mapping[str, Any]) -> Sender:
    """How batches are sent to a server: as transactions where it has them.

    Parameters:
        target: the collection.
        name: the migration's name.
        hello: what the server says of itself.
    """
    return InTransactions(target) if has_transactions(hello) else Marking(target, name)


def has_transactions(hello: Mapping[str, Any]) -> bool:
    """Whether a server has transactions, by what it says of itself: a member of a replica set, or
    a router of several.
    """
    return "setName" in hello or hello.get("msg") == "isdbgrid"


class InTransactions:
    """A batch, and what is kept of it, is one transaction.

    Parameters:
        target: the collection.
    """

    def __init__(self, target: Target) -> None:
        self._document_class = target.document_class
        self._alias = target.options.alias

    def reading(self, query: Mapping[str, Any]) -> Mapping[str, Any]:
        return query

    def has_had(self, stored: Mapping[str, Any]) -> bool:
        return False

    async def send(self, writes: Sequence[Write], keep: Keep) -> None:
        async def batch() -> None:
            # A target has the session in which it was made: here, that of the transaction.
            await write_all(target_of(self._document_class, self._alias), writes, {})
            await keep()

        await run_transaction(batch, alias=self._alias or self._document_class.__alias__)

    async def take_marks_off(self) -> None:
        pass


class Marking:
    """Documents are marked as they are changed, until all are.

    Whoever goes on after a run that ended between a batch and what is kept of it knows by that
    which documents are done.

    Parameters:
        target: the collection.
        name: the migration's name.
    """

    def __init__(self, target: Target, name: str) -> None:
        self._target = target
        self._marks = {MARK: name}

    def reading(self, query: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"$or": [query, self._marks]} if query else query

    def has_had(self, stored: Mapping[str, Any]) -> bool:
        return self._marks[MARK] in stored.get(MARK, ())

    async def send(self, writes: Sequence[Write], keep: Keep) -> None:
        await write_all(self._target, writes, self._marks)
        await keep()

    async def take_marks_off(self) -> None:
        # An array has the marks, since others may not have come to their end.
        update_many = self._target.collection.update_many
        await self._target.call(update_many, self._marks, {"$pull": self._marks})
        await self._target.call(update_many, {MARK: {"$size": 0}}, {"$unset": {MARK: ""}})


async def write_all(target: Target, writes: Sequence[Write], marks: Mapping[str, Any]) -> None:
    """Send all writes by one call.

    Parameters:
        target: the collection, in the session of a transaction if that is to have them.
        writes: what is sent.
        marks: what documents that are changed get besides.

    Raises:
        MissedError: some did not find their document as it was read.
        RefusedError: the server refuses one.
    """
    sent = [one for one in writes if one.outcome is not Outcome.LEFT]
    if not sent:
        return
    try:
        result = await target.call(
            target.collection.bulk_write, [request(one, marks) for one in sent], ordered=False
        )
    except BulkWriteError as error:
        shown = ServerErrors(target.document_class).error(error).details
        first, *_ = shown.get("writeErrors") or [None]
        if first is None:
            raise
        raise RefusedError(sent[first["index"]], first.get("errmsg", "")) from error
    if result.matched_count + result.deleted_count < len(sent):
        raise MissedError


def request(write: Write, marks: Mapping[str, Any]) -> UpdateOne | DeleteOne:
    if write.outcome is Outcome.DELETED:
        return DeleteOne(write.condition)
    update = dict(write.update)
    if marks:
        update["$addToSet"] = marks
    return UpdateOne(write.condition, update)
