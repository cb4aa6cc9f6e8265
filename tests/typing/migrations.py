"""What the function of a migration is given and may return; what a run gives."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_type

from aiomotorengine import Document, IntField, Q, StringField, migration
from aiomotorengine.errors import ServerValidationError
from aiomotorengine.migrations import DELETE, Migration, MigrationReport
from aiomotorengine.mixins import Timestamps


class Old(Document):
    name = StringField(strip_whitespace=True, to_lower=True)


class New(Timestamps, Document):
    first = StringField(required=True, to_upper=True)
    age = IntField()


@migration(Old, New, name="by class", filter=Q(name__exists=True), batch_size=10)
def by_class(old: Old) -> New | None:
    return New(first=old.name) if old.name else None


@migration("Old", New, name="by name", filter={"name": "a"}, on_error="collect")
async def by_name(old: dict[str, Any]) -> Any:
    return DELETE if old["name"] is None else New(first=old["name"])


async def runs() -> None:
    assert_type(by_class, Migration)
    assert_type(by_name, Migration)
    report = await by_class.run(dry_run=True, progress=lambda so_far: print(so_far.read))
    assert_type(report, MigrationReport)
    assert_type(report.changed, int)
    assert_type([one.message for one in report.failed], list[str])


def dates(new: New) -> None:
    assert_type(new.created_at, datetime | None)
    assert_type(new.updated_at, datetime | None)


def refused(error: ServerValidationError) -> None:
    assert_type(error.path, str)
