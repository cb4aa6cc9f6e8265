"""What a query finds, page by page: each begins at a place in the order, and not after a number of
documents, so that what is inserted or deleted meanwhile shifts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from aiomotorengine.fields.stored_key import field_of, leads_into_list
from aiomotorengine.pacing import Pace
from aiomotorengine.query.expressions import NEAR, mentions
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.keyset import beyond, total_order
from aiomotorengine.query_builder.node import Q, QNode
from aiomotorengine.query_builder.ordering import Order, reversed_order
from aiomotorengine.query_builder.projected_keys import with_keys
from aiomotorengine.reading import documents as reading
from aiomotorengine.reading.documents import Decoded, Decoder, DocumentDecoder
from aiomotorengine.reading.finding import refuse_out_of_range
from aiomotorengine.reading.page_tokens import (
    LOSSLESS,
    Tokens,
)
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.replies import Batch, decode_documents

__all__ = ["Page", "page"]

R = TypeVar("R")


@dataclass(frozen=True, eq=False, repr=False)
class Page(Generic[R]):
    """Some of what a query finds, one after the other in its order.

    Attributes:
        items: the documents.
        next: the text by which ``page(after=…)`` goes on; ``None`` where nothing follows.
        previous: the text by which ``page(before=…)`` goes back; ``None`` where nothing is before.
    """

    items: list[R]
    next: str | None = None
    previous: str | None = None

    def __iter__(self) -> Iterator[R]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __repr__(self) -> str:
        return f"<Page of {len(self.items)}, next={self.next!r}, previous={self.previous!r}>"


async def page(
    target: Target,
    filters: QNode,
    order: Order,
    size: int,
    *,
    after: str | None,
    before: str | None,
    finds_nothing: bool = False,
    reads: tuple[Any, ...] = (None, None),
) -> Page[Any]:
    """A page of what a query finds.

    Parameters:
        target: what is read.
        filters: the conditions.
        order: keys and directions.
        size: how many documents at most.
        after: the token of the page before; ``None`` for the first page.
        before: the token of the page after.
        finds_nothing: whether the page is empty, and nobody is asked.
        reads: which keys are read, as MongoDB takes it, and what documents are read as.

    Raises:
        InvalidPageTokenError: a token is none of this query.
        ValueError: there are two tokens; or the order is one in which documents have no place that
            a token could tell; or a condition has a value that can't be encoded.
        StoredValueError: a document cannot be read.
    """
    if after is not None and before is not None:
        raise ValueError("page() goes on after one token, or back before one: not both.")
    refuse_out_of_range(0, size + 1)
    refuse_without_places(target.document_class, order, filters)
    keys = total_order(order)
    tokens = Tokens(target.collection, keys, target.matching.get("collation"))
    is_back = before is not None
    token = before if is_back else after
    boundary = None if token is None else tokens.boundary(token)
    if finds_nothing:
        return Page([])
    direction = reversed_order(keys) if is_back else keys
    found = [filters]
    if boundary is not None:
        conditions = beyond(direction, boundary.values, is_included=boundary.is_included)
        found = [filters & Q(condition) for condition in conditions]
    projection, shape = reads
    asked = None if projection is None else with_keys(projection, [key for key, _ in keys])
    edges = EdgeKeeper(DocumentDecoder(target, shape=shape), size)
    items: list[Any] = []
    for node in found:
        if edges.seen <= size:
            items += await documents_of(
                target, node, direction, size + 1 - edges.seen, edges, asked
            )
    onward = tokens.of(edges.last()) if edges.seen > size else None
    back = None
    if boundary is not None:
        # Without documents, going back leads to the place itself, where one may stand.
        there = boundary._replace(is_included=True)
        back = tokens.of(edges.first()) if items else tokens.at(there)
    del items[size:]
    if is_back:
        items.reverse()
        return Page(items, back, onward)
    return Page(items, onward, back)


async def documents_of(
    target: Target,
    node: QNode,
    order: Order,
    limit: int,
    decoder: Decoder,
    projection: Mapping[str, Any] | None,
) -> list[Any]:
    """What a query finds, as a decoder makes it."""
    found = reading.find(
        target,
        node.to_query(target.document_class),
        sort=order,
        limit=limit,
        projection=projection,
        decoder=decoder,
        naming=lambda: naming_values(target.collection, (target.document_class, node)),
    )
    async with aclosing(found) as arriving:
        return [document async for documents in arriving for document in documents]


class EdgeKeeper:
    """Hands on what another decoder makes of documents, and keeps what is stored of two of them.

    The program's documents need not have the values by which they are sorted: they may have been
    left out, or be kept in another form.

    Parameters:
        decoder: the other one, which leaves no document out.
        size: how many documents are on the page; what comes after them is not on it.

    Attributes:
        first: gives the first document of the page.
        last: gives the last one.
        seen: how many documents there were, with the one that may come after the page.
    """

    first: Callable[[], Mapping[str, Any]]
    last: Callable[[], Mapping[str, Any]]

    def __init__(self, decoder: Decoder, size: int) -> None:
        self._decoder = decoder
        self._size = size
        self.seen = 0

    def decode(self, batch: Batch, offsets: Sequence[int], pace: Pace) -> Decoded:
        decoded = self._decoder.decode(batch, offsets, pace)
        return self._noted(decoded, lambda index: stored_at(batch, offsets[index]))

    def convert(self, stored: Sequence[Mapping[str, Any]]) -> Decoded:
        return self._noted(self._decoder.convert(stored), stored.__getitem__)

    def _noted(self, decoded: Decoded, stored: Callable[[int], Mapping[str, Any]]) -> Decoded:
        if decoded.error is not None and self.seen + decoded.done == self._size:
            # That it is there is all that is asked of this one; it is on the next page.
            decoded = Decoded(decoded.documents, decoded.done + 1)
        if decoded.done and not self.seen:
            self.first = partial(stored, 0)
        on_page = min(decoded.done, self._size - self.seen)
        if on_page > 0:
            self.last = partial(stored, on_page - 1)
        self.seen += decoded.done
        return decoded


def stored_at(batch: Batch, offset: int) -> Mapping[str, Any]:
    return decode_documents(batch, [offset], LOSSLESS)[0]


def refuse_without_places(document_class: Any, order: Order, filters: QNode) -> None:
    """Refuse an order in which no value of a document tells its place.

    Raises:
        ValueError: it is one.
    """
    if not order and mentions(filters.to_query(document_class), NEAR):
        raise ValueError(
            "page() can't be in the order of 'near': add order_by(), or use geo_within_distance."
        )
    for key, direction in order:
        if not isinstance(direction, int):
            raise ValueError("page() can't be in the order of '$text_score'.")
        if leads_into_list(document_class, key):
            raise ValueError(f"page() can't be in an order by a list, as '{key}' is.")
        field = field_of(document_class, key)
        if field is not None and field._is_secret(None):
            raise ValueError(f"page() can't be in the order of '{key}': its tokens would show it.")
