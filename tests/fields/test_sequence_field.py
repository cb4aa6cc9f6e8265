"""SequenceField: numbers that a counter in the database gives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    ListField,
    Rows,
    SequenceField,
    StringField,
    before_save,
    outside_transaction,
    transaction,
)
from aiomotorengine.connection import get_connection
from aiomotorengine.errors import InvalidDocumentError, UniqueKeyViolationError
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("codec")


class Order(Document):
    number = SequenceField(db_field="n", required=True)
    name = StringField()


class Ticket(Document):
    number = SequenceField(start=1000, collection="numbers", name="tickets", unique=True)
    second = SequenceField()


class Letter(Ticket):
    """Of another collection, with the same counter."""


class Keyed(Document):
    number = SequenceField(primary_key=True)
    name = StringField()


class Marked(Document):
    number = SequenceField()
    mark = StringField()

    @before_save
    def set_mark(self) -> None:
        self.mark = f"before {self.number}"


async def counters(collection: str = "counters") -> dict[str, int]:
    found = get_connection()[collection].find()
    return {counter["_id"]: counter["next"] async for counter in found}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": "1"}, "'start' argument must be a whole number, not '1'"),
        ({"start": True}, "'start' argument must be a whole number"),
        ({"collection": ""}, "'collection' argument must be a name, not ''"),
        ({"name": 5}, "'name' argument must be a name, not '5'"),
    ],
)
def test_arguments_that_make_no_sense(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SequenceField(**arguments)


def test_a_document_in_another_one_has_none() -> None:
    class Basket(Document):
        orders = ListField(EmbeddedDocumentField(Order))

    with pytest.raises(InvalidDocumentError, match="Order can't be embedded: its field 'number'"):
        Basket(orders=[Order()]).validate()


async def test_a_save_gives_the_next_number(mongo: Mongo) -> None:
    orders = [await Order().save() for _ in range(3)]
    assert [order.number for order in orders] == [1, 2, 3]
    assert await counters() == {"Order.n": 4}
    assert [order.number async for order in Order.objects.order_by("number")] == [1, 2, 3]


async def test_a_number_is_kept(mongo: Mongo) -> None:
    order = await Order().save()
    order.name = "a"
    await order.save()
    given = await Order(number=7).save()
    assert (order.number, given.number) == (1, 7)
    assert await counters() == {"Order.n": 2}


async def test_a_document_that_was_stored_without_one_gets_one(mongo: Mongo) -> None:
    await Order.objects.coll().insert_one({"name": "old"})
    order = await Order.objects.first()
    await order.save()
    assert await Order.objects.coll().distinct("n") == [1]


async def test_where_a_counter_is_and_where_it_begins(mongo: Mongo) -> None:
    tickets = [await Ticket().save(), await Letter().save(), await Ticket().save()]
    assert [ticket.number for ticket in tickets] == [1000, 1001, 1002]
    assert [ticket.second for ticket in tickets] == [1, 1, 2]
    assert await counters("numbers") == {"tickets": 1003}
    assert await counters() == {"Ticket.second": 3, "Letter.second": 2}


async def test_each_number_is_given_once(mongo: Mongo) -> None:
    await asyncio.gather(*(Order().save() for _ in range(30)))
    numbers = [order.number async for order in Order.objects]
    assert sorted(numbers) == list(range(1, 31))


async def test_a_save_that_is_refused_leaves_a_gap(mongo: Mongo) -> None:
    await Ticket().save()
    with pytest.raises(UniqueKeyViolationError):
        await Ticket(number=1000).save()
    assert (await Ticket().save()).second == 3


@pytest.mark.parametrize("save", ["save", "bulk_insert", "insert_stream"])
async def test_a_document_that_is_refused_keeps_its_number_for_the_next_try(
    mongo: Mongo, save: str
) -> None:
    async def insert(document: Any) -> None:
        await (document.save() if save == "save" else getattr(Keyed.objects, save)([document]))

    first, second = Keyed(name=5), Keyed(name=6)
    for keyed in (first, second):
        with pytest.raises(ValueError, match="name"):
            await insert(keyed)
    assert (first.number, second.number) == (1, 2)
    first.name, second.name = "a", "b"
    await insert(first)
    await Keyed.objects.coll().insert_one({"_id": 2, "name": "of another program"})
    with pytest.raises(UniqueKeyViolationError):
        await insert(second)
    second.number = None
    await insert(second)
    names = {it.number: it.name async for it in Keyed.objects}
    assert names == {1: "a", 2: "of another program", 3: "b"}


async def test_a_number_that_is_taken_is_no_documents_for_good(mongo: Mongo) -> None:
    await Keyed.objects.coll().insert_many([{"_id": 1}, {"_id": 2}])  # by another program
    keyed = Keyed(name="a")
    for _ in range(2):
        with pytest.raises(UniqueKeyViolationError):
            await keyed.save()
        assert keyed.number is None
    await keyed.save()
    assert keyed.number == 3

    await Ticket.objects.coll().insert_one({"number": 1000})
    ticket = Ticket()
    with pytest.raises(UniqueKeyViolationError):
        await ticket.save()
    assert (ticket.number, ticket.second) == (None, 1)
    await ticket.save()
    assert (ticket.number, ticket.second) == (1001, 1)

    given = Keyed(number=1, name="b")
    with pytest.raises(UniqueKeyViolationError):
        await given.save()
    assert given.number == 1  # which the program has chosen


async def test_a_number_that_is_taken_is_none_of_a_bulk_insert_for_good(mongo: Mongo) -> None:
    await Keyed.objects.coll().insert_many([{"_id": 1}, {"_id": 3}])  # by another program
    keyed = [Keyed(name="a"), Keyed(name="b"), Keyed(name="c"), Keyed(number=1, name="d")]
    for ordered, inserted in ((False, [1]), (True, [0, 1])):
        report = await Keyed.objects.insert_stream(keyed, ordered=ordered, on_error="collect")
        assert list(report.inserted) == inserted
        keyed = [keyed[entry.number] for entry in report.rejected]
    assert [(it.number, it.name) for it in keyed] == [(1, "d")]  # which the program has chosen
    found = {it.name: it.number async for it in Keyed.objects.filter(name__ne=None)}
    assert found.keys() == {"a", "b", "c"}

    await Ticket.objects.coll().insert_one({"number": 1001})
    tickets = [Ticket() for _ in range(3)]
    with pytest.raises(UniqueKeyViolationError):
        await Ticket.objects.bulk_insert(tickets, ordered=False)
    assert [(it.number, it.second) for it in tickets] == [(1000, 1), (None, 2), (1002, 3)]
    await tickets[1].save()
    assert (tickets[1].number, tickets[1].second) == (1003, 2)
    made = Ticket.from_dict({"second": 9})
    await Ticket.objects.coll().insert_one({"number": 1004})
    with pytest.raises(UniqueKeyViolationError):
        await Ticket.objects.bulk_insert([made])
    assert (made.number, made.second) == (None, 9)
    assert (await made.save()).number == 1005  # type: ignore[union-attr]
    for taken, ordered in ((1006, True), (1007, False)):
        await Ticket.objects.coll().insert_one({"number": taken})
        both = Ticket()
        with pytest.raises(UniqueKeyViolationError):
            await Ticket.objects.bulk_insert([both, both], ordered=ordered)
        assert both.number is None
    # One that is there twice is in the database, by its first place.
    twice = Ticket()
    with pytest.raises(UniqueKeyViolationError):
        await Ticket.objects.bulk_insert([twice, twice], ordered=False)
    assert twice.number == 1008


async def test_it_may_be_the_primary_key(mongo: Mongo) -> None:
    first = await Keyed(name="a").save()
    assert (first.number, first.id, first._id) == (1, 1, 1)
    first.name = "b"
    await first.save()
    await Keyed.objects.bulk_insert([Keyed(name="c"), Keyed(number=9), Keyed(name="d")])
    made, is_made = await Keyed.objects.get_or_create(name="e")
    assert (made.number, is_made) == (4, True)
    found = [(keyed.number, keyed.name) async for keyed in Keyed.objects.order_by("number")]
    assert found == [(1, "b"), (2, "c"), (3, "d"), (4, "e"), (9, None)]
    assert await counters() == {"Keyed._id": 5}
    with pytest.raises(UniqueKeyViolationError):
        await Keyed(number=9).save()


async def test_hooks_come_before_it(mongo: Mongo) -> None:
    marked = await Marked().save()
    assert (marked.mark, marked.number) == ("before None", 1)


async def test_a_document_that_is_made_because_none_was_found_gets_one(mongo: Mongo) -> None:
    found = [await Order.objects.get_or_create(name=name) for name in "aab"]
    assert [(order.number, made) for order, made in found] == [(1, True), (1, False), (2, True)]
    missing = Order.objects.filter(name="c")
    replaced = await missing.find_one_and_replace(Order(name="c"), upsert=True)
    assert replaced.number == 3


async def test_many_are_numbered_in_their_order_by_one_command(mongo: Mongo) -> None:
    commands = watch(mongo)
    await Order().save()
    commands.forget()
    orders = [Order(name=str(number)) for number in range(2500)]
    orders[1].number = 7777
    await Order.objects.bulk_insert(orders)
    wanted = [2, 7777, *range(3, 2501)]
    assert [order.number for order in orders] == wanted
    assert len(commands.of("findAndModify")) == 1
    assert await counters() == {"Order.n": 2501}
    found = Order.objects.filter(name__ne=None).order_by("_id")
    assert [order.number async for order in found] == wanted


async def test_a_stream_leaves_no_gap_at_its_end(mongo: Mongo) -> None:
    async def source() -> AsyncIterator[Order]:
        for number in range(1234):
            yield Order(name=str(number))

    commands = watch(mongo)
    report = await Order.objects.insert_stream(source())
    assert len(report.inserted) == 1234
    assert sorted(await Order.objects.coll().distinct("n")) == list(range(1, 1235))
    assert len(commands.of("findAndModify")) <= 4
    assert await counters() == {"Order.n": 1235}
    assert (await Order().save()).number == 1235


async def test_rows_are_numbered(mongo: Mongo) -> None:
    rows = [{"name": "a"}, {"name": "b", "number": 9}, {"name": "c"}]
    report = await Order.objects.insert_stream(Rows(rows))
    assert report.ok
    found = {order.name: order.number async for order in Order.objects}
    assert found == {"a": 1, "b": 9, "c": 2}
    assert "number is given its number by a counter" in str(Order.explain_codec())


async def test_documents_that_are_refused_leave_gaps(mongo: Mongo) -> None:
    class Short(Document):
        number = SequenceField()
        name = StringField(max_length=1)

    documents = [Short(name=name) for name in ("a", "bb", "c")]
    report = await Short.objects.insert_stream(documents, ordered=False, on_error="collect")
    assert [entry.number for entry in report.rejected] == [1]
    found = {short.name: short.number async for short in Short.objects}
    assert found == {"a": 1, "c": 3}


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_a_counter_is_no_part_of_a_transaction(mongo: Mongo) -> None:
    first = await Order().save()
    with pytest.raises(KeyError):
        await save_and_raise()
    assert await Order.objects.count() == 2
    assert first.number == 1
    assert (await Order().save()).number == 6


async def save_and_raise() -> None:
    async with transaction():
        await Order().save()
        await asyncio.wait_for(count_outside(), 10)
        await Order.objects.bulk_insert([Order(), Order()])
        raise KeyError


async def count_outside() -> None:
    """A save that would wait for the transaction if that had the counter."""
    with outside_transaction():
        assert (await Order().save()).number == 3
