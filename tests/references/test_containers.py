"""References in mappings, sets, tuples and unions are loaded as those in lists are."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    DictField,
    Document,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    ListField,
    MapField,
    ReferenceField,
    SetField,
    StringField,
    TupleField,
)
from aiomotorengine.errors import InvalidDocumentError

pytestmark = pytest.mark.usefixtures("mongo")

GONE = ObjectId("0123456789abcdef01234567")


class Author(Document):
    __collection__ = "container_authors"
    name = StringField()


class Comment(Document):
    by = ReferenceField(Author)


class Shelf(Document):
    __collection__ = "container_shelves"
    mapped = MapField(ReferenceField(Author))
    chosen = SetField(ReferenceField(Author))
    frozen = SetField(ReferenceField(Author), frozen=True)
    pair = TupleField(ReferenceField(Author), StringField())
    nested = TupleField(TupleField(ReferenceField(Author), ...), ListField(ReferenceField(Author)))
    comments = DictField(EmbeddedDocumentField(Comment))
    parts = ListField(GenericEmbeddedDocumentField([Comment]))
    deep = MapField(ListField(SetField(ReferenceField(Author))))
    parent = ReferenceField("self")


async def stored(**values: Any) -> Shelf:
    shelf = await Shelf(**values).save()
    found = await Shelf.objects.get(shelf._id)
    assert found is not None
    return found


@pytest.fixture
async def ada() -> Author:
    return await Author(name="Ada").save()


async def test_all_are_loaded_where_they_stand(ada: Author) -> None:
    values = {
        "mapped": {"a": ada, "b": None},
        "chosen": {ada},
        "frozen": {ada},
        "pair": (ada, "x"),
        "nested": ((ada, ada), [ada]),
        "comments": {"c": Comment(by=ada)},
        "parts": [Comment(by=ada)],
        "deep": {"d": [{ada}, set()]},
    }
    shelf = await stored(**values)
    before = shelf.to_son()
    assert (await shelf.load_references())["loaded_reference_count"] == 10
    assert shelf.mapped["a"].name == "Ada" and shelf.mapped["b"] is None
    assert type(shelf.chosen) is set and [it.name for it in shelf.chosen] == ["Ada"]
    assert type(shelf.frozen) is frozenset and [it.name for it in shelf.frozen] == ["Ada"]
    assert type(shelf.pair) is tuple and (shelf.pair[0].name, shelf.pair[1]) == ("Ada", "x")
    assert [it.name for it in shelf.nested[0]] == ["Ada", "Ada"]
    assert [it.name for it in shelf.nested[1]] == ["Ada"]
    assert shelf.comments["c"].by.name == "Ada"
    assert shelf.parts[0].by.name == "Ada"
    assert [it.name for it in shelf.deep["d"][0]] == ["Ada"]
    assert shelf.to_son() == before
    assert (await shelf.load_references())["loaded_reference_count"] == 0
    await shelf.save()


async def test_what_is_gone_remains_an_id(ada: Author) -> None:
    shelf = await stored(
        mapped={"a": GONE}, chosen={GONE, ada._id}, pair=(GONE, "x"), nested=((GONE,), [GONE])
    )
    before = shelf.to_son()
    await shelf.load_references()
    assert shelf.mapped == {"a": GONE}
    assert {getattr(it, "name", it) for it in shelf.chosen} == {"Ada", GONE}
    assert shelf.pair == (GONE, "x")
    assert shelf.nested == ((GONE,), [None])
    assert sorted(map(str, before.pop("chosen"))) == sorted(map(str, shelf.to_son()["chosen"]))
    assert {name: shelf.to_son()[name] for name in before} == before
    assert shelf.validate()


async def test_self_is_the_class_of_the_field(ada: Author) -> None:
    top = await Shelf().save()
    shelf = await stored(parent=top)
    await shelf.load_references()
    assert type(shelf.parent) is Shelf


async def test_loaded_documents_stay_after_a_reload(ada: Author) -> None:
    shelf = await stored(mapped={"a": ada}, chosen=[ada], pair=(ada, "x"))
    await shelf.load_references()
    await shelf.reload()
    assert (shelf.mapped["a"].name, shelf.pair[0].name) == ("Ada", "Ada")
    assert [author.name for author in shelf.chosen] == ["Ada"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: MapField(ReferenceField(Author, on_delete="nullify")),
        lambda: ListField(MapField(ReferenceField(Author, on_delete="cascade"))),
        lambda: TupleField(ReferenceField(Author, on_delete="deny"), StringField()),
    ],
)
def test_rules_for_deletes_can_t_stand_in_mappings_and_tuples(make: Any) -> None:
    with pytest.raises(InvalidDocumentError, match="on_delete='.*' does not fit Field 'value'."):

        class Odd(Document):
            value = make()


async def test_rules_for_deletes_reach_into_sets_and_unions() -> None:
    class Owner(Document):
        __collection__ = "container_owners"

    class Part(Document):
        owner = ReferenceField(Owner, on_delete="nullify")

    class House(Document):
        __collection__ = "container_houses"
        owners = SetField(ReferenceField(Owner, on_delete="pull"))
        parts = ListField(GenericEmbeddedDocumentField([Part]))

    one, other = await Owner().save(), await Owner().save()
    await House(owners={one, other}, parts=[Part(owner=one), Part(owner=other)]).save()
    await one.delete()
    [house] = await House.objects.find_all()
    assert house.owners == {other._id}
    assert [part.get_field_value("owner") for part in house.parts] == [None, other._id]
