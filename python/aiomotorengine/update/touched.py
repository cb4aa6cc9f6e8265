"""What an update touches, as a tree of keys: what a loaded document has to take over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField

__all__ = ["Touched", "paths_in", "touched_tree"]

Touched = dict[str, "Touched | None"]
"""Key in MongoDB -> what is touched inside of the embedded document there; ``None``: the whole."""


def touched_tree(document_class: Any, keys: Iterable[str]) -> Touched:
    """The keys that are touched, as a tree. It leads through embedded documents, not into lists.

    Example:
        >>> from aiomotorengine import Document, EmbeddedDocumentField, ListField, StringField
        >>> class Home(Document):
        ...     road = StringField(db_field="r")
        >>> class User(Document):
        ...     home = EmbeddedDocumentField(Home, db_field="h")
        ...     tags = ListField(StringField())
        >>> touched_tree(User, ["h.r", "tags.0"])
        {'h': {'r': None}, 'tags': None}
    """
    tree: Touched = {}
    for key in keys:
        add(tree, document_class, key.split("."))
    return tree


def add(tree: Touched, document_class: Any, parts: list[str]) -> None:
    key, *rest = parts
    name = document_class._reverse_db_field_map.get(key)
    field = document_class._fields.get(name)
    if not rest or not isinstance(field, EmbeddedDocumentField):
        tree[key] = None
        return
    inside = tree.setdefault(key, {})
    if inside is not None:
        add(inside, field.embedded_type, rest)


def paths_in(tree: Touched) -> Iterator[tuple[str, ...]]:
    """The keys that lead to what is touched.

    Example:
        >>> list(paths_in({"h": {"r": None}, "tags": None}))
        [('h', 'r'), ('tags',)]
    """
    for key, inside in tree.items():
        if inside is None:
            yield (key,)
        else:
            yield from ((key, *inner) for inner in paths_in(inside))
