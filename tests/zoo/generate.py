"""Random documents over the zoo, the same for the same seed.

Values are what the field takes, with a preference for its edges: empty and long texts, every plane
of Unicode, numbers where BSON changes type, dates before 1970, subclasses. With ``wild`` they are
now and then something the field does not take, so that both codecs have to refuse alike.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any
from uuid import UUID

from bson import (
    SON,
    Binary,
    Code,
    DBRef,
    Decimal128,
    Int64,
    MaxKey,
    MinKey,
    ObjectId,
    Regex,
    Timestamp,
)

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
    Document,
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
    SetField,
    StringField,
    TimedeltaField,
    TimeField,
    TupleField,
    URLField,
    UUIDField,
    VectorField,
)
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.storage.discriminators import family_of
from tests.zoo import animals

__all__ = ["Text", "Weight", "document", "document_of", "documents"]

DEPTH = 3
"""How deep embedded documents go."""

ALPHABETS = (
    "abcdefghij KLMNOP_0123456789",
    "äöüßéèçñ€ ab",
    "日本語漢字 テスト",
    "😀🦀🐍\U0001d518 a",
    "\t\n\x00\x7f\\\"'$.",
)


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


class Weight(IntEnum):
    LIGHT = 1
    HEAVY = 2


def chance(random: Random, probability: float) -> bool:
    return random.random() < probability


# -- values --------------------------------------------------------------------------------------


def text(random: Random, longest: int = 20) -> str:
    if chance(random, 0.02):
        longest *= 20
    alphabet = random.choice(ALPHABETS)
    value = "".join(random.choices(alphabet, k=random.randint(0, longest)))
    return Text(value) if chance(random, 0.03) else value


def integer(random: Random) -> Any:
    edges = (0, 1, -1, 127, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, -(2**63))
    if chance(random, 0.3):
        return random.choice(edges)
    if chance(random, 0.05):
        return random.choice((True, Weight.HEAVY, Int64(5), Int64(2**40), 2.75))
    return random.randint(-1000, 1000)


def floating(random: Random) -> Any:
    if chance(random, 0.2):
        return random.choice((0.0, -0.0, math.inf, -math.inf, math.nan, 1e308, 5e-324))
    return random.choice((random.random(), random.gauss(0, 1e6), random.randint(-9, 9)))


def moment(random: Random) -> datetime:
    if chance(random, 0.1):
        return random.choice(
            (
                datetime(1, 1, 1),
                datetime(1969, 12, 31, 23, 59, 59, 999999),
                datetime(1970, 1, 1),
                datetime(9999, 12, 31, 23, 59, 59, 999999),
            )
        )
    value = datetime(1970, 1, 1) + timedelta(microseconds=random.randint(-(10**15), 4 * 10**15))
    if chance(random, 0.2):
        hours = random.choice((0, 0, 1, -5, 5.5))
        zone = timezone(timedelta(hours=hours))
        value = value.replace(tzinfo=zone)
    return value


def uuid(random: Random) -> UUID:
    return UUID(int=random.getrandbits(128))


def object_id(random: Random) -> ObjectId:
    return ObjectId(random.randbytes(12))


def decimal(random: Random) -> Decimal:
    value = Decimal(random.randint(-(10**6), 10**6)).scaleb(-random.randint(0, 5))
    return random.choice((value, value, Decimal("1E+3"), Decimal("-0"), Decimal(10**30)))


def decimal128(random: Random) -> Any:
    edges = ("0E-6176", "-0.00", "9" * 34, "1E+6144", "-1E-6176", 0.1, 1e-7, "007.50", 2**63)
    return random.choice((decimal(random), decimal(random), Decimal("1.5"), random.choice(edges)))


def day(random: Random) -> date:
    edges = (date.min, date.max, date(1970, 1, 1), date(2020, 2, 29), date(2020, 3, 1))
    return random.choice((moment(random).date(), random.choice(edges)))


def as_text(random: Random, value: Any) -> Any:
    """A value, or now and then its text."""
    return str(value) if chance(random, 0.1) else value


def time_of_day(random: Random) -> time:
    fractions = (0, 0, random.randint(0, 3), random.randrange(10**6), random.randrange(1000) * 1000)
    numbers = random.randrange(24), random.randrange(60), random.choice((0, random.randrange(60)))
    return time(*numbers, random.choice(fractions), fold=random.randint(0, 1))


def address(field: Any, random: Random) -> Any:
    if field.version == 4 or (field.version is None and chance(random, 0.5)):
        return IPv4Address(random.getrandbits(32))
    parts = [random.choice((0, 0, 0xFFFF, random.getrandbits(16))) for _ in range(8)]
    shown = ":".join(f"{part:x}" for part in parts)
    return IPv6Address(f"{shown}%eth0" if chance(random, 0.1) else shown)


def length(random: Random) -> timedelta:
    edges = (timedelta(), timedelta(microseconds=-1), timedelta(days=10**8), timedelta(seconds=0.1))
    return random.choice((timedelta(seconds=random.gauss(0, 1e6)), random.choice(edges)))


def member(field: Any, random: Random, depth: int) -> Any:
    made = random.choice(list(field.enum.__members__.values()))
    if chance(random, 0.7):
        return made
    return made.name if field.by_name else made.value


def anything(random: Random, depth: int = 2) -> Any:
    """Anything at all that BSON holds."""
    if depth and chance(random, 0.3):
        if chance(random, 0.5):
            return [anything(random, depth - 1) for _ in range(random.randint(0, 4))]
        made = {key(random): anything(random, depth - 1) for _ in range(random.randint(0, 4))}
        return SON(made) if chance(random, 0.2) else made
    return random.choice(LEAVES)(random)


def key(random: Random) -> str:
    return text(random, 8).replace("\0", "")


LEAVES: tuple[Callable[[Random], Any], ...] = (
    lambda random: None,
    lambda random: chance(random, 0.5),
    text,
    integer,
    floating,
    moment,
    uuid,
    object_id,
    lambda random: random.randbytes(random.randint(0, 9)),
    lambda random: Binary(random.randbytes(3), 128),
    lambda random: Decimal128(str(random.randint(0, 10**9))),
    lambda random: Decimal128(random.choice(("1.500", "NaN", "-Infinity", "0.125", "1E+40"))),
    lambda random: random.choice(("2020-02-29", "12:30", "192.0.2.1", "LOW", "0" * 24)),
    lambda random: datetime(2020, 2, random.randint(1, 29)),
    lambda random: Regex("a.c", "i"),
    lambda random: re.compile("^x"),
    lambda random: Code("f()"),
    lambda random: Code("g()", {"x": 1}),
    lambda random: DBRef("things", object_id(random)),
    lambda random: Timestamp(random.randint(0, 2**31), 1),
    lambda random: MinKey(),
    lambda random: MaxKey(),
)


def json(random: Random, depth: int = 2) -> Any:
    if depth and chance(random, 0.4):
        if chance(random, 0.5):
            return [json(random, depth - 1) for _ in range(random.randint(0, 3))]
        return {text(random, 5): json(random, depth - 1) for _ in range(random.randint(0, 3))}
    return random.choice((None, True, 5, 1.5, text(random), uuid(random), object_id(random)))


def position(random: Random) -> list[float]:
    return [round(random.uniform(-180, 180), 4), random.randint(-90, 90)]


def ring(random: Random) -> list[list[float]]:
    start = position(random)
    return [start, *(position(random) for _ in range(random.randint(0, 3))), list(start)]


def shape_of(kind: str, make: Callable[[Random], Any]) -> Callable[[Any, Random, int], Any]:
    def value(field: Any, random: Random, depth: int) -> Any:
        coordinates = make(random)
        if chance(random, 0.5):
            return coordinates
        return {"type": kind, "coordinates": coordinates}

    return value


def within(field: Any, value: Any) -> Any:
    """A number, moved between the bounds of its field."""
    if field.min_value is not None and not value >= field.min_value:
        return field.min_value
    if field.max_value is not None and not value <= field.max_value:
        return field.max_value
    return value


def embedded(field: Any, random: Random, depth: int) -> Any:
    if depth <= 0:
        return None if not field.required else field.embedded_type()
    family = family_of(field.embedded_type)
    kind = family[0] if len(family) == 1 else random.choice([it for it in family if is_of_zoo(it)])
    return document_of(kind, random, depth=depth - 1)


def is_of_zoo(document_class: Any) -> bool:
    """Whether a class is there in every run, in this order."""
    return document_class in animals.ANIMALS


def listed(field: Any, random: Random, depth: int) -> Any:
    count = 0 if depth <= 0 and not field.required else random.randint(int(field.required), 4)
    items = [value_of(field._base_field, random, depth - 1) for _ in range(count)]
    return tuple(items) if chance(random, 0.1) else items


def collected(field: Any, random: Random, depth: int) -> Any:
    # Where NaN stands in a set depends on its address, so no two sets with it need be the same.
    items = [item for item in listed(field, random, depth) if item == item]
    return field._reads_as(items) if chance(random, 0.8) else items


def mapped(field: Any, random: Random, depth: int) -> Any:
    count = 0 if depth <= 0 else random.randint(0, 4)
    keys = (
        key(random).lstrip("$") if field._keys is None else value_of(field._keys, random, depth)
        for _ in range(count)
    )
    made = {name: value_of(field._base_field, random, depth - 1) for name in keys}
    return SON(made) if chance(random, 0.1) else made


def dictionary(field: Any, random: Random, depth: int) -> Any:
    inner = field._base_field
    names = [key(random).lstrip("$") for _ in range(random.randint(0, 4))]
    if inner is None:
        return {name: anything(random, 1) for name in names}
    return {name: value_of(inner, random, depth - 1) for name in names}


def places(field: Any, random: Random, depth: int) -> Any:
    if chance(random, 0.1):
        return ()
    fields = field._inner_fields * (random.randint(0, 4) if field._is_of_any_length else 1)
    values = [value_of(inner, random, depth - 1) for inner in fields]
    return values if chance(random, 0.3) else tuple(values)


def vector(field: Any, random: Random, depth: int) -> Any:
    if field.dtype == "packed_bit":
        return [random.randint(0, 255), random.randint(0, 15) << 4]
    numbers: list[Any] = [
        random.randint(-128, 127) if field.dtype == "int8" else random.choice((random.random(), 7))
        for _ in range(field.dimensions or random.randint(0, 5))
    ]
    return tuple(numbers) if chance(random, 0.2) else numbers


def one_of(field: Any, random: Random, depth: int) -> Any:
    chosen = random.choice(field._inner_fields).embedded_type  # of which no other class may be
    return None if depth <= 0 else document_of(chosen, random, depth=depth - 1)


def geometries(field: Any, random: Random, depth: int) -> Any:
    found = [{"type": "Point", "coordinates": position(random)}]
    if chance(random, 0.5):
        found.append({"type": "Polygon", "coordinates": [ring(random)]})
    return found if chance(random, 0.5) else {"type": "GeometryCollection", "geometries": found}


def reference(field: Any, random: Random, depth: int) -> Any:
    if chance(random, 0.3):
        return field.reference_type(_id=object_id(random))
    return object_id(random)


VALUES: dict[type[Any], Callable[[Any, Random, int], Any]] = {
    BaseField: lambda field, random, depth: anything(random),
    DynamicField: lambda field, random, depth: anything(random),
    BooleanField: lambda field, random, depth: random.choice((True, False, 0, 1)),
    StringField: lambda field, random, depth: (
        random.choice(sorted(field._settings.choices.values))
        if field._settings.choices
        else text(random, 20)[: field.max_length]
    ),
    DateTimeField: lambda field, random, depth: moment(random),
    UUIDField: lambda field, random, depth: (
        uuid(random) if chance(random, 0.9) else str(uuid(random))
    ),
    URLField: lambda field, random, depth: random.choice(
        ("http://example.org", "https://a.example.com:8080/path?q=1", "http://localhost/x")
    ),
    EmailField: lambda field, random, depth: random.choice(
        ("someone@example.org", "o'neill+x@mail.example.com")
    ),
    IntField: lambda field, random, depth: within(field, integer(random)),
    FloatField: lambda field, random, depth: within(field, floating(random)),
    DecimalField: lambda field, random, depth: within(field, decimal(random)),
    BinaryField: lambda field, random, depth: random.randbytes(random.randint(0, 12))[
        : field.max_bytes
    ],
    JsonField: lambda field, random, depth: json(random),
    PasswordField: lambda field, random, depth: random.choice(("secret", "hush", "geheim")),
    AnyField: lambda field, random, depth: anything(random),
    DictField: dictionary,
    MapField: mapped,
    SetField: collected,
    TupleField: places,
    VectorField: vector,
    GenericEmbeddedDocumentField: one_of,
    GenericReferenceField: lambda field, random, depth: DBRef("Plain", object_id(random)),
    ListField: listed,
    EmbeddedDocumentField: embedded,
    ReferenceField: reference,
    PointField: shape_of("Point", position),
    LineStringField: shape_of(
        "LineString", lambda random: [position(random) for _ in range(random.randint(1, 4))]
    ),
    PolygonField: shape_of(
        "Polygon", lambda random: [ring(random) for _ in range(random.randint(1, 2))]
    ),
    DateField: lambda field, random, depth: as_text(random, within(field, day(random))),
    TimeField: lambda field, random, depth: as_text(random, time_of_day(random)),
    TimedeltaField: lambda field, random, depth: length(random),
    Decimal128Field: lambda field, random, depth: (
        decimal128(random)
        if field.min_value is None
        else within(field, Decimal(random.randint(0, 10**5)).scaleb(-random.randint(0, 4)))
    ),
    EnumField: member,
    ObjectIdField: lambda field, random, depth: as_text(random, object_id(random)),
    IPAddressField: lambda field, random, depth: as_text(random, address(field, random)),
    MultiPointField: shape_of(
        "MultiPoint", lambda random: [position(random) for _ in range(random.randint(1, 4))]
    ),
    MultiLineStringField: shape_of(
        "MultiLineString", lambda random: [[position(random)] for _ in range(random.randint(1, 3))]
    ),
    MultiPolygonField: shape_of(
        "MultiPolygon", lambda random: [[ring(random)] for _ in range(random.randint(1, 2))]
    ),
    GeometryCollectionField: geometries,
    animals.Money: lambda field, random, depth: Decimal(random.randint(0, 10**6)) / 100,
    animals.Even: lambda field, random, depth: random.randint(-500, 500) * 2,
    animals.Zeroless: lambda field, random, depth: random.randint(1, 500),
}


def value_of(field: Any, random: Random, depth: int) -> Any:
    """A value that a field takes."""
    for kind in type(field).__mro__:
        if kind in VALUES:
            return VALUES[kind](field, random, depth)
    raise LookupError(f"the zoo has no values for {type(field).__name__}")


# -- documents -----------------------------------------------------------------------------------


def document_of(
    document_class: Any, random: Random, *, depth: int = DEPTH, wild: bool = False
) -> Any:
    """A document of a class.

    Parameters:
        document_class: one of the zoo, or any other of fields that the zoo knows.
        random: where chance comes from.
        depth: how deep embedded documents may go.
        wild: whether values may be such as the field does not take.
    """
    values: dict[str, Any] = {}
    key = declared_key(document_class)
    if key is not None:
        values[key.name] = value_of(key, random, depth)
    for name, field in document_class._fields.items():
        if wild and chance(random, 0.05):
            values[name] = anything(random)
        elif field.required:
            values[name] = required_value(field, random, depth)
        elif chance(random, 0.85):
            values[name] = value_of(field, random, depth)
        elif chance(random, 0.5):
            values[name] = None
    made = document_class(**values)
    if chance(random, 0.5 if document_class is animals.Open else 0.05):
        for number in range(random.randint(1, 3)):
            setattr(made, f"extra{number}", anything(random))
    return made


def required_value(field: Any, random: Random, depth: int) -> Any:
    while True:
        value = value_of(field, random, depth)
        if not field.is_empty(field.get_value(value)):
            return value


def document(random: Random, *, wild: bool = False) -> Any:
    """A document of any class of the zoo."""
    return document_of(random.choice(animals.ANIMALS), random, wild=wild)


def documents(
    document_class: type[Document], count: int, seed: int = 0, *, wild: bool = False
) -> list[Any]:
    """So many documents of one class, the same for the same seed."""
    random = Random(f"{document_class.__name__} {seed} {wild}")
    return [document_of(document_class, random, wild=wild) for _ in range(count)]
