"""Which change has a value that the encoder does not take: looked for once it has said no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from aiomotorengine.codec.oversize import oversize_update
from aiomotorengine.codec.unencodable import may_be_about_values, unencodable

__all__ = ["naming_changes"]


@contextmanager
def naming_changes(
    collection: Any, document_class: Any, update: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> Iterator[None]:
    """Around a call of the driver: name the new value that can't be encoded.

    Parameters:
        collection: the driver's collection.
        document_class: the class whose documents are changed.
        update: the update as MongoDB takes it: operators, or the stages of a pipeline.

    Raises:
        InvalidDocumentError: a value can't be encoded.
        OversizeDocumentError: it is too large, or a document would be.
    """
    try:
        yield
    except Exception as error:
        operators: dict[str, Any] = {}
        for part in [update] if isinstance(update, Mapping) else update:
            operators.update(part)
        oversize = oversize_update(document_class, operators, error, collection.codec_options)
        if oversize is not None:
            raise oversize from error
        if not may_be_about_values(error):
            raise
        for changes in operators.values():
            if isinstance(changes, Mapping):
                refusal = unencodable(document_class, changes, collection.codec_options)
                if refusal is not None:
                    raise refusal from refusal.__cause__
        raise
