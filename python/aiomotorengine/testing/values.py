"""A valid value for each kind of field."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import singledispatch
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Protocol
from uuid import UUID

from bson.objectid import ObjectId

from aiomotorengine import (
    AnyField,
    BaseField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    DictField,
    EmailField,
    EmbeddedDocumentField,
    EnumField,
    FloatField,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    GeometryCollectionField,
    IntField,
    IPAddressField,
    JsonField,
    LineStringField,
    ListField,
    MapField,
    MultiLineStringField,
    MultiPointField,
    MultiPolygonField,
    ObjectIdField,
    PasswordField,
    PointField,
    PolygonField,
    ReferenceField,
    SequenceField,
    SetField,
    StringField,
    TimedeltaField,
    TimeField,
    TupleField,
    URLField,
    UUIDField,
    VectorField,
    VersionField,
)
from aiomotorengine.errors import InvalidDocumentError

__all__ = ["NoValueError", "Wanted", "is_made_later", "value_for"]

ONLY_YOU_KNOW = "whose rules only you know"

FIRST_DAY = date(2020, 1, 1)
HUNDREDTHS = Decimal("0.01")
SECONDS_OF_A_DAY = 86_400
MERIDIANS = 179


class NoValueError(Exception):
    """No value is known for a field.

    Parameters:
        reason: why, as it follows the name of the field.

    Attributes:
        path: the field, and what it is in.
    """

    def __init__(self, reason: str = ONLY_YOU_KNOW) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = ""

    @staticmethod
    @contextmanager
    def within(name: str) -> Iterator[None]:
        """A block in which a value of the field of this name is looked for."""
        try:
            yield
        except NoValueError as error:
            error.path = f"{name}.{error.path}" if error.path else name
            raise


class Documents(Protocol):
    """Who makes the documents that a value consists of or refers to."""

    def embedded(self, document_class: Any, number: int, /) -> Any: ...

    def target(self, document_class: Any, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a value is wanted for.

    Attributes:
        number: the number of the document.
        is_unique: whether documents with other numbers have to have other values.
        documents: who makes the documents that belong to it.
    """

    number: int
    is_unique: bool
    documents: Documents

    def one_of(self, values: Sequence[Any]) -> Any:
        """One of a few values: the first, unless each document needs its own.

        Raises:
            NoValueError: there are none, or not enough.
        """
        if not values:
            raise NoValueError
        if not self.is_unique:
            return values[0]
        if self.number > len(values):
            raise NoValueError(f"which has only {len(values)} different ones")
        return values[self.number - 1]

    def step(self, count: int | None) -> int:
        """A whole number from 0 on, of which there are so many; ``None`` for no end.

        Raises:
            NoValueError: as above.
        """
        if count is None or self.number <= count:
            return self.number - 1
        if count < 1:
            raise NoValueError
        if self.is_unique:
            raise NoValueError(f"which has only {count} different ones")
        return (self.number - 1) % count


def is_made_later(field: BaseField[Any]) -> bool:
    """Whether the library gives a field its value when it is saved."""
    stamps = isinstance(field, DateTimeField) and (
        field.auto_now_on_insert or field.auto_now_on_update
    )
    is_numbered = isinstance(field, SequenceField | VersionField)
    is_own_id = isinstance(field, ObjectIdField) and field._settings.primary_key
    return stamps or is_numbered or is_own_id


def value_for(field: BaseField[Any], wanted: Wanted) -> Any:
    """A value that a field takes.

    Raises:
        NoValueError: none is known.
    """
    settings = field._settings
    if settings.choices is not None:
        value = wanted.one_of(settings.choices.values)
    elif settings.pattern is not None or settings.validators:
        raise NoValueError
    else:
        value = valid_value(field, wanted)
    if not holds_documents(field) and not takes(field, value):
        raise NoValueError
    return value


def holds_documents(field: BaseField[Any]) -> bool:
    """Whether documents are in a value, which are made with the same care, and not yet saved."""
    kinds = (
        EmbeddedDocumentField,
        GenericEmbeddedDocumentField,
        GenericReferenceField,
        ReferenceField,
    )
    return any(isinstance(leaf, kinds) for leaf in (field, *field._leaves))


def takes(field: BaseField[Any], value: Any) -> bool:
    """Whether a field, which may be the program's own, takes a value."""
    try:
        presented = field._presented(value)
        is_valid = bool(field.validate(presented))
        field._check_rules(presented, strict=False)
    except InvalidDocumentError:
        return False
    return is_valid


@singledispatch
def valid_value(field: BaseField[Any], wanted: Wanted) -> Any:
    """A value for a field by its class, or by the built-in one that this derives from."""
    if type(field) is not BaseField:
        raise NoValueError
    return label_of(field, wanted.number)  # it takes anything


def label_of(field: BaseField[Any], number: int) -> str:
    """A text that tells a field, and a number; the keys of a mapping have a field without name."""
    return f"{getattr(field, 'name', 'key')}{number}"


# -- text ----------------------------------------------------------------------------------------


def fitting(field: BaseField[Any], number: int, least: int | None, most: int | None) -> str:
    """A text of a name and a number, which may have to do without the name."""
    text = label_of(field, number)
    if most is not None and len(text) > most:
        text = str(number)
    if most is not None and len(text) > most:
        raise NoValueError("which is too short for a running number")
    # A letter, so that 1 and 10 remain two.
    return text.ljust(least or 0, "x")


@valid_value.register(StringField)
def _(field: StringField, wanted: Wanted) -> str:
    bounds = (field.max_length, field._settings.max_length)
    most = min((bound for bound in bounds if bound is not None), default=None)
    return fitting(field, wanted.number, field._settings.min_length, most)


@valid_value.register(EmailField)
def _(field: EmailField, wanted: Wanted) -> str:
    return f"{label_of(field, wanted.number)}@example.com"


@valid_value.register(URLField)
def _(field: URLField, wanted: Wanted) -> str:
    return f"https://example.com/{label_of(field, wanted.number)}"


@valid_value.register(PasswordField)
def _(field: PasswordField, wanted: Wanted) -> str:
    return label_of(field, wanted.number)


@valid_value.register(BinaryField)
def _(field: BinaryField, wanted: Wanted) -> bytes:
    return fitting(field, wanted.number, None, field.max_bytes).encode()


@valid_value.register(UUIDField)
def _(field: UUIDField, wanted: Wanted) -> UUID:
    return UUID(int=wanted.number, version=4)


@valid_value.register(ObjectIdField)
def _(field: ObjectIdField, wanted: Wanted) -> ObjectId:
    return ObjectId()


@valid_value.register(IPAddressField)
def _(field: IPAddressField, wanted: Wanted) -> IPv4Address | IPv6Address:
    first = "2001:db8::" if field.version == 6 else "10.0.0.0"
    return ip_address(first) + wanted.number


# -- numbers -------------------------------------------------------------------------------------


def within(low: Any, high: Any, wanted: Wanted, step: Any) -> Any:
    """A number between two bounds, either of which may be ``None``: a multiple of ``step`` from the
    lower one on, or from 1 on, or down from the upper one.
    """
    if low is None and high is not None and high < step:
        return math.floor(high / step) * step - wanted.step(None) * step
    first = 1 if low is None else math.ceil(low / step)
    count = None if high is None else math.floor(high / step) - first + 1
    return (first + wanted.step(count)) * step


@valid_value.register(IntField)
def _(field: IntField, wanted: Wanted) -> int:
    number: int = within(field.min_value, field.max_value, wanted, 1)
    return number


@valid_value.register(FloatField)
def _(field: FloatField, wanted: Wanted) -> float:
    low, high = field.min_value, field.max_value
    if low is not None and high is not None:
        return low + (high - low) * wanted.number / (wanted.number + 1)
    return float(within(low, high, wanted, 1))


@valid_value.register(DecimalField)
@valid_value.register(Decimal128Field)
def _(field: DecimalField | Decimal128Field, wanted: Wanted) -> Decimal:
    step = Decimal(1)
    if field.min_value is not None or field.max_value is not None:
        places = HUNDREDTHS if field.precision is None else field.precision
        step = Decimal(1).scaleb(int(places.as_tuple().exponent))
    number: Decimal = within(field.min_value, field.max_value, wanted, step)
    return number


@valid_value.register(BooleanField)
def _(field: BooleanField, wanted: Wanted) -> bool:
    value: bool = wanted.one_of((True, False))
    return value


@valid_value.register(EnumField)
def _(field: EnumField[Any], wanted: Wanted) -> Any:
    return wanted.one_of([*field.enum.__members__.values()])


@valid_value.register(VectorField)
def _(field: VectorField, wanted: Wanted) -> list[Any]:
    dimensions = 8 if field.dimensions is None else field.dimensions
    if field.dtype == "packed_bit":
        size = -(-dimensions // 8)
        bits = wanted.number % 2**dimensions << size * 8 - dimensions
        return list(bits.to_bytes(size, "big"))
    if field.dtype == "int8":
        return [wanted.number % 128, *[0] * (dimensions - 1)]
    return [float(wanted.number), *[0.0] * (dimensions - 1)]


# -- dates and times -----------------------------------------------------------------------------


@valid_value.register(DateField)
def _(field: DateField, wanted: Wanted) -> date:
    low, high = field.min_value, field.max_value
    if low is None and high is not None and high < FIRST_DAY:
        return high - timedelta(days=wanted.step(None))
    first = FIRST_DAY if low is None else low
    return first + timedelta(days=wanted.step(None if high is None else (high - first).days + 1))


@valid_value.register(DateTimeField)
def _(field: DateTimeField, wanted: Wanted) -> datetime:
    settings = field._settings
    low, high = settings.min_value, settings.max_value
    first = datetime.combine(FIRST_DAY, time(), settings.tz)
    if low is not None:
        first = low
    elif high is not None:
        return high - timedelta(minutes=wanted.step(None))
    count = None if high is None else (high - first) // timedelta(minutes=1) + 1
    return first + timedelta(minutes=wanted.step(count))


@valid_value.register(TimeField)
def _(field: TimeField, wanted: Wanted) -> time:
    seconds = timedelta(seconds=wanted.step(SECONDS_OF_A_DAY))
    return (datetime.min + seconds).time()


@valid_value.register(TimedeltaField)
def _(field: TimedeltaField, wanted: Wanted) -> timedelta:
    return timedelta(seconds=wanted.number)


# -- anything ------------------------------------------------------------------------------------


@valid_value.register(AnyField)
def _(field: AnyField, wanted: Wanted) -> str:
    return label_of(field, wanted.number)


@valid_value.register(JsonField)
def _(field: JsonField, wanted: Wanted) -> dict[str, Any]:
    return {"number": wanted.number}


# -- places --------------------------------------------------------------------------------------


def ring(wanted: Wanted) -> list[list[int]]:
    """A ring of positions, another for each number."""
    x = wanted.step(None) % MERIDIANS
    return [[x, 0], [x, 1], [x + 1, 1], [x, 0]]


@valid_value.register(PointField)
def _(field: PointField, wanted: Wanted) -> list[Any]:
    return ring(wanted)[0]


@valid_value.register(LineStringField)
@valid_value.register(MultiPointField)
def _(field: Any, wanted: Wanted) -> list[Any]:
    return ring(wanted)[:2]


@valid_value.register(PolygonField)
def _(field: Any, wanted: Wanted) -> list[Any]:
    return [ring(wanted)]


@valid_value.register(MultiLineStringField)
def _(field: Any, wanted: Wanted) -> list[Any]:
    return [ring(wanted)[:2]]


@valid_value.register(MultiPolygonField)
def _(field: Any, wanted: Wanted) -> list[Any]:
    return [[ring(wanted)]]


@valid_value.register(GeometryCollectionField)
def _(field: Any, wanted: Wanted) -> list[Any]:
    return [{"type": "Point", "coordinates": ring(wanted)[0]}]


# -- what holds others ---------------------------------------------------------------------------


def items(field: BaseField[Any], count: int, wanted: Wanted) -> list[Any]:
    """Several values of a field, all different from each other where they have to be."""
    first = (wanted.number - 1) * count + 1
    return [value_for(field, replace(wanted, number=first + n)) for n in range(count)]


@valid_value.register(ListField)
def _(field: ListField[Any], wanted: Wanted) -> list[Any]:
    settings = field._settings
    count = 1 if settings.min_length is None else max(settings.min_length, 1)
    are_different = settings.unique_items or isinstance(field, SetField)
    is_unique = wanted.is_unique or (are_different and count > 1)
    return items(field._base_field, count, replace(wanted, is_unique=is_unique))


@valid_value.register(SetField)
def _(field: SetField[Any], wanted: Wanted) -> Any:
    listed = valid_value.dispatch(ListField)(field, wanted)
    return field._reads_as(listed)


@valid_value.register(TupleField)
def _(field: TupleField, wanted: Wanted) -> tuple[Any, ...]:
    return tuple(value_for(item, wanted) for item in field._item_fields)


@valid_value.register(DictField)
def _(field: DictField[Any], wanted: Wanted) -> dict[Any, Any]:
    value = wanted.number if field._base_field is None else value_for(field._base_field, wanted)
    return {label_of(field, wanted.number): value}


@valid_value.register(MapField)
def _(field: MapField[Any], wanted: Wanted) -> dict[Any, Any]:
    ((key, value),) = valid_value.dispatch(DictField)(field, wanted).items()
    return {key if field._keys is None else value_for(field._keys, wanted): value}


@valid_value.register(EmbeddedDocumentField)
def _(field: EmbeddedDocumentField[Any], wanted: Wanted) -> Any:
    return wanted.documents.embedded(field.embedded_type, wanted.number)


@valid_value.register(GenericEmbeddedDocumentField)
def _(field: GenericEmbeddedDocumentField, wanted: Wanted) -> Any:
    return value_for(field._inner_fields[0], wanted)


@valid_value.register(ReferenceField)
def _(field: ReferenceField[Any], wanted: Wanted) -> Any:
    return wanted.documents.target(field.reference_type)


@valid_value.register(GenericReferenceField)
def _(field: GenericReferenceField, wanted: Wanted) -> Any:
    if not field.document_classes:
        raise NoValueError
    return wanted.documents.target(field.document_classes[0])
