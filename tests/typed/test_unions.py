"""Documents of one of several classes inside of others: what JSON and its schemas have of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from aiomotorengine import EmbeddedDocument, TypedDocument
from aiomotorengine.errors import UnknownFieldError


class Text(TypedDocument, EmbeddedDocument):
    text: str


class Section(TypedDocument, EmbeddedDocument):
    title: str = ""
    parts: list[Text | Section] = []


class Sheet(TypedDocument):
    head: Text | Section
    parts: list[Text | Section] = []
    last: Section | None = None
    named: dict[str, Text | Section] = {}


def sheet() -> Sheet:
    return Sheet(head=Text(text="a"), parts=[Section(parts=[Section(), Text(text="b")])])


@pytest.mark.parametrize("mode", ["relaxed", "canonical"])
def test_extended_json_says_which_class_it_is(mode: Any) -> None:
    text = sheet().to_json(mode=mode)
    assert json.loads(text) == sheet().to_son()
    assert Sheet.from_json(text, mode=mode).to_son() == sheet().to_son()
    shown = json.loads(sheet().to_json(mode=mode, include={"head.text"}))
    assert shown == {"head": {"_cls": "Text", "text": "a"}}


def test_schemas_take_the_key_that_says_which_class_it_is() -> None:
    for schema in (Sheet.json_schema(), TypeAdapter(Sheet).json_schema()):
        text, section = schema["properties"]["head"]["anyOf"]
        assert text["properties"].keys() == {"_cls", "text"}
        assert (text["required"], text["additionalProperties"]) == (["_cls", "text"], False)
        inner = section["properties"]["parts"]["items"]["anyOf"][1]
        assert inner == {
            "type": "object",
            "properties": {"_cls": {"enum": ["Section"]}},
            "required": ["_cls"],
        }
        assert schema["$defs"]["Section"]["additionalProperties"] is False


@pytest.mark.parametrize(
    "names",
    [
        {"hed"},
        {"head.txt"},
        {"parts.txt"},
        {"parts": {0: {"txt"}}},
        {"parts": {"__all__": {"parts": {"txt"}}}},
        {"last.titel"},
        {"last": {"parts": {"txt"}}},
        {"named.k.txt"},
    ],
    ids=str,
)
def test_names_below_that_no_document_has_are_refused(names: Any) -> None:
    for argument in ("include", "exclude"):
        with pytest.raises(UnknownFieldError, match="has no field '(hed|txt|titel|parts)'"):
            sheet().to_dict(**{argument: names})
        with pytest.raises(UnknownFieldError):
            sheet().to_json(mode="relaxed", **{argument: names})


def test_names_below_that_one_of_the_classes_has_are_taken() -> None:
    shown = sheet().to_dict(include={"head.title", "parts.text", "named.k.text", "last.id"})
    assert shown == {
        "head": {"_cls": "Text"},
        "parts": [{"_cls": "Section"}],
        "named": {},
        "last": None,
    }
