"""Rows in insert_stream and bulk_insert: stored, refused and reported as their documents are."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import json
import random
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    ListField,
    Rows,
    StringField,
    codec,
)
from aiomotorengine.bulk import BulkReport
from aiomotorengine.codec.plan import plan_of
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Place(Document):
    city = StringField(required=True)


class Reading(Document):
    station = StringField(required=True, max_length=2)
    hour = IntField(min_value=0, max_value=23, db_field="h")
    ok = BooleanField(default=True)
    place = EmbeddedDocumentField(Place)


async def stored(document_class: Any = Reading) -> list[dict[str, Any]]:
    found = document_class.objects.coll().find({}, {"_id": 0}).sort("_id")
    result: list[dict[str, Any]] = await found.to_list(None)
    return result


def told(report: BulkReport) -> list[Any]:
    return sorted(
        (entry.number, entry.code, entry.message, [(e.path, e.message) for e in entry.errors])
        for entry in report.rejected
    )


async def test_the_plan_is_made_once_for_all_calls_and_anew_when_the_class_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Planned(Document):
        name = StringField()

    made: list[Any] = []

    def counted(document_class: Any) -> Any:
        made.append(document_class)
        return plan_of(document_class)

    monkeypatch.setattr(codec, "plan_of", counted)
    await Planned.objects.insert_stream(Rows([{"name": "a"}]))
    before = list(made)
    for name in "b", "c":
        await Planned.objects.insert_stream(Rows([{"name": name}]))
    assert made == before
    assert set(before) == {Planned}
    monkeypatch.setattr(Planned, "to_son", lambda self: {"name": f"{self.name}!"})
    await Planned.objects.insert_stream(Rows([{"name": "d"}]))
    assert len(made) > len(before)
    assert [row["name"] for row in await stored(Planned)] == ["a", "b", "c", "d!"]


async def test_rows_are_sent_2500_at_once_or_as_many_as_the_caller_wants() -> None:
    sizes: list[int] = []
    for size in (None, 900):
        report = BulkReport()
        rows = ({"station": "s", "hour": 1} for _ in range(3000))
        done = [0]

        def progress(report: BulkReport, done: list[int] = done) -> None:
            done.append(len(report.inserted))

        await Reading.objects.insert_stream(
            Rows(rows), batch_size=size, max_wait=None, report=report, progress=progress
        )
        sizes += [after - before for before, after in itertools.pairwise(done)]
    assert sizes == [2500, 500, 900, 900, 900, 300]


async def test_rows_go_in_and_those_that_are_refused_are_told() -> None:
    rows: list[Any] = [
        {"station": "A", "hour": "7", "place": {"city": "Oslo"}},
        {"station": "ABC", "hour": 99, "place": {}},
        {"x": 1, "hour": -1},
        5,
    ]
    report = await Reading.objects.insert_stream(Rows(rows), ordered=False, on_error="collect")
    assert await stored() == [{"station": "A", "h": 7, "ok": True, "place": {"city": "Oslo"}}]
    failed = "Validation for document {} in the documents you are saving failed with: {}"
    invalid = "Field '{}' must be valid."
    assert told(report) == [
        (
            1,
            None,
            failed.format(1, invalid.format("station")),
            [
                ("station", invalid.format("station")),
                ("hour", invalid.format("hour")),
                ("place.city", "Field 'city' is required."),
            ],
        ),
        (
            2,
            None,
            failed.format(2, "Field 'x' not found in Reading."),
            [
                ("x", "Field 'x' not found in Reading."),
                ("station", "Field 'station' is required."),
                ("hour", invalid.format("hour")),
            ],
        ),
        (
            3,
            None,
            failed.format(3, "a row must be a mapping, not int."),
            [("", "a row must be a mapping, not int.")],
        ),
    ]


async def test_a_column_that_a_function_for_ids_misses_is_told_for_what_it_is() -> None:
    rows = Rows([{"station": "A"}], id=lambda row: row["key"])
    report = await Reading.objects.insert_stream(rows, on_error="collect")
    [entry] = report.rejected
    assert entry.message.endswith(" failed with: KeyError: 'key'")
    assert [(error.path, error.message) for error in entry.errors] == [("_id", "KeyError: 'key'")]


async def test_the_first_row_that_is_refused_ends_an_ordered_stream() -> None:
    rows = [{"station": "A"}, {"x": 1}, {"station": "B"}]
    message = "document 1 in the documents you are saving failed with: Field 'x' not found"
    with pytest.raises(ValueError, match=message) as refusal:
        await Reading.objects.insert_stream(Rows(rows))
    assert refusal.value.report.inserted.ranges == (range(1),)  # type: ignore[attr-defined]
    assert [row["station"] for row in await stored()] == ["A"]


async def test_a_row_that_is_larger_than_mongodb_takes_is_told() -> None:
    rows = [{"station": "A"}, {"station": "B", "place": {"city": "x" * 17_000_000}}]
    told_of_both = []
    for source in (Rows(rows), Rows(rows).documents(Reading)):
        report = await Reading.objects.insert_stream(source, ordered=False, on_error="collect")
        told_of_both.append(told(report))
    of_rows, of_documents = told_of_both
    assert of_rows == of_documents
    [(number, _, message, _)] = of_rows
    assert number == 1
    assert "place.city" in message


async def test_names_are_checked_before_anything_is_sent(mongo: Mongo) -> None:
    commands = watch(mongo)
    rows = Rows([["A", 7]], columns=["station", "hours"])
    for insert in (Reading.objects.insert_stream, Reading.objects.bulk_insert):
        with pytest.raises(ValueError, match="No field of Reading is called 'hours'"):
            await insert(rows)
    assert commands.names == []


async def test_a_mapping_that_is_no_row_is_an_error_as_before() -> None:
    given: list[Any] = [{"station": "A"}, ["A"], Rows([{"station": "A"}])]
    for row in given:
        kind = type(row).__name__
        for insert in (Reading.objects.insert_stream, Reading.objects.bulk_insert):
            with pytest.raises(
                ValueError, match=f"can't save an instance of type '{kind}'"
            ) as refusal:
                await insert([row])
            assert refusal.value.__notes__ == [
                "Rows of values are passed as Rows(source), not as they are."
            ]


async def test_rows_of_an_async_source_are_sent_while_it_waits() -> None:
    more = asyncio.Event()

    async def rows() -> AsyncIterator[dict[str, Any]]:
        yield {"station": "A"}
        await more.wait()
        yield {"station": "B"}

    def show(report: BulkReport) -> None:
        assert report.inserted
        more.set()

    async with asyncio.timeout(20):
        report = await Reading.objects.insert_stream(Rows(rows()), max_wait=0.01, progress=show)
    assert (report.ok, report.taken) == (True, 2)


async def test_bulk_insert_makes_documents_of_rows() -> None:
    documents = await Reading.objects.bulk_insert(Rows({"station": ["A", "B"], "hour": [1, 2]}))
    assert documents is not None
    assert [(one.station, one.hour) for one in documents] == [("A", 1), ("B", 2)]
    assert await Reading.objects.get(documents[1]._id) is not None


async def test_bulk_insert_inserts_no_row_if_one_is_refused() -> None:
    report = BulkReport()
    with pytest.raises(ValueError, match="document 1 in the .* Field 'x' not found in Reading"):
        await Reading.objects.bulk_insert(Rows([{"station": "A"}, {"x": 1}]), report=report)
    assert (report.taken, len(report.rejected)) == (2, 1)
    assert await stored() == []


async def test_ids_from_content_make_a_reload_idempotent() -> None:
    rows = [{"sku": n, "station": "A"} for n in range(3)]
    for inserted in (3, 0):
        report = await Reading.objects.insert_stream(
            Rows(rows, id="sku"), ordered=False, on_error="collect"
        )
        assert len(report.inserted) == inserted
    assert await Reading.objects.count() == 3


async def test_what_a_save_does_is_done_for_rows() -> None:
    class Note(Document):
        title = StringField(required=True)
        slug = StringField(on_save=lambda note, creating: f"{note.title}-{creating}")
        made = DateTimeField(auto_now_on_insert=True, required=True)

    report = await Note.objects.insert_stream(Rows([{"title": "A"}]))
    [note] = await stored(Note)
    assert report.ok
    assert note["slug"] == "A-True"
    assert isinstance(note["made"], datetime)


async def test_a_class_of_ones_own_ways_takes_rows() -> None:
    class Loud(Document):
        word = StringField()

        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            self.word = str(self.word).upper()

        def validate(self) -> bool:
            if self.word == "NO":
                raise ValueError("not that")
            return super().validate()

    rows = [{"word": "yes"}, {"word": "no"}]
    report = await Loud.objects.insert_stream(Rows(rows), ordered=False, on_error="collect")
    assert await stored(Loud) == [{"word": "YES"}]
    assert "not that" in report.rejected[0].message


# -- the law: rows are what their documents are --------------------------------------------------


class Item(Document):
    name = StringField(max_length=5)
    count = IntField(min_value=0, default=3)
    seen = DateTimeField(auto_now_on_insert=True)


class Everything(Document):
    text = StringField(required=True, db_field="t")
    whole = IntField(max_value=1000)
    part = FloatField(required=True)
    is_on = BooleanField(default=True)
    at = DateTimeField()
    made = DateTimeField(auto_now_on_insert=True, required=True)
    changed = DateTimeField(auto_now_on_update=True, required=True)
    item = EmbeddedDocumentField(Item)
    items = ListField(EmbeddedDocumentField(Item))
    words = ListField(StringField(max_length=3))


VALUES: list[Any] = [None, "", "a", "7", " 7.5", "abcdef", 7, -1, 2000, 2**70, 1.5, float("inf")]
VALUES += [True, b"x", datetime(2020, 1, 2), "2020-01-02T03:04:05Z", [], ["a", "b"], ["abcd"], {}]
VALUES += ['{"name": "a"}', '[{"count": -1}]', '["a"]', "[", {"name": "n"}, {"count": "x", "z": 1}]
VALUES += [{"name": "n", "seen": None}, [{"seen": "2020-01-02"}], Item(name="d")]
VALUES += [
    [{"name": "n"}, {"count": "5"}],
    [None, {"q": 1}],
    object,
    "true",
    "\ud800",
    {"name": {}},
]
NAMES = ["text", "whole", "part", "is_on", "at", "made", "changed", "item", "items", "words", "t"]
NAMES += ["other", "_id", ""]


LATEST_GIVEN = datetime(2021, 1, 1)


def random_row(random: random.Random) -> Any:
    good = {"text": "a", "part": 1.5}
    if random.random() < 0.01:
        return random.choice([None, 5, [], "text"])
    if random.random() < 0.5:
        return good | {"whole": random.randrange(900), "item": {"name": "x"}}
    names = random.sample(NAMES, random.randrange(1, 4))
    return good | {name: random.choice(VALUES) for name in names}


RULES: list[dict[str, Any]] = [
    {},
    {"parse": True, "nulls": "default"},
    {"unknown": "keep", "names": "db"},
    {"unknown": "ignore", "rename": {"other": "whole"}, "parse": True, "null_values": ["a", ""]},
    {"id": "whole", "nulls": "default"},
]


@pytest.mark.parametrize("rules", RULES)
async def test_rows_are_what_their_documents_are(rules: dict[str, Any]) -> None:
    rows = [random_row(random.Random(number)) for number in range(1500)]
    reports, found = [], []
    for source in (Rows(rows, **rules), Rows(rows, **rules).documents(Everything)):
        reports.append(
            await Everything.objects.insert_stream(
                source, ordered=False, on_error="collect", in_flight=1
            )
        )
        documents = await Everything.objects.coll().find({}).to_list(None)
        found.append(sorted(repr(without_what_is_new(document)) for document in documents))
        await Everything.objects.delete()
    by_rows, by_documents = reports
    assert told(by_rows) == told(by_documents)
    assert by_rows.inserted.ranges == by_documents.inserted.ranges
    assert found[0] == found[1]
    assert len(by_rows.inserted) == len(found[0]) > 0
    assert by_rows.rejected


def without_what_is_new(value: Any) -> Any:
    """A stored document, without new ids and the moment at which dates were set."""
    if isinstance(value, datetime):
        return "now" if value > LATEST_GIVEN else value
    if isinstance(value, list):
        return [without_what_is_new(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: without_what_is_new(item) for name, item in value.items()}
    if isinstance(kept.get("_id"), ObjectId):
        del kept["_id"]
    return kept


class Loose(Document):
    value = BaseField()


async def test_rows_that_no_server_takes_are_refused_before_they_are_sent() -> None:
    deep: Any = 1
    for _ in range(185):
        deep = [deep]
    rows = [{"value": 1}, {"value": deep}, {"value": "x" * 17 * 2**20}, {"value": 4}]
    reports = [
        await Loose.objects.insert_stream(source, ordered=False, on_error="collect")
        for source in (Rows(rows), Rows(rows).documents(Loose))
    ]
    assert told(reports[0]) == told(reports[1])
    assert sorted(entry.number for entry in reports[0].rejected) == [1, 2]
    assert reports[0].inserted.ranges == (range(1), range(3, 4))


async def test_a_source_of_rows_that_raises_leaves_what_came_before_in_the_account() -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield from ({"station": "A"} for _ in range(25))
        raise OSError("the disk is gone")

    report = BulkReport()
    with pytest.raises(OSError, match="the disk is gone"):
        await Reading.objects.insert_stream(Rows(rows()), batch_size=10, report=report)
    assert report.inserted.ranges == (range(20),)
    assert report.not_sent.ranges == (range(20, 25),)
    assert await Reading.objects.count() == 20


async def test_rows_in_flight_when_a_call_is_cancelled_are_in_the_account() -> None:
    async def rows() -> AsyncIterator[dict[str, Any]]:
        for _ in range(15):
            yield {"station": "A"}
        await asyncio.sleep(3600)

    report = BulkReport()
    async with asyncio.timeout(20):
        feed: asyncio.Task[Any] = asyncio.create_task(
            Reading.objects.insert_stream(
                Rows(rows()),
                batch_size=10,
                max_wait=None,
                report=report,
                progress=lambda report: feed.cancel(),
            )
        )
        with pytest.raises(asyncio.CancelledError):
            await feed
    assert report.taken == len(report.inserted) + len(report.not_sent)
    assert len(report.inserted) == 10


async def test_w07_rows() -> None:
    rows = [
        {"station": "A", "hour": "7", "place": {"city": "Oslo"}},
        {"station": "ABC", "hour": 99},
        {"x": 1},
    ]
    rejects = io.StringIO()
    report = await Reading.objects.insert_stream(
        Rows(rows), ordered=False, on_error="collect", rejects=rejects
    )
    assert await stored() == [{"station": "A", "h": 7, "ok": True, "place": {"city": "Oslo"}}]
    assert [error.path for error in report.rejected[0].errors] == ["station", "hour"]
    assert report.rejected[1].message.endswith("Field 'x' not found in Reading.")
    assert [json.loads(line)["number"] for line in rejects.getvalue().splitlines()] == [1, 2]
    await Reading.objects.delete()
    text = "Station,hour,ok\nA,7,false\nB,,\n"
    reader = csv.DictReader(io.StringIO(text))
    await Reading.objects.insert_stream(
        Rows(reader, rename={"Station": "station"}, parse=True, nulls="default")
    )
    by_rows = await stored()
    assert by_rows == [
        {"station": "A", "h": 7, "ok": False, "place": None},
        {"station": "B", "h": None, "ok": True, "place": None},
    ]
    await Reading.objects.delete()
    columns = {"station": ["A", "B"], "hour": [7, None], "ok": [False, True]}
    await Reading.objects.insert_stream(Rows(columns))
    assert await stored() == by_rows
    with pytest.raises(ValueError, match="No field of Reading is called 'hours'"):
        await Reading.objects.insert_stream(Rows([["A", 7]], columns=["station", "hours"]))
