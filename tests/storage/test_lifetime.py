"""What Python's collector finds, and what goes away without it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from aiomotorengine import Document, EmbeddedDocumentField, JsonField, ListField, StringField


class Node(Document):
    name = StringField()
    value = JsonField()
    items = ListField(StringField())
    child = EmbeddedDocumentField(embedded_document_type=Document)


def to_itself(node: Any) -> None:
    node.value = node


def through_a_list(node: Any) -> None:
    node.items = [node]


def through_what_is_kept_as_a_text(node: Any) -> None:
    node.name = {"node": node}


def through_an_embedded_document(node: Any) -> None:
    node.child = Node(child=node)


def through_a_dynamic_attribute(node: Any) -> None:
    node.extra = node


def through_its_dict(node: Any) -> None:
    vars(node)["extra"] = [node]


def through_a_list_that_was_read(node: Any) -> None:
    node.items.append(node)


def through_its_id(node: Any) -> None:
    node._id = [node]


def through_what_is_hidden(node: Any) -> None:
    node._hidden = {"node": node}


def through_a_closure(node: Any) -> None:
    node.value = lambda: node


CIRCLES: list[Callable[[Any], None]] = [
    to_itself,
    through_a_list,
    through_what_is_kept_as_a_text,
    through_an_embedded_document,
    through_a_dynamic_attribute,
    through_its_dict,
    through_a_list_that_was_read,
    through_its_id,
    through_what_is_hidden,
    through_a_closure,
]
WAYS: dict[str, Callable[[], Any]] = {
    "made": lambda: Node(name="a"),
    "loaded": lambda: Node.from_son({"_id": 1, "name": "a", "items": ["b"]}),
}


@pytest.mark.parametrize("make", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("close", CIRCLES, ids=lambda close: close.__name__)
def test_a_circle_is_collected(close: Callable[[Any], None], make: Callable[[], Any]) -> None:
    node = make()
    close(node)
    reference = weakref.ref(node)
    del node
    gc.collect()
    assert reference() is None


def test_what_can_be_reached_is_not_collected() -> None:
    node: Any = Node(name="a", items=["b"])
    inner = weakref.ref(Node(name="inner"))
    assert inner() is None
    node.value = Node(name="inner")
    node.value.extra = node
    gc.collect()
    assert node.value.name == "inner"
    assert node.value.extra is node


def test_classes_are_collected_with_their_documents() -> None:
    class Passing(Document):
        name = StringField()

    document: Any = Passing(name="a")
    document.extra = document
    references = weakref.ref(Passing), weakref.ref(document)
    del Passing, document
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def kept_by_its_document() -> Any:
    class Passing(Document):
        name = StringField()

    Passing.first = Passing(name="a")  # type: ignore[attr-defined]
    Passing.second = Passing(name="b")  # type: ignore[attr-defined]
    return Passing


def kept_by_one_that_was_loaded() -> Any:
    passing: Any = type(Document)("Node", (Document,), {"name": StringField()})
    passing.all = [passing.from_son({"name": "a"}), passing.from_son({"name": "b"})]
    return passing


def kept_by_one_that_was_not_filled() -> Any:
    passing: Any = type(Document)("Passing", (Document,), {"name": StringField()})
    passing.first = passing.__new__(passing)
    return passing


def kept_by_its_default() -> Any:
    passing: Any = type(Document)("Passing", (Document,), {"child": JsonField()})
    passing._fields["child"].default = passing()
    return passing


def kept_by_a_document_that_became_its() -> Any:
    passing: Any = type(Document)("Passing", (Node,), {})
    passing.first = Node(name="a")
    passing.first.__class__ = passing
    return passing


@pytest.mark.parametrize(
    "make",
    [
        kept_by_its_document,
        kept_by_one_that_was_loaded,
        kept_by_one_that_was_not_filled,
        kept_by_its_default,
        kept_by_a_document_that_became_its,
    ],
    ids=lambda make: make.__name__,
)
def test_a_class_that_only_its_documents_keep_is_collected(make: Callable[[], Any]) -> None:
    reference = weakref.ref(make())
    gc.collect()
    assert reference() is None


class Bypassing(Document):
    name = StringField()

    def __setattr__(self, name: str, value: Any) -> None:
        try:
            object.__setattr__(self, name, value)
        except TypeError:  # some Pythons refuse that to go round a base written in C
            super().__setattr__(name, value)


def test_a_circle_is_collected_that_was_closed_behind_the_documents_back() -> None:
    for _ in range(2):
        document: Any = Bypassing(name="a")
        document.extra = document
        assert document.extra is document
        reference = weakref.ref(document)
        del document
        gc.collect()
        assert reference() is None


def test_a_document_keeps_its_class() -> None:
    class Passing(Document):
        name = StringField()

    document = Passing(name="a")
    reference = weakref.ref(Passing)
    del Passing
    gc.collect()
    assert type(document) is reference()
    assert document.name == "a"


@pytest.mark.parametrize("name", ["value", "extra"])
def test_a_long_chain_goes_away_without_overflow(name: str) -> None:
    head = None
    last = weakref.ref(Node())
    for number in range(200_000):
        node: Any = Node()
        setattr(node, name, head)
        if number == 0:
            last = weakref.ref(node)
        head = node
    assert last() is not None
    node = None
    head = None
    gc.collect()
    assert last() is None


def test_a_long_chain_that_was_loaded_goes_away_without_overflow() -> None:
    head = None
    for _ in range(200_000):
        node = Node.from_son({"name": "a"})
        node.child = head
        head = node
    reference = weakref.ref(head)
    del node, head
    gc.collect()
    assert reference() is None
