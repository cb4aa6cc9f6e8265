"""The marks on field classes and the kinds of the native codec are one list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aiomotorengine import fields
from aiomotorengine.fields.base_field import BaseField

KINDS = Path(__file__).parents[2] / "rust" / "son_codec" / "src" / "kinds"
SHARED = {"mod", "as_is", "domain", "geojson", "normalised", "patterned", "with_options"}


def marks() -> set[str]:
    """The kinds that the built-in fields are marked with; a field may have none."""
    classes = [value for value in vars(fields).values() if isinstance(value, type)]
    found = [value.__native_kind__ for value in classes if issubclass(value, BaseField)]
    return {mark.name for mark in found if mark is not None}


def arms() -> list[list[str]]:
    """The names that stand together before an arrow of ``kind_named``."""
    found = re.findall(r'^        ("[^=]*") => ', (KINDS / "mod.rs").read_text(), re.MULTILINE)
    return [re.findall(r"\w+", names) for names in found]


def test_every_mark_has_a_kind_and_every_kind_a_mark() -> None:
    names = [name for arm in arms() for name in arm]
    assert set(names) == marks()
    assert len(names) == len(marks())


def test_every_kind_has_a_file_of_its_name() -> None:
    """Kinds that are one to the codec have that of the first."""
    assert {path.stem for path in KINDS.glob("*.rs")} - SHARED == {arm[0] for arm in arms()}


def test_a_new_field_needs_no_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/adding-a-field.md: first Python, and the twin when a bench says that it matters."""
    before = marks()
    field_class = type("DurationField", (BaseField,), {})
    monkeypatch.setattr(fields, "DurationField", field_class, raising=False)
    assert marks() == before
