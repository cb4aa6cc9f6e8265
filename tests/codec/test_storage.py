"""How values are read: by the cheapest descriptor."""

from __future__ import annotations

import copy
import gc
import pickle
import sys
import weakref
from datetime import datetime
from types import FunctionType
from typing import Any

import pytest
from bson.objectid import ObjectId

from aiomotorengine import Document, fields
from aiomotorengine.document import BaseDocument
from aiomotorengine.errors import LoadReferencesRequiredError
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference, ReferenceList
from aiomotorengine.storage.descriptors import (
    Attribute,
    ConvertedAttribute,
    ReferenceAttribute,
    StoredAttribute,
)
from tests.zoo import animals
from tests.zoo.animals import Everything, Plain
from tests.zoo.compare import snapshot

HOOKS_OF_ACCESS = ("__getattribute__", "__getattr__", "__setattr__", "__delattr__")


def attribute(document_class: type, name: str) -> Any:
    """What the class body holds under a name, without calling it."""
    return next(vars(base)[name] for base in document_class.__mro__ if name in vars(base))


# -- no tolls on the way to an attribute ---------------------------------------------------------


@pytest.mark.parametrize("hook", HOOKS_OF_ACCESS)
@pytest.mark.parametrize("document_class", [Document, BaseDocument, DocumentStorage])
def test_no_attribute_access_of_documents_runs_python(document_class: Any, hook: str) -> None:
    assert not isinstance(getattr(document_class, hook, None), FunctionType)


@pytest.mark.parametrize("name", Plain._fields)
def test_a_plain_field_is_read_from_the_instance_without_a_call(name: str) -> None:
    descriptor = attribute(Plain, name)
    assert type(descriptor) is StoredAttribute
    for method in ("__set__", "__delete__"):
        assert not isinstance(getattr(type(descriptor), method, None), FunctionType)


def test_reading_a_plain_field_calls_nothing_of_ours() -> None:
    document = Plain(name="a", size=1)
    called: list[str] = []

    def watch(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            called.append(frame.f_code.co_qualname)

    sys.setprofile(watch)
    try:
        values = document.name, document.size, document._id, document._values and None
        method = document.save
    finally:
        sys.setprofile(None)
    assert values == ("a", 1, None, None)
    assert method.__func__ is Document.save
    assert called == ["DocumentStorage._values"]


CONVERTED = ("password", "point", "line", "polygon")


@pytest.mark.parametrize("name", CONVERTED)
def test_a_field_with_a_say_in_reading_has_a_data_descriptor(name: str) -> None:
    assert isinstance(attribute(Everything, name), ConvertedAttribute)


@pytest.mark.parametrize(
    "name", [n for n in Everything._fields if n not in (*CONVERTED, "reference")]
)
def test_all_other_fields_are_plain(name: str) -> None:
    assert type(attribute(Everything, name)) is StoredAttribute


def test_references_are_looked_after() -> None:
    assert isinstance(attribute(Everything, "reference"), ReferenceAttribute)


def test_an_override_of_get_value_has_a_data_descriptor() -> None:
    assert isinstance(attribute(animals.Overridden, "quiet"), ConvertedAttribute)
    assert type(attribute(animals.Overridden, "upper")) is StoredAttribute


# -- the values ----------------------------------------------------------------------------------


def test_values_are_the_instance_dict_by_attribute_name() -> None:
    document = animals.Renamed(name="a", size=5)
    assert document._values is document.__dict__
    assert document._values["name"] == "a"
    assert document._values["size"] == 5
    assert "n" not in document._values


def test_values_hold_exactly_the_fields() -> None:
    assert list(Plain()._values) == list(Plain._fields)
    assert list(Plain(tame=True, name="a")._values) == list(Plain._fields)
    assert list(Plain.from_son({"tame": True, "_id": 1})._values) == list(Plain._fields)


def test_values_are_live() -> None:
    document = Plain()
    document._values["name"] = "b"
    assert document.name == "b"
    document.name = "c"
    assert document._values["name"] == "c"


def test_assignment_neither_converts_nor_validates() -> None:
    document = Plain()
    value = object()
    document.size = value
    assert document.size is value
    assert document._values["size"] is value


def test_what_is_not_a_value_is_not_among_the_values() -> None:
    document = Plain(_id=ObjectId())
    document._is_persisted = True
    assert list(document._values) == list(Plain._fields)
    assert not {"_id", "_is_persisted", "_stored_keys", "_hidden"} & set(document.__dict__)


def test_a_deleted_value_reads_none() -> None:
    document = Plain(name="a")
    del document.name
    assert document.name is None
    assert document.to_son()["name"] is None
    with pytest.raises(AttributeError):
        del document.name


def test_a_deleted_converted_value_reads_none() -> None:
    document = Everything(point=[1, 2])
    del document.point
    assert document.point is None
    with pytest.raises(AttributeError):
        del document.point


def test_the_class_gives_the_field() -> None:
    for name in Everything._fields:
        found = getattr(Everything, name)
        assert isinstance(found, fields.BaseField)
        assert found is Everything._fields[name]
        assert found.name == name


def test_a_field_replaced_in_the_instance_is_not_replaced_in_the_class() -> None:
    one, other = Plain(name="a"), Plain(name="b")
    one.name = "c"
    assert (one.name, other.name) == ("c", "b")
    assert isinstance(Plain.name, fields.StringField)


def test_an_unknown_attribute_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = Plain().nothing


def test_hasattr_of_an_unloaded_reference_says_what_to_do() -> None:
    document = Everything(reference=ObjectId())
    with pytest.raises(LoadReferencesRequiredError):
        hasattr(document, "reference")


def test_converted_values_are_stored_as_they_were_assigned() -> None:
    document = Everything(point=[1, 2])
    assert document._values["point"] == [1, 2]
    assert document.point == {"type": "Point", "coordinates": [1, 2]}


def test_a_dangling_reference_reads_none_and_keeps_its_id() -> None:
    gone = ObjectId()
    document = Everything()
    document._values["reference"] = DanglingReference(gone)
    assert document.reference is None
    assert document.validate()
    assert document.to_son()["reference"] == gone
    assert repr(DanglingReference(5)) == "DanglingReference(5)"


def test_an_attribute_knows_its_field_and_name() -> None:
    descriptor = attribute(Plain, "name")
    assert isinstance(descriptor, Attribute)
    assert descriptor.field is Plain.name
    assert descriptor.name == "name"
    assert not descriptor.stamps


# -- instances among others ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda d: pickle.loads(pickle.dumps(d))]
)
def test_documents_can_be_copied_and_pickled(clone: Any) -> None:
    document = Plain.from_son(
        {"_id": ObjectId(), "name": "a", "born": datetime(2020, 1, 1), "plain": 1, "save": 2}
    )
    twin = clone(document)
    assert twin is not document
    assert snapshot(twin) == snapshot(document)
    assert twin.to_son() == document.to_son()
    twin.name = "b"
    assert document.name == "a"


def test_a_deep_copy_shares_nothing_that_can_change() -> None:
    document = Everything(strings=["a"], embedded=Plain(name="b"))
    twin = copy.deepcopy(document)
    twin.strings.append("c")
    twin.embedded.name = "d"
    assert document.strings == ["a"]
    assert document.embedded.name == "b"


def test_documents_are_equal_only_to_themselves() -> None:
    key = ObjectId()
    one, other = Plain(_id=key, name="a"), Plain(_id=key, name="a")
    assert one == one
    assert one != other
    assert len({one, other}) == 2


def test_documents_can_be_referred_to_weakly_and_are_collected() -> None:
    node = animals.Node(name="loop")
    node.left = node
    seen = weakref.ref(node)
    del node
    gc.collect()
    assert seen() is None


# -- lists of references of which some are gone --------------------------------------------------


def test_a_reference_list_reads_none_and_restores_its_ids() -> None:
    kept = Plain(_id=1)
    found = ReferenceList.of([DanglingReference(5), kept, DanglingReference(7)])
    assert found == [None, kept, None]
    assert found.restored() == [5, kept, 7]


def test_a_changed_reference_list_counts_as_it_is() -> None:
    found = ReferenceList.of([DanglingReference(5), 6])
    found.remove(None)
    assert not found.is_intact
    assert found.restored() == [6]


def test_reference_lists_survive_copies() -> None:
    found = ReferenceList.of([DanglingReference(5), 6])
    for twin in (copy.copy(found), copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert type(twin) is ReferenceList
        assert twin == [None, 6]
        assert twin.restored() == [5, 6]
