"""A class that nobody has any more goes, whatever its fields refer to."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from aiomotorengine import (
    BaseField,
    DecimalField,
    Document,
    ListField,
    PasswordField,
    StringField,
)
from aiomotorengine.codec import codec_for
from aiomotorengine.metaclasses import DocumentMetaClass
from tests.codec.laws import STANDARD

pytestmark = pytest.mark.usefixtures("codec")


class Bound(Decimal):
    """A number that may refer to anything; the program can give a field one."""

    owner: Any = None


def bound(owner: list[Any]) -> Bound:
    number = Bound(5)
    number.owner = owner
    return number


def password(owner: list[Any]) -> Any:
    def crypt(text: str) -> str:
        return f"{text} of {len(owner)}"

    return PasswordField(crypt)


def least(owner: list[Any]) -> Any:
    field = DecimalField()
    field.min_value = bound(owner)
    return field


def most(owner: list[Any]) -> Any:
    field = DecimalField()
    field.max_value = bound(owner)
    return field


def items(owner: list[Any]) -> Any:
    return ListField(password(owner))


def default(owner: list[Any]) -> Any:
    return BaseField(default=lambda: len(owner))


def key(owner: list[Any]) -> Any:
    return StringField(primary_key=True, default=lambda: f"one of {len(owner)}")


@pytest.mark.parametrize(
    "field", [password, least, most, items, default, key], ids=lambda field: field.__name__
)
def test_a_class_goes_that_its_field_refers_to(field: Callable[[list[Any]], Any]) -> None:
    owner: list[Any] = []
    model: Any = DocumentMetaClass("Passing", (Document,), {"value": field(owner)})
    owner.append(model)
    codec = codec_for(model, STANDARD)
    codec.decode_many(*codec.encode_many([model(value=None)], ["1"]))
    seen = weakref.ref(model)

    del owner, model, codec
    gc.collect()

    assert seen() is None
