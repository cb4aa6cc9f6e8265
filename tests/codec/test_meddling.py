"""Methods of the user's that change what is being converted: whatever comes of it, no crash.

A codec that goes on with what it saw before it called such a method goes on with memory that may
be somebody else's by then. ``make asan`` sees that even where nothing falls.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from functools import cache
from itertools import product
from typing import Any

import bson
import pytest

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    ListField,
    StringField,
)
from aiomotorengine.codec import codec_for
from aiomotorengine.codec.plan import FIELD_METHODS
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.rows import Rows
from aiomotorengine.rows.plan import row_plan
from aiomotorengine.storage.base import DocumentStorage
from tests.codec.laws import STANDARD, write

pytestmark = pytest.mark.usefixtures("codec")


class Scene:
    """What is being converted, and what a method of the user's does to it.

    Attributes:
        documents: the list that the codec was given.
        ids: the ids that go with them.
        rows: rows that such documents might be made of.
        deed: what is done.
        left: how many calls of the user's methods there are before the one that does it.
    """

    def __init__(self, model: Any, deed: Callable[[Scene], None], left: int) -> None:
        self.model = model
        self.documents = [make(model) for _ in range(4)]
        self.ids = [number + 0.5 for number in range(4)]
        self.rows = [row_of(make(model)) for _ in range(4)]
        self.deed = deed
        self.left = left

    def meddle(self) -> None:
        self.left -= 1
        if self.left == -1:
            self.deed(self)

    @property
    def is_done(self) -> bool:
        return self.left < 0


on_stage: list[Scene] = []


def meddle() -> None:
    for scene in on_stage:
        scene.meddle()


# -- documents with a method that meddles ----------------------------------------------------------


class Zone(tzinfo):
    def utcoffset(self, moment: datetime | None) -> timedelta:
        meddle()
        return timedelta(hours=1)

    def dst(self, moment: datetime | None) -> None:
        return None

    def tzname(self, moment: datetime | None) -> None:
        return None


def field_with(method: str) -> Any:
    """A text that meddles in one of its methods."""
    if method == "utcoffset":
        return DateTimeField()

    def meddles(self: Any, value: Any) -> Any:
        meddle()
        return getattr(StringField, method)(self, value)

    return type("Meddling", (StringField,), {method: meddles})(required=True)


@cache
def model_with(method: str) -> Any:
    inner: Any = DocumentMetaClass(
        "Inner", (Document,), {"one": field_with(method), "after": ListField(StringField())}
    )
    fields = {
        "before": ListField(StringField()),
        "one": field_with(method),
        "many": ListField(field_with(method)),
        "inner": EmbeddedDocumentField(inner),
        "inners": ListField(EmbeddedDocumentField(inner)),
        "anything": BaseField(),
        "after": ListField(StringField()),
    }
    return DocumentMetaClass("Victim", (Document,), {**fields, "method": method})


def make(model: Any) -> Any:
    """A document whose values nobody else holds."""
    moment = datetime(2024, 5, 17, tzinfo=Zone())

    def one() -> Any:
        return moment if model.method == "utcoffset" else f"text {id(model)}"

    inner = model.inner.embedded_type
    return model(
        before=[f"before {id(model)}"],
        one=one(),
        many=[one() for _ in range(5)],
        inner=inner(one=one(), after=[f"after {id(model)}"]),
        inners=[inner(one=one(), after=[f"after {number}"]) for number in range(5)],
        # No moment in here: PyMongo's encoder does not survive a list emptied by a time zone.
        anything={"a": [1.5, {"b": f"in {id(model)}"}]},
        after=[f"after {id(model)}"],
    )


def row_of(value: Any) -> Any:
    """The mapping that a document might be made of, if it is one or a list of them."""
    if isinstance(value, DocumentStorage):
        return {name: row_of(inner) for name, inner in vars(value).items()}
    return [row_of(item) for item in value] if isinstance(value, list) else value


# -- deeds -----------------------------------------------------------------------------------------


def everybody(scene: Scene) -> list[Any]:
    """The documents, and those in them."""
    found = list(scene.documents)
    for document in scene.documents:
        found.append(vars(document).get("inner"))
        inners = vars(document).get("inners")
        found += inners if isinstance(inners, list) else []
    return [one for one in found if isinstance(one, DocumentStorage)]


def all_values(scene: Scene) -> list[dict[str, Any]]:
    """The values of all documents and rows, and of those in them."""
    found = [vars(document) for document in everybody(scene)]
    for row in scene.rows:
        inners = row.get("inners")
        inside = [row.get("inner"), *(inners if isinstance(inners, list) else [])]
        found += [one for one in (row, *inside) if isinstance(one, dict)]
    return found


def forget_the_values(scene: Scene) -> None:
    for values in all_values(scene):
        values.clear()


def replace_the_values(scene: Scene) -> None:
    for values in all_values(scene):
        for name in list(values):
            values[name] = [f"new {name}"]


def add_values(scene: Scene) -> None:
    for values in all_values(scene):
        values.update({f"more_{number}": number for number in range(100)})


def take_the_dict_away(scene: Scene) -> None:
    for document in everybody(scene):
        document.__dict__ = {}


def empty_the_lists(scene: Scene) -> None:
    for values in all_values(scene):
        for value in list(values.values()):
            if isinstance(value, list | dict):
                value.clear()


def grow_the_lists(scene: Scene) -> None:
    for values in all_values(scene):
        for value in list(values.values()):
            if isinstance(value, list):
                value.extend(value * 30)


def drop_the_documents(scene: Scene) -> None:
    scene.documents.clear()
    scene.rows.clear()


def drop_the_ids(scene: Scene) -> None:
    scene.ids.clear()


def add_documents(scene: Scene) -> None:
    scene.documents += [make(scene.model) for _ in range(50)]
    scene.rows += [row_of(make(scene.model)) for _ in range(50)]


def change_the_class(scene: Scene) -> None:
    for document in everybody(scene):
        document.__class__ = Document


def forget_the_codec(scene: Scene) -> None:
    scene.model._codecs.clear()
    gc.collect()


def look_at_everything(scene: Scene) -> None:
    """The documents that are being read are there as well, half made."""
    for found in gc.get_objects():
        if isinstance(found, scene.model):
            repr(vars(found)), found._id, found.to_son


def convert_again(scene: Scene) -> None:
    codec, document = codec_for(scene.model, STANDARD), make(scene.model)
    codec.decode_many(*codec.encode_many([document], [1], validate=True))


def collect(scene: Scene) -> None:
    gc.collect()


def raise_an_error(scene: Scene) -> None:
    raise ValueError("enough")


DOCUMENT_METHODS = [method for method in FIELD_METHODS if method != "parse"]
"""Those that documents call; rows alone are parsed."""

DEEDS = (
    forget_the_values,
    replace_the_values,
    add_values,
    take_the_dict_away,
    empty_the_lists,
    grow_the_lists,
    drop_the_documents,
    drop_the_ids,
    add_documents,
    change_the_class,
    forget_the_codec,
    look_at_everything,
    convert_again,
    collect,
    raise_an_error,
)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
@pytest.mark.parametrize("method", [*DOCUMENT_METHODS, "utcoffset"])
def test_a_method_may_change_what_is_converted(method: str, deed: Callable[[Scene], None]) -> None:
    model = model_with(method)
    codec = codec_for(model, STANDARD)
    rows = codec.compile_rows(row_plan(Rows([], parse=True).reader(model)))
    raws = b"".join(write([make(model) for _ in range(4)], [1, 2, 3, 4], STANDARD))

    works: list[Callable[[Scene], Any]] = [
        lambda scene: codec.validate_many(scene.documents),
        lambda scene: codec.encode_many(scene.documents, scene.ids),
        lambda scene: codec.encode_many(scene.documents, scene.ids, validate=True),
        lambda scene: codec.decode_many(raws),
        lambda scene: rows.encode_many(scene.rows),
    ]
    done = False
    for work, left in product(works, (0, 3, 9)):
        scene = Scene(model, deed, left)
        on_stage.append(scene)
        with suppress(Exception):
            work(scene)
        on_stage.clear()
        done |= scene.is_done
    assert done

    fresh = make(model)
    assert codec.encode_many([fresh], [1]) == write([fresh], [1], STANDARD)
    assert gc.isenabled()


def test_an_object_that_the_collector_finds_may_empty_what_is_being_written() -> None:
    """A method lets the collector go on, and the end of what it finds lets go of a dict."""

    class Trap:
        def __init__(self, document: Any) -> None:
            self.document = document
            self.itself = self

        def __del__(self) -> None:
            gc.disable()
            self.document.anything.clear()
            self.document.more = [{"q": str(number) * 20} for number in range(200)]

    class Opening(StringField):
        def to_son(self, value: Any) -> Any:
            Trap(documents[0])
            garbage.append([[number] for number in range(200)])
            gc.enable()
            gc.set_threshold(1)
            return value

    class Watched(Document):
        text = Opening()
        anything = BaseField[Any]()

    garbage: list[Any] = []
    thresholds = gc.get_threshold()
    codec = codec_for(Watched, STANDARD)
    for _ in range(20):
        documents = [Watched(text="a", anything=[many_keys()])]
        gc.set_threshold(100_000)
        try:
            (raw,) = codec.encode_many(documents, [1])
        finally:
            gc.set_threshold(*thresholds)
            gc.enable()
        # As it was before it was emptied, or after; but nothing else.
        assert bson.decode(raw)["anything"] in ([many_keys()], [])


def many_keys() -> dict[str, str]:
    return {f"key{number}": f"{number}" * 30 for number in range(20)}
