"""``mixins.Timestamps``: when a document was stored first, and when last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aiomotorengine import Document, IntField, Rows, U
from aiomotorengine.mixins import Timestamps
from tests.harness import Mongo


class Note(Timestamps, Document):
    number = IntField()


class After(Document, Timestamps):
    number = IntField()


LONG_AGO = datetime(2001, 2, 3, tzinfo=UTC)


async def put_back(note: Note) -> None:
    """Have a stored document dates of long ago."""
    await Note.objects.filter(_id=note._id).update(
        U.set(created_at=LONG_AGO, updated_at=LONG_AGO), stamps=False
    )


async def test_a_first_save_sets_both_and_later_ones_the_second(mongo: Mongo, codec: str) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    note = await Note(number=1).save()
    loaded = await Note.objects.get(note._id)
    assert loaded.created_at is not None
    assert loaded.updated_at is not None
    assert before <= loaded.created_at <= loaded.updated_at <= datetime.now(UTC)
    assert (loaded.created_at.tzinfo, loaded.updated_at.tzinfo) == (UTC, UTC)
    assert (note.created_at, note.updated_at) == (loaded.created_at, loaded.updated_at)
    await put_back(note)
    loaded = await Note.objects.get(note._id)
    await loaded.save()
    again = await Note.objects.get(note._id)
    assert again.created_at == LONG_AGO
    assert again.updated_at >= before


async def test_updates_set_the_second(mongo: Mongo) -> None:
    note = await Note(number=1).save()
    await put_back(note)
    await Note.objects.filter(_id=note._id).update(U.inc(number=1))
    loaded = await Note.objects.get(note._id)
    assert (loaded.number, loaded.created_at) == (2, LONG_AGO)
    assert loaded.updated_at > LONG_AGO


async def test_bulk_inserts_set_both(mongo: Mongo, codec: str) -> None:
    await Note.objects.bulk_insert([Note(number=1)])
    await Note.objects.insert_stream(Rows([{"number": 2}]))
    for note in await Note.objects.find_all():
        assert note.created_at is not None
        assert note.updated_at is not None


def test_it_may_stand_before_or_behind_document() -> None:
    assert {*Note._fields} == {*After._fields} == {"created_at", "updated_at", "number"}
