"""What goes with documents that are to be deleted, and whether all of it may go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Any, NamedTuple

from aiomotorengine.errors import DeleteDeniedError
from aiomotorengine.ids import chunks, id_key
from aiomotorengine.reading import documents as reading
from aiomotorengine.sessions.target import Target
from aiomotorengine.writing.deletion.rules import DeleteRule, rules_for

__all__ = ["Plan", "Step", "find_ids", "planned", "with_ids"]


class Step(NamedTuple):
    """Some documents of a class, as many as one command is about.

    Attributes:
        target: where they are stored.
        ids: their ids.
        query: what they were found by, for those that were found.
    """

    target: Target
    ids: list[Any]
    query: Mapping[str, Any]

    @property
    def rules(self) -> list[DeleteRule]:
        """The rules about these documents."""
        return rules_for(self.target.document_class)

    @property
    def referred_ids(self) -> list[Any]:
        """The ids by which others refer to them: null, which may be an id, is no reference."""
        return [id for id in self.ids if id is not None]


class Plan(NamedTuple):
    """What happens when documents are deleted.

    Attributes:
        asked: the documents that are to be deleted.
        cascaded: those that go with them, each after those that it goes with.
    """

    asked: list[Step]
    cascaded: list[Step]


async def planned(target: Target, ids: Mapping[Any, Any], leaving: Collection[Any] = ()) -> Plan:
    """Find out what goes with documents, with all that this takes along in turn.

    Parameters:
        target: where the documents are stored.
        ids: their ids by ``id_key``.
        leaving: the keys of others that are deleted next, and so deny nothing.

    Raises:
        DeleteDeniedError: a document that stays refers to one that would go, and forbids it.
    """
    going = {place_of(target): {*ids, *leaving}}
    asked = [Step(target, chunk, {}) for chunk in chunks(ids)]
    cascaded: list[Step] = []
    waiting = deque(asked)
    while waiting:
        step = waiting.popleft()
        for rule in step.rules:
            if rule.action == "cascade" and (referred := step.referred_ids):
                for found in await referring(step, rule, referred, going):
                    cascaded.append(found)
                    waiting.append(found)
    for step in (*asked, *cascaded):
        for rule in step.rules:
            if rule.action == "deny" and await is_denied(step, rule, going):
                raise DeleteDeniedError.of(
                    step.target.document_class.__name__, rule.document_class, rule.path.name
                )
    return Plan(asked, cascaded)


async def referring(
    step: Step, rule: DeleteRule, referred: Sequence[Any], going: dict[Any, set[Any]]
) -> list[Step]:
    """The documents that refer to those of a step; only such as were not going yet."""
    target = step.target.of(rule.document_class)
    query = rule.path.query(referred)
    known = going.setdefault(place_of(target), set())
    found = await find_ids(target, query)
    new = {key: id for key, id in found.items() if key not in known}
    known.update(new)
    return [Step(target, chunk, query) for chunk in chunks(new)]


async def is_denied(step: Step, rule: DeleteRule, going: Mapping[Any, set[Any]]) -> bool:
    """Whether a document refers to one of these and stays."""
    referred = step.referred_ids
    if not referred:
        return False
    target = step.target.of(rule.document_class)
    query = rule.path.query(referred)
    leaving = going.get(place_of(target))
    if not leaving:
        return bool(await find_ids(target, query, limit=1))
    async with aclosing(ids_found(target, query)) as batches:
        async for batch in batches:
            if any(id_key(stored["_id"]) not in leaving for stored in batch):
                return True
    return False


def place_of(target: Target) -> tuple[int, str]:
    """What is the same for classes that share a collection."""
    collection = target.collection
    return id(collection.database.client), collection.full_name


# -- ids -----------------------------------------------------------------------------------------


async def find_ids(
    target: Target,
    query: Mapping[str, Any],
    *,
    order: Sequence[tuple[str, int]] | None = None,
    limit: int = 0,
    naming: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> dict[Any, Any]:
    """The ids of the documents that a query finds, by ``id_key``.

    Parameters:
        target: where they are stored.
        query: the filter, as MongoDB takes it.
        order: keys and directions.
        limit: how many at most; 0 for all.
        naming: what names the value that cannot be encoded, around each request.
    """
    found = ids_found(target, query, sort=order, limit=limit, naming=naming)
    async with aclosing(found) as batches:
        return {id_key(stored["_id"]): stored["_id"] async for batch in batches for stored in batch}


def ids_found(target: Target, query: Mapping[str, Any], **options: Any) -> reading.Reading:
    return reading.find_stored(target, query, projection={"_id": 1}, **options)


def with_ids(query: Mapping[str, Any], ids: Sequence[Any]) -> dict[str, Any]:
    """What finds those with these ids that a query finds still."""
    chosen = {"_id": {"$in": ids}}
    return {"$and": [query, chosen]} if query else chosen
