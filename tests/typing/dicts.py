"""Documents as dicts and as JSON, and what is computed."""

from __future__ import annotations

from typing import Any, assert_type

from aiomotorengine import Document, StringField, computed_field
from aiomotorengine.errors import FieldError, InvalidDocumentError


class User(Document):
    name = StringField()

    @computed_field
    def size(self) -> int:
        return len(self.name or "")


def dicts(user: User) -> None:
    assert_type(user.to_dict(), dict[str, Any])
    assert_type(user.to_dict(mode="json", include={"name"}, by_alias=True), dict[str, Any])
    assert_type(user.to_dict(include="name", exclude={"home": {"road"}}), dict[str, Any])
    assert_type(user.to_json(mode="relaxed", indent=2, ensure_ascii=False), str)
    assert_type(User.from_dict({"name": "Ada"}), User)
    assert_type(User.from_json(b"{}", mode="canonical", validate=False), User)
    user.to_dict(mode="plain")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def computed(user: User) -> None:
    assert_type(user.size, int)
    assert_type(User.size, computed_field[int])


def refusals(error: InvalidDocumentError) -> None:
    assert_type(error.errors, tuple[FieldError, ...])
