"""Database: a client and one of its databases."""

from __future__ import annotations

from inspect import isawaitable
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Database"]


class Database:
    """A client with one of its databases; what ``connect`` and ``get_connection`` return.

    Any attribute that is not its own comes from the driver's database, and items are collections.
    ``async with connect(…) as database:`` disconnects at its end what that call has connected, and
    waits for it.

    Parameters:
        connection: the driver's client.
        database: the driver's database.
    """

    def __init__(self, connection: Any, database: Any) -> None:
        self._connection = connection
        self._database = database

    @property
    def connection(self) -> Any:
        """The driver's client."""
        return self._connection

    @property
    def database(self) -> Any:
        """The driver's database."""
        return self._database

    async def ping(self) -> dict[str, Any]:
        """Ask the server for a sign of life.

        Returns:
            Its reply, in which ``ok`` is ``1.0``.
        """
        reply: dict[str, Any] = await self.database.command("ping")
        return reply

    def watch(self, *watched: Any, **options: Any) -> Any:
        """The changes to documents of some classes, in one stream; without a class, the driver's
        own stream of all changes in the database.

        Parameters:
            watched: document classes that are kept here; or what the driver's ``watch`` takes.
            options: as for ``QuerySet.watch``, but ``fields``; or the driver's.

        Raises:
            ValueError: a class is kept in another database, or an argument says what there is not.
            TypeError: an argument is none of what it has to be.

        Example:
            >>> from aiomotorengine import Document, StringField
            >>> from aiomotorengine.connection import get_connection
            >>> class Order(Document):
            ...     state = StringField()
            >>> class Payment(Document):
            ...     state = StringField()
            >>> async def follow():
            ...     async with get_connection().watch(Order, Payment) as changes:
            ...         async for change in changes:
            ...             print(change.document_class.__name__, change.operation)
        """
        watch_classes = getattr(watched[0], "_watched_with", None) if watched else None
        if watch_classes is None:
            return self.database.watch(*watched, **options)
        return watch_classes(self.database, watched, self._alias, **options)

    @property
    def _alias(self) -> str | None:
        """The name of the connection, where it has one."""
        return None

    def disconnect(self) -> None:
        """Close the client."""
        self.connection.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._end()

    async def _end(self) -> None:
        """Close the client, and wait until it is closed."""
        closing = self.connection.close()
        if isawaitable(closing):
            await closing

    def __getattr__(self, name: str) -> Any:
        if name in ("connection", "database", "_connection", "_database"):
            raise AttributeError(name)  # not set yet: a copy, or a pickle, in the making
        return getattr(self.database, name)

    def __getitem__(self, name: str) -> Any:
        return self.database[name]

    def __repr__(self) -> str:
        return f"<Database {self.database.name}>"
