"""F, Func and Raw: what they send, as conditions and as parts of one another."""

from __future__ import annotations

import copy
import operator
import pickle
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from bson import Decimal128, ObjectId

from aiomotorengine import (
    Aggregation,
    BaseField,
    BooleanField,
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    F,
    FloatField,
    Func,
    IntField,
    ListField,
    PasswordField,
    Q,
    Raw,
    ReferenceField,
    StringField,
    TimedeltaField,
    U,
    UUIDField,
)
from aiomotorengine.query_builder.node import QCombination, QNode, QNodeVisitor, QNot


class Home(Document):
    road = StringField(db_field="r")


class Item(Document):
    stock = IntField()
    minimum = IntField(db_field="min")
    start = DateTimeField(db_field="s")
    end = DateTimeField(db_field="e")
    name = StringField()
    tags = ListField(StringField())
    price = DecimalField()
    cost = DecimalField(db_field="c")
    weight = FloatField()
    first = StringField(db_field="f")
    last = StringField()
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))
    owner = ReferenceField(Home)
    key = UUIDField()
    password = PasswordField(db_field="pw")
    lasts = TimedeltaField(unit="milliseconds")
    flag = BooleanField()
    any = BaseField()


OID = ObjectId("0123456789abcdef01234567")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (F("stock") < F("minimum"), {"$lt": ["$stock", "$min"]}),
        (F(Item.stock) <= Item.minimum, {"$lte": ["$stock", "$min"]}),
        (F("stock") == 5, {"$eq": ["$stock", 5]}),
        (F("stock") == "5", {"$eq": ["$stock", 5]}),
        (5 == F("stock"), {"$eq": ["$stock", 5]}),  # noqa: SIM300
        (5 < F("stock"), {"$gt": ["$stock", 5]}),  # noqa: SIM300
        (F("stock") != None, {"$ne": ["$stock", None]}),  # noqa: E711
        (F("stock") * 2 > 4, {"$gt": [{"$multiply": ["$stock", 2]}, 4]}),
        (
            F("stock") + F("minimum") * 2 > F("weight") % 3,
            {
                "$gt": [
                    {"$add": ["$stock", {"$multiply": ["$min", 2]}]},
                    {"$mod": ["$weight", 3]},
                ]
            },
        ),
        (F("stock") + Item.minimum > 1, {"$gt": [{"$add": ["$stock", "$min"]}, 1]}),
        (
            F("end") - F("start") > timedelta(hours=1),
            {"$gt": [{"$subtract": ["$e", "$s"]}, 3_600_000]},
        ),
        (F("start") < "2010-01-01 00:00:00", {"$lt": ["$s", datetime(2010, 1, 1)]}),
        (F("lasts") > timedelta(hours=1), {"$gt": ["$lasts", 3_600_000]}),
        (F("lasts") * 2 > timedelta(hours=1), {"$gt": [{"$multiply": ["$lasts", 2]}, 3_600_000]}),
        (F("name") == "$password", {"$eq": ["$name", {"$literal": "$password"}]}),
        (F("name") == F("last"), {"$eq": ["$name", "$last"]}),
        (F("any") == {"$gt": 1}, {"$eq": ["$any", {"$literal": {"$gt": 1}}]}),
        (F("any") == [1, "$x"], {"$eq": ["$any", {"$literal": [1, "$x"]}]}),
        (F("tags") == ["a"], {"$eq": ["$tags", {"$literal": ["a"]}]}),
        (F("tags") == [F("name")], {"$eq": ["$tags", ["$name"]]}),
        (F("home") == Home(road="x"), {"$eq": ["$h", {"$literal": {"r": "x"}}]}),
        (F("home.road") == "x", {"$eq": ["$h.r", {"$literal": "x"}]}),
        (F("home__road") == "x", {"$eq": ["$h.r", {"$literal": "x"}]}),
        (F("owner") == Home(_id=OID), {"$eq": ["$owner", OID]}),
        (F("key") == str(UUID(int=5)), {"$eq": ["$key", UUID(int=5)]}),
        (F("id") == str(OID), {"$eq": ["$_id", OID]}),
        (F("_id") != OID, {"$ne": ["$_id", OID]}),
        (F("flag") == True, {"$eq": ["$flag", True]}),  # noqa: E712
        (F("tags").size() > 3, {"$gt": [{"$size": {"$ifNull": ["$tags", []]}}, 3]}),
        (
            F("price") > Decimal("9.5"),
            {"$gt": [{"$toDecimal": "$price"}, Decimal128("9.5")]},
        ),
        (F("price") > "9.5", {"$gt": [{"$toDecimal": "$price"}, Decimal128("9.5")]}),
        (F("price") > 0.1, {"$gt": [{"$toDecimal": "$price"}, Decimal128("0.1")]}),
        (F("price") == None, {"$eq": [{"$toDecimal": "$price"}, None]}),  # noqa: E711
        (F("price") > F("cost"), {"$gt": [{"$toDecimal": "$price"}, {"$toDecimal": "$c"}]}),
        (F("price") > Item.cost, {"$gt": [{"$toDecimal": "$price"}, {"$toDecimal": "$c"}]}),
        (Func("strLenCP", F("name")) > 3, {"$gt": [{"$strLenCP": "$name"}, 3]}),
        (Func("year", F("start")) == 2010, {"$eq": [{"$year": "$s"}, 2010]}),
        (Raw({"$year": "$s"}) == 2010, {"$eq": [{"$year": "$s"}, 2010]}),
        (F("start") < Raw("$$NOW"), {"$lt": ["$s", "$$NOW"]}),
    ],
)
def test_what_a_comparison_sends(condition, expected):
    assert condition.to_query(Item) == {"$expr": expected}
    assert Item.objects.filter(condition).to_query() == {"$expr": expected}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (
            Func("concat", F("first"), " ", F("last")),
            {"$concat": ["$f", {"$literal": " "}, "$last"]},
        ),
        (Func("toUpper", Item.first), {"$toUpper": "$f"}),
        (Func("rand"), {"$rand": {}}),
        (Func("sum", F("tags")), {"$sum": "$tags"}),
        (
            Func("dateTrunc", date=F("start"), unit="month"),
            {"$dateTrunc": {"date": "$s", "unit": {"$literal": "month"}}},
        ),
        (
            Func("cond", F("stock") > 3, "$many", F("name")),
            {"$cond": [{"$gt": ["$stock", 3]}, {"$literal": "$many"}, "$name"]},
        ),
        (
            Func("cond", (F("stock") > 3) & ~(F("stock") < 5) | (F("weight") == 1), 1, 0),
            {
                "$cond": [
                    {
                        "$or": [
                            {
                                "$and": [
                                    {"$gt": ["$stock", 3]},
                                    {"$not": [{"$lt": ["$stock", 5]}]},
                                ]
                            },
                            {"$eq": ["$weight", 1.0]},
                        ]
                    },
                    1,
                    0,
                ]
            },
        ),
        (
            Func("switch", branches=[{"case": F("stock") > 3, "then": "$x"}], default=None),
            {
                "$switch": {
                    "branches": [{"case": {"$gt": ["$stock", 3]}, "then": {"$literal": "$x"}}],
                    "default": None,
                }
            },
        ),
        (Func("in", F("name"), ["a", "$b"]), {"$in": ["$name", {"$literal": ["a", "$b"]}]}),
        (
            Func("in", "x", [F("name"), "y"]),
            {"$in": [{"$literal": "x"}, ["$name", {"$literal": "y"}]]},
        ),
        (Func("abs", F("stock") - 5), {"$abs": {"$subtract": ["$stock", 5]}}),
        (Func("abs", F("stock")) + 1, {"$add": [{"$abs": "$stock"}, 1]}),
        (
            Func("setField", field="a", input=Raw("$$ROOT"), value={"$x": 1}),
            {
                "$setField": {
                    "field": {"$literal": "a"},
                    "input": "$$ROOT",
                    "value": {"$literal": {"$x": 1}},
                }
            },
        ),
    ],
)
def test_what_an_expression_sends(expression, expected):
    assert expression.to_expression(Item) == expected


def test_conditions_are_combined_like_others():
    compared = {"$expr": {"$lt": ["$stock", "$min"]}}
    condition = F("stock") < F("minimum")
    assert Item.objects.filter(condition, name="x").to_query() == {
        "$and": [compared, {"name": "x"}]
    }
    assert (Q(name="x") | condition).to_query(Item) == {"$or": [{"name": "x"}, compared]}
    assert (condition & {"x": 1}).to_query(Item) == {"$and": [compared, {"x": 1}]}
    assert (condition & condition).to_query(Item) == {"$and": [compared, compared]}
    assert (~condition).to_query(Item) == {"$nor": [compared]}
    assert (Q() & condition).to_query(Item) == compared
    assert Item.objects.filter_not(condition).to_query() == {"$nor": [compared]}
    assert Item.objects.aggregate.match(condition).to_query() == [{"$match": compared}]
    assert not condition.empty


@pytest.mark.parametrize(
    "compare", [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]
)
def test_a_condition_has_no_truth_value(compare):
    for one, other in ((F("stock"), F("name")), (F("stock") * 2, 5), (5, F("stock"))):
        with pytest.raises(
            TypeError, match="^A condition has no truth value; combine conditions with & and |.$"
        ):
            bool(compare(one, other))
    with pytest.raises(TypeError, match="no truth value"):
        1 < F("stock") < 5  # noqa: B015


def test_expressions_are_copied_and_can_be_keys():
    expression = F("stock") + 1
    assert {expression: 1}[expression] == 1
    for copied in (copy.deepcopy(expression > 1), pickle.loads(pickle.dumps(expression > 1))):
        assert copied.to_query(Item) == (expression > 1).to_query(Item)


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (F("nope") > 1, r"^Invalid F\('nope'\): Field not found in 'Item'\.$"),
        (F("home.nope") > 1, r"^Invalid F\('home\.nope'\): Field not found in 'Item'\.$"),
        (F(Home.road) == "x", "is no field of Item, but of Home"),
        (F("stock") + Home.road == 1, "is no field of Item, but of Home"),
        (F("stock") > "x", r"^Invalid value beside F\('stock'\): "),
        (F("price") > "x", r"^Invalid value beside F\('price'\): "),
        (F("key") == "x", r"^Invalid value beside F\('key'\): "),
        (F("name").size() > 1, r"^size\(\) is for lists, and F\('name'\) is a StringField\.$"),
        (Func("cond", Q(name="x"), 1, 0) == 1, "and no Q"),
        (Func("x", {"$gt": F("name")}) == 1, r"^'\$gt' can't be a key beside an F expression"),
    ],
)
def test_what_cannot_be_compared(condition, text):
    with pytest.raises(ValueError, match=text):
        condition.to_query(Item)


def test_what_makes_no_expression():
    with pytest.raises(TypeError, match="^F takes a field or its name, not int.$"):
        F(5)
    with pytest.raises(TypeError, match="^Func takes the name of an operator, not int.$"):
        Func(5)
    for name in ("$concat", "", "a.b", "a b"):
        with pytest.raises(ValueError, match="^Func takes the name of an operator without its"):
            Func(name)
    with pytest.raises(TypeError, match=r"^\$x takes arguments with names or without, not both.$"):
        Func("x", 1, a=1)
    with pytest.raises(TypeError, match="^Raw takes an expression of MongoDB's"):
        Raw(5)
    for expression in (F("stock"), F("stock") + 1, Func("rand"), Raw({"$rand": {}})):
        with pytest.raises(TypeError, match="^Filters are queries"):
            Item.objects.filter(expression)


def test_conditions_on_items_take_no_f():
    for refused in (
        lambda: Q(homes__elem_match=F("road") == "x").to_query(Item),
        lambda: Q(homes__elem_match=Q(road="x") & (F("road") == "x")).to_query(Item),
        lambda: U.compile(Item, U.pull(Item.homes, F("road") == "x")),
        lambda: U.compile(Item, U.pull(Item.tags, F("road") == "x")),
    ):
        with pytest.raises(ValueError, match="MongoDB .* no F"):
            refused()


def test_the_values_of_passwords_are_not_shown():
    found = Item.objects.filter(F("password") == "secret")
    hashed = found.to_query()["$expr"]["$eq"][1]["$literal"]
    assert hashed not in repr(found)
    assert "'***'" in repr(found)


def test_a_visitor_of_a_programs_own_says_what_it_does_not_know():
    class Names(QNodeVisitor[list[str]]):
        def visit_query(self, query):
            return list(query.query)

        def visit_not(self, negation):
            return negation.query.accept(self)

        def visit_combination(self, combination):
            return [name for child in combination.children for name in child.accept(self)]

    assert QNot(QCombination(QNode.AND, [Q(a=1), Q(b=1)])).accept(Names()) == ["a", "b"]
    with pytest.raises(TypeError, match="^Names knows no conditions with F.$"):
        (F("stock") > 1).accept(Names())


def test_after_a_group_names_are_those_that_it_left():
    groups = Item.objects.aggregate.group_by(
        Item.name, Aggregation.sum(Item.minimum, alias="total"), Aggregation.sum(Item.stock)
    )
    query = groups.match((F("total") > F("stock")) & (F("name") == "$x")).to_query()
    assert query[-1] == {
        "$match": {
            "$and": [
                {"$expr": {"$gt": ["$total", "$stock"]}},
                {"$expr": {"$eq": ["$_id.name", {"$literal": "$x"}]}},
            ]
        }
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (U.set(any=Func("toUpper", F("name"))), [{"$set": {"any": {"$toUpper": "$name"}}}]),
        (U.set(any=Raw({"$rand": {}})), [{"$set": {"any": {"$rand": {}}}}]),
        (
            U.set(stock=F("tags").size()),
            [{"$set": {"stock": {"$size": {"$ifNull": ["$tags", []]}}}}],
        ),
        (U.set(any=F("home__road")), [{"$set": {"any": "$h.r"}}]),
    ],
)
def test_updates_take_the_same_expressions(change, expected):
    assert U.compile(Item, change) == expected


# -- what they find ------------------------------------------------------------------------------


async def names_of(condition):
    return [item.name async for item in Item.objects.filter(condition).order_by("name")]


@pytest.fixture
async def stored(mongo, codec):
    await Item.objects.bulk_insert(
        [
            Item(name="a", stock=1, minimum=5, tags=["x"] * 4, price="10.00", cost="9.00"),
            Item(
                name="b",
                stock=9,
                minimum=5,
                price="9.00",
                cost="10.00",
                start=datetime(2020, 1, 1),
                end=datetime(2020, 1, 1, 2),
            ),
            Item(name="$last", last="$last", first="$last", stock=3, minimum=3),
        ]
    )


@pytest.mark.mongod_only("SecantusDB computes only some expressions")
@pytest.mark.parametrize(
    ("condition", "names"),
    [
        (F("stock") < F("minimum"), ["a"]),
        (F("stock") * 2 > 6, ["b"]),
        (F("end") - F("start") > timedelta(hours=1), ["b"]),
        (F("end") - F("start") > timedelta(hours=3), []),
        (F("name") == "$last", ["$last"]),
        (F("name") == F("last"), ["$last"]),
        (F("tags").size() > 3, ["a"]),
        (F("tags").size() == 0, ["$last", "b"]),
        (F("price") > Decimal("9.5"), ["a"]),
        (F("price") < F("cost"), ["b"]),
        (Func("concat", F("name"), "!") == "b!", ["b"]),
        (~(F("stock") < F("minimum")), ["$last", "b"]),
        ((F("stock") < F("minimum")) | Q(name="b"), ["a", "b"]),
        (Func("cond", F("stock") > 3, "many", "few") == "many", ["b"]),
        (Func("in", F("name"), ["a", "$last"]) == True, ["$last", "a"]),  # noqa: E712
        (Raw({"$substrCP": ["$name", 0, 1]}) == "$", ["$last"]),
    ],
)
async def test_what_a_comparison_finds(stored, condition, names):
    assert await names_of(condition) == names
    assert await Item.objects.filter(condition).count() == len(names)


async def test_fields_are_compared_with_each_other(stored):
    assert await names_of(F("stock") < F(Item.minimum)) == ["a"]


@pytest.mark.mongod_only("SecantusDB computes only some expressions")
async def test_a_value_that_cannot_be_sent_is_named(stored):
    with pytest.raises(ValueError, match="^Invalid value in a condition with F: "):
        await Item.objects.filter(F("any") == object()).count()
