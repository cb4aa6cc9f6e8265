"""Random shapes over the zoo, as queries ask for them; the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import bson

from aiomotorengine.codec.shape import RAW, Shape
from aiomotorengine.documents.partial import class_inside
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.row_values import keyed
from aiomotorengine.storage.discriminators import family_of
from tests.codec.laws import STANDARD
from tests.zoo.generate import chance

__all__ = ["as_sent", "shapes_of"]


def shapes_of(document_class: Any, random: Random, count: int) -> list[Shape]:
    """At most so many shapes in which documents of a class may be read; the first ones are rows of
    all fields, and documents as they are stored.
    """
    shapes = [document_class.objects.values()._reads().shape, RAW]
    paths = list(paths_of(document_class, 2))
    while paths and len(shapes) < count:
        names = random.sample(paths, min(len(paths), random.randint(1, 4)))
        projection, shape = asked(document_class, names, random)
        if shape is None:
            continue
        is_keyed = shape.kind not in ("partial", "raw") and chance(random, 0.2)
        shapes.append(keyed(projection, shape).shape if is_keyed else shape)
    return shapes


def asked(document_class: Any, names: list[str], random: Random) -> Any:
    """What a query for these names is read as: a projection and a shape, or nothing."""
    query = document_class.objects
    if chance(random, 0.2):
        names = ["_id", *names]
    ways: list[Callable[[], Any]] = [
        lambda: query.only(*names),
        lambda: query.exclude(*names),
        lambda: query.only(*names).exclude(*names[1:]),
        lambda: query.slice(names[0], random.randint(-2, 2)),
        lambda: query.slice(names[0], 1).exclude(*names[1:]),
        lambda: query.values(*names),
        lambda: query.values_list(*names),
        lambda: query.scalar(names[-1]),
        lambda: query.slice(names[0], 1).values(*names),
    ]
    try:
        return random.choice(ways)()._reads()
    except ValueError:
        return None, None  # MongoDB can't be asked for these together


def paths_of(document_class: Any, depth: int) -> Iterator[str]:
    """The fields of a class and of those below it, and so many levels into what is embedded."""
    for kind in family_of(document_class):
        for name, field in kind._fields.items():
            yield name
            inner = class_inside(field)
            if inner is not None and depth > 1 and not is_of_lists(field):
                yield from (f"{name}.{path}" for path in paths_of(inner, depth - 1))


def is_of_lists(field: Any) -> bool:
    return isinstance(field, ListField) and isinstance(field._item_field, ListField)


def as_sent(raw: bytes, random: Random) -> bytes:
    """Bytes of a document of which some keys were not asked for, and some have no value."""
    stored = bson.decode(raw, STANDARD)
    kept = {key: stored[key] for key in stored if chance(random, 0.7)}
    nothing = {key: None for key in kept if key != "_id" and chance(random, 0.1)}
    return bson.encode({**kept, **nothing}, codec_options=STANDARD)
