"""Names that lead nowhere are refused where documents have no others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aiomotorengine import (
    Aggregation,
    Document,
    EmbeddedDocumentField,
    F,
    Field,
    ListField,
    Reference,
    StringField,
    TypedDocument,
)
from aiomotorengine.errors import UnknownFieldError
from tests.harness import Mongo

Step = Callable[[Any], Any]


class Maker(TypedDocument):
    __collection__ = "makers_of_wares"
    name: str = Field(db_field="n")


class Line(TypedDocument):
    label: str = Field(default="", db_field="l")


class Ware(TypedDocument):
    __collection__ = "wares_by_name"
    kind: str = Field(db_field="k", aliases=["sort"])
    price: int = Field(default=0, db_field="p")
    tags: list[str] = Field(default_factory=list)
    lines: list[Line] = Field(default_factory=list)
    first: Line = Field(default_factory=Line)
    sizes: dict[str, int] = Field(default_factory=dict)
    maker: Reference[Maker] | None = None


class Anything(Document):
    name = StringField(db_field="n")
    tags = ListField(StringField())


class Shelf(Document):
    first = EmbeddedDocumentField(Line)


class Keyed(TypedDocument):
    sku: str = Field(primary_key=True)


class Animal(TypedDocument):
    __discriminator__ = "kind"
    name: str


class Dog(Animal):
    bark: int = Field(default=0, db_field="b")


WRONG: dict[str, tuple[Step, str]] = {
    "group_by": (lambda it: it.group_by("knd"), "'knd'. Did you mean 'kind'?"),
    "accumulator": (lambda it: it.group_by(x=Aggregation.sum("prce")), "'prce'. Did you mean"),
    "accumulator by path": (lambda it: it.group_by(x=Aggregation.first("first.lable")), "'lable'"),
    "order_by": (lambda it: it.order_by("-prce"), "'prce'. Did you mean 'price'?"),
    "order_by several": (lambda it: it.order_by("price", ("knd", -1)), "'knd'"),
    "unwind": (lambda it: it.unwind("tgs"), "'tgs'. Did you mean 'tags'?"),
    "inside": (
        lambda it: it.unwind("lines").order_by("lines.labl"),
        "'labl'. Did you mean 'label'?",
    ),
    "below a list": (lambda it: it.order_by("lines.0.labl"), "'labl'"),
    "project": (lambda it: it.project("price", "knd"), "'knd'"),
    "unset": (lambda it: it.unset("knd"), "'knd'"),
    "sort_by_count": (lambda it: it.sort_by_count("knd"), "'knd'"),
    "bucket": (lambda it: it.bucket("prce", [1, 2]), "'prce'"),
    "after add_fields": (lambda it: it.add_fields(x=F("price")).order_by("knd"), "'knd'"),
    "after a group": (lambda it: it.group_by("kind", n=Aggregation.count()).order_by("m"), "'m'"),
    "of what a group has left": (
        lambda it: it.group_by("kind", total=Aggregation.sum("price")).match(totl=1),
        "'totl'. Did you mean 'total'?",
    ),
    "a second group": (lambda it: it.group_by("kind", "price").group_by("knd"), "'knd'"),
    "after a count": (lambda it: it.count("cars").order_by("car"), "'car'. Did you mean 'cars'?"),
    "after a lookup": (lambda it: it.lookup("maker").order_by("maker.nme"), "'nme'"),
    "after a union": (
        lambda it: it.union_with(Maker).order_by("knd"),
        "'knd'. Did you mean 'kind'?",
    ),
    "elsewhere after a lookup": (lambda it: it.lookup("maker").order_by("knd"), "'knd'"),
}

KNOWN: dict[str, tuple[Step, dict[str, Any]]] = {
    "attribute": (lambda it: it.order_by("kind"), {"$sort": {"k": 1}}),
    "key": (lambda it: it.order_by("k"), {"$sort": {"k": 1}}),
    "alias": (lambda it: it.order_by("sort"), {"$sort": {"sort": 1}}),
    "ids": (lambda it: it.order_by("id", ("_id", -1)), {"$sort": {"_id": -1}}),
    "path": (lambda it: it.order_by("first.label"), {"$sort": {"first.l": 1}}),
    "key of a path": (lambda it: it.order_by("first.l"), {"$sort": {"first.l": 1}}),
    "place": (lambda it: it.order_by("lines.0.l"), {"$sort": {"lines.0.l": 1}}),
    "key of a map": (lambda it: it.order_by("sizes.eur"), {"$sort": {"sizes.eur": 1}}),
    "group": (lambda it: it.group_by("kind"), {"$group": {"_id": {"kind": "$k"}}}),
    "group by key": (lambda it: it.group_by("k"), {"$group": {"_id": {"k": "$k"}}}),
    "sum": (
        lambda it: it.group_by(x=Aggregation.sum("price")),
        {"$group": {"_id": {}, "x": {"$sum": "$p"}}},
    ),
    "what was computed": (lambda it: it.add_fields(x=1).order_by("x"), {"$sort": {"x": 1}}),
    "after a group": (
        lambda it: it.group_by("kind", n=Aggregation.count()).order_by("kind", "-n"),
        {"$sort": {"_id.kind": 1, "n": -1}},
    ),
    "the id of a group": (
        lambda it: it.group_by("kind").order_by("_id.kind"),
        {"$sort": {"_id.kind": 1}},
    ),
    "after a lookup": (
        lambda it: it.lookup("maker").order_by("maker.name"),
        {"$sort": {"maker.n": 1}},
    ),
    "a stage of MongoDB's own": (
        lambda it: it.stage({"$set": {"u": 1}}).add_fields(x=1).order_by("u"),
        {"$sort": {"u": 1}},
    ),
    "after a union": (lambda it: it.union_with(Maker).order_by("kind"), {"$sort": {"k": 1}}),
    "what joins by a union": (
        lambda it: it.union_with(Maker).order_by("name", "-n"),
        {"$sort": {"n": -1}},
    ),
    "a group of what joins by a union": (
        lambda it: it.union_with(Maker).group_by("name"),
        {"$group": {"_id": {"name": "$n"}}},
    ),
    "what a pipeline that joins has computed": (
        lambda it: (
            it.union_with(Maker.objects.aggregate.add_fields(x=1)).add_fields(y=1).order_by("x")
        ),
        {"$sort": {"x": 1}},
    ),
    "groups that join groups": (
        lambda it: (
            it.group_by("kind", n=Aggregation.count())
            .union_with(Maker.objects.aggregate.group_by("name", m=Aggregation.count()))
            .group_by("name", x=Aggregation.sum("m"))
        ),
        {"$group": {"_id": {"name": "$_id.name"}, "x": {"$sum": "$m"}}},
    ),
    "another root": (lambda it: it.replace_root(F("first")).order_by("l"), {"$sort": {"l": 1}}),
    "index of unwind": (
        lambda it: it.unwind("tags", index="at").order_by("at"),
        {"$sort": {"at": 1}},
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_no_document_has_is_refused(case: str) -> None:
    step, hint = WRONG[case]
    with pytest.raises(UnknownFieldError) as raised:
        step(Ware.objects.aggregate)
    assert f"has no field {hint}" in str(raised.value)


@pytest.mark.parametrize("case", KNOWN)
def test_what_documents_have_is_found(case: str) -> None:
    step, expected = KNOWN[case]
    assert step(Ware.objects.aggregate).to_query()[-1] == expected


def test_classes_that_take_any_name_ask_for_it_as_before() -> None:
    aggregation = Anything.objects.aggregate
    assert aggregation.group_by("name", "nme").to_query() == [
        {"$group": {"_id": {"name": "$name", "nme": "$nme"}}}
    ]
    aggregation = Anything.objects.aggregate
    assert aggregation.unwind("tgs").order_by("name.x").to_query() == [
        {"$unwind": "$tgs"},
        {"$sort": {"name.x": 1}},
    ]
    grouped = Anything.objects.aggregate.group_by(Anything.name).order_by("nme")
    assert grouped.to_query()[-1] == {"$sort": {"nme": 1}}
    with pytest.raises(UnknownFieldError, match="Line has no field 'labl'"):
        Shelf.objects.aggregate.order_by("first.labl")  # of which documents are as declared


def test_primary_keys_and_what_says_which_class_it_is() -> None:
    assert Keyed.objects.aggregate.order_by("sku").to_query() == [{"$sort": {"_id": 1}}]
    animals = Animal.objects.aggregate.group_by("kind", "bark").to_query()
    assert animals[-1] == {"$group": {"_id": {"kind": "$kind", "bark": "$b"}}}
    with pytest.raises(ValueError, match="'.kind' is no name"):
        Animal.objects.aggregate.group_by("$kind")
    with pytest.raises(UnknownFieldError, match="Animal has no field 'brk'"):
        Animal.objects.aggregate.group_by("brk")


async def test_groups_by_attributes(mongo: Mongo) -> None:
    await Ware.objects.bulk_insert(
        [Ware(kind="a", price=2), Ware(kind="a", price=3), Ware(kind="b")]
    )
    rows = (
        await Ware.objects.aggregate.group_by("kind", x=Aggregation.sum("price"))
        .order_by("kind")
        .fetch()
    )
    assert [(row.kind, row.x) for row in rows] == [("a", 5), ("b", 0)]
