"""What becomes of the values of filters."""

from __future__ import annotations

import re
from collections import deque
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import pytest
from bson import ObjectId

from aiomotorengine import BaseField, Document, F, IntField, ListField, Q, StringField
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.query_builder.node import conditions
from tests.query.models import Deep, Friend, Sub, Thing

OID = ObjectId("0123456789abcdef01234567")
FRIEND = Friend(_id=OID, name="Ada")
HASH = sha256(b"xxx").hexdigest()
KEY = UUID(int=5)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"nums": [1]}, {"nums": {"$all": [1]}}),
        ({"nums": 1}, {"nums": 1}),
        ({"nums": "1"}, {"nums": 1}),
        ({"nums__gt": 3}, {"nums": {"$gt": 3}}),
        ({"when__lt": "2010-01-01 00:00:00"}, {"when": {"$lt": datetime(2010, 1, 1)}}),
        ({"friend": FRIEND}, {"fr": OID}),
        ({"friend": OID}, {"fr": OID}),
        ({"friend__in": [FRIEND, OID]}, {"fr": {"$in": [OID, OID]}}),
        ({"friends": FRIEND}, {"friends": OID}),
        ({"friends": [FRIEND]}, {"friends": {"$all": [OID]}}),
        ({"password": "xxx"}, {"password": HASH}),
        ({"password__ne": "xxx"}, {"password": {"$ne": HASH}}),
        ({"password__in": ["xxx"]}, {"password": {"$in": [HASH]}}),
        ({"data": {"a": 1}}, {"data": '{"a": 1}'}),
        ({"data__ne": {"$a": 1}}, {"data": {"$ne": '{"$a": 1}'}}),
        ({"data__in": [{"a": 1}, None]}, {"data": {"$in": ['{"a": 1}', "null"]}}),
        ({"price": "9"}, {"price": "9.00"}),
        ({"price__gt": Decimal("9.999")}, {"price": {"$gt": "10.00"}}),
        ({"key": str(KEY)}, {"key": KEY}),
        ({"flag": None}, {"flag": False}),
        ({"any": {"x": 1}}, {"any": {"x": 1}}),
        ({"undeclared": {"x": 1}}, {"_undeclared": {"x": 1}}),
    ],
)
def test_a_value_goes_through_the_fields_to_query(filters, expected):
    assert Q(**filters).to_query(Thing) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"nums__in": [1, "2"]}, {"nums": {"$in": [1, 2]}}),
        ({"tags__in": ["ab", "c"]}, {"tags": {"$in": ["ab", "c"]}}),
        ({"prices": [Decimal(1), 2]}, {"prices": {"$all": ["1.00", "2.00"]}}),
        ({"prices__in": [1]}, {"prices": {"$in": ["1.00"]}}),
        ({"places__in": [[1, 2]]}, {"places": {"$in": [{"type": "Point", "coordinates": [1, 2]}]}}),
        ({"friends__in": [FRIEND, str(OID)]}, {"friends": {"$in": [OID, OID]}}),
        ({"members": [Sub(name="x")]}, {"subs": {"$all": [Sub(name="x").to_son()]}}),
        ({"members__in": [Sub(name="x")]}, {"subs": {"$in": [Sub(name="x").to_son()]}}),
        ({"members__in": [{"name": "x"}]}, {"subs": {"$in": [Sub(name="x").to_son()]}}),
        ({"nums__ne": [1, 2]}, {"nums": {"$not": {"$all": [1, 2]}}}),
        ({"nums__ne": 1}, {"nums": {"$ne": 1}}),
        ({"undeclared__ne": [1]}, {"_undeclared": {"$not": {"$all": [1]}}}),
    ],
)
def test_k23_in_and_ne_on_a_list_field(filters, expected):
    assert Q(**filters).to_query(Thing) == expected


DAY = date(2020, 1, 2)
MIDNIGHT = datetime(2020, 1, 2)


@pytest.mark.parametrize("value", [DAY, MIDNIGHT, "2020-01-02", "2020-01-02T00:00:00"], ids=str)
def test_a_date_is_compared_with_days_and_with_text(value):
    assert Q(when__gte=value).to_query(Thing) == {"when": {"$gte": MIDNIGHT}}
    assert Q(when__in=[value]).to_query(Thing) == {"when": {"$in": [MIDNIGHT]}}


def test_a_date_is_compared_with_text_that_has_an_offset():
    aware = MIDNIGHT.replace(tzinfo=UTC)
    for text in ("2020-01-02T00:00:00Z", "2020-01-02T01:00:00+01:00"):
        assert Q(when__lt=text).to_query(Thing) == {"when": {"$lt": aware}}
    with pytest.raises(ValueError, match=r"field 'when' in filter 'when__lt': .*2020-13"):
        Q(when__lt="2020-13-02T00:00:00Z").to_query(Thing)


def test_k23_sets_are_made_lists():
    assert Q(nums={1}).to_query(Thing) == {"nums": {"$all": [1]}}
    assert Q(nums=(1, 2)).to_query(Thing) == {"nums": {"$all": [1, 2]}}
    assert Q(undeclared={1}).to_query(Thing) == {"_undeclared": {"$all": [1]}}


@pytest.mark.parametrize("several", [[1], (1,), {1}, frozenset({1}), deque([1]), {1: 2}.keys()])
def test_in_takes_any_iterable(several):
    assert Q(a__in=several).to_query(Thing) == {"a": {"$in": [1]}}


def test_in_takes_a_generator():
    assert Q(a__in=(n for n in "12")).to_query(Thing) == {"a": {"$in": [1, 2]}}


@pytest.mark.parametrize("value", ["12", b"12", {"1": 2}, 1, None, FRIEND])
@pytest.mark.parametrize("name", ["a", "nums", "undeclared"])
def test_in_refuses_what_does_not_hold_several_values(name, value):
    with pytest.raises(ValueError, match=f"field '{name}' in filter '{name}__in'.*list"):
        Q(**{f"{name}__in": value}).to_query(Thing)


def test_a_list_is_no_value_to_order_by():
    for key in ("nums__gt", "undeclared__lte", "nums__not__lt"):
        with pytest.raises(ValueError, match=f"'{key}'.*a single value"):
            Q(**{key: [1, 2]}).to_query(Thing)


def test_k32_references_are_ids_in_queries():
    assert Q(friend=str(OID)).to_query(Thing) == {"fr": OID}
    assert Q(friend=None).to_query(Thing) == {"fr": None}
    for stranger in (Friend(name="unsaved"), object(), [OID], Thing(_id=OID)):
        for filters in ({"friend": stranger}, {"friend__in": [stranger]}, {"friends": [stranger]}):
            with pytest.raises(ValueError, match="friend"):
                Q(**filters).to_query(Thing)


def test_k33_embedded_documents_are_instances_or_mappings():
    stored = {"nm": "x", "dp": {"t": "y"}, "ns": []}
    instance = Sub(name="x", deep=Deep(text="y"))
    assert Q(sub=instance).to_query(Thing) == {"ss": stored}
    assert Q(sub={"name": "x", "deep": {"text": "y"}}).to_query(Thing) == {"ss": stored}
    assert Q(sub={"deep": {"t": "y"}, "nm": "x"}).to_query(Thing) == {"ss": stored}
    assert Q(sub__ne=instance).to_query(Thing) == {"ss": {"$ne": stored}}
    assert Q(sub__deep=Deep(text="y")).to_query(Thing) == {"ss.dp": {"t": "y"}}
    assert Q(sub__in=[instance, {"name": "x"}]).to_query(Thing) == {
        "ss": {"$in": [stored, Sub(name="x").to_son()]}
    }


@pytest.mark.parametrize(
    ("filters", "name", "cause"),
    [
        ({"a": "x"}, "a", ValueError),
        ({"a__gt": "x"}, "a", ValueError),
        ({"a": float("inf")}, "a", OverflowError),
        ({"a__in": [1, "x"]}, "a", ValueError),
        ({"nums": ["x"]}, "nums", ValueError),
        ({"nums__0": object()}, "nums.0", TypeError),
        ({"price": "x"}, "price", ArithmeticError),
        ({"when": "yesterday"}, "when", ValueError),
        ({"key": "x"}, "key", ValueError),
        ({"password": 5}, "password", TypeError),
        ({"sub__numbers": "x"}, "sub.numbers", ValueError),
        ({"a__not__gt": "x"}, "a", ValueError),
        ({"sub": {"numbers": ["x"]}}, "sub", InvalidDocumentError),
        ({"sub": {"name": 5}}, "sub", InvalidDocumentError),
        ({"sub": {"name": "x", "nm": "y"}}, "sub", InvalidDocumentError),
        ({"sub": {"_id": 1}}, "sub", InvalidDocumentError),
        ({"sub": {5: 1}}, "sub", InvalidDocumentError),
        ({"members": [{"name": 5}]}, "members", InvalidDocumentError),
    ],
)
def test_k53_a_value_is_converted_late_and_its_error_names_the_field(filters, name, cause):
    ((key, _),) = filters.items()
    node = conditions(Thing, (), filters)  # nothing is said yet
    with pytest.raises(ValueError, match=f"^Invalid value for field '{name}' in") as caught:
        node.to_query(Thing)
    assert f"in filter '{key}': " in str(caught.value)
    assert isinstance(caught.value.__cause__, cause)


def test_k53_errors_of_a_programs_own_field_name_it_too():
    class Money(BaseField):
        def to_son(self, value):
            return value["cents"]

    class Bill(Document):
        total = Money()

    assert Q(total={"cents": 5}).to_query(Bill) == {"total": 5}
    with pytest.raises(ValueError, match="field 'total'") as caught:
        Q(total={}).to_query(Bill)
    assert isinstance(caught.value.__cause__, KeyError)


def test_an_overridden_to_query_is_used():
    class Folded(BaseField):
        def to_query(self, value):
            return {"$regex": f"^{value}$", "$options": "i"}

    class Word(Document):
        text = Folded()

    assert Q(text="x").to_query(Word) == {"text": {"$regex": "^x$", "$options": "i"}}
    assert (~Q(text="x")).to_query(Word) == {"text": {"$not": {"$regex": "^x$", "$options": "i"}}}
    assert Q(text__ne="x").to_query(Word) == {"text": {"$not": {"$regex": "^x$", "$options": "i"}}}


def test_what_is_asked_is_not_changed():
    numbers, data = [1, "2"], {"x": [1]}
    Q(nums=numbers, any=data).to_query(Thing)
    assert (numbers, data) == ([1, "2"], {"x": [1]})


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"nums": []}, {"nums": []}),
        ({"nums": ()}, {"nums": []}),
        ({"nums__ne": []}, {"nums": {"$ne": []}}),
        ({"nums__not": []}, {"nums": {"$ne": []}}),
        ({"undeclared": []}, {"_undeclared": []}),
        ({"undeclared__ne": []}, {"_undeclared": {"$ne": []}}),
        ({"s__ne": re.compile("x")}, {"s": {"$not": re.compile("x")}}),
    ],
)
def test_what_would_find_nothing_or_everything_means_what_it_says(filters, expected):
    assert Q(**filters).to_query(Thing) == expected


@pytest.mark.parametrize("name", ["a__in", "nums", "nums__in"])
def test_an_iterator_is_there_each_time_the_query_is_sent(name):
    query = Q(**{name: (number for number in (1, 2))})
    first = query.to_query(Thing)
    assert query.to_query(Thing) == first == Q(**{name: [1, 2]}).to_query(Thing)
    negated = ~query
    assert negated.to_query(Thing) == negated.to_query(Thing)


@pytest.mark.parametrize("key", ["size", "size__gte", "size__in", "text", "tags", "anything"])
def test_an_expression_is_no_value(key: str) -> None:
    class Box(Document):
        size = IntField()
        text = StringField()
        tags = ListField(StringField())
        anything = BaseField()

    for value in (F("size"), F("size") + 1):
        raw = [value] if key.endswith("__in") else value
        with pytest.raises(ValueError, match=r"what the server computes is none; .*filter\(F"):
            Q(**{key: raw}).to_query(Box)
