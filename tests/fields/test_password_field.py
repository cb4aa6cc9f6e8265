"""PasswordField and PasswordType."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from aiomotorengine import ListField, PasswordField
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields.password_field import PasswordType, md5, sha256
from tests.fields.support import holder, is_valid, reloaded

SHA256 = "cd2eb0837c9b4c962c22d2ff8b5441b7b45805887f051d39bf133b583baf6860"
MD5 = "f561aaf6ef0bf14d4208bb46a4ccb3ad"


def test_the_two_functions() -> None:
    assert (sha256("xxx"), md5("xxx")) == (SHA256, MD5)
    assert sha256("ä") == hashlib.sha256("ä".encode()).hexdigest()


class TestPasswordType:
    def test_plain_text_is_hashed(self) -> None:
        password = PasswordType("xxx")
        assert (password.value, password.crypt_func) == (SHA256, sha256)
        assert PasswordType("xxx", crypt_func=md5).value == MD5

    def test_a_hash_is_taken_as_it_is(self) -> None:
        assert PasswordType(SHA256, is_crypted=True).value == SHA256

    def test_it_equals_its_plain_text_and_other_passwords_of_that_hash(self) -> None:
        password = PasswordType("xxx")
        assert password == "xxx"
        assert password != "yyy"
        assert password != SHA256
        assert password == PasswordType(SHA256, md5, is_crypted=True)
        assert password != PasswordType("yyy")
        assert password not in (5, None, SHA256.encode())

    def test_its_text_is_the_hash(self) -> None:
        assert str(PasswordType("xxx")) == SHA256

    def test_its_repr_does_not_help_to_find_the_password(self) -> None:
        assert repr(PasswordType("xxx")) == "<PasswordType>"

    def test_k14_equal_passwords_have_one_hash(self) -> None:
        assert len({PasswordType("a"), PasswordType("a"), PasswordType("b")}) == 2

    def test_k14_functions_that_give_other_than_ascii_text(self) -> None:
        password = PasswordType("x", crypt_func=lambda text: f"é{text}")
        assert password == "x"
        assert password != "y"
        assert str(password) == "éx"

    def test_k14_text_that_is_no_unicode_compares_too(self) -> None:
        assert PasswordType("x", crypt_func=str) != "\ud800"
        assert PasswordType("\ud800", crypt_func=str) == "\ud800"

    def test_k14_functions_that_give_bytes(self) -> None:
        password = PasswordType("x", crypt_func=lambda text: f"é{text}".encode())
        assert password == "x"
        assert password != "y"
        assert password == PasswordType("éx", is_crypted=True)
        assert hash(password) == hash(PasswordType("éx", is_crypted=True))
        assert str(password) == "éx"
        assert str(PasswordType(b"\xff", is_crypted=True)) == "\\xff"

    def test_comparing_takes_as_long_whatever_matches(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls = []
        monkeypatch.setattr(
            "aiomotorengine.fields.password_field.hmac.compare_digest",
            lambda one, other: bool(calls.append((one, other))),
        )
        assert PasswordType("a") != "a"
        assert PasswordType("a") != PasswordType("a")
        assert len(calls) == 2


def test_the_attribute_reads_a_password() -> None:
    document = holder(PasswordField())(value="xxx")
    assert isinstance(document.value, PasswordType)
    assert document.value == "xxx"
    assert document.to_son() == {"value": SHA256}
    assert reloaded(document).value == "xxx"


def test_the_function_is_the_first_positional_argument() -> None:
    field = PasswordField(md5, "nm")
    assert (field.crypt_func, field.db_field) == (md5, "nm")
    document = holder(field)(value="xxx")
    assert document.to_son() == {"nm": MD5}
    loaded = reloaded(document).value
    assert loaded == "xxx"
    assert loaded.crypt_func is md5


def test_a_query_hashes_plain_text() -> None:
    field = PasswordField()
    assert field.to_query("xxx") == field.to_query_item("xxx") == SHA256
    assert field.to_query(PasswordType("xxx")) == SHA256


def test_validate_itself_takes_passwords_only() -> None:
    field = PasswordField()
    assert field.validate(PasswordType("x"))
    assert not any(map(field.validate, ("", "x", 5, b"x")))


@pytest.mark.parametrize("value", [5, b"x", ["x"]])
def test_other_types_are_not_valid_and_not_stored(value: Any) -> None:
    assert not is_valid(PasswordField(), value)
    with pytest.raises(TypeError, match=r"^The type of the value should be the PasswordType$"):
        PasswordField().to_son(value)


def test_a_blank_password_counts_as_empty() -> None:
    field = PasswordField()
    assert field.is_empty("")
    assert field.is_empty(None)
    assert field.is_empty(PasswordType(""))
    assert not field.is_empty(PasswordType("x"))
    assert not is_valid(PasswordField(required=True), "")
    assert is_valid(PasswordField(required=True), "x")


def test_k14_none_is_no_value_everywhere() -> None:
    field = PasswordField()
    assert field.validate(None)
    assert field.to_son(None) is field.from_son(None) is field.to_query(None) is None
    assert reloaded(holder(PasswordField())()).value is None


def test_k17_update_stores_the_hash() -> None:
    field = holder(PasswordField()).value
    assert field.to_update("xxx") == field.to_update(PasswordType("xxx")) == SHA256
    with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
        field.to_update(5)


def test_k22_plain_text_in_a_list_of_passwords() -> None:
    document = holder(ListField(PasswordField()))(value=["xxx"])
    assert document.validate()
    assert document.to_son() == {"value": [SHA256]}
    assert reloaded(document).value == ["xxx"]


GIVEN = ["xxx", None, PasswordType("yyy"), 5]


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (ListField(PasswordField()), GIVEN, "[<PasswordType>, None, <PasswordType>, 5]"),
        (ListField(PasswordField()), {"xxx"}, "[<PasswordType>]"),
        (ListField(ListField(PasswordField())), [["xxx"], (None,)], "[[<PasswordType>], [None]]"),
    ],
    ids=["list", "set", "list of lists"],
)
def test_texts_in_a_list_are_hashed_when_they_are_assigned(
    field: Any, value: Any, shown: str
) -> None:
    model = holder(field)
    constructed, assigned = model(value=value), model()
    assigned.value = value
    for document in (constructed, assigned):
        assert repr(document.value) == repr(vars(document)["value"]) == shown
    assert "xxx" in repr(value)


@pytest.mark.parametrize("value", [None, 5, "xxx", {"xxx": 1}])
def test_what_is_no_list_of_passwords_is_kept_for_validation_to_refuse(value: Any) -> None:
    assert holder(ListField(PasswordField()))(value=value).value == value


def test_defaults_of_a_list_of_passwords_are_hashed() -> None:
    for default in (["xxx"], lambda: ["xxx"]):
        first, second = (holder(ListField(PasswordField(), default=default))() for _ in range(2))
        assert repr(first.value) == "[<PasswordType>]"
        assert first.value is not second.value


def test_a_text_is_hashed_by_what_it_says_not_by_what_its_class_shows() -> None:
    class Masked(str):
        __slots__ = ()

        def __str__(self) -> str:
            return "****"

    document = holder(PasswordField())(value=Masked("xxx"))
    assert document.to_son() == {"value": SHA256}
    assert document.value == "xxx"
    assert document.value == Masked("xxx")
    assert document.value != Masked("yyy")
