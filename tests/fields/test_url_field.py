"""URLField. The addresses that are valid and those that are not: ``tests/codec/cases/url.py``."""

from __future__ import annotations

import re
from typing import Any

import pytest

from aiomotorengine import URLField
from tests.codec.case import Case
from tests.codec.cases.url import CASES
from tests.fields.support import holder, is_valid


@pytest.mark.parametrize("case", CASES, ids=str)
def test_addresses(case: Any) -> None:
    assert is_valid(case.field, case.python) == isinstance(case, Case)


def test_the_pattern_is_an_attribute() -> None:
    assert isinstance(URLField.URL_REGEX, re.Pattern)
    assert URLField.URL_REGEX.match("http://example.com/")
    assert not URLField.URL_REGEX.match("ftp://example.com/")


def test_empty_text_is_not_valid_but_a_value() -> None:
    assert not URLField().is_empty("")
    assert not URLField().validate("")


def test_k13_an_unset_address_is_valid() -> None:
    assert holder(URLField())().validate()


@pytest.mark.parametrize("value", [5, b"http://example.com", ["http://example.com"]])
def test_k13_other_types_are_not_valid(value: Any) -> None:
    with pytest.raises(ValueError, match=r"(?m)^Field 'value' must be valid\.$"):
        holder(URLField())(value=value).validate()


@pytest.mark.parametrize("domain", ["example.photography", "xn--bcher-kva.example", "a.xn--p1ai"])
def test_k13_the_domains_of_today_are_valid(domain: str) -> None:
    assert URLField().validate(f"https://{domain}/")


def test_k13_validate_gives_a_boolean() -> None:
    assert URLField().validate("http://example.com") is True
    assert URLField().validate("example") is False


def test_a_long_text_that_is_no_address_is_refused_at_once() -> None:
    assert not URLField().validate("http://" + "a-" * 100_000)
    for hostile in ("a." * 100_000 + "!", "1." * 100_000, "@" * 100_000, "ü" * 100_000):
        assert not URLField().validate("http://" + hostile)
    for hostile in ("[" + ":" * 100_000, "[" + "1:" * 100_000, "a:" + "0" * 100_000 + "x"):
        assert not URLField().validate("http://" + hostile)
