"""What streams of changes give: changes of documents of their own class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_type

from aiomotorengine import Change, ChangeStream, Document, IntField, StringField
from aiomotorengine.database import Database


class Job(Document):
    state = StringField()
    n = IntField()


async def watching(database: Database) -> None:
    assert_type(Job.watch(), ChangeStream[Job])
    chosen = Job.objects.filter(n__gte=5).watch(operations=["insert"], fields=[Job.state, "n"])
    assert_type(chosen, ChangeStream[Job])
    async with Job.watch(retry_for=5, alias="default") as changes:
        change = await changes.next()
        assert_type(change, Change[Job])
        assert_type(change.document, Job | None)
        assert_type(change.before, Job | None)
        assert_type(change.updated, dict[str, Any])
        assert_type(change.removed, list[str])
        assert_type(await changes.try_next(), Change[Job] | None)
        assert_type(changes.token, Mapping[str, Any] | None)
        assert_type(changes.alive, bool)
        async for each in changes:
            assert_type(each, Change[Job])
    Job.watch(resume_after=change.token)
    Job.watch(operation=["insert"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    Job.watch(retry_for="5")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(database.watch(Job), Any)
