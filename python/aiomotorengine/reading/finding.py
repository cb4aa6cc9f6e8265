"""What a query finds: its documents, batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Any, NamedTuple

from aiomotorengine.codec.shape import Shape
from aiomotorengine.errors import StoredValueError
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.reading import documents as reading
from aiomotorengine.reading.asking import first_stages
from aiomotorengine.reading.documents import Reading, Unreadable
from aiomotorengine.sessions.target import Target
from aiomotorengine.utils import is_async
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.query_options import find_options
from aiomotorengine.wire.replies import Batch, with_replies_as_bytes
from aiomotorengine.wire.requests import can_encode

__all__ = [
    "Selection",
    "batches",
    "first",
    "refuse_out_of_range",
    "sample",
    "several",
    "unreadable_handler",
]

MOST = 2**63 - 1
"""The largest number of documents that MongoDB takes."""


class Selection(NamedTuple):
    """What is read, as it was when reading began: a query set may be changed meanwhile.

    Attributes:
        document_class: the class of the documents.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        order: keys and directions.
        skip: how many are left out.
        limit: how many at most; ``None`` for all, 0 for none.
        on_unreadable: what takes the documents that cannot be read; by default the error is raised.
        projection: which keys are read, as MongoDB takes it; ``None`` for all.
        shape: what documents are read as; by default they are read whole.
    """

    document_class: type[Any]
    filters: QNode
    query: Mapping[str, Any]
    order: list[tuple[str, int]]
    skip: int
    limit: int | None
    on_unreadable: Unreadable | None = None
    projection: Mapping[str, Any] | None = None
    shape: Shape | None = None


class Counted:
    """Takes documents that cannot be read, and counts them."""

    def __init__(self, handler: Unreadable) -> None:
        self._handler = handler
        self.count = 0

    def __call__(self, error: StoredValueError, stored: Mapping[str, Any]) -> None:
        self.count += 1
        self._handler(error, stored)


class Collected:
    """Takes documents that cannot be read, and keeps why in a list of the program's."""

    def __init__(self, errors: list[StoredValueError]) -> None:
        self._errors = errors

    def __call__(self, error: StoredValueError, stored: Mapping[str, Any]) -> None:
        self._errors.append(error)


def skipped(error: StoredValueError, stored: Mapping[str, Any]) -> None:
    """Takes documents that cannot be read, and leaves them out."""


def unreadable_handler(how: Any) -> Unreadable | None:
    """What takes the documents that cannot be read; ``None`` where the error is raised.

    Raises:
        ValueError: it is a text that means nothing here.
        TypeError: it is no text, no list and no function, or one that is async.
    """
    if isinstance(how, list):
        return Collected(how)
    if isinstance(how, str):
        if how not in ("raise", "skip"):
            raise ValueError(f"on_unreadable must be 'raise' or 'skip', not {how!r}.")
        return None if how == "raise" else skipped
    if not callable(how) or is_async(how):
        raise TypeError(
            f"on_unreadable must be 'raise', 'skip', a list, or a function that is not async, "
            f"not {how!r}."
        )
    handler: Unreadable = how
    return handler


def batches(target: Target, selection: Selection) -> Reading:
    """The documents of a selection, in batches as they arrive.

    Raises:
        ValueError: the limit or the number to skip is negative or has more than 64 bits, or a
            condition has a value that can't be encoded.
    """
    refuse_out_of_range(selection.skip, selection.limit)
    return reading.find(
        target,
        selection.query,
        sort=selection.order,
        skip=selection.skip,
        limit=selection.limit,
        projection=selection.projection,
        shape=selection.shape,
        on_unreadable=selection.on_unreadable,
        naming=lambda: naming_values(
            target.collection, (selection.document_class, selection.filters)
        ),
    )


async def first(
    target: Target,
    query: Mapping[str, Any],
    filters: QNode | None = None,
    order: Sequence[tuple[str, int]] = (),
    skip: int = 0,
    limit: int | None = None,
    projection: Mapping[str, Any] | None = None,
    shape: Shape | None = None,
) -> Any | None:
    """The first document that a query finds, whatever the limit is but 0; ``None`` without one.

    All comes with one answer, and the server keeps no cursor: nothing is paced, nor to be cleaned
    up behind a reader who is cancelled, and the driver's own ``find_one`` will do.

    Parameters:
        target: what is read.
        query: the conditions as MongoDB takes them.
        filters: the conditions of which they were made, by which a value is named that can't be
            encoded.
        order: keys and directions.
        skip: how many are left out.
        limit: how many at most.
        projection: which keys are read.
        shape: what the document is read as.

    Raises:
        ValueError: as for ``batches``.
    """
    if skip or limit is not None:
        refuse_out_of_range(skip, limit)
        if limit == 0:
            return None
    collection = target.collection
    served = with_replies_as_bytes(collection)
    if served is collection:
        found = reading.find(
            target,
            query,
            sort=order,
            skip=skip,
            limit=1,
            projection=projection,
            shape=shape,
            naming=lambda: naming_filters(target, filters),
        )
        async with aclosing(found) as batches:
            async for documents in batches:
                return documents[0]
        return None
    # What says nothing is left out: drivers look at each argument.
    options = find_options(target)
    if order:
        options["sort"] = order
    if skip:
        options["skip"] = skip
    if projection is not None:
        options["projection"] = projection
    try:
        batch: Batch | None = await target.asking(served.find_one)(query, **options)
    except Exception:
        with (
            naming_filters(target, filters),
            protocol_errors(
                target.document_class, lambda: can_encode(collection, query), is_read=True
            ),
        ):
            raise
    return None if batch is None else reading.document_in(target, batch, shape)


def naming_filters(target: Target, filters: QNode | None) -> AbstractContextManager[None]:
    """Around a call of the driver: name the value of a filter that can't be encoded."""
    if filters is None:
        return nullcontext()
    return naming_values(target.collection, (target.document_class, filters))


async def several(target: Target, selection: Selection) -> list[Any]:
    """The documents of a selection as a list.

    Raises:
        ValueError: as for ``batches``.
    """
    async with aclosing(batches(target, selection)) as found:
        return [document async for batch in found for document in batch]


async def sample(
    target: Target,
    filters: QNode,
    query: Mapping[str, Any],
    size: int,
    on_unreadable: Unreadable | None,
    projection: Mapping[str, Any] | None = None,
    shape: Shape | None = None,
) -> list[Any]:
    """Some documents of those that a query finds, chosen at random.

    Parameters:
        target: what is read.
        filters: the conditions.
        query: the conditions as MongoDB takes them.
        size: how many at most.
        on_unreadable, projection, shape: as for ``Selection``.

    Raises:
        ValueError: the query is by distance; or as for ``batches``.
    """
    pipeline = [*first_stages(query), {"$sample": {"size": size}}]
    if projection:
        pipeline.append({"$project": projection})
    chosen = reading.aggregate_documents(
        target,
        pipeline,
        on_unreadable=on_unreadable,
        shape=shape,
        naming=lambda: naming_values(target.collection, (target.document_class, filters)),
    )
    async with aclosing(chosen) as found:
        return [document async for batch in found for document in batch]


def refuse_out_of_range(skip: int, limit: int | None) -> None:
    if 0 <= skip <= MOST and (limit is None or 0 <= limit <= MOST):
        return
    for name, number in (("limit", limit), ("number to skip", skip)):
        if number is not None and number < 0:
            raise ValueError(f"The {name} must not be negative: {number}.")
        if number is not None and number > MOST:
            raise ValueError(f"The {name} has more than 64 bits: {number}.")
