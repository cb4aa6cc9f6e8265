"""What a server says of a failure is told without the hashes of passwords, whatever it quotes."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, WriteError

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    StringField,
)
from aiomotorengine.errors import AggregationError, UniqueKeyViolationError
from aiomotorengine.fields.password_field import sha256
from aiomotorengine.server_errors import ServerErrors
from aiomotorengine.wire.answers import protocol_errors
from tests.queryset.telling import told

HASH = sha256("xxx")


class Key(Document):
    secret = PasswordField(db_field="s")
    label = StringField()


class Person(Document):
    name = StringField()
    age = IntField()
    key = EmbeddedDocumentField(Key, db_field="k")
    old = ListField(PasswordField())


class Admin(Person):
    code = PasswordField(db_field="c", unique=True)


class City(Document):
    name = StringField()


# -- what servers say ----------------------------------------------------------------------------

SCHEMA: dict[str, Any] = {
    "operatorName": "$jsonSchema",
    "title": "people",
    "schemaRulesNotSatisfied": [
        {
            "operatorName": "properties",
            "propertiesNotSatisfied": [
                {"propertyName": "c", "details": [{"reason": "short", "consideredValue": HASH}]},
                {"propertyName": "name", "details": [{"reason": "short", "consideredValue": "a"}]},
                {"propertyName": "k", "details": [{"consideredValue": {"s": HASH}}]},
                {
                    "propertyName": "k",
                    "details": [
                        {
                            "propertiesNotSatisfied": [
                                {"propertyName": "s", "details": [{"consideredValue": HASH}]},
                                {"propertyName": "label", "details": [{"consideredValue": "l"}]},
                            ]
                        }
                    ],
                },
                {
                    "propertyName": "old",
                    "details": [
                        {
                            "operatorName": "items",
                            "itemIndex": 0,
                            "details": [{"consideredValue": HASH}],
                        },
                        {"operatorName": "uniqueItems", "duplicatedValue": HASH},
                        {"operatorName": "enum", "consideredValues": [HASH]},
                    ],
                },
            ],
        },
        {"operatorName": "$expr", "expressionResult": HASH, "consideredValue": HASH},
        {"operatorName": "maxProperties", "numberOfProperties": 3},
    ],
}

QUOTING = [
    f'Can\'t extract geo keys: {{ _id: 1, c: "{HASH}" }}  Point must be an array',
    f"Cannot create field 'x' in element {{c: \"{HASH}\"}}",
    f'not authorized on d to execute command {{ find: "Person", filter: {{ c: "{HASH}" }} }}',
    f"Failed to parse number '{HASH}' in $convert with no onError value",
    f'unknown operator: "{HASH}"',
    f"'{HASH}",
    f"bad value BinData(0, {HASH})",
    f"one of [{HASH}]",
]


def error_of(details: dict[str, Any]) -> WriteError:
    return WriteError(details["errmsg"], details.get("code"), details)


@pytest.mark.parametrize("text", QUOTING)
@pytest.mark.parametrize("document_class", [Admin, Person])
def test_words_that_quote_values(text: str, document_class: type[Document]) -> None:
    shown = ServerErrors(document_class).error(error_of({"errmsg": text, "code": 2}))
    assert HASH not in told(shown)
    assert (type(shown), shown.code) == (WriteError, 2)
    assert shown.details is not None
    assert shown.details["errmsg"].endswith("***")


@pytest.mark.parametrize(
    "text",
    [
        "Document failed validation",
        "Cannot apply $inc to the field 'age', or to \"k.s\" with '$inc'; it doesn't fit",
        "operation exceeded time limit",
    ],
)
def test_words_that_quote_none_stay(text: str) -> None:
    error = error_of({"errmsg": text, "code": 2})
    assert ServerErrors(Admin).error(error) is error


def test_what_a_schema_does_not_allow() -> None:
    details = {"errmsg": "Document failed validation", "code": 121}
    details |= {"errInfo": {"failingDocumentId": 7, "details": SCHEMA}}
    shown = ServerErrors(Admin).error(error_of(details))
    assert HASH not in told(shown)
    assert shown.details is not None
    info = shown.details["errInfo"]
    assert info["failingDocumentId"] == 7
    properties, expression, count = info["details"]["schemaRulesNotSatisfied"]
    code, name, key, parts, old = properties["propertiesNotSatisfied"]
    assert code["details"] == [{"reason": "short", "consideredValue": "***"}]
    assert name["details"] == [{"reason": "short", "consideredValue": "a"}]
    assert key["details"] == [{"consideredValue": "***"}]
    assert parts["details"][0]["propertiesNotSatisfied"][1]["details"] == [{"consideredValue": "l"}]
    assert old["details"][1] == {"operatorName": "uniqueItems", "duplicatedValue": "***"}
    assert expression["operatorName"] == "$expr"
    assert count["numberOfProperties"] == 3


def test_parts_of_an_answer_that_nobody_knows() -> None:
    details = {"errmsg": "no", "code": 2, "found": HASH, "more": [{"is": HASH}], "n": 5}
    shown = ServerErrors(Admin).error(error_of(details))
    assert shown.details == {**details, "found": "***", "more": [{"is": "***"}]}


def test_classes_without_passwords() -> None:
    error = error_of({"errmsg": QUOTING[0], "errInfo": SCHEMA})
    assert ServerErrors(City).error(error) is error


def test_labels_and_classes_stay() -> None:
    answer = {"errmsg": QUOTING[2], "errorLabels": ["TransientTransactionError"]}
    with pytest.raises(OperationFailure) as raised, protocol_errors(Admin):
        raise OperationFailure(QUOTING[2], 13, answer)
    assert raised.value.has_error_label("TransientTransactionError")
    assert HASH not in told(raised.value)
    with pytest.raises(OperationFailure) as raised, protocol_errors(Admin):
        raise OperationFailure(QUOTING[2])
    assert HASH not in told(raised.value)


@pytest.mark.parametrize("text", ["no", QUOTING[0]])
def test_notes_stay(text: str) -> None:
    error = error_of({"errmsg": text})
    error.add_note("a hint")
    assert ServerErrors(Admin).error(error).__notes__ == ["a hint"]


# -- what they say to whom -----------------------------------------------------------------------


@pytest.mark.usefixtures("mongo", "codec")
async def test_duplicates_of_a_subclass_in_a_bulk_insert() -> None:
    await Admin.ensure_index()
    file = io.StringIO()
    admins = [Admin(name="a", code="xxx"), Person(name="b"), Admin(name="c", code="xxx")]
    with pytest.raises(UniqueKeyViolationError) as raised:
        await Person.objects.insert_stream(admins, ordered=False, rejects=file)
    report = vars(raised.value)["report"]
    assert [entry.key_value for entry in report.rejected] == [{"c": "***"}]
    assert HASH not in told(raised.value) + repr(report.to_dict()) + file.getvalue()


@pytest.mark.usefixtures("mongo")
async def test_duplicates_of_a_subclass_in_an_update() -> None:
    people = Person.objects.coll()
    await people.create_index([("name", 1), ("c", 1)], unique=True)
    await people.insert_many([{"name": name, "c": HASH} for name in "ab"])
    with pytest.raises(UniqueKeyViolationError) as raised:
        await Person.objects.update({Person.name: "a"})
    assert raised.value.key_value == {"name": "a", "c": "***"}
    assert HASH not in told(raised.value)
    assert isinstance(raised.value.__cause__, DuplicateKeyError)


@pytest.mark.mongod_only("SecantusDB does not say what a schema refuses")
@pytest.mark.usefixtures("mongo", "codec")
async def test_a_schema_that_refuses_a_hash() -> None:
    await Admin.ensure_index()
    admin = await Admin(name="a", code="yyy").save()
    assert admin is not None
    schema = {"$jsonSchema": {"properties": {"c": {"pattern": f"^{admin.code}"}}}}
    await Admin.objects.coll().database.command({"collMod": "Admin", "validator": schema})
    admin.code = "xxx"
    for write in (
        lambda: admin.save(),
        lambda: Admin.objects.create(name="b", code="xxx"),
        lambda: Admin.objects.update({Admin.code: "xxx"}),
        lambda: Admin.objects.filter(name="new").update_one({Admin.code: "xxx"}, upsert=True),
        lambda: Admin.objects.find_one_and_update({Admin.code: "xxx"}),
    ):
        with pytest.raises(OperationFailure) as raised:
            await write()
        assert raised.value.code == 121
        assert raised.value.details is not None
        assert "consideredValue" in repr(raised.value.details["errInfo"])
        assert HASH not in told(raised.value)
    with pytest.raises(BulkWriteError) as raised_for_all:
        await Admin.objects.bulk_insert([Admin(name="c", code="xxx")])
    assert HASH not in told(raised_for_all.value)


@pytest.mark.mongod_only("SecantusDB takes some of these filters, and finds nothing")
@pytest.mark.usefixtures("mongo")
async def test_a_filter_that_the_server_quotes() -> None:
    query = {"c": {"$nothing": HASH}, "$where": {"c": HASH}, "k": {"$elemMatch": HASH}}
    for key, condition in query.items():
        for read in (
            lambda key=key, condition=condition: Admin.objects.filter({key: condition}).find_all(),
            lambda key=key, condition=condition: Admin.objects.filter({key: condition}).count(),
            lambda key=key, condition=condition: Admin.objects.filter({key: condition}).delete(),
        ):
            with pytest.raises(OperationFailure) as raised:
                await read()
            assert HASH not in told(raised.value)


@pytest.mark.mongod_only("SecantusDB has no $merge")
@pytest.mark.usefixtures("mongo")
async def test_a_duplicate_in_what_an_aggregation_writes() -> None:
    await Admin(name="a", code="xxx").save()
    database = Admin.objects.coll().database
    await database["Copies"].create_index("c", unique=True)
    await database["Copies"].insert_one({"c": HASH})
    with pytest.raises(AggregationError) as raised:
        await Admin.objects.aggregate.raw([{"$merge": {"into": "Copies"}}]).fetch()
    assert isinstance(raised.value, DuplicateKeyError)
    assert HASH not in told(raised.value)
