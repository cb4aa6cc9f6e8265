"""Time-series collections, whose documents have no unique ``_id``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from aiomotorengine import DateTimeField, Document, IntField, StringField
from aiomotorengine.bulk import BulkReport
from tests.bulk.models import stored
from tests.harness import Mongo

pytestmark = [
    pytest.mark.usefixtures("codec"),
    pytest.mark.mongod_only("SecantusDB has no time-series collections"),
]

NOON = datetime(2024, 6, 1, 12)


class Gauge(Document):
    at = DateTimeField()
    probe = StringField()
    n = IntField()


@pytest.fixture
async def collection(mongo: Mongo) -> None:
    series = {"timeField": "at", "metaField": "probe"}
    await mongo.database.create_collection(Gauge.__collection__, timeseries=series)


def gauges(without_time: int | None, count: int) -> list[Gauge]:
    times = [None if number == without_time else NOON for number in range(count)]
    return [Gauge(at=at, probe=f"p{n % 2}", n=n) for n, at in enumerate(times)]


@pytest.mark.usefixtures("collection")
@pytest.mark.parametrize("call", ["bulk_insert", "insert_stream"])
@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("refused", [0, 2, 4])
async def test_the_report_says_what_is_in(call: str, ordered: bool, refused: int) -> None:
    documents, report = gauges(refused, 5), BulkReport()
    with pytest.raises(BulkWriteError, match="valid BSON UTC datetime") as failure:
        await getattr(Gauge.objects, call)(documents, ordered=ordered, report=report)
    written = [n for n in range(5) if n < refused or (n > refused and not ordered)]
    assert sorted(await stored(Gauge)) == written
    assert list(report.inserted) == written
    assert [entry.number for entry in report.rejected] == [refused]
    assert list(report.not_sent) == (list(range(refused + 1, 5)) if ordered else [])
    assert failure.value.details["nInserted"] == len(written)

    documents[refused].at = NOON
    again: list[Any] = [row for n, row in enumerate(documents) if n not in report.inserted]
    await getattr(Gauge.objects, call)(again, ordered=ordered)
    assert sorted(await stored(Gauge)) == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("collection")
async def test_many_go_in() -> None:
    documents = gauges(None, 3000)
    assert await Gauge.objects.bulk_insert(documents) is documents
    assert sorted(await stored(Gauge)) == list(range(3000))
