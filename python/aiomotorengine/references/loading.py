"""Loading the documents that others refer to: one query a class, whatever the number of references.

References are found, in fields of documents and items of lists, looked up together, and replaced by
what they refer to. Documents of classes with ``__lazy__ = False`` then have their own references
loaded in the next round, until a round finds nothing new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from copy import deepcopy
from functools import partial
from typing import Any

from aiomotorengine.ids import chunks, id_key
from aiomotorengine.pacing import Pace, in_turns
from aiomotorengine.reading.documents import (
    Decoded,
    DocumentDecoder,
    Unreadable,
    document_in,
    document_of,
    find,
)
from aiomotorengine.references.paths import Wanted, wanted_of
from aiomotorengine.references.places import (
    HOLDERS,
    Node,
    Reference,
    complete_all,
    complete_containers,
    references_in,
    references_in_all,
)
from aiomotorengine.sessions.options import UNCHANGED
from aiomotorengine.sessions.target import Target, target_beside
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference, ReferenceList
from aiomotorengine.storage.discriminators import condition_of
from aiomotorengine.utils import several
from aiomotorengine.wire.replies import Batch

__all__ = ["keep_loaded", "load"]


async def load(
    documents: Iterable[Any],
    *,
    fields: Iterable[str] | None = None,
    alias: str | None = None,
    found_in: Target | None = None,
    on_unreadable: Unreadable | None = None,
) -> int:
    """Load what documents refer to, and what that refers to where its class is not lazy.

    Parameters:
        documents: instances of document classes.
        fields: attribute names to look at in these documents, or paths that lead further, also
            through references; all if ``None``.
        alias: the connection for referenced classes that have none of their own.
        found_in: where the documents were found, if a query was asked for them: what it was asked
            for holds here as well, such as its session and how long the server may take.
        on_unreadable: takes each stored document that cannot be read, with the error, which is
            raised if there is none. What refers to it is left as it is where nothing is found.

    Returns:
        How many references of the documents themselves were loaded, each list item counting one.

    Raises:
        ValueError: ``fields`` names something that is no field, or a path leads to no reference.
        TypeError: ``fields`` is a single value, or something in it is no name.
        StoredValueError: a document that is referred to cannot be read.
    """
    names = None if fields is None else several("fields", fields, "a list of names")
    nodes = [
        Node(document, wanted=None if names is None else wanted_of(type(document), names))
        async for some in in_turns(list(documents))
        for document in some
    ]
    references = await references_in_all(nodes)
    count = 0
    async for found in in_turns(references):
        count += sum(reference.is_unloaded for reference in found)

    # Documents whose references are loaded, so that a cycle of eager classes comes to an end.
    done: dict[tuple[Any, Any], Any] = {}
    while references:
        reached = await fill(references, alias, found_in, on_unreadable)
        await complete_all(references)
        async for of_round in in_turns(nodes):
            done.update((node.key, node.document) for node in of_round if node.is_all)
        nodes = []
        async for of_round in in_turns(reached):
            for node in of_round:
                if node.is_all and node.key in done:
                    adopt(node, done[node.key])
                else:
                    nodes.append(node)
        references = await references_in_all(nodes)
    return count


async def fill(
    references: Sequence[Reference],
    alias: str | None,
    found_in: Target | None,
    on_unreadable: Unreadable | None,
) -> list[Node]:
    """Put the documents that are referred to in place of references, each an instance of its own.

    Returns:
        The documents that have references to load in turn.
    """
    reached: list[Node] = []
    wanted: dict[Any, list[Reference]] = {}
    async for some in in_turns(references):
        for reference in some:
            if not reference.is_unloaded:
                if isinstance(reference.value, DocumentStorage):
                    reached.extend(onward(reference))
                continue
            ancestor = reference.node.ancestor(reference.key)
            wanted_class = reference.class_of(reference.value)
            if isinstance(ancestor, wanted_class):
                reference.put(ancestor)
                reached.extend(onward(reference))
            else:
                wanted.setdefault(wanted_class, []).append(reference)

    for document_class, wanting in wanted.items():
        ids: dict[Any, Any] = {}
        async for some in in_turns(wanting):
            ids.update((id_key(reference.id), reference.id) for reference in some)
        target = (
            target_beside(document_class, alias, UNCHANGED)
            if found_in is None
            else found_in.beside(document_class, alias)
        )
        found = await fetch(target, ids, on_unreadable)
        async for some in in_turns(wanting):
            for reference in some:
                instances = found.get(id_key(reference.id))
                if instances is None:
                    reference.put(DanglingReference(reference.value))
                elif reference.put(document := instances.next()):
                    reached.extend(onward(reference, is_eager=not type(document).__lazy__))
    return reached


def onward(reference: Reference, *, is_eager: bool = False) -> Iterator[Node]:
    """The document in the place of a reference, if references of its own are loaded in turn.

    Parameters:
        reference: the reference.
        is_eager: whether these are all that it has.
    """
    wanted = reference.wanted
    if is_eager or (wanted is not None and wanted.inside):
        inside = {} if wanted is None else wanted.inside
        yield Node(reference.value, reference.node, Wanted(inside, is_all=is_eager))


class Instances:
    """Of one stored document, an instance for each reference: they share nothing.

    Parameters:
        first: the first one.
        make: makes another one.
    """

    __slots__ = ("_first", "_make")

    def __init__(self, first: Any, make: Callable[[], Any]) -> None:
        self._first: Any = first
        self._make = make

    @property
    def key(self) -> Any:
        """The key of its id, before any is handed out."""
        return id_key(self._first._id)

    def next(self) -> Any:
        """One that nobody has."""
        document, self._first = self._first, None
        return self._make() if document is None else document


class InstancesDecoder:
    """Makes ``Instances`` of documents.

    Parameters:
        target: where they are from, and what they become.
        on_unreadable: takes those that cannot be read; without it, reading ends there.
    """

    def __init__(self, target: Target, on_unreadable: Unreadable | None) -> None:
        self._target = target
        self._decoder = DocumentDecoder(target, on_unreadable)

    def decode(self, batch: Batch, offsets: Sequence[int], pace: Pace) -> Decoded:
        decoded = self._decoder.decode(batch, offsets, pace)
        made = [
            Instances(document, partial(document_in, self._target, Batch(batch.reply, [offset])))
            for document, offset in zip(decoded.documents, offsets, strict=False)
        ]
        return decoded._replace(documents=made)

    def convert(self, stored: Sequence[Mapping[str, Any]]) -> Decoded:
        made: list[Any] = []
        for mapping in stored:
            decoded = self._decoder.convert([mapping])
            for document in decoded.documents:
                made.append(Instances(document, partial(self._again, mapping)))
            if decoded.error is not None:
                return Decoded(made, len(made), decoded.error)
        return Decoded(made, len(stored))

    def _again(self, stored: Mapping[str, Any]) -> Any:
        return document_of(self._target, deepcopy(stored))


async def fetch(
    target: Target, ids: Mapping[Any, Any], on_unreadable: Unreadable | None
) -> dict[Any, Instances]:
    """The documents of these ids, by the key of their id; less those that are unreadable."""
    found: dict[Any, Instances] = {}
    of_class = condition_of(target.document_class)
    for chunk in chunks(ids):
        decoder = InstancesDecoder(target, on_unreadable)
        arriving = find(target, {"_id": {"$in": chunk}, **of_class}, decoder=decoder)
        async with aclosing(arriving) as batches:
            async for batch in batches:
                found.update((instances.key, instances) for instances in batch)
    return found


def adopt(node: Node, earlier: Any) -> None:
    """Give a document the references that were loaded for an earlier instance of it.

    What is not lazy comes as the same instances: a copy for each way that leads to a document
    would be endless where documents refer to each other.
    """
    loaded: dict[Any, Any] = {
        reference.key_of(reference.value): reference.value
        for reference in references_in(Node(earlier))
        if isinstance(reference.value, DocumentStorage)
    }
    references = list(references_in(node))
    for reference in references:
        if not reference.is_unloaded:
            continue
        known = loaded.get(reference.key)
        if known is None:
            reference.put(DanglingReference(reference.value))
        else:
            reference.put(deepcopy(known) if type(known).__lazy__ else known)
    complete_containers(references)


def keep_loaded(document: Any, found: Any) -> None:
    """Keep what a document has loaded: put it in the place of the same ids in another one.

    Parameters:
        document: the document whose references were loaded.
        found: another of its class, which takes its place and has none loaded.
    """
    for name, field in type(document)._fields.items():
        if not isinstance(field, HOLDERS):
            continue
        wanted = Wanted()
        wanted.at([name])
        loaded = loaded_in(list(references_in(Node(document, wanted=wanted))))
        if not loaded:
            continue
        unloaded = list(references_in(Node(found, wanted=wanted)))
        for reference in unloaded:
            if reference.is_unloaded and (known := loaded.get(reference.key)):
                reference.put(known.pop(0))
        complete_containers(unloaded)


def loaded_in(references: Sequence[Reference]) -> dict[Any, list[Any]]:
    """What was loaded for references, and what was found to be missing, by what they refer to."""
    loaded: dict[Any, list[Any]] = {}
    for reference in references:
        value = reference.value
        if isinstance(value, DanglingReference | DocumentStorage):
            loaded.setdefault(reference.key, []).append(value)
    lists = {id(it.container): it for it in references if isinstance(it.container, ReferenceList)}
    for reference in lists.values():
        for missing in reference.container.missing:
            dangling = DanglingReference(missing)
            loaded.setdefault(reference.key_of(missing), []).append(dangling)
    return loaded
