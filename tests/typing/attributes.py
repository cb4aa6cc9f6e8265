"""What a field reads as: on the class, on a document, in lists, embedded, as a reference."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Any, assert_type
from uuid import UUID

from bson import ObjectId

from aiomotorengine import (
    BaseField,
    BinaryField,
    BooleanField,
    DateField,
    DateTimeField,
    Decimal128Field,
    DecimalField,
    Document,
    EmailField,
    EmbeddedDocumentField,
    EnumField,
    FloatField,
    IntField,
    IPAddressField,
    JsonField,
    LineStringField,
    ListField,
    ObjectIdField,
    PasswordField,
    PointField,
    PolygonField,
    ReferenceField,
    StringField,
    TimedeltaField,
    TimeField,
    URLField,
    UUIDField,
)
from aiomotorengine.fields.password_field import PasswordType


class Level(Enum):
    LOW, HIGH = 1, 2


class Home(Document):
    road = StringField(required=True)
    number = IntField()


class Money(BaseField[Decimal]):
    """A field of the program's own, which overrides what it needs."""

    def validate(self, value: Any) -> bool:
        return value is None or isinstance(value, Decimal)

    def to_son(self, value: Any) -> Any:
        return None if value is None else {"cents": int(value * 100)}

    def from_son(self, value: Any) -> Any:
        return None if value is None else Decimal(value["cents"]) / 100


class Short(StringField):
    """A field derived from a built-in one."""

    def __init__(self, db_field: str | None = None) -> None:
        super().__init__(16, db_field)


class User(Document):
    __collection__ = "users"
    __lazy__ = False
    __alias__ = "other"

    name = StringField(255, "nm", required=True)
    nick = Short()
    age = IntField(min_value=0, max_value=150, default=18)
    score = FloatField(on_save=lambda document, creating: 1.0)
    tame = BooleanField(default=True)
    born = DateTimeField(auto_now_on_insert=True)
    token = UUIDField(unique=True)
    site = URLField()
    mail = EmailField()
    price = DecimalField(precision=3, min_value=Decimal(0))
    icon = BinaryField(max_bytes=1024)
    settings = JsonField()
    password = PasswordField()
    wallet = Money()
    anything = BaseField[Any]()
    tags = ListField(StringField())
    table = ListField(ListField(IntField()))
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))
    owner = ReferenceField(Home)
    owners = ListField(ReferenceField(Home, on_delete="pull"))
    tenant = ReferenceField(Home, "t", on_delete="nullify", required=False)
    wallets = ListField(Money())
    place = PointField()
    route = LineStringField(auto_index=False)
    area = PolygonField()
    day = DateField(min_value=date(2020, 1, 1), max_value="2020-12-31")
    opens = TimeField()
    took = TimedeltaField("seconds")
    cost = Decimal128Field(precision=2)
    rank = EnumField(Level, by_name=True)
    levels = ListField(EnumField(Level))
    key = ObjectIdField(required=True)
    address = IPAddressField(version=4)


def on_the_class() -> None:
    assert_type(User.name, StringField)
    assert_type(User.nick, Short)
    assert_type(User.age, IntField)
    assert_type(User.wallet, Money)
    assert_type(User.tags, ListField[str])
    assert_type(User.rank, EnumField[Level])
    assert_type(User.home, EmbeddedDocumentField[Home])
    assert_type(User.owner, ReferenceField[Home])
    assert_type(User.tenant, ReferenceField[Home])
    assert_type(User.name.max_length, int | None)
    assert_type(User.name.required, bool)
    assert_type(User.name.db_field, str)
    assert_type(User.home.embedded_type, type[Home])
    assert_type(User.owner.reference_type, type[Home])


def on_a_document(user: User) -> None:
    assert_type(user.name, str | None)
    assert_type(user.nick, str | None)
    assert_type(user.age, int | None)
    assert_type(user.score, float | None)
    assert_type(user.tame, bool | None)
    assert_type(user.born, datetime | None)
    assert_type(user.token, UUID | None)
    assert_type(user.site, str | None)
    assert_type(user.mail, str | None)
    assert_type(user.price, Decimal | None)
    assert_type(user.icon, bytes | None)
    assert_type(user.password, PasswordType | None)
    assert_type(user.wallet, Decimal | None)
    assert_type(user.home, Home | None)
    assert_type(user.owner, Home | None)
    assert_type(user.place, dict[str, Any] | None)
    assert_type(user.route, dict[str, Any] | None)
    assert_type(user.area, dict[str, Any] | None)
    assert_type(user.day, date | None)
    assert_type(user.opens, time | None)
    assert_type(user.took, timedelta | None)
    assert_type(user.cost, Decimal | None)
    assert_type(user.rank, Level | None)
    assert_type(user.key, ObjectId | None)
    assert_type(user.address, IPv4Address | IPv6Address | None)


def lists(user: User) -> None:
    assert_type(user.tags, list[str])
    assert_type(user.table, list[list[int]])
    assert_type(user.homes, list[Home])
    assert_type(user.wallets, list[Decimal])
    assert_type(user.levels, list[Level])
    user.tags.append("new")
    for home in user.homes:
        assert_type(home.road, str | None)
    for owner in user.owners:  # an id until it is loaded, a document afterwards
        assert_type(owner, Home | Any)


def through_embedded_documents(user: User) -> None:
    if user.home is not None:
        assert_type(user.home.number, int | None)
    if user.owner is not None:
        assert_type(user.owner.road, str | None)


def assignment(user: User) -> None:
    user.name = "Ada"
    user.name = None
    user.age = 36
    user.age = "36"
    user.price = "10.50"
    user.price = Decimal("10.50")
    user.token = "12345678-1234-5678-1234-567812345678"
    user.password = "secret"
    user.home = Home(road="Loop")
    user.owner = Home(_id=ObjectId())
    user.owner = ObjectId()
    user.owner = "nord-7"
    user.owner = {"row": 1}
    user.tags = ["a"]
    user.tags = ("a", "b")
    user.tags = {"a"}
    user.place = [1.5, 2]
    user.day = "2020-02-29"
    user.day = date(2020, 2, 29)
    user.cost = 0.1
    user.rank = Level.LOW
    user.rank = "LOW"
    user.key = "0123456789abcdef01234567"
    user.address = "192.0.2.1"
    user.settings = {"any": ["thing"]}


def inherited() -> None:
    class Admin(User):
        level = IntField()

    admin = Admin(name="Ada", level=3)
    assert_type(admin.name, str | None)
    assert_type(admin.level, int | None)
    assert_type(Admin.name, StringField)


def methods(user: User) -> None:
    assert_type(user.validate(), bool)
    assert_type(user.to_son(), dict[str, Any])
    assert_type(User.from_son({"nm": "Ada"}), User)
    assert_type(user.is_lazy, bool)
    assert_type(User.get_fields("home.road"), list[BaseField[Any]])
    assert_type(User.get_field_by_db_name("nm"), BaseField[Any] | None)


def even(value: int) -> bool:
    return value % 2 == 0


class Shirt(Document):
    sku = StringField(primary_key=True)
    size = StringField(choices=[("S", "small")], min_length=1, pattern="^[A-Z]", aliases=["sz"])
    count = IntField(validators=[even], strict=True, bits=64, immutable=True, index=-1)
    level = StringField(choices=Level, omit_none=True, allow_empty=True, metadata={"a": 1})
    made = DateTimeField(tz=UTC, expires=timedelta(days=1), deprecated=True)
    tags = ListField(StringField(choices=lambda: ["a"]), max_length=3, unique_items=True)
    on = BooleanField(null=True, title="On", examples=[True])


def options_change_no_type(shirt: Shirt) -> None:
    assert_type(shirt.sku, str | None)
    assert_type(shirt.count, int | None)
    assert_type(shirt.tags, list[str])
    assert_type(shirt.made, datetime | None)
