"""to_son and from_son: one key a field, overrides win, nothing else is touched (section 11)."""

from __future__ import annotations

from collections import ChainMap, OrderedDict, UserDict
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import bson
import pytest
from bson import ObjectId
from bson.int64 import Int64
from bson.raw_bson import RawBSONDocument
from bson.son import SON

from aiomotorengine import (
    BaseField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PointField,
    StringField,
    UUIDField,
)


class Inner(Document):
    word = StringField(db_field="w")


class Outer(Document):
    text = StringField(db_field="t")
    size = IntField()
    inner = EmbeddedDocumentField(Inner, db_field="i")
    words = ListField(StringField(), db_field="ws")


STORED: dict[str, Any] = {"t": "a", "size": 1, "i": {"w": "b"}, "ws": ["c"]}


def test_every_field_is_stored_in_order_unset_ones_as_null() -> None:
    assert list(Outer().to_son().items()) == [("t", None), ("size", None), ("i", None), ("ws", [])]


def test_keys_are_db_names_at_every_depth() -> None:
    outer = Outer(text="a", size=1, inner=Inner(word="b"), words=["c"])
    assert outer.to_son() == STORED


def test_loading_is_the_way_back() -> None:
    outer = Outer.from_son({"_id": 5, **STORED})
    assert outer._id == 5
    assert (outer.text, outer.size, outer.inner.word, outer.words) == ("a", 1, "b", ["c"])
    assert outer.to_son() == STORED


def test_order_is_that_of_the_fields_whatever_came_first() -> None:
    outer = Outer.from_son(dict(reversed(STORED.items())))
    assert list(outer.to_son()) == ["t", "size", "i", "ws"]


@pytest.mark.parametrize(
    "mapping",
    [
        SON(STORED),
        OrderedDict(STORED),
        UserDict(STORED),
        ChainMap(STORED),
        MappingProxyType(STORED),
        RawBSONDocument(bson.encode(STORED)),
    ],
    ids=lambda mapping: type(mapping).__name__,
)
def test_any_mapping_can_be_loaded(mapping: Any) -> None:
    outer = Outer.from_son(mapping)
    assert outer.to_son() == STORED


def test_the_input_of_from_son_is_not_changed() -> None:
    stored = {"_id": 1, **STORED, "_colour": ["red"], "i": {"w": "b", "plain": 1}}
    before = bson.encode(stored)
    outer = Outer.from_son(stored)
    outer.words.append("d")
    outer.inner.word = "x"
    outer.colour = "blue"
    outer.to_son()
    assert bson.encode(stored) == before


def test_the_result_of_to_son_is_not_the_documents_own() -> None:
    outer = Outer.from_son(STORED)
    son = outer.to_son()
    son["ws"].append("x")
    son["i"]["w"] = "x"
    son["new"] = 1
    assert outer.to_son() == STORED


def test_what_a_field_passes_through_is_the_same_object_afterwards() -> None:
    class Things(Document):
        anything = BaseField()
        text = StringField()
        key = UUIDField()
        point = PointField()

    values = {
        "anything": object(),
        "text": "a long text".upper(),
        "key": uuid4(),
        "point": {"type": "Point", "coordinates": [1, 2]},
    }
    things = Things(**values)
    son = things.to_son()
    for name, value in values.items():
        assert son[name] is value
        assert getattr(things, name) is value
    again = Things.from_son(son)
    for name, value in values.items():
        assert again._values[name] is value


def test_subclasses_of_the_types_of_values_are_accepted() -> None:
    class Text(str):
        __slots__ = ()

    class Number(int):
        pass

    class Moment(datetime):
        pass

    class Things(Document):
        text = StringField()
        size = IntField()
        at = BaseField()

    things = Things(text=Text("a"), size=Number(3), at=Moment(2020, 1, 1))
    assert things.validate()
    assert things.to_son() == {"text": "a", "size": 3, "at": datetime(2020, 1, 1)}


def test_int64_of_the_database_becomes_a_plain_int() -> None:
    class Things(Document):
        size = IntField()
        sizes = ListField(IntField())

    things = Things.from_son({"size": Int64(5), "sizes": [Int64(6)]})
    assert (type(things.size), type(things.sizes[0])) == (int, int)


# -- overriding wins -----------------------------------------------------------------------------


class Shout(StringField):
    def to_son(self, value: Any) -> Any:
        return value and value.upper()

    def from_son(self, value: Any) -> Any:
        return value and value.lower()


def test_a_field_that_overrides_is_called_at_every_depth() -> None:
    class Part(Document):
        word = Shout()

    class Whole(Document):
        word = Shout()
        words = ListField(Shout())
        part = EmbeddedDocumentField(Part)
        parts = ListField(EmbeddedDocumentField(Part))

    whole = Whole(word="a", words=["b"], part=Part(word="c"), parts=[Part(word="d")])
    stored = {"word": "A", "words": ["B"], "part": {"word": "C"}, "parts": [{"word": "D"}]}
    assert whole.to_son() == stored
    again = Whole.from_son(stored)
    assert (again.word, again.words, again.part.word, again.parts[0].word) == ("a", ["b"], "c", "d")


def test_a_document_that_overrides_is_called_where_it_is_embedded() -> None:
    class Part(Document):
        word = StringField()

        def to_son(self) -> dict[str, Any]:
            return {**super().to_son(), "by": "to_son"}

        @classmethod
        def from_son(cls, mapping: Any) -> Any:
            return super().from_son({"word": mapping["word"] + " by from_son"})

    class Whole(Document):
        part = EmbeddedDocumentField(Part)
        parts = ListField(EmbeddedDocumentField(Part))

    whole = Whole(part=Part(word="a"), parts=[Part(word="b")])
    assert whole.to_son() == {
        "part": {"word": "a", "by": "to_son"},
        "parts": [{"word": "b", "by": "to_son"}],
    }
    again = Whole.from_son({"part": {"word": "a"}, "parts": [{"word": "b"}]})
    assert (again.part.word, again.parts[0].word) == ("a by from_son", "b by from_son")


def test_a_method_set_on_a_field_is_called() -> None:
    class Thing(Document):
        word = StringField()
        words = ListField(StringField())

    thing = Thing(word="a", words=["b"])
    assert thing.to_son() == {"word": "a", "words": ["b"]}
    Thing.word.to_son = lambda value: f"<{value}>"  # type: ignore[method-assign]
    Thing.words._base_field.to_son = lambda value: f"[{value}]"  # type: ignore[method-assign]
    assert thing.to_son() == {"word": "<a>", "words": ["[b]"]}
    del Thing.word.to_son
    assert thing.to_son() == {"word": "a", "words": ["[b]"]}


def test_a_get_value_of_ones_own_is_what_attribute_and_storage_see() -> None:
    class Doubled(BaseField[Any]):
        def get_value(self, value: Any) -> Any:
            return value and value * 2

    class Thing(Document):
        size = Doubled()

    thing = Thing(size=2)
    assert thing.size == 4
    assert thing.to_son() == {"size": 4}
    assert thing.get_field_value("size") == 4
    thing.size = 5
    assert thing.size == 10


def test_conversion_changes_nothing_on_the_class() -> None:
    class Thing(Document):
        word = StringField()

    def state() -> dict[str, Any]:
        return {k: v for k, v in vars(Thing).items() if k not in ("_conversion", "_codecs")}

    before = state()
    Thing.from_son({"word": "a", "x": 1}).to_son()
    Thing(word="b", y=ObjectId()).validate()
    assert state() == before


def test_a_get_field_value_of_ones_own_is_what_is_stored_and_validated() -> None:
    class Answer(Document):
        number = IntField(required=True)

        def get_field_value(self, name: str) -> Any:
            return 42 if name == "number" else super().get_field_value(name)

    answer = Answer()
    assert answer.validate()
    assert answer.to_son() == {"number": 42}


def test_a_get_field_by_db_name_of_ones_own_says_which_field_a_key_is() -> None:
    class Loose(Document):
        name = StringField(db_field="n")

        @classmethod
        def get_field_by_db_name(cls, db_name: str) -> Any:
            return super().get_field_by_db_name(db_name.lower())

    assert Loose.from_son({"N": "a"}).name == "a"
