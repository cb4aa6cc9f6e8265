"""What has changed in a document since it was loaded or written, and what is sent for it.

What was stored is decoded and encoded again, and compared with what the document is encoded to: so
what a field reads in another form than it is stored in counts as no change. Elements are compared
as bytes, of which the type is a part.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from aiomotorengine.codec import Codec, codec_for, differing_values, raw_values
from aiomotorengine.codec.elements import ARRAY, DOCUMENT
from aiomotorengine.codec.shape import shape_of
from aiomotorengine.codec.single import by_itself, encoded
from aiomotorengine.documents.conversion import dynamic_values, find_attribute
from aiomotorengine.documents.versions import version_field
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import DanglingReference
from aiomotorengine.storage.loaded import (
    is_loaded,
    is_partial,
    loaded_part,
    nothing_loaded,
)
from aiomotorengine.storage.loaded_part import LoadedPart
from aiomotorengine.storage.snapshots import Snapshot
from aiomotorengine.storage.values import has_value, other_values, value_of
from aiomotorengine.update.touched import Touched
from aiomotorengine.wire.requests import Encoded
from aiomotorengine.writing.lost_answers import unknown_paths

__all__ = [
    "ChangedValue",
    "Comparison",
    "compare",
    "differences_from_nothing",
    "differs",
    "everything_in",
    "raw_value_at",
    "update_of",
    "values_in",
    "with_changes",
    "with_touched",
]

INT32, INT64 = 0x10, 0x12
NULL = b"\x0a"


class ChangedValue(NamedTuple):
    """A value that differs. Values are a byte for the type, and then those that BSON has.

    Attributes:
        keys: the keys in MongoDB that lead to it, through embedded documents.
        stored: what is stored there; ``None`` if nothing is.
        before: what the document would have written for that.
        now: what it writes; ``None`` if nothing. Where both are ``None``, another key of a field
            that has changed is removed.
    """

    keys: tuple[str, ...]
    stored: bytes | None
    before: bytes | None
    now: bytes | None

    @property
    def path(self) -> str:
        return ".".join(self.keys)

    @classmethod
    def to_number(cls, key: str, number: int) -> ChangedValue:
        """That a key has this number from now on."""
        kind, size = (INT32, 4) if number.bit_length() < 32 else (INT64, 8)
        return cls((key,), None, None, bytes([kind]) + number.to_bytes(size, "little", signed=True))


class Comparison(NamedTuple):
    """A document beside what it was when the snapshot was made.

    Attributes:
        before: the document that it was; where nothing differs, perhaps ``None``.
        changes: what differs.
    """

    before: Any
    changes: Sequence[ChangedValue]

    def values(self, document: Any) -> dict[str, tuple[Any, Any]]:
        """The values before and now, by the path of their attributes."""
        return {
            ".".join(names_along(document, self.before, change.keys)): (
                value_at(self.before, change.keys),
                value_at(document, change.keys),
            )
            for change in self.changes
            if change.before is not None or change.now is not None
        }


UNCHANGED = Comparison(None, ())
"""Nothing differs."""


def compare(document: Any, snapshot: Snapshot, codec: Codec) -> Comparison:
    """Compare a document with its snapshot.

    Parameters:
        document: the document.
        snapshot: that of this document alone.
        codec: the codec by which it is written.

    Raises:
        Exception: what a field raises that can't take its value.
    """
    sides = both_sides(document, snapshot, codec)
    if sides is None:
        return UNCHANGED
    return Comparison(sides[0], changes_between(document, snapshot, *sides))


def differs(document: Any, snapshot: Snapshot, codec: Codec) -> bool:
    """Whether ``compare`` would find anything; nothing is looked at behind the first difference."""
    sides = both_sides(document, snapshot, codec)
    if sides is None:
        return False
    if is_partial(document) or unknown_paths(snapshot.state):
        return bool(changes_between(document, snapshot, *sides))
    before, then, now = sides
    own = own_keys(type(document))
    found = differences(document, before, snapshot.raw, then, now)
    return any(change.keys[0] not in own for change in found)


def both_sides(document: Any, snapshot: Snapshot, codec: Codec) -> tuple[Any, bytes, bytes] | None:
    """The document that one was, what that would write, and what the document writes now; ``None``
    where nothing can differ. Parameters as for ``compare``.
    """
    id = document._id
    now = encoded(codec, document, id)
    state, hidden = snapshot.state, document._hidden
    may_differ = (hidden is not None and is_partial(document)) or (
        state is not True and bool(unknown_paths(state))
    )
    if now == snapshot.raw and not may_differ:
        return None
    reader = codec_for(type(document), snapshot.codec_options, shape_of(document))
    [before] = by_itself(reader.decode_many, snapshot.raw, [0])
    then = encoded(codec, before, id)
    return None if then == now and not may_differ else (before, then, now)


def changes_between(
    document: Any, snapshot: Snapshot, before: Any, then: bytes, now: bytes
) -> list[ChangedValue]:
    """What has changed in a document.

    Parameters:
        document: the document.
        snapshot: that of this document alone.
        before: the document that it was.
        then: what that would write.
        now: what the document writes.
    """
    changes = list(differences(document, before, snapshot.raw, then, now))
    known = {change.keys for change in changes}
    nothing = nothing_assigned(document, then, now)
    changes += [change for change in nothing if not begins_with_any(change.keys, known)]
    if unknown := unknown_paths(snapshot.state):
        changes = with_unknown(changes, unknown, snapshot.raw, now)
    own = own_keys(type(document))
    return [change for change in changes if change.keys[0] not in own]


def own_keys(document_class: Any) -> Collection[str]:
    """The keys that the library writes by itself."""
    version = version_field(document_class)
    return ("_id",) if version is None else ("_id", version.db_field)


def differences(
    document: Any, other: Any, stored: bytes, before: bytes, now: bytes
) -> Iterator[ChangedValue]:
    """What differs between two encodings of a document.

    Parameters:
        document: the document.
        other: the document that it was.
        stored: what is stored.
        before: what the document would have written for that.
        now: what it writes.
    """
    changed: list[str] = []
    left: dict[str, ChangedValue] = {}
    # A key that was absent meant null, unless the field was read from another key or has a default,
    # which the document would have written.
    for key, there, then, here in differing_values(stored, before, now):
        change = ChangedValue((key,), there, then, here)
        if then is None and here is None:
            left[key] = change
            continue
        if here is None and not is_known(document, key):
            continue
        changed.append(key)
        if here is None:
            yield change
        else:
            yield from narrowed(document, other, change)
    if not left:
        return
    # From these a field was read, and would be again where its own key is absent.
    gone = {other for key in changed for other in other_keys(document, key)}
    if changed and type(document).__unknown__ == "drop":
        # A save of the whole document would not write what no field is read from.
        keys = type(document)._reverse_db_field_map
        gone |= left.keys() - {other for key in keys for other in other_keys(document, key)}
    yield from (change for key, change in left.items() if key in gone)


def other_keys(document: Any, key: str) -> tuple[str, ...]:
    """The keys from which a field is read where its own is absent."""
    kind = type(document)
    name = kind._reverse_db_field_map.get(key)
    if name is None:
        return ()
    return (*kind._fields[name]._settings.aliases, f"_{key}")


def is_known(document: Any, key: str) -> bool:
    """Whether a document that has nothing under a key says by that that nothing is there."""
    part = loaded_part(document)
    if part is None:
        return True
    name = type(document)._reverse_db_field_map.get(key)
    return key != "_id" if name is None else has_value(document, name)


def nothing_assigned(document: Any, before: bytes, now: bytes) -> Iterator[ChangedValue]:
    """That ``None`` was assigned to fields that were not loaded: it may stand for a value there.

    Parameters:
        document: the document.
        before: what it would have written for what is stored.
        now: what it writes.
    """
    part = loaded_part(document)
    if part is None:
        return
    then, here = raw_values(before), raw_values(now)
    for name, field in type(document)._fields.items():
        key, value = field.db_field, value_of(document, name)
        was, it = then.get(key), here.get(key)
        if isinstance(value, DocumentStorage) and is_document(was) and is_document(it):
            assert was is not None and it is not None
            yield from within(key, nothing_assigned(value, was[1:], it[1:]))
        elif was is None and it in (None, NULL) and is_assigned(document, part, name):
            yield ChangedValue((key,), None, None, it)


def is_assigned(document: Any, part: LoadedPart, name: str) -> bool:
    """Whether a document has a field that was not loaded of it."""
    return not part.has(name) and has_value(document, name)


def narrowed(document: Any, other: Any, change: ChangedValue) -> Iterable[ChangedValue]:
    """The changes inside of an embedded document, in the place of one of the whole."""
    [key] = change.keys
    kind = type(document)
    name = kind._reverse_db_field_map.get(key)
    embedded = None if name is None else value_of(document, name)
    if not (
        isinstance(kind._fields.get(name), EmbeddedDocumentField)
        and isinstance(embedded, DocumentStorage)
    ):
        return [change]
    if not is_loaded(other, name) and is_partial(embedded):
        assert change.now is not None
        return within(key, values_in(embedded, change.now[1:]))
    was = value_of(other, name)
    parts = change.stored, change.before, change.now
    raw = [part[1:] for part in parts if part is not None and part[0] == DOCUMENT]
    if len(raw) < len(parts) or not isinstance(was, DocumentStorage):
        return [change]
    if is_partial(was) and not is_partial(embedded):
        return [change]  # a whole one takes the place of one of which nobody knows the rest
    inside = list(differences(embedded, was, *raw))
    if not all(is_part_of_path(one.keys[0]) for one in inside):
        return [change]
    return within(key, inside)


def within(key: str, changes: Iterable[ChangedValue]) -> list[ChangedValue]:
    """Changes of an embedded document as those of the one that has it under a key."""
    return [change._replace(keys=(key, *change.keys)) for change in changes]


def values_in(document: Any, raw: bytes) -> Iterator[ChangedValue]:
    """All that a document has as changes; of one in it that is partial, what that has.

    Where a query has found nothing, and nothing was assigned, there is nothing that was to be sent.

    Parameters:
        document: the document.
        raw: what it is encoded to.
    """
    kind: Any = type(document)
    values = raw_values(raw)
    nothing = nothing_loaded(document)
    for key, value in values.items():
        name = kind._reverse_db_field_map.get(key)
        inner = None if name is None else value_of(document, name)
        if value[0] == DOCUMENT and isinstance(inner, DocumentStorage) and is_partial(inner):
            yield from within(key, values_in(inner, value[1:]))
        elif value != NULL or name not in nothing:
            yield ChangedValue((key,), None, None, value)
    for name, field in kind._fields.items() if is_partial(document) else ():
        if name in nothing:
            continue
        if has_value(document, name) and field.db_field not in values:
            for key in (field.db_field, *field._settings.aliases):
                yield ChangedValue((key,), None, None, None)


def with_unknown(
    changes: Sequence[ChangedValue], paths: Collection[tuple[str, ...]], stored: bytes, now: bytes
) -> list[ChangedValue]:
    """The changes with all values of which nobody knows what is stored: these count as changed.

    Parameters:
        changes: what differs from what was stored.
        paths: the keys that lead to such values; empty for the whole document.
        stored: what was stored.
        now: what the document writes.
    """
    there, here = raw_values(stored), raw_values(now)
    whole: set[tuple[str, ...]] = set()
    if () in paths:
        whole.update((key,) for key in {**there, **here} if is_part_of_path(key))
    for keys in filter(None, paths):
        while len(keys) > 1 and not is_document(raw_value_at(stored, keys[:-1])):
            keys = keys[:-1]
        whole.add(keys)
    sure = [change for change in changes if not begins_with_any(change.keys, whole)]
    covered = {change.keys for change in sure}
    unsure = [
        ChangedValue(keys, None, None, raw_value_at(now, keys))
        for keys in sorted(whole)
        if not begins_with_any(keys, (whole | covered) - {keys})
    ]
    return sure + unsure


def begins_with_any(keys: tuple[str, ...], others: Collection[tuple[str, ...]]) -> bool:
    return any(keys[:size] in others for size in range(1, len(keys) + 1))


def raw_value_at(raw: bytes, keys: Sequence[str]) -> bytes | None:
    """The value that keys lead to in an encoded document; ``None`` if there is none."""
    key, *inner = keys
    value = raw_values(raw).get(key)
    if not inner or value is None:
        return value
    return raw_value_at(value[1:], inner) if is_document(value) else None


def is_document(value: bytes | None) -> bool:
    return value is not None and value[0] == DOCUMENT


def is_part_of_path(key: str) -> bool:
    """Whether a key can stand in a path of MongoDB."""
    return bool(key) and "." not in key and not key.startswith("$")


# -- what is sent ----------------------------------------------------------------------------------


def update_of(document_class: Any, changes: Sequence[ChangedValue]) -> dict[str, Any]:
    """The update that brings changes to what is stored.

    A list that has only grown at its end is sent as what was added, so that what others have added
    meanwhile stays.

    Raises:
        ValueError: a key can't stand in an update.
    """
    values: list[tuple[str, bytes]] = []
    added: list[tuple[str, bytes]] = []
    removed: dict[str, str] = {}
    for change in changes:
        if not is_part_of_path(change.keys[0]):
            raise ValueError(
                f"The key {change.keys[0]!r} of {document_class.__name__} can't be changed by "
                "itself; save the whole document, with only_changed=False."
            )
        if change.now is None:
            removed[change.path] = ""
        elif (items := items_added(change)) is not None:
            each = raw_document([("$each", bytes([ARRAY]) + items)])
            added.append((change.path, bytes([DOCUMENT]) + each))
        else:
            values.append((change.path, change.now))
    update: dict[str, Any] = {}
    if values:
        update["$set"] = Encoded(raw_document(values))
    if added:
        update["$push"] = Encoded(raw_document(added))
    if removed:
        update["$unset"] = removed
    return update


def items_added(change: ChangedValue) -> bytes | None:
    """The array of the items that a list has got at its end; ``None`` if that is not all."""
    stored, before, now = change.stored, change.before, change.now
    if not stored or not before or not now or {stored[0], before[0], now[0]} != {ARRAY}:
        return None
    first = before[5:-1]  # between the type with its length and the end
    if not now.startswith(first, 5):
        return None
    items = raw_values(raw_bytes(now[5 + len(first) : -1])).values()
    return raw_document([(str(index), item) for index, item in enumerate(items)])


def everything_in(raw: bytes, *, but: Iterable[str]) -> list[ChangedValue]:
    """All values of an encoded document as changes.

    Parameters:
        raw: the document.
        but: the keys that are left out.
    """
    left_out = set(but)
    return [
        ChangedValue((key,), None, None, value)
        for key, value in raw_values(raw).items()
        if key not in left_out
    ]


def with_changes(raw: bytes, changes: Iterable[ChangedValue]) -> bytes:
    """A stored document after an update."""
    for change in changes:
        raw = with_value(raw, change.keys, change.now)
    return raw


def with_value(raw: bytes, keys: Sequence[str], value: bytes | None) -> bytes:
    values = raw_values(raw)
    key, *inner = keys
    if inner:
        around = values.get(key)
        holder = around[1:] if around is not None and is_document(around) else raw_document([])
        value = bytes([DOCUMENT]) + with_value(holder, inner, value)
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value
    return raw_document(values.items())


# -- the bytes of values ---------------------------------------------------------------------------


def raw_document(values: Iterable[tuple[str, bytes]]) -> bytes:
    """The document of such values."""
    return raw_bytes(
        b"".join(value[:1] + key.encode() + b"\0" + value[1:] for key, value in values)
    )


def raw_bytes(body: bytes) -> bytes:
    """The document with these elements."""
    return (len(body) + 5).to_bytes(4, "little") + body + b"\0"


def with_touched(stored: bytes, found: bytes, tree: Touched) -> bytes:
    """A stored document with what an update has made of a part of it.

    Parameters:
        stored: the document as it was.
        found: what it is now, at least where it was touched.
        tree: where that is.
    """
    values, now = raw_values(stored), raw_values(found)
    for key, inside in tree.items():
        before, after = values.get(key), now.get(key)
        if after is None:
            values.pop(key, None)
        elif inside is not None and before is not None and before[0] == after[0] == DOCUMENT:
            values[key] = after[:1] + with_touched(before[1:], after[1:], inside)
        else:
            values[key] = after
    return raw_document(values.items())


# -- the values themselves -------------------------------------------------------------------------


def differences_from_nothing(document: Any) -> dict[str, tuple[None, Any]]:
    """All values of a document as changes, by the names of their attributes."""
    kind = type(document)
    values = {name: value_under(document, field.db_field) for name, field in kind._fields.items()}
    for key, value in dynamic_values(document):
        values.setdefault(attribute_name(document, key), value)
    return {name: (None, value) for name, value in values.items() if value is not None}


def names_along(document: Any, before: Any, keys: Sequence[str]) -> Iterator[str]:
    """The names of the attributes that keys lead to, now or before."""
    for key in keys:
        holder = before if document is None or not has_key(document, key) else document
        yield attribute_name(holder, key)
        document, before = (
            None if it is None else value_at(it, [key]) for it in (document, before)
        )


def has_key(document: Any, key: str) -> bool:
    name = attribute_name(document, key)
    return name in type(document)._fields or name in other_values(document)


def attribute_name(document: Any, key: str) -> str:
    """The attribute by which a document shows the value of a key."""
    declared: str | None = type(document)._reverse_db_field_map.get(key)
    if declared is not None:
        return declared
    stored_keys = document._stored_keys or {}
    known = (name for name, stored in stored_keys.items() if stored == key)
    return next(known, key.lstrip("_") or key)


def value_at(document: Any, keys: Sequence[str]) -> Any:
    """The value that keys lead to; ``None`` if there is none."""
    value = document
    for key in keys:
        if not isinstance(value, DocumentStorage):
            return None
        value = value_under(value, key)
    return value


def value_under(document: Any, key: str) -> Any:
    name = attribute_name(document, key)
    if name in type(document)._fields:
        if isinstance(value_of(document, name), DanglingReference):
            return None
        return find_attribute(type(document), name).read(document)
    hidden = document._hidden or {}
    return hidden[key] if key in hidden else other_values(document).get(name)
