"""A duplicate of a password is told without its hash, which the server's words quote."""

from __future__ import annotations

import io
import json
from typing import Any

import pymongo
import pytest
from pymongo.errors import BulkWriteError, DuplicateKeyError

from aiomotorengine import Document, EmbeddedDocumentField, ListField, PasswordField, StringField
from aiomotorengine.errors import UniqueKeyViolationError
from aiomotorengine.fields.password_field import sha256
from aiomotorengine.wire.duplicates import violation
from tests.queryset.telling import told

HASH = sha256("xxx")


class Token(Document):
    name = StringField(unique=True)
    key = PasswordField(db_field="k", unique=True)


class Key(Document):
    secret = PasswordField(db_field="s")


class Door(Document):
    name = StringField()
    key = EmbeddedDocumentField(Key, db_field="k")
    old = ListField(PasswordField())


@pytest.mark.usefixtures("mongo")
async def test_save_create_and_update() -> None:
    first = await Token(name="a", key="xxx").save()
    assert first is not None
    second = await Token(name="b", key="yyy").save()
    assert second is not None
    second.key = "xxx"
    for write in (
        lambda: Token(name="c", key="xxx").save(),
        lambda: Token.objects.create(name="c", key="xxx"),
        lambda: second.save(),
        lambda: Token.objects.filter(name="b").update({Token.key: "xxx"}),
    ):
        with pytest.raises(UniqueKeyViolationError) as raised:
            await write()
        assert HASH not in told(raised.value)
        assert raised.value.key_value == {"k": "***"}
        assert raised.value.index_name.endswith("k_1")
        assert type(raised.value.__cause__) is DuplicateKeyError
        assert "dup key: {'k': '***'}" in str(raised.value.__cause__)


@pytest.mark.usefixtures("mongo")
async def test_what_is_no_secret_is_told_as_the_server_tells_it() -> None:
    await Token(name="a", key="xxx").save()
    with pytest.raises(UniqueKeyViolationError) as raised:
        await Token(name="a", key="yyy").save()
    assert raised.value.key_value == {"name": "a"}
    assert 'dup key: { name: "a" }' in str(raised.value.__cause__)


@pytest.mark.usefixtures("mongo")
async def test_an_index_that_cannot_be_made() -> None:
    await Token.objects.coll().insert_many([{"name": n, "k": HASH} for n in "ab"])
    with pytest.raises(UniqueKeyViolationError) as raised:
        await Token.ensure_index()
    assert HASH not in told(raised.value)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("count", [3, 500], ids=["few", "many"])
@pytest.mark.usefixtures("mongo", "codec")
async def test_bulk_inserts(ordered: bool, count: int) -> None:
    await Token(name="a", key="xxx").save()
    file = io.StringIO()
    tokens = [Token(name=f"{n}", key="xxx") for n in range(count)]
    with pytest.raises(UniqueKeyViolationError) as raised:
        await Token.objects.insert_stream(tokens, ordered=ordered, rejects=file)
    assert HASH not in told(raised.value)
    report: Any = raised.value.report
    assert HASH not in repr(report.to_dict())
    assert len(report.rejected) == (1 if ordered else count)
    assert {repr(entry.key_value) for entry in report.rejected} == {"{'k': '***'}"}
    assert HASH not in file.getvalue()
    assert "dup key: {'k': '***'}" in json.loads(file.getvalue().splitlines()[0])["message"]


@pytest.mark.usefixtures("mongo")
async def test_errors_of_several_kinds() -> None:
    await Token(name="a", key="xxx").save()
    await Token.objects.coll().database.command(
        {"collMod": "Token", "validator": {"name": {"$ne": "no"}}}
    )
    tokens = [Token(name="b", key="xxx"), Token(name="no", key="zzz")]
    with pytest.raises(BulkWriteError) as raised:
        await Token.objects.insert_stream(tokens, ordered=False)
    assert sorted(e["code"] for e in raised.value.details["writeErrors"]) == [121, 11000]
    assert HASH not in told(raised.value)


@pytest.mark.parametrize("key", ["k.s", "old"])
@pytest.mark.usefixtures("mongo")
async def test_indexes_of_the_programs_own(key: str) -> None:
    keys = [("name", pymongo.ASCENDING), (key, pymongo.ASCENDING)]
    await Door.objects.coll().create_index(keys, unique=True)
    await Door(name="a", key=Key(secret="xxx"), old=["xxx"]).save()
    with pytest.raises(UniqueKeyViolationError) as raised:
        await Door(name="a", key=Key(secret="xxx"), old=["xxx"]).save()
    assert HASH not in told(raised.value)
    assert raised.value.key_value == {"name": "a", key: "***"}


def test_a_server_that_does_not_name_the_values() -> None:
    """As before MongoDB 4.4."""
    text = f'E11000 duplicate key error collection: d.Token index: k_1 dup key: {{ : "{HASH}" }}'
    found = violation(DuplicateKeyError(text, 11000, {"errmsg": text}), Token)
    assert found.index_name == "d.Token.$k_1"
    assert HASH not in told(found)
    assert str(found.__cause__).startswith(text.partition("{")[0] + "***")
