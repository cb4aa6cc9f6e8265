"""Shapes of random documents: what a codec reads is what the reference makes of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import bson
import pytest
from bson import DBRef, ObjectId

from aiomotorengine import (
    DateTimeField,
    DecimalField,
    DictField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    ReferenceField,
    StringField,
)
from aiomotorengine.codec import DocumentError, codec_for
from aiomotorengine.codec.shape import Shape
from aiomotorengine.codec.shaping import shaping
from aiomotorengine.documents.conversion import keep_hidden
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.loaded import lists_in_part, nothing_loaded
from aiomotorengine.storage.values import values_of
from tests.codec.laws import STANDARD

pytestmark = pytest.mark.usefixtures("codec")

makes: list[str] = []


def made() -> str:
    makes.append("made")
    return "made"


class Home(Document):
    road = StringField(db_field="r")
    town = StringField(default="Ely")
    floors = ListField(IntField())


class User(Document):
    name = StringField(db_field="n", aliases=("called",))
    code = StringField(default=made)
    price = DecimalField()
    home = EmbeddedDocumentField(Home, db_field="h")
    homes = ListField(EmbeddedDocumentField(Home))
    tags = ListField(StringField(), db_field="t")
    friend = ReferenceField("User")
    extra = DictField()
    since = DateTimeField(auto_now_on_insert=True)


class Animal(Document):
    __discriminator__ = "kind"
    name = StringField()
    home = EmbeddedDocumentField(Home)


class Cat(Animal):
    lives = IntField(default=9)


class Strict(Document):
    __unknown__ = "refuse"
    name = StringField()
    size = IntField()


ID = ObjectId("0123456789abcdef01234567")
HOME = {"r": "Loop", "town": "Ely", "floors": [1, 2]}
VALUES = [
    "x",
    "2.50",
    1,
    None,
    ID,
    [],
    ["a", None],
    {},
    HOME,
    {"r": 1},
    {"_id": 3, "r": "A"},
    {"zz": {"y": [1]}},
    [HOME, None, {"town": "B"}],
    [{"floors": None}],
    DBRef("user", ID),
    b"x",
]
NAMES = {
    User: [*User._fields, "home.road", "home.town", "homes.road", "homes.floors"],
    Animal: ["name", "lives", "home.town"],
    Strict: ["name", "size"],
}
OTHER_KEYS = ["called", "nick", "_nick", "_n", "score", "kind"]


def queries(random: Random, document_class: Any) -> Iterator[Any]:
    for _ in range(20):
        names = random.sample(NAMES[document_class], random.randint(1, 2))
        users = document_class.objects
        asked: Callable[[], Any] = random.choice(
            [
                lambda users=users, names=names: users.only(*names),
                lambda users=users, names=names: users.exclude(*names),
                lambda users=users, names=names: users.values("_id", *names),
                lambda users=users, names=names: users.values_list(*names),
                lambda users=users, names=names: users.scalar(names[0]),
                lambda users=users: users.slice("tags", 1) if "tags" in users.__klass__._fields
                else users.raw(),
            ]
        )  # fmt: skip
        try:
            yield asked()
        except ValueError:
            continue  # two names that MongoDB can't be asked for together


def stored(random: Random, document_class: Any) -> dict[str, Any]:
    keys = [field.db_field for field in document_class._fields.values() if random.random() < 0.7]
    if random.random() < 0.2:
        keys.append(random.choice(OTHER_KEYS))
    if random.random() < 0.2:
        random.shuffle(keys)
    found = {"_id": ID} | {key: random.choice(VALUES) for key in keys}
    if document_class is Animal:
        found["kind"] = random.choice(["Animal", "Animal.Cat"])
    return found


def described(value: Any) -> Any:
    """All that can be told of a document or row, as something that can be compared."""
    if isinstance(value, DocumentStorage):
        known: Any = value
        values = [(name, described(it)) for name, it in values_of(value).items()]
        noted = known.loaded_fields(), nothing_loaded(value), lists_in_part(value)
        return type(value), value._id, noted, values, dict(value._hidden or {})
    if isinstance(value, list | tuple):
        return type(value), [described(item) for item in value]
    if isinstance(value, dict):
        return dict, [(key, described(it)) for key, it in value.items()]
    return type(value), value


def outcome(read: Callable[[], Any]) -> Any:
    makes.clear()
    try:
        return described(read()), len(makes)
    except Exception as error:
        cause = error.__cause__ if isinstance(error, DocumentError) else error
        return type(cause), str(cause)


@pytest.mark.filterwarnings("ignore:No class is known")
@pytest.mark.parametrize("document_class", [User, Animal, Strict])
def test_a_shape_is_what_the_reference_makes(document_class: Any) -> None:
    random = Random(document_class.__name__)
    for query in queries(random, document_class):
        shape: Shape | None = query._reads()[1]
        if shape is None:
            continue
        codec, make = codec_for(document_class, STANDARD, shape), shaping(document_class, shape)
        for _ in range(8):
            raw = bson.encode(stored(random, document_class))
            expected = outcome(lambda raw=raw, make=make: make(bson.decode(raw, STANDARD)))  # type: ignore[misc]
            before = codec.stepped_back
            found = outcome(lambda raw=raw, codec=codec: codec.decode_many(raw)[0])  # type: ignore[misc]
            if codec.stepped_back > before:  # what makes defaults may have been called twice
                expected, found = expected[0], found[0]
            assert found == expected, (shape, bson.decode(raw))


def test_what_was_read_of_many_is_no_ones_alone() -> None:
    shape = User.objects.only("name")._reads()[1]
    raw = bson.encode({"_id": 1, "n": "Ada"}) + bson.encode({"_id": 2, "n": "Eve"})
    one, other = codec_for(User, STANDARD, shape).decode_many(raw)
    keep_hidden(one, "x", 1)
    one.tags = ["a"]
    assert (dict(one._hidden), dict(other._hidden)) == ({"x": 1}, {})
    assert (one.loaded_fields(), other.loaded_fields()) == ({"name", "tags"}, {"name"})
