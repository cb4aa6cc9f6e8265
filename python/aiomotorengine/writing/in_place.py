"""What is stored for a document is changed, and the document takes what the server has made of it.

What the program has changed in it besides, and not saved yet, stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from functools import partial
from typing import Any

from pymongo import ReturnDocument

from aiomotorengine.codec.elements import length_at
from aiomotorengine.documents.taking import touched_places
from aiomotorengine.documents.versions import version_of
from aiomotorengine.query_builder.node import Q, QNode
from aiomotorengine.reading.documents import found_document
from aiomotorengine.references.loading import keep_loaded, load
from aiomotorengine.sessions.saved import counts_as_saved, state_in
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.derived import is_derived
from aiomotorengine.storage.identity import identity_query
from aiomotorengine.storage.snapshots import (
    Snapshot,
    own_snapshot,
    snapshot_of_mapping,
    state_of,
    with_state,
)
from aiomotorengine.update.compiling import touched_by
from aiomotorengine.update.touched import Touched, paths_in, touched_tree
from aiomotorengine.wire.acknowledged import refuse_unacknowledged
from aiomotorengine.wire.found_replies import find_and_modify
from aiomotorengine.wire.replies import Batch
from aiomotorengine.writing.changed import with_touched
from aiomotorengine.writing.lost_answers import known_again, noting_lost_answer
from aiomotorengine.writing.shard_keys import refuse_other_shard_key
from aiomotorengine.writing.turns import carry_out, turn_of
from aiomotorengine.writing.updating import PlannedUpdate, as_it_came
from aiomotorengine.writing.versions import by_id_and_version, drop_null_version, refuse_stale

__all__ = ["update_stored"]


async def update_stored(
    target: Target,
    document: Any,
    condition: QNode | None,
    update: PlannedUpdate,
    *,
    check_version: bool = True,
) -> Any | None:
    """Change what is stored for a document.

    Parameters:
        target: where it is stored.
        document: the document.
        condition: what the stored one must meet.
        update: what is done.
        check_version: whether the stored one must have the version that it was loaded with.

    Returns:
        The document; ``None`` if it is gone, or does not meet the condition.

    Raises:
        ValueError: it was never saved, a value of the condition is refused, or no answer is waited
            for.
        InvalidDocumentError: a new value can't be encoded.
        ImmutableFieldError: the document is stored under another shard key.
        UniqueKeyViolationError: another document has the value of a unique field.
        StaleDocumentError: another version is stored, or none any more.
        StoredValueError: it was changed, and what the server made of it cannot be read; or what it
            refers to, where its class loads that.
    """
    kind = type(document)
    if document._id is None or not counts_as_saved(document, target.transaction):
        raise ValueError(f'This "{kind.__name__}" was never saved.')
    refuse_unacknowledged(target, "update() of a document")
    target = target.with_class(kind)
    async with turn_of(document) as turn:
        # The version that the call before it has left: nothing of that one is lost.
        query = by_id_and_version(document) if check_version else identity_query(document)
        expected = version_of(document) if check_version else None
        filters = Q(query) if condition is None else Q(query) & condition
        update.complete(target, filters)
        tree = touched_tree(kind, (key for key, _ in touched_by(update.operations)))
        if turn is not None:
            await drop_null_version(target, document)
        options: dict[str, Any] = {
            "projection": dict.fromkeys(tree, True),
            "return_document": ReturnDocument.AFTER,
        }
        ask = partial(find_and_modify, target, "find_one_and_update")
        write = partial(update.send, target, filters, ask, as_it_came, **options)
        with nullcontext() if turn is None else noting_lost_answer(document, paths_in(tree)):
            found = await carry_out(turn, target, write)
        if found is None:
            await refuse_other_shard_key(target, document)
            if check_version:
                await refuse_stale(target, document, expected)
            return None
        now: Any = found_document(target, found)
        keep_loaded(document, now)
        try:
            if not kind.__lazy__:
                await load([now], alias=target.options.alias, found_in=target)
        finally:
            # What is stored has changed, whatever became of what it refers to.
            places = list(touched_places(document, now, tree))
            with target.changing(document, [(place.holder, place.name) for place in places]):
                renew_state(target, document, found, tree)
                for place in places:
                    place.take()
    return document


def renew_state(
    target: Target, document: Any, found: Batch | Mapping[str, Any], tree: Touched
) -> None:
    """Let what was touched count as stored, where changes of the document are tracked."""
    if is_derived(document):
        return  # no update makes of it what is stored
    before = own_snapshot(document)
    state = state_in(target.transaction, known_again(state_of(document), paths_in(tree)))
    if before is None:
        document._is_persisted = with_state(document._is_persisted, state)
        return
    if isinstance(found, Batch):
        [offset] = found.offsets
        raw = found.reply[offset : offset + length_at(found.reply, offset)[0]]
    else:
        raw = snapshot_of_mapping(found, target.codec_options).raw
    whole = with_touched(before.raw, raw, tree)
    document._is_persisted = Snapshot(whole, [0], before.codec_options, state)
