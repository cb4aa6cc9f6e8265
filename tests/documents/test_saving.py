"""save, create and delete of single documents: what is written, in which order, and when not."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import bson
import pytest
from bson import ObjectId
from bson.regex import Regex
from bson.son import SON
from pymongo.errors import WriteError

from aiomotorengine import Document, EmbeddedDocumentField, IntField, Q, QuerySet, StringField
from aiomotorengine.codec import DocumentError
from aiomotorengine.errors import (
    InvalidDocumentError,
    OversizeDocumentError,
    UniqueKeyViolationError,
)
from aiomotorengine.metaclasses import classproperty
from aiomotorengine.queryset.base import D
from aiomotorengine.wire import requests
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo")


class Note(Document):
    text = StringField(db_field="t")
    size = IntField(min_value=0)


async def rows(document_class: type[Document] = Note) -> list[dict[str, Any]]:
    """What the database holds, in the order of insertion."""
    found: list[dict[str, Any]] = await document_class.objects.coll().find({}).to_list(None)
    return found


class NoteQuerySet(QuerySet[D]):
    """A program's own, which has a say in how documents are saved."""

    async def save(self, document: D, *arguments: Any, **options: Any) -> D | None:
        document.text = document.text.strip()  # type: ignore[attr-defined]
        return await super().save(document, *arguments, **options)


class StrippedNote(Document):
    text = StringField()
    objects = classproperty(lambda cls: NoteQuerySet(cls))


# -- inserting and replacing ---------------------------------------------------------------------


async def test_save_inserts_and_gives_the_instance_an_id() -> None:
    note = Note(text="a", size=1)
    assert await note.save() is note
    assert isinstance(note._id, ObjectId)
    assert await rows() == [{"_id": note._id, "t": "a", "size": 1}]


async def test_the_id_is_the_first_key_of_what_is_stored() -> None:
    await Note(text="a").save()
    (row,) = await rows()
    assert list(row) == ["_id", "t", "size"]


async def test_the_query_sets_of_a_program_save() -> None:
    await StrippedNote(text=" a ").save()
    [row] = await rows(StrippedNote)
    assert row["text"] == "a"


async def test_the_query_sets_that_a_program_gives_a_class_later_save(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    note = await Note(text=" a ").save()
    own = classproperty(lambda cls: NoteQuerySet(cls))
    monkeypatch.setattr(Note, "objects", own, raising=False)
    await note.save()
    assert note.text == "a"


async def test_a_second_save_replaces() -> None:
    note = await Note(text="a", size=1).save()
    note.text = "b"
    assert await note.save() is note
    assert await rows() == [{"_id": note._id, "t": "b", "size": 1}]


async def test_a_loaded_document_is_replaced() -> None:
    note = await Note(text="a", size=1).save()
    loaded = await Note.objects.get(note._id)
    loaded.size = 2
    await loaded.save()
    assert await rows() == [{"_id": note._id, "t": "a", "size": 2}]


async def test_replacement_is_whole() -> None:
    note = await Note(text="a", size=1).save()
    await Note.objects.coll().update_one({"_id": note._id}, {"$set": {"meanwhile": 1}})
    await note.save()
    assert await rows() == [{"_id": note._id, "t": "a", "size": 1}]


class WithOwnId(Document):
    """A class whose ``to_son`` gives the ``_id``, too."""

    text = StringField()
    calls = 0

    def to_son(self) -> Any:
        type(self).calls += 1
        return {"text": self.text, "_id": self._id}


async def test_a_to_son_that_gives_the_id(codec: str) -> None:
    document = WithOwnId(text="a")
    await document.save()
    assert await rows(WithOwnId) == [{"_id": document._id, "text": "a"}]
    document.text = "b"
    await document.save()
    assert await rows(WithOwnId) == [{"_id": document._id, "text": "b"}]


async def test_a_to_son_that_gives_another_id_is_refused_by_the_server(codec: str) -> None:
    class Renamed(Document):
        text = StringField()

        def to_son(self) -> Any:
            return {"text": self.text, "_id": self.text}

    renamed = Renamed(text="a")
    renamed._id = "a"
    await renamed.save()
    renamed.text = "b"
    with pytest.raises(WriteError, match="_id"):
        await renamed.save()
    assert await rows(Renamed) == [{"_id": "a", "text": "a"}]


async def test_a_to_son_that_fails_leaves_no_id() -> None:
    class Failing(Document):
        text = StringField()

        def to_son(self) -> Any:
            raise KeyError("text")

    failing = Failing(text="a")
    with pytest.raises(KeyError):
        await failing.save()
    assert failing._id is None


async def test_one_that_was_stored_meanwhile_is_converted_once() -> None:
    document = WithOwnId(text="a")
    insert_one, WithOwnId.calls = requests.insert_one, 0

    async def insert_twice(collection: Any, raw: bytes) -> None:
        await insert_one(collection, bson.encode({"_id": document._id, "text": "meanwhile"}))
        await insert_one(collection, raw)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests, "insert_one", insert_twice)
        await document.save()
    assert await rows(WithOwnId) == [{"_id": document._id, "text": "a"}]
    assert WithOwnId.calls == 1


async def test_create_saves_a_new_document() -> None:
    note = await Note.objects.create(text="a", size=1, colour="red")
    assert type(note) is Note
    assert await rows() == [{"_id": note._id, "t": "a", "size": 1, "_colour": "red"}]


async def test_the_query_set_saves_documents_of_its_class() -> None:
    note = Note(text="a")
    assert await Note.objects.save(note) is note
    assert note._id is not None


async def test_the_query_set_refuses_documents_of_other_classes() -> None:
    class Other(Document):
        pass

    with pytest.raises(ValueError, match="can't save") as refusal:
        await Note.objects.save(Other())
    assert str(refusal.value) == (
        "This queryset for class 'Note' can't save an instance of type 'Other'."
    )
    assert await rows() == []


async def test_an_id_of_any_kind_serves() -> None:
    for key in ("text", 5, {"a": 1}):
        note = await Note(_id=key, text="a").save()
        assert note._id == key
    assert [row["_id"] for row in await rows()] == ["text", 5, {"a": 1}]


# -- what keeps a document from being written ----------------------------------------------------


async def test_an_invalid_document_is_not_written() -> None:
    note = Note(text="a", size=-1)
    with pytest.raises(InvalidDocumentError, match=r"Field 'size' must be valid\."):
        await note.save()
    assert note._id is None
    assert await rows() == []


async def test_a_save_raises_what_the_method_of_the_document_raises() -> None:
    class Picky(Document):
        n = IntField()

        def to_son(self) -> dict[str, Any]:
            raise LookupError("no")

    for save, error in ((Note(size=-1).save, InvalidDocumentError), (Picky(n=1).save, LookupError)):
        with pytest.raises(error) as failure:
            await save()
        assert not isinstance(failure.value.__context__, DocumentError)


async def test_a_validate_that_says_no_keeps_a_document_from_being_written() -> None:
    class Shy(Document):
        text = StringField()

        def validate(self) -> bool:
            return False

    shy = Shy(text="a")
    assert await shy.save() is None
    assert await Shy.objects.create(text="b") is None
    assert await Shy.objects.bulk_insert([shy, Shy()]) is None
    assert shy._id is None
    assert await rows(Shy) == []


async def test_a_document_that_cannot_be_encoded_stays_without_an_id() -> None:
    note = Note(text="a", odd=object())
    with pytest.raises(Exception, match="object"):
        await note.save()
    assert note._id is None
    del note.odd
    await note.save()
    assert [row["_id"] for row in await rows()] == [note._id]


async def test_a_document_that_the_server_refuses_stays_without_an_id() -> None:
    note = Note(text="a" * (16 * 1024 * 1024))
    with pytest.raises(OversizeDocumentError):
        await note.save()
    assert note._id is None
    note.text = "a"
    await note.save()
    assert await rows() == [{"_id": note._id, "t": "a", "size": None}]


# -- a preset id ---------------------------------------------------------------------------------


async def test_k6_a_preset_id_is_inserted() -> None:
    key = ObjectId()
    note = await Note(_id=key, text="a").save()
    assert note._id == key
    assert await rows() == [{"_id": key, "t": "a", "size": None}]


async def test_k6_create_with_an_id_inserts() -> None:
    key = ObjectId()
    await Note.objects.create(_id=key, text="a")
    assert await rows() == [{"_id": key, "t": "a", "size": None}]


@pytest.mark.parametrize(
    "key", [ObjectId("6b08b1e6005924a7d8faf446"), "text", 5, {"a": 1}], ids=str
)
async def test_create_with_an_id_that_is_taken_is_a_violation(key: Any) -> None:
    await Note.objects.create(_id=key, text="a")
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Note.objects.create(_id=key, text="b")
    assert violation.value.index_name.endswith(".Note.$_id_")
    assert await rows() == [{"_id": key, "t": "a", "size": None}]


async def test_k6_a_preset_id_replaces_what_is_there() -> None:
    note = await Note(text="a", size=1).save()
    await Note(_id=note._id, text="b").save()
    assert await rows() == [{"_id": note._id, "t": "b", "size": None}]


async def test_k6_an_id_assigned_later_is_a_preset_id() -> None:
    key = ObjectId()
    note = Note(text="a")
    note._id = key
    await note.save()
    assert [row["_id"] for row in await rows()] == [key]


async def test_k6_a_loaded_document_that_was_deleted_is_not_written() -> None:
    note = await Note(text="a").save()
    loaded = await Note.objects.get(note._id)
    await Note.objects.delete()
    assert await loaded.save() is loaded
    assert await note.save() is note
    assert await rows() == []


async def test_k6_upsert_writes_a_document_that_was_deleted() -> None:
    note = await Note(text="a").save()
    await Note.objects.delete()
    assert await note.save(upsert=True) is note
    assert await rows() == [{"_id": note._id, "t": "a", "size": None}]
    await Note.objects.delete()
    await Note.objects.save(note, upsert=True)
    assert len(await rows()) == 1


async def test_k6_a_document_with_a_preset_id_counts_as_saved_afterwards() -> None:
    note = await Note(_id=ObjectId(), text="a").save()
    await Note.objects.delete()
    await note.save()
    assert await rows() == []


# -- an id that would be a query -----------------------------------------------------------------

QUERIES: list[Any] = [
    {"$ne": None},
    {"$gt": 0, "$lt": 9},
    {"$nothing": 1},
    re.compile("^a"),
    Regex("^a"),
    SON([("$exists", True)]),
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
async def test_an_id_that_mongodb_would_take_for_a_query_is_refused(query: Any) -> None:
    note = await Note(_id="abc", text="mine").save()
    stranger = Note(_id=query, text="evil")
    with pytest.raises(ValueError, match="_id"):
        await stranger.save()
    with pytest.raises(ValueError, match="_id"):
        await stranger.save(upsert=True)
    with pytest.raises(ValueError, match="_id"):
        await Note.objects.create(_id=query, text="evil")
    with pytest.raises(ValueError, match="_id"):
        await stranger.delete()
    with pytest.raises(ValueError, match="_id"):
        await Note.objects.remove(stranger)
    assert await rows() == [{"_id": note._id, "t": "mine", "size": None}]


# -- at the same time ----------------------------------------------------------------------------


async def test_saving_a_new_document_twice_at_the_same_time_stores_it_once() -> None:
    for n in range(20):
        note = Note(text=f"{n}")
        results = await asyncio.gather(note.save(), note.save(), return_exceptions=True)
        assert any(result is note for result in results)
        assert note._id is not None
        await note.save()
        assert await Note.objects.filter(text=f"{n}").count() == 1


# -- on_save -------------------------------------------------------------------------------------


def recording() -> tuple[type[Any], list[tuple[Any, bool]]]:
    """A class whose ``size`` counts the letters of ``text``, and the calls that did it."""
    calls: list[tuple[Any, bool]] = []

    def count(document: Any, creating: bool) -> int:
        calls.append((document, creating))
        return len(document.text)

    class Counted(Document):
        text = StringField(required=True)
        size = IntField(db_field="s", on_save=count)

    return Counted, calls


async def test_k9_creating_is_true_for_an_insert_and_false_afterwards() -> None:
    counted_class, calls = recording()
    counted = await counted_class(text="abc").save()
    await counted.save()
    loaded = await counted_class.objects.get(counted._id)
    await loaded.save()
    assert calls == [(counted, True), (counted, False), (loaded, False)]


async def test_k9_creating_is_true_for_a_preset_id_that_was_never_saved() -> None:
    counted_class, calls = recording()
    counted = await counted_class(_id=ObjectId(), text="abc").save()
    await counted.save()
    assert [creating for _, creating in calls] == [True, False]


async def test_k9_creating_is_true_for_create() -> None:
    counted_class, calls = recording()
    counted = await counted_class.objects.create(text="abc")
    assert calls == [(counted, True)]


async def test_what_on_save_returns_is_assigned_and_stored() -> None:
    counted_class, _ = recording()
    counted = await counted_class(text="abc").save()
    assert counted.size == 3
    assert [row["s"] for row in await rows(counted_class)] == [3]


async def test_k56_on_save_does_not_run_for_an_invalid_document() -> None:
    counted_class, calls = recording()
    with pytest.raises(InvalidDocumentError):
        await counted_class().save()
    assert calls == []


async def test_k56_what_on_save_returns_is_not_validated_by_that_save() -> None:
    class Odd(Document):
        size = IntField(on_save=lambda document, creating: -1, min_value=0)

    odd = await Odd(size=1).save()
    assert [row["size"] for row in await rows(Odd)] == [-1]
    with pytest.raises(InvalidDocumentError, match=r"Field 'size' must be valid\."):
        await odd.save()


async def test_on_save_is_not_called_for_fields_of_embedded_documents() -> None:
    counted_class, calls = recording()

    class Outer(Document):
        inner = EmbeddedDocumentField(counted_class)

    await Outer(inner=counted_class(text="abc")).save()
    assert calls == []
    assert [row["inner"] for row in await rows(Outer)] == [{"text": "abc", "s": None}]


async def test_on_save_sees_indexes_made_and_changes_what_is_sent(mongo: Mongo) -> None:
    seen = []

    class Unique(Document):
        name = StringField(
            unique=True,
            on_save=lambda document, creating: (seen.extend(commands.names), document.name)[1],
        )
        other = IntField(on_save=lambda document, creating: 5)

    commands = watch(mongo)
    await Unique(name="a").save()
    assert seen == ["createIndexes"]
    assert commands.names == ["createIndexes", "insert"]


async def test_an_on_save_that_raises_keeps_the_document_from_being_written() -> None:
    def explode(document: Any, creating: bool) -> None:
        raise LookupError("not today")

    class Bomb(Document):
        size = IntField(on_save=explode)

    bomb = Bomb()
    with pytest.raises(LookupError, match="not today"):
        await bomb.save()
    assert bomb._id is None
    assert await rows(Bomb) == []


# -- deleting ------------------------------------------------------------------------------------


async def test_delete_removes_the_document_and_keeps_the_id() -> None:
    note, other = await Note(text="a").save(), await Note(text="b").save()
    key = note._id
    assert await note.delete() == 1
    assert note._id == key
    assert await rows() == [{"_id": other._id, "t": "b", "size": None}]
    assert await note.delete() == 0


async def test_k39_deleting_an_unsaved_document_removes_nothing() -> None:
    await Note.objects.coll().insert_one({"_id": None, "t": "a"})
    unsaved = Note(text="a")
    assert await unsaved.delete() == 0
    assert await Note.objects.remove(unsaved) == 0
    assert await Note.objects.remove(instance=unsaved) == 0
    assert len(await rows()) == 1


async def test_remove_of_an_instance_ignores_the_filters() -> None:
    note = await Note(text="a").save()
    assert await Note.objects.filter(text="nope").remove(note) == 1


# -- alias ---------------------------------------------------------------------------------------


async def test_an_alias_names_the_connection(mongo: Mongo) -> None:
    async with other_database(mongo) as other:
        note = await Note(text="a").save(alias="other")
        assert await rows() == []
        assert await other["Note"].count_documents({}) == 1
        created = await Note.objects.create(alias="other", text="b")
        assert await Note.objects.count(alias="other") == 2
        assert (await Note.objects.get(created._id, alias="other")).text == "b"
        assert await Note.objects.get(created._id) is None
        assert await note.delete() == 0
        assert await note.delete(alias="other") == 1
        assert await Note.objects.delete(alias="other") == 1


async def test_the_alias_of_a_class_is_its_connection(mongo: Mongo) -> None:
    class Far(Document):
        __alias__ = "other"
        text = StringField()

    async with other_database(mongo) as other:
        await Far(text="a").save()
        await Far.objects.bulk_insert([Far(text="b")])
        assert await other["Far"].count_documents({}) == 2
        assert await mongo.database["Far"].count_documents({}) == 0
        assert [far.text async for far in Far.objects] == ["a", "b"]
        assert Far.objects.coll().database.name == other.name


async def test_k59_create_takes_alias_for_the_connection(mongo: Mongo) -> None:
    class Agent(Document):
        alias = StringField()

    async with other_database(mongo) as other:
        agent = await Agent.objects.create(alias="other")
        assert agent.alias is None
        assert await other["Agent"].count_documents({}) == 1
    named = await Agent(alias="007").save()
    assert (await Agent.objects.get(named._id)).alias == "007"


async def test_k59_get_takes_id_and_alias_for_itself(mongo: Mongo) -> None:
    class Agent(Document):
        id = IntField()
        alias = StringField()

    agent = await Agent(id=7, alias="007").save()
    assert (await Agent.objects.get(id=agent._id)).id == 7
    assert await Agent.objects.get(id=7) is None
    with pytest.raises(KeyError, match="'007'"):
        await Agent.objects.get(id=agent._id, alias="007")
    found = await Agent.objects.filter(Q(id=7, alias="007")).find_all()
    assert [document._id for document in found] == [agent._id]
