"""A save that asks something of what is stored, or sends a part of the document only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from pymongo.errors import DuplicateKeyError

from aiomotorengine.codec import Codec
from aiomotorengine.codec.single import by_itself, encoded
from aiomotorengine.documents.versions import FIRST, set_version, version_field, version_of
from aiomotorengine.errors import StaleDocumentError, violates_id
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.identity import identity_query
from aiomotorengine.storage.snapshots import own_snapshot, state_of
from aiomotorengine.wire import requests
from aiomotorengine.wire.acknowledged import refuse_unacknowledged
from aiomotorengine.wire.presence import is_stored
from aiomotorengine.writing.changed import ChangedValue, everything_in, update_of, with_changes
from aiomotorengine.writing.lost_answers import WHOLE, AnswerLost, noting_lost_answer
from aiomotorengine.writing.options import SaveOptions
from aiomotorengine.writing.own_writes import content_of, raw_if_equal, was_sent
from aiomotorengine.writing.shard_keys import refuse_other_shard_key
from aiomotorengine.writing.stored import stored_document
from aiomotorengine.writing.turns import Turn, carry_out
from aiomotorengine.writing.versions import drop_null_version, next_version
from aiomotorengine.writing.writes import UNCHANGED, Written, insert

__all__ = ["CheckedWrite"]


class CheckedWrite:
    """How a document is written where its version, or whether it is there, matters.

    Parameters:
        target: where it is saved.
        codec: the codec between the document's class and the collection.
        document: the document; where it has a version, it is given the next one.
        options: how it is saved.
        turn: that of the document, if it takes turns.
        creating: whether it is new.
    """

    def __init__(
        self,
        target: Target,
        codec: Codec,
        document: Any,
        options: SaveOptions,
        turn: Turn | None,
        *,
        creating: bool,
    ) -> None:
        self._target = target
        self._codec = codec
        self._document = document
        self._options = options
        self._turn = turn
        self._creating = creating
        self._version = version_field(type(document))
        self._asks_version = self._version is not None and options.check_version
        self._expected = None if creating else version_of(document)

    async def send(self, changes: Sequence[ChangedValue] | None) -> Written:
        """Write the document.

        Parameters:
            changes: what is sent of it; ``None`` for the whole.

        Raises:
            ValueError: that needs an answer, and none is waited for.
            DoesNotExist: it is gone, and must exist.
            StaleDocumentError: another version is stored, or what is does not meet the condition.
            DuplicateKeyError: another document has its id, or the value of a unique field.
        """
        document, options = self._document, self._options
        if self._creating and (document._id is None or options.force_insert):
            if not options.force_insert:
                self._refuse_new()
            return await self._insert()
        self._refuse_unacknowledged()
        # A preset id that nobody has saved yet may be there or not (K6).
        upsert = options.upsert or (self._creating and not options.asks_for_more)
        paths = WHOLE if changes is None else [change.keys for change in changes]
        try:
            with self._naming(), noting_lost_answer(document, paths, self._content):
                change = partial(self._change, changes, upsert=upsert)
                written = await carry_out(self._turn, self._target, change)
        except DuplicateKeyError as error:
            asks = self._asks_version or options.condition is not None
            if not (upsert and asks and violates_id(error)):
                raise
        else:
            if written.is_stored:
                return written
        return await self._missed(changes)

    async def ask(self) -> Written:
        """See that the stored document meets what it has to, where there is nothing to be written.

        Raises:
            DoesNotExist: it is gone, and must exist.
            StaleDocumentError: another version is stored, or what is does not meet the condition.
        """
        if self._options.asks_for_more:
            with self._naming():
                is_met = await is_stored(self._target, self._query())
            if not is_met:
                await self._missed(())
        return UNCHANGED

    def _refuse_unacknowledged(self) -> None:
        """Refuse to ask for something where no answer would say what came of it."""
        name, options = type(self._document).__name__, self._options
        if options.must_exist:
            refuse_unacknowledged(self._target, "save(must_exist=True)")
        if options.condition is not None:
            refuse_unacknowledged(self._target, "save(condition=...)")
        if self._version is not None:
            refuse_unacknowledged(self._target, f"The version of a {name}")

    def _refuse_new(self) -> None:
        """Refuse a document that is not stored yet, where what is stored has to meet something."""
        if self._options.must_exist:
            raise type(self._document).DoesNotExist.gone(self._document)
        if self._options.condition is not None:
            raise StaleDocumentError.condition(self._document, None, None)

    async def _insert(self) -> Written:
        document = self._document
        try:
            return await insert(self._target, self._codec, document, replaces=False)
        except DuplicateKeyError as error:
            if not violates_id(error):
                raise
            if self._options.force_insert:
                written = await self._over_own_insert()
                if written is None:
                    raise
                return written
        # Another save of the same document may have come first; this one has lost no id by it.
        return await self._missed(None)

    async def _over_own_insert(self) -> Written | None:
        """Write over what another try has inserted whose answer was lost.

        Returns:
            ``None`` if somebody else has inserted what is stored under the id.
        """
        target, document = self._target, self._document
        # In a transaction nothing can be asked after a duplicate.
        if target.transaction is not None or not isinstance(state_of(document), AnswerLost):
            return None
        stored = await stored_document(target, document)
        return None if stored is None else await self._over_own_write(stored, None)

    def _content(self) -> bytes | None:
        """By what the document is known again that was sent, if its class has a version."""
        return None if self._version is None else content_of(self._document, self._codec)

    def _naming(self) -> AbstractContextManager[None]:
        condition = self._options.condition
        if condition is None:
            return nullcontext()
        return naming_values(self._target.collection, (type(self._document), condition))

    def _query(self) -> dict[str, Any]:
        query = identity_query(self._document)
        if self._asks_version and self._version is not None:
            query[self._version.db_field] = self._expected
        if self._options.condition is not None:
            query["$and"] = [self._options.condition.to_query(type(self._document))]
        return query

    async def _change(self, changes: Sequence[ChangedValue] | None, *, upsert: bool) -> Written:
        """Send the document, or what has changed of it."""
        query, version = self._query(), self._version
        if self._asks_version and not self._creating:
            set_version(self._document, next_version(self._document))
        if changes is None and (version is None or self._asks_version):
            raw = encoded(self._codec, self._document, None)
            return Written(raw, await requests.replace_one(self._target, query, raw, upsert=upsert))
        if changes is None:
            [raw] = by_itself(self._codec.encode_many, [self._document], [None])
            changes = everything_in(raw, but=("_id", version.db_field if version else ""))
        else:
            snapshot = own_snapshot(self._document)
            if snapshot is not None:
                raw = snapshot.raw
            else:  # a partial document, of which all is sent that it has
                id = self._document._id
                [raw] = by_itself(self._codec.encode_many, [self._document], [id])
        if version is not None and not self._asks_version:
            return await self._count_up(version.db_field, query, raw, changes, upsert=upsert)
        if version is not None:
            number = version_of(self._document) or FIRST
            changes = [*changes, ChangedValue.to_number(version.db_field, number)]
        update = update_of(type(self._document), changes)
        result = await requests.update_one(self._target, query, update, upsert=upsert)
        return Written(with_changes(raw, changes), result)

    async def _count_up(
        self,
        key: str,
        query: Mapping[str, Any],
        raw: bytes,
        changes: Sequence[ChangedValue],
        *,
        upsert: bool,
    ) -> Written:
        """Send changes to whatever version is stored, and make it the next one.

        Parameters:
            key: the key of the version.
            query: what finds the document.
            raw: the document without the changes.
            changes: what is sent.
            upsert: whether it is inserted where nothing is found.
        """
        update = update_of(type(self._document), changes)
        update["$inc"] = {key: 1}
        if not self._creating:
            await drop_null_version(self._target, self._document)
        found = await requests.update_and_find(self._target, query, update, key, upsert=upsert)
        if found is None:
            return UNCHANGED
        set_version(self._document, found)
        return Written(with_changes(raw, [*changes, ChangedValue.to_number(key, found)]))

    async def _missed(self, changes: Sequence[ChangedValue] | None) -> Written:
        """What it means that nothing was found to be written: some of it is no error.

        Parameters:
            changes: what was sent.

        Raises:
            ImmutableFieldError: it is stored under another shard key.
            DoesNotExist: the document is gone, and must exist.
            StaleDocumentError: another version is stored, or what is does not meet the condition.
        """
        document, options = self._document, self._options
        expected = self._expected
        if not self._asks_version and not options.asks_for_more:
            return UNCHANGED
        await refuse_other_shard_key(self._target, document)
        if not self._asks_version and options.condition is None:
            raise type(document).DoesNotExist.gone(document)
        stored = await stored_document(self._target, document)
        if stored is None:
            if options.must_exist:
                raise type(document).DoesNotExist.gone(document)
            if options.condition is not None:
                raise StaleDocumentError.condition(document, expected, None)
            raise StaleDocumentError.deleted(document, expected)
        found = version_of(stored)
        if self._asks_version and found != expected:
            written = await self._over_own_write(stored, changes)
            if written is not None:
                return written
            if self._creating:
                raise StaleDocumentError.there_already(document, found)
            raise StaleDocumentError.changed(document, expected, found)
        raise StaleDocumentError.condition(document, expected, found)

    async def _over_own_write(
        self, stored: Any, changes: Sequence[ChangedValue] | None
    ) -> Written | None:
        """Write over what another try has written whose answer was lost.

        What has changed since that try comes on top of it, if anything has.

        Parameters:
            stored: the document that is stored.
            changes: what is sent; all that the other try has sent is among it, as whole values.

        Returns:
            ``None`` if somebody else has written what is stored.
        """
        raw = raw_if_equal(self._document, stored, self._codec)
        if raw is not None:
            return Written(raw)
        if not was_sent(self._document, stored, self._codec):
            return None
        self._creating, self._expected = False, version_of(stored)
        set_version(self._document, self._expected)
        return await self.send(changes)
