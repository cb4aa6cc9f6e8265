"""What a class body says of its fields: defaults, options, what is required."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any, ClassVar, get_type_hints

import pydantic
import pytest

from aiomotorengine import (
    BooleanField,
    DictField,
    Document,
    EmbeddedDocumentField,
    EnumField,
    Field,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    IntField,
    ListField,
    MapField,
    ReferenceField,
    SetField,
    StringField,
    TupleField,
    TypedDocument,
)
from aiomotorengine.errors import InvalidDocumentError, UnknownFieldError
from aiomotorengine.typed.families import scalars
from aiomotorengine.typed.field_specifier import SpecifierOptions
from aiomotorengine.typed.hints import options_of

Name = Annotated[str, StringField(max_length=5)]


def test_what_has_no_default_is_required_and_may_be_empty() -> None:
    class User(TypedDocument):
        name: str
        age: int = 18
        nick: str | None

    errors = User().validation_errors()
    assert [(error.path, error.code) for error in errors] == [("name", "required")]
    assert User(name="", nick=None).validate()
    assert User(name="", nick=None).to_son() == {"name": "", "age": 18}


def test_constructors_check_nothing_but_names() -> None:
    class User(TypedDocument):
        age: int

    assert User(age="x").age == "x"
    with pytest.raises(UnknownFieldError, match=r"^User has no field 'agge'\. Did you mean 'age'"):
        User(agge=1)


def test_defaults_are_copied_for_each_document() -> None:
    class Note(TypedDocument):
        tags: list[str] = []
        more: dict[str, int] = Field(default={"a": 1})
        made: list[int] = Field(default_factory=lambda: [1])

    first, second = Note(), Note()
    first.tags.append("x")
    first.more["b"] = 2
    first.made.append(2)
    assert (second.tags, second.more, second.made) == ([], {"a": 1}, [1])


def test_lists_and_the_like_are_empty_at_first() -> None:
    class Note(TypedDocument):
        tags: list[str]
        names: set[str]
        places: tuple[int, ...]
        counts: dict[str, int]

    note = Note()
    assert (note.tags, note.names, note.places, note.counts) == ([], set(), (), {})
    assert note.validate()


def test_options() -> None:
    class User(TypedDocument):
        mail: str = Field(default="", index=True, pattern="@", db_field="m")
        age: Annotated[int, Field(min_value=0)] = Field(default=1, max_value=9)
        tags: list[Annotated[str, Field(max_length=2)]] = Field(default_factory=list, max_length=1)
        level: int = Field(required=False)

    assert User().to_son() == {"m": "", "age": 1, "tags": []}
    errors = User(mail="x", age=10, tags=["abc"]).validation_errors()
    assert [error.path for error in errors] == ["mail", "age", "tags.0"]
    field: Any = User.mail
    assert field._settings.index is True


def test_the_field_that_annotated_gives() -> None:
    class User(TypedDocument):
        name: Name
        nick: Name = "x"
        last: Name | None = None
        size: Annotated[int, IntField(default=3)]
        code: Annotated[str, StringField(required=True)]

    fields: Any = User._fields
    assert [field.max_length for field in list(fields.values())[:3]] == [5, 5, 5]
    assert [field.required for field in fields.values()] == [True, True, False, True, True]
    assert fields["name"]._settings.allow_empty is True
    assert fields["code"]._settings.allow_empty is False
    assert User(name="a", code="b").to_son() == {"name": "a", "nick": "x", "size": 3, "code": "b"}


def test_a_named_annotation_serves_many_attributes() -> None:
    class User(TypedDocument):
        first: Name
        second: Name
        third: Annotated[list[str], ListField(StringField())]

    class Other(TypedDocument):
        name: Name

    fields: list[Any] = [User.first, User.second, Other.name]
    assert [(field.name, field.db_field) for field in fields] == [
        ("first", "first"),
        ("second", "second"),
        ("name", "name"),
    ]
    assert len({*map(id, fields)}) == 3


def test_inner_fields_of_a_named_annotation_are_each_attributes_own() -> None:
    Tags = Annotated[list[str], ListField(StringField(max_length=1))]  # noqa: N806

    class User(TypedDocument):
        first: Tags
        second: Tags

    with pytest.raises(InvalidDocumentError, match=r"^Field 'second' must be valid\."):
        User(first=["a"], second=["ab"]).validate()


def test_the_default_of_a_given_field() -> None:
    class User(TypedDocument):
        names: Annotated[set[str], SetField(StringField())] = set()
        tags: Annotated[list[str], ListField(StringField())] = []
        some: Annotated[list[int], ListField(IntField())] = [1]

    first = User()
    first.tags.append("a")
    first.some.append(2)
    assert (User().names, User().tags, User().some) == (set(), [], [1])


def test_options_beside_a_given_field_are_refused() -> None:
    with pytest.raises(TypeError, match=r"^User\.name: give 'index' to the StringField itself\.$"):

        class User(TypedDocument):
            name: Name = Field(index=True)


def test_an_option_that_the_field_has_not_is_refused() -> None:
    with pytest.raises(TypeError, match=r"^User\.age: IntField has no option 'pattern'\.$"):

        class User(TypedDocument):
            age: int = Field(pattern="x")


def test_a_value_that_an_option_does_not_take_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match="bits must be 32 or 64") as refused:

        class User(TypedDocument):
            age: int = Field(bits=16)

    assert refused.value.__notes__ == ["It is about User.age."]


SAID_BY_TYPES = {
    *("base_field", "keys", "frozen", "fields", "enum", "choices", "version"),
    *("embedded_document_type", "reference_document_type"),
}
"""The arguments of fields that an annotation says itself."""


def test_checkers_know_all_options_of_the_fields_that_types_mean() -> None:
    fields = {field_class for field_class, _ in scalars.FIELDS.values()} | {
        *(BooleanField, EnumField, ListField, SetField, TupleField, DictField, MapField),
        *(EmbeddedDocumentField, GenericEmbeddedDocumentField),
        *(ReferenceField, GenericReferenceField),
    }
    taken = {name for field_class in fields for name in options_of(field_class)}
    known = SpecifierOptions.__required_keys__ | SpecifierOptions.__optional_keys__
    assert taken - known - SAID_BY_TYPES == {"default"}
    assert known <= taken


def test_a_default_and_what_makes_one_exclude_each_other() -> None:
    with pytest.raises(TypeError, match="a default or a default_factory, not both"):
        Field(default=1, default_factory=int)


@pytest.mark.parametrize("base", [Document, TypedDocument])
def test_field_without_an_annotation_is_refused(base: type[Any]) -> None:
    # Up to Python 3.11 what is raised there is the cause of another error.
    with pytest.raises((TypeError, RuntimeError)) as refused:
        type(base)("User", (base,), {"name": Field()})
    error = refused.value.__cause__ or refused.value
    assert type(error) is TypeError
    assert str(error).startswith("User.name: Field() needs a type, as in 'name: str = Field()'")


def test_what_is_no_field() -> None:
    class User(TypedDocument):
        name: str
        kind: ClassVar[str] = "user"
        other: ClassVar = 5
        _private: int = 3

        @property
        def loud(self) -> str:
            return self.name.upper()

        loud2: str = property(lambda self: self.name)

    assert list(User._fields) == ["name"]
    assert (User.kind, User.other, User._private, User(name="a").loud) == ("user", 5, 3, "A")


def test_plain_fields_stand_beside() -> None:
    class User(TypedDocument):
        size = IntField(db_field="s")
        name: str
        code: int | None = IntField(default=7)

    assert list(User._fields) == ["name", "code", "size"]
    user = User(name="a", size="3")
    assert user.to_son() == {"name": "a", "code": 7, "s": 3}


def test_a_document_reads_no_annotations() -> None:
    class User(Document):
        name = StringField()
        age: int = 5

    assert list(User._fields) == ["name"]


def test_what_is_reserved_stays_so() -> None:
    with pytest.raises(InvalidDocumentError, match="save"):

        class User(TypedDocument):
            save: str


def test_names_that_the_library_got_later_are_free_for_fields() -> None:
    class Log(TypedDocument):
        changes: list[str] = []
        reload: bool = True
        to_dict: str = "x"
        update: int | None = None
        other: str = ""

    log = Log(changes=["a"], update=3)
    assert (log.changes, log.reload, log.to_dict, log.update) == (["a"], True, "x", 3)
    assert log.validate()
    assert list(Log._fields) == ["changes", "reload", "to_dict", "update", "other"]
    assert Log.from_son(log.to_son()).to_son() == log.to_son()


def test_two_names_for_one_key_are_refused() -> None:
    with pytest.raises(InvalidDocumentError, match="Multiple db_fields defined for: n"):

        class User(TypedDocument):
            name: str = Field(db_field="n")
            nick: str = Field(db_field="n")


@pytest.mark.parametrize(
    ("specifier", "what"),
    [
        (dataclasses.field(default_factory=list), "a Field of dataclasses"),
        (pydantic.Field(default=3), "a FieldInfo of pydantic"),
    ],
    ids=["dataclasses", "pydantic"],
)
def test_what_other_libraries_have_for_field_is_no_default(specifier: Any, what: str) -> None:
    expected = f"^User.x: this is {what}; .* is said by aiomotorengine.Field"
    with pytest.raises(TypeError, match=expected):

        class User(TypedDocument):
            x: list[int] = specifier


def test_a_default_factory_is_a_function() -> None:
    with pytest.raises(TypeError, match="is a function, not 3"):
        Field(default_factory=3)  # type: ignore[arg-type]


def test_a_function_is_no_default() -> None:
    with pytest.raises(TypeError, match=r"^User\.x: a function here would be a method; .*factory"):

        class User(TypedDocument):
            x: int = lambda: 3  # type: ignore[assignment]

    class Other(TypedDocument):
        x: ClassVar[Any] = lambda self: 3

        @property
        def y(self) -> int:
            return 4

    assert (Other().x(), Other().y, [*Other._fields]) == (3, 4, [])


def test_hints_can_be_asked_for() -> None:
    class User(TypedDocument):
        name: str
        age: int | None = None

    hints = get_type_hints(User)
    assert (hints["name"], hints["age"]) == (str, int | None)
