"""Which of a document's values are shown: ``include`` and ``exclude``, in depth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiomotorengine.utils import several

__all__ = ["Names", "Selection", "Tree", "names_in", "names_items", "tree_of"]

Names = str | Iterable[Any] | Mapping[Any, Any] | None
"""What ``include`` and ``exclude`` take: names or paths of attributes, or as pydantic has it,
mappings of names to those below them."""

Tree = dict[Any, "Tree | None"]
"""Names with those below them; ``None`` for all that there is below."""

EACH_ITEM = "__all__"
"""What pydantic calls all items of a list."""

WHERE_NAMED = "include and exclude"
"""The arguments that take names."""

STORED_ID = "_id"


class Selection:
    """Which names are shown, here and below.

    Parameters:
        include: those that are shown; ``None`` for all.
        exclude: those that are not.
    """

    __slots__ = ("_exclude", "_include")

    def __init__(self, include: Tree | None, exclude: Tree | None) -> None:
        self._include = include
        self._exclude = exclude

    @classmethod
    def of(cls, include: Names, exclude: Names) -> Selection | None:
        """What a program asks for; ``None`` where it is everything.

        Raises:
            TypeError: a name is neither a text nor the number of an item.
        """
        if include is None and not exclude:
            return None
        return cls(None if include is None else tree_of(include), tree_of(exclude or ()))

    def shows(self, name: Any) -> bool:
        """Whether the value of a name is shown, at least in part."""
        is_included = self._include is None or name in self._include
        return is_included and not self.leaves_out(name)

    def leaves_out(self, name: Any) -> bool:
        """Whether a name is excluded, which else is shown whatever is included."""
        return self._exclude is not None and self._exclude.get(name, self) is None

    def shows_id(self, name: str) -> bool:
        """The same for the name of the primary key, which is also known as ``_id``."""
        is_included = self._include is None or not self._include.keys().isdisjoint(
            (name, STORED_ID)
        )
        exclude = self._exclude or {}
        return is_included and None not in (exclude.get(name, self), exclude.get(STORED_ID, self))

    def below(self, name: Any) -> Selection | None:
        """What is shown of the value of a name; ``None`` where it is all of it."""
        return narrowed(
            self._include and self._include.get(name), self._exclude and self._exclude.get(name)
        )

    def shows_item(self, index: int) -> bool:
        """Whether an item of a list is shown."""
        include = item_tree(self._include, index)
        exclude = item_tree(self._exclude, index)
        return include != {} and (exclude is not None or not self._exclude)

    def of_item(self, index: int) -> Selection | None:
        """What is shown of an item of a list. Names that are no numbers are those in each item."""
        return narrowed(item_tree(self._include, index), item_tree(self._exclude, index))

    def within(self, names: Iterable[str]) -> Selection:
        """The same of no other names than these."""
        include = self._include
        own: Tree = {it: include and include.get(it) for it in names if self.shows(it)}
        return Selection(own, self._exclude)


def narrowed(include: Tree | None, exclude: Tree | None) -> Selection | None:
    return Selection(include, exclude) if include is not None or exclude else None


def item_tree(tree: Tree | None, index: int) -> Tree | None:
    """What a tree says of an item of a list: ``{}`` for nothing of it, ``None`` for all."""
    if tree is None or not names_items(tree):
        return tree
    found: Tree = {}
    for name in (EACH_ITEM, index):
        if name in tree:
            below = tree[name]
            if below is None:
                return None
            found.update(below)
    return found


def names_items(tree: Tree) -> bool:
    """Whether a tree says of which items of a list it speaks; if not, of each."""
    return any(isinstance(name, int) or name == EACH_ITEM for name in tree)


def tree_of(names: Any) -> Tree:
    """The names that a program has given, with those below each.

    Raises:
        TypeError: they are no names.
    """
    tree: Tree = {}
    if isinstance(names, Mapping):
        for name, below in names.items():
            if below is not False:
                is_whole = below is True or below is None or below is ...
                put(tree, path_of(name), None if is_whole else tree_of(below))
    else:
        wanted = "names of attributes, or paths of them"
        each = (names,) if isinstance(names, str) else several(WHERE_NAMED, names, wanted)
        for name in each:
            put(tree, path_of(name), None)
    return tree


def put(tree: Tree, path: list[Any], below: Tree | None) -> None:
    """Add what is at a path. What is there as a whole stays so."""
    *way, last = path
    for name in way:
        found = tree.setdefault(name, {})
        if found is None:
            return
        tree = found
    present = tree.get(last)
    if below is None or (last in tree and present is None):
        tree[last] = None
    else:
        tree[last] = {**(present or {}), **below}


def path_of(name: Any) -> list[Any]:
    if isinstance(name, str):
        return name.split(".")
    if isinstance(name, int):
        return [name]
    raise TypeError(f"A name of an attribute is wanted, or a path of them, not {name!r}.")


def names_in(names: Names) -> list[Any]:
    """The names of a document's own attributes that ``include`` or ``exclude`` have."""
    return [] if names is None else list(tree_of(names))
