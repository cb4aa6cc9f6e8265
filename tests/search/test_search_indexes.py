"""Search indexes: what is declared, and what a server is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import OperationFailure

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    ListField,
    ObjectIdField,
    SearchIndex,
    StringField,
    UUIDField,
    VectorField,
    VectorSearchIndex,
)
from aiomotorengine.errors import IndexConflictError, InvalidDocumentError, SearchUnavailableError
from aiomotorengine.search import ensuring
from tests.harness import Mongo


class Part(Document):
    text = StringField(db_field="t")
    size = IntField()


class Article(Document):
    title = StringField(db_field="n")
    words = ListField(StringField())
    made = DateTimeField()
    key = UUIDField()
    owner = ObjectIdField()
    score = FloatField()
    part = EmbeddedDocumentField(Part, db_field="p")
    parts = ListField(EmbeddedDocumentField(Part))
    vector = VectorField(dimensions=3, db_field="v")
    numbers = ListField(FloatField())


def test_fields_are_searched_by_their_types() -> None:
    index = SearchIndex(
        "title", "words", Article.made, "key", "owner", "score", "part.text", "parts"
    )
    assert index.definition(Article).document == {
        "name": "default",
        "type": "search",
        "definition": {
            "mappings": {
                "dynamic": False,
                "fields": {
                    "n": {"type": "string"},
                    "words": {"type": "string"},
                    "made": {"type": "date"},
                    "key": {"type": "uuid"},
                    "owner": {"type": "objectId"},
                    "score": {"type": "number"},
                    "p": {"type": "document", "fields": {"t": {"type": "string"}}},
                    "parts": {"type": "document", "dynamic": True},
                },
            }
        },
    }


def test_mappings_and_other_parts_of_a_definition() -> None:
    mappings = {"dynamic": True}
    index = SearchIndex(name="all", mappings=mappings, analyzer="lucene.english")
    assert index.definition(Article).definition == {
        "mappings": mappings,
        "analyzer": "lucene.english",
    }
    assert SearchIndex(dynamic=True).definition(Article).definition == {
        "mappings": {"dynamic": True}
    }


def test_vectors() -> None:
    index = VectorSearchIndex("vector", filters=["title", "part.size"], quantization="scalar")
    assert index.definition(Article).document == {
        "name": "vector",
        "type": "vectorSearch",
        "definition": {
            "fields": [
                {
                    "type": "vector",
                    "path": "v",
                    "numDimensions": 3,
                    "similarity": "cosine",
                    "quantization": "scalar",
                },
                {"type": "filter", "path": "n"},
                {"type": "filter", "path": "p.size"},
            ]
        },
    }
    index = VectorSearchIndex("numbers", dimensions=2, similarity="euclidean")
    (field,) = index.definition(Article).definition["fields"]
    assert (field["numDimensions"], field["similarity"]) == (2, "euclidean")


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (
            VectorSearchIndex("numbers"),
            "VectorSearchIndex 'vector': give dimensions, here or to the field 'numbers'.",
        ),
        (VectorSearchIndex("nmae"), "VectorSearchIndex 'vector': Article has no field 'nmae'."),
        (SearchIndex("nmae"), "SearchIndex 'default': Article has no field 'nmae'."),
    ],
    ids=["dimensions", "vector", "search"],
)
def test_what_cannot_be_declared(index: Any, message: str) -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        index.definition(Article)
    assert str(refusal.value) == message


# -- against a server ------------------------------------------------------------------------------


def searched(*indexes: Any) -> Any:
    class Searched(Article):
        __collection__ = "searched"
        __search_indexes__ = indexes

    return Searched


@pytest.mark.mongod_only("SecantusDB says otherwise that it has no search")
async def test_a_server_without_search(mongo: Mongo) -> None:
    with pytest.raises(SearchUnavailableError) as refusal:
        await searched(VectorSearchIndex("vector")).ensure_search_indexes()
    assert str(refusal.value) == ("This MongoDB has no search: it takes Atlas, or 8.2 with mongot.")
    assert isinstance(refusal.value, OperationFailure)


class Atlas:
    """Stands for the commands of a server that has search.

    Attributes:
        there: its indexes by name, as it lists them.
        asked: the commands that it was sent, with their options.
    """

    def __init__(self) -> None:
        self.there: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def stored(self, target: Any) -> dict[str, Any]:
        return {name: dict(index) for name, index in self.there.items()}

    async def ask(self, target: Any, command: str, **options: Any) -> None:
        self.asked.append((command, options))
        if command == "createSearchIndexes":
            for index in options["indexes"]:
                definition = {**index["definition"], "storedSource": False}
                self.there[index["name"]] = {
                    "name": index["name"],
                    "type": index["type"],
                    "latestDefinition": definition,
                    "queryable": True,
                }
        elif command == "updateSearchIndex":
            self.there[options["name"]]["latestDefinition"] = options["definition"]
        else:
            del self.there[options["name"]]


@pytest.fixture
def atlas(monkeypatch: pytest.MonkeyPatch) -> Atlas:
    made = Atlas()
    monkeypatch.setattr(ensuring, "stored", made.stored)
    monkeypatch.setattr(ensuring, "ask", made.ask)
    return made


async def test_what_is_missing_is_created(mongo: Mongo, atlas: Atlas) -> None:
    Searched = searched(SearchIndex("title"), VectorSearchIndex("vector"))
    report = await Searched.ensure_search_indexes(wait=5)
    assert (report.created, report.ok) == (["default", "vector"], True)
    ((command, options),) = atlas.asked
    assert command == "createSearchIndexes"
    assert [index["name"] for index in options["indexes"]] == ["default", "vector"]
    report = await Searched.ensure_search_indexes()
    assert (report.created, len(report.same), len(atlas.asked)) == ([], 2, 1)


async def test_others_stay_unless_it_is_asked_for(mongo: Mongo, atlas: Atlas) -> None:
    await searched(SearchIndex("title"), SearchIndex("words", name="old")).ensure_search_indexes()
    Searched = searched(SearchIndex("title", "score"))
    with pytest.raises(IndexConflictError, match=r"ensure_search_indexes\(modify=True\)") as error:
        await Searched.ensure_search_indexes()
    assert [index.name for index in error.value.report.extra] == ["old"]
    report = await Searched.ensure_search_indexes(modify=True, drop_stale=True)
    assert (report.modified, report.dropped, report.ok) == (["default"], ["old"], True)
    assert [command for command, _ in atlas.asked[1:]] == ["updateSearchIndex", "dropSearchIndex"]
    assert (await Searched.ensure_search_indexes()).ok


async def test_waiting_for_what_is_not_ready(mongo: Mongo, atlas: Atlas) -> None:
    Searched = searched(SearchIndex("title"))
    await Searched.ensure_search_indexes()
    atlas.there["default"]["queryable"] = False
    with pytest.raises(TimeoutError, match="can't be queried after 0.01 seconds: default"):
        await Searched.ensure_search_indexes(wait=0.01)


async def test_two_of_one_name(mongo: Mongo, atlas: Atlas) -> None:
    with pytest.raises(InvalidDocumentError, match="has this name, too"):
        await searched(SearchIndex("title"), SearchIndex("words")).ensure_search_indexes()


def test_the_filters_of_a_vector_search_are_several() -> None:
    with pytest.raises(TypeError, match="^filters must be a list of fields, not 'title'.$"):
        VectorSearchIndex("vector", filters="title")
