"""Marks of hooks: the method that is marked keeps its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_type

from aiomotorengine import (
    Document,
    StringField,
    after_delete,
    after_insert,
    after_save,
    after_update,
    before_delete,
    before_insert,
    before_save,
    before_update,
    before_validate,
)


class Note(Document):
    text = StringField()

    @before_save
    @before_update
    def fill(self) -> None:
        self.text = "a"

    @before_insert
    @before_delete
    async def look(self) -> int:
        return await Note.objects.count()

    @before_validate
    def tidy(self) -> None:
        self.text = (self.text or "").strip()

    @after_insert
    @after_update
    @after_delete
    @after_save
    async def tell(self, how: str = "loudly") -> None: ...


def marked(note: Note) -> None:
    assert_type(note.fill, Callable[[], None])
    assert_type(note.tidy(), None)


async def awaited(note: Note) -> None:
    assert_type(await note.look(), int)
    await note.tell("softly")
    await note.save(hooks=False)
    await Note.objects.bulk_insert([note], hooks=False, validate=False)
    await Note.objects.insert_stream([note], hooks=False, validate=False)
