"""Where documents are written: the collection, and the session in which that happens."""

from __future__ import annotations

from typing import Any, NamedTuple

from aiomotorengine.drivers import Driver
from aiomotorengine.writing.transactions import transaction_of

__all__ = ["Target"]


class Target(NamedTuple):
    """Where documents are written.

    Attributes:
        collection: the driver's collection.
        document_class: the class of the query set.
        session: PyMongo's session that the running task is bound to, if there is one.
        driver: the driver of the collection; without a session it is not asked.
        alias: the connection that the caller named, if it named one.
    """

    collection: Any
    document_class: type[Any]
    session: Any = None
    driver: Driver | None = None
    alias: str | None = None

    def of(self, document_class: Any) -> Target:
        """Where documents of another class are written in the same call.

        A class without an ``__alias__`` of its own is on the connection that the caller named.
        """
        target: Target = document_class.objects._target(document_class.__alias__ or self.alias)
        return target

    @property
    def transaction(self) -> object | None:
        """The transaction that goes on in the session; compare it with ``is``."""
        return transaction_of(self.session)
