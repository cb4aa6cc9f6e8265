"""One document class for every way in which a class can be built.

``ANIMALS`` lists them all. The random documents of ``generate`` are made of them, and whatever one
codec does with any of them the other has to do as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from enum import Enum, IntFlag
from typing import Any

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
    EmbeddedDocument,
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
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.fields.password_field import md5

__all__ = [
    "ANIMALS",
    "BUILT_IN",
    "FAMILIES",
    "Asked",
    "Assembly",
    "Aviary",
    "Bird",
    "Bounded",
    "Child",
    "Containers",
    "Counted",
    "Creature",
    "Deaf",
    "Defaults",
    "Diamond",
    "Everything",
    "Grid",
    "Hybrid",
    "Keyed",
    "Level",
    "LoudKeys",
    "Lucky",
    "Money",
    "Node",
    "Open",
    "Overridden",
    "Penguin",
    "Picky",
    "Plain",
    "Referrer",
    "Renamed",
    "Required",
    "Stamped",
    "Upper",
    "Wrapping",
]


class Level(Enum):
    LOW = 1
    HIGH = 2
    NAMED = "näme"
    HALF = 0.5
    TOP = HIGH


class Access(IntFlag):
    READ = 1
    WRITE = 2


# -- built-in fields only ------------------------------------------------------------------------


class Plain(Document):
    """Fields that store what they hold."""

    name = StringField()
    size = IntField()
    weight = FloatField()
    tame = BooleanField()
    born = DateTimeField()
    token = UUIDField()
    anything: Any = BaseField()


class Everything(Document):
    """Every built-in field once."""

    anything: Any = BaseField()
    string = StringField()
    boolean = BooleanField()
    date = DateTimeField()
    uuid = UUIDField()
    url = URLField()
    email = EmailField()
    integer = IntField()
    float = FloatField()
    decimal = DecimalField()
    binary = BinaryField()
    json = JsonField()
    password = PasswordField()
    strings = ListField(StringField())
    embedded = EmbeddedDocumentField(Plain)
    reference = ReferenceField(Plain)
    point = PointField()
    line = LineStringField()
    polygon = PolygonField()
    dynamic = DynamicField()
    day = DateField()
    time = TimeField()
    took = TimedeltaField()
    amount = Decimal128Field()
    level = EnumField(Level)
    key = ObjectIdField()
    address = IPAddressField()


class Required(Document):
    """Every kind that can be empty, required."""

    string = StringField(required=True)
    date = DateTimeField(required=True)
    uuid = UUIDField(required=True)
    integer = IntField(required=True)
    decimal = DecimalField(required=True)
    binary = BinaryField(required=True)
    password = PasswordField(required=True)
    strings = ListField(StringField(), required=True)
    embedded = EmbeddedDocumentField(Plain, required=True)
    reference = ReferenceField(Plain, required=True)
    point = PointField(required=True)
    day = DateField(required=True)
    time = TimeField(required=True)
    took = TimedeltaField(required=True)
    amount = Decimal128Field(required=True)
    level = EnumField(Level, required=True)
    key = ObjectIdField(required=True)
    address = IPAddressField(required=True)


class Bounded(Document):
    """Every argument that narrows a field."""

    string = StringField(max_length=5)
    integer = IntField(min_value=-3, max_value=3)
    lower = IntField(min_value=0)
    float = FloatField(min_value=-1.5, max_value=1.5)
    decimal = DecimalField(min_value=0, max_value=Decimal("99.995"), precision=3)
    whole = DecimalField(precision=0, rounding=ROUND_DOWN)
    binary = BinaryField(max_bytes=4)
    password = PasswordField(crypt_func=md5)
    strings = ListField(StringField(max_length=3))
    day = DateField(date(1970, 1, 1), "2030-12-31")
    amount = Decimal128Field(0, "99.995", precision=2)
    micro = TimedeltaField("microseconds")
    seconds = TimedeltaField("seconds")
    named = EnumField(Level, by_name=True)
    access = EnumField(Access)
    flags = ListField(EnumField(Access, by_name=True))
    address = IPAddressField(version=4)


class Renamed(Document):
    """Keys in MongoDB that are not the attributes' names."""

    name = StringField(db_field="n")
    size = IntField(db_field="sz", default=3)
    id = StringField()
    accent = FloatField(db_field="größe")
    tags = ListField(StringField(), db_field="tg", default=["new"])
    home = EmbeddedDocumentField(Plain, db_field="h")


class Defaults(Document):
    """Defaults of every sort."""

    number = IntField(default=7)
    made = IntField(default=lambda: 8)
    strings = ListField(StringField(), default=["a", "b"])
    mapping: Any = BaseField(default={"a": [1]})
    embedded = EmbeddedDocumentField(Plain, default=lambda: Plain(name="made"))
    moment = DateTimeField(default=datetime(2020, 1, 2, 3, 4, 5))


class Stamped(Document):
    """Dates that a save sets."""

    created = DateTimeField(auto_now_on_insert=True)
    changed = DateTimeField(auto_now_on_update=True)
    name = StringField()


class Node(Document):
    """A document that contains itself, named by its path."""

    name = StringField()
    left = EmbeddedDocumentField("tests.zoo.animals.Node")
    children = ListField(EmbeddedDocumentField("tests.zoo.animals.Node"))


class Grid(Document):
    """Lists of lists."""

    numbers = ListField(ListField(IntField()))
    moments = ListField(ListField(ListField(DateTimeField())))
    nodes = ListField(ListField(EmbeddedDocumentField(Node)))
    places = ListField(PointField())
    secrets = ListField(PasswordField())
    bare: Any = ListField(BaseField())


class Containers(Document):
    """Values that consist of others, and of any kind."""

    mapping = DictField()
    texts = DictField(StringField())
    decimals = MapField(DecimalField())
    homes = MapField(EmbeddedDocumentField(Plain))
    deep = ListField(DictField(ListField(MapField(DateTimeField()))))
    tags = SetField(StringField())
    frozen = SetField(UUIDField(), frozen=True)
    pair = TupleField(FloatField(), DecimalField())
    numbers = TupleField(IntField(), ...)
    both = TupleField(EmbeddedDocumentField(Plain), ListField(StringField()))
    anything = AnyField()
    vector = VectorField(dimensions=3)
    small = VectorField(dtype="int8")
    bits = VectorField(dimensions=12, dtype="packed_bit")
    head = GenericEmbeddedDocumentField([Plain, Node])
    parts = ListField(GenericEmbeddedDocumentField([Node, Defaults], discriminator="kind"))
    references = MapField(ReferenceField(Plain))
    points = MultiPointField()
    lines = MultiLineStringField()
    polygons = MultiPolygonField()
    geometries = GeometryCollectionField()
    secrets = MapField(PasswordField())


class Keyed(EmbeddedDocument):
    """One that has its primary key in others, too."""

    code = StringField(primary_key=True)
    size = IntField()


class Assembly(Document):
    """Documents with keys in others."""

    part = EmbeddedDocumentField(Keyed)
    parts = ListField(GenericEmbeddedDocumentField([Keyed, Plain]))


class KeyedByText(Document):
    """One whose key is stored as it is read."""

    code = StringField(primary_key=True, max_length=30)
    size = IntField(required=True, max_value=1000)
    names = ListField(StringField())
    part = EmbeddedDocumentField(Plain)


class KeyedByNumber(Document):
    """One whose key has rules, and a default."""

    number = IntField(-(2**20), 2**62, primary_key=True, default=lambda: 7)
    name = StringField(default=lambda: "nobody")


class KeyedById(Document):
    """One whose key is made where it is missing."""

    key = ObjectIdField(primary_key=True)
    name = StringField()


class KeyedByDay(Document):
    """One whose key is stored in another form than it is read."""

    day = DateField(primary_key=True)
    name = StringField()


class Creature(Document):
    """The first of several classes in one collection."""

    __discriminator__ = "_cls"
    name = StringField(aliases=["nm", "title"])
    size = IntField(default=3)
    kin = ListField(EmbeddedDocumentField("tests.zoo.animals.Creature"))


class Bird(Creature):
    """Has fields, and what is left out where it is not set."""

    wings = FloatField(omit_none=True, strict=True)
    colour = StringField(choices=["red", "blue"])


class Penguin(Bird):
    """Has a value of its own, and forgets what it does not know."""

    __discriminator_value__ = "pg"
    __unknown__ = "drop"
    dives = ListField(TimedeltaField(), max_length=3)


class Aviary(Document):
    """Documents of several classes in others."""

    __discriminator__ = "kind"
    star = EmbeddedDocumentField(Creature)
    birds = ListField(EmbeddedDocumentField(Bird), db_field="b")
    by_name = MapField(EmbeddedDocumentField(Creature))
    other = GenericEmbeddedDocumentField([Creature, Bird, Plain])
    others = ListField(GenericEmbeddedDocumentField([Penguin, Keyed], discriminator="kind"))


class Asked(Document):
    """Fields of which Python is asked more than of others, in and around these."""

    counts = MapField(IntField(), keys=IntField())
    about = GenericReferenceField()
    many = SetField(GenericReferenceField())
    pairs = TupleField(MapField(StringField(), keys=UUIDField()), SetField(FloatField()))


class Referrer(Document):
    """References everywhere."""

    one = ReferenceField(Plain)
    many = ListField(ReferenceField(Plain))
    table = ListField(ListField(ReferenceField(Plain)))
    inner = EmbeddedDocumentField("tests.zoo.animals.Referrer")
    cousin = ReferenceField("tests.zoo.animals.Referrer")


class Open(Document):
    """A document to which values are added that no field declares."""

    name = StringField()


class Named:
    """Fields of a class that is no document."""

    name = StringField(required=True)
    nick = StringField(db_field="nk")


class Hybrid(Named, Document):
    size = IntField()


class Child(Plain):
    """Inherits fields, changes one, drops one for another use, and adds one."""

    size: Any = StringField(db_field="sizes")
    tame = property(lambda self: True)
    extra = IntField()


class Left(Plain):
    left = IntField()


class Right(Plain):
    right = IntField()


class Diamond(Left, Right):
    pass


# -- fields of the program's own -----------------------------------------------------------------


class Money(BaseField[Decimal]):
    """Whole cents in a mapping."""

    def validate(self, value: Any) -> bool:
        return value is None or isinstance(value, Decimal)

    def to_son(self, value: Any) -> Any:
        return None if value is None else {"cents": int(value * 100)}

    def from_son(self, value: Any) -> Any:
        return None if value is None else Decimal(value["cents"]) / 100


class Upper(StringField):
    def to_son(self, value: Any) -> Any:
        return value and value.upper()


class Trimmed:
    """A mixin for fields."""

    def from_son(self, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value


class TrimmedString(Trimmed, StringField):
    pass


class Quiet(StringField):
    """Reads otherwise than it is stored."""

    def get_value(self, value: Any) -> Any:
        return "***" if value is None else value


class Even(IntField):
    def validate(self, value: Any) -> bool:
        return super().validate(value) and (value is None or int(value) % 2 == 0)


class Zeroless(IntField):
    def is_empty(self, value: Any) -> bool:
        return not value


class Renaming(StringField):
    """Overrides nothing that concerns values."""

    def describe(self) -> str:
        return f"the text {self.name}"


def shout(value: Any) -> Any:
    return value and f"{value}!"


def shouting() -> StringField:
    field = StringField()
    field.to_son = shout  # type: ignore[method-assign]  # set on the field itself
    return field


class Overridden(Document):
    """Every way of overriding a field's method, and neighbours that override nothing."""

    before = StringField()
    upper = Upper()
    money = Money()
    trimmed = TrimmedString()
    quiet = Quiet()
    even = Even()
    zeroless = Zeroless(required=True)
    renaming = Renaming()
    shouting = shouting()
    prices = ListField(Money())
    uppers = ListField(ListField(Upper()))
    after = IntField()


# -- classes that do something themselves --------------------------------------------------------


class Counted(Document):
    """Has its own ``__init__``, which must run for every instance."""

    name = StringField()
    size = IntField(default=1)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._doubled = self.size * 2 if isinstance(self.size, int) else 0


class LoudKeys(Document):
    """Converts itself."""

    name = StringField()

    def to_son(self) -> dict[str, Any]:
        return {"loud": True, **super().to_son()}

    @classmethod
    def from_son(cls, mapping: Mapping[str, Any]) -> Any:
        return super().from_son({key: mapping[key] for key in mapping if key != "loud"})


class Picky(Document):
    """Says no without raising."""

    name = StringField()

    def validate(self) -> bool:
        return super().validate() and self.name != "no"


class Lucky(Document):
    """Adds a rule of its own."""

    number = IntField(required=True)

    def validate_fields(self) -> bool:
        if self.number == 13:
            raise ValueError("13 brings bad luck")
        return super().validate_fields()


class Deaf(Document):
    """Answers for its fields."""

    name = StringField()

    def get_field_value(self, name: str) -> Any:
        value = super().get_field_value(name)
        return value.lower() if name == "name" and value else value


class Wrapping(Document):
    """Embeds classes that do something themselves, next to one that does not."""

    counted = EmbeddedDocumentField(Counted)
    loud = EmbeddedDocumentField(LoudKeys)
    pickies = ListField(EmbeddedDocumentField(Picky))
    overridden = EmbeddedDocumentField(Overridden)
    plain = EmbeddedDocumentField(Plain)


BUILT_IN = (
    Plain,
    Everything,
    Required,
    Bounded,
    Renamed,
    Defaults,
    Stamped,
    Node,
    Grid,
    Containers,
    Asked,
    Referrer,
    Open,
    Hybrid,
    Child,
    Diamond,
)
"""Classes of built-in fields only: their valid documents never leave a native codec."""

FAMILIES = (Creature, Bird, Penguin, Aviary)
"""Classes that share a collection, or hold documents of such."""

KEYED = (KeyedByText, KeyedByNumber, KeyedById, KeyedByDay)
"""Classes that declare their primary key."""

ANIMALS = (
    *BUILT_IN,
    *FAMILIES,
    *KEYED,
    Assembly,
    Overridden,
    Counted,
    LoudKeys,
    Picky,
    Lucky,
    Deaf,
    Wrapping,
)
