"""What becomes of documents when those that they refer to are deleted."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import sys
import types
from datetime import datetime
from typing import Any
from uuid import uuid4
from weakref import ref

import pytest
from bson import Decimal128, Int64, ObjectId

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    ListField,
    ReferenceField,
    StringField,
)
from aiomotorengine.errors import (
    DeleteDeniedError,
    InvalidDocumentError,
    UniqueKeyViolationError,
)
from aiomotorengine.sessions.target import target_of
from aiomotorengine.writing.deletion import following
from aiomotorengine.writing.deletion.plan import planned
from aiomotorengine.writing.deletion.rules import rules_for
from tests.deletion.library import (
    Author,
    Book,
    Branch,
    Club,
    Contract,
    Desk,
    Folder,
    Left,
    Novelist,
    Page,
    Plain,
    Poem,
    Reader,
    Right,
    Shelf,
    count,
    stored,
)
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.commands import watch
from tests.integration.sessions import begun

pytestmark = pytest.mark.usefixtures("mongo", "codec")


# -- the scenario ----------------------------------------------------------------------------------


async def test_deny_then_cascade_and_pull() -> None:
    ann = await Author.objects.create(name="ann")
    book = await Book.objects.create(author=ann)
    shelf = await Shelf.objects.create(books=[book])
    contract = await Contract.objects.create(author=ann)
    with pytest.raises(DeleteDeniedError) as raised:
        await ann.delete()
    assert str(raised.value) == ('This "Author" can\'t be deleted: Contract.author refers to it.')
    assert (raised.value.document_class, raised.value.field) == (Contract, "author")
    assert await count(Author, Book, Shelf) == [1, 1, 1]
    assert await contract.delete() == 1
    assert await ann.delete() == 1
    assert await Book.objects.count() == 0
    assert (await Shelf.objects.get(shelf._id)).books == []


# -- what the rules hold for -----------------------------------------------------------------------


@pytest.mark.parametrize("way", ["document", "remove", "query", "id", "delete_one", "ordered"])
async def test_rules_hold_for_every_delete(way: str) -> None:
    ann, bob = await Author(name="ann").save(), await Author(name="bob").save()
    anns, bobs = await Book(author=ann).save(), await Book(author=bob, editor=ann).save()
    page = await Page(book=anns).save()
    shelf = await Shelf(books=[anns, bobs], rows=[[bobs], [anns, anns]]).save()
    named = Author.objects.filter(name="ann")
    removed = {
        "document": ann.delete,
        "remove": lambda: Author.objects.remove(ann),
        "query": named.delete,
        "id": lambda: Author.objects.filter(_id=ann._id).delete(),
        "delete_one": named.delete_one,
        "ordered": lambda: Author.objects.order_by("name").delete_one(),
    }
    assert await removed[way]() == 1
    assert await stored(ann) is None
    assert await stored(anns) is None
    assert await stored(page) is None
    assert await stored(bob) == {"name": "bob"}
    assert await stored(bobs) == {"title": None, "a": bob._id, "editor": None}
    kept = await stored(shelf)
    assert (kept["bs"], kept["rows"]) == ([bobs._id], [[bobs._id], []])


async def test_rules_hold_for_what_derives_from_the_target() -> None:
    ann = await Novelist(name="ann").save()
    book = await Book(author=ann).save()
    contract = await Contract(author=ann).save()
    with pytest.raises(DeleteDeniedError, match='This "Novelist" can\'t be deleted'):
        await ann.delete()
    await contract.delete()
    assert await ann.delete() == 1
    assert await stored(book) is None


async def test_rules_are_inherited_by_what_refers() -> None:
    class Ebook(Book):
        size = StringField()

    ann = await Author(name="ann").save()
    await Ebook(author=ann).save()
    kept = await Ebook(editor=ann).save()
    await ann.delete()
    assert await count(Ebook) == [1]
    assert (await stored(kept))["editor"] is None


async def test_a_class_that_drops_the_field_has_no_rule() -> None:
    class Anonymous(Book):
        author = None  # type: ignore[assignment]

    ann = await Author(name="ann").save()
    await Anonymous.objects.coll().insert_one({"a": ann._id})
    await ann.delete()
    assert await count(Anonymous) == [1]


async def test_rules_of_mixins_that_are_no_documents() -> None:
    class Owned:
        owner = ReferenceField(Reader, on_delete="cascade")

    class Bag(Owned, Document):
        pass

    ada = await Reader(name="ada").save()
    await Bag(owner=ada).save()
    await ada.delete()
    assert await count(Bag) == [0]


async def test_what_has_no_rule_stays_as_it_is() -> None:
    ann = await Author(name="ann").save()
    poem = await Poem(author=ann).save()
    await ann.delete()
    assert await stored(poem) == {"author": ann._id}


async def test_a_document_that_was_never_saved() -> None:
    assert await Author(name="ann").delete() == 0


async def test_a_document_that_is_gone_already_leaves_nothing_behind() -> None:
    ann = await Author(name="ann").save()
    book = await Book(author=ann).save()
    await Author.objects.coll().delete_one({})
    assert await ann.delete() == 0
    assert await stored(book) is None


async def test_what_was_deleted_keeps_its_id() -> None:
    ann = await Author(name="ann").save()
    id = ann._id
    await Book(author=ann).save()
    await ann.delete()
    assert ann._id == id
    await ann.save()  # K6: a document that was saved, and is gone, is not written again
    assert await count(Author) == [0]


# -- references ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "id",
    [
        "ann",
        7,
        Int64(2**40),
        2.5,
        uuid4(),
        datetime(2020, 1, 2),
        b"\x01",
        {"row": 1, "shelf": "a"},
        Decimal128("1.5"),
    ],
    ids=lambda id: type(id).__name__,
)
@pytest.mark.parametrize("by", ["instance", "id"])
async def test_ids_of_other_types(id: Any, by: str) -> None:
    ann = await Author(_id=id, name="ann").save()
    other = await Author(name="other").save()
    reference = ann if by == "instance" else id
    book = await Book(author=reference).save()
    kept = await Book(author=other, editor=reference).save()
    shelf = await Shelf(books=[kept]).save()
    assert await Author.objects.filter(name="ann").delete() == 1
    assert await stored(book) is None
    assert (await stored(kept))["editor"] is None
    assert (await stored(shelf))["bs"] == [kept._id]


async def test_numbers_that_are_one_id() -> None:
    await Author(_id=7).save()
    await Book.objects.coll().insert_one({"_id": 1, "a": 7.0})
    assert await Author.objects.delete() == 1
    assert await count(Book) == [0]


async def test_an_id_that_is_null_is_no_reference() -> None:
    await Author.objects.coll().insert_one({"_id": None, "name": "nobody"})
    books = [await Book(title="no author").save(), await Book(editor=None).save()]
    assert await Author.objects.delete() == 1
    assert await count(Author, Book) == [0, len(books)]


async def test_references_that_were_loaded() -> None:
    ann = await Author(name="ann").save()
    book = await Book(author=ann).save()
    loaded = await Book.objects.get(book._id)
    await loaded.load_references()
    assert await loaded.author.delete() == 1
    assert await stored(book) is None


async def test_references_in_embedded_documents() -> None:
    ada, bob = await Reader(name="ada").save(), await Reader(name="bob").save()
    desk = {"o": ada._id, "users": [bob._id, ada._id]}
    other = {"o": bob._id, "users": []}
    branch = await Branch(
        desk=Desk(of=ada, users=[bob, ada]),
        desks=[Desk(of=bob), Desk(of=ada, users=[bob, ada])],
        rows=[[Desk(of=bob)], [], [Desk(of=ada, users=[bob, ada]), Desk(of=bob)]],
    ).save()
    assert await stored(branch) == {
        "d": desk,
        "desks": [other, desk],
        "rows": [[other], [], [desk, other]],
    }
    left_alone = await Branch(desk=None, desks=[Desk(of=bob)]).save()
    before = await stored(left_alone)
    assert await ada.delete() == 1
    desk = {"o": None, "users": [bob._id]}
    assert await stored(branch) == {
        "d": desk,
        "desks": [other, desk],
        "rows": [[other], [], [desk, other]],
    }
    assert await stored(left_alone) == before


async def test_deny_and_cascade_in_embedded_documents() -> None:
    # One of this run alone: the collector may still have to find the classes of the last one, whose
    # rules hold as well.
    class Reader(Document):
        name = StringField()

    class Loan(Document):
        reader = ReferenceField(Reader, on_delete="deny")

    class Visit(Document):
        reader = ReferenceField(Reader, on_delete="cascade")

    class Day(Document):
        loans = ListField(EmbeddedDocumentField(Loan))
        visit = EmbeddedDocumentField(Visit)

    ada, bob = await Reader(name="ada").save(), await Reader(name="bob").save()
    await Day(loans=[Loan(reader=bob), Loan(reader=ada)]).save()
    kept = await Day(visit=Visit(reader=ada)).save()
    with pytest.raises(DeleteDeniedError, match=r"Day\.loans\.reader refers to it") as raised:
        await ada.delete()
    assert (raised.value.document_class, raised.value.field) == (Day, "loans.reader")
    assert await stored(kept) is not None
    await Day.objects.filter(visit__is_null=True).delete()
    assert await ada.delete() == 1
    assert await count(Day, Reader) == [0, 1]


async def test_two_of_a_unique_reference_can_not_both_be_null() -> None:
    class Seat(Document):
        reader = ReferenceField(Reader, unique=True, on_delete="nullify")

    ada, bob = await Reader(name="ada").save(), await Reader(name="bob").save()
    await Seat(reader=ada).save()
    await Seat(reader=bob).save()
    assert await ada.delete() == 1
    with pytest.raises(UniqueKeyViolationError):
        await bob.delete()
    assert await count(Reader) == [1]


# -- together --------------------------------------------------------------------------------------


async def test_circles_come_to_an_end() -> None:
    left = await Left().save()
    right = await Right(left=left).save()
    left.right = right
    await left.save()
    far = await Left(right=right).save()
    apart = await Right().save()
    assert await right.delete() == 1
    assert await count(Left, Right) == [0, 1]
    assert await stored(far) is None
    assert await stored(apart) is not None


async def test_a_document_that_refers_to_itself() -> None:
    folder = await Folder().save()
    folder.parent = folder
    await folder.save()
    assert await folder.delete() == 1
    club = await Club().save()
    club.parent = club
    await club.save()
    assert await club.delete() == 1


async def test_trees_go_with_their_roots() -> None:
    root, other = await Folder().save(), await Folder().save()
    for _ in range(2):
        below = await Folder(parent=root).save()
        await Folder(parent=await Folder(parent=below).save()).save()
    kept = await Folder(parent=other).save()
    assert await root.delete() == 1
    assert {folder._id async for folder in Folder.objects} == {other._id, kept._id}


async def test_what_goes_as_well_does_not_deny() -> None:
    root = await Club().save()
    below = [await Club(parent=root).save() for _ in range(3)]
    with pytest.raises(DeleteDeniedError, match=r'This "Club" .* Club\.parent refers'):
        await root.delete()
    with pytest.raises(DeleteDeniedError):
        await Club.objects.filter(_id__ne=below[1]._id).delete()
    assert await count(Club) == [4]
    assert await Club.objects.delete() == 4


async def test_deny_further_down_changes_nothing() -> None:
    ann = await Author(name="ann").save()
    book = await Book(author=ann).save()
    edited = await Book(editor=ann).save()
    shelf = await Shelf(books=[book]).save()
    await Page(book=book).save()
    await Contract(book=book).save()
    documents = (ann, book, edited, shelf)
    before = [await stored(document) for document in documents]
    with pytest.raises(
        DeleteDeniedError, match=r'This "Book" can\'t be deleted: Contract\.book refers to it\.'
    ):
        await ann.delete()
    assert [await stored(document) for document in documents] == before
    assert await count(Page) == [1]


async def test_two_rules_of_one_class(mongo: Mongo) -> None:
    ann, bob = await Author(name="ann").save(), await Author(name="bob").save()
    both = await Book(author=ann, editor=ann).save()
    kept = await Book(author=bob, editor=ann).save()
    commands = watch(mongo)
    assert await ann.delete() == 1
    assert await stored(both) is None
    assert (await stored(kept))["editor"] is None
    assert sum(reply["n"] for reply in commands.replies("update")) == 1  # that which goes is not


async def test_more_that_go_than_one_command_can_leave_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aiomotorengine.ids.IDS_PER_QUERY", 2)
    root, other = await Club().save(), await Club().save()
    below = [await Club(parent=root).save() for _ in range(5)]
    kept = await Club(parent=other).save()
    with pytest.raises(DeleteDeniedError):
        await Club.objects.filter(_id__not__in=[kept._id]).delete()
    assert await count(Club) == [8]
    assert (
        await Club.objects.filter(_id__in=[root._id, *(club._id for club in below)]).delete() == 6
    )
    ann, bob = await Author(name="ann").save(), await Author(name="bob").save()
    for _ in range(5):
        await Book(author=ann, editor=ann).save()
    edited = await Book(author=bob, editor=ann).save()
    assert await ann.delete() == 1
    assert await count(Book) == [1]
    assert (await stored(edited))["editor"] is None


async def test_many_ids_go_in_chunks(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiomotorengine.ids.IDS_PER_QUERY", 10)
    authors = await Author.objects.bulk_insert([Author(name=f"{n}") for n in range(25)])
    assert authors is not None
    await Book.objects.bulk_insert([Book(author=author) for author in authors for _ in "ab"])
    edited = await Book(editor=authors[-1]).save()
    shelf = await Shelf(books=[book async for book in Book.objects]).save()
    commands = watch(mongo)
    assert await Author.objects.delete() == 25
    assert await count(Author, Book) == [0, 1]
    assert await stored(edited) == {"title": None, "a": None, "editor": None}
    assert (await stored(shelf))["bs"] == [edited._id]
    queries = [delete["q"] for command in commands.of("delete") for delete in command["deletes"]]
    asked = [query["_id"] if "_id" in query else query["$and"][1]["_id"] for query in queries]
    assert sorted({len(ids["$in"]) for ids in asked}) == [5, 10]


async def test_references_are_changed_before_documents_are_deleted(mongo: Mongo) -> None:
    ann = await Author(name="ann").save()
    await Page(book=await Book(author=ann).save()).save()
    commands = watch(mongo)
    await ann.delete()
    names = [name for name in commands.names if name != "find"]
    assert names == sorted(names, key=["update", "delete"].index)
    assert [command["delete"] for command in commands.of("delete")] == ["Page", "Book", "Author"]


async def test_what_refers_to_another_by_then_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = await Author(name="ann").save(), await Author(name="bob").save()
    moved, gone = await Book(author=ann).save(), await Book(author=ann).save()
    release = following.release

    async def meanwhile(*step: Any) -> None:
        await Book.objects.filter(_id=moved._id).update({Book.author: bob})
        await Book.objects.coll().delete_one({"_id": gone._id})
        await release(*step)

    monkeypatch.setattr(following, "release", meanwhile)
    assert await ann.delete() == 1
    assert (await stored(moved))["a"] == bob._id
    assert await count(Author, Book) == [1, 1]


async def test_what_the_query_does_not_find_any_more_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann, bob = await Author(name="x").save(), await Author(name="x").save()
    release = following.release

    async def meanwhile(*step: Any) -> None:
        await Author.objects.filter(_id=ann._id).update({Author.name: "ann"})
        await release(*step)

    monkeypatch.setattr(following, "release", meanwhile)
    assert await Author.objects.filter(name="x").delete() == 1
    assert await stored(ann) == {"name": "ann"}
    assert await stored(bob) is None


async def test_deletes_at_the_same_time() -> None:
    ann = await Author(name="ann").save()
    await Book.objects.bulk_insert([Book(author=ann) for _ in range(20)])
    removed = await asyncio.gather(*(ann.delete() for _ in range(5)))
    assert sum(removed) == 1
    assert await count(Author, Book) == [0, 0]


async def test_documents_that_lose_a_reference_are_dated_as_by_any_update() -> None:
    class Ticket(Document):
        reader = ReferenceField(Reader, on_delete="nullify")
        desk = EmbeddedDocumentField(Desk)
        made = DateTimeField(auto_now_on_insert=True)
        changed = DateTimeField(auto_now_on_update=True, db_field="c")

    ada, bob = await Reader(name="ada").save(), await Reader(name="bob").save()
    long_ago = {"made": datetime(2000, 1, 1), "c": datetime(2000, 1, 2)}
    tickets = Ticket.objects.coll()
    await tickets.insert_one({"_id": 1, "reader": ada._id, **long_ago})
    await tickets.insert_one({"_id": 2, "reader": bob._id, **long_ago})
    await tickets.insert_one({"_id": 3, "desk": {"users": [ada._id, bob._id]}, **long_ago})
    await ada.delete()
    rows = [row async for row in tickets.find().sort("_id")]
    assert [row["made"] for row in rows] == [long_ago["made"]] * 3
    assert [row["c"] > long_ago["c"] for row in rows] == [True, False, True]
    assert rows[0]["reader"] is None
    assert rows[2]["desk"] == {"users": [bob._id]}


# -- who pays --------------------------------------------------------------------------------------


async def test_a_class_that_no_rule_points_to_sends_what_it_sent_before(mongo: Mongo) -> None:
    thing = await Plain(number=1).save()
    poem = await Poem(author=ObjectId()).save()
    commands = watch(mongo)
    assert await thing.delete() == 1
    assert await Plain.objects.delete() == 0
    assert await Plain.objects.filter(number=1).delete_one() == 0
    assert await poem.delete() == 1
    assert commands.names == ["delete"] * 4
    assert [
        dict(delete["q"]) for command in commands.of("delete") for delete in command["deletes"]
    ] == [
        {"_id": thing._id},
        {},
        {"number": 1},
        {"_id": poem._id},
    ]


async def test_each_deny_is_one_find(mongo: Mongo) -> None:
    club = await Club().save()
    commands = watch(mongo)
    await club.delete()
    assert commands.names == ["find", "delete"]


# -- connections and transactions ------------------------------------------------------------------


async def test_a_class_is_looked_at_on_its_own_connection(mongo: Mongo) -> None:
    # One of this test alone: until the collector finds the other class, its rule holds for later
    # tests as well, and its connection is gone by then.
    class Reader(Document):
        name = StringField()

    class Ticket(Document):
        __alias__ = "other"
        reader = ReferenceField(Reader, on_delete="cascade")

    async with other_database(mongo) as database:
        ada = await Reader(name="ada").save()
        await Ticket(reader=ada).save()
        assert await database["Ticket"].count_documents({}) == 1
        assert await ada.delete() == 1
        assert await database["Ticket"].count_documents({}) == 0


async def test_a_class_without_a_connection_of_its_own_is_looked_at_on_the_one_named(
    mongo: Mongo,
) -> None:
    async with other_database(mongo):
        ann = Author(name="ann")
        await ann.save(alias="other")
        book = Book(author=ann)
        await book.save(alias="other")
        await book.__class__(_id=book._id, author=ann).save()
        assert await ann.delete(alias="other") == 1
        assert await Book.objects.count(alias="other") == 0
        assert await Book.objects.count() == 1
        await Author(_id=ann._id).save(alias="other")
        await Book(author=ann).save(alias="other")
        assert await Author.objects.delete(alias="other") == 1
        assert await Book.objects.count(alias="other") == 0


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_an_aborted_transaction_takes_it_all_back() -> None:
    ann = await Author(name="ann").save()
    book = await Book(author=ann).save()
    edited = await Book(editor=ann).save()
    shelf = await Shelf(books=[book]).save()
    await Page(book=book).save()
    documents = (ann, book, edited, shelf)
    before = [await stored(document) for document in documents]
    async with begun() as session:
        assert await ann.delete() == 1
        assert [await stored(document) for document in (ann, book)] == [None, None]
        await session.abort_transaction()
    assert [await stored(document) for document in documents] == before


# -- declaring rules -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ("nullify", lambda **rule: ReferenceField(Author, required=True, **rule)),
        ("nullify", lambda **rule: ListField(ReferenceField(Author, **rule))),
        ("nullify", lambda **rule: ListField(ListField(ReferenceField(Author, **rule)))),
        ("pull", lambda **rule: ReferenceField(Author, **rule)),
        ("pull", lambda **rule: ReferenceField("nowhere.Author", **rule)),
    ],
)
def test_a_rule_that_does_not_fit_its_field(rule: str, field: Any) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        type("Misfit", (Document,), {"author": field(on_delete=rule)})
    assert str(raised.value) == f"on_delete='{rule}' does not fit Field 'author'."


@pytest.mark.parametrize("rule", ["casade", "", True, ["deny"]])
def test_a_rule_that_is_none(rule: Any) -> None:
    with pytest.raises(ValueError, match="on_delete must be None, 'deny', 'cascade', 'nullify' or"):
        ReferenceField(Author, on_delete=rule)


def test_a_rule_stays_as_it_was_declared() -> None:
    assert Book.author.on_delete == "cascade"
    assert Poem.author.on_delete is None
    with pytest.raises(AttributeError):
        Book.author.on_delete = None  # type: ignore[misc]


def test_a_class_is_not_kept_by_its_rules() -> None:
    gc.collect()  # what an earlier test has made, and was refused

    class Passing(Document):
        author = ReferenceField(Author, on_delete="deny")

    assert Passing in [rule.document_class for rule in rules_for(Author)]
    gone = ref(Passing)
    del Passing
    gc.collect()
    assert gone() is None
    assert {rule.document_class.__name__ for rule in rules_for(Author)}.isdisjoint({"Passing"})


def test_a_class_that_is_made_later_has_its_rules() -> None:
    assert rules_for(Plain) == []

    class Part(Document):
        of = ReferenceField(Plain, on_delete="cascade")

    assert [rule.document_class for rule in rules_for(Plain)] == [Part]
    del Part
    gc.collect()
    assert rules_for(Plain) == []


async def test_a_target_that_is_defined_later(monkeypatch: pytest.MonkeyPatch) -> None:
    class Note(Document):
        room = ReferenceField("later_in_the_day.Room", on_delete="cascade")

    await Reader.objects.delete()  # asks for rules while there is no such module

    class Room(Document):
        pass

    module = types.ModuleType("later_in_the_day")
    module.Room = Room  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "later_in_the_day", module)
    room = await Room().save()
    await Note(room=room).save()
    assert await room.delete() == 1
    assert await count(Note) == [0]


async def test_a_target_that_is_not_found() -> None:
    class Note(Document):
        room = ReferenceField("nowhere_at_all.Room", on_delete="deny")

    class Room(Document):
        pass

    assert rules_for(Reader) is not None
    room = await Room().save()
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all") as raised:
        await room.delete()
    assert raised.value.__notes__ == [
        "It is the target of Note.room, whose on_delete='deny' has to be obeyed."
    ]
    assert await count(Room) == [1]
    del Note


class Answer(Document):
    by = ReferenceField(Reader, on_delete="nullify")
    answers = ListField(EmbeddedDocumentField("tests.deletion.test_rules.Answer"))


class Talk(Document):
    first = EmbeddedDocumentField(Answer)
    other = EmbeddedDocumentField("nowhere_at_all.Answer")


async def test_embedded_documents_in_their_own_kind_are_not_looked_into() -> None:
    paths = {rule.path.name for rule in rules_for(Reader) if rule.document_class is Talk}
    assert paths == {"first.by"}
    ada = await Reader(name="ada").save()
    talks = Talk.objects.coll()
    await talks.insert_one({"first": {"by": ada._id, "answers": [{"by": ada._id}]}})
    await ada.delete()
    assert (await talks.find_one())["first"] == {"by": None, "answers": [{"by": ada._id}]}


def test_errors_can_be_pickled_and_copied() -> None:
    error = DeleteDeniedError.of("Author", Contract, "author")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (str(twin), twin.document_class, twin.field) == (str(error), Contract, "author")


async def test_many_ids_are_planned_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiomotorengine.ids.IDS_PER_QUERY", 2)
    monkeypatch.setattr("aiomotorengine.pacing.SECONDS_PER_SLICE", 0)
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(take_turns())
    # No rule is about these, so nothing is asked of the server.
    plan = await planned(target_of(Plain), {number: number for number in range(10)})
    others.cancel()
    assert [step.ids for step in plan.asked] == [[n, n + 1] for n in range(0, 10, 2)]
    assert turns >= 5
