"""What the keys of filters mean: names, paths, operators."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    Document,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    IntField,
    ListField,
    Q,
    StringField,
)
from aiomotorengine.query_builder.node import conditions
from aiomotorengine.query_builder.transform import transform_query, validate_fields
from tests.query.models import Thing

OID = ObjectId("0123456789abcdef01234567")

WRONG_KEYS = [
    "a__foo",
    "a__gt__lt",
    "a__gt__not",
    "a__not__not",
    "a__not__foo",
    "a__not__gt__lt",
    "a__",
    "a__0",
    "__a",
    "data__x",
    "friend__name",
    "friends__name",
    "nums__foo",
    "nums__first__gt",
    "nums__0__foo",
    "nums__-1",
    "sub__name__foo",
    "sub__deep__text__gt__lt",
    "sub__name__deep",
    "members__0__name__foo",
    "tables__0__0__0",
    "undeclared__foo",
    "undeclared__0",
    "id__foo",
    "_id__foo",
]


def invalid(key):
    return (
        f"Invalid filter '{key}': Invalid operator (if this is a sub-property, "
        "then it must be used in embedded document fields)."
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"a": 1}, {"a": 1}),
        ({"b": 1}, {"bb": 1}),
        ({"b__exists": True}, {"bb": {"$exists": True}}),
        ({"b__exists": 0}, {"bb": {"$exists": 0}}),
        ({"b__gt": 1}, {"bb": {"$gt": 1}}),
        ({"b__gte": 1}, {"bb": {"$gte": 1}}),
        ({"b__lt": 1}, {"bb": {"$lt": 1}}),
        ({"b__lte": 1}, {"bb": {"$lte": 1}}),
        ({"b__ne": 1}, {"bb": {"$ne": 1}}),
        ({"b__in": [1, "2"]}, {"bb": {"$in": [1, 2]}}),
        ({"b__is_null": True}, {"bb": None}),
        ({"b__is_null": False}, {"bb": {"$exists": True, "$ne": None}}),
        ({"sub__name": "x"}, {"ss.nm": "x"}),
        ({"sub__deep__text": "x"}, {"ss.dp.t": "x"}),
        ({"sub__deep__text__lte": "x"}, {"ss.dp.t": {"$lte": "x"}}),
        ({"sub__numbers__in": [1]}, {"ss.ns": {"$in": [1]}}),
        ({"sub__exists": True}, {"ss": {"$exists": True}}),
        ({"members__name": "x"}, {"subs.nm": "x"}),
        ({"members__deep__text__ne": "x"}, {"subs.dp.t": {"$ne": "x"}}),
        ({"a__gt": 1, "a__lt": 5}, {"a": {"$gt": 1, "$lt": 5}}),
    ],
)
def test_a_key_names_a_field_and_an_operator(filters, expected):
    assert Q(**filters).to_query(Thing) == expected
    assert transform_query(Thing, **filters) == expected


def test_keys_come_in_the_order_of_the_keywords_names():
    query = Q(s="x", b__gt=2, a=1, b__exists=True).to_query(Thing)
    assert list(query) == ["a", "bb", "s"]
    assert list(query["bb"]) == ["$exists", "$gt"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"undeclared": 1}, {"_undeclared": 1}),
        ({"_undeclared": 1}, {"_undeclared": 1}),
        ({"undeclared__gt": 1}, {"_undeclared": {"$gt": 1}}),
        ({"undeclared": [1, 2]}, {"_undeclared": {"$all": [1, 2]}}),
        ({"undeclared__in": [1, 2]}, {"_undeclared": {"$in": [1, 2]}}),
        ({"sub__undeclared__gt": 1}, {"ss._undeclared": {"$gt": 1}}),
        ({"id": OID}, {"_id": OID}),
        ({"id__in": [OID]}, {"_id": {"$in": [OID]}}),
    ],
)
def test_a_name_that_no_field_declares_is_stored_with_an_underscore(filters, expected):
    assert Q(**filters).to_query(Thing) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"_id": OID}, {"_id": OID}),
        ({"_id": str(OID)}, {"_id": OID}),
        ({"id": str(OID)}, {"_id": OID}),
        ({"_id__ne": str(OID).upper()}, {"_id": {"$ne": OID}}),
        ({"id__in": [str(OID), 5, "five"]}, {"_id": {"$in": [OID, 5, "five"]}}),
        ({"_id__gt": OID}, {"_id": {"$gt": OID}}),
        ({"_id__exists": True}, {"_id": {"$exists": True}}),
        ({"id": "x" * 24}, {"_id": "x" * 24}),
        ({"_id": {"row": 1}}, {"_id": {"row": 1}}),
        ({"id__in": [{"row": 1}, "a"]}, {"_id": {"$in": [{"row": 1}, "a"]}}),
        ({"_id__ne": {}}, {"_id": {"$ne": {}}}),
        ({"id": str(OID) + "\n"}, {"_id": str(OID) + "\n"}),
    ],
)
def test_k26_both_names_of_the_id_mean_the_id(filters, expected):
    assert Q(**filters).to_query(Thing) == expected


def test_k26_a_field_called_id_is_that_field():
    class Numbered(Document):
        id = IntField()

    assert Q(id="5").to_query(Numbered) == {"id": 5}
    assert Q(_id=OID).to_query(Numbered) == {"_id": OID}


@pytest.mark.parametrize("key", WRONG_KEYS)
def test_k25_a_key_that_leads_nowhere_is_refused_everywhere(key):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # compared whole below
        Q(**{key: 1}).to_query(Thing)
    assert str(caught.value) == invalid(key)
    for refused in (
        lambda: validate_fields(Thing, {"a": 1, key: 1}),
        lambda: transform_query(Thing, **{key: 1}),
        lambda: conditions(Thing, (), {key: 1}),
        lambda: conditions(Thing, (), {key: 1}, negated=True),
        lambda: (Q(a=1) & Q(**{key: 1})).to_query(Thing),
        lambda: (~Q(**{key: 1})).to_query(Thing),
    ):
        with pytest.raises(ValueError, match="Invalid operator") as caught:
            refused()
        assert str(caught.value) == invalid(key)


def test_k25_get_and_match_refuse_wrong_keys():
    with pytest.raises(ValueError, match="Invalid operator"):
        Thing.objects.filter(a__foo=1)
    with pytest.raises(ValueError, match="Invalid operator"):
        Thing.objects.filter_not(a__foo=1)
    with pytest.raises(ValueError, match="Invalid operator"):
        Thing.objects.aggregate.match(a__foo=1)
    with pytest.raises(ValueError, match="Invalid operator"):
        Thing.objects.get(a__foo=1).send(None)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"nums__0": "1"}, {"nums.0": 1}),
        ({"nums__12__gt": 1}, {"nums.12": {"$gt": 1}}),
        ({"nums__0__in": [1, 2]}, {"nums.0": {"$in": [1, 2]}}),
        ({"members__0__name": "x"}, {"subs.0.nm": "x"}),
        ({"members__0__numbers__1": 1}, {"subs.0.ns.1": 1}),
        ({"tables__0": [1, 2]}, {"tables.0": {"$all": [1, 2]}}),
        ({"tables__0__1": "7"}, {"tables.0.1": 7}),
    ],
)
def test_k25_an_index_leads_into_a_list(filters, expected):
    assert Q(**filters).to_query(Thing) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"any__x": 1}, {"any.x": 1}),
        ({"any__x__y__gt": 1}, {"any.x.y": {"$gt": 1}}),
        ({"any__x__not__in": [1]}, {"any.x": {"$not": {"$in": [1]}}}),
        ({"any__x": {"y": [1]}}, {"any.x": {"y": [1]}}),
        ({"any__0__x": 1}, {"any.0.x": 1}),
        ({"any__gt": 1}, {"any": {"$gt": 1}}),
        ({"several__x": 1}, {"s.x": 1}),
        ({"several__0__x": 1}, {"s.0.x": 1}),
    ],
)
def test_names_below_a_field_of_any_kind_are_keys_of_mappings(filters, expected):
    class Bag(Document):
        any = BaseField()
        several = ListField(BaseField(), db_field="s")

    assert Q(**filters).to_query(Bag) == expected


@pytest.mark.parametrize("key", ["any__", "any____x", "any__x__", "any__gt__x", "money__x"])
def test_a_field_of_a_programs_own_has_no_names_below_it(key):
    class Money(BaseField):
        pass

    class Bag(Document):
        any = BaseField()
        money = Money()

    with pytest.raises(ValueError, match="Invalid operator"):
        Q(**{key: 1}).to_query(Bag)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"a__not": 1}, {"a": {"$ne": 1}}),
        ({"a__not__gt": 5}, {"a": {"$not": {"$gt": 5}}}),
        ({"a__not__in": [1]}, {"a": {"$not": {"$in": [1]}}}),
        ({"a__not__is_null": True}, {"a": {"$ne": None}}),
        ({"a__not__ne": 1}, {"a": {"$not": {"$ne": 1}}}),
        ({"nums__not": [1]}, {"nums": {"$not": {"$all": [1]}}}),
        ({"sub__deep__text__not": "x"}, {"ss.dp.t": {"$ne": "x"}}),
    ],
)
def test_k24_not_says_the_opposite(filters, expected):
    assert Q(**filters).to_query(Thing) == expected
    ((key, value),) = filters.items()
    head, _, tail = key.partition("__not")
    assert (~Q(**{head + tail: value})).to_query(Thing) == expected


def test_names_with_underscores_are_not_mistaken_for_operators():
    class Kept(Document):
        class_ = StringField(db_field="c")
        a = IntField()
        a__b = IntField()

    assert Q(class_="x").to_query(Kept) == {"c": "x"}
    assert Q(class___gt="x").to_query(Kept) == {"c": {"$gt": "x"}}
    assert Q(a__b__lt="1").to_query(Kept) == {"a__b": {"$lt": 1}}


def test_of_three_underscores_the_first_belongs_to_the_longer_name():
    class Twins(Document):
        a = IntField()
        a_ = IntField(db_field="longer")

    assert Q(a__gt=1).to_query(Twins) == {"a": {"$gt": 1}}
    assert Q(a_=1).to_query(Twins) == {"longer": 1}
    assert Q(a___gt=1).to_query(Twins) == {"longer": {"$gt": 1}}
    with pytest.raises(ValueError, match="Invalid operator"):
        Q(a____gt=1).to_query(Twins)


def test_a_key_means_what_the_class_that_is_asked_says():
    class Person(Document):
        age = IntField(db_field="a")

    class Dated(Person):
        age = StringField(db_field="age")

    for _ in range(2):
        assert Person.objects.filter(age="7").to_query() == {"a": 7}
        assert Dated.objects.filter(age="7").to_query() == {"age": "7"}
        assert Person.objects.filter(age__gte="7").to_query() == {"a": {"$gte": 7}}
        assert Dated.objects.filter(age__gte="7").to_query() == {"age": {"$gte": "7"}}


def test_a_declared_name_inside_an_embedded_document_wins_over_an_operator():
    class Inner(Document):
        exists = IntField(db_field="e")

    class Outer(Document):
        inner = EmbeddedDocumentField(Inner)

    assert Q(inner__exists="1").to_query(Outer) == {"inner.e": 1}
    assert Q(inner__gt=Inner(exists=1)).to_query(Outer) == {"inner": {"$gt": {"e": 1}}}


def test_an_embedded_class_may_be_named_by_its_path():
    class Outer(Document):
        inner = EmbeddedDocumentField(f"{__name__}.Pathed")

    assert Q(inner__when__lt="2010-01-01 00:00:00").to_query(Outer) == {
        "inner.when": {"$lt": datetime(2010, 1, 1)}
    }


Pathed = Thing


def test_k31_a_field_called_raw_is_queried_like_any_other():
    class Meat(Document):
        raw = StringField(db_field="r")

    assert Q(raw="x").to_query(Meat) == {"r": "x"}
    assert Q(raw__ne="x").to_query(Meat) == {"r": {"$ne": "x"}}
    assert Q({"r": 1}).to_query(Meat) == {"r": 1}
    assert (Q({"x": 1}) & Q(raw="x")).to_query(Meat) == {"r": "x", "x": 1}
    with pytest.raises(ValueError, match="'raw'"):
        Q(raw={"$ne": 1}).to_query(Meat)


def test_k31_raw_is_a_raw_query_where_no_field_has_the_name():
    assert Q(raw={"x": {"$gt": 1}}).to_query(Thing) == {"x": {"$gt": 1}}
    assert Q(raw={"x": 1}, a=1).to_query(Thing) == {"a": 1, "x": 1}
    assert (Q(raw={"x": 1}) & Q(raw={"y": 1})).to_query(Thing) == {"$and": [{"x": 1}, {"y": 1}]}
    assert transform_query(Thing, raw={"x": 1}, a=1) == {"a": 1, "x": 1}
    assert Q(raw=5).to_query(Thing) == {"_raw": 5}
    validate_fields(Thing, {"raw": {"x": 1}})


def test_keywords_may_have_any_name():
    assert Q(self=1, document_class=2, negated=3).to_query(Thing) == {
        "_self": 1,
        "_document_class": 2,
        "_negated": 3,
    }


class Strict(Document):
    __dynamic__ = False
    a = IntField()


class Loose(Document):
    b = IntField()


@pytest.mark.parametrize("choices", [[Strict, Loose], [Loose, Strict]], ids=["last", "first"])
def test_an_undeclared_name_is_asked_of_those_of_a_union_that_may_have_it(choices):
    class Holder(Document):
        part = GenericEmbeddedDocumentField(choices)

    assert Q(part__x__gt=1).to_query(Holder) == {"part._x": {"$gt": 1}}


def test_no_class_of_a_union_may_have_an_undeclared_name():
    class Holder(Document):
        part = GenericEmbeddedDocumentField([Strict])

    with pytest.raises(ValueError, match="Invalid filter 'part__x'"):
        Holder.objects.filter(part__x=1)


class Inner(Document):
    name = StringField(db_field="n")


class Outer(Document):
    inner = EmbeddedDocumentField(Inner, db_field="i")


@pytest.mark.parametrize("key", ["inner.name", "inner.name__in", "inner.nope", "inner.name.x"])
def test_paths_with_dots_would_be_found_nowhere(key):
    meant = key.replace(".", "__")
    text = f"Invalid filter '{key}': two underscores stand between the names of a path, '{meant}'."
    with pytest.raises(ValueError, match=re.escape(text)):
        Outer.objects.filter(**{key: ["x"]})


def test_other_names_with_dots_are_those_of_values_that_no_field_declares():
    assert Q(**{"other.name": 1}).to_query(Outer) == {"_other.name": 1}
    assert Q({"inner.name": 1}).to_query(Outer) == {"inner.name": 1}
