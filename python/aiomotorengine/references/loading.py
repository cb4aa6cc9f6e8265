"""Loading the documents that others refer to: one query a class, whatever the number of references.

References are found, in fields of documents and items of lists, looked up together, and replaced by
what they refer to. Documents of classes with ``__lazy__ = False`` then have their own references
loaded in the next round, until a round finds nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from copy import deepcopy
from typing import Any

from aiomotorengine.errors import StoredValueError
from aiomotorengine.ids import chunks, id_key
from aiomotorengine.reading import documents as reading
from aiomotorengine.reading.documents import Unreadable
from aiomotorengine.references.paths import Wanted, wanted_of
from aiomotorengine.references.places import (
    HOLDERS,
    Node,
    Reference,
    complete_containers,
    references_in,
)
from aiomotorengine.sessions.options import UNCHANGED, CallOptions
from aiomotorengine.sessions.target import Target, target_beside
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference, ReferenceList
from aiomotorengine.storage.discriminators import condition_of

__all__ = ["keep_loaded", "load"]


async def load(
    documents: Iterable[Any],
    *,
    fields: Iterable[str] | None = None,
    alias: str | None = None,
    options: CallOptions = UNCHANGED,
    on_unreadable: Unreadable | None = None,
) -> int:
    """Load what documents refer to, and what that refers to where its class is not lazy.

    Parameters:
        documents: instances of document classes.
        fields: attribute names to look at in these documents, or paths that lead further, also
            through references; all if ``None``.
        alias: the connection for referenced classes that have none of their own.
        options: what the query that found the documents was asked for, such as its session.
        on_unreadable: takes each stored document that cannot be read, with the error, which is
            raised if there is none. What refers to it is left as it is where nothing is found.

    Returns:
        How many references of the documents themselves were loaded, each list item counting one.

    Raises:
        ValueError: ``fields`` names something that is no field, or a path leads to no reference.
        StoredValueError: a document that is referred to cannot be read.
    """
    names = None if fields is None else list(fields)
    nodes = [
        Node(document, wanted=None if names is None else wanted_of(type(document), names))
        for document in documents
    ]
    references = [reference for node in nodes for reference in references_in(node)]
    count = sum(reference.is_unloaded for reference in references)

    # Documents whose references are loaded, so that a cycle of eager classes comes to an end.
    done: dict[tuple[Any, Any], Any] = {}
    while True:
        reached = await fill(references, alias, options, on_unreadable)
        complete_containers(references)
        done.update((node.key, node.document) for node in nodes if node.is_all)
        nodes = []
        for node in reached:
            if node.is_all and node.key in done:
                adopt(node, done[node.key])
            else:
                nodes.append(node)
        references = [reference for node in nodes for reference in references_in(node)]
        if not references:
            return count


async def fill(
    references: Sequence[Reference],
    alias: str | None,
    options: CallOptions,
    on_unreadable: Unreadable | None,
) -> list[Node]:
    """Put the documents that are referred to in place of references, each an instance of its own.

    Returns:
        The documents that have references to load in turn.
    """
    reached: list[Node] = []
    wanted: dict[Any, list[Reference]] = {}
    for reference in references:
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
        ids = {reference.key[1]: reference.id for reference in wanting}
        target = target_beside(document_class, alias, options)
        found = await fetch(target, ids, on_unreadable)
        used = set()
        for reference in wanting:
            key = reference.key[1]
            if key not in found:
                reference.put(DanglingReference(reference.value))
                continue
            # Two references to one document get two instances, which share nothing.
            stored = deepcopy(found[key]) if key in used else found[key]
            used.add(key)
            try:
                document = reading.document_of(target, stored)
            except StoredValueError as error:
                if on_unreadable is None:
                    raise
                on_unreadable(error, found.pop(key))
                reference.put(DanglingReference(reference.value))
                continue
            if reference.put(document):
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


async def fetch(
    target: Target, ids: Mapping[Any, Any], on_unreadable: Unreadable | None
) -> dict[Any, Mapping[str, Any]]:
    """The stored documents of these ids, by the key of their id; less those that are unreadable."""
    found: dict[Any, Mapping[str, Any]] = {}
    of_class = condition_of(target.document_class)
    for chunk in chunks(ids):
        stored_documents = reading.find_stored(
            target, {"_id": {"$in": chunk}, **of_class}, on_unreadable=on_unreadable
        )
        async with aclosing(stored_documents) as batches:
            async for batch in batches:
                found.update((id_key(stored["_id"]), stored) for stored in batch)
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
