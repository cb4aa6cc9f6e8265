"""Typed documents: what constructors take, what attributes are, what comes of saving."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, Self, assert_type

from bson import ObjectId
from pymongo.asynchronous.collection import AsyncCollection

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    Field,
    IntField,
    Q,
    QuerySet,
    Reference,
    SequenceField,
    StringField,
    TypedDocument,
    VersionField,
)
from aiomotorengine.typed.queryset import TypedQuerySet


class Level(Enum):
    LOW, HIGH = 1, 2


class Address(TypedDocument, EmbeddedDocument):
    street: str
    town: str | None = None


class User(TypedDocument):
    __collection__ = "users"
    __alias__ = "other"

    name: Annotated[str, StringField(max_length=20)]
    age: int | None = None
    tags: list[str] = []
    home: Address | None = None
    level: Level = Level.LOW
    size: Literal["S", "L"] = "S"
    mail: str = Field(default="", index=True, pattern="@")
    words: set[str] = Field(default_factory=set)
    joined: datetime = Field(default=None, auto_now_on_insert=True)
    boss: Reference[Self] | None = None
    friends: list[Reference[Address]] = []
    plain = IntField()

    def greeting(self) -> str:
        return self.name.upper() + self.mail


class Admin(User):
    rights: dict[str, int]
    age: int | None = 18


class Ware(TypedDocument):
    sku: str = Field(primary_key=True)
    number: Annotated[int, SequenceField()] = Field(default=None)
    version: Annotated[int, VersionField()] = Field(default=None)


class Country(TypedDocument):
    id: str = Field()
    name: str


def constructors() -> None:
    User(name="Ada")
    User(
        id=ObjectId(),
        name="Ada",
        age=3,
        tags=["a"],
        home=Address(street="Loop"),
        level=Level.HIGH,
        size="L",
        words={"a"},
    )
    Admin(name="Ada", rights={"all": 1})
    Ware(sku="A1")
    Ware(sku="A1", id=5)
    Country(id="de", name="Germany")


def attributes(user: User, admin: Admin, ware: Ware, country: Country) -> None:
    assert_type(user.name, str)
    assert_type(user.age, int | None)
    assert_type(user.tags, list[str])
    assert_type(user.home, Address | None)
    assert_type(user.level, Level)
    assert_type(user.size, Literal["S", "L"])
    assert_type(user.words, set[str])
    assert_type(user.joined, datetime)
    assert_type(user.plain, int | None)
    assert_type(user.id, Any)
    assert_type(admin.age, int | None)
    assert_type(admin.rights, dict[str, int])
    assert_type(ware.sku, str)
    assert_type(ware.version, int)
    assert_type(country.id, str)
    user.tags.append("x")
    user.name = "Eva"
    if user.home is not None:
        assert_type(user.home.street, str)
    user.home = Address(street="Lane")


def references(user: User) -> None:
    for friend in user.friends:
        assert_type(friend, Address | Any)
    user.boss = ObjectId()
    user.boss = User(name="Boss")
    user.friends = [ObjectId(), Address(street="Loop")]


async def saving(user: User, admin: Admin) -> None:
    assert_type(await user.save(), User)
    assert_type(await admin.save(upsert=True, hooks=False), Admin)
    assert_type((await User(name="Ada").save(condition=Q(age=3))).name, str)
    assert_type(await User.objects.create(name="Ada"), User)
    assert_type(await User.objects.save(user, must_exist=True), User)
    assert_type(await User.objects.bulk_insert([user], ordered=False), list[User])
    assert_type(await User.objects.get_or_create(name="Ada"), tuple[User, bool])
    assert_type(await user.reload(), User)
    assert_type(await user.delete(), int)


async def reading() -> None:
    assert_type(User.objects, TypedQuerySet[User])
    assert_type(Admin.objects.filter(age=3).order_by("-age").limit(3), TypedQuerySet[Admin])
    assert_type(await User.objects.first(), User | None)
    assert_type(await User.objects.get(name="Ada"), User | None)
    assert_type(await User.objects.find_all(), list[User])
    async for user in User.objects.filter(name="Ada").using(comment="x"):
        assert_type(user.name, str)
    about_users(User.objects)


async def the_drivers_collection() -> None:
    coll = User.objects.coll()
    assert_type(await coll.find_one({"name": "Ada"}), dict[str, Any] | None)
    assert_type(await coll.count_documents({}), int)
    async for found in coll.find({}, {"_id": 0}).sort("name"):
        print(found["name"])
    if isinstance(coll, AsyncCollection):
        async for found in await coll.aggregate([]):
            print(found["name"])


def about_users(users: QuerySet[User]) -> None: ...


def conditions(name: str | None) -> None:
    query = Q(age=3)
    query &= Q(name="Ada")
    if name is not None:
        query |= Q(name=name)
    User.objects.filter(query, ~query)


def as_dataclasses(user: User) -> None:
    assert_type(dataclasses.asdict(user), dict[str, Any])
    assert_type(dataclasses.replace(user, name="Eva"), User)
    assert_type([field.name for field in dataclasses.fields(User)], list[str])


def sets_of_documents(users: list[User]) -> None:
    assert_type({user: user.name for user in users}, dict[User, str])


class Plain(Document):
    user = StringField()


class Loose(TypedDocument):
    __dynamic__ = True
    __unknown__ = "drop"
    __querysets__ = "in place"
    name: str
