"""Copies and pickles, those of earlier versions included."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from bson.objectid import ObjectId

from tests.storage.classes import Person, Slotted

ID = ObjectId("65f000000000000000000001")

# Written by the version before documents could hold their values themselves.
OLD_PICKLE = (
    b"\x80\x04\x95\xe3\x00\x00\x00\x00\x00\x00\x00\x8c\x15tests.storage.classes\x94\x8c\x07Slotted"
    b"\x94\x93\x94)\x81\x94}\x94(\x8c\x04name\x94\x8c\x03Ada\x94\x8c\x03age\x94K\x07\x8c\x04tags\x94"
    b"]\x94\x8c\x01a\x94a\x8c\x06secret\x94N\x8c\x04nick\x94\x8c\x08Countess\x94u}\x94(\x8c\x04note"
    b"\x94\x8c\x05first\x94\x8c\x07_hidden\x94N\x8c\x03_id\x94\x8c\rbson.objectid\x94\x8c\x08ObjectId"
    b"\x94\x93\x94)\x81\x94C\x0ce\xf0\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x94b\x8c\r_is_persisted"
    b"\x94\x88\x8c\x0c_stored_keys\x94Nu\x86\x94b."
)


def slotted() -> Any:
    document: Any = Slotted(name="Ada", tags=["a"], nick="Countess", _id=ID)
    document.note = "first"
    document._is_persisted = True
    return document


def state(document: Any) -> Any:
    kept = document.name, document.age, document.tags, document.secret, document.nick
    return kept, document.note, document._id, document._is_persisted, document._stored_keys


def test_a_pickle_of_an_earlier_version_is_read() -> None:
    document = pickle.loads(OLD_PICKLE)
    assert type(document) is Slotted
    assert state(document) == state(slotted())
    assert document.to_son() == slotted().to_son()


CLONES: dict[str, Callable[[Any], Any]] = {"copy": copy.copy, "deepcopy": copy.deepcopy}
for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
    CLONES[f"pickle-{protocol}"] = lambda document, protocol=protocol: pickle.loads(
        pickle.dumps(document, protocol)
    )


@pytest.mark.parametrize("clone", CLONES.values(), ids=CLONES)
def test_a_copy_has_everything_and_is_a_document_of_its_own(clone: Any) -> None:
    document = slotted()
    other = clone(document)
    assert type(other) is Slotted
    assert state(other) == state(document)
    other.name, other.nick, other.note = "Grace", "Amazing", "second"
    assert (document.name, document.nick, document.note) == ("Ada", "Countess", "first")


@pytest.mark.parametrize("clone", CLONES.values(), ids=CLONES)
def test_a_copy_lacks_the_value_that_was_deleted(clone: Any) -> None:
    document = Person(name="Ada")
    del document.age
    other = clone(document)
    assert other.age is None
    assert "age" not in other._values
    assert other.to_son() == document.to_son()


@pytest.mark.parametrize("clone", CLONES.values(), ids=CLONES)
def test_a_copy_shares_no_mapping_of_values(clone: Any) -> None:
    document = Person(name="Ada")
    assert document._values["name"] == "Ada"
    other = clone(document)
    other._values["name"] = "Grace"
    assert document.name == "Ada"


def test_a_shallow_copy_shares_values_and_a_deep_one_does_not() -> None:
    document = slotted()
    assert copy.copy(document).tags is document.tags
    assert copy.deepcopy(document).tags is not document.tags


def test_a_deep_copy_of_a_circle_is_a_circle() -> None:
    document: Any = Person(name="Ada")
    document.partner = document
    document.tags = [document]
    other = copy.deepcopy(document)
    assert other is not document
    assert other.partner is other
    assert other.tags == [other]


def test_a_pickle_of_a_circle_is_a_circle() -> None:
    document: Any = Person(name="Ada")
    document.partner = document
    other = pickle.loads(pickle.dumps(document))
    assert other.partner is other


def test_the_state_is_the_values_and_the_slots() -> None:
    document = slotted()
    values, slots = document.__getstate__()
    kept = {"name": "Ada", "age": 7, "tags": ["a"], "secret": None, "nick": "Countess"}
    assert values == kept
    assert slots["note"] == "first"
    assert slots["_id"] == ID
