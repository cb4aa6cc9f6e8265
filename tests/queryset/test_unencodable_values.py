"""Values that MongoDB cannot hold, in filters and updates: the refusal names the field."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from aiomotorengine import (
    Aggregation,
    BaseField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    Q,
    StringField,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.queryset import QuerySet
from tests.harness import Mongo


class Part(Document):
    any = BaseField()


class Key(Document):
    password = PasswordField(db_field="pw")


class User(Document):
    password = PasswordField(db_field="p")
    old = ListField(PasswordField())
    key = EmbeddedDocumentField(Key, db_field="k")


class Bag(Document):
    name = StringField(db_field="n")
    rest = BaseField(db_field="r")
    several = ListField(BaseField())
    part = EmbeddedDocumentField(Part, db_field="p")
    size = IntField()


UNENCODABLE = {
    "a decimal": (Decimal("1.5"), "MongoDB has no type for Decimal"),
    "a number": (2**70, "it has more than 64 bits"),
    "a set": ({1, 2}, "MongoDB has no type for set"),
    "a text": ("\ud800", "it has characters that UTF-8 can't have"),
    "a list": ([1, Decimal(1)], "MongoDB has no type for Decimal"),
    "a mapping": ({"x": {"y": Decimal(1)}}, "MongoDB has no type for Decimal"),
    "a key": ({5: 1}, "its key 5 is no text"),
}


async def iterate(found: QuerySet[Any]) -> None:
    [bag async for bag in found]


CALLS: dict[str, Callable[[QuerySet[Any]], Awaitable[Any]]] = {
    "find_all": lambda found: found.find_all(),
    "async for": iterate,
    "first": lambda found: found.first(),
    "get": lambda found: found.get(name="x"),
    "count": lambda found: found.count(),
    "update": lambda found: found.update({Bag.name: "y"}),
    "delete": lambda found: found.delete(),
}


@pytest.fixture
async def bags(mongo: Mongo) -> None:
    await Bag.objects.create(name="x")


@pytest.mark.parametrize(("value", "reason"), UNENCODABLE.values(), ids=UNENCODABLE)
async def test_a_filter_names_the_field(bags: None, value: Any, reason: str) -> None:
    with pytest.raises(ValueError, match="^Invalid value for") as refusal:
        await Bag.objects.filter(rest=value).find_all()
    before = "Invalid value for field 'rest' in filter 'rest': "
    assert str(refusal.value).startswith(before)
    assert str(refusal.value).endswith(f"{reason}.")
    assert isinstance(refusal.value.__cause__, InvalidDocumentError)
    assert await Bag.objects.count() == 1


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_every_call_names_the_field(
    bags: None, call: Callable[[QuerySet[Any]], Awaitable[Any]]
) -> None:
    with pytest.raises(ValueError, match="^Invalid value for field 'rest' in filter 'rest__in': "):
        await call(Bag.objects.filter(name="x", rest__in=[1, Decimal(1)]))
    bag = await Bag.objects.get(name="x")
    assert bag is not None


@pytest.mark.parametrize(
    ("query", "beginning"),
    [
        (Q(several=[Decimal(1)]), "field 'several' in filter 'several'"),
        (Q(part__any__gt=Decimal(1)), "field 'part.any' in filter 'part__any__gt'"),
        (Q(undeclared=Decimal(1)), "field 'undeclared' in filter 'undeclared'"),
        (Q(part=Part(any=Decimal(1))), "field 'part' in filter 'part'"),
        (Q(part={"any": Decimal(1)}), "field 'part' in filter 'part'"),
        (~Q(rest=Decimal(1)), "field 'rest' in filter 'rest'"),
        (Q(name="x") | Q(rest=Decimal(1)), "field 'rest' in filter 'rest'"),
        (Q(name="x") & ~(Q(size=1) | Q(rest=Decimal(1))), "field 'rest' in filter 'rest'"),
        (Q({"n": "x", "r": {"$in": [Decimal(1)]}}), "'r' in a raw query"),
        (Q(raw={"r": Decimal(1)}, name="x"), "'r' in a raw query"),
        (Q(_id=Decimal(1)), "field '_id' in filter '_id'"),
    ],
)
async def test_wherever_the_value_stands(bags: None, query: Q, beginning: str) -> None:
    with pytest.raises(ValueError, match="MongoDB has no type for Decimal") as refusal:
        await Bag.objects.filter(query).count()
    assert str(refusal.value).startswith(f"Invalid value for {beginning}: ")


async def test_an_aggregation_names_the_field(bags: None) -> None:
    groups = Bag.objects.aggregate.group_by(Bag.name, Aggregation.sum(Bag.size, "total"))
    for aggregation, field in (
        (Bag.objects.filter(rest=Decimal(1)).aggregate, "field 'rest' in filter 'rest'"),
        (Bag.objects.aggregate.match(rest__gt=Decimal(1)), "field 'rest' in filter 'rest__gt'"),
        (groups.match(total=[Decimal(1)]), "field 'total' in filter 'total'"),
        (Bag.objects.aggregate.raw([{"$match": {"r": Decimal(1)}}]), "'$match' in a raw query"),
    ):
        with pytest.raises(RuntimeError, match="MongoDB has no type for Decimal") as failure:
            await aggregation.fetch()
        text = str(failure.value)
        assert text.startswith(f"Aggregation failed due to: Invalid value for {field}: ")
        assert isinstance(failure.value.__cause__, ValueError)


@pytest.mark.parametrize(("value", "reason"), UNENCODABLE.values(), ids=UNENCODABLE)
async def test_an_update_names_the_field(bags: None, value: Any, reason: str) -> None:
    for definition, path in (
        ({Bag.rest: value}, "rest"),
        ({"part": {"any": value}}, "part.any"),
        ({"part.any": value}, "part.any"),
        ({"$set": {"r": value}}, "rest"),
        ({"colour": value}, "colour"),
    ):
        with pytest.raises(InvalidDocumentError, match="must be valid") as refusal:
            await Bag.objects.update(definition)
        assert str(refusal.value).endswith(f"{reason}.")
        assert refusal.value.path.startswith(path)
    bag = await Bag.objects.get(name="x")
    assert bag is not None
    assert (bag.rest, bag.part) == (None, None)


@pytest.mark.parametrize("key", ["rest", "rest__in", "name", "size", "several", "part__any", "x"])
async def test_a_list_that_is_in_itself_is_refused_by_name(bags: None, key: str) -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(ValueError, match=f"^Invalid value for field '.*' in filter '{key}': "):
        await Bag.objects.filter(**{key: value}).find_all()


@pytest.mark.mongod_only("SecantusDB takes values of any depth")
@pytest.mark.parametrize("key", ["rest", "rest__in", "name", "size", "several", "part__any", "x"])
async def test_a_list_that_is_nested_too_deep_is_refused_by_name(bags: None, key: str) -> None:
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    with pytest.raises(ValueError, match=f"^Invalid value for field '.*' in filter '{key}': "):
        await Bag.objects.filter(**{key: deep}).find_all()


SECRET = "hunter2"


class Odd:
    def __repr__(self) -> str:
        return SECRET


@pytest.mark.parametrize("value", [{SECRET}, f"{SECRET}\ud800", Odd()], ids=["set", "text", "odd"])
@pytest.mark.parametrize(
    "query",
    [
        lambda it: {"p": it},
        lambda it: {"p": {"$in": [it]}},
        lambda it: {"p": {"$not": {"$eq": it}}},
        lambda it: {"$or": [{"p": it}, {"k": None}]},
        lambda it: {"k.pw": it},
        lambda it: {"k": {"$elemMatch": {"pw": it}}},
        lambda it: {"old.0": {"$ne": it}},
    ],
)
async def test_a_password_is_in_no_refusal(mongo: Mongo, query: Any, value: Any) -> None:
    found = User.objects.filter(query(value))
    calls: list[Callable[[], Awaitable[Any]]] = [
        found.find_all,
        found.delete,
        found.aggregate.raw([{"$match": query(value)}]).fetch,
        lambda: User.objects.update({"$set": query(value)}),
    ]
    for call in calls:
        with pytest.raises((ValueError, RuntimeError)) as refusal:
            await call()
        assert SECRET not in "".join(traceback.format_exception(refusal.value))
        error: BaseException | None = refusal.value
        while error is not None:
            assert SECRET not in repr(getattr(error, "value", None))
            error = error.__cause__


async def test_what_fails_for_another_reason_stays_what_it_is(bags: None) -> None:
    class Strange(Document):
        __collection__ = "Bag"
        n = BaseField()

        @classmethod
        def from_son(cls, mapping: Any) -> Any:
            raise ArithmeticError("own")

    with pytest.raises(ArithmeticError, match="^own$"):
        await Strange.objects.filter(n="x").find_all()
