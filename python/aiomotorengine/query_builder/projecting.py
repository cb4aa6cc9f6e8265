"""From the names that ``only``, ``exclude`` and ``slice`` take to a projection."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiomotorengine.arguments import whole_number
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.projection import Path, Projection, Slice, begins_with, checked
from aiomotorengine.query_builder.projection_document import always_loaded, fields_along
from aiomotorengine.query_builder.value_path import value_path

__all__ = ["excluding", "path_of", "refuse_left_out", "slicing", "with_only", "with_way"]


def with_only(document_class: Any, before: Projection, names: Sequence[Any]) -> Projection:
    """A projection that asks for more fields, and for nothing that nobody has asked for.

    Parameters:
        document_class: the class of the documents.
        before: what is asked for already.
        names: the fields, or their names or paths.

    Raises:
        ValueError: there is no such field, or a part of it is excluded or sliced.
        TypeError: it is neither field nor text.
    """
    paths = {path_of(document_class, name, "only") for name in names}
    return checked(before._replace(only=(before.only or frozenset()) | paths))


def with_way(document_class: Any, before: Projection, names: Path) -> Projection:
    """A projection that asks for what names lead to as well, or for what is around that, where a
    part of it can't be asked for.

    Parameters:
        document_class: the class of the documents.
        before: what is asked for already.
        names: the attributes that lead there, whatever values they lead through.
    """
    for size in range(len(names), 0, -1):
        with suppress(ValueError):
            return with_only(document_class, before, [".".join(names[:size])])
    return before


def refuse_left_out(projection: Projection | None, way: Path, path: Path) -> None:
    """Refuse to load references that ``exclude`` has left out.

    Parameters:
        projection: what is loaded; ``None`` for all.
        way: the attributes that lead to the references in the documents.
        path: those that ``prefetch`` has named, which may lead through these.

    Raises:
        ValueError: it has.
    """
    if projection is None:
        return
    for left_out in projection.excluded:
        if begins_with(way, left_out):
            raise ValueError(
                f"exclude('{'.'.join(left_out)}') leaves out what prefetch('{'.'.join(path)}') "
                "would load."
            )


def excluding(document_class: Any, before: Projection, names: Sequence[Any]) -> Projection:
    """A projection that leaves out more fields; parameters as for ``with_only``.

    Raises:
        ValueError: there is no such field; or every document has it; or ``only`` asks for more than
            it, and for nothing inside.
        TypeError: it is neither field nor text.
    """
    paths = set()
    discriminator = document_class._discriminator
    for name in names:
        path = path_of(document_class, name, "exclude")
        if path == () or path in paths_of_key(document_class):
            raise ValueError("A document always has its _id.")
        if discriminator is not None and path == (discriminator.key,):
            raise ValueError(
                f"A document always has its {discriminator.key}, which says of which class it is."
            )
        if any(begins_with(kept, path) for kept in always_loaded(document_class)):
            raise ValueError(f"A document always has its {'.'.join(path)}, by which it is known.")
        paths.add(path)
    return checked(before._replace(excluded=before.excluded | paths))


def slicing(
    document_class: Any, before: Projection, name: Any, numbers: Sequence[int]
) -> Projection:
    """A projection that loads a part of a list.

    Parameters:
        document_class: the class of the documents.
        before: what is asked for already.
        name: the list, or its name or path.
        numbers: how many items; or how many are left out before them, and how many. A negative
            number counts from the end.

    Raises:
        ValueError: there is no such field, it is no list, or ``only`` asks for what is around it or
            inside of its items; or MongoDB takes no such numbers.
        TypeError: it is neither field nor text, or the numbers are none.
    """
    path = path_of(document_class, name, "slice")
    field = fields_along(document_class, path)[-1] if path else None
    if not isinstance(field, ListField):
        raise ValueError(f"slice() takes a part of a list, and '{'.'.join(path) or 'id'}' is none.")
    if len(numbers) not in (1, 2):
        raise TypeError("slice() takes how many items, or how many to leave out and how many.")
    *skip, count = [whole_number("slice", number) for number in numbers]
    if skip and count <= 0:
        raise ValueError("slice() with a number to leave out takes more than 0 items.")
    part: Slice = (skip[0], count) if skip else count
    return checked(before._replace(slices={**before.slices, path: part}))


def path_of(document_class: Any, name: Any, method: str) -> Path:
    """The attributes that lead to a field; none for the id of a class that declares no key."""
    found = value_path(document_class, name, f"Invalid {method}() field '{{}}'")
    if found.key == "_id":
        return ()
    return tuple(found.name.split("."))


def paths_of_key(document_class: Any) -> set[Path]:
    return {(key.name,) for key in document_class._declared_key}
