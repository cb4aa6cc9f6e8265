"""Options of the client arrive there as they were given, on each driver."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from bson.codec_options import DatetimeConversion, TypeCodec, TypeRegistry
from bson.son import SON
from pymongo.errors import PyMongoError
from pymongo.monitoring import CommandListener
from pymongo.server_api import ServerApi

from aiomotorengine import Aggregation, Document, IntField, StringField, U
from aiomotorengine.connection import ConnectionError, connect
from tests.harness import Mongo
from tests.integration.commands import watch


class Pet(Document):
    name = StringField(unique=True)
    age = IntField()


class Listener(CommandListener):
    def started(self, event: Any) -> None: ...

    def succeeded(self, event: Any) -> None: ...

    def failed(self, event: Any) -> None: ...


class Kept(TypeCodec):
    python_type = Pet
    bson_type = bytearray

    def transform_python(self, value: Any) -> Any: ...

    def transform_bson(self, value: Any) -> Any: ...


LISTENER = Listener()
REGISTRY = TypeRegistry([Kept()])
API = ServerApi("1", strict=True)

Read = Callable[[Any], Any]

OPTIONS: list[tuple[dict[str, Any], Read, Any]] = [
    ({"maxPoolSize": 7}, lambda client: client.options.pool_options.max_pool_size, 7),
    ({"minPoolSize": 2}, lambda client: client.options.pool_options.min_pool_size, 2),
    ({"maxConnecting": 3}, lambda client: client.options.pool_options.max_connecting, 3),
    (
        {"maxIdleTimeMS": 4000},
        lambda client: client.options.pool_options.max_idle_time_seconds,
        4.0,
    ),
    (
        {"waitQueueTimeoutMS": 5000},
        lambda client: client.options.pool_options.wait_queue_timeout,
        5.0,
    ),
    ({"connectTimeoutMS": 600}, lambda client: client.options.pool_options.connect_timeout, 0.6),
    ({"socketTimeoutMS": 700}, lambda client: client.options.pool_options.socket_timeout, 0.7),
    (
        {"serverSelectionTimeoutMS": 800},
        lambda client: client.options.server_selection_timeout,
        0.8,
    ),
    ({"timeoutMS": 900}, lambda client: client.options.timeout, 0.9),
    ({"appname": "till"}, lambda client: client.options.pool_options.appname, "till"),
    (
        {"compressors": "zlib"},
        lambda client: client.options.pool_options._compression_settings.compressors,
        ["zlib"],
    ),
    (
        {"username": "ada", "password": "secret", "authSource": "people"},
        lambda client: client.options.pool_options._credentials[1:4],
        ("people", "ada", "secret"),
    ),
    (
        {"tls": True, "tlsAllowInvalidHostnames": True},
        lambda client: client.options.pool_options._ssl_context.check_hostname,
        False,
    ),
    ({"server_api": API}, lambda client: client.options.pool_options.server_api, API),
    (
        {"event_listeners": [LISTENER]},
        # Others may be registered for all clients of the process.
        lambda client: [it for it in client.options.event_listeners if isinstance(it, Listener)],
        [LISTENER],
    ),
    ({"directConnection": True}, lambda client: client.options.direct_connection, True),
    ({"loadBalanced": True}, lambda client: client.options.load_balanced, True),
    ({"retryWrites": False}, lambda client: client.options.retry_writes, False),
    ({"retryReads": False}, lambda client: client.options.retry_reads, False),
    ({"readPreference": "secondary"}, lambda client: client.read_preference.name, "Secondary"),
    ({"readConcernLevel": "majority"}, lambda client: client.read_concern.level, "majority"),
    (
        {"w": "majority", "wTimeoutMS": 10, "j": True},
        lambda client: client.write_concern.document,
        {"w": "majority", "wtimeout": 10, "j": True},
    ),
    ({"tz_aware": True}, lambda client: client.codec_options.tz_aware, True),
    ({"document_class": SON}, lambda client: client.codec_options.document_class, SON),
    ({"type_registry": REGISTRY}, lambda client: client.codec_options.type_registry, REGISTRY),
    (
        {"unicode_decode_error_handler": "ignore"},
        lambda client: client.codec_options.unicode_decode_error_handler,
        "ignore",
    ),
    (
        {"datetime_conversion": "DATETIME_MS"},
        lambda client: client.codec_options.datetime_conversion,
        DatetimeConversion.DATETIME_MS,
    ),
]


@pytest.mark.parametrize(
    ("options", "read", "expected"), OPTIONS, ids=["-".join(options) for options, _, _ in OPTIONS]
)
def test_options_reach_the_client(
    driver: str, options: dict[str, Any], read: Read, expected: Any
) -> None:
    assert read(connect("shop", host="a", **options).connection) == expected


def test_the_librarys_own_keywords_do_not_reach_the_client(recording: ModuleType) -> None:
    connect("shop", driver="recording", auto_index=True, io_loop=None, w=1)
    assert recording.made[0].settings == {"w": 1, "uuidRepresentation": "standard"}


@pytest.mark.parametrize("value", ["yes", [], 2])
def test_an_auto_index_that_is_none(driver: str, value: Any) -> None:
    with pytest.raises(ConnectionError, match="auto_index must be True, False or None"):
        connect("shop", auto_index=value)


@pytest.mark.mongod_only("SecantusDB knows no versions of the API")
async def test_what_models_do_is_in_the_stable_api(mongo: Mongo) -> None:
    commands = watch(mongo, server_api=API)
    ada = await Pet.objects.create(name="Ada", age=1)
    ada.age = 2
    await ada.save()
    await Pet.objects.bulk_insert([Pet(name="Eva", age=3), Pet(name="Ida", age=4)])
    assert await Pet.objects.filter(age__gt=2).count() == 2
    assert [pet.name async for pet in Pet.objects.order_by("age")] == ["Ada", "Eva", "Ida"]
    await Pet.objects.filter(name="Eva").update(U.inc(age=1))
    found = await Pet.objects.filter(name="Eva").find_one_and_update(U.inc(age=1))
    assert found is not None
    await Pet.objects.aggregate.group_by(Aggregation.sum(Pet.age)).fetch()
    await Pet.ensure_indexes()
    assert await Pet.objects.filter(name="Ida").delete() == 1
    assert {command["apiVersion"] for _, command in commands.sent} == {"1"}


@pytest.mark.mongod_only("fail points are MongoDB's own")
@pytest.mark.parametrize("command", ["insert", "find", "update", "delete", "aggregate"])
async def test_the_clients_own_timeout_holds_for_models(mongo: Mongo, command: str) -> None:
    calls: dict[str, Callable[[], Any]] = {
        "insert": lambda: Pet.objects.bulk_insert([Pet(name="Eva")]),
        "find": Pet.objects.find_all,
        "update": lambda: Pet.objects.filter(name="Eva").update(U.inc(age=1)),
        "delete": Pet.objects.filter(name="Eva").delete,
        "aggregate": Pet.objects.count,
    }
    await Pet.ensure_index()
    data = {"failCommands": [command], "blockConnection": True, "blockTimeMS": 3_000}
    admin = mongo.database.connection.admin
    await admin.command("configureFailPoint", "failCommand", mode={"times": 1}, data=data)
    watch(mongo, timeoutMS=500, retryReads=False, retryWrites=False)
    with pytest.raises(PyMongoError) as late:
        await calls[command]()
    assert late.value.timeout
