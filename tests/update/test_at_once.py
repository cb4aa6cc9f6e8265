"""An update of one plain value, which is made at once: it is what a planned one is."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import DateTimeField, Document, IntField, Q, StringField, U, VersionField
from aiomotorengine.update.compiling import compiled, operations_of
from aiomotorengine.writing.updating import PlannedUpdate, update_by
from tests.query.models import Thing
from tests.query.test_operator_injection import SCALARS
from tests.update.test_operator_injection import WAYS

VALUES = [*SCALARS, None, 1, -(2**70), 1.5, True, "3", b"x", [1], {"a": 1}]


class Ware(Document):
    name = StringField(required=True, max_length=5)
    note = StringField(db_field="n")
    stock = IntField(default=0)


Ware.__omit_none__ = True


class Dated(Ware):
    changed = DateTimeField(auto_now_on_update=True)


class Versioned(Ware):
    version = VersionField()


def said(make: Any) -> Any:
    """What is made, or how it is refused."""
    try:
        return make()
    except Exception as error:
        return type(error), str(error)


@pytest.mark.parametrize("way", [way for way in WAYS if way != "set_on_insert"])
@pytest.mark.parametrize("document_class", [Thing, Ware])
def test_it_is_what_is_planned(document_class: Any, way: str) -> None:
    for name in document_class._fields:
        for value in VALUES:
            for validate in True, False:

                def planned(name: str = name, value: Any = value, validate: bool = validate) -> Any:
                    operations = operations_of(document_class, [WAYS[way](name, value)], validate)
                    return compiled(document_class, operations)

                def at_once(name: str = name, value: Any = value, validate: bool = validate) -> Any:
                    change = WAYS[way](name, value)
                    update = update_by(document_class, [change], False, None, True, validate)
                    return update._document

                assert said(at_once) == said(planned), (name, value, validate)


def test_a_value_is_converted_once() -> None:
    asked: list[Any] = []

    class Asking(StringField):
        def to_update(self, value: Any) -> Any:
            asked.append(value)
            return super().to_update(value)

        def to_son(self, value: Any) -> Any:
            return value or None

    class AskingLabel(Document):
        text = Asking()

    for omits, nothing in (False, {"$set": {"text": None}}), (True, {"$unset": {"text": ""}}):
        AskingLabel.__omit_none__ = omits
        for value, wanted in ("a", {"$set": {"text": "a"}}), ("", nothing), (None, nothing):
            for _ in range(2):  # the second time, its path is known
                update = update_by(AskingLabel, [U.set(text=value)], False, None, True, True)
                assert update._document == wanted
                assert asked == [value]
                asked.clear()


def test_what_comes_by_itself_is_planned() -> None:
    for document_class in (Dated, Versioned):
        for _ in range(2):  # the second time, its path is known
            update = update_by(document_class, [U.set(note="a")], False, None, True, True)
            assert not update.is_complete


def test_what_says_more_is_planned() -> None:
    changes: list[Any] = [
        [U.set(note="a", stock=1)],
        [U.set(note="a"), U.inc(stock=1)],
        [{"note": "a"}],
        [U.raw({"$set": {"n": "a"}})],
        [U.rename("note", "name")],
    ]
    for given in changes:
        for _ in range(2):
            update = update_by(Ware, given, False, None, True, True)
            assert isinstance(update, PlannedUpdate), given
            assert update.is_complete
    with pytest.raises(ValueError, match=r"U.set_on_insert needs upsert=True"):
        update_by(Ware, [U.set_on_insert(note="a")], False, None, True, True)
    with pytest.raises(ValueError, match="but no path of a change has"):
        update_by(Ware, [U.set(note="a")], False, {"item": Q(lt=3)}, True, True)
