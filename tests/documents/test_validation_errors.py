"""Where in a document a refused value is: path, code, value, a note, and all of them at once."""

from __future__ import annotations

import copy
import pickle
import traceback
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    StringField,
    codec,
)
from aiomotorengine.errors import FieldError, InvalidDocumentError
from aiomotorengine.validation import refusals_of_value
from tests.codec.laws import STANDARD
from tests.zoo.animals import ANIMALS
from tests.zoo.generate import documents


class Reply(Document):
    stars = IntField(max_value=5)


class Remark(Document):
    by = StringField(required=True)
    replies = ListField(EmbeddedDocumentField(Reply))


class Post(Document):
    stars = IntField()
    remarks = ListField(EmbeddedDocumentField(Remark))
    rows = ListField(ListField(IntField()))
    author = ReferenceField(Remark)


class Login(Document):
    password = PasswordField(required=True)
    old = ListField(PasswordField())


class Owner(Document):
    login = EmbeddedDocumentField(Login)


def refusal_of(document: Document) -> InvalidDocumentError:
    with pytest.raises(InvalidDocumentError) as raised:
        document.validate()
    return raised.value


def post(bad: int = 400) -> Post:
    remarks = [Remark(by="a", replies=[Reply(stars=number % 5)]) for number in range(500)]
    remarks[bad].replies[0].stars = 6
    return Post(stars=1, remarks=remarks)


def notes_of(error: BaseException) -> list[str]:
    return list(map(str, getattr(error, "__notes__", [])))


# -- the first ------------------------------------------------------------------------------------


def test_the_text_is_that_of_2017_and_the_path_comes_with_it() -> None:
    error = refusal_of(post())
    assert str(error) == "Field 'stars' must be valid."
    assert (error.path, error.code, error.value) == ("remarks.400.replies.0.stars", "invalid", 6)
    assert notes_of(error) == [
        "At remarks[400].replies[0].stars: 6 (int); a whole number of at most 5 is wanted."
    ]
    assert "At remarks[400].replies[0].stars" in "".join(traceback.format_exception(error))


def test_a_missing_value_has_its_path() -> None:
    error = refusal_of(Post(remarks=[Remark(by="a"), Remark()]))
    assert str(error) == "Field 'by' is required."
    assert (error.path, error.code, error.value) == ("remarks.1.by", "required", None)
    assert notes_of(error) == ["At remarks[1].by: None (NoneType); a value is wanted."]


@pytest.mark.parametrize(
    ("values", "path", "note"),
    [
        ({"stars": "many"}, "stars", "At stars: 'many' (str); a whole number is wanted."),
        (
            {"rows": [[1], [2, "x"]]},
            "rows.1.1",
            "At rows[1][1]: 'x' (str); a whole number is wanted.",
        ),
        (
            {"rows": ((1,), (2, "x"))},
            "rows.1.1",
            "At rows[1][1]: 'x' (str); a whole number is wanted.",
        ),
        ({"rows": "text"}, "rows", "At rows: 'text' (str); a list is wanted."),
        (
            {"remarks": [{"by": "a"}]},
            "remarks.0",
            "At remarks[0]: {'by': 'a'} (dict); an instance of Remark is wanted.",
        ),
        ({"author": [1]}, "author", "At author: [1] (list); a saved Remark or its id is wanted."),
    ],
)
def test_the_note_says_what_is_there_and_what_is_wanted(
    values: dict[str, Any], path: str, note: str
) -> None:
    error = refusal_of(Post(**values))
    assert error.path == path
    assert notes_of(error) == [note]


def test_a_long_value_is_shortened() -> None:
    [note] = notes_of(refusal_of(Post(stars="9" * 10_000)))
    assert len(note) < 150


def test_a_value_whose_repr_raises_is_named_by_its_class() -> None:
    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    [note] = notes_of(refusal_of(Post(stars=Odd())))
    assert note.startswith("At stars: <Odd ") and note.endswith("(Odd); a whole number is wanted.")


def test_an_error_that_a_program_makes_is_about_the_whole_document() -> None:
    error = InvalidDocumentError("A booking must not end before it starts.")
    assert (error.path, error.code, error.value) == ("", "invalid", None)


@pytest.mark.parametrize("duplicate", [copy.copy, lambda it: pickle.loads(pickle.dumps(it))])
def test_it_is_kept_in_copies(duplicate: Callable[[Any], Any]) -> None:
    error = refusal_of(post())
    again = duplicate(error)
    assert str(again) == str(error)
    assert (again.path, again.code, again.value) == (error.path, error.code, error.value)
    assert notes_of(again) == notes_of(error)


@pytest.mark.usefixtures("codec")
def test_many_documents_are_refused_with_the_path() -> None:
    with pytest.raises(codec.DocumentError) as raised:
        codec.codec_for(Post, STANDARD).validate_many([Post(), post(bad=7)])
    cause = raised.value.__cause__
    assert isinstance(cause, InvalidDocumentError)
    assert (raised.value.index, cause.path) == (1, "remarks.7.replies.0.stars")


# -- no passwords ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "document",
    [
        Owner(login=Login(password=["hunter2"])),
        Owner(login=Login(password="x", old=["y", {"hunter2": 1}])),
        Owner(login={"password": "hunter2"}),
        Owner(login=["hunter2"]),
    ],
)
def test_a_password_is_never_shown(document: Document) -> None:
    error = refusal_of(document)
    assert "hunter2" not in "".join(traceback.format_exception(error))
    assert error.value == "***"
    [entry] = document.validation_errors()
    assert "hunter2" not in repr(entry)


# -- what other methods raise --------------------------------------------------------------------


class OwnError(Exception):
    pass


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (KeyError("town"), "KeyError: 'town'"),
        (AssertionError(), "AssertionError"),
        (OwnError(), "OwnError"),
        (OwnError("too old"), "too old"),
        (AssertionError("too old"), "too old"),
    ],
)
def test_what_says_nothing_by_its_text_is_told_with_its_class(
    raised: Exception, words: str
) -> None:
    class Checked(Document):
        def validate(self) -> bool:
            raise raised

    [error] = Checked().validation_errors()
    assert error.message == words


class Picky(BaseField[Any]):
    def validate(self, value: Any) -> bool:
        raise OwnError("not this one")


class Choice(Document):
    value = Picky()


class Choices(Document):
    picked = ListField(EmbeddedDocumentField(Choice))
    values = ListField(Picky())


def test_what_a_field_of_the_program_raises_goes_out_with_a_note() -> None:
    with pytest.raises(OwnError) as raised:
        Choices(picked=[Choice(value=1)]).validate()
    assert notes_of(raised.value) == ["At picked[0].value: 1 (int)."]
    with pytest.raises(OwnError) as raised:
        Choices(values=(1, 2)).validate()
    assert notes_of(raised.value) == ["At values[0]: 1 (int)."]


def test_the_same_exception_raised_again_is_located_anew() -> None:
    error = OwnError("one object")

    class Same(BaseField[Any]):
        def validate(self, value: Any) -> bool:
            raise error

    class Pair(Document):
        first = Same()

    for _ in range(2):
        with pytest.raises(OwnError):
            Pair(first=1).validate()
    assert notes_of(error) == ["At first: 1 (int)."]


def test_what_a_built_in_field_did_not_expect_is_a_refusal() -> None:
    class Unmeasured(str):
        def __len__(self) -> int:
            raise LookupError("no length today")

    class Label(Document):
        text = StringField(max_length=5)

    error = refusal_of(Label(text=Unmeasured("a")))
    assert (str(error), error.path) == ("Field 'text' must be valid.", "text")
    assert isinstance(error.__cause__, LookupError)


# -- all of them ---------------------------------------------------------------------------------


def test_all_are_listed_in_depth() -> None:
    document = Post(
        stars="x",
        remarks=[Remark(replies=[Reply(stars=9), 5, Reply(stars=3)]), Remark(by="b"), None],
        rows=[[1, "a"], "b"],
        author=ObjectId(),
    )
    errors = document.validation_errors()
    assert [(error.path, error.code, error.message, error.value) for error in errors] == [
        ("stars", "invalid", "Field 'stars' must be valid.", "x"),
        ("remarks.0.by", "required", "Field 'by' is required.", None),
        ("remarks.0.replies.0.stars", "invalid", "Field 'stars' must be valid.", 9),
        ("remarks.0.replies.1", "invalid", "Field 'replies' must be valid.", 5),
        ("rows.0.1", "invalid", "Field 'rows' must be valid.", "a"),
        ("rows.1", "invalid", "Field 'rows' must be valid.", "b"),
    ]
    assert errors[0] == FieldError.of(refusal_of(document))


def test_their_texts_begin_with_the_path() -> None:
    [error] = Post(remarks=[Remark()]).validation_errors()
    assert str(error) == "remarks.0.by: Field 'by' is required."
    assert (
        str(FieldError.of(ValueError("It ends before it starts."))) == "It ends before it starts."
    )


def test_a_valid_document_has_none() -> None:
    assert Post(stars=1, remarks=[Remark(by="a")]).validation_errors() == []


def test_a_validate_of_the_programs_own_is_one_of_them() -> None:
    class Booking(Document):
        first = IntField(required=True)
        last = IntField()

        def validate(self) -> bool:
            super().validate()
            if self.last and self.first > self.last:
                raise InvalidDocumentError("It ends before it starts.")
            return bool(self.last != 13)

    class Diary(Document):
        bookings = ListField(EmbeddedDocumentField(Booking))

    def listed(**values: Any) -> list[tuple[str, str]]:
        found = Diary(bookings=[Booking(**values)]).validation_errors()
        return [(error.path, error.message) for error in found]

    assert listed(first=1, last=2) == []
    assert listed(first=2, last=1) == [("bookings.0", "It ends before it starts.")]
    assert listed(first=1, last=13) == [("bookings.0", "validate() returned something falsy.")]
    assert listed(last=2) == [("bookings.0.first", "Field 'first' is required.")]


def test_a_validate_that_takes_everything_leaves_none() -> None:
    class Lenient(Remark):
        def validate_fields(self) -> bool:
            return True

    assert Lenient().validation_errors() == []


def test_what_other_methods_raise_is_one_of_them() -> None:
    found = Choices(picked=[Choice(value=1)], values=[2]).validation_errors()
    assert [(error.path, error.message) for error in found] == [
        ("picked.0.value", "not this one"),
        ("values.0", "not this one"),
    ]


def test_a_field_of_that_name_takes_its_place() -> None:
    class Report(Document):
        validation_errors = ListField(StringField())
        stars = IntField()

    report = Report(validation_errors=["a"])
    assert report.to_son() == {"validation_errors": ["a"], "stars": None}
    report.stars = "x"
    assert refusal_of(report).path == "stars"


def loud(value: Any) -> bool:
    return value != "hunter2"


class Excluding(Document):
    token = StringField(max_length=3, exclude=True)
    asked = StringField(validators=[loud], exclude=True)
    chosen = StringField(choices=["a"], exclude=True)
    number = IntField(exclude=True)
    tokens = ListField(StringField(max_length=3), exclude=True)
    chosen_ones = ListField(StringField(choices=["a"]), exclude=True)


@pytest.mark.parametrize("name", Excluding._fields)
def test_the_values_of_fields_that_are_left_out_for_others_are_in_no_message(name: str) -> None:
    secret = "hunter2"
    is_list = isinstance(Excluding._fields[name], ListField)
    given: dict[str, Any] = {name: [secret] if is_list else secret}
    document = Excluding(**given)
    [told] = document.validation_errors()
    assert (told.path, told.value) == (f"{name}.0" if is_list else name, "***")
    with pytest.raises(InvalidDocumentError) as caught:
        document.validate()
    with pytest.raises(InvalidDocumentError) as again:
        Excluding.from_dict(given)
    for error in caught.value, again.value:
        assert secret not in "".join(traceback.format_exception(error))


# -- values whose type says that they are valid --------------------------------------------------


@pytest.mark.parametrize("document_class", ANIMALS, ids=lambda it: it.__name__)
def test_nothing_is_told_otherwise_where_types_say_what_is_valid(
    document_class: type[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    wild = documents(document_class, 40, wild=True)
    told = [repr(it.validation_errors()) for it in wild]
    nothing_known = SimpleNamespace(valid_types={})
    monkeypatch.setattr("aiomotorengine.validation.conversion_of", lambda _: nothing_known)
    assert told == [repr(it.validation_errors()) for it in wild]


def test_values_whose_type_says_that_they_are_valid_are_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def counted(field: Any, value: Any, *, strict: bool) -> Iterator[Exception]:
        asked.append(field.name)
        return refusals_of_value(field, value, strict=strict)

    class Weighed(Document):
        name = StringField(required=True)
        note = StringField(max_length=3)
        size = FloatField()
        at = DateTimeField()

    monkeypatch.setattr("aiomotorengine.validation.refusals_of_value", counted)
    [error] = Weighed(name="a", note="long", size=1.5).validation_errors()
    assert (error.path, asked) == ("note", ["name", "note"])
