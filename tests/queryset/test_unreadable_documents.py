"""on_unreadable: one bad document among many, in every way of reading."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from bson import ObjectId
from bson.datetime_ms import DatetimeMS
from bson.son import SON

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    ReferenceField,
)
from aiomotorengine.errors import ResultsTruncatedWarning, StoredValueError
from aiomotorengine.queryset import QuerySet
from tests.harness import Mongo
from tests.integration.collections import replace_collection
from tests.integration.commands import watch


class Meter(Document):
    count = IntField()


class Reading(Document):
    meter = ReferenceField(Meter)


class Eager(Document):
    __lazy__ = False
    number = IntField()
    meter = ReferenceField(Meter)
    meters = ListField(ReferenceField(Meter))


@pytest.fixture
async def bad(mongo: Mongo) -> list[ObjectId]:
    """Two of a hundred documents cannot be read; their ids."""
    ids = [ObjectId(), ObjectId()]
    rows: list[dict[str, Any]] = [{"count": number} for number in range(100)]
    rows[40] |= {"_id": ids[0], "count": "n/a"}
    rows[99] |= {"_id": ids[1], "count": "none"}
    await Meter.objects.coll().insert_many(rows)
    return ids


async def read_before_the_error(query: QuerySet[Any]) -> list[int]:
    seen: list[int] = []

    async def read() -> None:
        async for meter in query:
            seen.append(meter.count)

    with pytest.raises(StoredValueError):
        await read()
    return seen


def all_but_bad() -> list[int]:
    return [number for number in range(100) if number not in (40, 99)]


@pytest.mark.usefixtures("codec")
async def test_the_error_is_raised(bad: list[ObjectId]) -> None:
    match = f"Can't read 'count' of the Meter with _id ObjectId\\('{bad[0]}'\\)"
    for call in (
        lambda: Meter.objects.find_all(),
        lambda: Meter.objects.filter(_id=bad[0]).first(),
        lambda: Meter.objects.get(bad[0]),
        lambda: Meter.objects.get(_id=bad[0]),
    ):
        with pytest.raises(StoredValueError, match=match) as raised:
            await call()
        assert (raised.value.id, raised.value.value) == (bad[0], "n/a")


@pytest.mark.usefixtures("codec")
async def test_what_comes_before_it_arrives(bad: list[ObjectId]) -> None:
    assert await read_before_the_error(Meter.objects) == list(range(40))


@pytest.mark.usefixtures("codec")
async def test_they_are_skipped(bad: list[ObjectId]) -> None:
    found = await Meter.objects.on_unreadable("skip").find_all()
    assert [meter.count for meter in found] == all_but_bad()
    read = [meter.count async for meter in Meter.objects.on_unreadable("skip")]
    assert read == all_but_bad()


@pytest.mark.usefixtures("codec")
async def test_no_document_is_read_twice(bad: list[ObjectId]) -> None:
    read: list[Any] = []

    class Counted(Meter):
        __collection__ = "Meter"

        @classmethod
        def from_son(cls, son: Any) -> Any:
            read.append(son["_id"])
            return super().from_son(son)

    await Counted.objects.on_unreadable("skip").find_all()
    assert len(read) == len(set(read)) == 100


@pytest.mark.usefixtures("codec")
async def test_what_from_son_raises_comes_after_the_documents_before(mongo: Mongo) -> None:
    class Picky(Meter):
        @classmethod
        def from_son(cls, son: Any) -> Any:
            if son["count"] == 5:
                raise LookupError("not this one")
            return super().from_son(son)

    await Picky.objects.coll().insert_many([{"count": n} for n in range(10)])
    reading = aiter(Picky.objects.order_by("count").on_unreadable("skip"))
    assert [(await anext(reading)).count for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(LookupError, match="not this one"):
        await anext(reading)


@pytest.mark.usefixtures("codec")
async def test_a_list_gets_the_errors(bad: list[ObjectId]) -> None:
    broken: list[StoredValueError] = []
    query = Meter.objects.on_unreadable(broken)
    assert len(await query.find_all()) == 98
    assert [(error.id, error.path, error.value) for error in broken] == [
        (bad[0], "count", "n/a"),
        (bad[1], "count", "none"),
    ]


@pytest.mark.usefixtures("codec")
async def test_a_function_gets_each_with_the_stored_document(bad: list[ObjectId]) -> None:
    seen: list[Any] = []
    query = Meter.objects.on_unreadable(lambda error, stored: seen.append((error.path, stored)))
    assert [meter.count async for meter in query] == all_but_bad()
    assert seen == [
        ("count", {"_id": bad[0], "count": "n/a"}),
        ("count", {"_id": bad[1], "count": "none"}),
    ]


@pytest.mark.usefixtures("codec")
async def test_what_the_function_raises_goes_out(bad: list[ObjectId]) -> None:
    def stop(error: StoredValueError, stored: Any) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        await Meter.objects.on_unreadable(stop).find_all()


async def test_documents_that_come_as_dicts_are_no_others(
    bad: list[ObjectId], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plain(Meter):
        __collection__ = "Meter"

    collection = Plain.objects.coll()
    options = collection.codec_options.with_options(document_class=SON)
    replace_collection(monkeypatch, collection.with_options(codec_options=options))
    broken: list[StoredValueError] = []
    query = Plain.objects.on_unreadable(broken)
    assert [plain.count async for plain in query] == all_but_bad()
    assert [error.id for error in broken] == bad
    assert await read_before_the_error(Plain.objects) == list(range(40))


async def test_first_and_get_raise_all_the_same(bad: list[ObjectId]) -> None:
    query = Meter.objects.filter(_id=bad[0]).on_unreadable("skip")
    with pytest.raises(StoredValueError):
        await query.first()
    with pytest.raises(StoredValueError):
        await query.get(_id=bad[0])


async def test_a_referenced_document_that_cannot_be_read_is_named(bad: list[ObjectId]) -> None:
    reading = await Reading(meter=bad[1]).save()
    assert reading is not None
    with pytest.raises(StoredValueError, match=f"of the Meter with _id ObjectId\\('{bad[1]}'\\)"):
        await reading.load_references()


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("reads_all", [True, False])
async def test_a_referenced_document_that_cannot_be_read_is_as_one_that_is_missing(
    bad: list[ObjectId], reads_all: bool
) -> None:
    good = await Meter.objects.filter(count=7).first()
    assert good is not None
    rows = [
        {"number": 0, "meter": bad[0], "meters": [good._id, bad[0], bad[1]]},
        {"number": 1, "meter": good._id, "meters": [bad[0]]},
    ]
    await Eager.objects.coll().insert_many(rows)
    errors: list[StoredValueError] = []
    query = Eager.objects.order_by("number").on_unreadable(errors)
    found = await query.find_all() if reads_all else [eager async for eager in query]
    assert [eager.meter and eager.meter.count for eager in found] == [None, 7]
    assert [[m and m.count for m in eager.meters] for eager in found] == [[7, None, None], [None]]
    assert {(error.id, error.path) for error in errors} == {(id, "count") for id in bad}
    with pytest.raises(StoredValueError):
        await Eager.objects.find_all()
    await found[0].save()  # the ids are kept
    assert await Eager.objects.coll().find_one({"number": 0}) == rows[0]


async def test_skipped_documents_count_for_the_default_limit(mongo: Mongo) -> None:
    rows: list[dict[str, Any]] = [{"count": "bad" if number == 5 else 1} for number in range(1001)]
    await Meter.objects.coll().insert_many(rows)
    with pytest.warns(ResultsTruncatedWarning):
        assert len(await Meter.objects.on_unreadable("skip").find_all()) == 1000
    await Meter.objects.coll().delete_one({"count": 1})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(await Meter.objects.on_unreadable("skip").find_all()) == 999


async def nobody_waits(error: StoredValueError, stored: Any) -> None: ...


@pytest.mark.parametrize(
    ("how", "error"),
    [("ignore", ValueError), (5, TypeError), (None, TypeError), (nobody_waits, TypeError)],
)
def test_nothing_else_is_taken(how: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="on_unreadable must be 'raise'"):
        Meter.objects.on_unreadable(how)


def test_raise_takes_it_back() -> None:
    query = Meter.objects.on_unreadable("skip")
    assert query.on_unreadable("raise") is query
    assert query._on_unreadable is None


class Visit(Document):
    at = DateTimeField(db_field="a")


class Guest(Document):
    n = IntField()
    visits = ListField(EmbeddedDocumentField(Visit), db_field="v")


class Letter(Document):
    guest = ReferenceField(Guest)


AS_DICTS = pytest.mark.parametrize("options", [{}, {"document_class": SON}], ids=["bytes", "dicts"])
"""With a document class of its own, a client gives no replies as bytes."""


@pytest.mark.mongod_only("SecantusDB takes no date that Python has no year for")
@pytest.mark.usefixtures("codec")
@AS_DICTS
@pytest.mark.parametrize(
    ("stored", "path"),
    [
        ({"v": [{}, {"a": DatetimeMS(10**15)}]}, "visits.1.at"),
        ({"v": [{"a": DatetimeMS(-(10**15))}]}, "visits.0.at"),
        ({"_other": {"b": [DatetimeMS(10**15)]}}, "_other.b.0"),
    ],
    ids=["late", "early", "undeclared"],
)
async def test_a_date_that_python_has_no_year_for(
    mongo: Mongo, stored: dict[str, Any], path: str, options: dict[str, Any]
) -> None:
    watch(mongo, **options)
    rows = [{"n": number} for number in range(20)]
    rows[7] |= {"_id": "bad", **stored}
    await Guest.objects.coll().insert_many(rows)
    with pytest.raises(StoredValueError) as refusal:
        await Guest.objects.get("bad")
    error = refusal.value
    assert (error.path, error.id, error.document_class) == (path, "bad", Guest)
    assert str(error).startswith(f"Can't read '{path}' of the Guest with _id 'bad': DatetimeMS(")
    errors: list[StoredValueError] = []
    found = await Guest.objects.on_unreadable(errors).find_all()
    assert [guest.n for guest in found] == [number for number in range(20) if number != 7]
    assert [error.path for error in errors] == [path]


@pytest.mark.mongod_only("SecantusDB takes no date that Python has no year for")
@AS_DICTS
async def test_such_a_date_in_what_is_read_as_it_is_stored(
    mongo: Mongo, options: dict[str, Any]
) -> None:
    watch(mongo, **options)
    late = DatetimeMS(10**15)
    await Guest.objects.coll().insert_many([{"_id": 1}, {"_id": 2, "v": [{"a": late}]}])
    await Letter.objects.coll().insert_many([{"_id": number, "guest": number} for number in (1, 2)])

    letters = await Letter.objects.find_all()
    await letters[0].load_references()
    with pytest.raises(StoredValueError) as refusal:
        await letters[1].load_references()
    error = refusal.value
    assert (error.path, error.id, error.document_class) == ("visits.0.at", 2, Guest)

    class Mail(Document):
        __lazy__ = False
        number = IntField()
        guest = ReferenceField(Guest)

    sent = [{"number": number, "guest": guest} for number, guest in enumerate((1, 2, 1, 2))]
    await Mail.objects.coll().insert_many(sent)
    for reads_all in (True, False):
        errors: list[StoredValueError] = []
        query = Mail.objects.order_by("number").on_unreadable(errors)
        mails = await query.find_all() if reads_all else [mail async for mail in query]
        assert [mail.guest and mail.guest._id for mail in mails] == [1, None, 1, None]
        assert {(error.path, error.id, error.document_class) for error in errors} == {
            ("visits.0.at", 2, Guest)
        }

    for stages in ([{"$sort": {"_id": 1}}], [{"$unwind": "$v"}, {"$group": {"_id": "$v.a"}}]):
        with pytest.raises(
            RuntimeError, match=r"^Aggregation failed due to: Can't read '"
        ) as failure:
            await Guest.objects.aggregate.raw(stages).fetch()
        cause = failure.value.__cause__
        assert isinstance(cause, StoredValueError)
        assert cause.path in ("v.0.a", "_id")
        assert cause.value == late
    assert len(await Guest.objects.aggregate.raw([{"$project": {"_id": 1}}]).fetch()) == 2


@pytest.mark.mongod_only("SecantusDB takes no date that Python has no year for")
@AS_DICTS
async def test_a_client_may_say_what_such_a_date_is(mongo: Mongo, options: dict[str, Any]) -> None:
    watch(mongo, **options, datetime_conversion="DATETIME_AUTO")
    late = DatetimeMS(10**15)
    await Guest.objects.coll().insert_one({"_id": 1, "_late": late})
    [found] = await Guest.objects.aggregate.raw([{"$project": {"_late": 1}}]).fetch()
    guest: Any = await Guest.objects.get(1)
    assert found["_late"] == guest.late == late
