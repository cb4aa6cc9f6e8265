"""The service answers what its clients ask, and what is wrong with what they ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from aiomotorengine import registry
from aiomotorengine.database import Database
from aiomotorengine.health import Health
from aiomotorengine.testing import factory
from tests.servers import Server

for library in ("fastapi", "httpx", "pydantic", "python_multipart"):
    pytest.importorskip(library)

import httpx  # noqa: E402

from examples.service.app import app  # noqa: E402
from examples.service.models import Line, Order, Ware  # noqa: E402
from examples.service.wares import MOST_SHOWN  # noqa: E402

pytestmark = pytest.mark.usefixtures("codec")

LAMP = {"sku": "LAMP-1", "name": "Lamp", "category": "light", "price": "19.90", "stock": 3}
TAKEN = "there is a Ware with LAMP-1 already"
BASKET = {"customer": "ada@example.org", "wishes": [{"sku": "LAMP-1", "quantity": 2}]}


@pytest.fixture(scope="session")
def mongo_uri(server: Server) -> str:
    """The servers of this project's tests, in the place of one that is found."""
    return server.uri


@pytest.fixture(autouse=True)
def classes_of_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process of its own it has no classes but these."""
    monkeypatch.setattr(registry, "documents", lambda: [Ware, Line, Order])


@pytest.fixture
async def client(mongo_db: Database) -> AsyncIterator[Any]:
    """Asks the service, which runs from its start to its end in the event loop of the test."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as client,
    ):
        yield client


def wares(**values: Any) -> Any:
    return factory(Ware, sku=lambda number: f"W-{number:03}", price=1, **values)


def wrong_with(answer: Any) -> dict[tuple[str | int, ...], str]:
    """What an answer says to be wrong, by the way to it."""
    assert answer.status_code == 422
    return {tuple(it["loc"]): it["msg"] for it in answer.json()["detail"]}


async def upload(client: Any, content: bytes) -> Any:
    return await client.post("/wares/file", files={"file": ("wares.csv", content)})


async def test_a_service_that_has_started_has_its_indexes(client: Any) -> None:
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["error"] is None
    assert {index.name for index in (await Ware.index_report()).same} == {"category_1"}
    ordered = await Order.index_report()
    assert {index.name for index in ordered.same} == {"customer_1", "lines.ware_1"}


async def test_health_without_a_server(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def gone() -> Health:
        return Health(ok=False, error="nobody answers")

    monkeypatch.setattr("examples.service.app.health", gone)
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()["error"]) == (503, "nobody answers")


async def test_a_ware_is_added_and_found(client: Any) -> None:
    added = await client.post("/wares", json=LAMP | {"cost": "12.00"})
    assert added.status_code == 201
    found = await client.get("/wares/LAMP-1")
    assert found.json().items() >= LAMP.items()
    assert "cost" not in added.json() | found.json()
    stored = await Ware.objects.get(sku="LAMP-1")
    assert stored is not None
    assert str(stored.cost) == "12.00"


async def test_a_ware_that_is_there_already(client: Any) -> None:
    await client.post("/wares", json=LAMP)
    again = await client.post("/wares", json=LAMP | {"name": "Other"})
    assert (again.status_code, again.json()) == (409, {"detail": TAKEN})
    assert (await client.get("/wares/LAMP-1")).json()["name"] == "Lamp"


async def test_nulls_are_no_values(client: Any) -> None:
    nulls = {"category": None, "stock": None}
    answer = await client.post("/wares", json=LAMP | nulls)
    assert set(wrong_with(answer)) == {("body", "category"), ("body", "stock")}
    await client.post("/wares", json=LAMP)
    for name in nulls:
        answer = await client.patch("/wares/LAMP-1", json={name: None})
        assert set(wrong_with(answer)) == {("body", name)}
    less = {name: LAMP[name] for name in ("name", "price")}
    answer = await client.post("/wares", json=less | {"sku": "LAMP-2"})
    assert answer.json().items() >= {"category": "other", "stock": 0}.items()


async def test_a_ware_that_can_not_be(client: Any) -> None:
    answer = await client.post("/wares", json={"sku": "lamp", "price": "-1", "stock": "many"})
    assert set(wrong_with(answer)) == {
        ("body", "sku"),
        ("body", "name"),
        ("body", "price"),
        ("body", "stock"),
    }


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
async def test_a_ware_that_is_not_there(client: Any, method: str) -> None:
    body = {"json": {"stock": 1}} if method == "patch" else {}
    answer = await client.request(method, "/wares/NONE", **body)
    assert (answer.status_code, answer.json()) == (404, {"detail": "no ware NONE"})


async def test_a_change_is_one_command_and_changes_nothing_else(
    client: Any, mongo_commands: list[dict[str, Any]]
) -> None:
    await wares(name="Lamp", stock=3).create(sku="LAMP-1")
    mongo_commands.clear()
    answer = await client.patch("/wares/LAMP-1", json={"price": "25"})
    assert answer.json().items() >= {"name": "Lamp", "stock": 3, "price": "25.00"}.items()
    [command] = mongo_commands
    assert next(iter(command)) == "findAndModify"
    assert set(command["update"]["$set"]) == {"price", "changed"}


async def test_changes_that_can_not_be(client: Any) -> None:
    before = await wares().create(sku="LAMP-1")
    answer = await client.patch("/wares/LAMP-1", json={"stock": -1, "name": ""})
    assert set(wrong_with(answer)) == {("body", "stock"), ("body", "name")}
    answer = await client.patch("/wares/LAMP-1", json={"name": None})
    assert set(wrong_with(answer)) == {("body", "name")}
    answer = await client.patch("/wares/LAMP-1", json={"sku": "LAMP-2"})
    assert (await client.patch("/wares/LAMP-1", json={})).json()["name"] == before.name
    assert [ware.sku async for ware in Ware.objects] == ["LAMP-1"]


async def test_pages(client: Any) -> None:
    await wares(category="light").create_batch(5)
    await wares(category="wood").create_batch(2)
    pages, after = [], None
    while after is not None or not pages:
        query = {"category": "light", "size": 2} | ({"after": after} if after else {})
        page = (await client.get("/wares", params=query)).json()
        pages.append([ware["sku"] for ware in page["wares"]])
        after = page["after"]
    assert pages == [["W-001", "W-002"], ["W-003", "W-004"], ["W-005"]]
    assert len((await client.get("/wares")).json()["wares"]) == 7
    assert (await client.get("/wares?size=101")).status_code == 422


async def test_a_file_is_stored_but_for_what_is_wrong_in_it(client: Any) -> None:
    await wares().create(sku="LAMP-1")
    lines = ["sku,name,price,stock", "LAMP-2,Small lamp,9.90,", "LAMP-1,Lamp,19.90,3"]
    lines += ["lamp,,dear,-1", "LAMP-4,Lamp"]
    answer = (await upload(client, "\r\n".join(lines).encode("utf-8-sig"))).json()
    assert (answer["stored"], answer["refused"]) == (1, 3)
    taken, invalid, short = answer["first_refused"]
    assert (taken["number"], taken["row"]) == (1, ["LAMP-1", "Lamp", "19.90", "3"])
    assert taken["detail"] == TAKEN
    assert {it["loc"][1] for it in invalid["detail"]} == {"sku", "name", "price", "stock"}
    assert (short["number"], short["row"]) == (3, ["LAMP-4", "Lamp"])
    assert short["detail"][0]["loc"] == ["body"]
    stored = await Ware.objects.get(sku="LAMP-2")
    assert stored is not None
    assert (stored.stock, stored.category, str(stored.price)) == (0, "other", "9.90")


async def test_a_file_of_which_much_is_wrong_has_an_answer_of_an_end(client: Any) -> None:
    answer = (await upload(client, b"sku,name,price\n" + b"x,,\n" * (MOST_SHOWN + 5))).json()
    assert (answer["stored"], answer["refused"]) == (0, MOST_SHOWN + 5)
    assert len(answer["first_refused"]) == MOST_SHOWN


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"sku,nmae\nLAMP-1,Lamp\n", "No field of Ware is called 'nmae'"),
        (b"sku,name,price\nLAMP-1,K\xf6ln,1\n", "codec can't decode"),
        (b"sku,name,price\nLAMP-1," + b"x" * 200_000, "field larger than field limit"),
        (b"sku,name\nLAMP-1,Lamp\n", "Field 'price' is required."),
        (b"", "Field 'name' is required."),
    ],
)
async def test_a_file_that_is_none(client: Any, content: bytes, why: str) -> None:
    answer = await upload(client, content)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


async def test_an_order_takes_its_wares_from_the_stock(client: Any) -> None:
    await client.post("/wares", json=LAMP | {"cost": "12.00"})
    answer = await client.post("/orders", json=BASKET)
    assert answer.status_code == 201
    placed = answer.json()
    [line] = placed["lines"]
    assert (placed["total"], line["quantity"], line["ware"]["name"]) == ("39.80", 2, "Lamp")
    assert "cost" not in line["ware"]
    assert (await client.get(f"/orders/{placed['id']}")).json() == placed
    assert (await client.get("/orders", params={"customer": "ada@example.org"})).json() == [placed]
    assert (await client.get("/orders", params={"customer": "eve@example.org"})).json() == []
    assert (await client.get("/wares/LAMP-1")).json()["stock"] == 1


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_an_order_is_placed_as_a_whole_or_not_at_all(client: Any) -> None:
    await client.post("/wares", json=LAMP)
    wishes = [*BASKET["wishes"], {"sku": "SOFA", "quantity": 1}]
    answer = await client.post("/orders", json=BASKET | {"wishes": wishes})
    assert (answer.status_code, answer.json()["detail"]) == (409, "there are not 1 of SOFA")
    answer = await client.post("/orders", json=BASKET | {"customer": "nobody"})
    assert set(wrong_with(answer)) == {("body", "customer")}
    assert (await client.get("/wares/LAMP-1")).json()["stock"] == 3
    assert await Order.objects.count() == 0


@pytest.mark.mongod_only("SecantusDB's transactions are not those of MongoDB")
async def test_two_customers_want_the_same_piece(client: Any) -> None:
    await client.post("/wares", json=LAMP)
    answers = await asyncio.gather(*(client.post("/orders", json=BASKET) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert (await client.get("/wares/LAMP-1")).json()["stock"] == 1


async def test_an_order_that_is_not_there(client: Any) -> None:
    assert (await client.get("/orders/65df1f000000000000000001")).status_code == 404
    assert (await client.get("/orders/none")).status_code == 422


async def test_a_ware_is_removed_unless_it_was_ordered(client: Any) -> None:
    ordered, other = await wares().create_batch(2)
    lines = [Line(ware=ordered, quantity=1, price=ordered.price)]
    await Order(customer="ada@example.org", lines=lines).save()
    assert (await client.delete(f"/wares/{other.sku}")).status_code == 204
    assert (await client.delete(f"/wares/{ordered.sku}")).status_code == 409
    assert [ware.sku async for ware in Ware.objects] == [ordered.sku]


async def test_the_dashboard(client: Any) -> None:
    await wares(category="light", stock=2).create_batch(2, price="1.50")
    await wares(category="wood", stock=7).create(price=100)
    answer = (await client.get("/dashboard")).json()
    assert answer == {
        "wares": 3,
        "orders": 0,
        "few": ["W-001", "W-002"],
        "categories": [
            {"category": "wood", "pieces": 7, "price": "100.00"},
            {"category": "light", "pieces": 4, "price": "1.50"},
        ],
    }


async def test_it_says_what_it_takes_and_gives(client: Any) -> None:
    parts = (await client.get("/openapi.json")).json()["components"]["schemas"]
    assert {"Changes", "Page", "Upload", "Basket", "Figures"} <= set(parts)
    assert parts["Order"]["properties"]["total"] == {"type": "string", "readOnly": True}
