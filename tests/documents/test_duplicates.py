"""What a duplicate says of the fields that it is about."""

from __future__ import annotations

import pickle

import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    Index,
    IntField,
    PasswordField,
    StringField,
    U,
)
from aiomotorengine.errors import UniqueKeyViolationError
from tests.harness import Mongo


class Plate(EmbeddedDocument):
    number = StringField(db_field="n")


class Bus(Document):
    __indexes__ = (Index("plate.number", "year", unique=True),)
    line = StringField(db_field="l", unique=True)
    plate = EmbeddedDocumentField(Plate, db_field="p")
    year = IntField(db_field="y")


class Tram(Document):
    line = StringField(primary_key=True)


class Badge(Document):
    secret = PasswordField(db_field="s", unique=True)


async def test_a_duplicate_names_the_attributes(mongo: Mongo) -> None:
    await Bus.ensure_indexes()
    await Bus(line="a", plate=Plate(number="x"), year=1).save()
    other = await Bus(line="b", plate=Plate(number="y"), year=1).save()
    assert other is not None
    for line, number, fields in (("a", "z", ("line",)), ("c", "x", ("plate.number", "year"))):
        bus = Bus(line=line, plate=Plate(number=number), year=1)
        with pytest.raises(UniqueKeyViolationError) as caught:
            await bus.save()
        assert caught.value.fields == fields
        assert pickle.loads(pickle.dumps(caught.value)).fields == fields
        with pytest.raises(UniqueKeyViolationError) as caught:
            await Bus.objects.bulk_insert([bus])
        assert caught.value.fields == fields
    with pytest.raises(UniqueKeyViolationError) as caught:
        await other.update(U.set(line="a"))
    assert caught.value.fields == ("line",)


async def test_a_key_and_a_password(mongo: Mongo) -> None:
    await Tram(line="a").save()
    with pytest.raises(UniqueKeyViolationError) as caught:
        await Tram(line="a").save()
    assert caught.value.fields == ("line",)
    await Badge(_id=1, secret="x").save()
    with pytest.raises(UniqueKeyViolationError) as caught:
        await Badge(_id=2, secret="x").save()
    assert caught.value.fields == ("secret",)
    with pytest.raises(UniqueKeyViolationError) as caught:
        await Badge.objects.create(_id=1, secret="y")
    assert caught.value.fields == ("id",)


def test_an_error_that_says_nothing() -> None:
    error = UniqueKeyViolationError("text", "E11000", "duplicate key error", "l_1", Bus)
    assert error.fields == ()
