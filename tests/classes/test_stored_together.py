"""Several classes in one collection: every read and write of one is about its documents only."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    Document,
    IntField,
    Q,
    ReferenceField,
    Rows,
    StringField,
    U,
    before_delete,
)
from aiomotorengine.errors import AbstractClassError, DeleteDeniedError
from aiomotorengine.storage.discriminators import condition_of
from tests.harness import Mongo


class Animal(Document):
    __discriminator__ = "_cls"
    name = StringField()


class Dog(Animal):
    tricks = IntField(db_field="t", default=0)


class Puppy(Dog):
    __discriminator_value__ = "pup"


class Cat(Animal):
    lives = IntField(default=9)


class Owner(Document):
    pet = ReferenceField(Animal)
    dog = ReferenceField(Dog)


async def zoo() -> list[Any]:
    animals = [Animal(name="a"), Dog(name="b", tricks=1), Puppy(name="c", tricks=2), Cat(name="d")]
    await Animal.objects.bulk_insert(animals)
    return animals


async def stored_names() -> list[str]:
    return [it["name"] async for it in Animal.objects.coll().find().sort("name")]


def test_what_is_asked_for() -> None:
    assert Animal.objects.to_query() == {}
    assert Cat.objects.to_query() == {"_cls": "Animal.Cat"}
    assert Dog.objects.to_query() == {"_cls": {"$in": ["Animal.Dog", "pup"]}}
    assert Puppy.objects.filter(name="c").to_query() == {"name": "c", "_cls": "pup"}
    assert Cat.objects.filter(_cls="Animal.Dog").to_query() == {
        "$and": [{"_cls": "Animal.Cat"}, {"_cls": "Animal.Dog"}]
    }
    assert Cat.objects.filter({"name": "d"}).to_query() == {
        "$and": [{"_cls": "Animal.Cat"}, {"name": "d"}]
    }
    assert Cat.objects.filter(Q(name="c") | Q(name="d")).to_query() == {
        "$and": [{"_cls": "Animal.Cat"}, {"$or": [{"name": "c"}, {"name": "d"}]}]
    }
    assert Cat.objects.filter(name="d").all_filters_cleared().to_query() == {"_cls": "Animal.Cat"}
    assert Cat.objects.aggregate.to_query() == [{"$match": {"_cls": "Animal.Cat"}}]


def test_the_discriminator_in_filters_and_sorts() -> None:
    asked = Animal.objects.filter(_cls__in=["pup"]).order_by("-_cls")
    assert asked.to_query() == {"_cls": {"$in": ["pup"]}}
    assert asked._order == [("_cls", -1)]

    class Root(Document):
        __discriminator__ = "__t"
        __dynamic__ = False

    assert Root.objects.filter(__t="x").to_query() == {"__t": "x"}
    assert Root.objects.filter(__t__ne="x").to_query() == {"__t": {"$ne": "x"}}


async def test_reads(mongo: Mongo) -> None:
    await zoo()
    found = await Animal.objects.order_by("name").find_all()
    assert list(map(type, found)) == [Animal, Dog, Puppy, Cat]
    assert [type(it) async for it in Dog.objects.order_by("name")] == [Dog, Puppy]
    assert await Dog.objects.count() == 2
    assert await Puppy.objects.filter(name="b").count() == 0
    first = await Cat.objects.order_by("name").first()
    assert type(first) is Cat
    assert await Dog.objects.get(found[3]._id) is None
    assert type(await Animal.objects.get(found[3]._id)) is Cat
    assert type(await Dog.objects.get(name="c")) is Puppy
    assert await Dog.objects.get(name="d") is None
    results = await Dog.objects.aggregate.group_by(Dog.name).fetch()
    assert sorted(it.name for it in results) == ["b", "c"]


READS = {
    "find_all": lambda cats: cats.find_all(),
    "distinct": lambda cats: cats.distinct("name"),
    "item_frequencies": lambda cats: cats.item_frequencies("name"),
    "sum": lambda cats: cats.sum("lives"),
    "count": lambda cats: cats.count(),
    "exists": lambda cats: cats.exists(),
    "get_one": lambda cats: cats.get_one(),
    "sample": pytest.param(
        lambda cats: cats.sample(1), marks=pytest.mark.mongod_only("SecantusDB has no $sample")
    ),
    "explain": pytest.param(
        lambda cats: cats.explain(),
        marks=pytest.mark.mongod_only("SecantusDB explains no query"),
    ),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
async def test_the_condition_on_the_class_is_made_once_for_a_call(
    mongo: Mongo, read: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await zoo()
    asked: list[Any] = []

    def counted(document_class: Any) -> dict[str, Any]:
        asked.append(document_class)
        return condition_of(document_class)

    monkeypatch.setattr("aiomotorengine.queryset.base.condition_of", counted)
    assert await read(Cat.objects.filter(name="d"))
    assert asked == [Cat]


async def test_names_of_classes_below(mongo: Mongo) -> None:
    await zoo()
    found = await Animal.objects.filter(tricks__gte=1).order_by("-tricks").find_all()
    assert [it.name for it in found] == ["c", "b"]
    assert (await Animal.objects.filter(lives=9).update(U.set(lives=8))).count == 1
    assert (await Animal.objects.filter(name="b").update({"tricks": "5"})).count == 1
    assert (await Animal.objects.filter(name="c").update({Dog.tricks: 6})).count == 1
    cat, dog = await Cat.objects.first(), await Dog.objects.get(name="b")
    assert cat is not None
    assert dog is not None
    assert (cat.lives, dog.tricks) == (8, 5)


def test_names_that_classes_below_store_under_different_keys() -> None:
    class Root(Document):
        __discriminator__ = "_cls"

    class One(Root):
        n = IntField()

    class Other(Root):
        n = IntField(db_field="m")

    with pytest.raises(ValueError, match="Invalid filter 'n': classes below Root store it under"):
        Root.objects.filter(n=1)
    assert Other.objects.filter(n=1).to_query() == {"m": 1, "_cls": "Root.Other"}
    assert issubclass(One, Root)


async def test_updates(mongo: Mongo) -> None:
    await zoo()
    assert (await Dog.objects.update(U.set(name="x"))).count == 2
    assert await stored_names() == ["a", "d", "x", "x"]
    changed = await Puppy.objects.find_one_and_update(U.set(name="y"))
    assert type(changed) is Puppy
    assert (await Cat.objects.update_one(U.set(name="z"))).count == 1
    assert await stored_names() == ["a", "x", "y", "z"]
    assert (await Puppy.objects.filter(name="z").update(U.set(name="a"))).count == 0


@pytest.mark.parametrize("change", [U.set(_cls="x"), {"_cls": "x"}, {"cls": "x"}])
async def test_the_class_of_documents_is_not_updated(mongo: Mongo, change: Any) -> None:
    with pytest.raises(ValueError, match="Invalid update"):
        await Animal.objects.update(change)


async def test_upserts(mongo: Mongo) -> None:
    assert (await Dog.objects.filter(name="a").update(U.set(tricks=1), upsert=True)).count == 0
    await Cat.objects.filter(name="b").update_one(U.set(lives=1), upsert=True)
    await Puppy.objects.filter(name="c").update(U.set(tricks=1), upsert=True, validate=False)
    await Animal.objects.filter(name="d").update(U.set(name="d"), upsert=True)
    found = await Animal.objects.order_by("name").find_all()
    assert list(map(type, found)) == [Dog, Cat, Puppy, Animal]
    made, created = await Cat.objects.get_or_create(name="a")
    assert (type(made), created) == (Cat, True)
    made, created = await Cat.objects.get_or_create(name="a")
    assert (type(made), created) == (Cat, False)
    stored = await Animal.objects.coll().find_one({"_id": made._id})  # type: ignore[union-attr]
    assert stored["_cls"] == "Animal.Cat"


async def test_an_abstract_root(mongo: Mongo) -> None:
    class Root(Document):
        __abstract__ = True
        __discriminator__ = "_cls"
        n = IntField()

    class Below(Root):
        pass

    await Root.objects.bulk_insert([Below(n=1), Below(n=2)])
    assert [type(it) async for it in Root.objects] == [Below, Below]
    assert await Root.objects.filter(n=1).delete() == 1
    told = "Root is abstract: save documents of its subclasses"
    with pytest.raises(AbstractClassError, match=told):
        await Root(n=3).save()
    with pytest.raises(ValueError, match=told):
        await Root.objects.bulk_insert([Root(n=3)])
    with pytest.raises(AbstractClassError, match=told):
        await Root.objects.filter(n=3).update(U.set(n=3), upsert=True)
    with pytest.raises(AbstractClassError, match=told):
        await Root.objects.get_or_create(n=3)
    assert await Root.objects.count() == 1


async def test_deletes(mongo: Mongo) -> None:
    animals = await zoo()
    assert await Puppy.objects.filter(name="a").delete() == 0
    deleted = await Cat.objects.find_one_and_delete()
    assert type(deleted) is Cat
    assert await Puppy.objects.delete_one() == 1
    assert await Dog.objects.delete() == 1
    assert await stored_names() == ["a"]
    assert await animals[0].delete() == 1


async def test_saving_and_replacing(mongo: Mongo) -> None:
    animals = await zoo()
    dog = await Animal.objects.get(animals[1]._id)
    assert dog is not None
    dog.name = "x"
    await Animal.objects.save(dog)
    await dog.save()
    stored = await Animal.objects.coll().find_one({"name": "x"}, {"_id": 0})
    assert list(stored.items()) == [("_cls", "Animal.Dog"), ("name", "x"), ("t", 1)]
    replaced = await Cat.objects.find_one_and_replace(Cat(name="y"))
    assert (type(replaced), replaced and replaced.name) == (Cat, "y")
    with pytest.raises(ValueError, match="can't save an instance of type 'Animal'"):
        await Dog.objects.save(animals[0])
    with pytest.raises(ValueError, match="can't save an instance of type 'Cat'"):
        await Dog.objects.bulk_insert([animals[3]])


async def test_streams_and_rows(mongo: Mongo) -> None:
    report = await Animal.objects.insert_stream(iter([Dog(name="a"), Cat(name="b")]))
    assert len(report.inserted) == 2
    await Dog.objects.insert_stream(Rows([{"name": "c", "tricks": "4"}], parse=True))
    await Animal.objects.bulk_insert(Rows([{"name": "d"}]))
    found = await Animal.objects.order_by("name").find_all()
    assert list(map(type, found)) == [Dog, Cat, Dog, Animal]
    stored = await Animal.objects.coll().find_one({"name": "c"})
    assert list(stored) == ["_id", "_cls", "name", "t"]


async def test_reloading(mongo: Mongo) -> None:
    animals = await zoo()
    await Animal.objects.coll().update_one({"name": "b"}, {"$set": {"t": 7}})
    assert (await animals[1].reload()).tricks == 7
    await Animal.objects.coll().update_one({"name": "b"}, {"$set": {"_cls": "Animal.Cat"}})
    with pytest.raises(Dog.DoesNotExist):
        await animals[1].reload()


async def test_references(mongo: Mongo) -> None:
    _, dog, puppy, cat = await zoo()
    owner = await Owner(pet=puppy, dog=dog).save()
    assert owner is not None
    found = await Owner.objects.get(owner._id)
    assert found is not None
    await found.load_references()
    assert (type(found.pet), type(found.dog)) == (Puppy, Dog)
    await Owner.objects.coll().update_one({}, {"$set": {"dog": cat._id}})
    found = await Owner.objects.get(owner._id)
    assert found is not None
    await found.load_references()
    assert found.dog is None
    assert found.to_son()["dog"] == cat._id
    assert await Owner.objects.filter(pet=puppy).count() == 1


class Denying(Document):
    dog = ReferenceField(Dog, on_delete="deny")


class Going(Animal):
    friend = ReferenceField(Animal, on_delete="cascade")


async def test_delete_rules_of_classes_above_and_below(mongo: Mongo) -> None:
    animal, dog, _, cat = await zoo()
    await Denying(dog=dog).save()
    with pytest.raises(DeleteDeniedError):
        await Animal.objects.filter(name="b").delete()
    with pytest.raises(DeleteDeniedError):
        await dog.delete()
    await Going(name="g", friend=cat).save()
    # Another class has something else under that key.
    await Animal.objects.coll().insert_one({"_cls": "Animal.Cat", "name": "h", "friend": cat._id})
    assert await Animal.objects.filter(_id=cat._id).delete() == 1
    assert await stored_names() == ["a", "b", "c", "h"]
    assert await animal.delete() == 1


async def test_hooks_of_classes_below_are_called(mongo: Mongo) -> None:
    seen: list[ObjectId] = []

    class Root(Document):
        __discriminator__ = "_cls"

    class Below(Root):
        @before_delete
        def note(self) -> None:
            seen.append(self._id)

    await Root.objects.bulk_insert([Root(), Below()])
    assert await Root.objects.delete(hooks=True) == 2
    assert len(seen) == 1


async def test_a_class_that_was_made_again_has_its_documents_still(mongo: Mongo) -> None:
    class Root(Document):
        __discriminator__ = "_cls"

    def made() -> Any:
        class Below(Root):
            pass

        return Below

    before, again = made(), made()
    assert before.objects.to_query() == again.objects.to_query() == {"_cls": "Root.Below"}
    await again().save()
    assert await before.objects.count() == 1
    assert await before.objects.delete() == 1


async def test_a_collection_is_dropped_by_its_root_only(mongo: Mongo) -> None:
    await zoo()
    with pytest.raises(ValueError, match=r"Dog is stored with Animal: delete\(\) its documents"):
        await Dog.objects.drop_collection()
    await Animal.objects.drop_collection()
    assert await stored_names() == []
