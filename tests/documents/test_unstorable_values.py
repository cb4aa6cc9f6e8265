"""Values that are valid and that cannot be stored: a save names the field, and where it is."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from bson.errors import InvalidDocument

from aiomotorengine import (
    BaseField,
    BulkReport,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    ListField,
    PasswordField,
    StringField,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.validation import explained
from tests.codec.laws import STANDARD


class NotATime(datetime):
    """As the "not a time" of other libraries: an instance of ``datetime`` that is none."""

    def utcoffset(self) -> Any:
        raise ValueError("not a time")


NOT_A_TIME = NotATime(1, 1, 1)


class Part(Document):
    code = StringField(db_field="c")
    rest = BaseField(db_field="r")


class Machine(Document):
    made = DateTimeField()
    days = ListField(DateTimeField())
    label = StringField(db_field="l")
    rest = BaseField()
    several = ListField(BaseField())
    main = EmbeddedDocumentField(Part, db_field="m")
    parts = ListField(EmbeddedDocumentField(Part))


async def refusal_of(document: Document) -> InvalidDocumentError:
    document.validate()
    with pytest.raises(InvalidDocumentError) as raised:
        await document.save()
    assert document._id is None
    assert await type(document).objects.count() == 0
    return raised.value


@pytest.mark.parametrize(
    ("values", "path", "text"),
    [
        (
            {"rest": Decimal("1.5")},
            "rest",
            "Field 'rest' must be valid: MongoDB has no type for Decimal.",
        ),
        ({"rest": {1, 2}}, "rest", "Field 'rest' must be valid: MongoDB has no type for set."),
        ({"rest": 2**70}, "rest", "Field 'rest' must be valid: it has more than 64 bits."),
        (
            {"label": "\ud800"},
            "label",
            "Field 'label' must be valid: it has characters that UTF-8 can't have.",
        ),
        ({"rest": {5: 1}}, "rest", "Field 'rest' must be valid: its key 5 is no text."),
        ({"rest": {"a\0": 1}}, "rest", "Field 'rest' must be valid: its key 'a\\x00' has a NUL."),
        (
            {"rest": [{"a": 1}, {"a": [2, Decimal(1)]}]},
            "rest.1.a.1",
            "Field 'rest' must be valid: MongoDB has no type for Decimal.",
        ),
        (
            {"days": [datetime(2020, 1, 1), NOT_A_TIME]},
            "days.1",
            "Field 'days' must be valid: MongoDB has no type for NotATime.",
        ),
        (
            {"main": Part(rest=object())},
            "main.rest",
            "Field 'rest' must be valid: MongoDB has no type for object.",
        ),
        (
            {"parts": [Part(), Part(rest={"a": object()})]},
            "parts.1.rest.a",
            "Field 'rest' must be valid: MongoDB has no type for object.",
        ),
        (
            {"free": Decimal(1)},
            "free",
            "Field 'free' must be valid: MongoDB has no type for Decimal.",
        ),
        (
            {"parts": [Part(free=Decimal(1))]},
            "parts.0.free",
            "Field 'free' must be valid: MongoDB has no type for Decimal.",
        ),
    ],
)
@pytest.mark.usefixtures("mongo")
async def test_the_field_is_named(values: dict[str, Any], path: str, text: str) -> None:
    error = await refusal_of(Machine(**values))
    assert (error.path, str(error)) == (path, text)
    assert error.__cause__ is not None
    [note] = error.__notes__
    assert type(error.value).__name__ in note


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def endless() -> Any:
    value: list[Any] = []
    value.append({"again": value})
    return value


@pytest.mark.parametrize(
    "value", [nested(230), nested(2000), endless()], ids=["230", "2000", "endless"]
)
@pytest.mark.parametrize(
    ("values", "path"),
    [
        (lambda it: {"rest": it}, "rest"),
        (lambda it: {"free": it}, "free"),
        (lambda it: {"main": Part(rest=it)}, "main.rest"),
        (lambda it: {"parts": [Part(), Part(rest=it)]}, "parts.1.rest"),
        (lambda it: {"several": [1, it]}, "several.1"),
    ],
)
@pytest.mark.mongod_only("SecantusDB takes values of any depth")
@pytest.mark.usefixtures("mongo")
async def test_what_is_nested_too_deep_is_named(values: Any, path: str, value: Any) -> None:
    reason = "it has more than the 180 levels that MongoDB stores."
    with pytest.raises(InvalidDocumentError) as raised:
        await Machine(**values(value)).save()
    assert raised.value.path == path
    assert str(raised.value).endswith(reason)
    report = BulkReport()
    with pytest.raises(ValueError, match="Validation for document 1 in the documents"):
        await Machine.objects.bulk_insert([Machine(), Machine(**values(value))], report=report)
    assert [[error.path for error in it.errors] for it in report.rejected] == [[path]]
    with pytest.raises(InvalidDocumentError) as raised:
        await Machine.objects.update({"$set": {"rest": value}})
    assert (raised.value.path, str(raised.value)[-len(reason) :]) == ("rest", reason)


@pytest.mark.usefixtures("mongo")
async def test_a_replacement_is_no_other_than_an_insert() -> None:
    machine = await Machine(label="a").save()
    assert machine is not None
    machine.rest = {1}
    with pytest.raises(InvalidDocumentError, match="Field 'rest' must be valid: MongoDB has no"):
        await machine.save()


@pytest.mark.usefixtures("mongo")
async def test_an_id_that_cannot_be_stored_is_named() -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        await Machine(_id=Decimal(1)).save()
    assert raised.value.path == "_id"


class OwnError(Exception):
    pass


class Sealed(BaseField[Any]):
    def to_son(self, value: Any) -> Any:
        if value is not None:
            raise OwnError("sealed")


class Letter(Document):
    inside = ListField(Sealed())


class Bag(Document):
    letters = ListField(EmbeddedDocumentField(Letter))


@pytest.mark.usefixtures("mongo")
async def test_what_a_field_of_the_program_raises_goes_out_with_a_note() -> None:
    with pytest.raises(OwnError) as raised:
        await Bag(letters=[Letter(), Letter(inside=[None, "x"])]).save()
    assert raised.value.__notes__ == ["At letters[1].inside[1]: 'x' (str)."]


@pytest.mark.usefixtures("mongo")
async def test_what_a_built_in_field_cannot_convert_names_it() -> None:

    class Lenient(Document):
        names = ListField(PasswordField())

        def validate(self) -> bool:
            return True

    error = await refusal_of(Lenient(names=["a", ["hunter2"]]))
    assert (str(error), error.path) == ("Field 'names' must be valid.", "names.1")
    assert (error.value, error.__notes__) == ("***", ["At names[1]: '***' (list)."])
    assert isinstance(error.__cause__, TypeError)


def test_what_was_raised_without_a_place_is_found_again() -> None:
    bag = Bag(letters=[Letter(inside=["x"])])
    error = OwnError("from elsewhere")
    assert explained(bag, error, STANDARD) is error
    assert error.__notes__ == ["At letters[0].inside[0]: 'x' (str)."]


def test_what_is_about_no_value_stays_as_it_is() -> None:
    error = MemoryError()
    assert explained(Machine(rest=object()), error, STANDARD) is error
    other = ValueError("about the whole")
    assert explained(Machine(), other, STANDARD) is other
    assert not hasattr(other, "__notes__")


@pytest.mark.usefixtures("mongo")
async def test_a_key_of_a_to_son_that_is_no_text_is_refused_by_the_driver() -> None:
    class Numbered(Document):
        def to_son(self) -> Any:
            return {1: "a"}

    with pytest.raises(InvalidDocument, match="keys"):
        await Numbered().save()
    report = BulkReport()
    rows = [Numbered(), Numbered()]
    await Numbered.objects.insert_stream(rows, ordered=False, on_error="collect", report=report)
    assert [it.number for it in report.rejected] == [0, 1]
