"""U: what changes compile to, and what is refused before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bson import Decimal128, ObjectId

from aiomotorengine import (
    BaseField,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    F,
    FloatField,
    IntField,
    ListField,
    PasswordField,
    Q,
    ReferenceField,
    StringField,
    U,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.password_field import sha256
from aiomotorengine.update.compiling import operations_of
from aiomotorengine.update.conditions import array_filters_of
from aiomotorengine.update.update_operator import UpdateOperator


class Comment(Document):
    by = StringField(db_field="b")
    votes = IntField(db_field="v", default=0)


class Home(Document):
    road = StringField(db_field="r", required=True)
    rooms = IntField()


class Friend(Document):
    name = StringField()


class Post(Document):
    title = StringField(required=True, db_field="t")
    visits = IntField(default=0, min_value=0, max_value=1000)
    height = FloatField()
    price = DecimalField()
    tags = ListField(StringField())
    comments = ListField(EmbeddedDocumentField(Comment), db_field="cs")
    home = EmbeddedDocumentField(Home, db_field="h")
    password = PasswordField(db_field="pw")
    friend = ReferenceField(Friend)
    friends = ListField(ReferenceField(Friend))
    prices = ListField(DecimalField())
    matrix = ListField(ListField(IntField()))
    anything = BaseField()
    mixed = ListField(BaseField())
    when = DateTimeField()
    odd__name = IntField(db_field="o")


def sent(*changes: Any) -> Any:
    return U.compile(Post, *changes)


KEY = ObjectId()


@pytest.mark.parametrize(
    ("change", "update"),
    [
        (U.set(title="x", comments__0__by="y"), {"$set": {"t": "x", "cs.0.b": "y"}}),
        (U.set(Post.visits, 5), {"$set": {"visits": 5}}),
        (U.set("visits", "5"), {"$set": {"visits": 5}}),
        (U.set("comments.$[c].votes", 0), {"$set": {"cs.$[c].v": 0}}),
        (U.set("comments.$.votes", 0), {"$set": {"cs.$.v": 0}}),
        (U.set("comments.$[].votes", 0), {"$set": {"cs.$[].v": 0}}),
        (U.set("home.road", "Loop"), {"$set": {"h.r": "Loop"}}),
        (U.set(home={"road": "Loop"}), {"$set": {"h": {"r": "Loop", "rooms": None}}}),
        (U.set(home=Home(road="x")), {"$set": {"h": {"r": "x", "rooms": None}}}),
        (U.set(password="secret"), {"$set": {"pw": sha256("secret")}}),
        (U.set(price=Decimal("2.5")), {"$set": {"price": "2.50"}}),
        (U.set(friend=Friend(_id=KEY)), {"$set": {"friend": KEY}}),
        (U.set("matrix.0.1", "7"), {"$set": {"matrix.0.1": 7}}),
        (U.set("anything.x.0.y", {"z": 1}), {"$set": {"anything.x.0.y": {"z": 1}}}),
        (U.set(odd__name=3), {"$set": {"o": 3}}),
        (U.set("height", None), {"$set": {"height": None}}),
        (U.set("tags.0", None), {"$set": {"tags.0": None}}),
        (U.unset("price", Post.visits), {"$unset": {"price": "", "visits": ""}}),
        (U.inc(Post.visits), {"$inc": {"visits": 1}}),
        (U.inc("visits", -5000), {"$inc": {"visits": -5000}}),
        (U.inc(visits="3", height=1.5), {"$inc": {"visits": 3, "height": 1.5}}),
        (U.inc("visits", 2.0), {"$inc": {"visits": 2}}),
        (U.inc("visits", Decimal128("2")), {"$inc": {"visits": 2}}),
        (U.inc("comments.0.votes"), {"$inc": {"cs.0.v": 1}}),
        (U.inc("anything", Decimal("1.5")), {"$inc": {"anything": Decimal128("1.5")}}),
        (U.mul(Post.height, 2), {"$mul": {"height": 2.0}}),
        (U.min(visits=3), {"$min": {"visits": 3}}),
        (
            U.max(Post.when, datetime(2020, 1, 1)),
            {"$max": {"when": datetime(2020, 1, 1)}},
        ),
        (U.set_on_insert(title="x"), {"$setOnInsert": {"t": "x"}}),
        (
            U.push(Post.tags, "a", position=0, slice=-5, sort=1),
            {"$push": {"tags": {"$each": ["a"], "$position": 0, "$slice": -5, "$sort": 1}}},
        ),
        (
            U.push("comments", Comment(by="x"), {"by": "y"}, sort={"votes": -1, "by": 1}),
            {
                "$push": {
                    "cs": {
                        "$each": [{"b": "x", "v": 0}, {"b": "y", "v": 0}],
                        "$sort": {"v": -1, "b": 1},
                    }
                }
            },
        ),
        (U.push(tags="a"), {"$push": {"tags": {"$each": ["a"]}}}),
        (U.push("tags", slice=3), {"$push": {"tags": {"$each": [], "$slice": 3}}}),
        (U.push("matrix.0", 1, "2"), {"$push": {"matrix.0": {"$each": [1, 2]}}}),
        (U.push("prices", "1.5"), {"$push": {"prices": {"$each": ["1.50"]}}}),
        (U.add_to_set("tags", "a", "b"), {"$addToSet": {"tags": {"$each": ["a", "b"]}}}),
        (U.add_to_set(friends=Friend(_id=KEY)), {"$addToSet": {"friends": {"$each": [KEY]}}}),
        (U.pull(Post.tags, "a", "b"), {"$pullAll": {"tags": ["a", "b"]}}),
        (U.pull(tags="a"), {"$pullAll": {"tags": ["a"]}}),
        (U.pull("friends", str(KEY)), {"$pullAll": {"friends": [KEY]}}),
        (U.pull(Post.comments, votes__lt=0), {"$pull": {"cs": {"v": {"$lt": 0}}}}),
        (
            U.pull(Post.comments, Q(votes__lt=0) | Q(by="x")),
            {"$pull": {"cs": {"$or": [{"v": {"$lt": 0}}, {"b": "x"}]}}},
        ),
        (U.pull("tags", gte="m", lt="n"), {"$pull": {"tags": {"$gte": "m", "$lt": "n"}}}),
        (U.pull("tags", ~Q(gt="m")), {"$pull": {"tags": {"$not": {"$gt": "m"}}}}),
        (U.pull("prices", Q(**{"in": ["1"]})), {"$pull": {"prices": {"$in": ["1.00"]}}}),
        (U.pull("mixed", x__y__gt=1), {"$pull": {"mixed": {"x.y": {"$gt": 1}}}}),
        (U.pop("tags"), {"$pop": {"tags": 1}}),
        (U.pop(Post.tags, False), {"$pop": {"tags": -1}}),
        (U.pop("tags", last=False), {"$pop": {"tags": -1}}),
        (U.pop(tags=False, matrix=True), {"$pop": {"tags": -1, "matrix": 1}}),
        (U.bit(Post.visits, and_=6, xor=1), {"$bit": {"visits": {"and": 6, "xor": 1}}}),
        (U.current_date(Post.when), {"$currentDate": {"when": True}}),
        (U.rename("heading", "title"), {"$rename": {"heading": "t"}}),
        (U.rename("old.place", Post.height), {"$rename": {"old.place": "height"}}),
        (U.rename("height", "home.rooms"), {"$rename": {"height": "h.rooms"}}),
        (U.raw({"$set": {"x": {"$y": 1}}}), {"$set": {"x": {"$y": 1}}}),
        ({Post.visits: 1, "title": "x"}, {"$set": {"visits": 1, "t": "x"}}),
    ],
)
def test_what_a_change_sends(change: UpdateOperator, update: dict[str, Any]) -> None:
    assert sent(change) == update


def test_the_longest_name_wins() -> None:
    class Twins(Document):
        a = EmbeddedDocumentField(Home)
        a_ = EmbeddedDocumentField(Home, db_field="longer")
        a__road = StringField(db_field="flat")

    class Below(Twins):
        a__road = StringField(db_field="own")

    assert U.compile(Twins, U.set(a___road="x")) == {"$set": {"longer.r": "x"}}
    assert U.compile(Twins, U.set(a__road="x")) == {"$set": {"flat": "x"}}
    assert U.compile(Below, U.set(a__road="x")) == {"$set": {"own": "x"}}
    assert U.compile(Twins, U.set("a.road", "x")) == {"$set": {"a.r": "x"}}


def test_changes_of_one_operator_are_sent_together() -> None:
    update = sent(U.inc(Post.visits), U.unset("price"), U.inc(height=2), {"title": "x"})
    assert update == {
        "$inc": {"visits": 1, "height": 2.0},
        "$unset": {"price": ""},
        "$set": {"t": "x"},
    }
    assert sent(U.set(title="x"), U.raw({"$set": {"n": 1}})) == {"$set": {"t": "x", "n": 1}}


def test_a_change_can_be_used_again() -> None:
    change = U.inc(visits=1)

    class Other(Document):
        visits = FloatField(db_field="v")

    assert [U.compile(each, change) for each in (Post, Other, Post)] == [
        {"$inc": {"visits": 1}},
        {"$inc": {"v": 1.0}},
        {"$inc": {"visits": 1}},
    ]


# -- pipelines -----------------------------------------------------------------------------------


def test_an_expression_makes_it_a_pipeline() -> None:
    assert sent(U.set(visits=F("visits") * 2, title="$t")) == [
        {"$set": {"visits": {"$multiply": ["$visits", 2]}, "t": {"$literal": "$t"}}}
    ]


def test_changes_that_go_along_with_an_expression() -> None:
    when = datetime(2020, 1, 1)
    update = sent(
        U.set(title=F("home.road"), anything={"$x": 1}),
        U.inc(visits=1),
        U.inc(height=F("visits") - 1),
        U.mul("home.rooms", 3),
        U.min(when=when),
        U.max("odd__name", 5),
        U.unset("price", "tags"),
    )
    assert update == [
        {
            "$set": {
                "t": "$h.r",
                "anything": {"$literal": {"$x": 1}},
                "visits": {"$add": [{"$ifNull": ["$visits", 0]}, 1]},
                "height": {"$add": [{"$ifNull": ["$height", 0]}, {"$subtract": ["$visits", 1]}]},
                "h.rooms": {"$multiply": [{"$ifNull": ["$h.rooms", 0]}, 3]},
                "when": {"$min": ["$when", when]},
                "o": {"$max": ["$o", 5]},
            }
        },
        {"$unset": ["price", "tags"]},
    ]
    assert sent(U.set(visits=F("visits")), U.current_date("when")) == [
        {"$set": {"visits": "$visits", "when": "$$NOW"}}
    ]


def test_no_item_is_computed() -> None:
    for change in (U.push("mixed", F("title")), U.add_to_set("tags", "a", F("title"))):
        with pytest.raises(
            ValueError, match=r"^\$\w+ takes values, and no F expression: .* pipeline"
        ):
            sent(change)


def test_whole_numbers_are_computed_as_they_are() -> None:
    days = (F(Post.when) - timedelta(days=1)) % 7
    assert sent(U.set(visits=days), U.inc(odd__name=F("visits") + True)) == [
        {
            "$set": {
                "visits": {"$mod": [{"$subtract": ["$when", 86_400_000]}, 7]},
                "o": {"$add": [{"$ifNull": ["$o", 0]}, {"$add": ["$visits", True]}]},
            }
        }
    ]
    assert sent(U.set(visits=F("height"), height=F("visits") / 2)) == [
        {"$set": {"visits": {"$toLong": "$height"}, "height": {"$divide": ["$visits", 2]}}}
    ]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (U.push("tags", "a"), "push"),
        (U.add_to_set("tags", "a"), "add_to_set"),
        (U.pull("tags", "a"), "pull"),
        (U.pull("tags", gt="a"), "pull"),
        (U.pop("tags"), "pop"),
        (U.set_on_insert(title="x"), "set_on_insert"),
        (U.bit("visits", or_=1), "bit"),
        (U.rename("x", "title"), "rename"),
        (U.raw({"$setField": {"x": 1}}), "raw"),
    ],
    ids=str,
)
def test_what_does_not_go_along_with_an_expression(change: UpdateOperator, name: str) -> None:
    with pytest.raises(
        ValueError, match=rf"^U\.{name} can't be sent together with an F expression"
    ):
        sent(U.set(height=F("height") + 1), change)


@pytest.mark.parametrize("path", ["comments.0.by", "tags.$[]", "anything.0"])
def test_a_pipeline_has_no_places_in_lists(path: str) -> None:
    with pytest.raises(ValueError, match="no places in lists"):
        sent(U.set(height=F("height") + 1), U.set(path, "x"))


@pytest.mark.parametrize("name", ["price", "password"])
def test_what_the_server_can_not_compute(name: str) -> None:
    for change in (U.set(name, F("title")), U.set(**{name: F("visits") + 1})):
        with pytest.raises(ValueError, match=f"Field '{name}' is stored as"):
            sent(change)


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "make"),
    [
        (InvalidDocumentError, "Field 'visits' must be valid.", lambda: [U.set(visits="many")]),
        (InvalidDocumentError, "Field 'visits' must be valid.", lambda: [U.set(visits=-1)]),
        (InvalidDocumentError, "Field 'visits' must be valid.", lambda: [U.max(visits=5000)]),
        (InvalidDocumentError, "Field 'title' is required.", lambda: [U.unset(Post.title)]),
        (InvalidDocumentError, "Field 'title' is required.", lambda: [U.set(title=None)]),
        (InvalidDocumentError, "Field 'title' is required.", lambda: [U.rename("title", "tags")]),
        (InvalidDocumentError, "Field 'road' is required.", lambda: [U.set("home.road", None)]),
        (InvalidDocumentError, "Field 'road' is required.", lambda: [U.unset("home.road")]),
        (InvalidDocumentError, "Field 'visits' must be valid.", lambda: [U.inc(visits=1.5)]),
        (InvalidDocumentError, "Field 'visits' must be valid.", lambda: [U.inc(visits=2**63)]),
        (InvalidDocumentError, "Field 'visits' must be valid.", lambda: [U.inc(visits=None)]),
        (InvalidDocumentError, "Field 'visits' must be valid.", lambda: [U.inc(visits=True)]),
        (InvalidDocumentError, "Field 'height' must be valid.", lambda: [U.mul(height=False)]),
        (InvalidDocumentError, "Field 'height' must be valid.", lambda: [U.mul(height="x")]),
        (InvalidDocumentError, "Field 'anything' must be valid.", lambda: [U.inc(anything="1")]),
        (InvalidDocumentError, "Field 'tags' must be valid.", lambda: [U.push(tags=["a"])]),
        (InvalidDocumentError, "Field 'tags' must be valid.", lambda: [U.add_to_set("tags", 5)]),
        (InvalidDocumentError, "Field 'prices' must be valid.", lambda: [U.pull("prices", "x")]),
        (
            ValueError,
            "Invalid update 'visist': Field not found in 'Post'.",
            lambda: [U.inc(visist=1)],
        ),
        (ValueError, "Invalid update 'pw': Field not found in 'Post'.", lambda: [U.set(pw="x")]),
        (ValueError, "Invalid update '_id': Field not found", lambda: [U.set(_id=1)]),
        (ValueError, "Invalid update '$inc': Field not found", lambda: [{"$inc": {"visits": 1}}]),
        (
            ValueError,
            "Invalid update 'home.no': Field not found in 'Home'.",
            lambda: [U.set("home.no", 1)],
        ),
        (ValueError, "Invalid update 'comments.0.no': Field", lambda: [U.set(comments__0__no=1)]),
        (ValueError, "'comments' is a list: say which items", lambda: [U.set("comments.by", 1)]),
        (ValueError, "there is nothing inside of 'title'", lambda: [U.set("title.x", 1)]),
        (ValueError, "'$where' is no key", lambda: [U.set("anything.$where", 1)]),
        (ValueError, r"'a\x00b' is no key", lambda: [U.set("anything.a\0b", 1)]),
        (ValueError, "say which items", lambda: [U.set(**{"comments__$__by": 1})]),
        (ValueError, "<StringField name> is no field of Post", lambda: [U.set(Friend.name, "x")]),
        (
            ValueError,
            "Field 'price' is stored as text and can't be used with $inc.",
            lambda: [U.inc(price=1)],
        ),
        (
            ValueError,
            "Field 'price' is stored as text and can't be used with $max.",
            lambda: [U.max(price=1)],
        ),
        (
            ValueError,
            "Field 'prices' is stored as text and can't be",
            lambda: [U.mul("prices.0", 2)],
        ),
        (ValueError, "Field 'title' can't be used with $inc.", lambda: [U.inc(title=1)]),
        (ValueError, "Field 'tags' can't be used with $inc.", lambda: [U.inc(tags=1)]),
        (ValueError, "Field 'title' can't be used with $push.", lambda: [U.push("title", "x")]),
        (ValueError, "Field 'title' can't be used with $pullAll.", lambda: [U.pull("title", "x")]),
        (ValueError, "Field 'title' can't be used with $pop.", lambda: [U.pop("title")]),
        (ValueError, "Field 'height' can't be used with $bit.", lambda: [U.bit("height", or_=1)]),
        (
            ValueError,
            "Field 'title' can't be used with $currentDate.",
            lambda: [U.current_date("title")],
        ),
        (ValueError, "U.bit takes and_, or_ or xor.", lambda: [U.bit("visits")]),
        (ValueError, "asks for nothing", lambda: [U.pull("tags", Q())]),
        (ValueError, "asks for nothing", lambda: [U.pull("comments", Q())]),
        (ValueError, "by '|'", lambda: [U.pull("tags", Q(lt="a") | Q(gt="b"))]),
        (ValueError, "Invalid filter 'nope__such'", lambda: [U.pull("comments", nope__such=1)]),
        (
            ValueError,
            "Two changes of one update touch 'tags'.",
            lambda: [U.push("tags", "a"), U.pull("tags", "b")],
        ),
        (
            ValueError,
            "Two changes of one update touch 'home'.",
            lambda: [U.set("home.rooms", 1), U.unset("home")],
        ),
        (
            ValueError,
            "Two changes of one update touch 'visits'.",
            lambda: [U.inc(visits=1), {"visits": 5}],
        ),
        (
            ValueError,
            "Two changes of one update touch",
            lambda: [U.rename("x", "height"), U.inc(height=1)],
        ),
        (
            ValueError,
            "Two changes of one update touch 'title'.",
            lambda: [U.set(title="x"), U.raw({"$set": {"t": 1}})],
        ),
        (ValueError, "An update needs a change.", lambda: []),
        (ValueError, "An update needs a change.", lambda: [U.set()]),
        (
            ValueError,
            "Invalid F('nope'): Field not found in 'Post'.",
            lambda: [U.set(height=F("nope"))],
        ),
        (ValueError, "no field of Post", lambda: [U.set(height=F(Friend.name))]),
        (ValueError, "U.raw takes MongoDB's operators", lambda: [U.raw({"x": 1})]),
        (ValueError, "Invalid order by direction 2", lambda: [U.push("tags", "a", sort=2)]),
        (ValueError, "Invalid update 'no'", lambda: [U.push("comments", sort={"no": 1})]),
        (TypeError, "U.raw takes a mapping", lambda: [U.raw("x")]),
        (TypeError, "'$set' takes a mapping of keys", lambda: [U.raw({"$set": 1})]),
        (TypeError, "U.set takes a field and its value", lambda: [U.set("title")]),
        (TypeError, "U.set takes a field and its value", lambda: [U.set("title", "x", visits=1)]),
        (TypeError, "A change names fields or paths (texts), not int.", lambda: [U.set(5, 1)]),
        (
            TypeError,
            "U.pull takes items or conditions, not both.",
            lambda: [U.pull("tags", "a", gt="b")],
        ),
        (
            TypeError,
            "U.pop takes True for the last item or False, not -1.",
            lambda: [U.pop(tags=-1)],
        ),
        (
            TypeError,
            "position must be a whole number, not '0'.",
            lambda: [U.push("tags", "a", position="0")],
        ),
        (TypeError, "An update takes changes such as U.inc(visits=1), not str.", lambda: ["x"]),
    ],
)
def test_what_is_refused(kind: type[Exception], text: str, make: Callable[[], list[Any]]) -> None:
    with pytest.raises(kind) as refusal:
        sent(*make())
    assert text in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "path", "value", "shown"),
    [
        (U.set("home.rooms", "x"), "home.rooms", "x", "At home.rooms: 'x' (str)"),
        (U.set("comments.3.votes", "x"), "comments.3.votes", "x", "At comments[3].votes: 'x'"),
        (U.set(home={"road": 5}), "home.road", 5, "At home.road: 5 (int)"),
        (U.inc(visits="x"), "visits", "x", "At visits: 'x' (str); a whole number is wanted"),
        (U.mul(visits=1.1), "visits", 1.1, "At visits: 1.1 (float); a whole number is wanted"),
        (U.inc(height="x"), "height", "x", "At height: 'x' (str); a number is wanted"),
        (U.set(password=5), "password", "***", "At password: '***' (int)"),
    ],
)
def test_a_refused_value_is_located(
    change: UpdateOperator, path: str, value: Any, shown: str
) -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        sent(change)
    assert (refusal.value.path, refusal.value.value) == (path, value)
    assert refusal.value.__notes__[0].startswith(shown)


def test_a_field_of_the_programs_own_says_what_an_amount_is() -> None:
    class Cents(BaseField[float]):
        def to_son(self, value: Any) -> Any:
            return value if value is None else round(value * 100)

    class Purse(Document):
        coins = Cents()

    assert U.compile(Purse, U.inc(coins=1.5)) == {"$inc": {"coins": 150}}


# -- array filters -------------------------------------------------------------------------------


def filters(path: str, given: Any) -> Any:
    return array_filters_of(operations_of(Post, [U.raw({"$inc": {"n": 1}}), U.unset(path)]), given)


def test_array_filters_are_conditions_on_items() -> None:
    assert filters("comments.$[c].by", {"c": Q(votes__lt=0)}) == [{"c.v": {"$lt": 0}}]
    either = Q(votes__lt=0) | Q(by="x")
    assert filters("comments.$[c].by", {"c": either}) == [
        {"$or": [{"c.v": {"$lt": 0}}, {"c.b": "x"}]}
    ]
    assert filters("tags.$[t]", {"t": Q(gte="a", lt="b")}) == [{"t": {"$gte": "a", "$lt": "b"}}]
    assert filters("matrix.$[row].$[n]", {"row": Q(ne=[]), "n": Q(gt="1")}) == [
        {"row": {"$ne": []}},
        {"n": {"$gt": 1}},
    ]
    assert filters("anything.$[x].y", {"x": Q(y__gt=1)}) == [{"x.y": {"$gt": 1}}]


def test_a_list_of_array_filters_is_mongodbs_own() -> None:
    own = [{"c.v": {"$lt": 0}}]
    assert filters("comments.$[c].by", own) == own
    assert filters("height", None) is None


@pytest.mark.parametrize(
    ("kind", "text", "path", "given"),
    [
        (ValueError, r"\$\[c\] needs a condition", "comments.$[c].by", None),
        (
            ValueError,
            r"no path of a change has \$\[d\]",
            "comments.$[c].by",
            {"c": Q(by="x"), "d": Q()},
        ),
        (ValueError, "asks for nothing", "comments.$[c].by", {"c": Q()}),
        (ValueError, "keywords", "comments.$[c].by", {"c": Q({"v": 1})}),
        (ValueError, "Invalid filter 'c__nope__x'", "comments.$[c].by", {"c": Q(nope__x=1)}),
        (TypeError, "takes a condition", "comments.$[c].by", {"c": {"v": 1}}),
        (TypeError, "takes conditions by name", "comments.$[c].by", "c"),
    ],
)
def test_array_filters_that_are_refused(
    kind: type[Exception], text: str, path: str, given: Any
) -> None:
    with pytest.raises(kind, match=text):
        filters(path, given)


def test_what_is_required_is_refused_with_its_place() -> None:
    for change in (U.unset(Post.title), U.rename("title", "tags"), U.set(title=None)):
        with pytest.raises(InvalidDocumentError) as refused:
            U.compile(Post, change)
        assert refused.value.path == "title"
