"""What goes with documents that are to be deleted, and whether all of it may go."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Any, NamedTuple

from aiomotorengine.errors import DeleteDeniedError
from aiomotorengine.ids import chunks, id_key, in_one_query
from aiomotorengine.pacing import Pace
from aiomotorengine.reading import documents as reading
from aiomotorengine.sessions.target import Target
from aiomotorengine.writing.deletion.rules import DeleteRule, rules_for
from aiomotorengine.writing.exact_ids import of_ids

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


class Going:
    """The ids of what is deleted from one collection.

    Parameters:
        given: ids that are known from the beginning, by ``id_key``. They may be any number, and are
            not copied.
    """

    def __init__(self, given: Mapping[Any, Any]) -> None:
        self._given = given
        self._added: dict[Any, Any] = {}

    def __contains__(self, key: Any) -> bool:
        return key in self._given or key in self._added

    def add(self, key: Any, id: Any) -> None:
        """Add one that is not among them yet."""
        self._added[key] = id

    def without(self, query: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What finds the others of those that a query finds; ``None`` where they are too many."""
        ids = in_one_query(self._given, self._added)
        if ids is None:
            return None
        return {"$and": [query, {"_id": {"$nin": ids}}]} if ids else query


class Plan(NamedTuple):
    """What happens when documents are deleted.

    Attributes:
        asked: the documents that are to be deleted.
        cascaded: those that go with them, each after those that it goes with.
        going: the ids of all of them, for each collection.
    """

    asked: list[Step]
    cascaded: list[Step]
    going: dict[tuple[int, str], Going]

    def going_from(self, target: Target) -> Going:
        """What is deleted from a collection."""
        return self.going.setdefault(place_of(target), Going({}))

    def staying(self, target: Target, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """What finds those that a query finds and that are not deleted.

        Where too many are deleted for one command, they are found as well.
        """
        return self.going_from(target).without(query) or query


async def planned(
    target: Target, ids: Mapping[Any, Any], leaving: Mapping[Any, Any] | None = None
) -> Plan:
    """Find out what goes with documents, with all that this takes along in turn.

    Parameters:
        target: where the documents are stored.
        ids: their ids by ``id_key``.
        leaving: these and those of others that are deleted next, and so deny nothing.

    Raises:
        DeleteDeniedError: a document that stays refers to one that would go, and forbids it.
    """
    plan = Plan([], [], {place_of(target): Going(ids if leaving is None else leaving)})
    plan.asked.extend([step async for step in steps(target, ids, {})])
    waiting = deque(plan.asked)
    while waiting:
        step = waiting.popleft()
        for rule in step.rules:
            if rule.action == "cascade" and (referred := step.referred_ids):
                found = await referring(plan, step.target.of(rule.document_class), rule, referred)
                plan.cascaded.extend(found)
                waiting.extend(found)
    for step in (*plan.asked, *plan.cascaded):
        for rule in step.rules:
            if rule.action == "deny" and (referred := step.referred_ids):
                query = rule.query(referred)
                if await is_left(plan, step.target.of(rule.document_class), query):
                    raise DeleteDeniedError.of(
                        step.target.document_class.__name__, rule.document_class, rule.path.name
                    )
    return plan


async def referring(
    plan: Plan, target: Target, rule: DeleteRule, referred: Sequence[Any]
) -> list[Step]:
    """The documents that refer to some, and did not go yet."""
    query = rule.query(referred)
    going = plan.going_from(target)
    new: dict[Any, Any] = {}
    async with aclosing(ids_found(target, query)) as batches:
        async for batch in batches:
            for stored in batch:
                key = id_key(stored["_id"])
                if key not in going:
                    new[key] = stored["_id"]
                    going.add(key, stored["_id"])
    return [step async for step in steps(target, new, query)]


async def steps(
    target: Target, ids: Mapping[Any, Any], query: Mapping[str, Any]
) -> AsyncIterator[Step]:
    """The steps that some ids make; the event loop has its turn between them."""
    pace = Pace()
    pace.start()
    for chunk in chunks(ids):
        await pace.turn_if_due()
        yield Step(target, chunk, query)


async def is_left(plan: Plan, target: Target, query: Mapping[str, Any]) -> bool:
    """Whether a query finds a document that is not deleted."""
    going = plan.going_from(target)
    others = going.without(query)
    if others is not None:
        return bool(await find_ids(target, others, limit=1))
    async with aclosing(ids_found(target, query)) as batches:
        async for batch in batches:
            if any(id_key(stored["_id"]) not in going for stored in batch):
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


def with_ids(target: Target, query: Mapping[str, Any], ids: Sequence[Any]) -> dict[str, Any]:
    """What finds those with these ids that a query finds still.

    Parameters:
        target: where they are stored, with the collation of the query.
        query: the query.
        ids: the ids, at most as many as ``chunks_of_ids`` gives at a time.
    """
    chosen = of_ids(target, ids)
    return {"$and": [query, chosen]} if query else chosen
