"""What the operators of filter keys send, and the values and fields that they refuse."""

from __future__ import annotations

import re
from datetime import datetime
from enum import Enum

import pytest
from bson import Binary

from aiomotorengine import (
    AnyField,
    BaseField,
    BinaryField,
    Decimal128Field,
    DictField,
    Document,
    EmbeddedDocumentField,
    EnumField,
    IntField,
    ListField,
    MapField,
    Near,
    PointField,
    PolygonField,
    Q,
    SetField,
    StringField,
    TupleField,
    URLField,
    VectorField,
)
from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query_builder.transform import OPERATORS
from tests.query.models import Sub, Thing

POINT = {"type": "Point", "coordinates": [3, 50]}
AREA = [[[0, 0], [0, 9], [9, 9], [0, 0]]]
POLYGON = {"type": "Polygon", "coordinates": AREA}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"a__nin": [1, "2"]}, {"a": {"$nin": [1, 2]}}),
        ({"nums__nin": (1,)}, {"nums": {"$nin": [1]}}),
        ({"s__contains": "a.c"}, {"s": {"$regex": "a\\.c"}}),
        ({"s__contains": ""}, {"s": {"$regex": ""}}),
        ({"s__contains": "a\0\\b"}, {"s": {"$regex": "a\\x00\\\\b"}}),
        ({"s__icontains": "a"}, {"s": {"$regex": "a", "$options": "i"}}),
        ({"s__startswith": "a.c"}, {"s": {"$regex": "^a\\.c"}}),
        ({"s__istartswith": "A"}, {"s": {"$regex": "^A", "$options": "i"}}),
        ({"s__endswith": "$"}, {"s": {"$regex": "\\$(?!\\n)$"}}),
        ({"s__iendswith": "z"}, {"s": {"$regex": "z(?!\\n)$", "$options": "i"}}),
        ({"s__exact": "a.c"}, {"s": "a.c"}),
        ({"s__iexact": "a.c"}, {"s": {"$regex": "^a\\.c(?!\\n)$", "$options": "i"}}),
        ({"s__regex": "^a.c"}, {"s": {"$regex": "^a.c"}}),
        ({"s__iregex": "^a"}, {"s": {"$regex": "^a", "$options": "i"}}),
        ({"s__regex": re.compile("a")}, {"s": {"$regex": "a"}}),
        (
            {"s__regex": re.compile("a", re.X | re.S | re.M | re.I)},
            {"s": {"$regex": "a", "$options": "imsx"}},
        ),
        ({"s__iregex": re.compile("a", re.S)}, {"s": {"$regex": "a", "$options": "is"}}),
        ({"s__wholeword": "sea"}, {"s": {"$regex": "(*UCP)\\bsea\\b"}}),
        ({"s__wholeword": "über"}, {"s": {"$regex": "(*UCP)\\büber\\b"}}),
        ({"s__iwholeword": "sea"}, {"s": {"$regex": "(*UCP)\\bsea\\b", "$options": "i"}}),
        ({"tags__contains": "x"}, {"tags": {"$regex": "x"}}),
        ({"tags__0__contains": "x"}, {"tags.0": {"$regex": "x"}}),
        ({"members__name__endswith": "x"}, {"subs.nm": {"$regex": "x(?!\\n)$"}}),
        ({"tags__all": {"x"}}, {"tags": {"$all": ["x"]}}),
        ({"nums__all": ("1", 2)}, {"nums": {"$all": [1, 2]}}),
        ({"nums__all": iter([1])}, {"nums": {"$all": [1]}}),
        ({"tags__all": []}, {"tags": {"$all": []}}),
        ({"tables__all": [[1, 2]]}, {"tables": {"$all": [[1, 2]]}}),
        ({"friends__all": []}, {"friends": {"$all": []}}),
        ({"tags__size": 2}, {"tags": {"$size": 2}}),
        ({"members__size": 0}, {"subs": {"$size": 0}}),
        ({"sub__numbers__size": 1}, {"ss.ns": {"$size": 1}}),
        ({"members__numbers__size": 1}, {"subs.ns": {"$size": 1}}),
        ({"a__mod": (4, 1)}, {"a": {"$mod": [4, 1]}}),
        ({"weight__mod": [4, -1]}, {"weight": {"$mod": [4, -1]}}),
        ({"nums__mod": (2, 0)}, {"nums": {"$mod": [2, 0]}}),
        ({"a__type": "string"}, {"a": {"$type": "string"}}),
        ({"a__type": 16}, {"a": {"$type": 16}}),
        ({"a__type": ("int", -1)}, {"a": {"$type": ["int", -1]}}),
        ({"friend__type": "objectId"}, {"fr": {"$type": "objectId"}}),
        ({"a__bits_all_set": 5}, {"a": {"$bitsAllSet": 5}}),
        ({"a__bits_any_set": [0, 2]}, {"a": {"$bitsAnySet": [0, 2]}}),
        ({"a__bits_all_clear": b"\x05"}, {"a": {"$bitsAllClear": b"\x05"}}),
        ({"nums__bits_any_clear": (1,)}, {"nums": {"$bitsAnyClear": [1]}}),
        ({"place__near": [3, 50]}, {"place": {"$near": {"$geometry": POINT}}}),
        ({"place__near": POINT}, {"place": {"$near": {"$geometry": POINT}}}),
        (
            {"place__near_sphere": Near((3, 50), 9.5, min_distance=1)},
            {
                "place": {
                    "$nearSphere": {"$geometry": POINT, "$maxDistance": 9.5, "$minDistance": 1}
                }
            },
        ),
        ({"places__near": (3, 50)}, {"places": {"$near": {"$geometry": POINT}}}),
        ({"place__geo_within": AREA}, {"place": {"$geoWithin": {"$geometry": POLYGON}}}),
        ({"place__geo_within": POLYGON}, {"place": {"$geoWithin": {"$geometry": POLYGON}}}),
        ({"place__geo_intersects": [3, 50]}, {"place": {"$geoIntersects": {"$geometry": POINT}}}),
        (
            {"place__geo_intersects": [[3, 50], [4, 50]]},
            {
                "place": {
                    "$geoIntersects": {
                        "$geometry": {"type": "LineString", "coordinates": [[3, 50], [4, 50]]}
                    }
                }
            },
        ),
        (
            {"place__geo_within_box": [(-1, 50), POINT]},
            {"place": {"$geoWithin": {"$box": [[-1, 50], [3, 50]]}}},
        ),
        (
            {"place__geo_within_polygon": AREA[0][:3]},
            {"place": {"$geoWithin": {"$polygon": [[0, 0], [0, 9], [9, 9]]}}},
        ),
        (
            {"place__geo_within_center": ([3, 50], 1)},
            {"place": {"$geoWithin": {"$center": [[3, 50], 1]}}},
        ),
        (
            {"place__geo_within_sphere": [POINT, 0.01]},
            {"place": {"$geoWithin": {"$centerSphere": [[3, 50], 0.01]}}},
        ),
        (
            {"place__geo_within_distance": ((3, 50), 637_810)},
            {"place": {"$geoWithin": {"$centerSphere": [[3, 50], 0.1]}}},
        ),
    ],
)
def test_what_an_operator_sends(filters, expected):
    assert Q(**filters).to_query(Thing) == expected


@pytest.mark.parametrize(
    "name", sorted(OPERATORS.keys() - {"not", "near", "near_sphere", "is_null", "exact"})
)
def test_not_goes_before_any_operator(name, monkeypatch):
    monkeypatch.setattr(OPERATORS[name], "get_value", lambda self, field, raw: 5)
    monkeypatch.setattr(OPERATORS[name], "get_conditions", lambda *given: 5, raising=False)
    monkeypatch.setattr(OPERATORS[name], "to_query", lambda self, key, value: {key: {"$x": value}})
    assert Q(**{f"any__not__{name}": 1}).to_query(Thing) == {"any": {"$not": {"$x": 5}}}


def test_the_opposite_of_a_pattern():
    assert Q(s__not__regex="^a").to_query(Thing) == {"s": {"$not": {"$regex": "^a"}}}
    assert (~Q(s__icontains="a")).to_query(Thing) == {
        "s": {"$not": {"$regex": "a", "$options": "i"}}
    }
    assert Q(s__not__exact="a").to_query(Thing) == {"s": {"$ne": "a"}}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("s__contains", [{"$ne": ""}, None, 5, b"x", ["x"], re.compile("x")]),
        ("s__exact", [None, 5, {"$gt": ""}, ["x"]]),
        ("s__iexact", [None, {}]),
        ("s__regex", [{"$ne": ""}, None, 5, re.compile(b"x"), ["x"]]),
        ("s__regex", [re.compile("x", re.ASCII)]),
        ("s__wholeword", [{"$ne": ""}]),
        ("tags__all", ["xy", b"xy", {"$ne": 1}, 5, None, [{"$elemMatch": {}}]]),
        ("tags__size", [{"$gt": 0}, -1, True, 1.0, "2", None, [1]]),
        ("a__mod", [(0, 1), (4,), (4, 1, 0), 4, {"$gt": 1}, (4.0, 1), (True, 1), None]),
        ("a__type", ["foo", 0, 20, True, [], ["int", "foo"], {"$gt": 1}, None, b"int"]),
        ("a__bits_all_set", [-1, True, 1.5, "5", [-1], [True], {"$gt": 1}, None]),
        ("place__near", [[1], "here", [1, 2, 3], [1, "2"], [True, 2], [float("nan"), 1], None]),
        ("place__near", [{"$ne": 1}, {"type": "Point"}, POLYGON, {**POINT, "$maxDistance": 1}]),
        ("place__near", [Near({"$ne": 1}), Near("x")]),
        ("place__geo_within", [POINT, [[0, 0], [0, 9]], [3, 50], {"$box": [[0, 0], [1, 1]]}, None]),
        (
            "place__geo_within",
            [{**POLYGON, "$x": 1}, {"type": "Polygon", "coordinates": [[[0, 0]], {}]}],
        ),
        ("place__geo_intersects", [{"type": "Circle", "coordinates": [1, 2]}, [], "x", [[[[1]]]]]),
        ("place__geo_intersects", [{"type": "GeometryCollection", "geometries": [{"$x": 1}]}]),
        (
            "place__geo_intersects",
            [{"type": "GeometryCollection", "geometries": [{**POINT, "$x": 1}]}],
        ),
        ("place__geo_intersects", [{"type": {"$x": 1}, "coordinates": [1, 2]}]),
        ("place__geo_within_box", [[[0, 0]], [[0, 0], {"$x": 1}], 5, {"$x": 1}]),
        ("place__geo_within_polygon", [[[0, 0], [1, 1]], [[0, 0], [1, 1], 5], None]),
        ("place__geo_within_center", [([0, 0], -1), ([0, 0], "1"), ([0, 0],), {"$x": 1}]),
        ("place__geo_within_sphere", [([0, 0], float("inf")), ({"$x": 1}, 1)]),
        ("place__geo_within_distance", [([0, 0], True), ([0], 1), None]),
        ("members__elem_match", [{}, Q(), {"$gt": 1}, {"name": 1, "$gt": 1}, {1: 2}, 5, None, "x"]),
        (
            "members__elem_match",
            [{"raw": {"$where": "1"}}, {"name": {"$ne": ""}}, {"name__nope": 1}],
        ),
        ("nums__elem_match", [{}, Q(gt=1), {"$gt": 1}, {"gt": {"$ne": 1}}, {"nope": 1}, [1]]),
    ],
)
def test_values_that_an_operator_refuses(name, values):
    field = name.rpartition("__")[0]
    for value in values:
        with pytest.raises(
            ValueError, match=f"^Invalid value for field '{field}' in filter '{name}': "
        ) as caught:
            Q(**{name: value}).to_query(Thing)
        assert caught.type is ValueError


def test_a_refusal_says_what_is_taken_and_what_was_given():
    with pytest.raises(
        ValueError, match=r"'tags__size': it takes a number of items, 0 or more, not -1\.$"
    ):
        Q(tags__size=-1).to_query(Thing)
    with pytest.raises(ValueError, match=r"it takes a text, not {'\$ne': ''}\.$"):
        Q(s__contains={"$ne": ""}).to_query(Thing)
    with pytest.raises(ValueError, match="no re.ASCII for patterns"):
        Q(s__regex=re.compile("x", re.ASCII | re.IGNORECASE)).to_query(Thing)


@pytest.mark.parametrize("distance", [-1, "1", True, float("nan"), float("inf")])
def test_near_takes_distances(distance):
    for name in ("max_distance", "min_distance"):
        with pytest.raises(
            ValueError, match=f"^{name} must be a number of metres, 0 or more, not "
        ):
            Near([0, 0], **{name: distance})


def test_near_shows_what_it_asks_for():
    assert repr(Near((3, 50), 10)) == "Near((3, 50), max_distance=10)"


# -- families ------------------------------------------------------------------------------------


class Colour(Enum):
    RED = "red"


class Word(StringField):
    """A field of a program's own."""


class Kinds(Document):
    any = AnyField()
    colour = EnumField(Colour)
    data = BinaryField()
    exact_price = Decimal128Field()
    link = URLField(db_field="l")
    options = DictField()
    pair = TupleField(IntField(), StringField())
    scores = MapField(IntField())
    set = SetField(IntField())
    table = ListField(ListField(StringField()))
    vector = VectorField()
    word = Word()
    own = Word()


@pytest.mark.parametrize(
    ("document_class", "key", "values", "kind"),
    [
        (Thing, "a__contains", "texts", "'a' is an IntField"),
        (Thing, "a__not__iregex", "texts", "'a' is an IntField"),
        (Thing, "nums__startswith", "texts", "'nums' is a ListField of IntField"),
        (Thing, "sub__deep__text__mod", "numbers", "'sub.deep.text' is a StringField"),
        (Thing, "members__name__near", "places", "'members.name' is a StringField"),
        (Thing, "when__exact", "texts", "'when' is a DateTimeField"),
        (Thing, "friend__contains", "texts", "'friend' is a ReferenceField"),
        (Thing, "password__regex", "texts", "'password' is a PasswordField"),
        (Thing, "s__size", "lists", "'s' is a StringField"),
        (Thing, "s__all", "lists", "'s' is a StringField"),
        (Thing, "a__elem_match", "lists", "'a' is an IntField"),
        (Thing, "nums__0__size", "lists", "'nums.0' is an IntField"),
        (Thing, "weight__bits_all_set", "whole numbers and bytes", "'weight' is a FloatField"),
        (Thing, "price__mod", "numbers", "'price' is a DecimalField"),
        (Thing, "flag__geo_within", "places", "'flag' is a BooleanField"),
        (Thing, "place__contains", "texts", "'place' is a PointField"),
        (Kinds, "link__size", "lists", "'link' is a URLField"),
        (Kinds, "set__iexact", "texts", "'set' is a SetField of IntField"),
        (Kinds, "table__contains", "texts", "'table' is a ListField of ListField"),
        (Kinds, "vector__contains", "texts", "'vector' is a VectorField"),
        (Kinds, "scores__x__contains", "texts", "'scores.x' is an IntField"),
    ],
)
def test_a_field_refuses_an_operator_for_values_of_another_kind(document_class, key, values, kind):
    *_, name = key.split("__")
    text = f"Invalid filter '{key}': '{name}' is for {values}, and {kind}."
    for refused in (
        lambda: document_class.objects.filter(**{key: 1}),
        lambda: document_class.objects.filter_not(**{key: 1}),
        lambda: document_class.objects.aggregate.match(**{key: 1}),
        lambda: document_class.objects.get(**{key: 1}).send(None),
        lambda: Q(**{key: 1}).to_query(document_class),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
            refused()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"any__contains": "x"}, {"any": {"$regex": "x"}}),
        ({"any__size": 1}, {"any": {"$size": 1}}),
        ({"colour__startswith": "r"}, {"colour": {"$regex": "^r"}}),
        ({"data__bits_any_set": b"\1"}, {"data": {"$bitsAnySet": b"\1"}}),
        ({"exact_price__mod": (2, 0)}, {"exact_price": {"$mod": [2, 0]}}),
        ({"link__contains": "x"}, {"l": {"$regex": "x"}}),
        ({"options__a__contains": "x"}, {"options.a": {"$regex": "x"}}),
        ({"pair__contains": "x"}, {"pair": {"$regex": "x"}}),
        ({"pair__size": 2}, {"pair": {"$size": 2}}),
        ({"set__mod": (2, 0)}, {"set": {"$mod": [2, 0]}}),
        ({"table__0__contains": "x"}, {"table.0": {"$regex": "x"}}),
        ({"undeclared__contains": "x"}, {"_undeclared": {"$regex": "x"}}),
        ({"undeclared__near": [3, 50]}, {"_undeclared": {"$near": {"$geometry": POINT}}}),
        ({"vector__size": 2}, {"vector": {"$size": 2}}),
        ({"word__mod": (2, 0)}, {"word": {"$mod": [2, 0]}}),
        ({"id__startswith": "x"}, {"_id": {"$regex": "^x"}}),
        ({"_id__type": "string"}, {"_id": {"$type": "string"}}),
    ],
)
def test_a_field_of_which_nobody_knows_refuses_none(filters, expected):
    assert Q(**filters).to_query(Kinds) == expected


class Member(Document):
    login = StringField(strip_whitespace=True, to_lower=True)
    code = StringField(to_upper=True)
    names = ListField(StringField(to_lower=True))
    pair = TupleField(StringField(to_lower=True), ...)
    either = TupleField(StringField(to_lower=True), StringField())


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"login__startswith": " AD "}, {"login": {"$regex": "^ad\\ "}}),
        ({"login__istartswith": " AD"}, {"login": {"$regex": "^ad", "$options": "i"}}),
        ({"login__endswith": " DA "}, {"login": {"$regex": "\\ da(?!\\n)$"}}),
        ({"login__contains": " D "}, {"login": {"$regex": "\\ d\\ "}}),
        ({"login__exact": " Ada "}, {"login": "ada"}),
        ({"login__iexact": " Ada "}, {"login": {"$regex": "^ada(?!\\n)$", "$options": "i"}}),
        ({"login__wholeword": "Ada"}, {"login": {"$regex": "(*UCP)\\bada\\b"}}),
        ({"login__not__startswith": "AD"}, {"login": {"$not": {"$regex": "^ad"}}}),
        ({"login__regex": "^A"}, {"login": {"$regex": "^A"}}),
        ({"code__startswith": " x"}, {"code": {"$regex": "^\\ X"}}),
        ({"names__contains": "AD"}, {"names": {"$regex": "ad"}}),
        ({"pair__contains": "AD"}, {"pair": {"$regex": "ad"}}),
        ({"either__contains": "AD"}, {"either": {"$regex": "AD"}}),
    ],
)
def test_texts_are_asked_for_as_their_field_stores_them(filters, expected):
    assert Q(**filters).to_query(Member) == expected


def test_a_key_that_has_the_name_of_an_operator():
    assert Q(any__type__in=["click"]).to_query(Kinds) == {"any.type": {"$in": ["click"]}}
    assert Q({"any.size": 3}).to_query(Kinds) == {"any.size": 3}
    assert Q(any__size=3).to_query(Kinds) == {"any": {"$size": 3}}


def test_a_field_whose_conversion_a_program_replaced_refuses_none():
    class Patched(Document):
        n = IntField()

    with pytest.raises(ValueError, match="'contains' is for texts"):
        Patched.objects.filter(n__contains="1")
    Patched.n.to_son = str
    assert Patched.objects.filter(n__contains="1").to_query() == {"n": {"$regex": "1"}}


# -- names against operators ---------------------------------------------------------------------


class Inner(Document):
    size = IntField(db_field="s")
    type = StringField(db_field="t")


class Outer(Document):
    inner = EmbeddedDocumentField(Inner)
    inners = ListField(EmbeddedDocumentField(Inner))
    plain = EmbeddedDocumentField(Sub)
    plains = ListField(EmbeddedDocumentField(Sub))
    options = DictField()
    rows = ListField(DictField())
    any = BaseField()
    anything = ListField(BaseField())


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"size": 3}, {"_size": 3}),
        ({"inner__size": "3"}, {"inner.s": 3}),
        ({"inners__size": "3"}, {"inners.s": 3}),
        ({"inner__type": "x"}, {"inner.t": "x"}),
        ({"inner__size__mod": (2, 0)}, {"inner.s": {"$mod": [2, 0]}}),
        ({"plain__size": 3}, {"plain._size": 3}),
        ({"plain__contains": "x"}, {"plain._contains": "x"}),
        ({"plain__type": "x"}, {"plain._type": "x"}),
        ({"plain__type__in": ["x"]}, {"plain._type": {"$in": ["x"]}}),
        ({"plain__nin": []}, {"plain": {"$nin": []}}),
        ({"plain__exists": True}, {"plain": {"$exists": True}}),
        ({"plains__size": 3}, {"plains": {"$size": 3}}),
        ({"plains__all": []}, {"plains": {"$all": []}}),
        ({"plains__contains": "x"}, {"plains._contains": "x"}),
        ({"plains__type": "x"}, {"plains._type": "x"}),
        ({"plains__0__size": 3}, {"plains.0._size": 3}),
        ({"options__size": 3}, {"options.size": 3}),
        ({"options__type": "x"}, {"options.type": "x"}),
        ({"options__gt": {}}, {"options": {"$gt": {}}}),
        ({"options__nin": [{}]}, {"options": {"$nin": [{}]}}),
        ({"rows__size": 3}, {"rows": {"$size": 3}}),
        ({"rows__type": "x"}, {"rows.type": "x"}),
        ({"rows__0__size": 3}, {"rows.0.size": 3}),
        ({"any__size": 3}, {"any": {"$size": 3}}),
        ({"any__size__gt": 3}, {"any.size": {"$gt": 3}}),
        ({"any__not__size": 3}, {"any": {"$not": {"$size": 3}}}),
        ({"anything__size": 3}, {"anything": {"$size": 3}}),
        ({"anything__0__size": 3}, {"anything.0": {"$size": 3}}),
    ],
)
def test_a_name_is_a_key_where_it_may_be_one(filters, expected):
    assert Q(**filters).to_query(Outer) == expected


def test_a_programs_own_operator_follows_documents_and_wins_over_a_built_in_one(monkeypatch):
    class Own(QueryOperator):
        def to_query(self, db_name, value):
            return {db_name: {"$own": value}}

    monkeypatch.setitem(OPERATORS, "size", Own)
    monkeypatch.setitem(OPERATORS, "own", Own)
    stored = {"nm": "x", "dp": None, "ns": []}
    assert Q(plain__own={"name": "x"}).to_query(Outer) == {"plain": {"$own": stored}}
    assert Q(plain__size={"name": "x"}).to_query(Outer) == {"plain": {"$own": stored}}
    assert Q(options__own={}).to_query(Outer) == {"options": {"$own": {}}}
    assert Q(options__size={}).to_query(Outer) == {"options": {"$own": {}}}
    assert Q(inner__size=1).to_query(Outer) == {"inner.s": 1}


# -- several conditions --------------------------------------------------------------------------


def test_two_patterns_for_one_field_both_hold():
    assert Q(s__contains="a", s__startswith="b").to_query(Thing) == {
        "$and": [{"s": {"$regex": "a"}}, {"s": {"$regex": "^b"}}]
    }


@pytest.mark.parametrize(
    "filters",
    [
        {"place__near": [3, 50]},
        {"place__geo_within": AREA},
        {"place__geo_intersects": AREA},
        {"place__not__geo_within": AREA},
    ],
)
def test_an_operator_of_places_stands_alone(filters):
    other = {"place__geo_within_box": [[0, 0], [1, 1]]}
    alone = Q(**filters).to_query(Thing)
    for more in ({"place__exists": True}, {"place__ne": None}, other):
        query = Q(**filters, **more).to_query(Thing)
        if "place__not__geo_within" in filters and more is not other:
            assert query == {"place": {**alone["place"], **Q(**more).to_query(Thing)["place"]}}
        else:
            assert sorted(query) == ["$and"]
            assert alone in query["$and"]


# -- elem_match ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (
            {"members__elem_match": Q(name="x") & Q(numbers__gt="3")},
            {"subs": {"$elemMatch": {"nm": "x", "ns": {"$gt": 3}}}},
        ),
        (
            {"members__elem_match": Q(name="x") | ~Q(deep__text="y")},
            {"subs": {"$elemMatch": {"$or": [{"nm": "x"}, {"dp.t": {"$ne": "y"}}]}}},
        ),
        (
            {"members__elem_match": {"name__startswith": "x", "deep__text": "y"}},
            {"subs": {"$elemMatch": {"dp.t": "y", "nm": {"$regex": "^x"}}}},
        ),
        ({"members__elem_match": {"x": 1}}, {"subs": {"$elemMatch": {"_x": 1}}}),
        (
            {"members__elem_match": Q({"nm": {"$type": 2}})},
            {"subs": {"$elemMatch": {"nm": {"$type": 2}}}},
        ),
        (
            {"members__not__elem_match": {"name": "x"}},
            {"subs": {"$not": {"$elemMatch": {"nm": "x"}}}},
        ),
        (
            {"members__elem_match": {"numbers__elem_match": {"gt": 1, "lt": "3"}}},
            {"subs": {"$elemMatch": {"ns": {"$elemMatch": {"$gt": 1, "$lt": 3}}}}},
        ),
        ({"nums__elem_match": {"gte": "80"}}, {"nums": {"$elemMatch": {"$gte": 80}}}),
        ({"nums__elem_match": {"is_null": True}}, {"nums": {"$elemMatch": {"$eq": None}}}),
        ({"tags__elem_match": {"exact": "x"}}, {"tags": {"$elemMatch": {"$eq": "x"}}}),
        (
            {"tags__elem_match": {"not__contains": "x", "gt": "a"}},
            {"tags": {"$elemMatch": {"$gt": "a", "$not": {"$regex": "x"}}}},
        ),
        ({"tables__elem_match": {"size": 2}}, {"tables": {"$elemMatch": {"$size": 2}}}),
        ({"any__elem_match": {"x": 1}}, {"any": {"$elemMatch": {"x": 1}}}),
        ({"any__elem_match": {"gt": 1}}, {"any": {"$elemMatch": {"$gt": 1}}}),
        ({"undeclared__elem_match": {"gt": 1}}, {"_undeclared": {"$elemMatch": {"$gt": 1}}}),
    ],
)
def test_conditions_that_one_item_meets(filters, expected):
    query = Q(**filters)
    assert query.to_query(Thing) == expected == query.to_query(Thing)


def test_conditions_that_mongodb_cannot_ask_of_one_item():
    with pytest.raises(ValueError, match="can't ask these conditions of one item"):
        Q(tags__elem_match={"contains": "a", "startswith": "b"}).to_query(Thing)
    with pytest.raises(ValueError, match="an iterator can be read only once"):
        Q(nums__elem_match={"in": iter([1])}).to_query(Thing)


def test_an_error_in_an_item_names_both_keys():
    with pytest.raises(
        ValueError,
        match="'members__elem_match': Invalid value for field 'numbers' in filter 'numbers__gt'",
    ):
        Q(members__elem_match={"numbers__gt": "x"}).to_query(Thing)


# -- near ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["near", "near_sphere"])
def test_near_is_asked_of_the_whole_query(name):
    near = Q(**{f"place__{name}": [3, 50]})
    with pytest.raises(ValueError, match=f"^'{name}' can't be negated.$"):
        Thing.objects.filter(**{f"place__not__{name}": [3, 50]})
    for refused in (~near, ~(near & Q(a=1)), Q(a=1) & ~near):
        with pytest.raises(ValueError, match="^'near' can't be negated.$"):
            refused.to_query(Thing)
    for refused in (near | Q(a=1), (near & Q(a=1)) | Q(b=1), Q(a=1) & (Q(b=1) | near)):
        with pytest.raises(ValueError, match="^'near' can't be one of several alternatives.$"):
            refused.to_query(Thing)
    for aggregation in (
        Thing.objects.filter(near).aggregate.unwind("tags"),
        Thing.objects.aggregate.match(near),
    ):
        with pytest.raises(ValueError, match="an aggregation takes no 'near'"):
            aggregation.to_query()


def test_dates_and_bytes_are_values_of_their_own_operators():
    assert Q(when__type="date", when__gt=datetime(2020, 1, 1)).to_query(Thing) == {
        "when": {"$gt": datetime(2020, 1, 1), "$type": "date"}
    }
    assert type(Q(a__bits_all_set=bytearray(b"x")).to_query(Thing)["a"]["$bitsAllSet"]) is bytes
    assert Q(a__bits_all_set=Binary(b"x")).to_query(Thing)["a"]["$bitsAllSet"] == b"x"


def test_shapes_of_polygons_are_asked_for_as_well():
    class Park(Document):
        area = PolygonField()
        entry = PointField()

    assert Q(area__near=[3, 50]).to_query(Park) == {"area": {"$near": {"$geometry": POINT}}}
    assert Q(area__geo_intersects=POINT).to_query(Park) == {
        "area": {"$geoIntersects": {"$geometry": POINT}}
    }
