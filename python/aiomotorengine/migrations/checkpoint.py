"""How far a migration has come, kept in the database itself; and who runs it."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from bson.codec_options import CodecOptions
from bson.objectid import ObjectId
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from aiomotorengine.errors import MigrationError
from aiomotorengine.migrations.report import MigrationReport
from aiomotorengine.sessions.target import Target, target_of

__all__ = ["Checkpoint"]

COLLECTION = "aiomotorengine_migrations"

SILENCE = timedelta(seconds=30)
"""How long after its last sign of life a run is taken to be dead."""


class Checkpoint:
    """How far a migration has come.

    Parameters:
        target: the collection that is migrated; the checkpoint is in the same database.
        name: the migration's name.

    Attributes:
        last: the ``_id`` of the last document that is done, in a list; empty before the first.
        report: what was done so far.
    """

    def __init__(self, target: Target, name: str) -> None:
        options: CodecOptions[Any] = target.codec_options.with_options(tz_aware=True)
        database = target.collection.database
        self._target = target
        self._collection = database.get_collection(COLLECTION, codec_options=options)
        self._name = name
        self._owner = {"name": f"{socket.gethostname()}:{os.getpid()}", "run": ObjectId()}
        self._mine = {"_id": name, "owner.run": self._owner["run"]}
        self.last: list[Any] = []
        self.report = MigrationReport(name)

    async def take(self, now: datetime, *, restart: bool) -> None:
        """Begin, or go on where an earlier run has stopped.

        Parameters:
            now: the present, by the server's clock.
            restart: whether what an earlier run has done is forgotten.

        Raises:
            MigrationError: somebody else runs the migration; or the name is that of one of
                another collection.
        """
        collection = self._target.collection.name
        begun = {"_id": self._name, "owner": None, "collection": collection}
        with suppress(DuplicateKeyError):  # an earlier run has begun it, or another is about to
            await self._call("insert_one", begun)
        before: Mapping[str, Any] | None = await self._call(
            "find_one_and_update",
            {
                "_id": self._name,
                "collection": {"$in": [collection, None]},
                "$or": [{"owner": None}, {"seen": {"$lt": now - SILENCE}}],
            },
            {
                "$set": {"owner": self._owner, "collection": collection},
                "$currentDate": {"seen": True},
            },
            return_document=ReturnDocument.BEFORE,
        )
        if before is None:
            raise await self._taken()
        if "report" in before and not restart:
            self.last = before["last"]
            self.report = MigrationReport.of_stored(self._name, before["report"])

    async def keep(self, report: MigrationReport, last: list[Any]) -> None:
        """Keep how far the migration has come; in the transaction that it is called in.

        Raises:
            MigrationError: somebody else has taken over, since this run was silent for too long.
        """
        found = await self._call(
            "update_one",
            self._mine,
            {
                "$set": {"last": last, "report": report.stored()},
                "$currentDate": {"seen": True},
            },
        )
        if not found.matched_count:
            raise await self._taken()

    async def give_sign_of_life(self) -> None:
        """Say that this run goes on."""
        await self._call("update_one", self._mine, {"$currentDate": {"seen": True}})

    async def give_back(self) -> None:
        """Let others take it."""
        await self._call("update_one", self._mine, {"$set": {"owner": None}})

    async def _taken(self) -> MigrationError:
        """The error for a migration that somebody else runs, be it another one of that name."""
        there = await self._call("find_one", {"_id": self._name}) or {}
        collection = self._target.collection.name
        if there.get("collection", collection) != collection:
            return MigrationError.of_another(self._name, there["collection"], collection)
        owner, seen = there.get("owner") or {"name": "somebody else"}, there.get("seen")
        silence = None if seen is None else max(datetime.now(UTC) - seen, timedelta()).seconds
        return MigrationError.being_run(self._name, owner["name"], silence)

    async def _call(self, method: str, *arguments: Any, **options: Any) -> Any:
        # A target has the session in which it was made, which may be that of a transaction here.
        target = target_of(self._target.document_class, self._target.options.alias)
        return await target.call(getattr(self._collection, method), *arguments, **options)
