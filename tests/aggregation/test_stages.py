"""The stages of a pipeline beyond those of 2017: what each sends, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from bson.decimal128 import Decimal128

from aiomotorengine import (
    Aggregation,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    F,
    Field,
    Func,
    IntField,
    ListField,
    Near,
    PasswordField,
    PointField,
    Raw,
    ReferenceField,
    StringField,
    TypedDocument,
)


class Home(Document):
    road = StringField(db_field="r")


class Author(Document):
    name = StringField(db_field="n")
    password = PasswordField(db_field="pw")


class Book(Document):
    title = StringField()
    pages = IntField(db_field="p")
    sold_at = DateTimeField(db_field="s")
    shop = PointField(db_field="at")
    home = EmbeddedDocumentField(Home, db_field="h")
    tags = ListField(StringField(), db_field="t")
    author = ReferenceField(Author, db_field="au")
    readers = ListField(ReferenceField(Author))
    sequel = ReferenceField("self", db_field="q")


class Review(Document):
    book = ReferenceField(Book, db_field="b")
    stars = IntField(db_field="st")


class Head(Document):
    author = ReferenceField(Author, db_field="au")
    rank = IntField(db_field="r")


class Branch(Document):
    head = EmbeddedDocumentField(Head, db_field="h")


class Collector(Document):
    best = ReferenceField(Book, db_field="b")


class Far(Document):
    __alias__ = "elsewhere"
    book = ReferenceField(Book)


Pipeline = Aggregation[Any]


def books(**filters: Any) -> Pipeline:
    return Book.objects.filter(**filters).aggregate if filters else Book.objects.aggregate


LOOKUP = {"from": "Author", "localField": "au", "foreignField": "_id"}
MERGED = {"$replaceRoot": {"newRoot": {"$mergeObjects": ["$$ROOT", "$_id"]}}}
PLACE = {"type": "Point", "coordinates": [1, 2]}

SENT: dict[str, tuple[Pipeline, list[dict[str, Any]]]] = {
    "project": (
        books().project("title", Book.pages, "home.road", n=F("pages") * 2, one=1, a=None),
        [
            {
                "$project": {
                    "title": 1,
                    "p": 1,
                    "h.r": 1,
                    "n": {"$multiply": ["$p", 2]},
                    "one": {"$literal": 1},
                    "a": None,
                }
            }
        ],
    ),
    "add_fields": (
        books().add_fields(x="$pages", y=F("pages"), z=Book.tags, home__road="a"),
        [{"$set": {"x": {"$literal": "$pages"}, "y": "$p", "z": "$t", "h.r": {"$literal": "a"}}}],
    ),
    "an attribute is replaced where it is": (
        books().add_fields(pages=F("pages") / 2).match(pages__gt=1.5).order_by("-pages"),
        [
            {"$set": {"p": {"$divide": ["$p", 2]}}},
            {"$match": {"p": {"$gt": 1.5}}},
            {"$sort": {"p": -1}},
        ],
    ),
    "unset": (books().unset("id", "home.road", "x"), [{"$unset": ["_id", "h.r", "x"]}]),
    "numbers": (
        books().skip(1).limit(2).sample(3),
        [{"$skip": 1}, {"$limit": 2}, {"$sample": {"size": 3}}],
    ),
    "count": (
        books().count().match(count__gt=2),
        [{"$count": "count"}, {"$match": {"count": {"$gt": 2}}}],
    ),
    "sort_by_count": (
        books().sort_by_count("pages").match(count=1, _id=2),
        [{"$sortByCount": "$p"}, {"$match": {"_id": 2, "count": 1}}],
    ),
    "order_by": (
        books().order_by("-pages", Book.title, ("home.road", -1)),
        [{"$sort": {"p": -1, "title": 1, "h.r": -1}}],
    ),
    "unwind": (
        books().unwind(Book.tags, preserve_empty=True, index="i").order_by("i"),
        [
            {
                "$unwind": {
                    "path": "$t",
                    "preserveNullAndEmptyArrays": True,
                    "includeArrayIndex": "i",
                }
            },
            {"$sort": {"i": 1}},
        ],
    ),
    "group_by": (
        books()
        .group_by(
            "title",
            Aggregation.sum(Book.pages),
            year=Func("year", F("sold_at")),
            n=Aggregation.count(),
            most=Aggregation.max(F("pages") + 1),
        )
        .match(year=2026, most__gt=2, n=1, pages=3),
        [
            {
                "$group": {
                    "_id": {"title": "$title", "year": {"$year": "$s"}},
                    "p": {"$sum": "$p"},
                    "n": {"$sum": 1},
                    "most": {"$max": {"$add": ["$p", 1]}},
                }
            },
            {"$match": {"_id.year": 2026, "most": {"$gt": 2}, "n": 1, "p": 3}},
        ],
    ),
    "lookup": (
        books().lookup("author").match(author__name="x").group_by("author.name"),
        [
            {"$lookup": {**LOOKUP, "as": "au"}},
            {"$unwind": {"path": "$au", "preserveNullAndEmptyArrays": True}},
            {"$match": {"au.n": "x"}},
            {"$group": {"_id": {"au": {"n": "$au.n"}}}},
        ],
    ),
    "lookup into another name": (
        books().lookup(Book.author, into="writer").order_by("writer.name"),
        [
            {"$lookup": {**LOOKUP, "as": "writer"}},
            {"$unwind": {"path": "$writer", "preserveNullAndEmptyArrays": True}},
            {"$sort": {"writer.n": 1}},
        ],
    ),
    "lookup of what is inside": (
        Branch.objects.aggregate.lookup("head.author")
        .match(head__author__name="x", head__rank="3")
        .match(F("head.author.name") != "y")
        .order_by("head.author.name", "head.rank")
        .group_by("head.author.name"),
        [
            {"$lookup": {**LOOKUP, "localField": "h.au", "as": "h.au"}},
            {"$unwind": {"path": "$h.au", "preserveNullAndEmptyArrays": True}},
            {"$match": {"h.au.n": "x", "h.r": 3}},
            {"$match": {"$expr": {"$ne": ["$h.au.n", {"$literal": "y"}]}}},
            {"$sort": {"h.au.n": 1, "h.r": 1}},
            {"$group": {"_id": {"h": {"au": {"n": "$h.au.n"}}}}},
        ],
    ),
    "lookup of what was joined": (
        Collector.objects.aggregate.lookup("best")
        .lookup("best.author")
        .match(best__author__name="x", best__title="y")
        .order_by("best.author.name"),
        [
            {"$lookup": {"from": "Book", "localField": "b", "foreignField": "_id", "as": "b"}},
            {"$unwind": {"path": "$b", "preserveNullAndEmptyArrays": True}},
            {"$lookup": {**LOOKUP, "localField": "b.au", "as": "b.au"}},
            {"$unwind": {"path": "$b.au", "preserveNullAndEmptyArrays": True}},
            {"$match": {"b.au.n": "x", "b.title": "y"}},
            {"$sort": {"b.au.n": 1}},
        ],
    ),
    "lookup of a list after another stage": (
        books().add_fields(x=1).lookup("readers").match(readers__name="x"),
        [
            {"$set": {"x": 1}},
            {"$lookup": {**LOOKUP, "localField": "readers", "as": "readers"}},
            {"$match": {"readers.n": "x"}},
        ],
    ),
    "lookup of a list": (
        books().lookup("readers").match(readers__name="x"),
        [
            {
                "$lookup": {
                    "from": "Author",
                    "localField": "readers",
                    "foreignField": "_id",
                    "as": "readers",
                }
            },
            {"$match": {"readers.n": "x"}},
        ],
    ),
    "lookup of those that refer to it": (
        books().lookup(Review.book, into="reviews").add_fields(n=F("reviews").size()),
        [
            {
                "$lookup": {
                    "from": "Review",
                    "localField": "_id",
                    "foreignField": "b",
                    "as": "reviews",
                }
            },
            {"$set": {"n": {"$size": {"$ifNull": ["$reviews", []]}}}},
        ],
    ),
    "lookup of a part": (
        books().lookup(Review.book, "good", Review.objects.filter(stars__gte=4).aggregate.limit(3)),
        [
            {
                "$lookup": {
                    "from": "Review",
                    "localField": "_id",
                    "foreignField": "b",
                    "pipeline": [{"$match": {"st": {"$gte": 4}}}, {"$limit": 3}],
                    "as": "good",
                }
            }
        ],
    ),
    "graph_lookup": (
        books().graph_lookup("sequel", "sequels", max_depth=3, depth="level"),
        [
            {
                "$graphLookup": {
                    "from": "Book",
                    "startWith": "$q",
                    "connectFromField": "q",
                    "connectToField": "_id",
                    "as": "sequels",
                    "maxDepth": 3,
                    "depthField": "level",
                }
            }
        ],
    ),
    "replace_root": (
        books().replace_root("home").match(road="x"),
        [{"$replaceRoot": {"newRoot": "$h"}}, {"$match": {"r": "x"}}],
    ),
    "replace_root by an expression": (
        books().replace_root(Func("mergeObjects", F("home"), Raw({"x": 1}))),
        [{"$replaceRoot": {"newRoot": {"$mergeObjects": ["$h", {"x": 1}]}}}],
    ),
    "facet": (
        books().facet(long=books(pages__gt=500).limit(1), titles=books().sort_by_count("title")),
        [
            {
                "$facet": {
                    "long": [{"$match": {"p": {"$gt": 500}}}, {"$limit": 1}],
                    "titles": [{"$sortByCount": "$title"}],
                }
            }
        ],
    ),
    "facet of what a group has left": (
        books(title="x")
        .group_by("author", n=Aggregation.count())
        .facet(
            many=lambda groups: groups.match(n__gt=2).order_by("-author"),
            raw=lambda groups: groups.raw([{"$limit": 1}]),
        ),
        [
            {"$match": {"title": "x"}},
            {"$group": {"_id": {"author": "$author"}, "n": {"$sum": 1}}},
            {
                "$facet": {
                    "many": [{"$match": {"n": {"$gt": 2}}}, {"$sort": {"_id.author": -1}}],
                    "raw": [{"$limit": 1}],
                }
            },
        ],
    ),
    "bucket": (
        books().bucket("pages", [0, "100", 500], default="long", n=Aggregation.count()),
        [
            {
                "$bucket": {
                    "groupBy": "$p",
                    "boundaries": [0, 100, 500],
                    "default": "long",
                    "output": {"n": {"$sum": 1}},
                }
            }
        ],
    ),
    "bucket_auto": (
        books().bucket_auto(F("pages"), 4, granularity="R5"),
        [{"$bucketAuto": {"groupBy": "$p", "buckets": 4, "granularity": "R5"}}],
    ),
    "union_with": (
        books().union_with(Review).union_with(Review.objects.filter(stars=5).aggregate),
        [
            {"$unionWith": {"coll": "Review"}},
            {"$unionWith": {"coll": "Review", "pipeline": [{"$match": {"st": 5}}]}},
        ],
    ),
    "geo_near takes the filters": (
        books(title="x").geo_near(Near([1, 2], max_distance=500), Book.shop).limit(1),
        [
            {
                "$geoNear": {
                    "near": PLACE,
                    "distanceField": "distance",
                    "key": "at",
                    "maxDistance": 500,
                    "query": {"title": "x"},
                    "spherical": True,
                }
            },
            {"$limit": 1},
        ],
    ),
    "densify between bounds": (
        books().densify("sold_at", 1, "day", bounds=(date(2026, 1, 1), datetime(2026, 1, 2, 3))),
        [
            {
                "$densify": {
                    "field": "s",
                    "range": {
                        "step": 1,
                        "unit": "day",
                        "bounds": [datetime(2026, 1, 1), datetime(2026, 1, 2, 3)],
                    },
                }
            }
        ],
    ),
    "densify between bounds that are no values of the field": (
        books().densify("pages", 0.5, bounds=[1.5, 2]),
        [{"$densify": {"field": "p", "range": {"step": 0.5, "bounds": [1.5, 2]}}}],
    ),
    "densify what was computed": (
        books().add_fields(x=F("sold_at")).densify("x", 1, "day", bounds=[date(2026, 1, 1)] * 2),
        [
            {"$set": {"x": "$s"}},
            {
                "$densify": {
                    "field": "x",
                    "range": {"step": 1, "unit": "day", "bounds": [datetime(2026, 1, 1)] * 2},
                }
            },
        ],
    ),
    "windows of partitions by paths that look alike": (
        books().set_window_fields(["home.road", "h_r"], n=Aggregation.sum("p")),
        [
            {
                "$setWindowFields": {
                    "partitionBy": {"by1": "$h.r", "by2": "$h_r"},
                    "output": {"n": {"$sum": "$p"}},
                }
            }
        ],
    ),
    "densify and fill": (
        books()
        .densify("sold_at", 1, "day", partition_by="title")
        .fill(order_by="sold_at", partition_by="title", pages="locf", home=None),
        [
            {
                "$densify": {
                    "field": "s",
                    "partitionByFields": ["title"],
                    "range": {"step": 1, "unit": "day", "bounds": "full"},
                }
            },
            {
                "$fill": {
                    "partitionByFields": ["title"],
                    "sortBy": {"s": 1},
                    "output": {"p": {"method": "locf"}, "h": {"value": None}},
                }
            },
        ],
    ),
    "set_window_fields": (
        books().set_window_fields(
            "author",
            "-sold_at",
            place=Func("rank"),
            sum=Aggregation.window(Aggregation.sum("p"), range=(-7, "current"), unit="day"),
        ),
        [
            {
                "$setWindowFields": {
                    "partitionBy": "$au",
                    "sortBy": {"s": -1},
                    "output": {
                        "place": {"$rank": {}},
                        "sum": {"$sum": "$p", "window": {"range": [-7, "current"], "unit": "day"}},
                    },
                }
            }
        ],
    ),
    "search is before the filters": (
        books(title="x").search({"text": {}}).limit(1),
        [{"$search": {"text": {}}}, {"$match": {"title": "x"}}, {"$limit": 1}],
    ),
    "vector_search": (books().vector_search({"k": 1}), [{"$vectorSearch": {"k": 1}}]),
    "merge": (
        books().merge(Review, on=["book", Review.stars], when_matched="replace"),
        [
            {
                "$merge": {
                    "into": "Review",
                    "on": ["b", "st"],
                    "whenMatched": "replace",
                    "whenNotMatched": "insert",
                }
            }
        ],
    ),
    "out": (books().out("books_of_today"), [{"$out": "books_of_today"}]),
    "out of a group": (
        books().group_by("title").out(Review),
        [{"$group": {"_id": {"title": "$title"}}}, MERGED, {"$out": "Review"}],
    ),
    "out of a group, as it is": (
        books().group_by("title").out("titles"),
        [{"$group": {"_id": {"title": "$title"}}}, {"$out": "titles"}],
    ),
    "stage": (
        books(title="x").stage({"$limit": 1}, {"$skip": 2}).match(pages=1),
        [{"$match": {"title": "x"}}, {"$limit": 1}, {"$skip": 2}, {"$match": {"p": 1}}],
    ),
}


@pytest.mark.parametrize("name", SENT)
def test_a_stage_is_sent(name: str) -> None:
    aggregation, expected = SENT[name]
    assert aggregation.to_query() == expected
    assert aggregation.to_query() == expected


ACCUMULATED: dict[str, tuple[Any, Any]] = {
    "min": (Aggregation.min("pages"), {"$min": "$p"}),
    "max": (Aggregation.max(Book.pages), {"$max": "$p"}),
    "first": (Aggregation.first("p"), {"$first": "$p"}),
    "last": (Aggregation.last("pages"), {"$last": "$p"}),
    "push": (Aggregation.push("pages"), {"$push": "$p"}),
    "add_to_set": (Aggregation.add_to_set("pages"), {"$addToSet": "$p"}),
    "std_dev_pop": (Aggregation.std_dev_pop("pages"), {"$stdDevPop": "$p"}),
    "std_dev_samp": (Aggregation.std_dev_samp("pages"), {"$stdDevSamp": "$p"}),
    "merge_objects": (Aggregation.merge_objects("home"), {"$mergeObjects": "$h"}),
    "count": (Aggregation.count(), {"$sum": 1}),
    "top": (
        Aggregation.top(Book.title, ["-pages", "title"]),
        {"$top": {"sortBy": {"p": -1, "title": 1}, "output": "$title"}},
    ),
    "bottom_n": (
        Aggregation.bottom_n(["title", "pages"], "pages", 2),
        {"$bottomN": {"n": 2, "sortBy": {"p": 1}, "output": ["$title", "$p"]}},
    ),
    "first_n": (Aggregation.first_n("pages", 2), {"$firstN": {"input": "$p", "n": 2}}),
    "max_n": (Aggregation.max_n("pages", 2), {"$maxN": {"input": "$p", "n": 2}}),
    "median": (
        Aggregation.median("pages"),
        {"$median": {"input": "$p", "method": "approximate"}},
    ),
    "percentile": (
        Aggregation.percentile("pages", (0.5, 0.9)),
        {"$percentile": {"input": "$p", "p": [0.5, 0.9], "method": "approximate"}},
    ),
}


@pytest.mark.parametrize("name", ACCUMULATED)
def test_an_accumulator_is_sent(name: str) -> None:
    accumulator, expected = ACCUMULATED[name]
    (stage,) = books().group_by(x=accumulator).to_query()
    assert stage == {"$group": {"_id": {}, "x": expected}}
    assert accumulator.alias != "x"  # what was given is left as it was


def test_what_a_stage_has_left_is_named() -> None:
    kept = (
        books()
        .project("title", "home.road", n=F("pages"))
        .add_fields(title2=F("title"), home2=F("home"), road=F("home.road"), m=F("n"), key=F("id"))
    )
    assert kept.to_query()[-1] == {
        "$set": {"title2": "$title", "home2": "$h", "road": "$h.r", "m": "$n", "key": "$_id"}
    }
    again = books().unset("pages", "home.road").add_fields(pages=F("title"), home2=F("home"))
    assert again.add_fields(x=F("pages")).to_query()[-1] == {"$set": {"x": "$p"}}
    assert Book.objects.aggregate.group_by("title", Aggregation.sum(Book.pages)).add_fields(
        x=F("pages"), y=F("title")
    ).to_query()[-1] == {"$set": {"x": "$p", "y": "$_id.title"}}


REFUSED: dict[str, tuple[Callable[[], Any], type[Exception], str]] = {
    "an expression without a name": (
        lambda: books().group_by(Aggregation.sum(F("pages") * 2)),
        ValueError,
        "has no name: give what is computed of it an alias",
    ),
    "a name twice": (
        lambda: books().group_by("title", title=Func("year", F("sold_at"))),
        ValueError,
        "A group is by 'title' already",
    ),
    "an unknown field": (
        lambda: books().add_fields(x=F("nope")),
        ValueError,
        r"Invalid F\('nope'\): Field not found in 'Book'",
    ),
    "an unknown field after a stage": (
        lambda: books().add_fields(x=1).add_fields(y=F("nope")),
        ValueError,
        "'nope'.*Field not found in 'Book'",
    ),
    "an unknown field after a group": (
        lambda: books().group_by("title").add_fields(y=F("pagse") + 1),
        ValueError,
        r"^Invalid field 'pagse': Field not found in what the stages before have left of 'Book'\.$",
    ),
    "what a group has not left": (
        lambda: books().group_by("title").add_fields(y=F("pages") + 1),
        ValueError,
        r"'pages': Field not found in what the stages before have left of 'Book'\.$",
    ),
    "what a projection has not left": (
        lambda: books().project("title").add_fields(y=F("pages") + 1),
        ValueError,
        r"'pages': Field not found in what the stages before have left of 'Book'\.$",
    ),
    "what a stage before a projection had": (
        lambda: books().project("title").add_fields(x=1).group_by(y=F("pages")),
        ValueError,
        r"'pages': Field not found in what the stages before have left of 'Book'\.$",
    ),
    "what an unset has taken away": (
        lambda: books().unset("pages").group_by(y=F("pages")),
        ValueError,
        r"'pages': Field not found in what the stages before have left of 'Book'\.$",
    ),
    "a part of what an unset has taken away": (
        lambda: books().unset("home").add_fields(y=F("home.road")),
        ValueError,
        r"'home.road': Field not found in what the stages before have left of 'Book'\.$",
    ),
    "no expression": (lambda: books().add_fields(), ValueError, "needs an expression"),
    "no projection": (lambda: books().project(), ValueError, "needs a name or an expression"),
    "no order": (lambda: books().order_by(), ValueError, "needs a key"),
    "no limit": (lambda: books().limit(0), ValueError, "limit must be 1 or more"),
    "a negative skip": (lambda: books().skip(-1), ValueError, "skip must be 0 or more"),
    "no reference": (lambda: books().lookup("title"), ValueError, "'title' is no reference"),
    "no reference to this": (
        lambda: books().lookup(Author.name, into="x"),
        ValueError,
        "no reference to Book",
    ),
    "through a list that was joined": (
        lambda: Author.objects.aggregate.lookup(Book.author, into="books").lookup("books.sequel"),
        ValueError,
        r"^lookup\('books.sequel'\) leads through a list",
    ),
    "nowhere to put them": (lambda: books().lookup(Review.book), ValueError, "as in into='found'"),
    "another connection": (
        lambda: books().lookup(Far.book, into="x"),
        ValueError,
        r"lookup\(\) can't join Book with Far: they have different connections",
    ),
    "a part of another class": (
        lambda: books().lookup("author", pipeline=books()),
        ValueError,
        "joins documents of Author, and its pipeline is for Book",
    ),
    "a part that is no aggregation": (
        lambda: books().lookup("author", pipeline=[{"$limit": 1}]),  # type: ignore[arg-type]
        TypeError,
        "takes an aggregation",
    ),
    "no reference to itself": (
        lambda: books().graph_lookup("author", "all"),
        ValueError,
        "refers to Author",
    ),
    "no place": (lambda: books().geo_near([1, 2], "pages"), ValueError, "is for places"),
    "not the first": (
        lambda: books().limit(1).geo_near([1, 2]),
        ValueError,
        r"geo_near\(\) must be the first stage",
    ),
    "near": (
        lambda: books(shop__near=[1, 2]).limit(1).to_query(),
        ValueError,
        r"Use geo_near\(\): an aggregation takes no 'near'",
    ),
    "near twice": (
        lambda: books(shop__near=[1, 2]).geo_near([1, 2]).to_query(),
        ValueError,
        "by distance already",
    ),
    "a bound that is no date": (
        lambda: books().densify("sold_at", 1, "day", bounds=("x", "y")),
        ValueError,
        r"Invalid bound for field 'sold_at' in densify\(\): ",
    ),
    "steps between texts": (
        lambda: books().densify(Book.title, 1),
        ValueError,
        r"densify\(\) needs numbers or dates: 'title' is a StringField, which stores texts",
    ),
    "one boundary": (lambda: books().bucket("pages", [1]), ValueError, "two boundaries"),
    "after the last": (lambda: books().out("x").limit(1), ValueError, "No stage can follow"),
    "writing in another": (
        lambda: books().facet(a=books().out("x")).to_query(),
        ValueError,
        r"can't end with merge\(\) or out\(\)",
    ),
    "a function that gives no pipeline": (
        lambda: books().facet(a=lambda given: given.to_query()),  # type: ignore[return-value]
        TypeError,
        r"facet\(\) takes an aggregation",
    ),
    "a text of boundaries": (
        lambda: books().bucket(Book.pages, boundaries="10"),
        TypeError,
        "boundaries must be a list of values, not '10'.",
    ),
    "one field to merge on": (
        lambda: books().merge("x", on=b"title"),
        TypeError,
        "on must be a list of fields, not b'title'.",
    ),
    "one stage of a merge": (
        lambda: books().merge("x", when_matched={"$set": {"a": 1}}),
        TypeError,
        "when_matched must be a list of stages, not {'\\$set'",
    ),
    "one raw stage": (
        lambda: books().raw({"$count": "n"}),
        TypeError,
        "stages must be a list of stages, not {'\\$count': 'n'}.",
    ),
    "an unknown way to merge": (
        lambda: books().merge("x", when_matched="overwrite"),
        ValueError,
        "when_matched must be",
    ),
    "filters before a given stage": (
        lambda: books(title="x").stage({"$geoNear": {}}).to_query(),
        ValueError,
        r"^stage\(\) begins with \$geoNear, so the filters can't come first",
    ),
    "a window without bounds": (
        lambda: Aggregation.window(Aggregation.count()),
        ValueError,
        "documents= or range=",
    ),
    "a boundary that is no number": (
        lambda: books().bucket("pages", [0, {"$x": 1}]),
        ValueError,
        r"Invalid boundary for field 'pages' in bucket\(\): int\(\) argument",
    ),
    "a boundary of an expression that is none": (
        lambda: books().bucket(F("sold_at"), ["x", "y"]),
        ValueError,
        r"Invalid boundary for F\('sold_at'\) in bucket\(\): ",
    ),
    "a path with dots in a match": (
        lambda: books().match(**{"title.x": 1}),
        ValueError,
        "two underscores stand between the names of a path, 'title__x'",
    ),
    "no class": (lambda: books().into(dict), TypeError, "takes a document class"),  # type: ignore[type-var]
    "no percentile": (lambda: Aggregation.percentile("p", [50]), ValueError, "from 0 to 1"),
    "stages that are none": (
        lambda: books().raw(["$match"]),  # type: ignore[list-item]
        TypeError,
        r"stages must be a list of stages, each a mapping, not '\$match'",
    ),
    "a merge by stages that are none": (
        lambda: books().merge("seen", when_matched=[["$set"]]),  # type: ignore[list-item]
        TypeError,
        "when_matched must be a list of stages, each a mapping",
    ),
    "a merge on what is no field": (
        lambda: books().merge("seen", on=[1]),  # type: ignore[list-item]
        TypeError,
        "on must be a list of fields, not of int",
    ),
    "a merge on nothing": (lambda: books().merge("seen", on=[]), ValueError, "needs a field on"),
    "a mapping of percentiles": (
        lambda: Aggregation.percentile("p", {0.5: "half"}),
        TypeError,
        "p must be a list of numbers",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused_at_the_call(name: str) -> None:
    call, kind, text = REFUSED[name]
    with pytest.raises(kind, match=text):
        call()


# -- decimals, which are stored as text ----------------------------------------------------------


class Line(Document):
    price = DecimalField(db_field="pr")


class Item(Document):
    price = DecimalField(db_field="p")
    kind = StringField()
    lines = ListField(EmbeddedDocumentField(Line), db_field="ls")


NUMBER = {"$toDecimal": "$p"}


@pytest.mark.parametrize("name", ["sum", "avg", "min", "max", "std_dev_pop", "std_dev_samp"])
@pytest.mark.parametrize("given", [Item.price, F("price"), "price", "p"], ids=repr)
def test_decimals_are_numbers_to_accumulators_of_numbers(name: str, given: Any) -> None:
    if name in ("sum", "avg") and isinstance(given, str):
        given = "p"  # there a text is a key, as it was in 2017
    (stage,) = Item.objects.aggregate.group_by(x=getattr(Aggregation, name)(given)).to_query()
    [(_, operand)] = stage["$group"]["x"].items()
    assert operand == NUMBER


def test_decimals_are_numbers_to_others() -> None:
    items = Item.objects.aggregate
    (stage,) = items.group_by(
        several=Aggregation.max_n("price", 2),
        half=Aggregation.median("price"),
        parts=Aggregation.percentile("price", [0.5]),
        of_lines=Aggregation.sum("lines.price"),
        first=Aggregation.first("price"),
        all=Aggregation.push("price"),
    ).to_query()
    group = stage["$group"]
    assert group["several"]["$maxN"]["input"] == NUMBER
    assert group["half"]["$median"]["input"] == group["parts"]["$percentile"]["input"] == NUMBER
    assert group["of_lines"] == {"$sum": {"$toDecimal": "$ls.pr"}}
    assert (group["first"], group["all"]) == ({"$first": "$p"}, {"$push": "$p"})


def test_ranges_of_decimals() -> None:
    (stage,) = Item.objects.aggregate.bucket("price", ["9.5", 10]).to_query()
    assert stage["$bucket"] == {
        "groupBy": NUMBER,
        "boundaries": [Decimal128("9.5"), Decimal128("10")],
    }
    (stage,) = Item.objects.aggregate.bucket_auto(Item.price, 2).to_query()
    assert stage["$bucketAuto"]["groupBy"] == NUMBER


def test_computed_decimals_are_compared_as_numbers() -> None:
    items = Item.objects.aggregate.group_by("kind", Aggregation.sum(Item.price))
    assert items.match(price__gt="9.5").to_query()[1] == {
        "$match": {"p": {"$gt": Decimal128("9.5")}}
    }
    items = Item.objects.aggregate.group_by("kind", total=Aggregation.sum(Item.price))
    assert items.match(total__gt=Decimal("9.5")).to_query()[1] == {
        "$match": {"total": {"$gt": Decimal128("9.5")}}
    }
    items = Item.objects.aggregate.group_by("kind", Aggregation.first(Item.price))
    assert items.match(price="9.5").to_query()[1] == {"$match": {"p": "9.50"}}


# -- what a stranger sends -----------------------------------------------------------------------


@pytest.mark.parametrize("value", ["$pages", "$$ROOT", {"$gt": 1}, ["$pages"], {"a": "$pages"}])
def test_values_are_never_paths_or_operators(value: Any) -> None:
    literal = {"$literal": value}
    assert books().add_fields(x=value).to_query() == [{"$set": {"x": literal}}]
    assert books().project(x=value).to_query() == [{"$project": {"x": literal}}]
    (group,) = books().group_by(x=value).to_query()
    assert group == {"$group": {"_id": {"x": literal}}}
    (fill,) = books().fill(x=value).to_query()
    assert fill == {"$fill": {"output": {"x": {"value": literal}}}}
    for boundaries, default in ((["a", "b"], value), ([value, value], None)):
        for by in ("title", F("title"), Func("toUpper", F("title")), "undeclared"):
            # The server computes these twice, so that a $literal would not help.
            with pytest.raises(ValueError, match="bucket|Invalid|expect"):
                books().bucket(by, boundaries, default=default).to_query()


@pytest.mark.parametrize("name", ["$where", "a.$b", "", "a..b"])
def test_names_are_never_operators(name: str) -> None:
    for call in (
        lambda: books().add_fields(**{name: 1}),
        lambda: books().project(**{name: 1}),
        lambda: books().set_window_fields(**{name: Aggregation.count()}),
    ):
        with pytest.raises(ValueError, match="can't be the name of what an aggregation computes"):
            call()


@pytest.mark.parametrize(
    "method", ["sort_by_count", "unwind", "order_by", "project", "unset", "replace_root", "densify"]
)
def test_names_are_never_variables(method: str) -> None:
    others = {"densify": [1]}.get(method, [])
    for name in ("$ROOT", "$title", "$$NOW"):
        with pytest.raises(ValueError, match=re.escape(repr(name))):
            getattr(books(), method)(name, *others)


@pytest.mark.parametrize("name", ["first", "push", "max", "median", "top", "first_n"])
def test_what_is_accumulated_is_never_a_variable(name: str) -> None:
    others = {"top": ["pages"], "first_n": [1]}.get(name, [])
    with pytest.raises(ValueError, match=r"'\$ROOT' is no name"):
        books().group_by(x=getattr(Aggregation, name)("$ROOT", *others))


def test_passwords_are_not_shown_in_what_is_joined() -> None:
    authors = Author.objects.filter(password="secret").aggregate
    for aggregation in (
        books().lookup("author").match(author__password="secret"),
        books().lookup("author").add_fields(x=F("author.password") == "secret"),
        Owner.objects.aggregate.replace_root("home").match(key="secret"),
        books().lookup("author", pipeline=authors),
        books().union_with(authors),
        Author.objects.filter(password="secret").aggregate.geo_near([1, 2]),
        Author.objects.aggregate.facet(a=authors),
    ):
        sent = [str(stage) for stage in aggregation.to_query()]
        stored = str(Author.password.to_query("secret"))
        assert any(stored in stage for stage in sent)
        assert stored not in repr(aggregation)
        assert "***" in repr(aggregation)


# -- instances -----------------------------------------------------------------------------------


def test_what_was_grouped_by_becomes_a_part_of_an_instance() -> None:
    grouped = books().group_by("title", n=Aggregation.count())
    assert grouped.into(Book).to_query() == [*grouped.to_query(), MERGED]
    added = grouped.add_fields(x=1)
    assert added.into(Book).to_query()[-1] == MERGED
    for other in (books().limit(1), books().group_by(), books().sort_by_count("title")):
        assert other.into(Book).to_query() == other.to_query()


def test_which_instances_count_as_computed() -> None:
    chosen = books(title="x").match(pages=1).order_by("pages").skip(1).limit(2).sample(1)
    assert not chosen.into(Book).is_derived
    assert chosen.into(Review).is_derived
    for changed in (
        books().unset("title"),
        books().group_by("title"),
        books().lookup("author"),
        books().stage({"$limit": 1}),
        books().raw([]),
    ):
        assert changed.into(Book).is_derived


def test_names_that_are_an_accumulator_and_a_method() -> None:
    assert Aggregation.count("n").alias == "n"
    assert books().count("n").to_query() == [{"$count": "n"}]
    assert Aggregation.first("pages").field == "pages"
    assert callable(books().first)


# -- names ---------------------------------------------------------------------------------------


class Pet(Document):
    __discriminator__ = "kind"
    name = StringField(db_field="n")


class Dog(Pet):
    bark = IntField(db_field="b")


class House(Document):
    key = PasswordField(db_field="k")


class Owner(Document):
    home = EmbeddedDocumentField(House)
    pet = ReferenceField(Pet)
    dog = ReferenceField(Dog)


class Strict(TypedDocument):
    count: int = Field(db_field="c")


class Shop(Document):
    best = ReferenceField(Item)


def test_fields_of_what_was_joined() -> None:
    shops = Shop.objects.aggregate.lookup("best")
    part = Item.objects.aggregate.match(kind="a").project("price").unset("id")
    named = Shop.objects.aggregate.lookup("best", pipeline=part).match(best__price="9.5")
    assert named.to_query()[-1] == {"$match": {"best.p": "9.50"}}
    cheap = shops.match(F("best.price") < "9.5").add_fields(half=F("best.price") / 2)
    assert cheap.to_query()[2:] == [
        {"$match": {"$expr": {"$lt": [{"$toDecimal": "$best.p"}, Decimal128("9.5")]}}},
        {"$set": {"half": {"$divide": [{"$toDecimal": "$best.p"}, 2]}}},
    ]
    (group,) = shops.group_by(x=Aggregation.sum("best.price")).to_query()[4:]
    assert group["$group"]["x"] == {"$sum": {"$toDecimal": "$best.p"}}


def test_names_of_classes_that_are_stored_together() -> None:
    pets = Pet.objects.aggregate.add_fields(x=1).match(bark="3", kind="Pet.Dog")
    assert pets.to_query()[1:] == [{"$match": {"b": 3, "kind": "Pet.Dog"}}]
    joined = Owner.objects.aggregate.lookup("pet").match(pet__bark="3").order_by("pet.bark")
    assert joined.to_query()[2:] == [{"$match": {"pet.b": 3}}, {"$sort": {"pet.b": 1}}]
    (lookup, _) = Owner.objects.aggregate.lookup("dog").to_query()
    assert lookup["$lookup"]["pipeline"] == [{"$match": {"kind": "Pet.Dog"}}]


def test_the_id_of_what_a_stage_has_left() -> None:
    for aggregation in (
        books().group_by("title"),
        books().sort_by_count("title"),
        books().bucket("pages", [1, 2]),
        books().add_fields(x=1),
    ):
        query = aggregation.match(id="x").add_fields(y=F("id")).order_by("-id").unset("id")
        assert query.to_query()[-4:] == [
            {"$match": {"_id": "x"}},
            {"$set": {"y": "$_id"}},
            {"$sort": {"_id": -1}},
            {"$unset": ["_id"]},
        ]


def test_unknown_names_are_refused_after_a_stage_as_before() -> None:
    strict = Strict.objects.aggregate
    assert strict.add_fields(x=1).match(x=1, count="2").to_query()[1:] == [
        {"$match": {"c": 2, "x": 1}}
    ]
    with pytest.raises(ValueError, match="Strict has no field 'nope'"):
        strict.match(nope=1)


def test_names_in_the_results_of_facets() -> None:
    parts = books().facet(long=books().limit(3)).unwind("long").replace_root("long")
    assert parts.match(pages="3").to_query()[1:] == [
        {"$unwind": "$long"},
        {"$replaceRoot": {"newRoot": "$long"}},
        {"$match": {"p": 3}},
    ]


class Staged(Document):
    title = StringField(db_field="t")
    price = DecimalField(db_field="p")
    best = EmbeddedDocumentField(Item)


class StrictlyStaged(Staged):
    __dynamic__ = False


SET_BY_STAGES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "set": ({"$set": {"score": 1}}, {"score": 2}, {"score": 2}),
    "add fields": ({"$addFields": {"best.x": 1}}, {"best__x__gt": 2}, {"best.x": {"$gt": 2}}),
    "group": ({"$group": {"_id": "$t", "t": {"$sum": 1}}}, {"t": 2}, {"t": 2}),
    "project": ({"$project": {"long": {"$strLenCP": "$t"}}}, {"long": 2}, {"long": 2}),
    "facet": ({"$facet": {"all": []}}, {"all": []}, {"all": []}),
    "lookup": (
        {"$lookup": {"from": "x", "as": "found"}},
        {"found__size": 2},
        {"found": {"$size": 2}},
    ),
    "unwind": ({"$unwind": {"path": "$t", "includeArrayIndex": "at"}}, {"at": 2}, {"at": 2}),
    "near": ({"$geoNear": {"distanceField": "far"}}, {"far__lt": 2}, {"far": {"$lt": 2}}),
    "windows": ({"$setWindowFields": {"output": {"sum": {}}}}, {"sum": 2}, {"sum": 2}),
    "bucket": ({"$bucket": {"groupBy": "$t", "boundaries": []}}, {"count": 2}, {"count": 2}),
    "count": ({"$count": "number"}, {"number": 2}, {"number": 2}),
    "sort by count": ({"$sortByCount": "$t"}, {"count": 2}, {"count": 2}),
    "replace root": ({"$replaceRoot": {"newRoot": {"x": "$t"}}}, {"x": 2}, {"x": 2}),
    "replace with": ({"$replaceWith": {"x": "$t"}}, {"x": 2}, {"x": 2}),
}


@pytest.mark.parametrize("document_class", [Staged, StrictlyStaged], ids=["open", "closed"])
@pytest.mark.parametrize("name", SET_BY_STAGES)
def test_what_a_given_stage_sets_is_named(document_class: Any, name: str) -> None:
    stage, filters, match = SET_BY_STAGES[name]
    for going_on in (
        document_class.objects.aggregate.stage(stage),
        document_class.objects.aggregate.stage(stage).limit(3).add_fields(y=1),
    ):
        assert going_on.match(**filters).to_query()[-1] == {"$match": match}
        # Names of fields go on meaning these.
        assert going_on.match(price="9.5").to_query()[-1] == {"$match": {"p": "9.50"}}


def test_what_a_given_stage_sets_under_the_name_of_a_field() -> None:
    staged = StrictlyStaged.objects.aggregate.stage({"$set": {"price": 1, "best.price": 2}})
    assert staged.match(price="1", best__price="2").to_query()[-1] == {
        "$match": {"p": "1.00", "best.p": "2.00"}
    }
    for wrong in ({"$limit": 1}, {"$replaceWith": "$best"}, {"$set": {"$x": 1}}):
        with pytest.raises(ValueError, match="StrictlyStaged has no field 'x'"):
            StrictlyStaged.objects.aggregate.stage(wrong).match(x=1)


def test_a_lookup_by_the_name_of_several_classes() -> None:
    classes = [
        type(Document)(
            "TwiceNamed", (Document,), {"__module__": f"of.{it}", "of": ReferenceField(Staged)}
        )
        for it in "ab"
    ]
    with pytest.raises(ValueError, match="Class name 'TwiceNamed' is ambiguous: of.a") as refused:
        Staged.objects.aggregate.lookup("TwiceNamed.of", into="found")
    assert isinstance(refused.value.__cause__, ImportError)
    assert len(classes) == 2
    # Whatever the name of a class that is not known, it is a path that leads nowhere.
    with pytest.raises(ValueError, match=r"'ambiguous\.of': Field not found in 'Staged'"):
        Staged.objects.aggregate.lookup("ambiguous.of", into="found")
