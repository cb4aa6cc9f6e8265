"""What a class says of its collection: indexes, options, shard keys, and the reports of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, assert_type

from aiomotorengine import (
    Document,
    Index,
    IntField,
    Q,
    SearchIndex,
    StringField,
    VectorField,
    VectorSearchIndex,
    ensure_all,
)
from aiomotorengine.errors import FieldError, UnknownStoredKeyError
from aiomotorengine.indexes.index import IndexLike
from aiomotorengine.indexes.report import IndexReport, ReportedIndex
from aiomotorengine.schema.report import CollectionReport
from aiomotorengine.storage import identity_query


class Order(Document):
    __shard_key__ = ("tenant", "number")
    __indexes__: ClassVar[Sequence[IndexLike]] = [
        "number",
        ("tenant", "-number"),
        Index("tenant", unique=True, partial=Q(number=1)),
        Index(("tenant", "hashed"), name="by_tenant"),
    ]
    __search_indexes__ = (SearchIndex("tenant"), VectorSearchIndex("vector", dimensions=3))
    __collection_options__: ClassVar[Mapping[str, Any]] = {"validator": True}
    __auto_index__ = True

    tenant = StringField()
    number = IntField()
    vector = VectorField()


class Hashed(Document):
    __shard_key__: ClassVar[Sequence[str] | Mapping[str, Any]] = {"tenant": "hashed"}
    __auto_index__ = None

    tenant = StringField()


async def indexes() -> None:
    report = await Order.ensure_indexes(modify=True, drop_stale=True)
    assert_type(report, IndexReport)
    assert_type(report.ok, bool)
    assert_type(report.created, list[str])
    assert_type(report.missing, list[ReportedIndex])
    assert_type(report.missing[0].name, str)
    assert_type(await Order.index_report(alias="other"), IndexReport)
    assert_type(await Order.ensure_search_indexes(wait=5.0), IndexReport)
    assert_type(await ensure_all("other", dry_run=True), list[IndexReport])


async def collections() -> None:
    report = await Order.ensure_collection(dry_run=True)
    assert_type(report, CollectionReport)
    assert_type(report.created, bool)
    assert_type(Order.bson_schema(), dict[str, Any])
    assert_type(Order.json_schema(mode="serialization"), dict[str, Any])


async def shard_keys(order: Order, hashed: Hashed) -> None:
    assert_type(identity_query(order), dict[str, Any])
    assert_type(identity_query(hashed), dict[str, Any])
    assert_type(await order.save(), Order | None)
    assert_type(order.validation_errors(), list[FieldError])


def unreadable(error: UnknownStoredKeyError) -> None:
    assert_type(error.key, str)
    assert_type(error.path, str)
    assert_type(error.document_class, type[Any] | None)
