"""bulk_insert: everything is validated first, then goes in as save would have written it (K10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bson import ObjectId
from pymongo.errors import BulkWriteError, DocumentTooLarge, DuplicateKeyError

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
)
from aiomotorengine.errors import UniqueKeyViolationError
from tests.event_loop import counted_turns
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("mongo", "codec")

MEGABYTE = 1024 * 1024


class User(Document):
    name = StringField(required=True, db_field="n")
    size = IntField(min_value=0)


class Member(Document):
    name = StringField(unique=True)
    size = IntField()


async def rows(document_class: Any = User) -> list[dict[str, Any]]:
    """What the database holds, in the order of insertion."""
    found: list[dict[str, Any]] = await document_class.objects.coll().find({}).to_list(None)
    return found


def failure(number: int, message: str) -> str:
    return (
        f"Validation for document {number} in the documents you are saving failed with: {message}"
    )


# -- what goes in, what comes back ---------------------------------------------------------------


async def test_the_very_list_comes_back_with_ids() -> None:
    users = [User(name="a"), User(name="b", size=1)]
    assert await User.objects.bulk_insert(users) is users
    assert all(isinstance(user._id, ObjectId) for user in users)
    assert await rows() == [
        {"_id": users[0]._id, "n": "a", "size": None},
        {"_id": users[1]._id, "n": "b", "size": 1},
    ]


@pytest.mark.parametrize(
    "given",
    [tuple, iter, lambda users: (user for user in users), lambda users: dict.fromkeys(users)],
    ids=["tuple", "iterator", "generator", "keys"],
)
async def test_k10_any_iterable_gives_a_list(given: Callable[[list[User]], Any]) -> None:
    users = [User(name="a"), User(name="b")]
    result = await User.objects.bulk_insert(given(users))
    assert type(result) is list
    assert result == users
    assert [row["_id"] for row in await rows()] == [user._id for user in users]


async def test_k10_a_generator_is_read_once_and_whole() -> None:
    taken = []

    def source() -> Iterator[User]:
        for name in "abc":
            taken.append(name)
            yield User(name=name)

    result = await User.objects.bulk_insert(source())
    assert result is not None
    assert [user.name for user in result] == taken == ["a", "b", "c"]


async def test_a_source_that_raises_inserts_nothing() -> None:
    def source() -> Iterator[User]:
        yield User(name="a")
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        await User.objects.bulk_insert(source())
    assert await rows() == []


@pytest.mark.parametrize("empty", [[], (), iter(())], ids=["list", "tuple", "iterator"])
async def test_k10_nothing_is_returned_as_it_is_without_a_round_trip(
    mongo: Mongo, empty: Any
) -> None:
    commands = watch(mongo)
    result = await Member.objects.bulk_insert(empty)
    assert result == []
    if type(empty) is list:
        assert result is empty
    assert commands.names == []


async def test_a_callback_is_ignored() -> None:
    called: list[Any] = []
    users = [User(name="a")]
    assert await User.objects.bulk_insert(users, called.append) is users
    assert await User.objects.bulk_insert([User(name="b")], callback=called.append) is not None
    assert called == []


async def test_documents_go_in_with_one_call_in_their_order(mongo: Mongo) -> None:
    commands = watch(mongo)
    users = [User(name=f"{n}") for n in range(1000)]
    await User.objects.bulk_insert(users)
    (command,) = commands.of("insert")
    assert command["ordered"] is True
    assert len(command["documents"]) == 1000
    assert [row["n"] for row in await rows()] == [user.name for user in users]


async def test_what_is_stored_is_what_save_stores() -> None:
    class Inner(Document):
        word = StringField(db_field="w")

    class Whole(Document):
        name = StringField(db_field="n")
        inner = EmbeddedDocumentField(Inner)
        inners = ListField(EmbeddedDocumentField(Inner), db_field="is")
        friend = ReferenceField(User)
        anything = BaseField()

    friend = await User(name="f").save()

    def made() -> Whole:
        return Whole(
            name="a",
            inner=Inner(word="x", plain=1),
            inners=[Inner(word="y")],
            friend=friend,
            anything={"deep": [1, None, "z"]},
            colour="red",
        )

    await made().save()
    await Whole.objects.bulk_insert([made()])
    saved, inserted = await rows(Whole)
    assert list(saved) == list(inserted)
    del saved["_id"], inserted["_id"]
    assert inserted == saved


async def test_documents_of_a_subclass_are_taken_others_refused() -> None:
    class Admin(User):
        pass

    await User.objects.bulk_insert([User(name="a"), Admin(name="b")])
    assert [row["n"] for row in await rows()] == ["a", "b"]
    with pytest.raises(ValueError, match="This queryset for class 'Admin' can't save"):
        await Admin.objects.bulk_insert([Admin(name="c"), User(name="d")])
    with pytest.raises(ValueError, match="Validation for document 1 in the documents") as refusal:
        await User.objects.bulk_insert([User(name="c"), {"name": "d"}])  # type: ignore[list-item]
    assert str(refusal.value) == (
        "Validation for document 1 in the documents you are saving failed with: "
        "This queryset for class 'User' can't save an instance of type 'dict'."
    )
    assert len(await rows()) == 2


async def test_an_alias_names_the_connection(mongo: Mongo) -> None:
    async with other_database(mongo) as other:
        await Member.objects.bulk_insert([Member(name="a")], alias="other")
        assert await other["Member"].count_documents({}) == 1
        assert "name_1" in await other["Member"].index_information()
        assert await rows(Member) == []


# -- ids -----------------------------------------------------------------------------------------


async def test_k6_a_preset_id_is_used() -> None:
    key = ObjectId()
    users = [User(_id=key, name="a"), User(_id="text", name="b"), User(name="c")]
    await User.objects.bulk_insert(users)
    assert users[0]._id == key
    assert [row["_id"] for row in await rows()] == [key, "text", users[2]._id]


async def test_k6_documents_that_were_loaded_or_saved_are_copied() -> None:
    saved = await User(name="a").save()
    loaded = await User.objects.get(saved._id)
    before = saved._id
    await User.objects.bulk_insert([saved, loaded])
    found = await rows()
    assert [row["n"] for row in found] == ["a", "a", "a"]
    assert [row["_id"] for row in found] == [before, saved._id, loaded._id]
    assert len({row["_id"] for row in found}) == 3


async def test_inserted_documents_count_as_saved() -> None:
    users = [User(name="a"), User(name="b")]
    await User.objects.bulk_insert(users)
    users[0].size = 5
    await users[0].save()
    assert [row["size"] for row in await rows()] == [5, None]
    await User.objects.delete()
    await users[1].save()
    assert await rows() == []


# -- validation ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 255, 256, 300, 599])
async def test_a_document_that_is_not_valid_is_named_by_number(number: int) -> None:
    users = [User(name="a") for _ in range(600)]
    users[number] = User()
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the text follows
        await User.objects.bulk_insert(users)
    assert str(refusal.value) == failure(number, "Field 'name' is required.")
    assert all(user._id is None for user in users)
    assert await rows() == []


async def test_of_several_documents_the_first_is_named() -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the text follows
        await User.objects.bulk_insert([User(name="a"), User(name="b", size=-1), User()])
    assert str(refusal.value) == failure(1, "Field 'size' must be valid.")


async def test_any_exception_of_a_validate_becomes_that_error_with_its_cause() -> None:
    class Odd(Document):
        name = StringField()

        def validate(self) -> bool:
            if self.name == "bad":
                raise LookupError("not this one")
            return True

    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the text follows
        await Odd.objects.bulk_insert([Odd(name="good"), Odd(name="bad")])
    assert str(refusal.value) == failure(1, "not this one")
    assert isinstance(refusal.value.__cause__, LookupError)
    assert await rows(Odd) == []


async def test_a_validate_that_says_no_inserts_nothing() -> None:
    class Shy(Document):
        name = StringField()

        def validate(self) -> bool:
            return self.name != "shy"

    shy = [Shy(name="a"), Shy(name="shy")]
    assert await Shy.objects.bulk_insert(shy) is None
    assert [document._id for document in shy] == [None, None]
    assert await rows(Shy) == []


async def test_nothing_is_sent_before_all_is_validated(mongo: Mongo) -> None:
    commands = watch(mongo)
    with pytest.raises(ValueError, match="Validation for document 1"):
        await Member.objects.bulk_insert([Member(name="a"), Member(size="x")])
    assert commands.names == []


@pytest.mark.parametrize("value", [object(), 2**64, {"a": {1, 2}}, "\ud800"])
async def test_a_value_that_cannot_be_encoded_is_named_by_number(value: Any) -> None:
    class Anything(Document):
        value = BaseField()

    documents = [Anything(value=1), Anything(value=2), Anything(value=value)]
    with pytest.raises(ValueError, match="^Validation for document 2 in the documents") as refusal:
        await Anything.objects.bulk_insert(documents)
    assert refusal.value.__cause__ is not None
    assert [document._id for document in documents] == [None, None, None]
    assert await rows(Anything) == []


async def test_a_document_that_is_too_large_is_found_before_sending(mongo: Mongo) -> None:
    commands = watch(mongo)
    users = [User(name="a"), User(name="x" * (16 * MEGABYTE))]
    with pytest.raises(DocumentTooLarge) as refusal:
        await User.objects.bulk_insert(users)
    assert isinstance(refusal.value, ValueError)
    assert str(refusal.value).startswith(failure(1, ""))
    assert [user._id for user in users] == [None, None]
    assert commands.names == []


async def test_a_document_as_large_as_can_be_goes_in() -> None:
    empty = 5 + len(b"\x07_id\0") + 12 + len(b"\x02n\0") + 4 + 1 + len(b"\x0asize\0")
    user = User(name="x" * (16 * MEGABYTE - empty))
    await User.objects.bulk_insert([user])
    found = await User.objects.get(user._id)
    assert found is not None
    assert found.name == user.name


async def test_more_than_one_message_of_bytes_goes_in_as_several_batches(mongo: Mongo) -> None:
    commands = watch(mongo)
    users = [User(name=f"{n}" + "x" * (3 * MEGABYTE)) for n in range(5)]
    await User.objects.bulk_insert(users)
    assert len(commands.of("insert")) > 1
    assert [row["_id"] for row in await rows()] == [user._id for user in users]


# -- what a save does by itself ------------------------------------------------------------------


async def test_k10_on_save_runs_for_each_document_as_for_an_insert() -> None:
    calls: list[tuple[Any, bool]] = []

    def count(document: Any, creating: bool) -> int:
        calls.append((document, creating))
        return len(document.name)

    class Counted(Document):
        name = StringField()
        size = IntField(on_save=count)

    documents = [Counted(name="a"), Counted(name="bb")]
    await Counted.objects.bulk_insert(documents)
    assert calls == [(documents[0], True), (documents[1], True)]
    assert [document.size for document in documents] == [1, 2]
    assert [row["size"] for row in await rows(Counted)] == [1, 2]


async def test_k10_on_save_runs_for_none_where_one_is_not_valid() -> None:
    calls: list[Any] = []

    class Counted(Document):
        name = StringField(required=True, on_save=lambda document, creating: calls.append(document))

    with pytest.raises(ValueError, match="Validation for document 1"):
        await Counted.objects.bulk_insert([Counted(name="a"), Counted()])
    assert calls == []


async def test_k10_an_on_save_that_raises_inserts_nothing() -> None:
    def explode(document: Any, creating: bool) -> None:
        raise LookupError("not today")

    class Bomb(Document):
        size = IntField(on_save=explode)

    bombs = [Bomb(), Bomb()]
    with pytest.raises(LookupError, match="not today"):
        await Bomb.objects.bulk_insert(bombs)
    assert [bomb._id for bomb in bombs] == [None, None]
    assert await rows(Bomb) == []


async def test_dates_are_stamped_then_validated_then_indexed_then_on_save(mongo: Mongo) -> None:
    steps: list[Any] = []

    class Steps(Document):
        name = StringField(
            unique=True,
            on_save=lambda document, creating: (
                steps.append(("on_save", document.made is not None, list(commands.names))),
                document.name,
            )[1],
        )
        made = DateTimeField(auto_now_on_insert=True, required=True)

        def validate(self) -> bool:
            steps.append(("validate", self._values["made"] is not None, list(commands.names)))
            return super().validate()

    commands = watch(mongo)
    await Steps.objects.bulk_insert([Steps(name="a"), Steps(name="b")])
    indexed = ["createIndexes"]
    assert steps == [
        ("validate", True, []),
        ("validate", True, []),
        ("on_save", True, indexed),
        ("on_save", True, indexed),
    ]
    assert commands.names == ["createIndexes", "insert"]


# -- duplicates ----------------------------------------------------------------------------------


async def test_k10_a_duplicate_is_a_unique_key_violation() -> None:
    await Member(name="b").save()
    members = [Member(name="a"), Member(name="b"), Member(name="c")]
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Member.objects.bulk_insert(members)
    error = violation.value
    assert isinstance(error, RuntimeError)
    assert isinstance(error, DuplicateKeyError)
    assert isinstance(error.__cause__, BulkWriteError)
    assert error.code == 11000
    assert (error.error_code, error.instance_type) == ("E11000", Member)
    database = Member.objects.coll().database.name
    assert error.index_name == f"{database}.Member.$name_1"


async def test_k10_what_was_inserted_before_a_duplicate_has_its_id() -> None:
    await Member(name="c").save()
    members = [Member(name=name) for name in "abcd"]
    with pytest.raises(UniqueKeyViolationError):
        await Member.objects.bulk_insert(members)
    assert [member._id is not None for member in members] == [True, True, False, False]
    stored = {row["_id"] for row in await rows(Member)}
    assert {members[0]._id, members[1]._id} < stored
    assert len(stored) == 3


async def test_k10_a_refused_document_keeps_its_preset_id_or_none() -> None:
    await Member(name="b").save()
    key = ObjectId()
    members = [Member(name="a"), Member(_id=key, name="b"), Member(_id="later", name="c")]
    with pytest.raises(UniqueKeyViolationError):
        await Member.objects.bulk_insert(members)
    assert [member._id for member in members][1:] == [key, "later"]


async def test_k10_a_refused_copy_keeps_the_id_it_had() -> None:
    saved = await Member(name="a").save()
    before = saved._id
    with pytest.raises(UniqueKeyViolationError):
        await Member.objects.bulk_insert([saved])
    assert saved._id == before
    saved.size = 5
    await saved.save()
    assert [row["size"] for row in await rows(Member)] == [5]


async def test_k10_a_duplicate_within_the_list() -> None:
    members = [Member(name="a"), Member(name="b"), Member(name="a")]
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Member.objects.bulk_insert(members)
    assert violation.value.details is not None
    assert violation.value.details["writeErrors"][0]["index"] == 2
    assert [row["name"] for row in await rows(Member)] == ["a", "b"]


async def test_k10_a_duplicate_id_is_a_violation_too() -> None:
    saved = await User(name="a").save()
    with pytest.raises(UniqueKeyViolationError) as violation:
        await User.objects.bulk_insert([User(_id=saved._id, name="b")])
    assert "_id" in violation.value.index_name


async def test_k10_after_a_violation_the_rest_can_be_inserted() -> None:
    await Member(name="b").save()
    members = [Member(name=name) for name in "abc"]
    with pytest.raises(UniqueKeyViolationError):
        await Member.objects.bulk_insert(members)
    members[1].name = "d"
    await Member.objects.bulk_insert([member for member in members if member._id is None])
    assert sorted(row["name"] for row in await rows(Member)) == ["a", "b", "c", "d"]


async def test_k10_numbers_count_from_the_first_document_over_batches() -> None:
    filler = "x" * (3 * MEGABYTE)
    members = [Member(name=name, filler=filler) for name in ("a", "b", "c", "d", "e", "a")]
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Member.objects.bulk_insert(members)
    assert violation.value.details is not None
    assert violation.value.details["writeErrors"][0]["index"] == 5
    assert violation.value.details["nInserted"] == 5
    assert [member._id is not None for member in members] == [True] * 5 + [False]


@pytest.mark.mongod_only(
    "SecantusDB inserts nothing of a batch that breaks a rule of its collection"
)
async def test_another_refusal_of_the_server_is_the_drivers_bulk_write_error(mongo: Mongo) -> None:
    await mongo.database.command({"create": "User", "validator": {"n": {"$ne": "bad"}}})
    users = [User(name="a"), User(name="bad"), User(name="c")]
    with pytest.raises(BulkWriteError) as refusal:
        await User.objects.bulk_insert(users)
    assert not isinstance(refusal.value, UniqueKeyViolationError)
    assert refusal.value.details["writeErrors"][0]["index"] == 1
    assert [user._id is not None for user in users] == [True, False, False]


# -- again, after a failure ----------------------------------------------------------------------


async def test_the_same_document_twice_is_stored_once_and_keeps_its_id() -> None:
    member = Member(name="a")
    with pytest.raises(UniqueKeyViolationError):
        await Member.objects.bulk_insert([member, member])
    assert [row["_id"] for row in await rows(Member)] == [member._id]
    member.size = 5
    await member.save()
    assert [row["size"] for row in await rows(Member)] == [5]


@pytest.mark.parametrize("again", [1, 2, 3])
async def test_passing_the_same_documents_again_never_stores_a_second_copy(again: int) -> None:
    key = ObjectId()
    users = [User(name="a"), User(_id=key, name="b"), User(_id=key, name="c"), User(name="d")]
    for _ in range(again):
        with pytest.raises(UniqueKeyViolationError):
            await User.objects.bulk_insert(users)
    assert [row["n"] for row in await rows()] == ["a", "b"]


async def test_a_copy_whose_call_failed_is_not_copied_again() -> None:
    saved = await User(name="a").save()
    key = ObjectId()
    users = [saved, User(_id=key, name="b"), User(_id=key, name="c")]
    for _ in range(2):
        with pytest.raises(UniqueKeyViolationError):
            await User.objects.bulk_insert(users)
    assert [row["n"] for row in await rows()] == ["a", "a", "b"]


# -- the event loop ------------------------------------------------------------------------------


async def test_other_tasks_get_their_turn_while_many_documents_are_converted() -> None:
    class Quiet(Document):
        n = IntField(on_save=lambda document, creating: (seen.add(turns.count), document.n)[1])

        def validate(self) -> bool:
            seen.add(turns.count)
            return super().validate()

    seen: set[int] = set()
    with counted_turns() as turns:
        await Quiet.objects.bulk_insert([Quiet(n=n) for n in range(2000)])
    assert len(seen) > 3


async def test_a_document_that_is_too_large_says_what_takes_most_of_it(mongo: Mongo) -> None:
    class Part(Document):
        text = StringField(db_field="t")

    class Whole(Document):
        n = IntField()
        parts = ListField(EmbeddedDocumentField(Part), db_field="p")
        title = StringField()

    parts = [Part(text="a"), Part(text="x" * (17 * MEGABYTE))]
    with pytest.raises(DocumentTooLarge) as refusal:
        await Whole.objects.bulk_insert([Whole(n=1, parts=parts, title="y" * 1000)])
    taken = 17 * MEGABYTE + len(b"\x02t\0") + 4 + 1
    title = 1000 + len(b"\x02title\0") + 4 + 1
    assert f"; 'parts.1.text' takes {taken}, 'title' takes {title}, " in str(refusal.value)
