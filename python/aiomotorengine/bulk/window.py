"""How many documents are sent at once where the server may refuse all of them."""

from __future__ import annotations

from aiomotorengine.bulk.stock import Limits

__all__ = ["Window"]

MOST_REFUSED = 125
"""How many of a batch may be refused. The driver makes its error of all the answer in one go, which
holds the event loop; ``make soak`` prints how long."""


class Window:
    """How many documents the next batch may have, by how many of those before it were refused.

    As where a network may drop what it is sent, it begins with few, doubles, and follows what is
    learned.

    Parameters:
        limits: how many a batch has at most.
        goes_on: whether the server goes on after one that it refuses. Where it does not, there is
            never more than one, and nothing to learn.

    Attributes:
        size: how many documents the next batch may have.
    """

    def __init__(self, limits: Limits, *, goes_on: bool) -> None:
        self._most = limits.documents
        self._learns = goes_on and not limits.are_given
        self.size = min(MOST_REFUSED, self._most) if self._learns else self._most

    def answered(self, documents: int, refused: int) -> None:
        """A batch had its answer.

        Parameters:
            documents: how many it had.
            refused: how many of them were refused.
        """
        if self._learns:
            fitting = max(1, documents * MOST_REFUSED // refused) if refused else self._most
            self.size = min(fitting, max(MOST_REFUSED, 2 * documents), self._most)
