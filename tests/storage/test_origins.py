"""The classes of many documents, and their ids, in one go: as of one after the other."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from aiomotorengine import Document, StringField
from aiomotorengine.storage.origins import classes_of, origins_of, set_origins


class Plain(Document):
    name = StringField()


class Derived(Plain):
    __slots__ = ("cache",)


class Sets(Document):
    """Sees what is set."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_id" and value is not None:
            value = ("set", value)
        super().__setattr__(name, value)


class Gets(Document):
    """Has a say in what is read."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        return ("got", value) if name == "_id" else value


class Misses(Document):
    """Is asked only for what is not there."""

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


def test_classes_of_documents_and_of_what_is_none() -> None:
    given = [Plain(), Plain(), Derived(), Plain(), Gets(), Sets(), Sets(), 7, None, Plain]
    assert classes_of(given) == set(map(type, given))
    assert classes_of(tuple(given[:2])) == {Plain}
    assert classes_of([]) == set()


def test_a_class_whose_hash_fails_is_told() -> None:
    class Unhashable(type):
        __hash__ = None  # type: ignore[assignment]

    class Odd(metaclass=Unhashable):
        pass

    with pytest.raises(TypeError, match="unhashable"):
        classes_of([Plain(), Odd()])


def test_documents_of_any_class() -> None:
    documents = [Plain(), Derived(), Plain(), Sets(), Gets(), Misses(), Plain()]
    state = object()
    set_origins(documents, range(7), state)
    expected = [0, 1, 2, ("set", 3), ("got", 4), 5, 6]
    assert [it._id for it in documents] == expected
    assert origins_of(documents) == (expected, [state] * 7)
    assert [it.name for it in documents if isinstance(it, Plain)] == [None] * 4


def test_a_slot_that_a_class_has_replaced() -> None:
    class Numbered(Document):
        pass

    document = Numbered()
    set_origins([document], [1], is_persisted=True)
    given: list[Any] = []
    Numbered._id = property(lambda self: 7, lambda self, value: given.append(value))
    assert origins_of([document]) == ([7], [True])
    set_origins([document], [2], is_persisted=False)
    assert (given, document._is_persisted) == ([2], False)


def test_documents_that_were_never_filled() -> None:
    empty = object.__new__(Plain)
    with pytest.raises(AttributeError, match="_id"):
        origins_of([Plain(), empty])
    set_origins([empty], [5], is_persisted=False)
    assert origins_of([empty]) == ([5], [False])


def test_a_document_that_is_there_twice_has_the_last_id() -> None:
    twice = Plain()
    set_origins([twice, Plain(), twice], [1, 2, 3], is_persisted=False)
    assert twice._id == 3


def test_every_document_needs_an_id() -> None:
    document = Plain()
    with pytest.raises(ValueError, match="id|argument"):
        set_origins([document, Plain()], [1], is_persisted=False)


def test_what_is_no_document_has_no_origin() -> None:
    with pytest.raises(AttributeError, match="_id"):
        origins_of([Plain(), 5])  # type: ignore[list-item]


def test_ids_that_lead_back_are_collected() -> None:
    class Key:
        pass

    class Keyed(Document):
        pass

    key: Any = Key()
    key.document = Keyed()
    set_origins([key.document], [key], is_persisted=True)
    gone = weakref.ref(key)
    del key
    gc.collect()
    assert gone() is None


def test_an_id_that_changes_its_document_when_it_goes() -> None:
    class Key:
        def __init__(self, document: Any) -> None:
            self.document = weakref.ref(document)

        def __del__(self) -> None:
            document = self.document()
            vars(document)["name"] = document._is_persisted = "changed"
            document._id = Plain()
            gc.collect()

    documents = [Plain(name="Ada") for _ in range(3)]
    set_origins(documents, [Key(document) for document in documents], is_persisted=True)
    set_origins(documents, [1, 2, 3], is_persisted=False)
    ids, states = origins_of(documents)
    assert [type(id) for id in ids] == [Plain] * 3
    assert states == [False] * 3
    assert [document.name for document in documents] == ["changed"] * 3
