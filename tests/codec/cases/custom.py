"""Fields of a program's own: what they override is called, what they leave alone stays."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from aiomotorengine import BaseField, EmailField, IntField, ListField, StringField
from tests.codec.case import Case, Refused


class Money(BaseField[Decimal]):
    """A mapping of whole cents."""

    def validate(self, value: Any) -> bool:
        return value is None or isinstance(value, Decimal)

    def to_son(self, value: Any) -> Any:
        return None if value is None else {"cents": int(value * 100)}

    def from_son(self, value: Any) -> Any:
        return None if value is None else Decimal(value["cents"]) / 100


class Tag(BaseField[str]):
    """Upper case in the database, lower case in the program."""

    def is_empty(self, value: Any) -> bool:
        return not value

    def validate(self, value: Any) -> Any:
        return value is None or value.isalpha()

    def to_son(self, value: Any) -> Any:
        return value and value.upper()

    def from_son(self, value: Any) -> Any:
        return value and value.lower()


class Upper(StringField):
    def to_son(self, value: Any) -> Any:
        return value and value.upper()


class Even(IntField):
    def validate(self, value: Any) -> bool:
        return super().validate(value) and (value is None or int(value) % 2 == 0)


class Shown(StringField):
    """Never reads as nothing."""

    def get_value(self, value: Any) -> Any:
        return "-" if value is None else value


class Work(EmailField):
    """Another pattern than that of its base."""

    EMAIL_REGEX = re.compile(r".+@work\Z")


def patched() -> StringField:
    field = StringField()
    field.to_son = lambda value: value and value[::-1]  # type: ignore[method-assign]
    return field


CASES = [
    Case(Money(), python=None, stored=None),
    Case(Money(), python=Decimal("1.25"), stored={"cents": 125}),
    Case(ListField(Money()), python=[Decimal("0.5"), None], stored=[{"cents": 50}, None]),
    Case(Tag(), python="red", stored="RED"),
    Case(ListField(ListField(Tag())), python=[["red"], []], stored=[["RED"], []]),
    Case(Upper(max_length=3), python="abc", stored="ABC", reads="ABC"),
    Case(Even(max_value=8), python="6", stored=6, reads=6),
    Case(Shown(), python=None, stored="-", reads="-"),
    Case(ListField(Shown()), python=[None, "a"], stored=["-", "a"], reads=["-", "a"]),
    Case(Work(), python="me@work", stored="me@work"),
    Case(patched(), python="abc", stored="cba", reads="cba"),
    Case(ListField(patched()), python=["abc"], stored=["cba"], reads=["cba"]),
    Refused(Money(), python=1.25),
    Refused(ListField(Money()), python=[Decimal(1), 1]),
    Refused(Tag(required=True), python=""),
    Refused(Tag(), python="a1"),
    Refused(Upper(max_length=3), python="abcd"),
    Refused(Upper(), python=5),
    Refused(Even(), python=5),
    Refused(Even(max_value=8), python=10),
    Refused(Work(), python="ada@example.com"),
]
