"""What documents know of the projection that they were loaded by: which part of them it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiomotorengine.query_builder.projection import EVERYTHING, Path, Projection, outermost
from aiomotorengine.query_builder.projection_document import always_loaded, fields_along
from aiomotorengine.storage.loaded_part import LoadedPart

__all__ = ["loaded_part_of"]


def loaded_part_of(
    document_class: Any, projection: Projection, *, is_saved: bool = True
) -> LoadedPart | None:
    """The part of documents that is loaded; ``None`` where it is all. Parameters as for
    ``projection_of``.

    Example:
        >>> from aiomotorengine import Document, StringField
        >>> from aiomotorengine.query_builder.projecting import with_only
        >>> class User(Document):
        ...     name = StringField()
        ...     bio = StringField()
        >>> loaded_part_of(User, with_only(User, EVERYTHING, ["name"])).has("bio")
        False
    """
    if projection == EVERYTHING:
        return None
    only, sliced = projection.loaded, set(projection.sliced)
    if only is None:
        left_out = outermost(projection.excluded)
        return part_without(document_class, (), left_out, sliced) if left_out or sliced else None
    saved = always_loaded(document_class) if is_saved else ()
    asked = outermost({*only, *saved}) - {()}
    return part_with(document_class, (), asked, sliced, is_saved=is_saved)


def part_with(
    document_class: Any,
    outer: Path,
    asked: Iterable[Path],
    sliced: Iterable[Path],
    *,
    is_saved: bool,
) -> LoadedPart:
    """The part of documents at a path that paths from there ask for."""
    inside: dict[str, set[Path]] = {}
    for path in asked:
        inside.setdefault(path[0], set()).update([path[1:]] if len(path) > 1 else [])
    parts = {
        name: part_with(
            document_class, (*outer, name), paths, below(name, sliced), is_saved=is_saved
        )
        for name, paths in inside.items()
        if paths
    }
    return LoadedPart(
        names=frozenset(inside),
        inside=parts,
        lists=lists_in_part(document_class, outer, parts, sliced),
        in_part=frozenset(inside if is_saved else ()),
    )


def part_without(
    document_class: Any, outer: Path, left_out: Iterable[Path], sliced: Iterable[Path]
) -> LoadedPart:
    """The part of documents at a path that is left when paths from there are taken away."""
    left_out, sliced = set(left_out), set(sliced)
    longer = {path[0] for path in (*left_out, *sliced) if len(path) > 1}
    parts = {
        name: part_without(
            document_class, (*outer, name), below(name, left_out), below(name, sliced)
        )
        for name in longer
    }
    lists = lists_in_part(document_class, outer, parts, sliced)
    return LoadedPart(
        names=frozenset(path[0] for path in left_out if len(path) == 1),
        leaves_out=True,
        inside=parts,
        lists=lists,
        in_part=lists.union(parts),
    )


def below(name: str, paths: Iterable[Path]) -> set[Path]:
    """The paths that lead inside of what has a name, from there."""
    return {path[1:] for path in paths if len(path) > 1 and path[0] == name}


def lists_in_part(
    document_class: Any, outer: Path, parts: Iterable[str], sliced: Iterable[Path]
) -> frozenset[str]:
    """The lists at a path of which a part is loaded: some items, or something of each."""
    lists = {
        name for name in parts if fields_along(document_class, (*outer, name))[-1]._stores_arrays
    }
    return frozenset(lists.union(path[0] for path in sliced if len(path) == 1))
