"""Searching for words."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import Document, Index, IntField, Q, StringField, U


class Article(Document):
    __indexes__ = (Index("$title"),)
    title = StringField(db_field="t")
    year = IntField()


SCORE = ("score", {"$meta": "textScore"})


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        (("coffee",), {}, {"$search": "coffee"}),
        (("coffee", "en"), {}, {"$search": "coffee", "$language": "en"}),
        (
            ("café",),
            {"case_sensitive": True, "diacritic_sensitive": True},
            {"$search": "café", "$caseSensitive": True, "$diacriticSensitive": True},
        ),
    ],
)
def test_what_a_search_sends(arguments: Any, options: Any, expected: Any) -> None:
    assert Article.objects.search_text(*arguments, **options).to_query() == {"$text": expected}


def test_a_search_stands_beside_other_conditions() -> None:
    search = {"$text": {"$search": "coffee"}}
    found = Article.objects.filter(year=2020)
    assert found.search_text("coffee") is found
    assert found.to_query() == {"year": 2020, **search}
    assert Article.objects.search_text("coffee").filter(year=2020).to_query() == found.to_query()
    either = Article.objects.filter(Q(year=2020) | Q(year=2021)).search_text("coffee")
    assert either.to_query() == {"$and": [{"$or": [{"year": 2020}, {"year": 2021}]}, search]}


def test_a_query_has_one_search() -> None:
    found = Article.objects.search_text("coffee")
    for again in (found, found.clone()):
        with pytest.raises(ValueError, match="^A query has one text search.$"):
            again.search_text("tea")
    assert found.all_filters_cleared().search_text("tea").to_query() == {
        "$text": {"$search": "tea"}
    }


@pytest.mark.parametrize("arguments", [({"$ne": ""},), (None,), (5,), ("coffee", {"$ne": ""})])
def test_what_is_no_text_is_refused(arguments: Any) -> None:
    found = Article.objects
    with pytest.raises(TypeError, match="text"):
        found.search_text(*arguments)
    assert found.to_query() == {}


def test_the_order_by_relevance() -> None:
    found = Article.objects.search_text("coffee").order_by("$text_score", "-year")
    assert found._order == [SCORE, ("year", -1)]
    assert found.all_filters_cleared()._order == [("year", -1)]  # nothing fits without a search
    for refused in (
        lambda: found.order_by("-$text_score"),
        lambda: found.order_by("$text_score", -1),
    ):
        with pytest.raises(ValueError, match="sorts from the best on"):
            refused()
    with pytest.raises(ValueError, match="An order by '\\$text_score' has no reverse"):
        found.reverse()


def test_relevance_beside_a_field_that_was_stored_as_score() -> None:
    class Recipe(Document):
        points = IntField(aliases=("score",))

    row = Recipe.objects.search_text("tea").values("points", "$text_score")
    expected = {"_id": 0, "points": 1, "score": 1, "text_score": {"$meta": "textScore"}}
    assert row._reads().projection == expected


def test_relevance_beside_a_field_that_is_stored_as_score() -> None:
    class Animal(Document):
        __discriminator__ = "_cls"
        bio = StringField()

    class Dog(Animal):
        points = IntField(db_field="score")
        rank = IntField(db_field="text_score")

    relevance = ("text_text_score", {"$meta": "textScore"})
    found = Dog.objects.search_text("chess")
    assert found.clone().order_by("$text_score", "-points")._order == [relevance, ("score", -1)]
    assert found.clone().order_by("-points", "$text_score")._order == [("score", -1), relevance]
    assert Animal.objects.order_by("$text_score")._order == [relevance]


@pytest.mark.mongod_only("SecantusDB has no text index")
async def test_relevance_and_a_score_both_sort(mongo: Any, codec: str) -> None:
    class Player(Document):
        __indexes__ = ("$bio",)
        bio = StringField()
        score = IntField()

    await Player.ensure_indexes()
    await Player.objects.bulk_insert(
        [
            Player(bio="chess", score=1),
            Player(bio="chess and a lot of other games that nobody plays", score=3),
            Player(bio="chess", score=2),
        ]
    )
    found = Player.objects.search_text("chess")
    by_relevance = await found.clone().order_by("$text_score", "-score").to_list()
    assert [player.score for player in by_relevance] == [2, 1, 3]
    by_score = await found.clone().order_by("-score", "$text_score").to_list()
    assert [player.score for player in by_score] == [3, 2, 1]


@pytest.mark.mongod_only("SecantusDB has no text index")
async def test_what_a_search_finds(mongo: Any, codec: str) -> None:
    await Article.ensure_indexes()
    await Article.objects.bulk_insert(
        [
            Article(title="Tea", year=1),
            Article(title="Coffee and a lot of other things that nobody asked for", year=2),
            Article(title="Coffee, coffee", year=3),
            Article(title="Café", year=4),
        ]
    )
    found = Article.objects.search_text("coffee").order_by("$text_score")
    assert [article.year async for article in found] == [3, 2]
    assert [article.year for article in await found.to_list()] == [3, 2]
    assert (await found.first()).year == 3
    assert await found.count() == 2
    assert await found.exists() is True
    assert await found.sum("year") == 5
    assert {result.year for result in await found.aggregate.order_by("year").fetch()} == {2, 3}
    assert not hasattr(await found.first(), "score")
    assert await Article.objects.search_text("cafe").count() == 1
    assert await Article.objects.search_text("cafe", diacritic_sensitive=True).count() == 0
    assert await Article.objects.search_text("COFFEE", case_sensitive=True).count() == 0
    assert await Article.objects.filter(year__gt=2).search_text("coffee").count() == 1
    assert (await found.update_one(U.set(year=30))).count == 1
    assert (await Article.objects.get(year=30)).title == "Coffee, coffee"
    assert (await found.find_one_and_update(U.set(year=3))).title == "Coffee, coffee"
    assert (await found.explain())["queryPlanner"]["winningPlan"]
    assert await found.delete_one() == 1
    assert await Article.objects.search_text("coffee").delete() == 1
