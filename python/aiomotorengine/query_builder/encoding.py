"""Which condition has a value that the encoder does not take: looked for once it has said no."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bson.codec_options import CodecOptions
from pymongo.errors import DocumentTooLarge

from aiomotorengine.codec.oversize import shares_of
from aiomotorengine.codec.unencodable import may_be_about_values, unencodable
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.query_builder.node import (
    Q,
    QCombination,
    QExpression,
    QNode,
    QNodeVisitor,
    QNot,
)
from aiomotorengine.query_builder.transform import (
    RAW,
    condition,
    invalid_value,
    is_raw_query,
)

__all__ = ["naming_values"]


@contextmanager
def naming_values(collection: Any, *conditions: tuple[Any, QNode]) -> Iterator[None]:
    """Around a call of the driver: name the value of a condition that can't be encoded.

    Parameters:
        collection: the driver's collection.
        conditions: what names mean (a document class, or what a group has left), and the
            conditions that are sent.

    Raises:
        ValueError: a value can't be encoded; the text names its field.
    """
    try:
        yield
    except Exception as error:
        if not may_be_about_values(error):
            raise
        for names, node in conditions:
            refusal = node.accept(UnencodableVisitor(names, collection.codec_options))
            if refusal is not None:
                raise refusal from refusal.__cause__
            if type(error) is DocumentTooLarge:  # and not about a document of the program's
                document_class = getattr(names, "document_class", names)
                taken = shares_of(document_class, node.to_query(names), collection.codec_options)
                error.add_note(f"Of the filters, {taken} bytes of BSON.")
        raise


class UnencodableVisitor(QNodeVisitor[ValueError | None]):
    """The error for the first condition with a value that the encoder does not take.

    Parameters:
        names: what the names of the conditions mean.
        codec_options: the encoder's options.
    """

    def __init__(self, names: Any, codec_options: CodecOptions[Any]) -> None:
        self.names = names
        self.codec_options = codec_options

    def visit_query(self, query: Q) -> ValueError | None:
        filters = dict(query.query)
        raw = dict(query.raw or {})
        if is_raw_query(self.names, filters):
            raw |= filters.pop(RAW)
        for key in sorted(filters):
            error = self.unencodable(condition(self.names, key, filters[key]))
            if error is not None:
                return invalid_value(self.names, key, error)
        for key, value in raw.items():
            error = self.unencodable({key: value})
            if error is not None:
                refusal = ValueError(f"Invalid value for '{key}' in a raw query: {error}")
                refusal.__cause__ = error
                return refusal
        return None

    def visit_expression(self, condition: QExpression) -> ValueError | None:
        error = self.unencodable(condition.to_query(self.names))
        if error is None:
            return None
        refusal = ValueError(f"Invalid value in a condition with F: {error}")
        refusal.__cause__ = error
        return refusal

    def visit_not(self, negation: QNot) -> ValueError | None:
        return negation.query.accept(self)

    def visit_combination(self, combination: QCombination) -> ValueError | None:
        errors = (child.accept(self) for child in combination.children)
        return next(filter(None, errors), None)

    def unencodable(self, query: Mapping[str, Any]) -> InvalidDocumentError | None:
        document_class = getattr(self.names, "document_class", self.names)
        return unencodable(document_class, query, self.codec_options)
