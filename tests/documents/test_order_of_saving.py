"""One order of saving, whichever call saves: dates, validation, indexes, on_save, write."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest

from aiomotorengine import DateTimeField, Document, EmbeddedDocumentField, ListField, StringField
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("codec")

LONG_AGO = datetime(2000, 1, 1)

WAYS: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "save": lambda document: document.save(),
    "bulk_insert": lambda document: type(document).objects.bulk_insert([document]),
    "insert_stream": lambda document: type(document).objects.insert_stream([document]),
}

ways = pytest.mark.parametrize("way", WAYS)


class Line(Document):
    text = StringField()
    changed = DateTimeField(auto_now_on_update=True)


class Sheet(Document):
    text = StringField()
    made = DateTimeField(auto_now_on_insert=True)
    changed = DateTimeField(auto_now_on_update=True)
    lines = ListField(EmbeddedDocumentField(Line))


@ways
async def test_the_steps_have_one_order(mongo: Mongo, way: str) -> None:
    steps: list[Any] = []

    def log(step: str, document: Any) -> None:
        changed = document._values["changed"]
        moved = None if changed is None else changed > LONG_AGO
        steps.append((step, document._values["made"] is not None, moved, list(commands.names)))

    def name_of(document: Any, creating: bool) -> Any:
        log(f"on_save {creating}", document)
        return document.name

    class Step(Document):
        name = StringField(unique=True, on_save=name_of)
        made = DateTimeField(auto_now_on_insert=True, required=True)
        changed = DateTimeField(auto_now_on_update=True)

        def validate(self) -> bool:
            log("validate", self)
            return super().validate()

    commands = watch(mongo)
    await WAYS[way](Step(name="a", changed=LONG_AGO))
    assert steps == [
        ("validate", True, False, []),
        ("on_save True", True, True, ["createIndexes"]),
    ]
    assert commands.names == ["createIndexes", "insert"]


@ways
async def test_dates_do_not_move_in_a_document_that_is_refused(mongo: Mongo, way: str) -> None:
    sheet = Sheet(text=5, changed=LONG_AGO, lines=[Line(changed=LONG_AGO)])
    with pytest.raises(ValueError, match=r"Field 'text' must be valid\."):
        await WAYS[way](sheet)
    assert (sheet.changed, sheet.lines[0].changed) == (LONG_AGO, LONG_AGO)
    sheet.text = "a"
    await WAYS[way](sheet)
    assert sheet.changed > LONG_AGO
    assert sheet.lines[0].changed > LONG_AGO
    stored = await Sheet.objects.coll().find_one({})
    assert (stored["changed"], stored["lines"][0]["changed"]) == (
        sheet.changed,
        sheet.lines[0].changed,
    )


async def test_dates_move_in_the_documents_that_a_stream_inserts_and_in_no_other(
    mongo: Mongo,
) -> None:
    sheets = [Sheet(text=text, changed=LONG_AGO) for text in ("a", 5, "b", "c", 6)]
    report = await Sheet.objects.insert_stream(sheets, ordered=False, on_error="collect")
    assert [entry.number for entry in report.rejected] == [1, 4]
    assert [sheet.changed > LONG_AGO for sheet in sheets] == [True, False, True, True, False]
