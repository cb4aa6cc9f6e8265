"""A server that asks for a password, and speaks TLS; on each driver."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from pymongo.errors import OperationFailure

from aiomotorengine import Document, IntField
from aiomotorengine.connection import connect
from aiomotorengine.health import health
from tests.servers import NotAvailableError, kinds, mongod_program, process

TLS = Path(__file__).with_name("tls")
CERTIFICATE = TLS / "server.pem"
AUTHORITY = str(TLS / "ca.pem")
USER, PASSWORD = "ada", "p@ss/w:rd"


class Pet(Document):
    age = IntField()


def command(directory: Path, port: int) -> list[str]:
    return [
        *(str(mongod_program()), "--bind_ip", "127.0.0.1", "--port", str(port)),
        *("--dbpath", str(directory), "--wiredTigerCacheSizeGB", "0.25", "--auth"),
        *("--tlsMode", "preferTLS", "--tlsCertificateKeyFile", str(CERTIFICATE)),
    ]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where a server is that has one user."""
    try:
        kinds()["mongod"].version()
    except (KeyError, NotAvailableError) as reason:
        pytest.skip(f"it takes a mongod of its own: {reason}")
    with process.running(command) as port:
        with process.client(port) as client:  # the first user may be made by anybody
            client.admin.command("createUser", USER, pwd=PASSWORD, roles=["root"])
        yield port


WAYS: dict[str, Any] = {
    "keywords": lambda port: {
        "db": "shop",
        "host": "127.0.0.1",
        "port": port,
        "username": USER,
        "password": PASSWORD,
    },
    "a URI": lambda port: {
        "db": f"mongodb://{USER}:{quote_plus(PASSWORD)}@127.0.0.1:{port}/shop?authSource=admin"
    },
    "a URI and keywords": lambda port: {
        "db": f"mongodb://127.0.0.1:{port}/shop",
        "username": USER,
        "password": PASSWORD,
        "authSource": "admin",
        "authMechanism": "SCRAM-SHA-256",
    },
}


@pytest.mark.parametrize("way", WAYS)
async def test_logging_in(driver: str, port: int, way: str) -> None:
    async with connect(**WAYS[way](port)):
        await Pet.objects.delete()
        await Pet(age=3).save()
        await Pet.objects.bulk_insert([Pet(age=4)])
        assert [pet.age async for pet in Pet.objects.order_by("age")] == [3, 4]
        assert (await health()).ok


async def test_a_wrong_password(driver: str, port: int) -> None:
    wrong = "hunter2"
    settings = WAYS["keywords"](port) | {"password": wrong}
    async with connect(**settings):
        with pytest.raises(OperationFailure) as refusal:
            await Pet(age=3).save()
        state = await health()
    assert refusal.value.code == 18
    assert not state.ok
    assert state.error is not None and "Authentication failed." in state.error
    assert wrong not in f"{state} {refusal.value}"


async def test_nobody(driver: str, port: int) -> None:
    async with connect("shop", host="127.0.0.1", port=port):
        with pytest.raises(OperationFailure) as refusal:
            await Pet.objects.count()
    assert refusal.value.code == 13


@pytest.mark.parametrize("options", [{"tlsCAFile": AUTHORITY}, {"tlsInsecure": True}], ids=str)
async def test_tls(driver: str, port: int, options: dict[str, Any]) -> None:
    async with connect(**WAYS["keywords"](port), tls=True, **options) as database:
        await Pet(age=3).save()
        status = await database.client.admin.command("serverStatus")
        assert (await health()).ok
    assert status["transportSecurity"]


# PyMongo's async client leaves the socket behind if it is closed while its monitor connects.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
async def test_a_certificate_that_nobody_vouches_for(driver: str, port: int) -> None:
    async with connect(**WAYS["a URI"](port), tls=True):
        state = await health(timeout=1)
    assert not state.ok
    assert state.error is not None and "certificate verify failed" in state.error
    assert PASSWORD not in state.error and quote_plus(PASSWORD) not in state.error
