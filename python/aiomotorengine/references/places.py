"""Where references stand in documents, in fields and in items of lists, and how what they refer to
is put in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bson.dbref import DBRef
from bson.objectid import ObjectId

from aiomotorengine.documents.conversion import find_attribute
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.ids import id_key, is_id
from aiomotorengine.pacing import Pace, in_turns
from aiomotorengine.references.paths import REFERENCES, Wanted
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference, ReferenceList
from aiomotorengine.storage.discriminators import root_of
from aiomotorengine.storage.values import value_of

__all__ = [
    "HOLDERS",
    "Node",
    "Reference",
    "complete_all",
    "complete_containers",
    "references_in",
    "references_in_all",
]

HOLDERS = (*REFERENCES, EmbeddedDocumentField, ContainerField)
"""The fields in whose values references may stand."""


class Node:
    """A document being loaded, and the one whose reference led to it.

    Parameters:
        document: the document.
        parent: the one that led to it.
        wanted: which of its references are loaded; all if ``None``.

    Attributes:
        collections: those sets and tuples in it that have references, the outer before the inner.
    """

    __slots__ = ("_key", "collections", "document", "parent", "wanted")

    def __init__(
        self, document: Any, parent: Node | None = None, wanted: Wanted | None = None
    ) -> None:
        self.document = document
        self.parent = parent
        self.wanted = wanted
        self.collections: list[Replacement] = []
        self._key: tuple[Any, Any] | None = None

    @property
    def key(self) -> tuple[Any, Any]:
        """Its class, or the one that this shares a collection with, and its id."""
        if self._key is None:
            self._key = (root_of(type(self.document)), id_key(self.document._id))
        return self._key

    @property
    def is_all(self) -> bool:
        """Whether all of its references are loaded."""
        return self.wanted is None or self.wanted.is_all

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

    __slots__ = ("container", "field", "holder", "index", "node", "value", "wanted")

    def __init__(
        self,
        node: Node,
        field: ReferenceField[Any] | GenericReferenceField,
        container: Any,
        index: Any,
        holder: tuple[Any, Any] | None,
        wanted: Wanted | None,
    ) -> None:
        self.node = node
        self.field = field
        self.container = container
        self.index = index
        self.holder = holder  # for an item of a list: where that list stands
        self.wanted = wanted  # what is loaded of the document that it leads to
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
        if type(self.value) is ObjectId:
            return self.value
        if isinstance(self.field, GenericReferenceField):
            return self.value.id
        return ReferenceField.to_son(self.field, self.value)

    @property
    def is_unloaded(self) -> bool:
        if type(self.value) is ObjectId:  # as most are
            return not isinstance(self.field, GenericReferenceField)
        if isinstance(self.value, DocumentStorage | DanglingReference | None):
            return False
        if isinstance(self.field, GenericReferenceField):
            return isinstance(self.value, DBRef) and is_id(self.value.id)
        # What is no id but a condition would not be looked up; it would find others.
        return is_id(ReferenceField.to_son(self.field, self.value))

    def put(self, value: Any) -> bool:
        """Replace the reference by what was found; whether that stands here now. Where several ways
        lead to one reference, it may have stood here before.
        """
        if holds(self.container, self.index, value):
            self.value = value
            return True
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


async def references_in_all(nodes: Sequence[Node]) -> list[Reference]:
    """The references of documents that are wanted."""
    found: list[Reference] = []
    pace = Pace()
    pace.start()
    for node in nodes:
        found.extend(references_in(node))
        await pace.turn_if_due()
    return found


def references_in(node: Node) -> Iterator[Reference]:
    """The references of a document that are wanted, in it and in what is embedded in it."""
    yield from references_in_document(node, node.document, node.wanted)


def references_in_document(node: Node, document: Any, wanted: Wanted | None) -> Iterator[Reference]:
    inside = {} if wanted is None else wanted.inside
    is_all = wanted is None or wanted.is_all
    fields = type(document)._fields
    for name in fields if is_all else inside:
        if name in fields:  # documents of one query may be of several classes
            yield from references_in_value(node, fields[name], document, name, inside.get(name))


def references_in_value(
    node: Node,
    field: BaseField[Any],
    container: Any,
    index: Any,
    wanted: Wanted | None,
    holder: tuple[Any, Any] | None = None,
) -> Iterator[Reference]:
    value = value_in(container, index)
    if value is None:
        return
    if isinstance(field, REFERENCES):
        yield Reference(node, field, container, index, holder, wanted)
    elif isinstance(value, DocumentStorage):
        if isinstance(field._in_charge_of(value), EmbeddedDocumentField):
            # Where nothing inside of it was named, all of it is wanted.
            inside = wanted if wanted is not None and wanted.inside else None
            yield from references_in_document(node, value, inside)
    elif isinstance(field, ContainerField) and holds_references(field):
        if not field._is_container(value):
            return  # nothing of the kind: kept as it is, for validation to refuse
        members = changeable(node, field, value, container, index)
        is_list = isinstance(members, list)
        for key, inner, _ in list(field._members(members)):
            yield from references_in_value(
                node, inner, members, key, wanted, (container, index) if is_list else None
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


# -- putting documents in their place ------------------------------------------------------------


async def complete_all(references: Sequence[Reference]) -> None:
    """The same as ``complete_containers`` for many, once all are in their place."""
    async for some in in_turns(references):
        complete_containers(some)


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
