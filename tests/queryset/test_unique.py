"""Unique fields: the indexes, when the server is asked for them, and what a duplicate raises."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import Any

import pymongo
import pytest
from pymongo.errors import DuplicateKeyError

from aiomotorengine import Document, IntField, StringField
from aiomotorengine.errors import PYMONGO_ERROR_REGEX, UniqueKeyViolationError, violates_id
from aiomotorengine.indexes import remembered
from tests.harness import Mongo
from tests.integration.aliases import other_database
from tests.integration.commands import watch


class User(Document):
    name = StringField(unique=True, db_field="nm")
    size = IntField()


class Pair(Document):
    first = StringField(unique=True)
    second = StringField(unique=True)


class Plain(Document):
    name = StringField()


# -- the indexes ---------------------------------------------------------------------------------


async def test_ensure_index_makes_ascending_unique_indexes_that_are_not_sparse(
    mongo: Mongo,
) -> None:
    assert await User.ensure_index() == 1
    assert await Pair.objects.ensure_index() == 2
    assert await Plain.ensure_index() == 0
    user = await User.objects.coll().index_information()
    assert user["nm_1"]["key"] == [("nm", pymongo.ASCENDING)]
    assert user["nm_1"]["unique"] is True
    assert "sparse" not in user["nm_1"]
    assert {"first_1", "second_1"} < set(await Pair.objects.coll().index_information())


async def test_ensure_index_on_an_alias(mongo: Mongo) -> None:
    async with other_database(mongo) as other:
        await User.ensure_index(alias="other")
        assert "nm_1" in await other["User"].index_information()


async def test_two_unset_values_collide(mongo: Mongo) -> None:
    await User().save()
    with pytest.raises(UniqueKeyViolationError):
        await User().save()


async def test_an_index_over_what_is_stored_twice_says_that_it_was_not_made(mongo: Mongo) -> None:
    await User.objects.coll().insert_many([{"nm": "a"}, {"nm": "a"}])
    for call in (User.ensure_index, User(name="b").save):
        with pytest.raises(UniqueKeyViolationError) as refusal:
            await call()
        assert refusal.value.__notes__ == [
            "The index was not made: documents that are stored already have the same 'name'."
        ]


async def test_k47_saves_ask_for_an_index_once(mongo: Mongo) -> None:
    commands = watch(mongo)
    user = await User(name="a").save()
    await user.save()
    await User.objects.create(name="b")
    await User.objects.bulk_insert([User(name="c")])
    assert commands.names.count("createIndexes") == 1
    (command,) = commands.of("createIndexes")
    assert command["indexes"] == [{"name": "nm_1", "key": {"nm": 1}, "unique": True}]


async def test_k47_an_explicit_request_always_asks(mongo: Mongo) -> None:
    commands = watch(mongo)
    await User.ensure_index()
    await User(name="a").save()
    await User.ensure_index()
    await User.objects.ensure_index()
    assert commands.names == ["createIndexes", "insert", "createIndexes", "createIndexes"]


async def test_k47_the_memory_lasts_for_five_minutes(
    mongo: Mongo, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(remembered.time, "monotonic", lambda: now)
    commands = watch(mongo)
    await User(name="a").save()
    now += 299
    await User(name="b").save()
    assert commands.names.count("createIndexes") == 1
    now += 2
    await User(name="c").save()
    await User(name="d").save()
    assert commands.names.count("createIndexes") == 2


async def test_k47_each_collection_and_database_is_asked_for_its_own(mongo: Mongo) -> None:
    commands = watch(mongo)
    await User(name="a").save()
    await Pair(first="a", second="b").save()
    assert [c.get("createIndexes") for c in commands.of("createIndexes")] == [
        "User",
        "Pair",
        "Pair",
    ]
    async with other_database(mongo) as other:
        await User(name="a").save(alias="other")
        assert "nm_1" in await other["User"].index_information()


async def test_k47_another_client_asks_again(mongo: Mongo) -> None:
    for name in "ab":
        commands = watch(mongo)
        await User(name=name).save()
        assert commands.names == ["createIndexes", "insert"]


async def test_k47_a_document_without_unique_fields_asks_for_nothing(mongo: Mongo) -> None:
    commands = watch(mongo)
    await Plain(name="a").save()
    assert commands.names == ["insert"]


async def test_k47_saves_at_the_same_time_all_find_the_index(mongo: Mongo) -> None:
    results = await asyncio.gather(
        *(User(name="same").save() for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(result, UniqueKeyViolationError) for result in results) == 9
    assert await User.objects.count() == 1


# -- violations ----------------------------------------------------------------------------------


async def violated(mongo: Mongo, attempt: str) -> UniqueKeyViolationError:
    """The error of storing a second ``ada`` in one of the ways there are."""
    await User.objects.create(name="ada")
    bob = await User.objects.create(name="bob")
    renamed = copy.copy(bob)
    renamed.name = "ada"
    attempts = {
        "save": User(name="ada").save,
        "create": lambda: User.objects.create(name="ada"),
        "save again": renamed.save,
        "update": lambda: User.objects.filter(name="bob").update({User.name: "ada"}),
        "bulk_insert": lambda: User.objects.bulk_insert([User(name="ada")]),
    }
    with pytest.raises(UniqueKeyViolationError) as violation:
        await attempts[attempt]()
    assert await User.objects.filter(name="ada").count() == 1
    return violation.value


@pytest.mark.parametrize("attempt", ["save", "create", "save again", "update", "bulk_insert"])
async def test_k48_a_duplicate_raises_one_error_wherever_it_happens(
    mongo: Mongo, attempt: str
) -> None:
    error = await violated(mongo, attempt)
    index = f"{mongo.database.name}.User.$nm_1"
    assert isinstance(error, RuntimeError)
    assert isinstance(error, DuplicateKeyError)
    assert error.error_code == "E11000"
    assert error.error_type == "duplicate key error"
    assert error.index_name == index
    assert error.instance_type is User
    assert str(error) == (
        f'The index "{index}" was violated when trying to save this "User" (error code: E11000).'
    )
    assert error.code == 11000
    assert error.details is not None
    assert isinstance(error.__cause__, pymongo.errors.PyMongoError)


async def test_k48_the_refused_document_can_be_saved_with_another_value(mongo: Mongo) -> None:
    await User(name="ada").save()
    user = User(name="ada")
    with pytest.raises(UniqueKeyViolationError):
        await user.save()
    assert user._id is None
    user.name = "bob"
    await user.save()
    assert await User.objects.count() == 2


async def test_k48_a_compound_index_of_the_programs_own(mongo: Mongo) -> None:
    collection = Plain.objects.coll()
    await collection.create_index([("name", 1), ("size", -1)], unique=True)
    await Plain(name="a").save()
    with pytest.raises(UniqueKeyViolationError) as violation:
        await Plain(name="a").save()
    assert violation.value.index_name == f"{mongo.database.name}.Plain.$name_1_size_-1"


# -- the error itself ----------------------------------------------------------------------------

MESSAGES = {
    "2.x": 'E11000 duplicate key error index: test.Doc.$name_1  dup key: { : "x" }',
    "insert": (
        'E11000 duplicate key error collection: test.Doc index: name_1 dup key: { name: "x" }'
    ),
    "update": (
        "Plan executor error during update :: caused by :: E11000 duplicate key error collection: "
        'test.Doc index: name_1 dup key: { name: "x" }'
    ),
}


@pytest.mark.parametrize("generation", MESSAGES)
def test_k48_messages_of_all_generations_are_understood(generation: str) -> None:
    text = MESSAGES[generation]
    error = UniqueKeyViolationError.from_pymongo(text, User)
    assert error is not None
    assert error.index_name == "test.Doc.$name_1"
    assert (error.error_code, error.error_type) == ("E11000", "duplicate key error")
    assert error.instance_type is User
    assert error.args == (text,)


@pytest.mark.parametrize(
    "text",
    [
        'E11000 duplicate key error collection: test.Doc index: n_1 collation: { locale: "de" } '
        'dup key: { n: "0x29" }',
        'E11000 duplicate key error collection: test.My Doc index: n_1 dup key: { n: "x" }',
        "E11000 duplicate key error collection: a.b.c index: x.y_1 dup key: { x.y: 5 }",
        'E11000 duplicate key error collection: t.D index: n_1 dup key: { n: "E11000 index: q" }',
        'E11000 duplicate key error collection: t.D index: n_1 dup key: { n: "two\nlines" }',
        'E11000 duplicate key error collection: t.D index: first name_1 dup key: { n: "x" }',
    ],
)
def test_k48_further_messages_are_understood(text: str) -> None:
    error = UniqueKeyViolationError.from_pymongo(text, User)
    assert error is not None
    namespace = text.split("collection: ")[1].split(" index")[0]
    index = text.split("index: ")[1].split(" dup key")[0].split(" collation")[0]
    assert error.index_name == f"{namespace}.${index}"


@pytest.mark.parametrize("text", ["", "something else", "E11000", "index: a", "E1 b"])
def test_k48_an_unknown_message_gives_none(text: str) -> None:
    assert UniqueKeyViolationError.from_pymongo(text, User) is None


@pytest.mark.parametrize("details", [None, {}, {"keyPattern": {"nm": 1, "size": -1}}])
def test_k48_an_unknown_message_of_a_duplicate_falls_back_to_the_details(details: Any) -> None:
    error = UniqueKeyViolationError.of("nobody knows", User, details)
    assert error.error_code == "E11000"
    assert error.args == ("nobody knows",)
    if details:
        assert error.index_name == "nm_1_size_-1"
    assert 'trying to save this "User" (error code: E11000).' in str(error)


def test_the_regular_expression_has_the_four_groups() -> None:
    match = PYMONGO_ERROR_REGEX.search(MESSAGES["2.x"])
    assert match is not None
    assert match["error_code"] == "E11000"
    assert match["error_type"] == "duplicate key error"
    assert match["index_name"] == "test.Doc.$name_1"
    assert match["error"] == 'dup key: { : "x" }'


def test_the_error_is_made_with_five_arguments() -> None:
    error = UniqueKeyViolationError("text", "E11000", "duplicate key error", "db.C.$n_1", User)
    assert error.args == ("text",)
    assert str(error) == (
        'The index "db.C.$n_1" was violated when trying to save this "User" (error code: E11000).'
    )
    assert (error.code, error.details) == (11000, None)


@pytest.mark.parametrize(
    "twin", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_the_error_can_be_copied_and_pickled(twin: Any) -> None:
    error = UniqueKeyViolationError("t", "E11000", "duplicate key error", "i", User, {"a": 1})
    again = twin(error)
    assert str(again) == str(error)
    assert (again.args, again.details, again.instance_type) == (("t",), {"a": 1}, User)


def test_the_error_keeps_the_labels_of_the_drivers() -> None:
    error = DuplicateKeyError("E11000", 11000, {"errorLabels": ["a"]})
    error._add_error_label("b")  # as the driver does by itself
    violation = UniqueKeyViolationError.from_error(error, User)
    assert violation.has_error_label("a")
    assert violation.has_error_label("b")


@pytest.mark.parametrize("value", ["x index: _id_ dup key: y", "a index: _id_ b", "_id_"])
async def test_k48_what_a_value_says_does_not_hide_a_violation(mongo: Mongo, value: str) -> None:
    await User.objects.create(name=value)
    document = User(name=value)
    with pytest.raises(UniqueKeyViolationError):
        await document.save()
    assert document._id is None
    assert await User.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("E11000 duplicate key error collection: db.c index: _id_ dup key: { : 1 }", True),
        ("E11000 duplicate key error index: db.c.$_id_  dup key: { : 1 }", True),
        ("E11000 duplicate key error index: db.c.$user_id_  dup key: { : 1 }", False),
        (
            'E11000 duplicate key error collection: db.c index: n_1 dup key: { : " index: _id_ " }',
            False,
        ),
        ("no words that anybody knows", False),
    ],
)
def test_servers_that_name_no_keys_are_understood_by_their_words(text: str, expected: bool) -> None:
    assert violates_id(DuplicateKeyError(text, 11000, {"errmsg": text})) is expected
    assert violates_id(DuplicateKeyError(text, 11000)) is expected
    named = {"errmsg": text, "keyPattern": {"nm": 1}}
    assert not violates_id(DuplicateKeyError(text, 11000, named))


def test_only_the_head_of_a_message_is_searched() -> None:
    assert UniqueKeyViolationError.from_pymongo(f"{' ' * 1000}{MESSAGES['2.x']}", Document) is None
    assert UniqueKeyViolationError.from_pymongo(MESSAGES["2.x"] + " " * 1000, Document) is not None
