"""How query sets and aggregations look, and their copies."""

from __future__ import annotations

import copy
import inspect
from typing import Any

import pytest

from aiomotorengine import (
    Aggregation,
    Document,
    EmbeddedDocumentField,
    F,
    Func,
    IntField,
    ListField,
    PasswordField,
    Q,
    Raw,
    StringField,
)
from aiomotorengine.fields.password_field import sha256

SECRET = "hunter2"


class Key(Document):
    name = StringField(db_field="nm")
    password = PasswordField(db_field="pw")


class Address(Document):
    street = StringField()


class User(Document):
    address = EmbeddedDocumentField(Address)
    age = IntField()
    name = StringField(db_field="n")
    password = PasswordField(db_field="p")
    old = ListField(PasswordField())
    key = EmbeddedDocumentField(Key, db_field="k")
    keys = ListField(EmbeddedDocumentField(Key))


# -- what is shown -------------------------------------------------------------------------------


def test_a_query_set_shows_its_filters_order_and_window() -> None:
    assert repr(User.objects) == "<QuerySet User {}>"
    found = User.objects.filter(age__gt=3).order_by("-age").limit(10)
    assert repr(found) == "<QuerySet User {'age': {'$gt': 3}} order=[('age', -1)] limit=10>"
    assert repr(User.objects.filter(name="Ada").skip(5)) == "<QuerySet User {'n': 'Ada'} skip=5>"
    assert repr(User.objects.limit(0)) == "<QuerySet User {} limit=0>"


@pytest.mark.parametrize("path", ["$$this", "$$this.pw", "$$user.k.pw"])
def test_what_a_variable_is_compared_with_is_not_shown(path: str) -> None:
    stages = [{"$project": {"n": {"$filter": {"input": "$old", "cond": {"$eq": [path, SECRET]}}}}}]
    assert SECRET not in repr(User.objects.aggregate.raw(stages))
    assert SECRET in repr(Address.objects.aggregate.raw(stages))  # which has no passwords


def test_an_aggregation_shows_its_stages() -> None:
    aggregation = User.objects.filter(age__gt=3).aggregate.group_by(User.name)
    assert repr(aggregation) == (
        "<Aggregation User [{'$match': {'age': {'$gt': 3}}}, {'$group': {'_id': {'n': '$n'}}}]>"
    )
    raw = User.objects.aggregate.raw(
        [{"$match": {"p": SECRET}}, {"$facet": {"a": [{"p": SECRET}]}}]
    )
    assert repr(raw) == (
        "<Aggregation User [{'$match': {'p': '***'}}, {'$facet': {'a': [{'p': '***'}]}}]>"
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (Q(password=SECRET), "{'p': '***'}"),
        (Q(password=None), "{'p': None}"),
        (Q(password__exists=True), "{'p': {'$exists': True}}"),
        (Q(password__in=[SECRET, None]), "{'p': {'$in': ['***', None]}}"),
        (~Q(password__gt=SECRET), "{'p': {'$not': {'$gt': '***'}}}"),
        (Q(password=SECRET) | Q(age=1), "{'$or': [{'p': '***'}, {'age': 1}]}"),
        (Q(old=[SECRET]), "{'old': {'$all': ['***']}}"),
        (Q(old__0=SECRET), "{'old.0': '***'}"),
        (Q(key__password=SECRET), "{'k.pw': '***'}"),
        (Q(key=Key(name="a", password=SECRET)), "{'k': {'nm': 'a', 'pw': '***'}}"),
        (
            Q(keys__in=[Key(name="a", password=SECRET)]),
            "{'keys': {'$in': [{'nm': 'a', 'pw': '***'}]}}",
        ),
        (Q({"keys": {"$elemMatch": {"pw": SECRET}}}), "{'keys': {'$elemMatch': {'pw': '***'}}}"),
        (Q({"keys.0.pw": SECRET, "nm": "a"}), "{'keys.0.pw': '***', 'nm': 'a'}"),
        (Q({"_p": {"x": SECRET}}), "{'_p': '***'}"),
        (Q({"$expr": {"$eq": ["$p", SECRET]}}), "{'$expr': {'$eq': ['$p', '***']}}"),
        (
            Q({"$expr": {"$in": ["$k.pw", [SECRET, "$nm"]]}}),
            "{'$expr': {'$in': ['$k.pw', ['***', '***']]}}",
        ),
        (
            Q({"$expr": {"$eq": [{"$literal": SECRET}, "$p"]}}),
            "{'$expr': {'$eq': [{'$literal': '***'}, '$p']}}",
        ),
        (
            Q({"$expr": {"$eq": ["$p", {"$concat": ["$nm", "x"]}]}}),
            "{'$expr': {'$eq': ['$p', {'$concat': ['$nm', '***']}]}}",
        ),
        (
            Q(
                {
                    "$expr": {
                        "$or": [{"$eq": ["$$ROOT.p", SECRET]}, {"$eq": ["$$CURRENT.p", SECRET]}]
                    }
                }
            ),
            "{'$expr': {'$or': [{'$eq': ['$$ROOT.p', '***']}, {'$eq': ['$$CURRENT.p', '***']}]}}",
        ),
        (Q({"$where": f"this.p == '{SECRET}'"}), "{'$where': '***'}"),
        (
            Q({"$expr": {"$function": {"body": f"p => p == '{SECRET}'", "args": ["$p", SECRET]}}}),
            "{'$expr': {'$function': {'body': '***', 'args': ['$p', '***']}}}",
        ),
    ],
)
def test_values_of_passwords_are_not_shown(query: Q, shown: str) -> None:
    found = User.objects.filter(query)
    assert repr(found) == f"<QuerySet User {shown}>"
    assert repr(found.aggregate) == f"<Aggregation User [{{'$match': {shown}}}]>"
    assert "***" not in str(found.to_query())


@pytest.mark.parametrize(
    "condition",
    [
        Func("regexMatch", input=F("password"), regex=SECRET) == True,  # noqa: E712
        Func("regexMatch", input=Func("toLower", F("password")), regex=SECRET) == True,  # noqa: E712
        Func("regexMatch", input=F("key__password"), regex=SECRET, options="i") == True,  # noqa: E712
        Func("toLower", F("password")) == SECRET,
        F("password") == Func("toLower", SECRET),
        Func("eq", F("password"), Func("concat", SECRET, "x")) == True,  # noqa: E712
        Func("eq", [F("password")], [SECRET]) == True,  # noqa: E712
        Func("getField", field="password", input=Raw("$$ROOT")) == SECRET,
        Raw({"$getField": "password"}) == SECRET,
        Func("in", SECRET, Func("objectToArray", Raw("$$ROOT"))) == True,  # noqa: E712
        Func("switch", branches=[{"case": F("age") > 1, "then": F("password")}]) == SECRET,
        Func("regexMatch", input=F("password"), regex=Func("concat", "^", SECRET)) == True,  # noqa: E712
        Func("indexOfCP", Func("concat", F("name"), F("password")), SECRET) == 0,
        Func("eq", Func("trim", input=F("password")), SECRET) == True,  # noqa: E712
        Func("not", Func("in", F("password"), [SECRET])) == True,  # noqa: E712
        Q(age=1) | (Func("strcasecmp", SECRET, F("password")) == 0),
        F("password") == SECRET,
        F("age") > Func("indexOfBytes", F("password"), SECRET),
    ],
)
def test_what_stands_beside_a_password_in_an_expression_is_not_shown(condition: Any) -> None:
    found = User.objects.filter(condition)
    assert "***" in repr(found)
    assert SECRET not in repr(found)
    assert SECRET not in repr(found.aggregate)


def test_what_is_not_compared_with_a_password_is_shown() -> None:
    compared = {"$expr": {"$eq": ["$p", SECRET]}}
    stages = [
        {"$match": {"nm": "Ada", "$or": [compared, {"age": 7}]}},
        {"$project": {"p": "$p", "word": "shown"}},
        {"$set": {"x": {"$regexMatch": {"input": "$nm", "regex": "^A"}}, "y": "$p"}},
    ]
    shown = repr(User.objects.aggregate.raw(stages))
    assert SECRET not in shown
    for text in ("'nm': 'Ada'", "{'age': 7}", "'word': 'shown'", "'regex': '^A'"):
        assert text in shown


def test_values_of_passwords_are_not_shown_after_a_group() -> None:
    groups = User.objects.aggregate.group_by(User.password, Aggregation.sum(User.age, "total"))
    matched = groups.match(password=SECRET, total__gt=1)
    assert repr(matched).endswith("{'$match': {'_id.p': '***', 'total': {'$gt': 1}}}]>")
    assert matched.to_query()[-1]["$match"]["_id.p"] == sha256(SECRET)


def test_values_of_passwords_are_not_shown_in_stages() -> None:
    text = f"() => '{SECRET}'"
    shown = repr(
        User.objects.aggregate.raw(
            [
                {"$set": {"address": {"$eq": ["$p", SECRET]}}},
                {"$set": {"address": {"$function": {"body": text, "args": [], "lang": "js"}}}},
                {"$group": {"_id": 1, "n": {"$accumulator": {"init": text, "initArgs": [2]}}}},
            ]
        )
    )
    assert shown == (
        "<Aggregation User [{'$set': {'address': {'$eq': ['$p', '***']}}}, "
        "{'$set': {'address': {'$function': {'body': '***', 'args': [], 'lang': 'js'}}}}, "
        "{'$group': {'_id': 1, 'n': {'$accumulator': {'init': '***', 'initArgs': [2]}}}}]>"
    )


def test_scripts_are_shown_where_there_are_no_passwords() -> None:
    found = Address.objects.filter({"$where": "this.street"})
    assert repr(found) == "<QuerySet Address {'$where': 'this.street'}>"


def test_what_is_shown_is_cut_at_500_characters() -> None:
    for shown in (
        User.objects.filter(name="x" * 600),
        User.objects.filter(name="x" * 600).aggregate,
    ):
        assert len(repr(shown)) == 500
        assert repr(shown).endswith("xxx…")


def test_what_cannot_be_sent_is_shown_all_the_same() -> None:
    found = User.objects.filter(age="old")
    for shown in (repr(found), repr(found.aggregate)):
        assert "(ValueError: Invalid value for field 'age' in filter 'age': " in shown


# -- copies --------------------------------------------------------------------------------------


@pytest.mark.parametrize("make_copy", [copy.copy, copy.deepcopy])
def test_a_copy_shares_nothing(make_copy: Any) -> None:
    first = User.objects.filter(age=1).order_by("age").limit(1)
    second = make_copy(first)
    assert type(second) is type(first)
    assert repr(second) == repr(first)
    second.filter(name="x").order_by("name").limit(2).skip(3)
    assert repr(first) == "<QuerySet User {'age': 1} order=[('age', 1)] limit=1>"
    third = make_copy(second)
    first.filter(age__gt=0).order_by("-name")
    assert repr(third) == repr(second)
    assert "'n': 'x'" in repr(third)


def test_neither_query_sets_nor_aggregations_are_awaitable() -> None:
    """Template engines and resolvers await what can be, and iterate over everything else."""
    assert not inspect.isawaitable(User.objects.filter(age=5))
    assert not inspect.isawaitable(User.objects.aggregate.match(age=5))
