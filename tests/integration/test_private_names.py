"""The names of PyMongo's own that the library rests on: listed, and there."""

from __future__ import annotations

import ast
import asyncio
from asyncio import sslproto
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pymongo
import pytest
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, MongoClient, message
from pymongo.asynchronous.bulk import _AsyncBulk
from pymongo.asynchronous.pool import AsyncConnection, Pool
from pymongo.errors import PyMongoError
from pymongo.operations import InsertOne
from pymongo.synchronous.bulk import _Bulk
from pymongo.synchronous.pool import Connection

import aiomotorengine
from aiomotorengine.codec.encoded_document import RAW_BSON_MARKER
from aiomotorengine.drivers.private_names import PRIVATE_NAMES, bound_sessions
from tests.servers import Server

LOOKED_FOR_BY_PYMONGO = {"_type_marker", "_add_to_bulk"}
OF_BULKS = {"gen_ordered", "gen_unordered", "ops"}
OF_CONNECTIONS = {"conn", "is_mongos", "is_repl", "supports_sessions"}
OF_TRANSACTIONS = {"has_completed_command", "set_starting"}
OF_ENUMS = {"_name_", "_value_", "_value2member_map_"}
OF_PYTHON = {"_getframe", "_is_gil_enabled", "_replace", *OF_ENUMS}


# -- listed --------------------------------------------------------------------------------------


def is_private(name: object) -> bool:
    return isinstance(name, str) and name.startswith("_") and not name.startswith("__")


def names_used(tree: ast.AST) -> Iterator[str]:
    """The private names that a module asks objects for."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name):
                yield name
            case ast.Call(
                func=ast.Name(id="getattr" | "hasattr" | "setattr"),
                args=[_, ast.Constant(value=str(name)), *_],
            ):
                yield name


def names_made(tree: ast.AST) -> Iterator[str]:
    """The names that a module gives to functions, classes and attributes itself."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ClassDef(name=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store(), value=ast.Name(id="self" | "cls")):
                yield name
            case ast.Dict(keys=keys):  # of a class that is made by a call
                yield from (key.value for key in keys if isinstance(key, ast.Constant))


def test_all_private_names_are_listed() -> None:
    sources = Path(aiomotorengine.__file__).parent.rglob("*.py")
    trees = [ast.parse(source.read_text(encoding="utf-8")) for source in sources]
    used = {name for tree in trees for name in names_used(tree) if is_private(name)}
    made = {name for tree in trees for name in names_made(tree)}
    undocumented = OF_BULKS | OF_CONNECTIONS | OF_TRANSACTIONS
    listed = PRIVATE_NAMES.keys() - LOOKED_FOR_BY_PYMONGO - undocumented
    assert used - made - OF_PYTHON == listed - made
    assert PRIVATE_NAMES.keys() & made >= LOOKED_FOR_BY_PYMONGO


# -- there ---------------------------------------------------------------------------------------


def raw_documents_are_marked() -> bool:
    return RawBSONDocument._type_marker == RAW_BSON_MARKER


def requests_add_themselves() -> bool:
    class Bulk:
        added: list[Any] = []  # noqa: RUF012  # of this call alone

        def add_insert(self, document: Any) -> None:
            self.added.append(document)

    InsertOne({"_id": 1})._add_to_bulk(Bulk())  # type: ignore[arg-type]
    return Bulk.added == [{"_id": 1}]


def both_clients_have(name: str) -> bool:
    return hasattr(MongoClient, name) and hasattr(AsyncMongoClient, name)


def both_clients_read_sessions_from_one_variable() -> bool:
    lookups: tuple[Any, Any] = (MongoClient._get_bound_session, AsyncMongoClient._get_bound_session)
    return None not in map(bound_sessions, lookups)


def bulks_have(name: str) -> bool:
    return hasattr(_AsyncBulk, name) and hasattr(_Bulk, name)


def bulks_keep(name: str) -> bool:
    return all(name in bulk.__init__.__code__.co_names for bulk in (_AsyncBulk, _Bulk))


def connections_keep(name: str) -> bool:
    greetings = (AsyncConnection._hello, Connection._hello)
    return all(name in greeting.__code__.co_names for greeting in greetings)


def cursors_keep(name: str) -> bool:
    client: MongoClient[dict[str, Any]]
    with MongoClient(connect=False) as client:
        cursors = [client.db.c.find(), AsyncMongoClient(connect=False).db.c.find()]
    return all(name in vars(cursor) for cursor in cursors)


def collections_keep(name: str) -> bool:
    client: MongoClient[dict[str, Any]]
    with MongoClient(connect=False) as client:
        collections = [client.db.c, AsyncMongoClient(connect=False).db.c]
    return all(name in vars(collection) for collection in collections)


def sessions_have(name: str) -> bool:
    client: MongoClient[dict[str, Any]]
    with MongoClient(connect=False) as client, client.start_session() as session:
        other = AsyncMongoClient(connect=False).start_session()
        return hasattr(session, name) and hasattr(other, name)


def transactions_have(name: str) -> bool:
    client: MongoClient[dict[str, Any]]
    with MongoClient(connect=False) as client, client.start_session() as session:
        other = AsyncMongoClient(connect=False).start_session()
        return hasattr(session._transaction, name) and hasattr(other._transaction, name)


CHECKS: dict[str, Callable[[], bool]] = {
    "_type_marker": raw_documents_are_marked,
    "_add_to_bulk": requests_add_themselves,
    "gen_ordered": lambda: bulks_have("gen_ordered"),
    "gen_unordered": lambda: bulks_have("gen_unordered"),
    "_write_response_codec_options": lambda: collections_keep("_write_response_codec_options"),
    "ops": lambda: bulks_keep("ops"),
    "_start_session": lambda: both_clients_have("_start_session"),
    "_start_retryable_write": lambda: sessions_have("_start_retryable_write"),
    "_apply_to": lambda: sessions_have("_apply_to"),
    "is_mongos": lambda: connections_keep("is_mongos"),
    "is_repl": lambda: connections_keep("is_repl"),
    "supports_sessions": lambda: connections_keep("supports_sessions"),
    "_finish_transaction_with_retry": lambda: sessions_have("_finish_transaction_with_retry"),
    "_csot": lambda: hasattr(pymongo, "_csot") and hasattr(pymongo._csot, "remaining"),
    "set_starting": lambda: transactions_have("set_starting"),
    "has_completed_command": lambda: transactions_have("has_completed_command"),
    "_error_labels": lambda: "_error_labels" in vars(PyMongoError()),
    "_batch_size": lambda: cursors_keep("_batch_size"),
    "_data": lambda: cursors_keep("_data"),
    "_close_cursor_soon": lambda: both_clients_have("_close_cursor_soon"),
    "_CursorAddress": lambda: message._CursorAddress(("a", 1), "d.c").namespace == "d.c",
    "_get_bound_session": lambda: both_clients_have("_get_bound_session"),
    "_SESSION": both_clients_read_sessions_from_one_variable,
    "_transaction": lambda: sessions_have("_transaction"),
    "_starting_transaction": lambda: sessions_have("_starting_transaction"),
}


@pytest.mark.parametrize("name", CHECKS)
async def test_pymongo_has_the_name(name: str) -> None:
    assert CHECKS[name](), f"without {name}: {PRIVATE_NAMES[name]}"


async def test_the_way_to_the_sockets_of_a_client(server: Server) -> None:
    client: Any = AsyncMongoClient(server.uri, _pool_class=Pool)
    try:
        await client.admin.command("ping")
        assert client._loop is asyncio.get_running_loop()
        assert client._closed is False
        (member, *_) = client._topology._servers.values()
        (connection, *_) = member._pool.conns
        transport, _ = connection.conn.conn
        assert transport._sock is not None
    finally:
        await client.close()
    assert "_ssl_protocol" in sslproto._SSLProtocolTransport.__init__.__code__.co_names
    assert "_transport" in sslproto.SSLProtocol.connection_made.__code__.co_names
    ways = {"_closed", "_loop", "_pool_class", "_sock", "_ssl_protocol", "_transport", "conn"}
    assert PRIVATE_NAMES.keys() == CHECKS.keys() | ways
