"""Loading the documents that others refer to: one query a class, whatever the number of references.

References are found, in fields of documents and items of lists, looked up together, and replaced by
what they refer to. Documents of classes with ``__lazy__ = False`` then have their own references
loaded in the next round, until a round finds nothing new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from bson.dbref import DBRef

from aiomotorengine import reading, sessions
from aiomotorengine.documents.conversion import find_attribute
from aiomotorengine.errors import StoredValueError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.ids import chunks, id_key, is_id
from aiomotorengine.sessions.options import UNCHANGED, CallOptions
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference, ReferenceList
from aiomotorengine.storage.discriminators import condition_of, root_of
from aiomotorengine.storage.values import value_of

if TYPE_CHECKING:
    from aiomotorengine.reading.documents import Unreadable
    from aiomotorengine.sessions.target import Target

__all__ = ["keep_loaded", "load"]

REFERENCES = (ReferenceField, GenericReferenceField)

HOLDERS = (*REFERENCES, EmbeddedDocumentField, ContainerField)
"""The fields in whose values references may stand."""


class Node:
    """A document being loaded, and the one whose reference led to it.

    Attributes:
        collections: those sets and tuples in it that have references, the outer before the inner.
    """

    __slots__ = ("collections", "document", "key", "parent")

    def __init__(self, document: Any, parent: Node | None) -> None:
        self.document = document
        self.parent = parent
        self.collections: list[Replacement] = []
        self.key = (root_of(type(document)), id_key(document._id))

    def ancestor(self, key: tuple[Any, Any]) -> Any:
        """The document of that class and id on the way to this one, if there is one."""
        node: Node | None = self
        while node is not None:
            if node.key == key:
                return node.document
            node = node.parent
        return None


class Replacement(list[Any]):
    """The items of a set or tuple, which can't be replaced in there: a new one is put in its place.

    Parameters:
        container: where the set or tuple stands.
        index: under which name, key or index.
    """

    def __init__(self, container: Any, index: Any) -> None:
        self._value = value_in(container, index)
        super().__init__(self._value)
        self._container = container
        self._index = index

    def put_in_place(self) -> None:
        """Replace the set or tuple, if it still stands there. What is missing remains an id."""
        items = [item.id if isinstance(item, DanglingReference) else item for item in self]
        kind = next(it for it in (tuple, frozenset, set) if isinstance(self._value, it))
        if holds(self._container, self._index, self._value):
            self._value = kind(items)
            put_in(self._container, self._index, self._value)


class Reference:
    """A reference: in a document under an attribute's name, in a container under a key or index.

    While references are looked up, the program may go on and change what is there. So this
    remembers what it was made for, and nothing else is replaced.
    """

    __slots__ = ("container", "field", "holder", "index", "node", "value")

    def __init__(
        self,
        node: Node,
        field: ReferenceField[Any] | GenericReferenceField,
        container: Any,
        index: Any,
        holder: tuple[Any, Any] | None,
    ) -> None:
        self.node = node
        self.field = field
        self.container = container
        self.index = index
        self.holder = holder  # for an item of a list: where that list stands
        self.value = value_in(container, index)

    @property
    def key(self) -> tuple[Any, Any]:
        return self.key_of(self.value)

    def class_of(self, value: Any) -> Any:
        """The class that a reference means, be it loaded or not."""
        if isinstance(self.field, GenericReferenceField):
            return self.field.target_of(self.field.to_son(value))
        return self.field.reference_type

    def key_of(self, value: Any) -> tuple[Any, Any]:
        """The id that a reference means, and the class in whose collection it is."""
        if isinstance(self.field, GenericReferenceField):
            id = self.field.to_son(value).id
        else:
            id = ReferenceField.to_son(self.field, value)
        return root_of(self.class_of(value)), id_key(id)

    @property
    def id(self) -> Any:
        """The id that is looked up."""
        if isinstance(self.field, GenericReferenceField):
            return self.value.id
        return ReferenceField.to_son(self.field, self.value)

    @property
    def is_unloaded(self) -> bool:
        if isinstance(self.value, DocumentStorage | DanglingReference | None):
            return False
        if isinstance(self.field, GenericReferenceField):
            return isinstance(self.value, DBRef) and is_id(self.value.id)
        # What is no id but a condition would not be looked up; it would find others.
        return is_id(ReferenceField.to_son(self.field, self.value))

    def put(self, value: Any) -> bool:
        """Replace the reference by what was found; whether it still stood here."""
        if not holds(self.container, self.index, self.value):
            if not isinstance(self.container, list):
                return False
            # Items of a list may have moved.
            same = (index for index, item in enumerate(self.container) if item is self.value)
            self.index = next(same, None)
            if self.index is None:
                return False
        put_in(self.container, self.index, value)
        self.value = value
        return True


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
        fields: attribute names to look at in these documents; all if ``None``.
        alias: the connection for referenced classes that have none of their own.
        options: what the query that found the documents was asked for, such as its session.
        on_unreadable: takes each stored document that cannot be read, with the error, which is
            raised if there is none. What refers to it is left as it is where nothing is found.

    Returns:
        How many references of the documents themselves were loaded, each list item counting one.

    Raises:
        ValueError: ``fields`` names something that is no field.
        StoredValueError: a document that is referred to cannot be read.
    """
    names = None if fields is None else list(fields)
    nodes = [Node(document, None) for document in documents]
    references = [reference for node in nodes for reference in references_in(node, names)]
    count = sum(reference.is_unloaded for reference in references)

    # Documents whose references are loaded, so that a cycle of eager classes comes to an end.
    done: dict[tuple[Any, Any], Any] = {}
    while True:
        reached = await fill(references, alias, options, on_unreadable)
        complete_containers(references)
        done.update((node.key, node.document) for node in nodes)
        nodes = []
        for node in reached:
            if type(node.document).__lazy__:
                continue
            if node.key in done:
                adopt(node, done[node.key])
            else:
                nodes.append(node)
        references = [reference for node in nodes for reference in references_in(node, None)]
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
        The documents that were made for it.
    """
    wanted: dict[Any, list[Reference]] = {}
    for reference in references:
        if not reference.is_unloaded:
            continue
        ancestor = reference.node.ancestor(reference.key)
        wanted_class = reference.class_of(reference.value)
        if isinstance(ancestor, wanted_class):
            reference.put(ancestor)
        else:
            wanted.setdefault(wanted_class, []).append(reference)

    reached = []
    for document_class, wanting in wanted.items():
        ids = {reference.key[1]: reference.id for reference in wanting}
        target = sessions.target.target_beside(document_class, alias, options)
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
                document = reading.documents.document_of(target, stored)
            except StoredValueError as error:
                if on_unreadable is None:
                    raise
                on_unreadable(error, found.pop(key))
                reference.put(DanglingReference(reference.value))
                continue
            if reference.put(document):
                reached.append(Node(document, reference.node))
    return reached


async def fetch(
    target: Target, ids: Mapping[Any, Any], on_unreadable: Unreadable | None
) -> dict[Any, Mapping[str, Any]]:
    """The stored documents of these ids, by the key of their id; less those that are unreadable."""
    found: dict[Any, Mapping[str, Any]] = {}
    of_class = condition_of(target.document_class)
    for chunk in chunks(ids):
        stored_documents = reading.documents.find_stored(
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
        for reference in references_in(Node(earlier, None), None)
        if isinstance(reference.value, DocumentStorage)
    }
    references = list(references_in(node, None))
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
    ours, others = Node(document, None), Node(found, None)
    for name, field in type(document)._fields.items():
        if not isinstance(field, HOLDERS):
            continue
        loaded = loaded_in(list(references_in(ours, [name])))
        if not loaded:
            continue
        unloaded = list(references_in(others, [name]))
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


def complete_containers(references: Sequence[Reference]) -> None:
    """Say in containers what is missing: in lists it reads ``None``, and their ids are kept (K38);
    elsewhere it remains an id. Sets and tuples are put in place.
    """
    for reference in references:
        missing = reference.value
        if isinstance(reference.container, dict) and isinstance(missing, DanglingReference):
            reference.put(missing.id)
    lists = {
        id(reference.container): reference
        for reference in references
        if reference.holder is not None and not isinstance(reference.container, Replacement)
    }
    for reference in lists.values():
        if any(isinstance(item, DanglingReference) for item in reference.container):
            container, index = reference.holder or ([], 0)
            if holds(container, index, reference.container):
                put_in(container, index, ReferenceList.of(reference.container))
    for node in {id(it.node): it.node for it in references}.values():
        for collection in reversed(node.collections):
            collection.put_in_place()


def value_in(container: Any, index: Any) -> Any:
    """What stands in a document or container; ``None`` if a document has nothing there.

    Raises:
        LookupError: the container has nothing there.
    """
    if isinstance(container, DocumentStorage):
        return value_of(container, index)
    return container[index]


def put_in(container: Any, index: Any, value: Any) -> None:
    """Put a value into a document or container."""
    if isinstance(container, DocumentStorage):
        find_attribute(type(container), index).keep(container, value)
    else:
        container[index] = value


def holds(container: Any, index: Any, value: Any) -> bool:
    """Whether a value still stands where it was found."""
    try:
        return value_in(container, index) is value
    except LookupError:
        return False


# -- finding references --------------------------------------------------------------------------


def references_in(node: Node, names: Iterable[str] | None) -> Iterator[Reference]:
    """The references of a document, in it and in what is embedded in it."""
    yield from references_in_document(node, node.document, names)


def references_in_document(
    node: Node, document: Any, names: Iterable[str] | None = None
) -> Iterator[Reference]:
    fields = type(document)._fields
    for name in fields if names is None else names:
        if name not in fields:
            raise ValueError(f"Field {name} not found in {type(document).__name__}.")
        yield from references_in_value(node, fields[name], document, name)


def references_in_value(
    node: Node,
    field: BaseField[Any],
    container: Any,
    index: Any,
    holder: tuple[Any, Any] | None = None,
) -> Iterator[Reference]:
    value = value_in(container, index)
    if value is None:
        return
    if isinstance(field, REFERENCES):
        yield Reference(node, field, container, index, holder)
    elif isinstance(value, DocumentStorage):
        if isinstance(field._in_charge_of(value), EmbeddedDocumentField):
            yield from references_in_document(node, value)
    elif isinstance(field, ContainerField) and holds_references(field):
        if not field._is_container(value):
            return  # nothing of the kind: kept as it is, for validation to refuse
        members = changeable(node, field, value, container, index)
        is_list = isinstance(members, list)
        for key, inner, _ in list(field._members(members)):
            yield from references_in_value(
                node, inner, members, key, (container, index) if is_list else None
            )


def changeable(
    node: Node, field: ContainerField[Any], value: Any, container: Any, index: Any
) -> Any:
    """What a value consists of, as a list or dict in which references can be replaced."""
    if isinstance(value, list | dict):
        return value
    if field._keeps_kind and isinstance(value, tuple | set | frozenset):
        collection = Replacement(container, index)
        node.collections.append(collection)
        return collection
    members = dict(value) if isinstance(value, Mapping) else list(value)
    put_in(container, index, members)
    return members


def holds_references(field: BaseField[Any]) -> bool:
    return any(isinstance(leaf, (*REFERENCES, EmbeddedDocumentField)) for leaf in field._leaves)
