"""The marks on field classes and the kinds of the native codec are one list."""

from __future__ import annotations

import re
from pathlib import Path

from aiomotorengine import fields
from aiomotorengine.fields.base_field import BaseField

KINDS = Path(__file__).parents[2] / "rust" / "son_codec" / "src" / "kinds"
SHARED = {"mod", "as_is", "domain", "geojson"}
MARKS = {
    value.__native_kind__.name
    for value in vars(fields).values()
    if isinstance(value, type) and issubclass(value, BaseField) and value.__native_kind__
}


def test_every_mark_has_a_kind_and_every_kind_a_mark() -> None:
    arms = re.findall(r'^        "(\w+)" => Box::new', (KINDS / "mod.rs").read_text(), re.MULTILINE)
    assert set(arms) == MARKS
    assert len(arms) == len(MARKS)


def test_every_kind_has_a_file_of_its_name() -> None:
    assert {path.stem for path in KINDS.glob("*.rs")} - SHARED == MARKS
