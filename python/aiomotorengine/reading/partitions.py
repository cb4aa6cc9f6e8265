"""Parts of what a query finds, so that several workers each read one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from bson.decimal128 import Decimal128

from aiomotorengine.ids import id_key
from aiomotorengine.reading import documents as reading
from aiomotorengine.reading.page_tokens import PLAIN
from aiomotorengine.sessions.target import Target

__all__ = ["partitions"]

SAMPLES_PER_PART = 64
"""With so many ids for each part, the parts are of about the same size."""

NUMBERS = (int, float, Decimal128)


async def partitions(target: Target, count: int) -> list[dict[str, Any]]:
    """Conditions of which each document of a collection meets exactly one.

    Parameters:
        target: the collection.
        count: how many conditions at most.

    Raises:
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    # Texts have to be sorted as the parts will compare them.
    matching = {key: it for key, it in target.matching.items() if key == "collation"}
    sampled = target.asked(matching, target.reading, {"codec_options": PLAIN})
    # A sample of the whole collection is read at random places, one of a part is not.
    pipeline = [
        {"$sample": {"size": SAMPLES_PER_PART * count}},
        {"$project": {"_id": 1}},
        {"$sort": {"_id": 1}},
    ]
    found = await reading.aggregate(sampled, pipeline)
    return ranges(bounds([it["_id"] for it in found], count))


def bounds(ids: Sequence[Any], count: int) -> list[Any]:
    """Ids that divide others into parts of about the same size.

    Comparisons find ids of one type only, so all are of the commonest one.

    Parameters:
        ids: the ids, sorted.
        count: how many parts there are at most.

    Example:
        >>> bounds([1, 2, 3, 4, "a"], 2), bounds([1], 3)
        ([3], [])
    """
    by_kind: defaultdict[Any, list[Any]] = defaultdict(list)
    for id in ids:
        # NaN is compared with nothing but itself.
        if not is_nan(id):
            by_kind[kind_of(id)].append(id)
    alike = max(by_kind.values(), key=len, default=[])
    places = (len(alike) * part // count for part in range(1, count))
    chosen = {id_key(alike[place]): alike[place] for place in places if place}
    return list(chosen.values())


def kind_of(id: Any) -> type[Any]:
    """What stands for all types that servers compare with that of an id."""
    if isinstance(id, NUMBERS) and not isinstance(id, bool):
        return float
    return bytes if isinstance(id, bytes) else type(id)


def is_nan(id: Any) -> bool:
    return bool(id.to_decimal().is_nan() if isinstance(id, Decimal128) else id != id)


def ranges(bounds: Sequence[Any]) -> list[dict[str, Any]]:
    """The conditions for what is below the first, between two, and from the last on.

    What is of another type is in the first part.

    Example:
        >>> ranges([5, 9])  # doctest: +NORMALIZE_WHITESPACE
        [{'_id': {'$not': {'$gte': 5}}}, {'_id': {'$gte': 5, '$lt': 9}}, {'_id': {'$gte': 9}}]
        >>> ranges([])
        [{}]
    """
    if not bounds:
        return [{}]
    between = [{"_id": {"$gte": one, "$lt": other}} for one, other in pairwise(bounds)]
    return [{"_id": {"$not": {"$gte": bounds[0]}}}, *between, {"_id": {"$gte": bounds[-1]}}]
