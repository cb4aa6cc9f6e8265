"""Which fields a query loads: what ``only``, ``exclude`` and ``slice`` add up to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple

from bson.decimal128 import Decimal128

from aiomotorengine.arguments import whole_number
from aiomotorengine.documents.partial import class_inside
from aiomotorengine.documents.versions import version_field
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.families import declaring
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.query_builder.value_path import keys_through, value_path
from aiomotorengine.storage.loaded_part import LoadedPart
from aiomotorengine.storage.shard_keys import shard_key_of

__all__ = [
    "EVERYTHING",
    "Projection",
    "excluding",
    "fields_along",
    "loaded_part_of",
    "projection_of",
    "refuse_left_out",
    "slicing",
    "with_keys",
    "with_only",
    "with_way",
]

Path = tuple[str, ...]
"""The names of the attributes that lead to a field."""

Slice = int | tuple[int, int]
"""How many items of a list are loaded, or how many are left out before them and how many are."""


class Projection(NamedTuple):
    """What of a document is loaded. Nothing of it is ever changed, so that copies share it.

    Attributes:
        only: what is asked for; ``None`` for all.
        excluded: what is left out of that.
        slices: the lists of which a part is loaded.
    """

    only: frozenset[Path] | None = None
    excluded: frozenset[Path] = frozenset()
    slices: Mapping[Path, Slice] = {}

    @property
    def loaded(self) -> frozenset[Path] | None:
        """What is asked for, without what is left out; ``None`` where all is asked for."""
        if self.only is None:
            return None
        asked = outermost(self.only | self.slices.keys())
        return frozenset(path for path in asked if not is_within(path, self.excluded))

    @property
    def sliced(self) -> dict[Path, Slice]:
        """The lists of which a part is loaded, without those that are left out."""
        return {
            path: part for path, part in self.slices.items() if not is_within(path, self.excluded)
        }


EVERYTHING = Projection()
"""Documents are loaded whole."""


# -- building --------------------------------------------------------------------------------------


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


def checked(projection: Projection) -> Projection:
    """The same projection.

    Raises:
        ValueError: MongoDB can't be asked for it.
    """
    only, excluded, sliced = projection.loaded, projection.excluded, projection.sliced
    for path in sorted(excluded if only is not None else ()):
        around = around_of(path, only or ())
        if around is not None:
            raise cannot_go("exclude", path, "only", around)
    for path in sorted(sliced):
        around = around_of(path, outermost(projection.only or ()))
        if around is not None:
            raise cannot_go("slice", path, "only", around)
        inside = next((it for it in sorted(projection.only or ()) if is_below(it, path)), None)
        if inside is not None and not is_within(inside, excluded):
            raise cannot_go("only", inside, "slice", path)
        inside = next((it for it in sorted(excluded) if is_below(it, path)), None)
        if inside is not None:
            raise cannot_go("exclude", inside, "slice", path)
        outer = around_of(path, sliced)
        if outer is not None:
            raise cannot_go("slice", path, "slice", outer)
    return projection


def cannot_go(method: str, path: Path, other: str, around: Path) -> ValueError:
    return ValueError(
        f"{method}('{'.'.join(path)}') can't go into what {other}('{'.'.join(around)}') loads."
    )


def begins_with(path: Path, other: Path) -> bool:
    return path[: len(other)] == other


def is_below(path: Path, other: Path) -> bool:
    """Whether a path leads inside of what another leads to."""
    return len(path) > len(other) and begins_with(path, other)


def is_within(path: Path, others: Iterable[Path]) -> bool:
    return any(begins_with(path, other) for other in others)


def around_of(path: Path, others: Iterable[Path]) -> Path | None:
    """The path among others inside of which a path leads."""
    return next((other for other in others if is_below(path, other)), None)


def outermost(paths: Iterable[Path]) -> frozenset[Path]:
    """Paths without those that lead inside of others; the path to the id leads to nothing else."""
    known = set(paths)
    return frozenset(path for path in known if around_of(path, known - {()}) is None)


# -- what is sent ----------------------------------------------------------------------------------


def projection_of(
    document_class: Any, projection: Projection, *, is_saved: bool = True
) -> dict[str, Any] | None:
    """A projection as MongoDB takes it; ``None`` where all is loaded.

    Parameters:
        document_class: the class of the documents.
        projection: what is loaded.
        is_saved: whether what comes of it may be saved, which asks for more.

    Example:
        >>> from aiomotorengine import Document, IntField, ListField, StringField
        >>> class Post(Document):
        ...     title = StringField(db_field="t")
        ...     votes = ListField(IntField())
        >>> asked = with_only(Post, EVERYTHING, ["title"])
        >>> projection_of(Post, slicing(Post, asked, "votes", [3]))
        {'_id': 1, 't': 1, 'votes': {'$slice': 3}}
    """
    only, sliced = projection.loaded, projection.sliced
    sent: dict[str, Any] = {}
    if only is not None:
        sent["_id"] = 1
        saved = always_loaded(document_class) if is_saved else ()
        asked = outermost({*only, *saved})
        for path in sorted(asked - {()}):
            sent.update(dict.fromkeys(stored_keys(document_class, path), 1))
        sent.update(dict.fromkeys(class_keys(document_class, asked), 1))
    else:
        for path in sorted(outermost(projection.excluded)):
            sent.update(dict.fromkeys(stored_keys(document_class, path), 0))
    for path, part in sliced.items():
        by = part if isinstance(part, int) else list(part)
        sent.update((key, {"$slice": by}) for key in stored_keys(document_class, path))
    return sent or None


def with_keys(
    projection: Mapping[str, Any], keys: Iterable[str], method: str = "page() is in the order of"
) -> dict[str, Any] | None:
    """A projection, as MongoDB takes it, by which some keys come in any case.

    Parameters:
        projection: what is asked for.
        keys: the keys.
        method: what they are for, in the words of the error.

    Raises:
        ValueError: the projection has something else under one of the keys than what is stored.

    Example:
        >>> with_keys({"_id": 0, "name": 1, "home.road": 1}, ["_id", "home"])
        {'name': 1, '_id': 1, 'home': 1}
        >>> with_keys({"body": 0, "size": 0}, ["size", "_id"])
        {'body': 0}
    """
    sent = dict(flattened(projection))
    is_exclusion = excludes(sent)
    for key in keys:
        holders = (key[:end] for end in range(len(key) + 1) if key[end : end + 1] in (".", ""))
        if any(is_number(sent.get(holder), 1) for holder in holders):
            continue
        for other in [it for it in sent if overlap(it, key)]:
            if is_computed(sent[other]):
                raise ValueError(
                    f"{method} '{key}', and the projection puts something else "
                    f"in its place by '{other}': give that another name."
                )
            del sent[other]
        if not is_exclusion:
            sent[key] = 1
    return sent or None


def flattened(projection: Mapping[str, Any], outer: str = "") -> Iterator[tuple[str, Any]]:
    """The keys of a projection and what is asked of each, with dots in the place of mappings."""
    for key, value in projection.items():
        path = f"{outer}{key}"
        if isinstance(value, Mapping) and not any(it.startswith("$") for it in value):
            yield from flattened(value, f"{path}.")
        else:
            yield path, value


def excludes(projection: Mapping[str, Any]) -> bool:
    """Whether MongoDB reads a projection as what is left out, so that all else comes."""
    others = [value for key, value in projection.items() if key != "_id"]
    if any(is_number(value, 0) for value in others):
        return True
    if any(is_number(value, 1) or is_computed(value) for value in others):
        return False
    return "_id" not in projection or is_number(projection["_id"], 0)


def is_computed(value: Any) -> bool:
    """Whether a key is given something else than what is stored there, or a part of a list."""
    if isinstance(value, Mapping):
        return not value.keys() <= {"$slice", "$meta"}
    return not (is_number(value, 0) or is_number(value, 1))


def overlap(key: str, other: str) -> bool:
    """Whether one of two keys leads to the other, or inside of it."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def is_number(value: Any, number: int) -> bool:
    """Whether a value is a number that leaves a key out (0), or has it come (any other)."""
    if isinstance(value, Decimal128):
        value = value.to_decimal()
    return isinstance(value, int | float | Decimal) and bool(value) is bool(number)


def fields_along(document_class: Any, path: Path) -> list[BaseField[Any]]:
    """The fields that a path leads through, itself included."""
    holder = declaring(document_class, path[0], f"field '{'.'.join(path)}'", is_converted=False)
    fields: list[BaseField[Any]] = holder.get_fields(".".join(path))
    return fields


def stored_keys(document_class: Any, path: Path) -> Sequence[str]:
    """The keys in MongoDB under which a field may be stored, its aliases included."""
    discriminator = document_class._discriminator
    if discriminator is not None and path == (discriminator.key,):
        return path
    return keys_through(fields_along(document_class, path))


def always_loaded(document_class: Any) -> set[Path]:
    """What every document has of which a part is loaded: all that a save has to ask for."""
    paths = {names for _, names in shard_key_of(document_class)}
    version = version_field(document_class)
    if version is not None:
        paths.add((version.name,))
    return paths


def class_keys(document_class: Any, paths: Iterable[Path]) -> Iterator[str]:
    """The keys that say of which class documents are, and those inside of them on the way."""
    if document_class._discriminator is not None:
        yield document_class._discriminator.key
    for path in sorted(paths):
        for size in range(1, len(path)):
            holder = class_inside(fields_along(document_class, path[:size])[-1])
            discriminator = getattr(holder, "_discriminator", None)
            if discriminator is not None:
                for key in stored_keys(document_class, path[:size]):
                    yield f"{key}.{discriminator.key}"


# -- what documents know of it ---------------------------------------------------------------------


def loaded_part_of(
    document_class: Any, projection: Projection, *, is_saved: bool = True
) -> LoadedPart | None:
    """The part of documents that is loaded; ``None`` where it is all. Parameters as for
    ``projection_of``.

    Example:
        >>> from aiomotorengine import Document, StringField
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
