"""Documents as bodies and responses of FastAPI."""

from typing import Annotated, Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    StringField,
)
from aiomotorengine.errors import UniqueKeyViolationError

PydanticObjectId: Any = pytest.importorskip("aiomotorengine.pydantic").PydanticObjectId
fastapi = pytest.importorskip("fastapi")
testclient = pytest.importorskip("fastapi.testclient")


class Home(EmbeddedDocument):
    town = StringField(required=True)


class User(Document):
    name = StringField(db_field="n", required=True)
    age = IntField(min_value=0, default=0)
    homes = ListField(EmbeddedDocumentField(Home))
    password = PasswordField()


class Guest(Document):
    __dynamic__ = False
    name = StringField(required=True)


STORED = [User(_id=ObjectId("1" * 24), name="Ada", password="hunter2"), User(name="Eva")]


@pytest.fixture(scope="module")
def client() -> Any:
    app = fastapi.FastAPI()

    @app.post("/users")
    async def add(user: Annotated[User, fastapi.Body()]) -> User:
        return user

    @app.post("/many")
    async def add_many(users: list[User]) -> list[User]:
        return users

    form: Any = User.pydantic_model("Form")

    @app.post("/form")
    async def add_form(user: form) -> Any:
        return user

    guest: Any = Guest.pydantic_model()

    @app.post("/guest")
    async def add_guest(guest: guest) -> Any:
        return guest

    @app.post("/guests")
    async def add_guests(guests: list[guest]) -> Any:
        return guests

    @app.post("/badge")
    async def add_badge(id: Annotated[PydanticObjectId, fastapi.Body()]) -> Any:
        return str(id)

    @app.get("/users")
    async def users() -> list[User]:
        return STORED

    @app.get("/some", response_model=User, response_model_include={"name"})
    async def some() -> Any:
        return STORED[0]

    @app.get("/mapping", response_model=User)
    async def mapping() -> Any:
        return {"_id": "1" * 24, "n": "Ada"}

    return testclient.TestClient(app)


def test_a_body_becomes_a_document_and_a_document_a_response(client: Any) -> None:
    answer = client.post("/users", json={"name": "Ada", "homes": [{"town": "Ur"}]})
    assert answer.json() == {"id": None, "name": "Ada", "age": 0, "homes": [{"town": "Ur"}]}


def test_what_is_wrong_with_a_body_is_told_for_each_field(client: Any) -> None:
    answer = client.post("/users", json={"age": -1, "homes": [{}]})
    assert answer.status_code == 422
    assert [it["loc"] for it in answer.json()["detail"]] == [
        ["body", "name"],
        ["body", "age"],
        ["body", "homes", 0, "town"],
    ]
    answer = client.post("/many", json=[{"name": "Ada"}, {}])
    assert [it["loc"] for it in answer.json()["detail"]] == [["body", 1, "name"]]


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/users", r'{"name": "\ud800"}', ["name"]),
        ("/users", r'{"name": "Ada", "homes": [{"town": "a\udfff"}]}', ["homes", 0, "town"]),
        ("/users", r'{"name": "Ada", "nick": {"a": ["\ud800"]}}', ["nick", "a", 0]),
        ("/users", r'{"name": "Ada", "nick": {"\ud800": 1}}', ["nick"]),
        ("/users", r'{"name": "Ada", "\ud800": 1}', [r"\ud800"]),
        ("/users", r'{"name": "Ada", "age": "\ud800"}', ["age"]),
        ("/many", r'[{"name": "Ada"}, {"name": "\udc00"}]', [1, "name"]),
        ("/form", r'{"name": "\ud800"}', ["name"]),
        ("/form", r'{"name": "Ada", "homes": [{"town": "\ud800"}]}', ["homes", 0, "town"]),
    ],
)
def test_half_a_surrogate_pair_is_refused(
    client: Any, path: str, body: str, place: list[Any]
) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post(path, content=body, headers=headers)
    assert answer.status_code == 422
    (error,) = answer.json()["detail"]
    assert (error["type"], error["loc"]) == ("invalid", ["body", *place])


@pytest.mark.parametrize(
    ("path", "body", "places"),
    [
        ("/users", r'"\ud800"', [[]]),
        ("/users", r'["\ud800"]', [[]]),
        ("/badge", r'"\ud800"', [[]]),
        ("/guest", r'"\ud800"', [[]]),
        ("/guest", r'["\ud800"]', [[]]),
        ("/guest", r'{"name": "Ada", "\ud800": 1}', [[]]),
        ("/guest", r'{"name": "Ada", "nick": {"\ud800": 1}}', [["nick"]]),
        ("/guest", r'{"nick": "\ud800"}', [["name"], ["nick"]]),
        ("/guests", r'[{"nick": "\ud800"}]', [[0, "name"], [0, "nick"]]),
    ],
)
def test_half_a_surrogate_pair_in_what_pydantic_refuses(
    client: Any, path: str, body: str, places: list[list[Any]]
) -> None:
    headers = {"content-type": "application/json"}
    answer = client.post(path, content=body, headers=headers)
    assert answer.status_code == 422
    assert [it["loc"] for it in answer.json()["detail"]] == [["body", *it] for it in places]
    assert all(r"\ud800" in repr(it["input"]) for it in answer.json()["detail"])


def test_whole_surrogate_pairs_and_passwords_of_half_of_one(client: Any) -> None:
    headers = {"content-type": "application/json"}
    body = r'{"name": "\ud83d\ude00", "password": "\ud800"}'
    answer = client.post("/users", content=body, headers=headers)
    assert answer.json()["name"] == "\N{GRINNING FACE}"


def test_lists_and_parts_and_mappings(client: Any) -> None:
    assert [it["id"] for it in client.get("/users").json()] == ["1" * 24, None]
    assert "hunter2" not in client.get("/users").text
    assert client.get("/some").json() == {"name": "Ada"}
    assert client.get("/mapping").json()["id"] == "1" * 24


def test_the_openapi_schema(client: Any) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert {"User-Input", "User-Output"} <= schemas.keys()
    assert "password" in schemas["User-Input"]["properties"]
    assert "password" not in schemas["User-Output"]["properties"]


async def test_a_body_with_the_id_of_another_document_overwrites_nothing(mongo: Any) -> None:
    httpx = pytest.importorskip("httpx")
    app = fastapi.FastAPI()

    @app.post("/users", status_code=201)
    async def add(user: Annotated[User, fastapi.Body()]) -> User:
        return await user.save()  # type: ignore[return-value]

    @app.exception_handler(UniqueKeyViolationError)
    async def taken(request: Any, error: UniqueKeyViolationError) -> Any:
        return fastapi.responses.JSONResponse({}, 409)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://users") as client:
        first = await client.post("/users", json={"id": "2" * 24, "name": "Ada", "age": 36})
        again = await client.post("/users", json={"id": "2" * 24, "name": "Eva"})
    assert (first.status_code, again.status_code) == (201, 409)
    found = await User.objects.get(ObjectId("2" * 24))
    assert (found.name, found.age) == ("Ada", 36)
