"""Names that fields cannot have, and fields that are annotated where they should be assigned."""

from __future__ import annotations

import typing
from typing import Annotated, Any

import pytest

import aiomotorengine
from aiomotorengine import Document, IntField, StringField
from aiomotorengine.errors import InvalidDocumentError

NAMES_OF_2017 = [
    "delete",
    "ensure_index",
    "from_son",
    "get_field_by_db_name",
    "get_field_value",
    "get_fields",
    "is_embedded_field",
    "is_lazy",
    "is_list_field",
    "is_reference_field",
    "load_references",
    "objects",
    "save",
    "to_son",
    "validate",
    "validate_fields",
]
PRIVATE_NAMES = [
    "__alias__",
    "__bases__",
    "__class__",
    "__classcell__",
    "__collection__",
    "__dict__",
    "__init__",
    "__lazy__",
    "__mro__",
    "__name__",
    "__qualname__",
    "__slots__",
    "_db_field_map",
    "_fields",
    "_fields_ordered",
    "_is_persisted",
    "_reverse_db_field_map",
    "_values",
]


def class_with(name: str, **options: Any) -> Any:
    return type("Row", (Document,), {name: StringField(**options)})


# -- reserved names ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES_OF_2017 + PRIVATE_NAMES)
def test_a_field_that_would_hide_what_every_document_has_is_refused(name: str) -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        class_with(name)
    assert str(refusal.value) == (
        f"Field '{name}' of Row can't have this name, which every document has for something else. "
        f"Give it another one, and db_field='{name}' to store it under this."
    )


@pytest.mark.parametrize("name", NAMES_OF_2017)
def test_the_way_out_is_a_db_field(name: str) -> None:
    row = type("Row", (Document,), {"own_name": StringField(db_field=name)})(own_name="a")
    assert row.to_son() == {name: "a"}
    assert type(row).from_son({name: "a"}).own_name == "a"
    assert row.validate() is True


def test_a_field_of_a_mixin_is_refused_where_it_would_hide_something() -> None:
    class Mixin:
        save = StringField()

    with pytest.raises(InvalidDocumentError, match="Field 'save' of Row can't have this name"):
        type("Row", (Mixin, Document), {})
    hides_nothing: Any = type("Row", (Document, Mixin), {})
    assert "save" not in hides_nothing._fields
    assert callable(hides_nothing().save)


@pytest.mark.parametrize("name", ["id", "items", "mro", "name", "type", "_private", "load"])
def test_other_names_are_free(name: str) -> None:
    row = class_with(name)(**{name: "a"})
    assert getattr(row, name) == "a"
    assert row.to_son() == {name: "a"}


@pytest.mark.parametrize(
    "name",
    [n for n in dir(Document) if not n.startswith("_") and n not in NAMES_OF_2017],
)
async def test_names_that_the_library_got_later_give_way_to_fields(
    name: str, mongo: Any, codec: str
) -> None:
    row_class = class_with(name)
    await row_class(**{name: "a"}).save()
    await row_class.objects.bulk_insert([row_class(**{name: "b"})])
    assert sorted(getattr(row, name) for row in await row_class.objects.find_all()) == ["a", "b"]
    first = await row_class.objects.filter(**{name: "a"}).first()
    assert await first.delete() == 1
    assert await row_class.objects.filter(**{name: "b"}).count() == 1


def test_a_method_may_have_the_name_of_a_method() -> None:
    class Row(Document):
        name = StringField()

        def validate(self) -> bool:
            return False

    assert Row(name="a").validate() is False


# -- annotations ---------------------------------------------------------------------------------


def body(annotations: Any, **namespace: Any) -> dict[str, Any]:
    return {"__annotations__": annotations, "__module__": __name__, **namespace}


def test_a_field_that_is_annotated_and_not_assigned_is_refused() -> None:
    with pytest.raises(InvalidDocumentError) as refusal:

        class Token(Document):
            user = StringField()
            key: StringField(required=True, max_length=5)  # type: ignore[valid-type]

    assert str(refusal.value) == (
        "Token.key is annotated with a StringField, which declares no field. "
        "Write 'key = StringField(...)'."
    )


@pytest.mark.parametrize(
    "annotation",
    [
        StringField(),
        Annotated[str, StringField()],
        "StringField()",
        "StringField(required=True) | None",
        "Annotated[str, StringField(max_length=5)]",
        "aiomotorengine.StringField()",
        "aiomotorengine.fields.StringField()",
    ],
    ids=str,
)
def test_whatever_form_the_annotation_has(annotation: Any) -> None:
    with pytest.raises(InvalidDocumentError, match=r"Token\.key is annotated with a StringField"):
        type("Token", (Document,), body({"key": annotation}))


def test_an_inherited_field_is_not_declared_again_by_an_annotation() -> None:
    class Base(Document):
        key = StringField()

    with pytest.raises(InvalidDocumentError, match=r"Token\.key is annotated with a StringField"):
        type("Token", (Base,), body({"key": StringField(required=True)}))


@pytest.mark.parametrize(
    "annotation",
    [
        "StringField",
        "int | None",
        "typing.ClassVar[int]",
        "NotDefinedAnywhere(5)",
        "typing.NotThere()",
        "is_no_field_class()",
        "print('never called')",
        "no python",
        "",
        "{}[0]()",
        StringField,
        typing.ClassVar[int],
        5,
    ],
    ids=str,
)
def test_other_annotations_are_the_programs_own(annotation: Any, capsys: Any) -> None:
    token_class: Any = type("Token", (Document,), body({"key": annotation}, size=IntField()))
    assert list(token_class._fields) == ["size"]
    assert capsys.readouterr().out == ""


def is_no_field_class() -> None:
    """Called in an annotation above."""


def test_a_field_may_be_annotated_where_it_is_assigned() -> None:
    class Token(Document):
        key: StringField = StringField(required=True)
        name: StringField() = StringField()  # type: ignore[valid-type]

    assert list(Token._fields) == ["key", "name"]


def test_modules_are_not_imported_to_read_an_annotation() -> None:
    assert aiomotorengine.fields.StringField is StringField  # what the texts above stand for
