"""Random rows over the zoo, and the rules by which they are read; the same for the same seed.

A row is made of a random document: its values by name, with rows in the place of the documents that
are embedded in it. Then things happen to it that happen to rows: keys are missing, come in another
order or are texts of their own, some nobody knows; numbers are texts.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from random import Random
from typing import Any

from aiomotorengine.rows import Rows
from aiomotorengine.storage.base import DocumentStorage
from tests.zoo import generate
from tests.zoo.generate import Text, chance

__all__ = ["row_of", "rules_for", "shaken"]


def row_of(document: Any, random: Random, *, names: str = "attribute") -> dict[Any, Any]:
    """The row that a document comes from."""
    fields = type(document)._fields
    return {
        (fields[name].db_field if names == "db" and name in fields else name): as_row(
            value, random, names
        )
        for name, value in vars(document).items()
        if name in fields or chance(random, 0.5)
    }


def as_row(value: Any, random: Random, names: str) -> Any:
    if isinstance(value, DocumentStorage) and chance(random, 0.95):
        row = row_of(value, random, names=names)
        return shaken(row, random) if chance(random, 0.2) else row
    if type(value) is list:
        return [as_row(item, random, names) for item in value]
    return value


def rules_for(document_class: Any, random: Random) -> Rows:
    """Rules by which rows of a class might be read; its source is empty."""
    named = list(document_class._fields)
    rules: dict[str, Any] = {
        "names": random.choice(("attribute", "attribute", "db")),
        "unknown": random.choice(("refuse", "ignore", "keep")),
        "nulls": random.choice(("keep", "keep", "default")),
        "parse": chance(random, 0.3),
        "null_values": random.choice((("",), ("", "NULL"), ())),
    }
    if chance(random, 0.2):
        names = list(document_class._fields.values()) if rules["names"] == "db" else []
        keys = [field.db_field for field in names] or named
        rules["rename"] = {"Another Name": random.choice([*keys, "_id"])} if keys else {}
    if chance(random, 0.1):
        rules["id"] = random.choice(["key", *named])
    return Rows([], **rules)


def shaken(row: dict[Any, Any], random: Random) -> Any:
    """A row to which something has happened."""
    happened = random.choice(HAPPENINGS)
    return happened(dict(row), random)


def shuffled(row: dict[Any, Any], random: Random) -> Any:
    items = list(row.items())
    random.shuffle(items)
    return dict(items)


def with_less(row: dict[Any, Any], random: Random) -> Any:
    return {key: value for key, value in row.items() if chance(random, 0.8)}


def with_more(row: dict[Any, Any], random: Random) -> Any:
    for _ in range(random.randint(1, 2)):
        names = ("unknown", "Another Name", "key", "_id", "validate", "_hidden", "", "é", Text("x"))
        name: Any = random.choice((*names, 7, None, (1,)))
        row[name] = generate.anything(random)
    return shuffled(row, random)


def with_own_keys(row: dict[Any, Any], random: Random) -> Any:
    """As a reader of JSON makes them for each row."""
    return {"".join(list(key)) if type(key) is str else key: it for key, it in row.items()}


def with_texts_for_keys(row: dict[Any, Any], random: Random) -> Any:
    return {Text(key) if chance(random, 0.2) else key: value for key, value in row.items()}


def with_texts(row: dict[Any, Any], random: Random) -> Any:
    """As a file has them."""
    return {key: as_text(value, random) for key, value in row.items()}


def as_text(value: Any, random: Random) -> Any:
    if type(value) is list and chance(random, 0.8):
        return [as_text(item, random) for item in value]
    if value is None:
        return random.choice(("", "NULL", " ", "null"))
    if isinstance(value, bool):
        value = random.choice(("t", "F", "yes", "No", "on", "OFF", "1", "0", "true", "maybe"))
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    if chance(random, 0.1):
        text = random.choice(("+5", "-0", "1_000", "1.", ".5", ".", "1e5", "e", "inf", "-", "0x1"))
    if chance(random, 0.1):
        text = random.choice((f" {text}", f"{text}\t", f"\u00a0{text}", f"\x1f{text}"))
    return Text(text) if chance(random, 0.02) else text


def with_nulls(row: dict[Any, Any], random: Random) -> Any:
    return {key: None if chance(random, 0.3) else value for key, value in row.items()}


def of_another_class(row: dict[Any, Any], random: Random) -> Any:
    made: Any = random.choice((OrderedDict(row), list(row.values()), tuple(row), 7, None, "row"))
    return made


def in_itself(row: dict[Any, Any], random: Random) -> Any:
    if row:
        row[random.choice(list(row))] = random.choice((row, [row]))
    return row


HAPPENINGS: tuple[Callable[[dict[Any, Any], Random], Any], ...] = (
    shuffled,
    with_less,
    with_less,
    with_more,
    with_own_keys,
    with_texts_for_keys,
    with_texts,
    with_texts,
    with_nulls,
    of_another_class,
    in_itself,
)
