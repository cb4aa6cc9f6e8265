"""Loading references with what a query finds: one find for each class and level, and one instance
of each document, however many refer to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple, Protocol

from aiomotorengine.ids import chunks, id_key
from aiomotorengine.pacing import Pace, in_turns
from aiomotorengine.reading import documents as reading
from aiomotorengine.reading.documents import Unreadable
from aiomotorengine.references.loading import load
from aiomotorengine.references.paths import Wanted
from aiomotorengine.references.places import (
    Node,
    Reference,
    complete_all,
    references_in,
)
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference
from aiomotorengine.storage.discriminators import condition_of, root_of

__all__ = ["Targets", "prefetch"]


class Targets(Protocol):
    """The query by which the targets of references are found, instead of by their ids alone."""

    __klass__: Any

    @property
    def is_lazy(self) -> bool:
        """Whether their own references stay unloaded."""

    def _beside(self, target: Target) -> Target:
        """Where it looks for them, if what refers to them was found there."""

    async def _targets_of(
        self, target: Target, ids: Sequence[Any], on_unreadable: Unreadable | None
    ) -> list[Any]:
        """Those documents of these ids that it finds; their references stay unloaded."""


class Group(NamedTuple):
    """References to documents of one class, which are looked up together.

    Attributes:
        target: where these are.
        targets: the query that finds them; ``None`` where the ids do.
        references: those that are wanted.
        unloaded: those of them that were not loaded before.
    """

    target: Target
    targets: Targets | None
    references: list[Reference]
    unloaded: list[Reference]

    @property
    def is_lazy(self) -> bool:
        """Whether the documents' own references stay unloaded."""
        if self.targets is not None:
            return self.targets.is_lazy
        return bool(self.target.document_class.__lazy__)


class Instances:
    """The documents that were found for references: of each, one instance.

    Parameters:
        on_unreadable: takes each stored document that cannot be read.
    """

    def __init__(self, on_unreadable: Unreadable | None) -> None:
        self._on_unreadable = on_unreadable
        self._found: defaultdict[Any, dict[Any, Any]] = defaultdict(dict)
        self._asked: defaultdict[Any, set[Any]] = defaultdict(set)

    async def put(self, group: Group) -> None:
        """Put what references lead to in their place, asking for what was not asked for before."""
        target, targets, kind = group.target, group.targets, group.target.document_class
        found = self._found[targets, target.opened, root_of(kind)]
        asked = self._asked[targets, target.opened, kind]
        ids: dict[Any, Any] = {}
        async for some in in_turns(group.unloaded):
            for id in (reference.id for reference in some):
                key = id_key(id)
                # A reference of a base class, or of one below, may have led to it before.
                if key not in asked and not isinstance(found.get(key), kind):
                    ids[key] = id
        for chunk in chunks(ids):
            for document in await self._documents(target, targets, chunk):
                found[id_key(document._id)] = document
        asked.update(ids)
        async for some in in_turns(group.unloaded):
            for reference in some:
                document = found.get(id_key(reference.id))
                is_there = isinstance(document, kind)
                reference.put(document if is_there else DanglingReference(reference.value))

    async def _documents(
        self, target: Target, targets: Targets | None, ids: Sequence[Any]
    ) -> list[Any]:
        if targets is not None:
            return await targets._targets_of(target, ids, self._on_unreadable)
        query = {"_id": {"$in": ids}, **condition_of(target.document_class)}
        found = reading.find(target, query, on_unreadable=self._on_unreadable)
        async with aclosing(found) as arriving:
            return [document async for documents in arriving for document in documents]


class Place(NamedTuple):
    """A document whose references are loaded.

    Attributes:
        document: the document.
        wanted: which of them.
        target: where it was found. Classes that have no connection of their own are looked for
            there as well.
    """

    document: Any
    wanted: Wanted
    target: Target


async def prefetch(
    documents: Iterable[Any],
    wanted: Wanted,
    target: Target,
    on_unreadable: Unreadable | None = None,
) -> None:
    """Load references of documents, and those of what they lead to.

    Parameters:
        documents: what a query has found.
        wanted: which references.
        target: where it was found.
        on_unreadable: takes each stored document that cannot be read, with the error, which is
            raised if there is none. What refers to it is left as it is where nothing is found.

    Raises:
        StoredValueError: a document that is referred to cannot be read.
    """
    instances = Instances(on_unreadable)
    eager: dict[int, Place] = {}
    level: Iterable[Place] = (Place(document, wanted, target) for document in documents)
    while level:
        groups = await groups_of(level)
        for group in groups:
            await instances.put(group)
        await complete_all([reference for group in groups for reference in group.references])
        deeper: dict[tuple[int, int], Place] = {}
        for group in groups:
            async for some in in_turns(group.references):
                for reference in some:
                    document, inside = reference.value, reference.wanted
                    if inside is not None and isinstance(document, DocumentStorage):
                        place = Place(document, inside, group.target)
                        if inside.inside:
                            deeper[id(document), id(inside)] = place
                        if not group.is_lazy:
                            eager[id(document)] = place
        level = list(deeper.values())
    by_target: dict[Target, list[Any]] = {}
    for place in eager.values():
        by_target.setdefault(place.target, []).append(place.document)
    for found_in, some in by_target.items():
        alias = found_in.options.alias
        await load(some, alias=alias, found_in=found_in, on_unreadable=on_unreadable)


async def groups_of(level: Iterable[Place]) -> list[Group]:
    """The references that are wanted of documents, by what they are looked up with."""
    groups: dict[tuple[Any, ...], Group] = {}
    pace = Pace()
    pace.start()
    for document, wanted, beside in level:
        for reference in references_in(Node(document, wanted=wanted)):
            is_unloaded = reference.is_unloaded
            if is_unloaded or isinstance(reference.value, DocumentStorage):
                kind = reference.class_of(reference.value)
                targets = targets_in(reference.wanted, kind)
                key = (kind, targets, beside.opened)
                if key not in groups:
                    target = beside.of(kind) if targets is None else targets._beside(beside)
                    groups[key] = Group(target, targets, [], [])
                groups[key].references.append(reference)
                if is_unloaded:
                    groups[key].unloaded.append(reference)
        await pace.turn_if_due()
    return list(groups.values())


def targets_in(wanted: Wanted | None, kind: Any) -> Targets | None:
    """The query that finds documents of a class, if one was named: a reference may lead to others,
    too.
    """
    targets: Targets | None = None if wanted is None else wanted.targets
    return targets if targets is not None and issubclass(targets.__klass__, kind) else None
