"""Replies to writes that the library decodes: all that they say, as the driver would have it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import bson
import pytest
from bson import Decimal128
from bson.codec_options import CodecOptions, TypeDecoder, TypeRegistry
from pymongo import WriteConcern

from aiomotorengine import BaseField, Document, IntField, U
from aiomotorengine.errors import UniqueKeyViolationError
from aiomotorengine.wire.plain_replies import reply_decoder, with_plain_replies
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("codec")


class Tally(Document):
    n = IntField()
    key = BaseField()
    word = BaseField(unique=True, sparse=True)


class Decimals(TypeDecoder):
    bson_type = Decimal128

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


async def replies_of(mongo: Mongo, **settings: Any) -> tuple[Any, Any]:
    """What an upsert and an update of the driver's say, through the library's collection and its
    own.
    """
    watch(mongo, **settings)
    rows = Tally.objects.coll()
    found = []
    for collection in (with_plain_replies(rows), rows):
        id = {"at": datetime(2026, 1, 2, 3), "n": len(found), "price": Decimal128("1.5")}
        query, change = {"_id": id}, {"$set": {"n": 1}}
        inserted = await collection.update_one(query, change, upsert=True)
        inserted.upserted_id.pop("n")
        changed = await collection.update_many(query, {"$inc": {"n": 1}})
        found.append((inserted.upserted_id, changed.modified_count, list(changed.raw_result)))
    ours, theirs = found
    return ours, theirs


@pytest.mark.parametrize("tz_aware", [False, True])
async def test_a_write_says_what_it_says_to_the_driver(mongo: Mongo, tz_aware: bool) -> None:
    ours, theirs = await replies_of(mongo, tz_aware=tz_aware)
    assert ours == theirs
    assert ours[0]["at"] == datetime(2026, 1, 2, 3, tzinfo=UTC if tz_aware else None)


async def test_a_type_registry_is_for_documents_as_for_the_driver(mongo: Mongo) -> None:
    registry = TypeRegistry([Decimals()])
    ours, theirs = await replies_of(mongo, type_registry=registry)
    assert ours == theirs
    assert ours[0]["price"] == Decimal128("1.5")


async def test_a_collection_has_one_whose_replies_are_decoded(mongo: Mongo) -> None:
    rows = Tally.objects.coll()
    assert with_plain_replies(rows) is with_plain_replies(rows) is not rows
    unanswered = rows.with_options(write_concern=WriteConcern(w=0))
    assert with_plain_replies(unanswered).write_concern == WriteConcern(w=0)


async def test_writes_tell_their_results(mongo: Mongo) -> None:
    tally = await Tally(n=1, word="a").save()
    assert tally is not None
    tally.n = 2
    assert await tally.save() is tally
    result = await Tally.objects.filter(_id=tally._id).update_one(U.inc(n=1))
    assert (result.count, result.modified) == (1, 1)
    result = await Tally.objects.filter(n=9).update_one(U.inc(n=1), upsert=True)
    assert result.count == 0 and result.upserted_id is not None
    assert (await Tally.objects.update(U.inc(n=1))).count == 2
    with pytest.raises(UniqueKeyViolationError):
        await Tally(word="a").save()


def test_what_a_server_says_of_a_failure_may_have_any_bytes() -> None:
    raw = bson.encode({"ok": 0.0, "errmsg": "a?"}).replace(b"?", b"\xff")
    options: CodecOptions[Any] = CodecOptions()
    assert reply_decoder(options)(raw) == {"ok": 0.0, "errmsg": "a\ufffd"}
