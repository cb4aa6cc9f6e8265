"""What is left of the gain when one method of one field is the program's own.

The gain is the time that the native codec saves against the Python one for the same class.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Any

from aiomotorengine import Document, FloatField, StringField
from aiomotorengine.metaclasses import DocumentMetaClass
from benches.codecs import any_shape, encoding, only_native
from benches.tables import Ratio, Target, put
from tests.zoo.shapes import Shape

COUNT = 300
ROUNDS = 8
SHARE = Target(0.8, is_least=True)


def stored_as_it_is(self: Any, value: Any) -> Any:
    return value


def with_one_own_field(shape: Shape) -> Shape:
    """The shape, with a ``to_son`` of the program's own in its first text or number."""
    fields = shape.document_class._fields
    name = next(name for name in fields if type(fields[name]) in (StringField, FloatField))
    field_class: Any = type("Own", (type(fields[name]),), {"to_son": stored_as_it_is})
    body = {**fields, name: field_class(), "__module__": __name__}
    other: Any = DocumentMetaClass("Other", (Document,), body)
    return Shape(shape.name, other, shape.row, lambda row: other(**shape.document(row)._values))


def take_turns(works: Mapping[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """The seconds of each, one after the other in each round."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            gc.collect()
            start = time.process_time()
            work()
            seconds[name].append(time.process_time() - start)
    return seconds


@only_native
@any_shape
def test_one_overridden_to_son_keeps_most_of_the_gain(shape: Shape) -> None:
    own = with_one_own_field(shape)
    documents, own_documents = shape.documents(COUNT), own.documents(COUNT)
    seconds = take_turns(
        {
            "native": encoding("native", documents),
            "python": encoding("python", documents),
            "own, native": encoding("native", own_documents),
            "own, python": encoding("python", own_documents),
        }
    )

    def share(of: Callable[[list[float]], float]) -> float:
        gain = of(seconds["python"]) - of(seconds["native"])
        kept = of(seconds["own, python"]) - of(seconds["own, native"])
        return kept / gain

    put(
        "share of the gain that a class with one overridden `to_son` keeps",
        "encode",
        shape.name,
        Ratio(share(min), share(median)),
        SHARE,
    )
