"""ListField."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    IntField,
    JsonField,
    ListField,
    PasswordField,
    PointField,
    ReferenceField,
    StringField,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.password_field import sha256
from tests.fields.support import holder, is_valid

ID = ObjectId("0123456789abcdef01234567")
POINT = {"type": "Point", "coordinates": [1, 2]}


class Home(Document):
    road = StringField(required=True, db_field="rd")


@pytest.mark.parametrize("base_field", [None, "text", 5, StringField])
def test_the_base_field_must_be_a_field(base_field: Any) -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011  # the text is checked in full
        ListField(base_field)
    assert str(raised.value) == (
        f"The list field 'field' argument must be an instance of BaseField, not '{base_field}'."
    )


def test_the_base_field_is_kept() -> None:
    base_field = IntField()
    assert ListField(base_field)._base_field is base_field


def test_item_type_is_the_document_class_or_the_base_field() -> None:
    number = IntField()
    assert ListField(number).item_type is number
    assert ListField(EmbeddedDocumentField(Home)).item_type is Home
    assert ListField(ReferenceField(Home)).item_type is Home


class TestDefaults:
    @pytest.mark.parametrize("default", [None, [], ()])
    def test_without_a_default_each_document_has_a_new_list(self, default: Any) -> None:
        document_class = holder(ListField(IntField(), default=default))
        first, second = document_class(), document_class()
        first.value.append(1)
        assert (first.value, second.value) == ([1], [])
        assert document_class.from_son({}).value == []

    def test_a_given_default_is_used(self) -> None:
        assert holder(ListField(IntField(), default=[1]))().value == [1]
        assert holder(ListField(IntField(), default=lambda: [2]))().value == [2]


class TestValidation:
    def test_every_item_must_be_valid(self) -> None:
        field = ListField(StringField(max_length=2))
        assert field.validate(["a", "bb", None])
        assert not field.validate(["a", "bbb"])
        assert not field.validate(["a", 5])

    def test_required_of_the_base_field_is_not_looked_at(self) -> None:
        assert ListField(StringField(required=True)).validate(["", None])

    def test_none_and_no_items_count_as_empty(self) -> None:
        field = ListField(IntField())
        assert all(map(field.is_empty, (None, [], (), set())))
        assert not field.is_empty([0])
        assert not is_valid(ListField(IntField(), required=True), [])
        assert ListField(IntField()).validate(None)
        assert not ListField(IntField(), required=True).validate(None)

    def test_lists_of_lists(self) -> None:
        field = ListField(ListField(IntField()))
        assert field.validate([[1], [], None])
        assert not field.validate([1])
        assert not field.validate([["x"]])

    def test_a_problem_inside_an_embedded_document_surfaces(self) -> None:
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'road' is required\.$"):
            holder(ListField(EmbeddedDocumentField(Home)))(value=[Home()]).validate()

    @pytest.mark.parametrize("value", [[1], (1,), {1}, frozenset({1}), deque([1]), range(2)])
    def test_k20_collections_are_valid_and_stored_as_lists(self, value: Any) -> None:
        field = ListField(IntField())
        assert field.validate(value)
        assert field.to_son(value) == list(value)
        assert type(field.to_son(value)) is list

    def test_k20_whatever_can_be_walked_twice_is_valid(self) -> None:
        class Twice:
            def __iter__(self) -> Iterator[int]:
                return iter((1, 2))

        assert ListField(IntField()).validate(Twice())

    @pytest.mark.parametrize(
        "value",
        ["abc", "", b"abc", bytearray(b"a"), {"a": 1}, 5, object(), iter([1]), (n for n in ())],
    )
    @pytest.mark.parametrize("base_field", [BaseField, StringField, IntField])
    def test_k20_text_mappings_and_what_cannot_be_walked_twice_are_not_valid(
        self, base_field: Any, value: Any
    ) -> None:
        assert ListField(base_field()).validate(value) is False

    def test_k20_none_is_stored_as_an_empty_list(self) -> None:
        field = ListField(IntField())
        assert field.to_son(None) == field.from_son(None) == []
        assert holder(field)(value=None).to_son() == {"value": []}


class TestConversion:
    def test_items_are_converted_by_the_base_field(self) -> None:
        field = ListField(DecimalField())
        assert field.to_son([1, "2.5", None]) == ["1.00", "2.50", None]
        assert field.from_son(["1.00", None]) == [Decimal("1.00"), None]

    def test_lists_of_lists(self) -> None:
        field = ListField(ListField(IntField()))
        assert field.to_son([["1"], None]) == [[1], []]
        assert field.from_son([[1], None]) == [[1], []]

    @pytest.mark.parametrize("base_field", [IntField, StringField, BaseField])
    def test_lists_in_documents_and_in_the_database_are_not_the_same(self, base_field: Any) -> None:
        field, stored = ListField(base_field()), ["1"]
        assert field.from_son(stored) is not stored
        assert field.to_son(stored) is not stored

    @pytest.mark.parametrize("stored", ["abc", 5, {"a": 1}])
    def test_what_is_no_list_in_the_database_is_kept_for_validation_to_refuse(
        self, stored: Any
    ) -> None:
        document = holder(ListField(StringField())).from_son({"value": stored})
        assert document.value == stored
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            document.validate()

    def test_k22_items_are_presented_as_attributes_are(self) -> None:
        document = holder(ListField(PointField()))(value=[[1, 2], POINT])
        assert document.validate()
        assert document.to_son() == {"value": [POINT, POINT]}

    def test_an_override_of_the_base_field_is_called(self) -> None:
        class Loud(StringField):
            def get_value(self, value: Any) -> Any:
                return f"{value}?"

            def validate(self, value: Any) -> bool:
                return bool(value.endswith("?"))

            def to_son(self, value: Any) -> Any:
                return value.upper()

            def from_son(self, value: Any) -> Any:
                return value.lower()

            def to_query(self, value: Any) -> Any:
                return f"={value}"

        field = ListField(Loud())
        assert field.validate(["a"])
        assert field.to_son(["a"]) == ["A?"]
        assert field.from_son(["A"]) == ["a"]
        assert field.to_query("a") == "=a"

    def test_a_method_that_is_set_on_the_base_field_later_is_called(self) -> None:
        base_field = StringField()
        field = ListField(base_field)
        assert field.to_son(["a"]) == ["a"]
        base_field.to_son = str.upper  # type: ignore[method-assign, assignment]
        assert field.to_son(["a"]) == ["A"]


class TestQueries:
    @pytest.mark.parametrize("value", [["1", 2], ("1", 2), deque(["1", 2])])
    def test_k23_a_list_asks_for_all_of_its_items(self, value: Any) -> None:
        assert ListField(IntField()).to_query(value) == {"$all": [1, 2]}

    def test_k23_a_set_becomes_a_list(self) -> None:
        assert ListField(StringField()).to_query({"a"}) == {"$all": ["a"]}

    def test_any_other_value_asks_for_an_item(self) -> None:
        assert ListField(IntField()).to_query("5") == 5
        assert ListField(StringField()).to_query("abc") == "abc"
        assert ListField(DateTimeField()).to_query("2010-01-01 00:00:00") == datetime(2010, 1, 1)

    def test_none_asks_for_null(self) -> None:
        assert ListField(JsonField()).to_query(None) is None

    def test_k23_items_of_all_go_through_the_base_field(self) -> None:
        author = Home(_id=ID)
        assert ListField(DecimalField()).to_query([1]) == {"$all": ["1.00"]}
        assert ListField(PasswordField()).to_query(["x"]) == {"$all": [sha256("x")]}
        assert ListField(ReferenceField(Home)).to_query([author, ID, str(ID)]) == {
            "$all": [ID, ID, ID]
        }
        assert ListField(EmbeddedDocumentField(Home)).to_query([Home(road="a"), {"rd": "b"}]) == {
            "$all": [{"rd": "a"}, {"rd": "b"}]
        }

    def test_k22_points_are_wrapped(self) -> None:
        assert ListField(PointField()).to_query([[1, 2]]) == {"$all": [POINT]}

    def test_lists_of_lists(self) -> None:
        field = ListField(ListField(IntField()))
        assert field.to_query([["1"], [2]]) == {"$all": [[1], [2]]}
        assert ListField(field).to_query([[["1"]]]) == {"$all": [[[1]]]}

    def test_k23_a_value_of_in_is_an_item(self) -> None:
        assert ListField(IntField()).to_query_item("5") == 5
        assert ListField(StringField()).to_query_item("abc") == "abc"
        assert ListField(ReferenceField(Home)).to_query_item(Home(_id=ID)) == ID
        assert ListField(PointField()).to_query_item([1, 2]) == POINT
        assert ListField(JsonField()).to_query_item([1]) == "[1]"

    def test_k23_a_value_of_in_may_be_a_whole_list(self) -> None:
        assert ListField(IntField()).to_query_item(["1", 2]) == [1, 2]
        assert ListField(StringField()).to_query_item(("a", "b")) == ["a", "b"]
        assert ListField(ReferenceField(Home)).to_query_item([ID]) == [ID]
        assert ListField(ListField(IntField())).to_query_item(["1"]) == [1]
        assert ListField(ListField(IntField())).to_query_item([["1"]]) == [[1]]


class TestUpdates:
    def test_k17_items_are_converted(self) -> None:
        assert holder(ListField(IntField())).value.to_update(("1", 2)) == [1, 2]
        assert holder(ListField(PointField())).value.to_update([[1, 2]]) == [POINT]

    def test_k17_embedded_documents_and_mappings(self) -> None:
        field = holder(ListField(EmbeddedDocumentField(Home))).value
        homes = [Home(road="a"), {"road": "b"}, {"rd": "c"}]
        assert field.to_update(homes) == [{"rd": "a"}, {"rd": "b"}, {"rd": "c"}]

    @pytest.mark.parametrize("value", ["12", 5, ["x"], [[1]], {"$push": 1}])
    def test_k17_the_refusal_names_the_list(self, value: Any) -> None:
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            holder(ListField(IntField())).value.to_update(value)

    def test_k17_the_refusal_names_the_list_of_lists(self) -> None:
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            holder(ListField(ListField(IntField()))).value.to_update([["x"]])


def test_a_base_field_that_is_also_an_attribute_keeps_its_name() -> None:
    class Doc(Document):
        one = IntField(db_field="o")
        many = ListField(one)
        lots = ListField(ListField(IntField()))

    assert (Doc.one.name, Doc.many.name) == ("one", "many")
    assert Doc.one.db_field == "o"
    assert Doc.lots._base_field._base_field.name == "lots"


def test_an_empty_collection_of_any_kind_is_empty() -> None:
    field = ListField(IntField(), required=True)
    assert [field.is_empty(value) for value in (deque(), array("i"), {}.keys())] == [True] * 3
    assert not field.is_empty(deque([1]))
    assert not field.is_empty({})  # no collection, and so for validation to refuse
