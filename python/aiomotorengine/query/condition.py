"""Condition: what can be asked of documents, before the class is known whose documents it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

__all__ = ["Condition"]


class Condition(ABC):
    """The base of ``Q`` and of what it combines to."""

    @property
    @abstractmethod
    def empty(self) -> bool:
        """Whether it asks for nothing."""

    @abstractmethod
    def to_query(self, document_class: Any) -> dict[str, Any]:
        """The query as MongoDB takes it.

        Parameters:
            document_class: the class whose documents are looked for.

        Raises:
            ValueError: a key leads nowhere, or a field can't take a value; the text names it.
        """
