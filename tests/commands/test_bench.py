"""What documents of a class cost: that it is measured, and of which documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    IntField,
    ListField,
    PasswordField,
    ReferenceField,
    SequenceField,
    StringField,
    UUIDField,
)
from aiomotorengine import codec as codecs
from aiomotorengine.commands.bench import Cost, bench, sample
from aiomotorengine.errors import InvalidDocumentError
from tests.commands.programs import run


class Town(EmbeddedDocument):
    name = StringField(required=True)


class Author(Document):
    code = StringField(primary_key=True, pattern="^[A-Z]{3}$")
    name = StringField(required=True)


class Book(Document):
    sku = StringField(primary_key=True)
    title = StringField(required=True, max_length=20)
    pages = IntField(min_value=1)
    tags = ListField(StringField(to_upper=True))
    towns = ListField(EmbeddedDocumentField(Town))
    author = ReferenceField(Author)
    token = UUIDField(unique=True)
    password = PasswordField()
    made = DateTimeField(auto_now_on_insert=True)
    number = SequenceField()
    code = StringField(pattern="^[A-Z]{3}$")


def test_documents_have_values_in_all_fields_but_those_that_nobody_can_guess() -> None:
    documents, left_out = sample(Book, 3)
    assert left_out == ("code",)
    assert len({document._id for document in documents}) == 3
    for document in documents:
        assert document.validate()
        values = document.to_son()
        assert [name for name, value in values.items() if value is None] == ["number", "code"]


@pytest.mark.usefixtures("codec")
def test_documents_and_dicts_are_measured() -> None:
    report = bench(Book, 5)
    assert (report.document_class, report.count) == (Book, 5)
    assert report.implementation == codecs.implementation
    assert report.size > 100
    assert [cost.what for cost in report.costs] == ["validate, encode", "decode"]
    assert all(cost.document > 0 < cost.mapping for cost in report.costs)
    first, head, *lines, last = str(report).splitlines()
    assert first.startswith("5 documents of Book, ")
    assert f"; {report.implementation} codec beside PyMongo" in first
    assert head.split() == ["document", "dict", "ratio"]
    assert [line.split()[0] for line in lines] == ["validate,", "decode"]
    assert last == "Without a value, whose rules only you know: code"


def test_a_ratio_is_that_of_a_document_to_a_dict() -> None:
    assert Cost("decode", document=3.0, mapping=2.0).ratio == 1.5


def test_a_required_value_that_nobody_can_guess_is_asked_for() -> None:
    class Odd(Document):
        code = StringField(pattern="^[A-Z]{3}$", required=True)

    with pytest.raises(ValueError, match="give a value for 'code'"):
        bench(Odd, 1)


def test_a_default_that_is_not_valid_is_told() -> None:
    class Odd(Document):
        code = StringField(pattern="^[A-Z]{3}$", default="")

    with pytest.raises(InvalidDocumentError, match="Field 'code' must be valid"):
        bench(Odd, 1)


MODELS = """
from aiomotorengine import *


class Item(Document):
    name = StringField(required=True)


class Odd(Document):
    code = StringField(pattern="^[A-Z]{3}$", required=True)
"""


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A directory with a module of a program."""
    (tmp_path / "models.py").write_text(MODELS)
    return tmp_path


def test_the_program_prints_a_table(models: Path) -> None:
    told = run(models, "bench", "models:Item", "-n", "10")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("10 documents of Item, ")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["models:Odd"], "No documents can be made: factory(Odd): give a value for 'code'"),
        (["models:Item", "-n", "0"], "argument -n: give a whole number, 1 or more."),
        (["models"], "'models' has no module in front"),
    ],
    ids=["no value", "no document", "no class"],
)
def test_a_wrong_call_ends_with_2(models: Path, arguments: list[Any], says: str) -> None:
    told = run(models, "bench", *arguments)
    assert (told.code, told.out) == (2, "")
    assert says in " ".join(told.err.split())
