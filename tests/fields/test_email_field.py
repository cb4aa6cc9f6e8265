"""EmailField.

The addresses that are valid and those that are not: ``tests/codec/cases/email.py``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from aiomotorengine import EmailField
from tests.codec.case import Case
from tests.codec.cases.email import CASES
from tests.fields.support import holder, is_valid


@pytest.mark.parametrize("case", CASES, ids=str)
def test_addresses(case: Any) -> None:
    assert is_valid(case.field, case.python) == isinstance(case, Case)


def test_the_pattern_is_an_attribute() -> None:
    assert isinstance(EmailField.EMAIL_REGEX, re.Pattern)
    assert EmailField.EMAIL_REGEX.match("ADA@EXAMPLE.COM")
    assert not EmailField.EMAIL_REGEX.match("ada")


def test_empty_text_is_not_valid_but_a_value() -> None:
    assert not EmailField().is_empty("")
    assert not EmailField().validate("")


def test_k13_an_unset_address_is_valid() -> None:
    assert holder(EmailField())().validate()


@pytest.mark.parametrize("value", [5, b"ada@example.com", ["ada@example.com"]])
def test_k13_other_types_are_not_valid(value: Any) -> None:
    with pytest.raises(ValueError, match=r"(?m)^Field 'value' must be valid\.$"):
        holder(EmailField())(value=value).validate()


@pytest.mark.parametrize("domain", ["example.photography", "xn--bcher-kva.example", "a.xn--p1ai"])
def test_k13_the_domains_of_today_are_valid(domain: str) -> None:
    assert EmailField().validate(f"ada@{domain}")


def test_k13_validate_gives_a_boolean() -> None:
    assert EmailField().validate("ada@example.com") is True
    assert EmailField().validate("ada") is False


def test_a_long_text_that_is_no_address_is_refused_at_once() -> None:
    assert not EmailField().validate("a." * 100_000)
    assert not EmailField().validate('"' + "\\a" * 100_000)
    assert not EmailField().validate("a@" + "b." * 100_000)
    assert not EmailField().validate("a@" + "b-" * 100_000)
    assert not EmailField().validate("ü." * 100_000)
