"""ForwardClass: a document class that an annotation names before there is one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, Union

from aiomotorengine import registry

__all__ = ["ForwardClass"]


class ForwardClass:
    """A document class that an annotation names before there is one, in the place of which it is.

    It is looked for when it is first needed: beside the class that has the annotation, around that,
    in its module, and then among all document classes.

    Parameters:
        name: the name in the annotation, which may have a module's in front.
        place: the class and the attribute that are annotated, for messages.
        module: the name of the module of that class.
        qualname: the qualified name of that class.
    """

    __slots__ = ("module", "name", "place", "qualname")

    def __init__(self, name: str, place: str, module: str, qualname: str) -> None:
        self.name = name
        self.place = place
        self.module = module
        self.qualname = qualname

    def find(self) -> Any:
        """What the name stands for by now.

        Raises:
            NameError: still nothing.
            ImportError: several document classes have that name, and none of them is nearer.
        """
        for found in self._nearby():
            return found
        bare = self.name.rpartition(".")[2]
        if any(known.__name__ == bare for known in registry.documents()):
            return registry.get_document(bare)
        raise NameError(f"{self.place}: '{self.name}' is not defined.", name=self.name)

    def _nearby(self) -> Iterator[Any]:
        *around, _ = self.qualname.split(".")
        while around:
            sibling = registry.find(self.module, ".".join((*around, self.name)))
            if sibling is not None:
                yield sibling
            around.pop()
        found: Any = sys.modules.get(self.module)
        for part in self.name.split("."):
            if not hasattr(found, part):
                return
            found = getattr(found, part)
        yield found

    # An annotation goes on to be evaluated with it: ``Later | None``.
    def __or__(self, other: Any) -> Any:
        return Union[self, other]  # noqa: UP007  # which asks the two operands

    def __ror__(self, other: Any) -> Any:
        return Union[other, self]  # noqa: UP007

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return self.name
