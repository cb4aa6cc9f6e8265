"""Deletes under a collation, by which the ids of other documents are equal to one's own."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import (
    BaseField,
    Document,
    IntField,
    ReferenceField,
    StringField,
    VersionField,
    after_delete,
    before_delete,
)
from aiomotorengine.queryset import QuerySet
from aiomotorengine.writing.deletion import deleting

pytestmark = [
    pytest.mark.usefixtures("mongo", "codec"),
    pytest.mark.mongod_only("SecantusDB compares by no collation"),
]


class Tag(Document):
    name = StringField(primary_key=True)
    rank = IntField()


class Post(Document):
    """Goes with its tag; meanwhile, somebody makes another spelling of that."""

    tag = ReferenceField(Tag, on_delete="cascade")

    @before_delete
    async def meddle(self) -> None:
        await Tag.objects.coll().insert_one({"_id": "News", "rank": 0})


told: list[Any] = []


class Watched(Document):
    key = BaseField(primary_key=True)
    kind = StringField()

    @after_delete
    async def tell(self) -> None:
        told.append(self.key)


class Versioned(Document):
    name = StringField(primary_key=True)
    text = StringField()
    version = VersionField()


def blind(document_class: Any) -> QuerySet[Any]:
    """A query set that takes capitals for other letters."""
    return document_class.objects.all().collation("en", strength=2)


async def left(document_class: Any) -> list[Any]:
    return [stored["_id"] async for stored in document_class.objects.coll().find()]


DELETES: dict[str, Any] = {
    "find_one_and_delete": lambda found: found.order_by("rank").find_one_and_delete(),
    "delete_one": lambda found: found.order_by("rank").delete_one(),
    "delete": lambda found: found.delete(),
}


@pytest.mark.parametrize("name", DELETES)
async def test_what_was_found_is_deleted_and_no_other_spelling(name: str) -> None:
    await Post(tag=await Tag(name="news", rank=1).save()).save()
    await Tag(name="new.", rank=2).save()
    assert await DELETES[name](blind(Tag).filter(name="NEWS"))
    assert await left(Tag) == ["new.", "News"]
    assert await left(Post) == []


PAIRS: list[Any] = [
    ("news", "News"),
    ("(x)*", "(X)*"),
    ("x\0\n", "X\0\n"),
    ({"a": "x", "n": 1}, {"a": "X", "n": 1}),
    ({"a": {"b": "x"}, "n": "y"}, {"a": {"b": "X"}, "n": "y"}),
    (1, "x"),
]


@pytest.mark.parametrize("ids", PAIRS, ids=range(len(PAIRS)))
async def test_one_batch_takes_no_document_of_the_next(
    ids: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deleting, "LOADED_AT_ONCE", 1)
    told.clear()
    for id in ids:
        await Watched.objects.coll().insert_one({"_id": id, "kind": "x"})
    assert await blind(Watched).filter(kind="X").delete(hooks=True) == 2
    assert told == [*ids]


async def test_many_are_deleted_in_parts() -> None:
    names = [f"{letter}{n}" for n in range(150) for letter in "aA"]
    await Tag.objects.bulk_insert([Tag(name=name) for name in [*names, "b"]])
    assert await blind(Tag).filter(name__lt="B").delete() == 300
    assert await left(Tag) == ["b"]


async def test_a_text_may_be_too_long_for_a_pattern() -> None:
    await Tag(name="a" * 40_000).save()
    await Tag(name="b").save()
    assert await blind(Tag).filter(name__lt="B").delete() == 1
    assert await left(Tag) == ["b"]


async def test_a_document_in_hand_is_no_other_spelling() -> None:
    tags = [await Tag(name=name).save() for name in ("News", "news")]
    assert await blind(Tag).remove(tags[1]) == 1
    assert await left(Tag) == ["News"]
    one, other = [await Versioned(name=name, text="a").save() for name in ("News", "news")]
    for document in (other, one):
        document.text = "b"
        found = await blind(Versioned).filter(text="A").find_one_and_replace(document)
        assert found.name == document.name


async def test_only_the_ids_that_were_asked_for_are_found() -> None:
    await Tag.objects.bulk_insert([Tag(name="News"), Tag(name="news")])
    assert set(await blind(Tag).in_bulk(["news", "none"])) == {"news"}


async def test_a_hint_does_not_say_what_is_left() -> None:
    told.clear()

    class Meddling(Watched):
        """Takes a document out of what is deleted, before it is."""

        __collection__ = "Watched"

        @before_delete
        async def meddle(self) -> None:
            await Watched.objects.coll().update_one({"_id": "a"}, {"$unset": {"kind": ""}})

    await Watched.objects.bulk_insert([Watched(key="a", kind="x"), Watched(key="b")])
    await Watched.objects.coll().create_index("kind", sparse=True)
    assert await Meddling.objects.filter(kind="x").hint(["kind"]).delete(hooks=True) == 0
    assert told == []
