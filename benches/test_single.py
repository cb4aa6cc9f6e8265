"""One document at a time, against the driver's own call with a dict, in the client's CPU time.

What is saved again has changed, as with a program: a server takes a replacement that is equal to
what is stored for none, answers at once, and the driver does not even have to wait.

Each round makes many calls, one after the other, and the next round is the driver's; what counts
is the ratio of the medians, since a call waits for the server, which makes single ones uneven.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest
from pymongo import ReturnDocument

from aiomotorengine import U
from benches.client import Client, client_of
from benches.tables import Target
from tests.servers import Server
from tests.zoo.shapes import S1

CALLS = 100
ROUNDS = {"native": 31, "python": 3}
TARGET = Target(1.10, of_median=True)
DRIVERS_OWN = {
    "save, new": "insert_one",
    "save, again": "replace_one",
    "get": "find_one",
    "first": "find_one",
    "count": "count_documents",
    "update_one": "update_one",
    "find_one_and_update": "find_one_and_update",
}
MODEL = S1.document_class

Each = Callable[[Any], Awaitable[Any]]


async def in_turn(call: Each, arguments: list[Any]) -> None:
    for argument in arguments:
        await call(argument)


def stored(client: Client) -> list[Any]:
    """Documents that are in the database, and nothing else is."""
    client.empty(MODEL)
    documents = S1.documents(CALLS)
    client.run(in_turn(lambda document: document.save(), documents))
    return documents


@pytest.mark.mongod_only("figures are wanted for MongoDB itself")
@pytest.mark.parametrize("operation", DRIVERS_OWN)
def test_single(
    operation: str, server: Server, driver: str, codec: str, compare: Callable[..., float]
) -> None:
    with client_of(server, driver) as client:
        documents = stored(client)
        collection = MODEL.objects.coll()
        ids = [document._id for document in documents]
        sons = [{"_id": document._id, **document.to_son()} for document in documents]

        ours: dict[str, Each] = {
            "save, new": lambda document: document.save(),
            "save, again": lambda document: document.save(),
            "get": lambda id: MODEL.objects.get(id),
            "first": lambda id: MODEL.objects.filter(_id=id).first(),
            "count": lambda id: MODEL.objects.filter(_id=id).count(),
            "update_one": lambda id: MODEL.objects.filter(_id=id).update_one(U.inc(age=1)),
            "find_one_and_update": lambda id: MODEL.objects.filter(_id=id).find_one_and_update(
                U.inc(age=1)
            ),
        }
        theirs: dict[str, Each] = {
            "save, new": lambda row: collection.insert_one(row),
            "save, again": lambda son: collection.replace_one({"_id": son["_id"]}, son),
            "get": lambda id: collection.find_one({"_id": id}),
            "first": lambda id: collection.find_one({"_id": id}),
            "count": lambda id: collection.count_documents({"_id": id}),
            "update_one": lambda id: collection.update_one({"_id": id}, {"$inc": {"age": 1}}),
            "find_one_and_update": lambda id: collection.find_one_and_update(
                {"_id": id}, {"$inc": {"age": 1}}, return_document=ReturnDocument.AFTER
            ),
        }
        numbers = count()

        def arguments(*, of_driver: bool) -> list[Any]:
            if operation == "save, new":
                return S1.rows(CALLS) if of_driver else S1.documents(CALLS)
            if operation != "save, again":
                return ids
            age = next(numbers)
            for document, son in zip(documents, sons, strict=True):
                document.age = son["age"] = age
            return sons if of_driver else documents

        compare(
            lambda arguments: client.run(in_turn(ours[operation], arguments)),
            lambda arguments: client.run(in_turn(theirs[operation], arguments)),
            table="one at a time, client CPU, vs the same driver's own call with a dict",
            row=f"{codec}, {driver}",
            column=f"`{operation}`, vs `{DRIVERS_OWN[operation]}`",
            target=TARGET if codec == "native" and operation != "count" else None,
            rounds=ROUNDS[codec],
            before_work=lambda: (arguments(of_driver=False),),
            before_yardstick=lambda: (arguments(of_driver=True),),
        )
