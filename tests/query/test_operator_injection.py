"""What a stranger sends as a value is never taken for operators."""

from __future__ import annotations

import re
from collections import ChainMap, UserDict, deque
from collections.abc import Mapping
from types import MappingProxyType

import bson
import pytest
from bson import SON, Regex
from bson.raw_bson import RawBSONDocument

from aiomotorengine import (
    BaseField,
    Document,
    EmbeddedDocumentField,
    ListField,
    PasswordField,
    Q,
    StringField,
)
from aiomotorengine.query_builder.transform import OPERATORS
from tests.query.models import Friend, Sub, Thing

SCALARS = ["a", "s", "flag", "key", "password", "price", "weight", "when"]
OTHERS = [
    "id",
    "_id",
    "any",
    "any__x",
    "any__0__x",
    "undeclared",
    "sub",
    "sub__undeclared",
    "sub__name",
    "members__name",
    "nums__0",
]
LISTS = ["nums", "tags", "prices", "members", "tables"]
REFERENCES = ["friend", "friends"]
SENT = {"$ne": None}
ALL = {"$all": ["x"]}


@pytest.mark.parametrize("operator", ["", "__ne", "__gt", "__lte", "__not", "__not__gte"])
@pytest.mark.parametrize("name", [*SCALARS, *OTHERS, *LISTS])
def test_a_mapping_of_operators_is_refused(name, operator):
    for sent in (SENT, SON(SENT), ALL, {"x": 1, **SENT}):
        with pytest.raises(ValueError, match=f"field '{name.replace('__', '.')}'.* raw query"):
            Q(**{name + operator: sent}).to_query(Thing)


@pytest.mark.parametrize("operator", ["", "__ne", "__gt", "__not"])
@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_takes_no_mapping_of_operators(name, operator):
    for sent in (SENT, SON(SENT), ALL, {"x": 1, **SENT}):
        with pytest.raises(ValueError, match=f"field '{name}'.* ObjectId"):
            Q(**{name + operator: sent}).to_query(Thing)


@pytest.mark.parametrize("id", [SENT, re.compile("."), Regex(".")])
@pytest.mark.parametrize("name", REFERENCES)
def test_a_document_whose_id_is_a_condition_is_refused(name, id):
    friend = Friend(_id=id)
    for sent in (friend, [friend]) if name == "friends" else (friend,):
        with pytest.raises(ValueError, match=f"field '{name}'.* ObjectId"):
            Q(**{name: sent}).to_query(Thing)
    with pytest.raises(ValueError, match=f"field '{name}'.* ObjectId"):
        Q(**{f"{name}__in": [friend]}).to_query(Thing)


@pytest.mark.parametrize("operator", ["__in", "__not__in"])
@pytest.mark.parametrize("name", [*SCALARS, *OTHERS, *LISTS, *REFERENCES])
def test_a_mapping_of_operators_is_refused_among_several_values(name, operator):
    with pytest.raises(ValueError, match=f"field '{name.replace('__', '.')}'"):
        Q(**{name + operator: [None, SENT]}).to_query(Thing)


@pytest.mark.parametrize("name", ["nums", "tags", "members", "undeclared", "tables"])
def test_a_mapping_of_operators_is_refused_among_the_items_of_a_list(name):
    sent = {"$elemMatch": {"$gt": ""}}
    with pytest.raises(ValueError, match=f"field '{name}'"):
        Q(**{name: [sent]}).to_query(Thing)
    with pytest.raises(ValueError, match=f"field '{name}'"):
        Q(**{name: ({}, [sent])}).to_query(Thing)


@pytest.mark.parametrize("name", SCALARS)
def test_a_scalar_takes_no_mapping_at_all(name):
    with pytest.raises(ValueError, match=f"field '{name}'.*raw query"):
        Q(**{name: {"x": 1}}).to_query(Thing)
    with pytest.raises(ValueError, match=f"field '{name}'.*raw query"):
        Q(**{name: {}}).to_query(Thing)


def test_filter_get_and_match_refuse_it():
    for query in (Thing.objects.filter(s=SENT), Thing.objects.filter_not(s=SENT)):
        with pytest.raises(ValueError, match="field 's'"):
            query.to_query()
    with pytest.raises(ValueError, match="field 's'"):
        Thing.objects.get(s=SENT).send(None)
    with pytest.raises(ValueError, match="field 's'"):
        Thing.objects.aggregate.match(s=SENT).to_query()


class Rows:
    """An iterable that can be walked many times, and says nothing of what is in it."""

    def __init__(self, *rows):
        self.rows = rows

    def __iter__(self):
        return iter(self.rows)


class Extra(Document):
    """A document without fields: every key is one that was sent."""


class Holder(Document):
    extra = EmbeddedDocumentField(Extra)
    extras = ListField(EmbeddedDocumentField(Extra))
    sub = EmbeddedDocumentField(Sub)
    words = ListField(StringField())
    anything = ListField(BaseField())


@pytest.mark.parametrize(
    "filters",
    [
        {"extra": Extra.from_son(SENT)},
        {"extra__ne": Extra.from_son(SENT)},
        {"extra__not": Extra.from_son({"x": 1, **SENT})},
        {"extra__in": [None, Extra.from_son(SENT)]},
        {"extras": Extra.from_son(SENT)},
        {"extras": [Extra.from_son(SENT)]},
        {"extras__in": [Extra.from_son(SENT)]},
        {"sub": Extra.from_son(SENT)},
        {"sub": Extra.from_son({"nm": "x"})},
        {"words": Rows({"$elemMatch": SENT})},
        {"words__in": Rows(Rows(SENT))},
        {"extras": Rows(SENT)},
        {"undeclared": Rows({"$elemMatch": SENT})},
        {"undeclared": [Rows(SENT)]},
        {"words__exists": SENT},
        {"anything": ALL},
        {"anything": {"$all": []}},
        {"anything": [ALL]},
        {"anything__in": [ALL]},
    ],
)
def test_operators_that_come_out_of_a_conversion_are_refused(filters):
    (key,) = filters
    with pytest.raises(ValueError, match=f"^Invalid value for field '.*' in filter '{key}': "):
        Q(**filters).to_query(Holder)


def test_operators_that_a_programs_own_to_son_makes_are_refused():
    class Wild(BaseField):
        def to_son(self, value):
            return {"$ne": None}

    class Card(Document):
        wild = Wild()

    with pytest.raises(ValueError, match=r"field 'wild'.*a mapping with operators"):
        Q(wild="x").to_query(Card)


def operators_in(condition):
    """The operators of a condition, where MongoDB reads them as such."""
    if isinstance(condition, list | tuple):
        for item in condition:
            yield from operators_in(item)
    elif isinstance(condition, Mapping) and any(key.startswith("$") for key in condition):
        yield from condition
        yield from operators_in(list(condition.values()))


OWN = {"x": 1, "$sent": 1}
CARRIERS = [
    lambda sent: sent,
    SON,
    UserDict,
    ChainMap,
    MappingProxyType,
    lambda sent: RawBSONDocument(bson.encode(sent)),
    lambda sent: [sent],
    lambda sent: (1, sent),
    lambda sent: deque([sent]),
    lambda sent: {1: sent}.values(),
    lambda sent: [[sent]],
    Rows,
    lambda sent: Rows(Rows(sent)),
    Extra.from_son,
    lambda sent: [Extra.from_son(sent)],
    lambda sent: Sub.from_son({"nm": "x", **sent}),
    lambda sent: [Sub.from_son(sent)],
    lambda sent: {"name": sent},
    lambda sent: {"deep": sent},
    lambda sent: {"$all": [sent]},
    lambda sent: {"$near": {"$geometry": sent}, **sent},
]


@pytest.mark.parametrize("carrier", CARRIERS, ids=range(len(CARRIERS)))
def test_no_operator_gets_through_any_field_in_any_form(carrier):
    names = [*Thing._fields, "id", "undeclared", "any__x", "sub__undeclared", "nums__0"]
    operators = ["", "__not", *(f"__{name}" for name in OPERATORS if name != "not")]
    sent = taken = 0
    for name in names:
        for operator in operators:
            for mapping in ({"$sent": 1}, OWN):
                sent += 1
                try:
                    query = Q(**{name + operator: carrier(mapping)}).to_query(Thing)
                except ValueError:
                    continue
                taken += 1
                ((_, condition),) = query.items()
                assert "$sent" not in operators_in(condition), (name, operator)
    assert taken < sent


@pytest.mark.parametrize("sent", [SENT, {"deep": SENT}, {"deep": {"t": SENT}}, {"numbers": [SENT]}])
def test_operators_in_mappings_for_embedded_documents_are_refused(sent):
    for filters in ({"sub": sent}, {"sub__in": [sent]}, {"members": [sent]}, {"members": sent}):
        with pytest.raises(ValueError, match=r"^Invalid value for field '(sub|members)' in filter"):
            Q(**filters).to_query(Thing)


def test_a_raw_query_is_the_programs_own_affair():
    assert Thing.objects.filter({"s": SENT}).to_query() == {"s": SENT}


def test_values_that_are_mappings_are_values():
    assert Q(any={"x": {"$ne": None}}).to_query(Thing) == {"any": {"x": {"$ne": None}}}
    assert Q(data=SENT).to_query(Thing) == {"data": '{"$ne": null}'}
    stored = {"nm": "x", "dp": None, "ns": []}
    assert Q(sub={"name": "x"}).to_query(Thing) == {"ss": stored}


def test_operators_of_geometry_are_taken_by_its_fields():
    near = {"$near": {"$geometry": {"type": "Point", "coordinates": [1, 2]}}}
    assert Q(place=near).to_query(Thing) == {"place": near}
    with pytest.raises(ValueError, match="field 'place'"):
        Q(place=SENT).to_query(Thing)


def test_a_programs_own_conversion_decides_about_mappings():
    class Money(BaseField):
        def to_son(self, value):
            return value["cents"] if isinstance(value, dict) and "cents" in value else value

    class Name(StringField):
        def to_son(self, value):
            return value["name"] if isinstance(value, dict) and "name" in value else value

    class Pattern(StringField):
        def to_query(self, value):
            return value

    class Bill(Document):
        total = Money()
        names = ListField(Name())
        name = Name()
        pattern = Pattern()

    assert Q(total={"cents": 5}).to_query(Bill) == {"total": 5}
    assert Q(name={"name": "x"}).to_query(Bill) == {"name": "x"}
    assert Q(names=[{"name": "x"}]).to_query(Bill) == {"names": {"$all": ["x"]}}
    assert Q(pattern={"$regex": "x"}).to_query(Bill) == {"pattern": {"$regex": "x"}}
    for filters in ({"total": SENT}, {"name": SENT}, {"names": [SENT]}, {"name__in": [SENT]}):
        with pytest.raises(ValueError, match="raw query"):  # it came through unconverted
            Q(**filters).to_query(Bill)


def test_a_patched_method_is_a_programs_own_conversion():
    class Word(Document):
        text = StringField()

    Word.text.to_son = lambda value: value["text"]
    assert Q(text={"text": "x"}).to_query(Word) == {"text": "x"}


@pytest.mark.parametrize("value", ["hunter2", b"hunter2", {"p": "hunter2"}, {"$ne": "hunter2"}])
@pytest.mark.parametrize("operator", ["__in", "__not__in"])
def test_a_refusal_never_shows_a_password(value, operator):
    class User(Document):
        password = PasswordField()

    with pytest.raises(ValueError, match="field 'password'") as caught:
        Q(**{"password" + operator: value}).to_query(User)
    assert "hunter2" not in str(caught.value)
    assert type(value).__name__ in str(caught.value)
