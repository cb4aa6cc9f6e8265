"""The options that every field takes: their rules, their errors, and how they are kept."""

from __future__ import annotations

import copy
import pickle
import re
from datetime import timedelta
from typing import Any

import pytest

from aiomotorengine import (
    BaseField,
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    StringField,
    U,
)
from aiomotorengine.errors import ImmutableFieldError, InvalidDocumentError
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.update.compiling import operations_of
from tests.fields.support import holder, is_valid


def refusal_of(field: BaseField[Any], value: Any) -> InvalidDocumentError:
    with pytest.raises(InvalidDocumentError) as raised:
        holder(field)(value=value).validate()
    return raised.value


def odd(value: int) -> None:
    if value % 2 == 0:
        raise ValueError("an odd number is needed.")


@pytest.mark.parametrize(
    ("field", "value", "code", "reason"),
    [
        (StringField(choices="SML".__iter__()), "XL", "choices", "'XL' is none of 'S', 'M', 'L'"),
        (
            IntField(choices=range(20)),
            20,
            "choices",
            "20 is none of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …",
        ),
        (StringField(min_length=2), "a", "min_length", "it has 1 of at least 2 characters"),
        (
            ListField(IntField(), max_length=2),
            [1, 2, 3],
            "max_length",
            "it has 3 of at most 2 items",
        ),
        (StringField(pattern="^[A-Z]+$"), "a", "pattern", "it does not match '^[A-Z]+$'"),
        (
            ListField(IntField(), unique_items=True),
            [1, 2, 1],
            "unique_items",
            "items 0 and 2 are equal",
        ),
        (IntField(strict=True), "1", "strict", "int is needed, not str"),
        (IntField(strict=True), True, "strict", "int is needed, not bool"),
        (IntField(validators=[odd]), 2, "validator", "an odd number is needed"),
    ],
)
def test_a_refusal_says_which_rule_and_why(
    field: BaseField[Any], value: Any, code: str, reason: str
) -> None:
    error = refusal_of(field, value)
    assert str(error) == f"Field 'value' must be valid: {reason}."
    assert (error.code, error.path, error.value) == (code, "value", value)
    [found] = holder(field)(value=value).validation_errors()
    assert (found.code, found.path, found.message) == (code, "value", str(error))


def test_rules_are_asked_in_their_order() -> None:
    def never(value: Any) -> bool:
        return False

    field = StringField(
        required=True,
        max_length=9,
        strict=True,
        min_length=3,
        pattern="^a",
        choices=["abc", "acc"],
        validators=[lambda value: None, never],
    )
    values = [None, 1, "a", "bbb", "abb", "abc"]
    codes = [refusal_of(field, value).code for value in values]
    assert codes == ["required", "invalid", "min_length", "pattern", "choices", "validator"]


def test_false_refuses_with_the_sentence_of_old() -> None:
    error = refusal_of(StringField(validators=[str.isdigit]), "x")
    assert str(error) == "Field 'value' must be valid."


def test_the_value_error_is_the_cause() -> None:
    error = refusal_of(IntField(validators=[odd]), 2)
    assert isinstance(error.__cause__, ValueError)


@pytest.mark.parametrize("of_list", [False, True])
def test_other_exceptions_of_a_validator_go_out(of_list: bool) -> None:
    def broken(value: Any) -> None:
        raise KeyError("no such thing")

    field: BaseField[Any] = IntField(validators=[broken])
    value: Any = 1
    if of_list:
        field, value = ListField(field), [1]
    with pytest.raises(KeyError, match="no such thing") as raised:
        holder(field)(value=value).validate()
    at = "value[0]" if of_list else "value"
    assert raised.value.__notes__ == [f"At {at}: 1 (int)."]


def test_validators_see_the_value_and_never_none() -> None:
    seen: list[Any] = []
    field = IntField(validators=[seen.append])
    holder(field)(value="7").validate()
    holder(field)().validate()
    assert seen == ["7"]


def test_validators_are_not_async() -> None:
    async def later(value: Any) -> None: ...

    with pytest.raises(TypeError, match=r"^validators must not be async: <function .*later.*>\.$"):
        IntField(validators=[later])
    with pytest.raises(TypeError, match="validators must be functions, not 5"):
        IntField(validators=[5])  # type: ignore[list-item]


def test_choices_are_given_to_the_items() -> None:
    with pytest.raises(TypeError, match=r"^Give choices to the base field\.$"):
        ListField(IntField(), choices=[1])


@pytest.mark.parametrize("choices", ["SML", b"SML", 5])
def test_choices_are_values(choices: Any) -> None:
    with pytest.raises(TypeError, match="choices must be values, an Enum class or a function"):
        StringField(choices=choices)


def test_choices_are_hashable() -> None:
    with pytest.raises(InvalidDocumentError, match=r"^A choice must be hashable, and \[1\] is not"):
        BaseField(choices=[[1]])


def test_a_function_gives_the_choices_of_the_moment() -> None:
    allowed = ["a"]
    made = holder(StringField(choices=lambda: allowed))
    assert made(value="a").validate()
    allowed.append("b")
    assert made(value="b").validate()
    allowed.clear()
    with pytest.raises(InvalidDocumentError):
        made(value="a").validate()


def test_a_refused_password_is_in_no_message() -> None:
    def weak(value: Any) -> bool:
        return False

    error = refusal_of(PasswordField(validators=[weak]), "hunter2")
    assert error.value == "***"
    assert "hunter2" not in "".join([str(error), *error.__notes__])


@pytest.mark.parametrize("pattern", ["[", b"a", 5])
def test_a_bad_pattern_is_refused(pattern: Any) -> None:
    with pytest.raises(InvalidDocumentError, match="is no pattern for texts"):
        StringField(pattern=pattern)


@pytest.mark.parametrize("length", [-1, "2", 1.5])
def test_lengths_are_whole_numbers(length: Any) -> None:
    with pytest.raises(ValueError, match="min_length must be a whole number, 0 or more"):
        StringField(min_length=length)
    with pytest.raises(ValueError, match="max_length must be a whole number, 0 or more"):
        ListField(IntField(), max_length=length)


def test_bits_are_32_or_64() -> None:
    with pytest.raises(ValueError, match=r"^bits must be 32 or 64, not 16\.$"):
        IntField(bits=16)  # type: ignore[arg-type]


def test_aliases_are_a_list_of_names() -> None:
    with pytest.raises(TypeError, match="aliases must be a list of names, not 'nm'"):
        StringField(aliases="nm")


@pytest.mark.parametrize("value", ["ab", b"ab", {"a": 1}, 5, len])
@pytest.mark.parametrize(
    ("option", "wanted"),
    [
        ("validators", "functions"),
        ("aliases", "names"),
        ("examples", "values"),
    ],
)
def test_an_option_of_several_values_takes_no_single_one(
    option: str, wanted: str, value: Any
) -> None:
    sentence = f"{option} must be a list of {wanted}, not {value!r}."
    with pytest.raises(TypeError, match=f"^{re.escape(sentence)}$"):
        StringField(**{option: value})


@pytest.mark.parametrize("value", [b"ab", {"a": 1}, 5])
def test_unique_with_is_a_name_or_a_list_of_names(value: Any) -> None:
    sentence = f"unique_with must be a list of names, not {value!r}."
    with pytest.raises(TypeError, match=f"^{re.escape(sentence)}$"):
        StringField(unique_with=value)


# -- how they are kept ---------------------------------------------------------------------------


class Choice(StringField):
    """As a program of 2017 may have it: its own argument, kept under a name of its own."""

    def __init__(self, choices: list[str], *args: Any, **options: Any) -> None:
        self.choices = choices
        super().__init__(*args, **options)
        self.pattern = self.index = None

    def validate(self, value: Any) -> bool:
        return value is None or value in self.choices


def test_attributes_of_field_classes_of_2017_stay_their_own() -> None:
    made = holder(Choice(["a", "b"], required=True))
    assert made(value="a").validate()
    with pytest.raises(InvalidDocumentError, match=r"^Field 'value' must be valid\.\n"):
        made(value="c").validate()
    assert made.value.choices == ["a", "b"]
    assert made.value._settings.choices is None


class Hasty(BaseField[str]):
    """As a program of 2017 may have it: the base is told nothing of the field."""

    def __init__(self) -> None:
        self.db_field = self.default = self.on_save = self.unique = None  # type: ignore[assignment]
        self.required = False
        self.creation_counter = 0


def test_a_field_that_does_not_call_its_base_has_no_options() -> None:
    made = holder(Hasty())
    assert made(value="a").validate()
    assert made(value="a").to_son() == {"value": "a"}


def test_a_program_may_copy_fields() -> None:
    field = StringField(min_length=2, choices=["ab"], metadata={"a": [1]}, expires=5)
    for again in copy.deepcopy(field), pickle.loads(pickle.dumps(field)):
        assert again._settings.min_length == 2
        assert again._settings.choices.values == ("ab",)
        assert again._settings.metadata == {"a": [1]}
        assert not is_valid(again, "a")
    assert field._settings.expires == timedelta(seconds=5)


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        StringField()._settings.min_length = 5  # type: ignore[misc]


def test_what_is_said_of_a_field_is_kept() -> None:
    field = IntField(
        title="Age",
        description="in years",
        examples=[36],
        deprecated=True,
        metadata={"unit": "year"},
        index=-1,
        sparse=True,
        unique_with="name",
        expires=timedelta(hours=1),
    )
    settings = field._settings
    assert (settings.title, settings.description, settings.examples) == ("Age", "in years", (36,))
    assert (settings.deprecated, settings.metadata) == (True, {"unit": "year"})
    assert (settings.index, settings.sparse, settings.unique_with) == (-1, True, ("name",))
    assert settings.expires == timedelta(hours=1)


def test_passwords_are_excluded_unless_a_program_says_otherwise() -> None:
    assert PasswordField()._settings.exclude
    assert not PasswordField(exclude=False)._settings.exclude
    assert not StringField()._settings.exclude


# -- strict, by the class ------------------------------------------------------------------------


class Lenient(Document):
    number = IntField()
    loose = IntField(strict=False)


class Strict(Lenient):
    __strict__ = True
    flag = BooleanField()
    numbers = ListField(IntField())


def test_a_class_says_whether_its_fields_are_strict() -> None:
    assert Lenient(number="1").validate()
    assert Strict(loose="1").validate()
    for values in {"number": "1"}, {"flag": 1}, {"numbers": (1,)}, {"numbers": ["1"]}:
        with pytest.raises(InvalidDocumentError) as raised:
            Strict(**values).validate()
        assert raised.value.code == "strict"
        [found] = Strict(**values).validation_errors()
        assert (found.code, found.path) == ("strict", raised.value.path)


@pytest.mark.parametrize("setting", ["__strict__", "__omit_none__"])
def test_a_setting_is_true_or_false(setting: str) -> None:
    with pytest.raises(InvalidDocumentError, match=f"^Odd.{setting} must be True or False, not 1"):
        DocumentMetaClass("Odd", (Document,), {setting: 1})


# -- updates -------------------------------------------------------------------------------------


class Stock(Document):
    size = StringField(choices=["S", "L"], required=True)
    count = IntField(strict=True)
    sizes = ListField(StringField(choices=["S"]), max_length=2)
    note = StringField(required=True, allow_empty=True)


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (U.set(size="XL"), "choices", "size"),
        (U.set(count="5"), "strict", "count"),
        (U.set(sizes=["S", "L"]), "choices", "sizes.1"),
        (U.set(sizes=["S", "S", "S"]), "max_length", "sizes"),
        (U.push(sizes="L"), "choices", "sizes"),
        (U.set(note=None), "required", "note"),
    ],
)
def test_an_update_keeps_the_rules(change: Any, code: str, path: str) -> None:
    with pytest.raises(InvalidDocumentError) as raised:
        operations_of(Stock, [change])
    assert (raised.value.code, raised.value.path) == (code, path)


def test_an_update_takes_what_the_rules_take() -> None:
    changes = U.set(size="L", count=5, note=""), U.push(sizes="S")
    assert len(operations_of(Stock, changes)) == 4


# -- immutable -----------------------------------------------------------------------------------


class Home(Document):
    town = StringField(immutable=True)


class Ware(Document):
    price = IntField(immutable=True)
    made = DateTimeField(immutable=True, auto_now_on_insert=True)
    secret = PasswordField(immutable=True)
    home = EmbeddedDocumentField(Home)


MESSAGE = r"^Field 'price' can't be changed once the document is stored\.$"


def test_an_immutable_field_may_be_set_until_the_document_is_stored() -> None:
    ware = Ware(price=3)
    ware.price = 4
    assert ware.to_son()["price"] == 4
    assert ware.made == ware.made


def test_then_it_stays() -> None:
    ware = Ware.from_son({"price": 3, "home": {"town": "Ur"}})
    ware.price = 3
    ware.price = "3"
    with pytest.raises(ImmutableFieldError, match=MESSAGE):
        ware.price = 5
    with pytest.raises(ImmutableFieldError, match=MESSAGE):
        ware.price = None
    with pytest.raises(ImmutableFieldError, match=MESSAGE):
        del ware.price
    with pytest.raises(ImmutableFieldError, match="Field 'town'"):
        ware.home.town = "Uruk"
    with pytest.raises(ImmutableFieldError, match="Field 'secret'"):
        ware.secret = "x"
    assert ware.to_son()["price"] == 3


def test_an_immutable_error_is_what_programs_expect_of_it() -> None:
    ware = Ware.from_son({"price": 3})
    for kind in AttributeError, ValueError, InvalidDocumentError:
        with pytest.raises(kind):
            ware.price = 5
