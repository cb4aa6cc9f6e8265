"""``rejects``: what was refused is written down, line by line, as it becomes known."""

from __future__ import annotations

import asyncio
import io
import json
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from bson import ObjectId

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    IntField,
    PasswordField,
    Rows,
    StringField,
)
from aiomotorengine.bulk import BulkReport, RejectedDocument
from aiomotorengine.bulk.rejects import line_of

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class Key(Document):
    n = IntField(unique=True, min_value=0)
    word = StringField(max_length=3)


def lines(text: str) -> list[dict[str, Any]]:
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


ROWS: list[Any] = [{"n": 1}, {"n": -1, "word": "abcd"}, {"n": 1}, {"x": 1}, 5, {"n": 2}]


async def test_a_line_for_each_row_that_is_refused_whoever_refuses_it() -> None:
    file = io.StringIO()
    report = await Key.objects.insert_stream(
        Rows(ROWS), ordered=False, on_error="collect", rejects=file
    )
    found = {line["number"]: line for line in lines(file.getvalue())}
    assert sorted(found) == [1, 2, 3, 4]
    assert [found[number]["row"] for number in range(1, 5)] == ROWS[1:5]
    assert found[2]["code"] == 11000
    messages = {entry.number: entry.message for entry in report.rejected}
    assert {number: line["message"] for number, line in found.items()} == messages
    assert found[1]["errors"] == [
        {"path": "n", "code": "invalid", "message": "Field 'n' must be valid.", "value": "-1"},
        {
            "path": "word",
            "code": "invalid",
            "message": "Field 'word' must be valid.",
            "value": "'abcd'",
        },
    ]


async def test_a_file_gets_lines_added_and_can_be_passed_again(tmp_path: Path) -> None:
    path = tmp_path / "rejects.ndjson"
    for given in (path, str(path)):
        await Key.objects.insert_stream(
            Rows([{"n": -5}]), ordered=False, on_error="collect", rejects=given
        )
    again = [line["row"] for line in lines(path.read_text(encoding="utf-8"))]
    assert again == [{"n": -5}, {"n": -5}]
    report = await Key.objects.insert_stream(Rows([{**again[0], "n": 5}]))
    assert report.ok


@pytest.mark.parametrize("as_documents", [False, True])
async def test_a_row_of_columns_is_written_so_that_it_can_be_passed_again(
    as_documents: bool,
) -> None:
    file = io.StringIO()
    rows = Rows({"n": [1, -1, 1, 2], "word": ["a", "b", "c", None]})
    source = rows.documents(Key) if as_documents else rows
    await Key.objects.insert_stream(source, ordered=False, on_error="collect", rejects=file)
    again = {line["number"]: line["row"] for line in lines(file.getvalue())}
    assert again == {1: {"n": -1, "word": "b"}, 2: {"n": 1, "word": "c"}}


async def test_a_call_that_raises_has_written_what_it_refused() -> None:
    file = io.StringIO()
    with pytest.raises(ValueError, match="document 1 "):
        await Key.objects.insert_stream(Rows(ROWS), rejects=file)
    assert [line["number"] for line in lines(file.getvalue())] == [1]


async def test_bulk_insert_writes_what_it_refuses() -> None:
    file = io.StringIO()
    with pytest.raises(ValueError, match="document 1 "):
        await Key.objects.bulk_insert(Rows(ROWS), rejects=file)
    assert [line["row"] for line in lines(file.getvalue())] == [ROWS[1]]
    file = io.StringIO()
    with pytest.raises(RuntimeError):
        await Key.objects.bulk_insert([Key(n=7), Key(n=7, word="b")], rejects=file)
    assert [line["row"] for line in lines(file.getvalue())] == [{"n": 7, "word": "b"}]


async def test_documents_are_written_by_the_names_of_their_fields() -> None:
    class Place(Document):
        city = StringField(db_field="c")

    class User(Document):
        age = IntField(db_field="a", max_value=9)
        home = EmbeddedDocumentField(Place)
        password = PasswordField()

    file = io.StringIO()
    user = User(_id=7, age=10, home=Place(city="Oslo"), password="secret")
    await User.objects.insert_stream([user], on_error="collect", rejects=file)
    [line] = lines(file.getvalue())
    assert line["row"] == {"_id": 7, "age": 10, "home": {"city": "Oslo"}, "password": "***"}


async def test_a_misspelt_password_is_not_told_as_the_value_of_an_unknown_key() -> None:
    class Login(Document):
        pin = PasswordField()

    class User(Document):
        name = StringField()
        login = EmbeddedDocumentField(Login)

    rows = [{"name": "a", "paswrd": "secret"}, {"login": {"pim": "secret"}}]
    report = await User.objects.insert_stream(Rows(rows), ordered=False, on_error="collect")
    values = [error.value for entry in report.rejected for error in entry.errors]
    assert values == ["***", "***"]


async def test_a_function_is_called_with_entry_and_row() -> None:
    calls: list[tuple[RejectedDocument, Any, int]] = []

    def note(entry: RejectedDocument, row: Any) -> None:
        calls.append((entry, row, threading.get_ident()))

    report = await Key.objects.insert_stream(
        Rows(ROWS), ordered=False, on_error="collect", rejects=note
    )
    assert sorted(entry.number for entry, _, _ in calls) == [1, 2, 3, 4]
    assert all(row is ROWS[entry.number] for entry, row, _ in calls)
    assert {thread for _, _, thread in calls} == {threading.get_ident()}
    assert sorted(map(repr, report.rejected)) == sorted(repr(entry) for entry, _, _ in calls)


async def test_what_the_function_raises_ends_the_call() -> None:
    def note(entry: RejectedDocument, row: Any) -> None:
        raise OSError("the disk is full")

    report = BulkReport()
    with pytest.raises(OSError, match="the disk is full"):
        await Key.objects.insert_stream(
            Rows([{"n": -1}, {"n": 1}]),
            ordered=False,
            on_error="collect",
            rejects=note,
            report=report,
        )
    assert report.taken == len(report.rejected) + len(report.not_sent) + len(report.inserted)


async def test_a_file_that_cannot_be_written_ends_the_call() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        await Key.objects.insert_stream(
            Rows(ROWS), ordered=False, on_error="collect", rejects=Full()
        )


async def test_a_path_that_cannot_be_opened_is_told_before_a_row_is_taken(tmp_path: Path) -> None:
    rows = iter(ROWS)
    with pytest.raises(FileNotFoundError):
        await Key.objects.insert_stream(Rows(rows), rejects=tmp_path / "no" / "rejects.ndjson")
    assert list(rows) == ROWS


@pytest.mark.parametrize("rejects", [5, True, b"x"])
async def test_rejects_that_are_none_are_refused(rejects: Any) -> None:
    with pytest.raises(TypeError, match="rejects must be a path, a text file, or a function"):
        await Key.objects.insert_stream(Rows(ROWS), rejects=rejects)


async def test_an_async_function_is_refused() -> None:
    async def note(entry: RejectedDocument, row: Any) -> None: ...

    with pytest.raises(TypeError, match="neither may be async"):
        await Key.objects.insert_stream(Rows(ROWS), rejects=note)


async def test_an_object_whose_call_is_async_is_refused() -> None:
    class Note:
        async def __call__(self, *arguments: Any) -> None: ...

    with pytest.raises(TypeError, match="neither may be async"):
        await Key.objects.insert_stream(Rows(ROWS), rejects=Note())
    with pytest.raises(TypeError, match="is not async"):
        await Key.objects.insert_stream(Rows(ROWS), progress=Note())


async def test_a_file_whose_write_is_async_is_refused() -> None:
    class Later:
        async def write(self, text: str) -> None: ...

    with pytest.raises(TypeError, match="neither may be async"):
        await Key.objects.insert_stream(Rows(ROWS), rejects=Later())  # type: ignore[arg-type]


async def test_the_file_is_written_in_a_thread() -> None:
    threads: set[int] = set()

    class Watched(io.StringIO):
        def write(self, text: str) -> int:
            threads.add(threading.get_ident())
            return super().write(text)

    await Key.objects.insert_stream(
        Rows(ROWS), ordered=False, on_error="collect", rejects=Watched()
    )
    assert threads
    assert threading.get_ident() not in threads


async def test_a_call_that_is_cancelled_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "rejects.ndjson"

    async def rows() -> Any:
        yield {"n": -1}
        yield {"n": 1}
        await asyncio.sleep(3600)

    async with asyncio.timeout(20):
        feed: asyncio.Task[Any] = asyncio.create_task(
            Key.objects.insert_stream(
                Rows(rows()),
                ordered=False,
                on_error="collect",
                rejects=path,
                max_wait=0.01,
                progress=lambda report: feed.cancel(),
            )
        )
        with pytest.raises(asyncio.CancelledError):
            await feed
    assert [line["row"] for line in lines(path.read_text())] == [{"n": -1}]


HEX = "0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("row", "written"),
    [
        ({"at": datetime(2020, 1, 2, tzinfo=UTC)}, {"at": {"$date": "2020-01-02T00:00:00Z"}}),
        ({"id": ObjectId(HEX)}, {"id": {"$oid": HEX}}),
        (
            {"u": UUID(HEX + "89abcdef")},
            {"u": {"$binary": {"base64": "ASNFZ4mrze8BI0VniavN7w==", "subType": "04"}}},
        ),
        ({"x": float("nan")}, {"x": {"$numberDouble": "NaN"}}),
        ({"x": float("-inf")}, {"x": {"$numberDouble": "-Infinity"}}),
        ({"x": (1, {2})}, {"x": [1, [2]]}),
        ({None: ["more"], 7: 1}, {"None": ["more"], "7": 1}),
        ({"x": object}, {"x": "<class 'object'>"}),
        ("\udc80", "\udc80"),
        ({"d": Decimal("1.50")}, {"d": {"$numberDecimal": "1.50"}}),
        ({"d": Decimal("1e999999")}, {"d": "Decimal('1E+999999')"}),
        ({"d": date(2020, 1, 2)}, {"d": "2020-01-02"}),
        ({"n": 1 << 2047}, {"n": 1 << 2047}),
        ({"n": 10**5000, "m": 1}, {"n": "<int>", "m": 1}),
    ],
)
def test_a_row_is_written_as_extended_json(row: Any, written: Any) -> None:
    assert json.loads(line_of(RejectedDocument(0, None, ""), row))["row"] == written


def test_a_row_that_contains_itself_is_written_as_its_text() -> None:
    row: dict[str, Any] = {}
    row["row"] = row
    written = json.loads(line_of(RejectedDocument(0, None, ""), row))["row"]
    assert written.startswith("{'row': {")
