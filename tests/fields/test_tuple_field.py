"""TupleField: values that stand in an order."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import (
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    ListField,
    PasswordField,
    StringField,
    TupleField,
    U,
)
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.query_builder.transform import transform_query


class Home(Document):
    town = StringField(required=True, db_field="t")


class Town(Document):
    place = TupleField(FloatField(), FloatField(), db_field="p")
    marks = TupleField(IntField(), ...)
    pair = TupleField(StringField(), EmbeddedDocumentField(Home))
    path = ListField(TupleField(IntField(), IntField()))


@pytest.mark.parametrize(
    "fields", [(), (5,), (IntField, IntField), (..., IntField()), (IntField(), 5)]
)
def test_it_takes_fields(fields: Any) -> None:
    with pytest.raises(ValueError, match="A TupleField takes the fields of its values"):
        TupleField(*fields)


def test_unset_is_empty() -> None:
    assert Town().place == Town.from_son({"p": []}).place == Town.from_son({"p": None}).place == ()
    assert Town().to_son()["p"] == []
    assert Town.from_son({"p": None}).to_son()["p"] is None
    assert Town().validate()


def test_another_length_in_the_database_is_kept_and_refused() -> None:
    town = Town.from_son({"p": [1.0]})
    assert town.place == [1.0]
    with pytest.raises(InvalidDocumentError, match="Field 'place' must be valid.") as raised:
        town.validate()
    assert raised.value.__notes__ == [
        "At place: [1.0] (list); a list or tuple of 2 values is wanted."
    ]


def test_refusals_say_which_value() -> None:
    town = Town(place=(1, "x"), marks=(1, "y"), pair=("a", Home()), path=[(1, 2), (1,)])
    assert [error.path for error in town.validation_errors()] == [
        "place.1",
        "marks.1",
        "pair.1.town",
        "path.1",
    ]


@pytest.mark.parametrize("given", [("ada", "hunter2", "x"), ("hunter2",)], ids=len)
def test_no_message_shows_a_password_in_a_wrong_place(given: Any) -> None:
    class Login(Document):
        creds = TupleField(StringField(), PasswordField())

    login = Login(creds=given)
    for fails in (
        login.validate,
        login.to_son,
        lambda: transform_query(Login, creds=given),
        lambda: U.set(creds=given).operations(conversion_of(Login)).__next__(),
    ):
        with pytest.raises(ValueError, match="creds") as raised:
            fails()
        error: BaseException | None = raised.value
        while error is not None:
            assert "hunter2" not in repr((error, getattr(error, "__notes__", ())))
            error = error.__cause__ or error.__context__
    assert "hunter2" not in repr(login.validation_errors())


def test_a_changed_list_inside_is_stored() -> None:
    class Sheet(Document):
        cells = TupleField(ListField(IntField()), StringField())

    sheet = Sheet.from_son({"cells": [None, "a"]})
    assert sheet.cells == ([], "a")
    assert sheet.to_son() == {"cells": [None, "a"]}
    sheet.cells[0].append(1)
    assert sheet.to_son() == {"cells": [[1], "a"]}


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ({"place": (1, "2")}, {"p": [1.0, 2.0]}),
        ({"place__0__gt": "1"}, {"p.0": {"$gt": 1.0}}),
        ({"place__in": [(1, 2)]}, {"p": {"$in": [[1.0, 2.0]]}}),
        ({"marks__3": "1"}, {"marks.3": 1}),
        ({"pair__1__town": "Ur"}, {"pair.1.t": "Ur"}),
        ({"path__0__1": 2}, {"path.0.1": 2}),
    ],
    ids=str,
)
def test_filters(given: dict[str, Any], query: dict[str, Any]) -> None:
    assert transform_query(Town, **given) == query


@pytest.mark.parametrize(
    "given",
    [
        {"place": 1},
        {"place": (1,)},
        {"place__2": 1},
        {"place__x": 1},
        {"place": ({"$gt": 1}, 2)},
        {"pair__1": {"$ne": None}},
    ],
    ids=str,
)
def test_filters_that_mean_nothing(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Invalid "):
        transform_query(Town, **given)


async def test_it_is_stored_found_and_changed(mongo: Any) -> None:
    await Town(place=(1, 2), marks=[1, 2], pair=("a", Home(town="Ur"))).save()
    town = await Town.objects.get(place__1=2, pair__1__town="Ur")
    assert town is not None
    assert (town.place, town.marks, town.pair[1].town) == ((1.0, 2.0), (1, 2), "Ur")
    await Town.objects.update(U.set("place.1", "5"), U.set("pair.1.town", "Uruk"))
    await town.reload()
    assert (town.place, town.pair[1].town) == ((1.0, 5.0), "Uruk")
    with pytest.raises(InvalidDocumentError):
        await Town.objects.update({Town.place: [1]})
