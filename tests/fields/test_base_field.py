"""BaseField: arguments, hooks, and what other fields inherit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import date
from enum import Enum
from functools import wraps
from typing import Any
from unittest.mock import MagicMock, Mock, patch
from uuid import UUID

import pytest

import aiomotorengine.fields as all_fields
from aiomotorengine import (
    BaseField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    EmailField,
    EnumField,
    FloatField,
    IntField,
    IPAddressField,
    JsonField,
    LineStringField,
    ListField,
    ObjectIdField,
    PointField,
    PolygonField,
    StringField,
    TimedeltaField,
    TimeField,
    U,
    URLField,
    UUIDField,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.field_methods import generation
from tests.fields.support import holder

ARGUMENTS = {
    "db_field": "key",
    "default": 5,
    "required": True,
    "on_save": lambda document, creating: None,
    "unique": True,
}


class Level(Enum):
    LOW, HIGH = 1, 2


OWN_ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "BinaryField": (None,),
    "DateField": (None, None),
    "DateTimeField": (False, False),
    "Decimal128Field": (None, None, 2, "ROUND_DOWN"),
    "DecimalField": (None, None, 2, "ROUND_DOWN"),
    "DictField": (None,),
    "EmbeddedDocumentField": ("some.Class",),
    "EnumField": (Level, False),
    "FloatField": (None, None),
    "IPAddressField": (4,),
    "GenericEmbeddedDocumentField": (["some.Class"],),
    "GenericReferenceField": (None,),
    "GeometryCollectionField": (True,),
    "IntField": (None, None),
    "LineStringField": (True,),
    "ListField": (IntField(),),
    "MapField": (IntField(),),
    "MultiLineStringField": (True,),
    "MultiPointField": (True,),
    "MultiPolygonField": (True,),
    "PasswordField": (str.upper,),
    "PointField": (True,),
    "PolygonField": (True,),
    "ReferenceField": ("some.Class",),
    "SequenceField": (1, "counters", None),
    "SetField": (IntField(),),
    "StringField": (255,),
    "TimedeltaField": ("seconds",),
    "TupleField": (IntField(), StringField()),
    "VectorField": (None, "float32", False),
}
field_classes = pytest.mark.parametrize("name", all_fields.__all__)
with_common_arguments = pytest.mark.parametrize(
    # What the library sets by itself has no default, and is not required of anybody.
    "name",
    [name for name in all_fields.__all__ if name != "VersionField"],
)


def test_arguments_are_attributes_and_have_defaults() -> None:
    assert {name: getattr(BaseField(), name) for name in ARGUMENTS} == {
        "db_field": None,
        "default": None,
        "required": False,
        "on_save": None,
        "unique": None,
    }


@with_common_arguments
def test_every_field_takes_them_by_keyword(name: str) -> None:
    field = getattr(all_fields, name)(*OWN_ARGUMENTS.get(name, ()), **ARGUMENTS)
    assert {name: getattr(field, name) for name in ARGUMENTS} == ARGUMENTS


@pytest.mark.parametrize(
    # The arguments of a tuple are the fields of its values, as many as there are.
    "name",
    [name for name in all_fields.__all__ if name not in ("TupleField", "VersionField")],
)
def test_every_field_takes_them_after_its_own_arguments(name: str) -> None:
    field = getattr(all_fields, name)(*OWN_ARGUMENTS.get(name, ()), *ARGUMENTS.values())
    assert {name: getattr(field, name) for name in ARGUMENTS} == ARGUMENTS


@field_classes
def test_unknown_arguments_are_refused(name: str) -> None:
    with pytest.raises(TypeError):
        getattr(all_fields, name)(*OWN_ARGUMENTS.get(name, ()), colour="red")


@field_classes
def test_every_field_is_documented(name: str) -> None:
    assert ">>>" in getattr(all_fields, name).__doc__


def test_the_counter_goes_up_with_every_field_and_can_be_set_back() -> None:
    first, second = BaseField(), StringField()
    assert second.creation_counter == first.creation_counter + 1
    assert BaseField.total_creation_counter == second.creation_counter + 1
    before = BaseField.total_creation_counter
    try:
        BaseField.total_creation_counter = 0
        assert BaseField().creation_counter == 0
        assert IntField().creation_counter == 1
    finally:
        BaseField.total_creation_counter = before


def test_hooks_leave_values_alone() -> None:
    field, value = BaseField(), [object()]
    for hook in field.get_value, field.to_son, field.from_son, field.to_query, field.to_query_item:
        assert hook(value) is value
    assert field.validate(value) is True
    assert field.is_empty(None)
    assert not any(map(field.is_empty, ("", 0, [], False)))


def test_a_query_asks_for_what_is_stored() -> None:
    class Upper(BaseField[str]):
        def to_son(self, value: Any) -> Any:
            return value.upper()

    assert Upper().to_query("a") == Upper().to_query_item("a") == "A"


def test_a_method_set_on_a_field_is_called_and_given_up_again() -> None:
    field = StringField()
    document = holder(field)(value="a")
    assert document.to_son() == {"value": "a"}
    field.to_son = str.upper  # type: ignore[method-assign, assignment]
    assert document.to_son() == {"value": "A"}
    del field.to_son
    assert document.to_son() == {"value": "a"}


def test_a_method_patched_into_a_field_class_is_called() -> None:
    class Own(StringField):
        pass

    document = holder(Own())(value="a")
    assert document.to_son() == {"value": "a"}
    Own.to_son = lambda self, value: value.upper()  # type: ignore[method-assign]
    assert document.to_son() == {"value": "A"}
    assert holder(ListField(Own()))(value=["a"]).to_son() == {"value": ["A"]}


@with_common_arguments
def test_making_a_field_leaves_compiled_classes_as_they_are(name: str) -> None:
    before = generation.number
    getattr(all_fields, name)(*OWN_ARGUMENTS.get(name, ()), **ARGUMENTS)
    DynamicField(db_field="_undeclared")
    assert generation.number == before


@pytest.mark.parametrize("hook", ["validate", "to_son", "from_son"])
def test_a_promise_is_not_inherited_by_an_override(hook: str) -> None:
    calls = []

    def override(self: Any, value: Any) -> Any:
        calls.append(value)
        return value

    own: Any = type("Own", (IntField,), {hook: override})
    document = holder(own())(value=5)
    document.validate()
    type(document).from_son(document.to_son())
    assert calls == [5]


class TestMutableDefaults:
    @pytest.mark.parametrize("default", [[1], {"a": [1]}, {1}], ids=repr)
    def test_k21_each_document_has_its_own_copy(self, default: Any) -> None:
        document_class = holder(BaseField(default=default))
        first, second = document_class(), document_class()
        assert first.value == second.value == default
        assert first.value is not second.value
        first.value.clear()
        assert second.value == document_class().value == default

    def test_k21_what_is_inside_a_default_is_not_shared_either(self) -> None:
        document_class = holder(ListField(BaseField(), default=[[1]]))
        document_class().value[0].append(2)
        assert document_class().value == [[1]]

    def test_k21_loaded_documents_have_a_copy_too(self) -> None:
        document_class = holder(BaseField(default=[1]))
        document_class.from_son({}).value.append(2)
        assert document_class.from_son({}).value == [1]

    def test_a_callable_default_is_called_for_each_document(self) -> None:
        numbers = iter(range(9))
        document_class = holder(IntField(default=lambda: next(numbers)))
        assert [document_class().value, document_class().value] == [0, 1]


class TestUpdates:
    """``to_update``: what ``QuerySet.update`` stores (K17)."""

    def test_k17_a_value_is_converted_as_in_a_filter(self) -> None:
        document_class = holder(IntField())
        assert document_class.value.to_update("5") == 5

    @pytest.mark.parametrize("value", ["x", [1], object(), 2**63])
    def test_k17_what_the_field_cannot_take_is_refused(self, value: Any) -> None:
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            holder(IntField()).value.to_update(value)

    def test_k17_a_refusal_keeps_its_cause(self) -> None:
        with pytest.raises(InvalidDocumentError) as raised:
            holder(IntField()).value.to_update("x")
        assert isinstance(raised.value.__cause__, ValueError)

    @field_classes
    def test_k17_none_is_sent_as_null(self, name: str) -> None:
        arguments = OWN_ARGUMENTS.get(name, ())
        assert holder(getattr(all_fields, name)(*arguments)).value.to_update(None) is None

    @pytest.mark.parametrize(
        "name", [n for n in all_fields.__all__ if getattr(all_fields, n).is_scalar]
    )
    def test_k17_scalar_fields_take_no_mapping(self, name: str) -> None:
        field = holder(getattr(all_fields, name)(*OWN_ARGUMENTS.get(name, ()))).value
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            field.to_update({"$inc": 1})


def test_scalar_are_the_fields_of_single_values() -> None:
    scalar = {name for name in all_fields.__all__ if getattr(all_fields, name).is_scalar}
    assert scalar == {
        "BinaryField",
        "BooleanField",
        "DateField",
        "DateTimeField",
        "Decimal128Field",
        "DecimalField",
        "EmailField",
        "EnumField",
        "FloatField",
        "IPAddressField",
        "IntField",
        "ObjectIdField",
        "PasswordField",
        "SequenceField",
        "StringField",
        "TimeField",
        "TimedeltaField",
        "URLField",
        "UUIDField",
        "VersionField",
    }


def test_a_field_says_its_name() -> None:
    assert repr(holder(PointField()).value) == "<PointField value>"
    assert repr(PointField()) == "<PointField>"


def test_every_built_in_kind_is_marked() -> None:
    kinds = {getattr(all_fields, name).__native_kind__ for name in all_fields.__all__}
    assert {kind.name for kind in kinds if kind} == {
        "any",
        "binary",
        "boolean",
        "date",
        "datetime",
        "decimal",
        "decimal128",
        "dict",
        "email",
        "embedded",
        "enum",
        "float",
        "generic_reference",
        "geometry_collection",
        "int",
        "ip_address",
        "json",
        "line_string",
        "list",
        "object_id",
        "map",
        "multi_line_string",
        "multi_point",
        "multi_polygon",
        "password",
        "point",
        "polygon",
        "reference",
        "set",
        "string",
        "time",
        "timedelta",
        "tuple",
        "union",
        "url",
        "uuid",
        "vector",
    }


def test_a_function_of_on_save_is_not_async() -> None:
    async def later(document: Any, creating: bool) -> int:
        return 1

    with pytest.raises(TypeError, match="on_save must be a function that is not async"):
        BaseField[int](on_save=later)


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        (IntField(min_value=1, max_value=5), 6, "a whole number from 1 to 5"),
        (FloatField(min_value=0), -1, "a number of at least 0"),
        (DecimalField(max_value=9), 10, "a number of at most 9"),
        (StringField(max_length=2), "abc", "a text of at most 2 characters"),
        (BooleanField(), "perhaps", "true or false"),
        (DateTimeField(), date(2024, 2, 29), "a datetime"),
        (DateField("2020-01-01"), date(2019, 1, 1), "a date of at least 2020-01-01"),
        (TimeField(), "noon", "a time without time zone"),
        (TimedeltaField(), 5, "a timedelta"),
        (Decimal128Field(max_value=9), 10, "a number of at most 9, of 34 digits at most,"),
        (EnumField(Level), 3, "a member of Level, or one of 1, 2,"),
        (EnumField(Level, by_name=True), 3, "a member of Level, or one of 'LOW', 'HIGH',"),
        (ObjectIdField(), 5, "an ObjectId or its 24 hexadecimal digits"),
        (IPAddressField(), 5, "an IP address"),
        (IPAddressField(6), "192.0.2.1", "an IPv6 address"),
        (UUIDField(), 5, "a UUID or its text"),
        (BinaryField(), 5, "bytes"),
        (BinaryField(max_bytes=1), b"ab", "bytes, at most 1"),
        (URLField(), "x", "an http or https address"),
        (EmailField(), "x", "a mail address"),
        (JsonField(), {1}, "what JSON can hold"),
        (
            PointField(),
            {"type": "Point", "coordinates": [1]},
            "a GeoJSON Point or its coordinates, [longitude, latitude],",
        ),
        (
            LineStringField(),
            {"type": "LineString", "coordinates": [1, 2]},
            "a GeoJSON LineString or its coordinates, a list of [longitude, latitude],",
        ),
        (
            PolygonField(),
            {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]},
            "a GeoJSON Polygon or its coordinates, "
            "lists of [longitude, latitude] that end where they begin,",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_refusal_says_what_is_wanted(field: BaseField[Any], value: Any, wanted: str) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        holder(field)(value=value).validate()
    [note] = raised.value.__notes__
    assert note.endswith(f"({type(value).__name__}); {wanted} is wanted.")


def test_a_field_class_may_be_abstract():
    class Measured(BaseField[float], ABC):
        @abstractmethod
        def unit(self) -> str: ...

    class Length(Measured):
        def unit(self) -> str:
            return "m"

    with pytest.raises(TypeError, match="abstract"):
        Measured()
    assert isinstance(Length(), Measured)
    assert issubclass(Length, BaseField)
    assert not isinstance(IntField(), Measured)


@pytest.mark.parametrize(
    ("kind", "value"),
    [(BooleanField, True), (IntField, 7), (StringField, "a"), (UUIDField, UUID(int=7))],
)
def test_a_method_around_one_of_the_librarys_is_asked_as_it_would_be_by_itself(
    kind: Any, value: Any
) -> None:
    asked: list[str] = []

    def around(name: str) -> Any:
        method = getattr(kind, name)

        @wraps(method)
        def asking(self: Any, value: Any) -> Any:
            asked.append(name)
            return method(self, value)

        return asking

    names = "validate", "to_son", "from_son"
    field = type("Around", (kind,), {name: around(name) for name in names})()
    document = holder(field)(value=value)
    document.validate()
    assert asked == ["validate"]
    stored = document.to_son()
    assert asked == ["validate", "to_son"]
    assert type(document).from_son(stored).value == value
    assert asked == ["validate", "to_son", "from_son"]


def test_a_validate_around_that_of_the_library_may_refuse_what_that_takes_by_its_type() -> None:
    class Polite(StringField):
        @wraps(StringField.validate)
        def validate(self, value: Any) -> bool:
            return value != "damn" and super().validate(value)

    holding = holder(Polite())
    with pytest.raises(InvalidDocumentError, match="Field 'value' must be valid"):
        holding(value="damn").validate()
    assert [it.path for it in holding(value="damn").validation_errors()] == ["value"]
    with pytest.raises(InvalidDocumentError, match="Field 'value' must be valid"):
        U.compile(holding, U.set(value="damn"))


@pytest.mark.parametrize("kind", [MagicMock, Mock])
@pytest.mark.parametrize("strict", [False, True])
def test_a_mock_takes_the_place_of_validate(kind: Any, strict: bool) -> None:
    holding = holder(ListField(StringField(), strict=strict))
    for method in StringField, ListField:
        with patch.object(method, "validate", kind(return_value=False)) as validate:
            for refuses in (
                holding(value=["a"]).validate,
                lambda: U.compile(holding, U.set(value=["a"])),
            ):
                with pytest.raises(InvalidDocumentError, match="must be valid"):
                    refuses()
                assert validate.call_args.kwargs == {}
            assert len(holding(value=["a"]).validation_errors()) == 1
