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
    """

    collection: Any
    document_class: type[Any]
    session: Any = None
    driver: Driver | None = None

    @property
    def transaction(self) -> object | None:
        """The transaction that goes on in the session; compare it with ``is``."""
        return transaction_of(self.session)
