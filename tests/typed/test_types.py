"""Which field a type means, and what becomes of its values."""

from __future__ import annotations

from collections.abc import Mapping, MutableSequence, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import (
    Annotated,
    Any,
    Dict,
    FrozenSet,
    Generic,
    List,
    Literal,
    NewType,
    Optional,
    Self,
    Set,
    Tuple,
    TypeVar,
    Union,
)
from uuid import UUID

import pytest
from bson import ObjectId
from typing_extensions import TypeAliasType

from aiomotorengine import (
    AnyField,
    BaseField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DictField,
    Document,
    EmbeddedDocumentField,
    EnumField,
    Field,
    FloatField,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    IntField,
    IPAddressField,
    ListField,
    MapField,
    ObjectIdField,
    PasswordField,
    Reference,
    ReferenceField,
    SetField,
    StringField,
    TimedeltaField,
    TimeField,
    TupleField,
    TypedDocument,
    UUIDField,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.password_field import PasswordType

UNSET: Any = object()
T = TypeVar("T")


class Level(Enum):
    LOW, HIGH = 1, 2


class Size(IntEnum):
    S, L = 1, 2


class Home(TypedDocument):
    road: str


class Flat(TypedDocument):
    floor: int


class Plain(Document):
    name = StringField()


UserId = NewType("UserId", int)
Ids = TypeAliasType("Ids", list[int])
MaybeHome = TypeAliasType("MaybeHome", Home | None)
ReferenceToHome = TypeAliasType("ReferenceToHome", Reference[Home] | None)
Deeper = TypeAliasType("Deeper", MaybeHome | Flat)
Pair = TypeAliasType("Pair", tuple[T, T], type_params=(T,))


def field_of(annotation: Any, value: Any = UNSET) -> Any:
    """The field of an attribute with that annotation, set to that value in the class body."""
    body: dict[str, Any] = {"__annotations__": {"x": annotation}, "__module__": __name__}
    if value is not UNSET:
        body["x"] = value
    made: Any = type(TypedDocument)("User", (TypedDocument,), body)
    return made.x


def kept(annotation: Any, value: Any) -> Any:
    """What comes back of a value that is stored."""
    user: Any = type(TypedDocument)(
        "User", (TypedDocument,), {"__annotations__": {"x": annotation}}
    )
    document = user(x=value)
    assert document.validate()
    return user.from_son(document.to_son()).x


@pytest.mark.parametrize(
    ("annotation", "field_class", "value"),
    [
        (str, StringField, "a"),
        (int, IntField, 1),
        (float, FloatField, 1.5),
        (bool, BooleanField, False),
        (bytes, BinaryField, b"a"),
        (datetime, DateTimeField, datetime(2020, 2, 29, 12, tzinfo=UTC)),
        (date, DateField, date(2020, 2, 29)),
        (time, TimeField, time(12, 30)),
        (timedelta, TimedeltaField, timedelta(seconds=1.5)),
        (Decimal, Decimal128Field, Decimal("1.10")),
        (UUID, UUIDField, UUID(int=5)),
        (ObjectId, ObjectIdField, ObjectId("0" * 24)),
        (IPv4Address, IPAddressField, IPv4Address("192.0.2.1")),
        (IPv6Address, IPAddressField, IPv6Address("::1")),
        (Any, AnyField, {"any": [1]}),
        (Level, EnumField, Level.HIGH),
        (Size, EnumField, Size.L),
        (list[int], ListField, [1, 2]),
        (list[list[str]], ListField, [["a"]]),
        (list, ListField, [1, "a"]),
        (List[int], ListField, [1]),
        (Sequence[int], ListField, [1]),
        (MutableSequence[int], ListField, [1]),
        (set[str], SetField, {"a"}),
        (Set[str], SetField, {"a"}),
        (AbstractSet[str], SetField, {"a"}),
        (set, SetField, {"a"}),
        (frozenset[int], SetField, frozenset({1})),
        (FrozenSet[int], SetField, frozenset({1})),
        (tuple[int, str], TupleField, (1, "a")),
        (tuple[int, ...], TupleField, (1, 2, 3)),
        (Tuple[int, ...], TupleField, (1,)),
        (tuple, TupleField, (1, "a")),
        (dict[str, Decimal], MapField, {"eur": Decimal("5")}),
        (Dict[str, int], MapField, {"a": 1}),
        (Mapping[str, int], MapField, {"a": 1}),
        (dict[int, str], MapField, {5: "a"}),
        (dict[str, list[date]], MapField, {"a": [date(2020, 2, 29)]}),
        (dict[str, Any], DictField, {"a": [1]}),
        (dict, DictField, {"a.b": {"c": None}}),
        (Literal["a", "b"], StringField, "b"),
        (Literal[1, 2], IntField, 2),
        (Literal[True], BooleanField, True),
        (Literal["a", 1], AnyField, 1),
        (Literal[Level.LOW], EnumField, Level.LOW),
        (UserId, IntField, 7),
        (Ids, ListField, [1]),
        (Pair[int], TupleField, (1, 2)),
        (Annotated[int, "says nothing"], IntField, 1),
        (Annotated[Annotated[int, IntField(min_value=0)], "more"], IntField, 1),
    ],
    ids=repr,
)
def test_a_type_means_a_field(annotation: Any, field_class: type[Any], value: Any) -> None:
    field = field_of(annotation)
    assert type(field) is field_class
    has_some_length = field_class is TupleField and not field._is_of_any_length
    assert (field.required, field._settings.allow_empty) == (True, not has_some_length)
    found = kept(annotation, value)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "annotation",
    [int | None, Optional[int], Union[int, None], None | int, Annotated[int | None, "x"]],
    ids=repr,
)
def test_what_may_be_none_is_not_required(annotation: Any) -> None:
    field = field_of(annotation)
    assert (type(field), field.required, field.default) == (IntField, False, None)
    assert kept(annotation, None) is None


def test_none_among_literals() -> None:
    field = field_of(Literal["a", None])
    assert (type(field), field.required) == (StringField, False)
    assert list(field._settings.choices.values) == ["a"]


def test_a_truth_that_may_be_none_is_stored_as_null() -> None:
    assert field_of(bool | None)._settings.null is True
    assert field_of(bool)._settings.null is False
    assert kept(list[bool | None], [True, None]) == [True, None]


def test_the_only_values() -> None:
    class Shirt(TypedDocument):
        size: Literal["S", "L"]
        level: Literal[Level.LOW]

    assert Shirt(size="S", level=Level.LOW).validate()
    with pytest.raises(InvalidDocumentError, match=r"'XL' is none of 'S', 'L'\."):
        Shirt(size="XL", level=Level.LOW).validate()
    with pytest.raises(InvalidDocumentError, match="Field 'level' must be valid"):
        Shirt(size="S", level=Level.HIGH).validate()


def test_dates_are_in_utc() -> None:
    at = datetime(2020, 2, 29, 12, tzinfo=UTC)
    assert kept(datetime, at).tzinfo is UTC
    assert kept(list[datetime], [at])[0].tzinfo is UTC
    assert kept(datetime, datetime(2020, 2, 29, 12)) == at

    class Event(TypedDocument):
        made: datetime = Field(default=None, auto_now_on_insert=True)

    assert Event().made.tzinfo is UTC


def test_passwords() -> None:
    field = field_of(PasswordType)
    assert (type(field), field._settings.exclude) == (PasswordField, True)


def test_documents() -> None:
    field = field_of(Home)
    assert (type(field), field.embedded_type) == (EmbeddedDocumentField, Home)
    assert field_of(Plain | None).embedded_type is Plain
    assert field_of(list[Home]).innermost.embedded_type is Home
    assert kept(dict[str, Home], {"a": Home(road="Loop")})["a"].road == "Loop"


def test_documents_of_several_classes() -> None:
    field = field_of(Home | Flat | None)
    assert (type(field), field.required) == (GenericEmbeddedDocumentField, False)
    found = kept(list[Home | Flat], [Flat(floor=3), Home(road="Loop")])
    assert (found[0].floor, found[1].road) == (3, "Loop")


@pytest.mark.parametrize(
    "annotation",
    [MaybeHome | Flat, Deeper | Home, Annotated[Home | None, "x"] | Flat],
    ids=["alias", "alias of an alias", "annotated"],
)
def test_names_of_unions_in_unions(annotation: Any) -> None:
    field = field_of(annotation)
    assert (type(field), field.required) == (GenericEmbeddedDocumentField, False)
    found = kept(list[annotation], [None, Flat(floor=3), Home(road="Loop")])
    assert found[0] is None
    assert (found[1].floor, found[2].road) == (3, "Loop")


def test_none_in_the_names_of_unions_with_a_field() -> None:
    field: Any = Annotated[TypeAliasType("Maybe", str | None) | int, AnyField()]
    assert kept(list[field], [None, 1]) == [None, 1]
    assert kept(field, None) is None
    either: Any = Annotated[TypeAliasType("Either", str | float) | int, AnyField()]
    assert field_of(either).required is True
    with pytest.raises(InvalidDocumentError):
        kept(list[either], [None])


def test_references() -> None:
    field = field_of(Reference[Home])
    assert (type(field), field.reference_type) == (ReferenceField, Home)
    assert field_of(Reference[Home] | None).required is False
    assert field_of(list[Reference[Home]]).innermost.reference_type is Home
    assert field_of(Reference[Home], Field(on_delete="cascade")).on_delete == "cascade"


@pytest.mark.parametrize(
    "annotation",
    [Reference[Home | Flat], Reference[Home] | Reference[Flat], ReferenceToHome | Reference[Flat]],
    ids=repr,
)
def test_references_to_several_classes(annotation: Any) -> None:
    field = field_of(annotation)
    assert (type(field), field.document_classes) == (GenericReferenceField, (Home, Flat))


def test_references_to_any_class() -> None:
    field = field_of(Reference[Any])
    assert (type(field), field.document_classes) == (GenericReferenceField, None)


def test_the_class_itself() -> None:
    class Node(TypedDocument):
        next: Self | None = None
        up: Reference[Self] | None = None

    field: Any = Node.next
    assert field.embedded_type is Node
    up: Any = Node.up
    assert up.reference_type is Node


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [
        (complex, "complex"),
        (object, "object"),
        (int | str, "int | str"),
        (Home | int, "Home | int"),
        (list[complex], "complex"),
        (type[int], "type[int]"),
        (None, "None"),
    ],
    ids=repr,
)
def test_a_type_without_a_field_is_refused(annotation: Any, shown: str) -> None:
    with pytest.raises(TypeError) as refused:
        field_of(annotation)
    assert str(refused.value) == (
        f"User.x: no field is known for {shown}; write Annotated[{shown}, <a field>]."
    )


def test_a_reference_to_no_document_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^User\.x: <class 'int'> is no document class\.$"):
        field_of(Reference[int])


def test_a_type_variable_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^Page\.items: 'T' stands for a type that is not known"):

        class Page(TypedDocument, Generic[T]):
            items: list[T]


def test_a_generic_class_whose_fields_are_known() -> None:
    class Box(TypedDocument, Generic[T]):
        size: int

        def put(self, item: T) -> None: ...

    assert Box(size=1).to_son() == {"size": 1}
    assert Box[int](size=1).to_son() == {"size": 1}
    assert field_of(Box[int]).embedded_type is Box


def test_a_field_as_the_annotation_is_refused() -> None:
    with pytest.raises(InvalidDocumentError, match=r"^User\.x is annotated with a StringField, wh"):
        field_of(StringField())


class Money(BaseField[Decimal]):
    def to_son(self, value: Any) -> Any:
        return None if value is None else {"cents": int(value * 100)}

    def from_son(self, value: Any) -> Any:
        return None if value is None else Decimal(value["cents"]) / 100


def test_a_field_of_the_programs_own() -> None:
    class Purse(TypedDocument):
        cash: Annotated[Decimal, Money()]
        notes: list[Annotated[Decimal, Money]]

    purse = Purse(cash=Decimal(5), notes=[Decimal(1)])
    assert purse.to_son() == {"cash": {"cents": 500}, "notes": [{"cents": 100}]}
