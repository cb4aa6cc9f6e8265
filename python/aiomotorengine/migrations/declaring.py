"""``@migration``: a function that converts the documents of a collection, one by one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import update_wrapper
from typing import Any, Literal, TypeVar, overload

from aiomotorengine.migrations.converting import Converter, Removal
from aiomotorengine.migrations.report import MigrationReport
from aiomotorengine.migrations.running import Progress, Run, Settings
from aiomotorengine.query_builder.node import QNode
from aiomotorengine.sessions.target import target_of
from aiomotorengine.storage.base import DocumentStorage

__all__ = ["Migration", "migration"]

S = TypeVar("S")
T = TypeVar("T", bound=DocumentStorage)

Function = Callable[[S], T | Removal | Awaitable[T | Removal | None] | None]
"""What is given a stored document, and returns what becomes of it."""


@overload
def migration(
    source: type[S],
    target: type[T],
    *,
    name: str,
    filter: QNode | Mapping[str, Any] | None = None,
    batch_size: int = 1000,
    on_error: Literal["raise", "collect"] = "raise",
) -> Callable[[Function[S, T]], Migration]: ...
@overload
def migration(
    source: str,
    target: type[T],
    *,
    name: str,
    filter: Mapping[str, Any] | None = None,
    batch_size: int = 1000,
    on_error: Literal["raise", "collect"] = "raise",
) -> Callable[[Function[dict[str, Any], T]], Migration]: ...


def migration(
    source: Any,
    target: Any,
    *,
    name: str,
    filter: QNode | Mapping[str, Any] | None = None,  # noqa: A002  # as of a query set
    batch_size: int = 1000,
    on_error: Literal["raise", "collect"] = "raise",
) -> Callable[[Callable[[Any], Any]], Migration]:
    """Declare a migration: a function that is given each document of a collection.

    It returns the document that is to be stored in the place of that one, under the same ``_id``;
    ``None`` to leave it as it is, or ``DELETE`` to remove it. It may be async. A batch is done as a
    whole or not at all, and a migration that was stopped goes on where it was. So the function may
    be called more than once for a document, and should do nothing else.

    Parameters:
        source: the class that the stored documents are of, in a version that can read them; or the
            name of the collection, to be given dicts.
        target: the class of what the function returns, in the same collection.
        name: what the migration is called, for ever: by that the database knows whether it is done.
        filter: which documents are meant, as ``filter`` of a query set takes it; by default all.
        batch_size: how many documents are done at once.
        on_error: ``"raise"`` what is wrong with a document, or ``"collect"`` it in the report.

    Raises:
        ValueError: ``source`` and ``target`` have different collections, or an argument is none of
            what it may be.
        TypeError: ``filter`` is a ``Q``, and ``source`` no class.

    Example:
        >>> from aiomotorengine import Document, StringField, migration
        >>> class OldUser(Document):
        ...     __collection__ = "users"
        ...     name = StringField()
        >>> class User(Document):
        ...     __collection__ = "users"
        ...     first = StringField(required=True)
        >>> @migration(OldUser, User, name="split-names", filter={"name": {"$exists": True}})
        ... def split(old):
        ...     return User(first=old.name.partition(" ")[0])
        >>> async def upgrade():
        ...     report = await split.run()
        ...     print(report)
    """
    collection = source if isinstance(source, str) else source.__collection__
    if collection != target.__collection__ or collection is None:
        raise ValueError(
            f"A migration stays in one collection, and {collection!r} is not that of "
            f"{target.__name__}, {target.__collection__!r}."
        )
    if isinstance(source, str) and not isinstance(filter, Mapping | None):
        raise TypeError("Dicts are found by a query as MongoDB takes it, not by a Q.")
    if on_error not in ("raise", "collect"):
        raise ValueError(f"on_error must be 'raise' or 'collect', not {on_error!r}.")
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError(f"batch_size must be a whole number, 1 or more, not {batch_size!r}.")
    settings = Settings(name, batch_size, on_error == "collect")
    return lambda function: Migration(function, source, target, settings, filter)


class Migration:
    """A function that converts documents, and what runs it; what ``@migration`` makes.

    Calling it calls the function.

    Attributes:
        name: the name by which databases know it.
        document_class: the class of what it makes.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        source: Any,
        target: Any,
        settings: Settings,
        condition: QNode | Mapping[str, Any] | None,
    ) -> None:
        self.name = settings.name
        self._function = function
        self._source = None if isinstance(source, str) else source
        self.document_class = target
        self._settings = settings
        self._condition = condition
        update_wrapper(self, function)

    def __call__(self, document: Any) -> Any:
        return self._function(document)

    async def run(
        self,
        alias: str | None = None,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
        restart: bool = False,
    ) -> MigrationReport:
        """Convert all documents, from where an earlier run has stopped. Nothing, if it is done.

        Parameters:
            alias: the connection; by default the ``__alias__`` of the target's class.
            dry_run: whether nothing is written, and all documents are converted only.
            progress: a function that is called after each batch with what was done so far.
            restart: whether it begins again, whatever was done.

        Returns:
            What was done, in all runs together.

        Raises:
            MigrationError: a document can't be converted, and what comes before its batch is done;
                or somebody else runs the migration.
            RuntimeError: this is inside a transaction.
        """
        target = target_of(self.document_class, alias)
        if target.transaction is not None:
            raise RuntimeError(
                f"The migration '{self.name}' makes transactions of its own; run it outside."
            )
        options = target.codec_options
        converter = Converter(self._function, self._source, self.document_class, options)
        run = Run(self._settings, target, self._query(), converter, progress)
        return await (run.try_out() if dry_run else run.go(restart=restart))

    def _query(self) -> Mapping[str, Any]:
        if self._source is None:
            return self._condition if isinstance(self._condition, Mapping) else {}
        found = self._source.objects
        if self._condition is not None:
            found = found.filter(self._condition)
        query: Mapping[str, Any] = found.to_query()
        return query

    def __repr__(self) -> str:
        return f"<Migration {self.name}>"
