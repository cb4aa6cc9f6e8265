"""Clients that encrypt by themselves get dicts, and models need nothing for it."""

from __future__ import annotations

import pytest
from bson.binary import Binary
from pymongo.client_options import ClientOptions

from aiomotorengine import (
    Aggregation,
    AnyField,
    BinaryField,
    Document,
    IntField,
    ListField,
    StringField,
    U,
)
from aiomotorengine.wire.replies import serves_bytes, with_replies_as_bytes
from tests.harness import Mongo

CIPHERTEXT = Binary(bytes(range(40)), 6)
"""What ``ClientEncryption.encrypt`` gives is of this subtype."""


class Patient(Document):
    name = StringField()
    age = IntField()
    notes = ListField(StringField())


class Record(Document):
    plain = BinaryField()
    any = AnyField()


@pytest.fixture
def encrypting(mongo: Mongo, monkeypatch: pytest.MonkeyPatch) -> Mongo:
    """The client says that it encrypts. To do it takes a package that is not needed here."""
    monkeypatch.setattr(ClientOptions, "auto_encryption_opts", property(lambda self: object()))
    return mongo


async def test_no_bytes_are_taken_from_the_driver(encrypting: Mongo) -> None:
    collection = Patient.objects.coll()
    assert with_replies_as_bytes(collection) is collection
    assert not serves_bytes(collection)


async def test_models_work_as_ever(encrypting: Mongo, codec: str) -> None:
    ada = await Patient(name="Ada", age=1, notes=["a"]).save()
    ada.age = 2
    await ada.save()
    await Patient.objects.bulk_insert([Patient(name=f"P{n}", age=n) for n in range(3)])
    report = await Patient.objects.insert_stream(Patient(name=f"S{n}", age=9) for n in range(2))
    assert len(report.inserted) == 2
    assert [found.name async for found in Patient.objects.order_by("name").limit(3)] == [
        "Ada",
        "P0",
        "P1",
    ]
    assert len(await Patient.objects.find_all()) == await Patient.objects.count() == 6
    loaded = await Patient.objects.get(ada.id)
    assert loaded is not None and (loaded.age, loaded.notes) == (2, ["a"])
    changed = await Patient.objects.filter(name="P1").find_one_and_update(U.push(notes="b"))
    assert changed is not None
    assert (await Patient.objects.get(name="P1")).notes == ["b"]
    assert (await Patient.objects.filter(age=9).update(U.inc(age=1))).count == 2
    await ada.reload()
    (total,) = await Patient.objects.aggregate.group_by(
        Aggregation.sum(Patient.age, alias="total")
    ).fetch()
    assert total.total == 2 + 0 + 1 + 2 + 10 + 10
    assert await Patient.objects.delete() == 6


async def test_values_that_the_program_encrypts_are_kept(mongo: Mongo, codec: str) -> None:
    record = await Record(any=CIPHERTEXT, plain=CIPHERTEXT).save()
    loaded = await Record.objects.get(record.id)
    assert loaded is not None
    assert loaded.any == CIPHERTEXT
    assert loaded.any.subtype == 6
    assert bytes(loaded.plain) == bytes(CIPHERTEXT)
    await loaded.save()
    stored = await Record.objects.coll().find_one({}, {"_id": 0})
    assert stored["any"] == CIPHERTEXT
    assert stored["plain"] == CIPHERTEXT
