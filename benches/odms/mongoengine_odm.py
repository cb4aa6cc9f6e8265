"""mongoengine, which is not async: on PyMongo's ordinary client."""

# Only `make bench` installs it, so checkers of types may not find it.
# mypy: disable-error-code="import-not-found, import-untyped, misc, no-any-return"

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mongoengine

from benches.odms import DATABASE, Row

__all__ = ["MongoengineOdm"]


class Account(mongoengine.Document):
    name = mongoengine.StringField(required=True, max_length=64)
    mail = mongoengine.EmailField()
    city = mongoengine.StringField(max_length=64)
    age = mongoengine.IntField(min_value=0, max_value=150)
    score = mongoengine.FloatField()
    active = mongoengine.BooleanField()
    joined = mongoengine.DateTimeField()
    tags = mongoengine.ListField(mongoengine.StringField(max_length=32))


class MongoengineOdm:
    def __init__(self, uri: str) -> None:
        mongoengine.connect(DATABASE, host=uri, uuidRepresentation="standard")

    def empty(self) -> None:
        Account.objects.delete()

    def insert(self, rows: Sequence[Row]) -> Any:
        # Its bulk insert does not validate, as the others do; save and create do.
        made = [Account(**row) for row in rows]
        for account in made:
            account.validate()
        return Account.objects.insert(made, load_bulk=False)

    def find(self) -> list[Any]:
        return list(Account.objects)

    def insert_one(self, row: Row) -> Any:
        return Account(**row).save(force_insert=True)

    def close(self) -> None:
        mongoengine.disconnect()
