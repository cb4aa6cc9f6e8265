"""What a query finds is changed: all of it, or one document, which may come back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal, TypeVar

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, OperationFailure

from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.documents.versions import version_field
from aiomotorengine.query_builder.encoding import naming_values
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.reading.documents import found_document
from aiomotorengine.sessions.target import Target
from aiomotorengine.update.compiling import compiled, planned, touched_by
from aiomotorengine.update.conditions import array_filters_of
from aiomotorengine.update.definition import update_document
from aiomotorengine.update.encoding import naming_changes
from aiomotorengine.update.equalities import named_once
from aiomotorengine.update.raw import operations_in
from aiomotorengine.update.result import UpdateResult
from aiomotorengine.update.stamps import next_version, stamps, with_stamps
from aiomotorengine.update.update_operator import UpdateOperator
from aiomotorengine.update.upserting import Insertion
from aiomotorengine.wire.acknowledged import is_acknowledged, refuse_unacknowledged
from aiomotorengine.wire.answers import checked_count, protocol_errors
from aiomotorengine.wire.duplicates import may_be_lost_race, unique_violations
from aiomotorengine.wire.found_replies import with_found_as_bytes
from aiomotorengine.wire.nulls import null_key
from aiomotorengine.wire.plain_replies import with_plain_replies
from aiomotorengine.wire.requests import can_encode
from aiomotorengine.writing.ensuring import ensure_remembered
from aiomotorengine.writing.saving import time_zone_of
from aiomotorengine.writing.upserted import Found, find_and_modify, note_insertion
from aiomotorengine.writing.versions import drop_null_versions

__all__ = [
    "ArrayFilters",
    "PlannedUpdate",
    "Returns",
    "Update",
    "as_it_came",
    "change_all",
    "find_one_and_update",
    "return_document_of",
    "update_by",
    "update_many",
    "update_one",
]

T = TypeVar("T")

REPEATABLE = frozenset(
    ("$addToSet", "$currentDate", "$inc", "$max", "$min", "$pull", "$pullAll", "$set", "$unset")
)
"""Operators that change nothing the second time, and ``$inc``, which counts the version."""

Returns = Literal["after", "before"]
Changes = Sequence[UpdateOperator | Mapping[Any, Any]]
ArrayFilters = Mapping[str, QNode] | Sequence[Mapping[str, Any]]
Order = Sequence[tuple[str, int]]


class Update:
    """An update as MongoDB takes it, and how it is sent.

    Parameters:
        document: what is done: operators, or a pipeline.
        array_filters: conditions for the items that it names with ``$[name]``.
        insertion: the document that it inserts where it finds none.

    Attributes:
        is_complete: whether nothing comes by itself besides.
    """

    __slots__ = ("_array_filters", "_document", "_insertion", "is_complete")

    def __init__(
        self,
        document: Any,
        array_filters: Sequence[Any] | None = None,
        insertion: Insertion | None = None,
    ) -> None:
        self._document = document
        self._array_filters = array_filters
        self._insertion = insertion
        self.is_complete = True

    def complete(self, target: Target, filters: QNode) -> None:
        """Take in what comes by itself, besides what the program names.

        Parameters:
            target: where it is done.
            filters: what is changed.
        """

    @property
    def id(self) -> Any:
        """The ``_id`` of what it inserts; ``None`` where the server would choose one."""
        return None if self._insertion is None else self._insertion.id

    @property
    def inserts(self) -> bool:
        """Whether it inserts a document where it finds none."""
        return self._insertion is not None

    async def send(
        self,
        target: Target,
        filters: QNode,
        ask: Callable[..., Awaitable[Any]],
        read: Callable[[Target, Any], T],
        of_many: bool = False,
        **options: Any,
    ) -> T:
        """What the driver answers.

        Parameters:
            target: where it is done.
            filters: what is changed.
            ask: asks the driver: it takes the query, the update, and options by name.
            read: what becomes of the answer. It is called here, since each coroutine more that
                waits for the driver costs more than it does.
            of_many: whether it changes more than one document.
            options: more of the options.

        Raises:
            ValueError: a value in the conditions is refused, or can't be encoded.
            InvalidDocumentError: a new value can't be encoded.
            UniqueKeyViolationError: another document has the value of a unique field.
            pymongo.errors.PyMongoError: the server refused it, or could not be asked.
        """
        document_class, insertion = target.document_class, self._insertion
        query: Mapping[str, Any] = filters.to_query(document_class)
        # What says nothing is left out: drivers look at each argument.
        if target.matching:
            options = {**target.matching, **options}
        if self._array_filters is not None:
            options["array_filters"] = self._array_filters
        if insertion is not None:
            query = named_once(document_class, query)
            options["upsert"] = True
            await ensure_remembered(target, document_class)
        try:
            # Without options it is called as it costs least.
            document = self._document
            answer = await (ask(query, document, **options) if options else ask(query, document))
        except DuplicateKeyError as error:
            is_lost = insertion is not None and may_be_lost_race(error, insertion.equalities)
            # In a transaction nothing can be sent any more.
            if not is_lost or target.transaction is not None:
                with unique_violations(document_class):
                    raise
        except OperationFailure as error:
            if not await self._drops_nulls(target, query, error, of_many=of_many):
                with self._naming(target, filters, query):
                    raise
        except Exception:
            with self._naming(target, filters, query):
                raise
        else:
            return read(target, answer)
        # If somebody else has inserted it meanwhile, it is there to be changed now.
        with unique_violations(document_class), self._naming(target, filters, query):
            answer = await ask(query, self._document, **options)
        return read(target, answer)

    async def _drops_nulls(
        self, target: Target, query: Mapping[str, Any], error: OperationFailure, *, of_many: bool
    ) -> bool:
        """Whether the update may be sent again, since the documents that had null for their
        version, which can't be counted up, have none now.

        An update of many may have changed some of them before the error.

        Parameters:
            target: where it is done.
            query: what is changed.
            error: the server's answer.
            of_many: whether it changes more than one document.
        """
        field = version_field(target.document_class)
        if field is None or target.transaction is not None or null_key(error) != field.db_field:
            return False
        if of_many and not is_repeatable(self._document, field.db_field):
            return False
        await drop_null_versions(target, query)
        return True

    @contextmanager
    def _naming(self, target: Target, filters: QNode, query: Mapping[str, Any]) -> Iterator[None]:
        """What says more of a failure; entered once there is one, so that others pay nothing."""
        collection, document_class = target.collection, target.document_class
        with (
            naming_values(collection, (document_class, filters)),
            naming_changes(collection, document_class, self._document),
            protocol_errors(
                document_class, lambda: can_encode(collection, query, {"u": self._document})
            ),
        ):
            yield


class PlannedUpdate(Update):
    """What is to be done to whatever documents are found. No server is asked for it.

    It is sent once it is ``complete``.

    Parameters:
        document_class: the class of the documents.
        changes: what ``U`` makes, and mappings.
        upsert: whether a document is inserted where none is found.
        array_filters: conditions for the items that a path names with ``$[name]``.
        stamps: whether automatic dates are set.
        validate: whether fields are asked if they may have their new values, and whether what an
            upsert inserts has to be whole.
        takes_definition: whether a mapping by itself is one, as ``update_document`` takes it.

    Attributes:
        operations: what is done, path by path.

    Raises:
        ValueError: a change leads nowhere, or they do not go together.
        InvalidDocumentError: a field refuses its new value.
        TypeError: something is no change.
    """

    __slots__ = ("_sets_dates", "_upserts", "_validates", "operations")

    def __init__(
        self,
        document_class: Any,
        changes: Changes,
        upsert: bool = False,
        array_filters: ArrayFilters | None = None,
        stamps: bool = True,
        validate: bool = True,
        takes_definition: bool = False,
    ) -> None:
        conversion = conversion_of(document_class)
        self.is_complete = not (upsert or conversion.stamps or conversion.version is not None)
        self._insertion = self._array_filters = None
        self._sets_dates = stamps
        self._upserts = upsert
        self._validates = validate
        if takes_definition and len(changes) == 1 and not isinstance(changes[0], UpdateOperator):
            self._document = update_document(document_class, changes[0])
            operations, is_plain = list(operations_in(document_class, self._document)), False
            self._sets_dates = stamps and upsert
        else:
            operations, is_plain = planned(conversion, changes, validate, upsert)
            self._document = compiled(document_class, operations) if self.is_complete else None
        self.operations = operations
        if array_filters is not None or not is_plain:
            self._array_filters = array_filters_of(operations, array_filters)

    def complete(self, target: Target, filters: QNode) -> None:
        """Take in what comes by itself, besides what the program names.

        Parameters:
            target: where it is done.
            filters: what is changed.

        Raises:
            ValueError: what may be inserted can't be said, or a filter has a value its field
                refuses.
            InvalidDocumentError: what may be inserted has no value for a required field.
        """
        if self.is_complete:
            return
        document_class, zone = target.document_class, time_zone_of(target.codec_options)
        given = self.operations
        touched = {key for key, _ in touched_by(given)}
        operations = [*given, *next_version(document_class, touched)]
        if self._sets_dates:
            operations += stamps(document_class, zone, touched, inserting=self._upserts)
        if self._upserts:
            query = filters.to_query(document_class)
            insertion = Insertion(document_class, query, operations, zone, stamps=self._sets_dates)
            operations += insertion.operations(validate=self._validates)
            self._insertion = insertion
        if self._document is None or len(operations) > len(given):
            self._document = compiled(document_class, operations)
        self.operations, self.is_complete = operations, True


def update_by(
    document_class: Any,
    changes: Changes,
    upsert: bool,
    array_filters: ArrayFilters | None,
    stamps: bool,
    validate: bool,
) -> Update:
    """What changes do to whatever documents are found; parameters as for ``PlannedUpdate``.

    Raises:
        Exception: as for ``PlannedUpdate``.
    """
    conversion = conversion_of(document_class)
    if (
        len(changes) == 1
        and isinstance(changes[0], UpdateOperator)
        and not (upsert or conversion.stamps)
        and conversion.version is None
        and array_filters is None
    ):
        # As most are: there is nothing to plan.
        document = changes[0].at_once(conversion, validate)
        if document is not None:
            return Update(document)
    return PlannedUpdate(document_class, changes, upsert, array_filters, stamps, validate)


def is_repeatable(document: Any, version: str) -> bool:
    """Whether an update of MongoDB changes nothing the second time but the version."""
    if not isinstance(document, Mapping):
        return False
    counted = document.get("$inc", {})
    return document.keys() <= REPEATABLE and counted.keys() <= {version}


def change_all(
    target: Target,
    filters: QNode,
    change: Mapping[str, Any],
    *,
    array_filters: Sequence[Mapping[str, Any]] | None = None,
) -> Awaitable[UpdateResult]:
    """Change all documents that meet some conditions by an update of MongoDB, with stamps.

    Parameters:
        target: where they are stored.
        filters: the conditions.
        change: operators with keys and values.
        array_filters: conditions for the items that it names with ``$[name]``.

    Raises:
        Exception: as for ``update_many``.
    """
    zone = time_zone_of(target.codec_options)
    stamped = with_stamps(target.document_class, change, zone)
    update = Update(stamped, array_filters)
    return update.send(target, filters, ask_for_all(target), result_of, of_many=True)


def update_many(target: Target, filters: QNode, update: PlannedUpdate) -> Awaitable[UpdateResult]:
    """Change all documents that meet some conditions.

    Parameters:
        target: where they are stored.
        filters: the conditions.
        update: what is done.

    Raises:
        ValueError: a value in the conditions is refused, or can't be encoded.
        InvalidDocumentError: a new value can't be encoded, or a required one is missing in what may
            be inserted.
        UniqueKeyViolationError: another document has the value of a unique field.
        pymongo.errors.PyMongoError: the server refused it, or could not be asked.
    """
    update.complete(target, filters)
    return update.send(target, filters, ask_for_all(target), result_of, of_many=True)


def ask_for_all(target: Target) -> Callable[..., Awaitable[Any]]:
    return target.asking(with_plain_replies(target.collection).update_many)


def update_one(
    target: Target, filters: QNode, order: Order, update: Update
) -> Awaitable[UpdateResult]:
    """Change the first document that meets some conditions; parameters as above, and the order."""
    if not update.is_complete:
        update.complete(target, filters)
    collection = target.collection
    if not order:
        ask = target.asking(with_plain_replies(collection).update_one)
        return update.send(target, filters, ask, result_of)
    # The server's update command knows no order before MongoDB 8.
    return update.send(
        target,
        filters,
        target.asking(collection.find_one_and_update),
        partial(result_of_found, update.id),
        sort=list(order),
        projection={"_id": True},
    )


def find_one_and_update(
    target: Target,
    filters: QNode,
    order: Order,
    update: Update,
    returns: Returns = "after",
) -> Awaitable[Any | None]:
    """Change the first document that meets some conditions, and return it.

    Parameters:
        target: where it is stored.
        filters: the conditions.
        order: which is the first.
        update: what is done.
        returns: whether it comes as it is ``"after"`` the change, or as it was ``"before"``.

    Raises:
        StoredValueError: it was changed, and cannot be read.
        ValueError: no answer is waited for.
        Exception: as for ``update_many``.
    """
    if not target.is_answered:
        refuse_unacknowledged(target, "find_one_and_update()")
    options: dict[str, Any] = {"return_document": return_document_of(returns)}
    if order:
        options["sort"] = list(order)
    if not update.is_complete:
        update.complete(target, filters)
        if update.inserts:
            ask = partial(find_and_modify, target, "find_one_and_update")
            return update.send(target, filters, ask, found_or_inserted, **options)
    as_bytes = with_found_as_bytes(target.collection)
    return update.send(
        target, filters, target.asking(as_bytes.find_one_and_update), found_document, **options
    )


def return_document_of(returns: Any) -> bool:
    """What the driver calls which of the two documents is returned.

    Raises:
        ValueError: it is neither.
    """
    if returns == "after":
        return ReturnDocument.AFTER
    if returns == "before":
        return ReturnDocument.BEFORE
    raise ValueError(f"returns must be 'after' or 'before', not {returns!r}.")


def as_it_came(target: Target, answer: Any) -> Any:
    """The driver's answer itself."""
    return answer


def found_or_inserted(target: Target, found: Found) -> Any | None:
    """The document that an upsert has found, or inserted.

    Raises:
        StoredValueError: it cannot be read.
    """
    document = found_document(target, found.stored)
    if found.is_inserted:
        note_insertion(target, document)
    return document


def result_of_found(upserted_id: Any, target: Target, found: Any) -> UpdateResult:
    """What it says that a document was found and changed, or that none was.

    Parameters:
        upserted_id: the ``_id`` of what is inserted where none is found.
        target: where it was looked for.
        found: the driver's answer.
    """
    if not is_acknowledged(target):
        return UpdateResult(0)
    return UpdateResult(0, 0, upserted_id) if found is None else UpdateResult(1)


def result_of(target: Target, answer: Any) -> UpdateResult:
    """What the driver's answer says.

    Raises:
        pymongo.errors.ProtocolError: it makes no sense.
    """
    said = answer.raw_result
    if said is None:  # nothing was waited for
        return UpdateResult(0)
    try:
        upserted_id, count = said.get("upserted"), said.get("n", 0)
        if upserted_id is not None:
            count = 0
        elif type(count) is not int or count < 0:
            checked_count(count)  # which says what it is instead of a number
        return UpdateResult(count, said.get("nModified"), upserted_id)
    except Exception:
        with protocol_errors(target.document_class):
            raise
