"""Hooks of documents that are inserted in bulk: those that a save of each calls, in its order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    Rows,
    StringField,
    after_delete,
    after_insert,
    after_save,
    after_update,
    before_insert,
    before_save,
    before_update,
    before_validate,
)
from aiomotorengine.bulk import BulkReport, inserting
from aiomotorengine.bulk import hooks as bulk_hooks
from aiomotorengine.bulk.preparing import are_rows_native
from aiomotorengine.errors import UniqueKeyViolationError
from aiomotorengine.wire import requests
from tests.bulk.hurry import Hurried
from tests.bulk.models import account, later, numbers_of, stored
from tests.event_loop import counted_turns
from tests.harness import Mongo
from tests.integration.commands import watch
from tests.integration.sessions import begun

pytestmark = pytest.mark.usefixtures("codec")

WAYS: dict[str, Callable[[list[Any]], Awaitable[Any]]] = {
    "bulk_insert": lambda documents: type(documents[0]).objects.bulk_insert(documents),
    "insert_stream": lambda documents: type(documents[0]).objects.insert_stream(documents),
    "async source": lambda documents: type(documents[0]).objects.insert_stream(later(documents)),
}

ways = pytest.mark.parametrize("way", WAYS)


def fail(document: Any) -> None:
    raise AssertionError(document)


@ways
async def test_hooks_have_the_order_of_a_save(mongo: Mongo, way: str) -> None:
    steps: list[Any] = []
    commands = watch(mongo)

    class Step(Document):
        name = StringField(unique=True, on_save=lambda step, creating: step.log("on_save"))
        made = DateTimeField(auto_now_on_insert=True)
        change = before_update(after_update(after_delete(fail)))

        def log(self, step: str) -> str | None:
            steps.append((step, self._values["made"] is not None, self._id is not None))
            return self.name

        @before_save
        async def first(self) -> None:
            self.log("before_save")

        @before_insert
        def insert(self) -> None:
            self.log("before_insert")

        @before_validate
        def tidy(self) -> None:
            self.log("before_validate")

        def validate(self) -> bool:
            self.log("validate")
            return super().validate()

        @after_insert
        def inserted(self) -> None:
            assert "insert" in commands.names
            self.log("after_insert")

        @after_save
        async def last(self) -> None:
            self.log("after_save")

    await WAYS[way]([Step(name="a")])
    assert steps == [
        ("before_save", False, False),
        ("before_insert", False, False),
        ("before_validate", False, False),
        ("validate", True, False),
        ("on_save", True, False),
        ("after_insert", True, True),
        ("after_save", True, True),
    ]


class Numbered(Document):
    n = IntField(required=True)
    twice = IntField(required=True)
    told: list[Any] = []  # noqa: RUF012

    @before_save
    async def double(self) -> None:
        if self.n == -1:
            raise LookupError("not this one")
        await asyncio.sleep(0)
        self.twice = 2 * (self.n or 0)

    @after_save
    async def tell(self) -> None:
        await asyncio.sleep(0)
        if self.n == -2:
            raise LookupError("too late")
        self.told.append(self.n)


@pytest.fixture(autouse=True)
def nothing_told() -> None:
    Numbered.told.clear()


def numbered(*numbers: int) -> list[Numbered]:
    return [Numbered(n=n) for n in numbers]


@ways
@pytest.mark.usefixtures("mongo")
async def test_hooks_are_called_for_each_in_the_order_of_the_source(way: str) -> None:
    numbers = range(300)
    await WAYS[way](numbered(*numbers))
    assert Numbered.told == list(numbers)
    assert await Numbered.objects.filter(n=7).count() == 1
    assert [found.twice for found in await Numbered.objects.order_by("n").find_all()] == [
        2 * n for n in numbers
    ]


@pytest.mark.usefixtures("mongo")
async def test_hooks_are_in_the_order_of_the_source_whichever_batch_is_answered_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered: list[int] = []
    second_is_there = asyncio.Event()
    insert = requests.insert

    async def insert_later(target: Any, attempt: Any) -> Any:
        result = await insert(target, attempt)
        number = len(attempt.documents)
        if number == 10:
            await second_is_there.wait()
        answered.append(number)
        second_is_there.set()
        return result

    monkeypatch.setattr(requests, "insert", insert_later)
    report = await Numbered.objects.insert_stream(
        numbered(*range(15)), ordered=False, batch_size=10, in_flight=2
    )
    assert report.ok
    assert answered == [5, 10]
    assert Numbered.told == list(range(15))


@pytest.mark.usefixtures("mongo")
async def test_what_a_hook_before_it_refuses_is_not_written() -> None:
    report = await Numbered.objects.insert_stream(
        numbered(1, -1, 2), ordered=False, on_error="collect"
    )
    assert numbers_of(report) == {"inserted": [0, 2], "rejected": [1]}
    assert report.rejected[0].message == "not this one"
    assert Numbered.told == [1, 2] == await stored(Numbered)
    Numbered.told.clear()
    documents = numbered(3, -1, 4)
    with pytest.raises(LookupError, match="not this one") as failure:
        await Numbered.objects.insert_stream(documents)
    assert list(failure.value.report.inserted) == [0]  # type: ignore[attr-defined]
    assert (documents[1]._id, documents[2].twice) == (None, None)
    assert Numbered.told == [3]


@pytest.mark.usefixtures("mongo")
async def test_bulk_insert_writes_nothing_where_a_hook_before_it_raises() -> None:
    documents = numbered(*range(50), -1, 60)
    with pytest.raises(LookupError, match="not this one"):
        await Numbered.objects.bulk_insert(documents)
    assert await Numbered.objects.count() == 0
    assert {document._id for document in documents} == {None}
    assert documents[-1].twice is None


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("on_error", ["raise", "collect"])
@pytest.mark.usefixtures("mongo")
async def test_a_hook_after_it_that_raises_ends_the_stream_with_a_true_account(
    ordered: bool, on_error: Any
) -> None:
    documents = numbered(*range(15), -2, *range(16, 500))
    with pytest.raises(LookupError, match="too late") as failure:
        await Numbered.objects.insert_stream(
            documents, batch_size=10, ordered=ordered, on_error=on_error
        )
    report = failure.value.report  # type: ignore[attr-defined]
    assert Numbered.told == list(range(15))
    assert 20 <= len(report.inserted) < 500
    assert sorted(await stored(Numbered)) == sorted(
        document.n or 0 for document in documents if document._is_persisted
    )
    assert len(report.inserted) == await Numbered.objects.count()


@pytest.mark.usefixtures("mongo")
async def test_after_a_hook_that_raises_bulk_insert_says_what_is_written() -> None:
    report = BulkReport()
    with pytest.raises(LookupError, match="too late"):
        await Numbered.objects.bulk_insert(numbered(1, -2, 3), report=report)
    assert numbers_of(report) == {"inserted": [0, 1, 2]}
    assert Numbered.told == [1]


@pytest.mark.parametrize("ordered", [True, False])
async def test_hooks_after_it_are_not_called_for_what_the_server_refused(
    mongo: Mongo, ordered: bool
) -> None:
    told: list[Any] = []

    class Key(Document):
        n = IntField(unique=True)

        @after_insert
        def tell(self) -> None:
            told.append(self.n)

    with pytest.raises(UniqueKeyViolationError):
        await Key.objects.insert_stream([Key(n=n) for n in (1, 2, 1, 3)], ordered=ordered)
    assert told == ([1, 2] if ordered else [1, 2, 3])


@pytest.mark.mongod_only("SecantusDB confirms every write concern")
async def test_hooks_after_it_are_called_for_what_is_not_confirmed(mongo: Mongo) -> None:
    watch(mongo, w=2, wTimeoutMS=100)
    with pytest.raises(BulkWriteError) as failure:
        await Numbered.objects.insert_stream(numbered(1, 2))
    assert numbers_of(failure.value.report) == {  # type: ignore[attr-defined]
        "unconfirmed": [0, 1]
    }
    assert Numbered.told == [1, 2]


async def test_hooks_after_it_are_not_called_for_what_nobody_knows(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def insert(target: Any, attempt: Any) -> Any:
        attempt.take()
        raise AutoReconnect("gone")

    monkeypatch.setattr(requests, "insert", insert)
    with pytest.raises(AutoReconnect):
        await Numbered.objects.insert_stream(numbered(1, 2))
    assert Numbered.told == []


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.usefixtures("mongo")
async def test_hooks_after_it_are_called_when_a_call_that_goes_on_finds_what_was_written(
    ordered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert, attempts = requests.insert, []

    async def lose_the_answer(target: Any, attempt: Any) -> Any:
        attempts.append(attempt)
        if len(attempts) == 1:
            await target.collection.insert_many(
                [{"_id": it["_id"]} for it in attempt.documents[3:6]]
            )
        attempt.take()
        raise AutoReconnect("gone")

    before = BulkReport()
    documents = numbered(*range(10))
    monkeypatch.setattr(requests, "insert", lose_the_answer)
    with pytest.raises(AutoReconnect):
        await Numbered.objects.insert_stream(documents, report=before)
    monkeypatch.setattr(requests, "insert", insert)
    assert numbers_of(before) == {"unknown": [*range(10)]}
    report = await Numbered.objects.insert_stream(documents, resume=before, ordered=ordered)
    assert numbers_of(report) == {"inserted": [*range(10)]}
    assert Numbered.told == [*range(10)]


@ways
async def test_a_call_without_hooks_calls_none(mongo: Mongo, way: str) -> None:
    class Inner(Document):
        check = before_validate(fail)

    class Note(Document):
        inner = EmbeddedDocumentField(Inner)
        check = before_save(after_save(before_validate(fail)))

    documents = [Note(inner=Inner())]
    if way == "bulk_insert":
        assert await Note.objects.bulk_insert(documents, hooks=False) == documents
    else:
        assert (await Note.objects.insert_stream(documents, hooks=False)).ok
    assert await Note.objects.count() == 1


@ways
async def test_embedded_documents_and_derived_classes_have_their_own(
    mongo: Mongo, way: str
) -> None:
    class Address(Document):
        city = StringField(required=True)

        @before_validate
        def fill(self) -> None:
            self.city = self.city or "Oslo"

    class Person(Document):
        home = EmbeddedDocumentField(Address)

    class Friend(Person):
        __collection__ = "Person"
        since = IntField()

        @before_insert
        def fill(self) -> None:
            self.since = 2020

    await WAYS[way]([Person(home=Address()), Friend(home=Address())])
    found = [row async for row in Person.objects.coll().find({}, {"_id": 0}).sort("_id")]
    assert found == [
        {"home": {"city": "Oslo"}},
        {"home": {"city": "Oslo"}, "since": 2020},
    ]


async def test_a_derived_class_alone_may_have_hooks(mongo: Mongo) -> None:
    told: list[Any] = []

    class Plain(Document):
        n = IntField()

    class Told(Plain):
        @after_save
        def tell(self) -> None:
            told.append(self.n)

    await Plain.objects.insert_stream([Plain(n=1), Told(n=2), Plain(n=3), Told(n=4)])
    assert told == [2, 4]


@ways
async def test_a_class_without_hooks_is_never_asked_for_them(
    mongo: Mongo, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plain(Document):
        n = IntField()

    monkeypatch.setattr(bulk_hooks.HookCaller, "before", fail)
    monkeypatch.setattr(bulk_hooks.HookCaller, "after", fail)
    await WAYS[way]([Plain(n=n) for n in range(5)])
    assert await Plain.objects.count() == 5


@pytest.mark.usefixtures("mongo")
async def test_a_slice_of_hooks_lets_others_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inserting, "Pace", Hurried)
    monkeypatch.setattr(bulk_hooks, "Pace", Hurried)
    seen: dict[str, set[int]] = {"before": set(), "after": set()}

    class Row(Document):
        n = IntField()

        @before_save
        def note_before(self) -> None:
            seen["before"].add(turns.count)

        @after_save
        def note_after(self) -> None:
            seen["after"].add(turns.count)

    with counted_turns() as turns:
        await Row.objects.insert_stream([Row(n=n) for n in range(300)])
    assert len(seen["before"]) == len(seen["after"]) == 300


# -- rows ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("mongo")
async def test_w10_hooks_are_the_same_in_save_and_in_bulk() -> None:
    told = []

    class Note(Document):
        title = StringField(required=True)
        slug = StringField(required=True)

        @before_save
        def make_slug(self) -> None:
            self.slug = self.title and self.title.lower()

        @after_insert
        async def tell(self) -> None:
            told.append(self.slug)

    await Note(title="A").save()
    await Note.objects.bulk_insert([Note(title="B"), Note(title="C")])
    report = await Note.objects.insert_stream(
        Rows([{"title": "D"}, {}]), ordered=False, on_error="collect"
    )
    assert told == ["a", "b", "c", "d"]
    assert len(report.rejected) == 1
    assert await Note.objects.filter(slug="d").count() == 1


@pytest.mark.usefixtures("mongo")
async def test_a_hook_may_fill_what_has_no_column_and_what_is_refused_otherwise() -> None:
    report = await Numbered.objects.insert_stream(
        Rows([[1], [2, 3], ["x"]], columns=["n"]), ordered=False, on_error="collect"
    )
    assert numbers_of(report) == {"inserted": [0], "rejected": [1, 2]}
    report = await Numbered.objects.insert_stream(
        Rows([{"n": 4, "other": 1}]), ordered=False, on_error="collect"
    )
    assert [error.message for error in report.rejected[0].errors] == [
        "Field 'other' not found in Numbered."
    ]


def rows_of(document_class: type[Document]) -> str:
    lines = str(document_class.explain_codec()).splitlines()
    return next(line for line in lines if line.startswith("rows:"))


def test_the_route_of_rows_says_which_hooks_there_are() -> None:
    class Inner(Document):
        name = StringField()

        @before_validate
        @after_insert
        def tidy(self) -> None: ...

    class Outer(Document):
        inner = EmbeddedDocumentField(Inner)

    class Saved(Document):
        told = EmbeddedDocumentField(Numbered)

    class Deleted(Document):
        @after_delete
        @before_update
        def look(self) -> None: ...

    assert rows_of(Inner) == "rows: python   has before_validate hooks"
    assert rows_of(Outer) == "rows: python   Inner has before_validate hooks"
    assert rows_of(Numbered) == "rows: python   has before_save hooks"
    assert rows_of(Saved) == "rows: native"
    assert rows_of(Deleted) == "rows: native"


@pytest.mark.usefixtures("mongo")
async def test_rows_without_hooks_need_no_documents() -> None:
    class Note(Document):
        n = IntField()
        check = before_save(after_save(fail))

    assert not are_rows_native(Note, hooks=True)
    assert are_rows_native(Note, hooks=False)
    report = await Note.objects.insert_stream(Rows([{"n": 1}]), hooks=False)
    assert report.ok
    assert await Note.objects.count() == 1


# -- when things go wrong --------------------------------------------------------------------------


@pytest.mark.parametrize("event", ["before", "after"])
async def test_a_call_that_is_cancelled_in_a_hook_has_a_true_account(
    mongo: Mongo, event: str
) -> None:
    waits, report = asyncio.Event(), BulkReport()

    async def wait(document: Any) -> None:
        if document.n == 15:
            waits.set()
            await asyncio.Event().wait()

    class Slow(Document):
        n = IntField()
        hook = before_save(wait) if event == "before" else after_save(wait)

    documents = [Slow(n=n) for n in range(30)]
    task = asyncio.ensure_future(
        Slow.objects.insert_stream(later(documents), batch_size=10, report=report)
    )
    await waits.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    sets = await account(report, documents)
    if event == "after":
        assert sets["inserted"][:20] == [*range(20)]


@pytest.mark.parametrize("event", ["before", "after"])
async def test_a_cancellation_that_a_hook_raises_comes_through(mongo: Mongo, event: str) -> None:
    async def give_up(document: Any) -> None:
        raise asyncio.CancelledError

    class Note(Document):
        n = IntField()
        hook = before_save(give_up) if event == "before" else after_save(give_up)

    with pytest.raises(asyncio.CancelledError):
        await Note.objects.insert_stream([Note(n=1)])
    assert await Note.objects.count() == (event == "after")


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_hooks_may_ask_the_database_in_a_transaction(mongo: Mongo) -> None:
    counted: list[int] = []

    class Counted(Document):
        n = IntField()

        @before_save
        @after_save
        async def count(self) -> None:
            counted.append(await Counted.objects.count())

    await Counted(n=0).save(hooks=False)
    async with begun() as session:
        source = later([Counted(n=n) for n in range(1, 10)])
        await Counted.objects.insert_stream(source, batch_size=3, in_flight=3, ordered=False)
        await session.commit_transaction()
    assert counted == [1] * 3 + [4] * 6 + [7] * 6 + [10] * 3


# -- without validation ----------------------------------------------------------------------------


class Strict(Document):
    n = IntField(required=True, max_value=9)
    changed = DateTimeField(auto_now_on_update=True)


@pytest.mark.parametrize("rows", [False, True], ids=["documents", "rows"])
@pytest.mark.usefixtures("mongo")
async def test_what_is_not_valid_is_stored_without_validation(rows: bool) -> None:
    given: list[Any] = [{"n": 10}, {"n": None}]
    source: Any = Rows(given) if rows else [Strict(**values) for values in given]
    assert (await Strict.objects.insert_stream(source, validate=False)).ok
    source = Rows(given) if rows else [Strict(**values) for values in given]
    assert await Strict.objects.bulk_insert(source, validate=False)
    assert await stored(Strict) == [10, None, 10, None]
    assert all([found["changed"] async for found in Strict.objects.coll().find({})])


@pytest.mark.usefixtures("mongo")
async def test_what_cannot_be_encoded_is_refused_without_validation_too() -> None:
    report = await Strict.objects.insert_stream(
        [Strict(n=object()), Strict(n=11)], validate=False, ordered=False, on_error="collect"
    )
    assert numbers_of(report) == {"inserted": [1], "rejected": [0]}
    with pytest.raises(ValueError, match=r"document 0 .* Field 'n' must be valid\."):
        await Strict.objects.bulk_insert([Strict(n=object())], validate=False)


@pytest.mark.usefixtures("mongo")
async def test_without_validation_no_validate_of_a_class_is_called() -> None:
    class Never(Document):
        n = IntField()

        def validate(self) -> bool:
            raise AssertionError

    assert (await Never.objects.insert_stream([Never(n=1)], validate=False)).ok
    assert await Never.objects.bulk_insert([Never(n=2)], validate=False)
