"""What both codecs promise."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from bson.codec_options import CodecOptions
from bson.objectid import ObjectId

from aiomotorengine.codec.elements import DifferingValue
from aiomotorengine.codec.plan import DocumentPlan
from aiomotorengine.codec.shape import Shape
from aiomotorengine.extension import CONTRACT

if TYPE_CHECKING:
    from aiomotorengine.rows.plan import RowPlan

__all__ = ["CONTRACT", "Codec", "DocumentError", "Implementation", "RowCodec"]


class DocumentError(Exception):
    """One document of many was refused; ``__cause__`` is what its own method raised.

    Attributes:
        index: which document, counted from 0 in the call.
        encoded: what ``encode_many`` has made of the documents before it.
        decoded: what ``decode_many`` has.
        document: where rows are encoded, the document of the one that was refused, or the
            ``RefusedRow`` in its place.
    """

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index
        self.encoded: list[bytes] = []
        self.decoded: list[Any] = []
        self.document: Any = None


class Codec(Protocol):
    """A compiled plan: converts many documents of one class.

    Attributes:
        stepped_back: how many documents a native codec gave to the Python side because it would
            not go on with them.
    """

    stepped_back: int

    def validate_many(self, documents: Sequence[Any]) -> bool:
        """``True`` if every document's ``validate`` is truthy; stops at the first that is not.

        Raises:
            DocumentError: a document's ``validate`` raised.
        """

    def encode_many(
        self,
        documents: Sequence[Any],
        ids: Sequence[Any],
        *,
        validate: bool = False,
        seconds: float | None = None,
    ) -> list[bytes]:
        """One BSON document for each, as ``bson.encode({"_id": id, **document.to_son()})``.

        Parameters:
            documents: the documents.
            ids: their ids.
            validate: whether each document is validated first.
            seconds: after about how long the rest is left for another call. At least one document
                is encoded, and the list has as many as were.

        Raises:
            DocumentError: a document is not valid, or cannot be converted or encoded. It has no
                cause where the document's own ``validate`` returned something falsy.
        """

    def decode_many(
        self, batch: bytes, offsets: Sequence[int] | None = None, *, seconds: float | None = None
    ) -> list[Any]:
        """A document for each of the BSON documents in some bytes; or what the codec's shape asks
        for in its place.

        Parameters:
            batch: the bytes.
            offsets: where each begins; by default they stand end to end, and fill the bytes.
            seconds: after about how long the rest is left for another call, as for ``encode_many``.

        Raises:
            DocumentError: a document cannot be read, or its bytes are no BSON.
            bson.errors.InvalidBSON: it cannot be said where each document begins and ends.
        """

    def compile_rows(self, plan: RowPlan) -> RowCodec:
        """A codec for rows that stand for documents of the class; made once for each source."""


class RowCodec(Protocol):
    """Converts rows by the rules of one source.

    Attributes:
        stepped_back: how many rows a native codec gave to the Python side because it would not go
            on with them.
    """

    stepped_back: int

    def encode_many(
        self,
        rows: Sequence[Any],
        ids: Sequence[Any] | None = None,
        *,
        seconds: float | None = None,
    ) -> list[bytes]:
        """What ``Codec.encode_many`` makes of the documents of rows, which are validated.

        Parameters:
            rows: the rows.
            ids: the id of each that has none of its own; ``None`` for a new one.
            seconds: after about how long the rest is left for another call, as for documents.

        Returns:
            A BSON document for each. Its ``_id`` comes first: the row's own, or else the given or a
            new one.

        Raises:
            DocumentError: a row is refused.
        """


class Implementation(Protocol):
    """One of the two sides: the module ``codec.pure``, or the extension."""

    CONTRACT: int
    IMPLEMENTATION: str

    def compile_plan(
        self, plan: DocumentPlan, codec_options: CodecOptions[Any], shape: Shape | None = None
    ) -> Codec:
        """A codec for one document class; made once per class, codec options and shape.

        Parameters:
            plan: what is known of the class.
            codec_options: those of its collection.
            shape: what documents are read as; by default they are read whole. It makes no
                difference to how they are written.
        """

    def compile_decoder(
        self, codec_options: CodecOptions[Any]
    ) -> Callable[[bytes], dict[str, Any]]:
        """What decodes a document as ``bson.decode`` does by some codec options.

        Where it stands in the place of a document class, it gives PyMongo the dict for a reply.
        """

    def new_object_ids(self, count: int) -> list[ObjectId]:
        """So many new ids, unique as ObjectId's specification asks: across processes and forks."""

    def wrap_many(self, encoded: Sequence[bytes]) -> list[MutableMapping[str, Any]]:
        """Objects that PyMongo copies into a message from their bytes, one for each document."""

    def cut_reply(self, raw: bytes) -> tuple[bytes, str, list[int]] | None:
        """Take the batch out of a server's reply.

        Returns:
            The reply without its batch, the batch's key, and where each of its documents begins in
            the reply. ``None`` if it has no batch.

        Raises:
            bson.errors.InvalidBSON: the bytes do not add up.
        """

    def cut_found(self, raw: bytes) -> tuple[bytes, int] | None:
        """Take the document out of the reply to a command that finds one.

        Returns:
            The reply without the document, and where in the reply that begins. ``None`` if it has
            none.

        Raises:
            bson.errors.InvalidBSON: the bytes do not add up.
        """

    def raw_values(self, raw: bytes) -> dict[str, bytes]:
        """The values of a document by their keys, each as bytes with its type in front.

        Raises:
            bson.errors.InvalidBSON: the bytes do not add up.
            UnicodeDecodeError: a key is no text.
        """

    def differing_values(self, stored: bytes, before: bytes, now: bytes) -> list[DifferingValue]:
        """The values that differ between encodings of a document.

        Parameters:
            stored: the document as it is stored.
            before: what it would have written for that.
            now: what it writes.

        Returns:
            The keys that have another value now than before; then those that have none now; then
            those that only the stored document has. Each comes with the three values, as
            ``raw_values`` has them, or ``None``. A null in the place of nothing is no difference.

        Raises:
            Exception: as for ``raw_values``.
        """
