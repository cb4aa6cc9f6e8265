"""How the driver is asked for something else than documents, and what is said of failures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from aiomotorengine.query.expressions import NEAR, mentions
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.sessions.target import Target
from aiomotorengine.wire.answers import protocol_errors
from aiomotorengine.wire.dicts import as_dicts
from aiomotorengine.wire.requests import can_encode

__all__ = ["first_stages", "naming_failures", "with_dicts"]


def first_stages(query: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a pipeline begins with that goes on with what a query finds.

    Raises:
        ValueError: it is by distance, and no pipeline begins with such a query.
    """
    if mentions(query, NEAR):
        raise ValueError("An aggregation takes no 'near': use geo_within_distance.")
    return [{"$match": query}] if query else []


def with_dicts(collection: Any) -> Any:
    """The same collection, of which documents are read as dicts."""
    return collection.with_options(codec_options=as_dicts(collection.codec_options))


@contextmanager
def naming_failures(target: Target, filters: QNode, query: Mapping[str, Any]) -> Iterator[None]:
    """Around a call of the driver that reads: say what can be said of a failure.

    Raises:
        ValueError: a condition has a value that can't be encoded.
        pymongo.errors.ProtocolError: the answer makes no sense.
    """
    try:
        yield
    except Exception:
        with (
            naming_values(target.collection, (target.document_class, filters)),
            protocol_errors(
                target.document_class, lambda: can_encode(target.collection, query), is_read=True
            ),
        ):
            raise
