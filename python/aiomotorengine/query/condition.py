"""Condition: what can be asked of documents, before the class is known whose documents it is."""

from __future__ import annotations

from typing import Any

__all__ = ["Condition"]


class Condition:
    """The base of ``Q`` and of what it combines to; a plain class, since queries are asked often
    whether they are one, which takes long of abstract ones."""

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing."""
        raise NotImplementedError(f"{type(self).__name__} has no empty of its own.")

    def to_query(self, document_class: Any) -> dict[str, Any]:
        """The query as MongoDB takes it.

        Parameters:
            document_class: the class whose documents are looked for.

        Raises:
            ValueError: a key leads nowhere, or a field can't take a value; the text names it.
        """
        raise NotImplementedError(f"{type(self).__name__} has no to_query of its own.")
