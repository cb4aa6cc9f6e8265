"""The query sets of typed documents, which always give a document where one is saved."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from aiomotorengine.document import BaseDocument, Objects
from aiomotorengine.errors import AbstractClassError
from aiomotorengine.queryset import QuerySet

if TYPE_CHECKING:
    from collections.abc import Callable

    from pymongo.asynchronous.collection import AsyncCollection

    from aiomotorengine.bulk import BulkReport, Destination
    from aiomotorengine.drivers.motor import MotorCollection
    from aiomotorengine.query_builder.node import QNode
    from aiomotorengine.rows import Rows
    from aiomotorengine.sessions.options import WriteConcernLike

    class SaveArguments(TypedDict, total=False):
        """What ``save`` takes by keyword."""

        upsert: bool
        only_changed: bool | None
        validate: bool
        hooks: bool
        force_insert: bool
        must_exist: bool
        condition: QNode | Mapping[str, Any] | None
        check_version: bool
        session: Any
        write_concern: WriteConcernLike | None

    class BulkArguments(TypedDict, total=False):
        """What ``bulk_insert`` takes by keyword."""

        ordered: bool
        report: BulkReport | None
        progress: Callable[[BulkReport], object] | None
        rejects: Destination | None
        resume: BulkReport | None
        validate: bool
        hooks: bool
        session: Any
        write_concern: WriteConcernLike | None


__all__ = ["TypedObjects", "TypedQuerySet"]

D = TypeVar("D", bound=BaseDocument)


class TypedQuerySet(QuerySet[D]):
    """A query on one class of typed documents: what ``User.objects`` gives.

    It does what any query set does. Since a typed document is never kept from being saved without
    an error, type checkers know that the methods which save one give one. What ``coll`` gives is of
    PyMongo or of Motor; where these differ, as in ``aggregate``, checkers want to be told by an
    ``isinstance``.
    """

    if TYPE_CHECKING:

        def coll(
            self, alias: str | None = None
        ) -> AsyncCollection[dict[str, Any]] | MotorCollection: ...
        async def create(self, /, alias: str | None = None, **values: Any) -> D: ...
        async def save(
            self, document: D, alias: str | None = None, **options: Unpack[SaveArguments]
        ) -> D: ...
        async def bulk_insert(
            self,
            documents: Iterable[D] | AsyncIterable[D] | Rows,
            callback: Any = None,
            alias: str | None = None,
            **options: Unpack[BulkArguments],
        ) -> list[D]: ...
        async def get_or_create(
            self, /, *, defaults: Mapping[str, Any] | None = None, **filters: Any
        ) -> tuple[D, bool]: ...


class TypedObjects(Objects):
    """``Model.objects`` of typed documents."""

    def __get__(self, instance: D | None, owner: type[D]) -> TypedQuerySet[D]:
        if owner.__collection__ is None:
            raise AbstractClassError.of(owner)
        return TypedQuerySet(owner)
