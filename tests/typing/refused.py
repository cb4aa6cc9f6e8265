"""Mistakes that a type checker must find.

Each line that is wrong says so to mypy and to pyright; both are told to complain about a comment
that silences nothing. So a mistake which is no longer found fails the test.
"""

# After a mistake the types that follow from it are unknown; that is not what is asked here.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from typing import Any

from bson import ObjectId

from aiomotorengine import (
    Aggregation,
    BaseField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    QuerySet,
    ReferenceField,
    StringField,
    U,
    before_save,
    before_validate,
    connect,
    health,
    migration,
)
from aiomotorengine.testing import factory


class Home(Document):
    road = StringField()


class User(Document):
    name = StringField()
    age = IntField()
    tags = ListField(StringField())
    home = EmbeddedDocumentField(Home)
    homes = ListField(EmbeddedDocumentField(Home))
    best = ReferenceField(Home)


class Money(BaseField[int]):
    pass


class Purse(Document):
    coins = Money()


def reading_none_as_a_value(user: User) -> None:
    user.name.upper()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    print(user.home.road)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def a_name_that_is_no_field() -> None:
    print(User.nmae)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def assigning_another_type(user: User, purse: Purse) -> None:
    user.name = 5  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    user.age = [1]  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    user.tags = [1, 2]  # type: ignore[list-item]  # pyright: ignore[reportAttributeAccessIssue]
    user.tags.append(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    user.home = User()  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    user.best = [ObjectId()]  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]
    purse.coins = "five"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]


def arguments_that_fields_do_not_take() -> None:
    StringField(max_lenght=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    StringField(max_length="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    IntField(required="yes")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ListField(str)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    ReferenceField(Home, on_delete="casade")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    ReferenceField(int)  # type: ignore[type-var]  # pyright: ignore[reportCallIssue, reportArgumentType]


def changes_that_do_not_fit_the_field() -> None:
    U.set(User.name, 5)  # type: ignore[misc]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.inc(User.age, "1")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.inc(User.age, 1.5)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.inc(User.name, 1)  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.push(User.tags, 5)  # type: ignore[misc]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.set(User.home, User())  # type: ignore[misc]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.set(User.home, 5)  # type: ignore[misc]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.set(User.homes, {"road": "Loop"})  # type: ignore[dict-item]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.push(User.homes, "Loop")  # type: ignore[misc]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.push(User.name, "x")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    U.current_date(User.name)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def about_users(query: QuerySet[User]) -> None:
    query.order_by(5)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    query.filter("name")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def about_homes(query: QuerySet[Home]) -> None:
    about_users(query)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def what_a_query_gives(home: Home) -> None:
    await User.objects.save(home)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await User.objects.bulk_insert([home])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    await User.objects.insert_stream([home])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    await User.objects.insert_stream([], on_error="go on")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    found = await User.objects.get(name="Ada")
    print(found.name)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
    print(User.objects.find_all()[0])  # type: ignore[index]  # pyright: ignore[reportIndexIssue]
    async for user in User.objects:
        print(user.name + 1)  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    for user in User.objects:  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        print(user)


def untyped_values_stay_untyped(values: dict[str, Any]) -> None:
    User(**values)


class Hooked(Document):
    @before_save  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportUntypedFunctionDecorator]
    def takes_more(self, other: int) -> None: ...

    @before_validate  # type: ignore[type-var]  # pyright: ignore[reportArgumentType, reportUntypedFunctionDecorator]
    async def is_async(self) -> None: ...


def an_option_of_a_wrong_type() -> None:
    StringField(choices=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    StringField(pattern=b"a")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    IntField(bits=16)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    IntField(validators=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def an_option_that_there_is_not() -> None:
    IntField(chioces=[1])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    IntField(pattern="a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def connections_and_what_they_say() -> None:
    with connect("shop"):  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues]
        pass
    state = await health(timeout="soon")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    state.ok = True  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    factory(str)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    factory(User).batch("2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@migration(User, User, name="wrong")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
def converts_to_something_else(old: User) -> int:
    return 5


def building_aggregations() -> None:
    start = User.objects.aggregate
    start.limit("3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    start.unwind(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    start.facet(a=[])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    start.bucket("age", [0, 9], n=User.age)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    start.lookup("best", pipeline=[])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    start.search("text")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    start.into(dict)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
    Aggregation.first_n("age", "3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Aggregation.sum(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
