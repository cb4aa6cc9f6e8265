"""What an aggregation gives, as it arrives: mappings, or instances of a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from aiomotorengine.pacing import Pace
from aiomotorengine.reading import documents as reading
from aiomotorengine.reading.documents import (
    Decoded,
    DocumentDecoder,
    Reading,
    StoredDecoder,
    Unreadable,
)
from aiomotorengine.sessions.target import Target
from aiomotorengine.storage.derived import mark_as_derived
from aiomotorengine.wire.replies import Batch

__all__ = ["nothing", "results"]


class DerivedDecoder(DocumentDecoder):
    """Makes instances of a class that stand for no stored documents."""

    def decode(self, batch: Batch, offsets: Sequence[int], pace: Pace) -> Decoded:
        decoded = super().decode(batch, offsets, pace)
        mark_as_derived(decoded.documents)
        return decoded

    def convert(self, stored: Sequence[Mapping[str, Any]]) -> Decoded:
        decoded = super().convert(stored)
        mark_as_derived(decoded.documents)
        return decoded


def results(
    target: Target,
    pipeline: Sequence[Mapping[str, Any]],
    made: Any = None,
    *,
    is_derived: bool = True,
    on_unreadable: Unreadable | None = None,
    naming: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Reading:
    """The results of an aggregation.

    Parameters:
        target: what is aggregated.
        pipeline: the stages, as MongoDB takes them.
        made: the class of which they become instances; ``None`` for mappings.
        is_derived: whether these stand for no stored documents.
        on_unreadable: takes each result of which no instance can be made, with the error, which is
            raised if there is none.
        naming: what names the value that cannot be encoded, around each request.
    """
    if made is None:
        return reading.results(target, pipeline, StoredDecoder(target.collection), naming)
    kind = DerivedDecoder if is_derived else DocumentDecoder
    decoder = kind(target.with_class(made), on_unreadable)
    return reading.results(target, pipeline, decoder, naming)


def nothing(target: Target) -> Reading:
    """No results, for which nobody is asked."""
    return Reading(None, StoredDecoder(target.collection))
