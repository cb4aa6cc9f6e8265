"""Documents that the validator of their collection refuses."""

from __future__ import annotations

import pickle
from typing import Any, ClassVar

import pytest
from pymongo.errors import BulkWriteError, WriteError

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    StringField,
    U,
)
from aiomotorengine.errors import InvalidDocumentError, ServerValidationError
from aiomotorengine.wire.refusals import validation_error
from tests.harness import Mongo

ONLY = pytest.mark.mongod_only("SecantusDB's collections have no options")


class Home(EmbeddedDocument):
    zip = IntField(db_field="z", max_value=9)


class User(Document):
    __collection_options__: ClassVar = {"validator": True}
    name = StringField(db_field="n", required=True, max_length=3)
    homes = ListField(EmbeddedDocumentField(Home), db_field="h")
    age = IntField(min_value=0)


class Loose(Document):
    """The same documents, by another program."""

    __collection__ = "User"
    name = StringField(db_field="n")


class Login(Document):
    __collection_options__: ClassVar = {"validator": {"password": {"$type": "int"}}}
    password = PasswordField()


@ONLY
async def test_a_save_that_only_the_server_refuses(mongo: Mongo, codec: str) -> None:
    with pytest.raises(ServerValidationError) as caught:
        await User(name="long", age=1).save(validate=False)
    error = caught.value
    assert str(error) == "Document failed validation: 'name' must have maxLength: 3."
    assert (error.path, error.value, error.code) == ("name", "long", 121)
    assert isinstance(error, InvalidDocumentError)
    assert isinstance(error, WriteError)
    assert error.details is not None
    assert error.details["errInfo"]["details"]["operatorName"] == "$jsonSchema"
    assert type(error.__cause__) is WriteError
    assert await User.objects.count() == 0


@ONLY
async def test_the_way_leads_through_lists_and_embedded_documents(mongo: Mongo) -> None:
    homes = [Home(zip=1), Home(zip=10)]
    with pytest.raises(ServerValidationError) as caught:
        await User(name="a", homes=homes, age=-1).save(validate=False)
    assert str(caught.value) == (
        "Document failed validation: 'homes.1.zip' must have maximum: 9, "
        "'age' must have minimum: 0."
    )
    assert caught.value.path == "homes.1.zip"


@ONLY
async def test_what_is_missing_is_named(mongo: Mongo) -> None:
    await User(name="a").save()
    with pytest.raises(ServerValidationError, match="'name' is missing") as caught:
        await User.objects.update(U.unset("name"), validate=False)
    assert (caught.value.path, caught.value.value) == ("name", None)


@ONLY
@pytest.mark.parametrize("how", ["save", "replace", "update", "update_one", "find_and", "document"])
async def test_each_way_of_writing_raises_it(mongo: Mongo, how: str) -> None:
    user = await User(name="a").save()
    user.name = "long"
    change, found = U.set(name="long"), User.objects.filter(_id=user._id)
    calls: dict[str, Any] = {
        "save": lambda: user.save(validate=False),
        "replace": lambda: Loose.objects.filter(_id=user._id).find_one_and_replace(
            Loose(name="long")
        ),
        "update": lambda: found.update(change, validate=False),
        "update_one": lambda: found.update_one(change, validate=False),
        "find_and": lambda: found.find_one_and_update(change, validate=False),
        "document": lambda: user.update(change, validate=False),
    }
    with pytest.raises(ServerValidationError, match="'name' must have maxLength: 3") as caught:
        await calls[how]()
    assert caught.value.path == "name"
    assert (await User.objects.get(user._id)).name == "a"


@ONLY
async def test_bulk_inserts_list_it_among_their_errors(mongo: Mongo, codec: str) -> None:
    await User.ensure_collection()
    with pytest.raises(BulkWriteError) as caught:
        await User.objects.bulk_insert([User(name="a"), User(name="long")], validate=False)
    assert caught.value.details["writeErrors"][0]["code"] == 121


@ONLY
async def test_passwords_are_not_told(mongo: Mongo) -> None:
    login = Login(password="secret")
    stored = login.to_son()["password"]
    with pytest.raises(ServerValidationError) as caught:
        await login.save()
    assert stored not in str(caught.value)
    assert stored not in repr(caught.value.details)
    assert stored not in repr(caught.value.value)


@pytest.mark.parametrize(
    ("details", "says"),
    [
        (None, "Document failed validation"),
        ({"errInfo": {}}, "Document failed validation"),
        ({"errInfo": {"details": 5}}, "Document failed validation"),
        (
            {"errInfo": {"details": {"operatorName": "$gt", "specifiedAs": {"age": {"$gt": 5}}}}},
            "Document failed validation: {'age': {'$gt': 5}} does not hold.",
        ),
        (
            {
                "errInfo": {
                    "details": {
                        "operatorName": "$jsonSchema",
                        "schemaRulesNotSatisfied": [
                            {
                                "operatorName": "required",
                                "specifiedAs": {"required": ["n", "a", "b", "c"]},
                                "missingProperties": ["n", "a", "b", "c"],
                            }
                        ],
                    }
                }
            },
            "Document failed validation: 'name' is missing, 'a' is missing, 'b' is missing, ….",
        ),
    ],
    ids=["nothing", "no details", "no mapping", "a query", "many"],
)
def test_what_a_message_has_of_what_a_server_says(details: Any, says: str) -> None:
    said = {"errmsg": "Document failed validation", "code": 121, **(details or {})}
    found = validation_error(WriteError(said["errmsg"], 121, said), User)
    assert str(found) == says
    again = pickle.loads(pickle.dumps(found))
    assert (str(again), again.path, again.details) == (says, found.path, said)
