"""Aggregations of typed documents: joined by a reference that is named with its class."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import F, Field, Reference, TypedDocument
from tests.harness import Mongo


class Composer(TypedDocument):
    name: str
    teacher: Reference[Composer] | None = None


class Part(TypedDocument):
    guest: Reference[Composer] | None = None


class Opera(TypedDocument):
    title: str
    composer: Reference[Composer] = Field(db_field="c")
    parts: list[Part] = Field(default_factory=list, db_field="p")


def looked_up(field: Any, into: str | None = "operas") -> Any:
    return Composer.objects.aggregate.lookup(field, into=into).to_query()[0]["$lookup"]


def test_a_reference_of_another_class_is_named_with_it() -> None:
    expected = {"from": "Opera", "localField": "_id", "foreignField": "c", "as": "operas"}
    assert looked_up("Opera.composer") == expected == looked_up(Opera.composer)
    assert looked_up("Opera__composer") == expected
    assert looked_up("Opera.parts.guest")["foreignField"] == "p.guest"


def test_a_name_in_the_pipeline_goes_before_that_of_a_class() -> None:
    operas = Composer.objects.aggregate.lookup(Opera.composer, into="Opera").unwind("Opera")
    *_, lookup = operas.lookup("Opera.composer", into="again").to_query()
    assert lookup["$lookup"] == {
        "from": "Composer",
        "localField": "Opera.c",
        "foreignField": "_id",
        "as": "again",
    }


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("Opera.title", "'Opera.title': it is a field of Opera, and no reference to Composer"),
        ("Opera.composr", "'composr': Field not found in 'Opera'"),
        ("Opra.composer", "'Opra.composer'"),
        ("teacher.name", "'teacher.name'"),
    ],
)
def test_what_is_no_such_reference(field: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        looked_up(field)


def test_it_has_to_be_said_where_they_go() -> None:
    with pytest.raises(ValueError, match="joins the documents of Opera that refer to these"):
        looked_up("Opera.composer", None)


async def test_what_is_joined(mongo: Mongo) -> None:
    haydn = await Composer(name="Haydn").save()
    await Composer(name="Beethoven", teacher=haydn).save()
    await Opera(title="Armida", composer=haydn).save()
    rows = (
        Composer.objects.aggregate.lookup("Opera.composer", into="operas")
        .add_fields(n=F("operas").size())
        .order_by("-n")
    )
    assert [(row.name, row.n) async for row in rows] == [("Haydn", 1), ("Beethoven", 0)]


def test_a_filter_through_a_reference_says_what_to_do_instead() -> None:
    with pytest.raises(ValueError, match="Invalid filter 'composer__name'") as caught:
        Opera.objects.filter(composer__name="Haydn")
    assert "ask for composer__in=[...]." in caught.value.__notes__[-1]
    with pytest.raises(ValueError, match="Invalid filter 'title__name'") as caught:
        Opera.objects.filter(title__name="Haydn")
    assert not any("reference" in note for note in caught.value.__notes__)
