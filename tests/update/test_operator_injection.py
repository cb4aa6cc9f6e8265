"""What a stranger sends as a value never becomes an operator of an update, or a path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from aiomotorengine import Document, F, IntField, Q, U
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.update.compiling import operations_of
from aiomotorengine.update.conditions import array_filters_of
from tests.query.models import Thing
from tests.query.test_operator_injection import CARRIERS, OWN, SCALARS, SENT, operators_in

ALL_LISTS = ["nums", "tags", "prices", "members", "tables", "friends", "places", "any"]
PATHS = [*Thing._fields, "any.x", "nums.0", "members.0", "sub.name", "sub.deep.text"]
WAYS: dict[str, Callable[[str, Any], Any]] = {
    "set": lambda path, value: U.set(path, value),
    "set a keyword": lambda path, value: U.set(**{path.replace(".", "__"): value}),
    "set a mapping": lambda path, value: {path: value},
    "set_on_insert": lambda path, value: U.set_on_insert(path, value),
    "inc": lambda path, value: U.inc(path, value),
    "mul": lambda path, value: U.mul(path, value),
    "min": lambda path, value: U.min(path, value),
    "max": lambda path, value: U.max(path, value),
    "push": lambda path, value: U.push(path, value),
    "push a keyword": lambda path, value: U.push(**{path.replace(".", "__"): value}),
    "push sorted": lambda path, value: U.push(path, sort=value),
    "push at": lambda path, value: U.push(path, position=value),
    "push cut": lambda path, value: U.push(path, slice=value),
    "add_to_set": lambda path, value: U.add_to_set(path, value),
    "pull": lambda path, value: U.pull(path, value),
    "pull several": lambda path, value: U.pull(path, value, value),
    "pull a keyword": lambda path, value: U.pull(**{path.replace(".", "__"): value}),
    "pull less": lambda path, value: U.pull(path, lt=value),
    "pull others": lambda path, value: U.pull(path, ne=value),
    "pull some": lambda path, value: U.pull(path, **{"in": [value]}),
    "pull by a query": lambda path, value: U.pull(path, ~Q(gte=value)),
    "pull by a field": lambda path, value: U.pull(path, name=value),
    "pull by a path": lambda path, value: U.pull(path, deep__text__ne=value),
    "pull raw": lambda path, value: U.pull(path, raw=value),
    "pop": lambda path, value: U.pop(path, value),
    "bit": lambda path, value: U.bit(path, and_=value),
    "beside an expression": lambda path, value: U.set(path, value),
}
MODIFIERS = {"$each", "$position", "$slice", "$sort"}


def commands_in(update: Any) -> Iterator[str]:
    """What the server does not take for a value, wherever in an update."""
    if isinstance(update, list):
        for stage in update:
            for operand in stage.values():
                yield from expressions_in(list(operand.values() if "$set" in stage else operand))
        return
    for operator, changes in update.items():
        for given in changes.values():
            if operator == "$pull":
                yield from operators_in(given)
            elif operator in ("$push", "$addToSet"):
                assert given.keys() <= MODIFIERS
                yield from operators_in({"$sort": given.get("$sort")})
            elif operator == "$bit":
                yield from operators_in(given)


def expressions_in(expression: Any) -> Iterator[str]:
    if isinstance(expression, str):
        yield expression
    elif isinstance(expression, Mapping):
        for key, value in expression.items():
            yield key
            if key != "$literal":
                yield from expressions_in(value)
    elif isinstance(expression, list | tuple):
        for item in expression:
            yield from expressions_in(item)


@pytest.mark.parametrize("carrier", CARRIERS, ids=range(len(CARRIERS)))
@pytest.mark.parametrize("way", WAYS)
def test_no_operator_gets_through_any_field_in_any_form(way: str, carrier: Any) -> None:
    sent = taken = 0
    for path in PATHS:
        for mapping in ({"$sent": 1}, OWN):
            sent += 1
            changes = [WAYS[way](path, carrier(mapping))]
            if way == "beside an expression":
                changes.append(U.set("a" if path != "a" else "b", F("b") + 1))
            try:
                update = U.compile(Thing, *changes)
            except (ValueError, TypeError):
                continue
            taken += 1
            assert "$sent" not in set(commands_in(update)), path
            if isinstance(update, dict):
                assert update.keys() <= {
                    *("$set", "$setOnInsert", "$inc", "$mul", "$min", "$max", "$push"),
                    *("$addToSet", "$pull", "$pullAll", "$pop", "$bit"),
                }
    assert taken < sent


@pytest.mark.parametrize("name", [name for name in SCALARS if name != "data"])
@pytest.mark.parametrize("value", [SENT, {"x": 1}, {}], ids=str)
def test_a_mapping_for_a_scalar_is_refused(name: str, value: Any) -> None:
    changes = [U.set(name, value), U.set_on_insert(name, value), {name: value}]
    if name != "price":
        changes += [U.min(name, value), U.max(name, value)]
    for change in changes:
        with pytest.raises(InvalidDocumentError, match=f"^Field '{name}' must be valid"):
            U.compile(Thing, change)


@pytest.mark.parametrize("name", ["nums", "tags", "prices", "tables"])
def test_a_mapping_among_plain_items_is_refused(name: str) -> None:
    for change in (U.push(name, SENT), U.add_to_set(name, SENT)):
        with pytest.raises(InvalidDocumentError, match=f"^Field '{name}' must be valid"):
            U.compile(Thing, change)


def test_texts_beside_an_expression_are_no_paths() -> None:
    update = U.compile(Thing, U.set(a=F("b") + 1, s="$password", any=["$password"]))
    assert update == [
        {
            "$set": {
                "a": {"$add": ["$bb", 1]},
                "s": {"$literal": "$password"},
                "any": {"$literal": ["$password"]},
            }
        }
    ]
    assert U.compile(Thing, U.set(any=F("s") + "$password")) == [
        {"$set": {"any": {"$add": ["$s", {"$literal": "$password"}]}}}
    ]


@pytest.mark.parametrize("carrier", CARRIERS, ids=range(len(CARRIERS)))
def test_array_filters_take_no_operators_as_values(carrier: Any) -> None:
    for path, keyword in (("nums.$[n]", "lt"), ("members.$[n].name", "name"), ("any.$[n]", "x")):
        for mapping in ({"$sent": 1}, OWN):
            condition = Q(**{keyword: carrier(mapping)})
            try:
                filters = array_filters_of(operations_of(Thing, [U.unset(path)]), {"n": condition})
            except ValueError:
                continue
            assert filters is not None
            ((_, compared),) = filters[0].items()
            assert "$sent" not in set(operators_in(compared)), path


class Visit(Document):
    count = IntField()


@pytest.mark.parametrize("key", ["$where", "count.$where", "x", "_id", "", "count.0", "."])
def test_keys_that_are_no_fields_are_refused(key: str) -> None:
    for change in (U.set(key, 1), U.inc(key), U.unset(key), U.set(**{key: 1}), {key: 1}):
        with pytest.raises(ValueError, match="Invalid update"):
            U.compile(Visit, change)
