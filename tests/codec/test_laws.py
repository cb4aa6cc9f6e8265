"""The three laws: what every codec owes to ``to_son``, ``from_son``, ``validate`` and ``bson``.

Each test says what the law says, with PyMongo's own functions on the right-hand side; the
``codec`` fixture has one codec used after the other.
"""

from __future__ import annotations

import re
from copy import copy
from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Address, IPv6Address
from itertools import accumulate
from random import Random
from typing import Any
from uuid import UUID

import bson
import pytest
from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.dbref import DBRef
from bson.int64 import Int64
from bson.objectid import ObjectId

from aiomotorengine import BaseField, Document, fields
from aiomotorengine.codec import DocumentError, codec_for
from aiomotorengine.errors import InvalidDocumentError, StoredValueError
from aiomotorengine.metaclasses import DocumentMetaClass
from tests.codec.case import Case, Refused, tables
from tests.codec.laws import (
    STANDARD,
    agree,
    each,
    encodable,
    ids_for,
    read,
    read_one,
    validate,
    write,
)
from tests.zoo import animals, generate
from tests.zoo.compare import description, outcome, reading, snapshot
from tests.zoo.shapes import EVERYDAY, SHAPES

pytestmark = pytest.mark.usefixtures("codec")

DOCUMENTS = 40
OF_EACH_OPTION = 20
"""They are the same documents for each of seven sets of options."""

OPTIONS = {
    "standard": STANDARD,
    "aware": STANDARD.with_options(tz_aware=True),
    "aware, elsewhere": STANDARD.with_options(
        tz_aware=True, tzinfo=timezone(timedelta(hours=5, minutes=30))
    ),
    "legacy UUIDs": CodecOptions(uuid_representation=UuidRepresentation.PYTHON_LEGACY),
    "UUIDs unspecified": CodecOptions(),
    "lenient text": STANDARD.with_options(unicode_decode_error_handler="replace"),
    "dates in any year": STANDARD.with_options(
        datetime_conversion=DatetimeConversion.DATETIME_AUTO
    ),
}

any_animal = pytest.mark.parametrize("animal", animals.ANIMALS, ids=lambda animal: animal.__name__)
any_shape = pytest.mark.parametrize("shape", [*SHAPES, EVERYDAY], ids=str)
any_options = pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)


# -- held to by everything there is --------------------------------------------------------------


@any_shape
@any_options
def test_shapes_obey_the_laws(shape: Any, options: CodecOptions[Any]) -> None:
    agree(shape.document_class, shape.documents(DOCUMENTS), options)


@any_shape
def test_shapes_store_their_rows(shape: Any) -> None:
    rows, documents = shape.rows(DOCUMENTS), shape.documents(DOCUMENTS)
    ids = ids_for(rows)
    expected = each(
        lambda row, key: bson.encode({"_id": key, **row}, codec_options=STANDARD), rows, ids
    )
    assert codec_for(shape.document_class, STANDARD).encode_many(documents, ids) == expected


@any_animal
@any_options
def test_valid_documents_obey_the_laws(animal: Any, options: CodecOptions[Any]) -> None:
    agree(animal, generate.documents(animal, OF_EACH_OPTION), options)


@any_animal
@pytest.mark.one_seed_of(4)
@pytest.mark.parametrize("seed", range(8))
def test_wild_documents_obey_the_laws_one_by_one(animal: Any, seed: int) -> None:
    for document in generate.documents(animal, DOCUMENTS, seed, wild=True):
        agree(animal, [document], STANDARD)


@any_animal
def test_wild_documents_obey_the_laws_together(animal: Any) -> None:
    agree(animal, generate.documents(animal, DOCUMENTS, wild=True), STANDARD)


@pytest.mark.parametrize("animal", animals.BUILT_IN, ids=lambda animal: animal.__name__)
def test_valid_documents_are_valid(animal: Any) -> None:
    assert codec_for(animal, STANDARD).validate_many(generate.documents(animal, DOCUMENTS)) is True


@any_animal
def test_documents_of_another_class_are_read_as_the_law_says(animal: Any) -> None:
    """Old rows, foreign keys, values of types that the field never writes."""
    random = Random(animal.__name__)
    keys = ["_id", "loud", "extra", "_extra", "_cls", *animal._reverse_db_field_map]
    for _ in range(DOCUMENTS * 3):
        chosen = random.sample(keys, random.randint(0, len(keys)))
        raw = bson.encode(
            {key: generate.anything(random) for key in chosen}, codec_options=STANDARD
        )
        decoded = outcome(codec_for(animal, STANDARD).decode_many, raw)
        assert decoded == outcome(read, animal, [raw], STANDARD)


# -- the tables of cases -------------------------------------------------------------------------


TABLES = dict(tables())
VALID = {name: case for name, case in TABLES.items() if isinstance(case, Case)}
REFUSED = {name: case for name, case in TABLES.items() if isinstance(case, Refused)}


def model_of(field: BaseField[Any]) -> Any:
    return DocumentMetaClass("Model", (Document,), {"value": field, "__module__": __name__})


def test_every_kind_of_field_has_a_table() -> None:
    used = {type(case.field) for case in TABLES.values()}
    assert {getattr(fields, name) for name in fields.__all__} <= used


@pytest.mark.parametrize("case", VALID.values(), ids=VALID)
def test_a_case_is_stored_and_read_as_its_table_says_without_stepping_back(case: Case) -> None:
    model = model_of(case.field)
    document = model(value=case.python)
    codec = codec_for(model, STANDARD)
    assert codec.validate_many([document]) is True
    assert snapshot(document.to_son()) == snapshot({case.field.db_field: case.stored})
    [raw] = codec.encode_many([document], [1])
    assert raw == bson.encode({"_id": 1, case.field.db_field: case.stored}, codec_options=STANDARD)
    [loaded] = codec.decode_many(raw)
    assert snapshot(loaded.get_field_value("value"), whole=False) == snapshot(
        case.reads, whole=False
    )
    assert codec.stepped_back == 0


@pytest.mark.parametrize("case", VALID.values(), ids=VALID)
def test_a_case_obeys_the_laws(case: Case) -> None:
    model = model_of(case.field)
    agree(model, [model(value=case.python)], STANDARD)


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_refusal_is_an_invalid_document_and_obeys_the_laws(case: Refused) -> None:
    model = model_of(case.field)
    document = model(value=case.python)
    expected = outcome(validate, [document])
    with pytest.raises(DocumentError) as raised:
        codec_for(model, STANDARD).validate_many([document])
    assert ("raised", description(raised.value)) == expected
    assert raised.value.index == 0
    assert isinstance(raised.value.__cause__, InvalidDocumentError)
    # The rules of options say why; the sentences of 2017 stay what they are.
    has_reason = raised.value.__cause__.code not in ("required", "invalid")
    reason = "(: .+)?" if has_reason else ""
    words = rf"Field '\w+' (is required|must be valid{reason})\.$"
    assert re.match(words, str(raised.value.__cause__))


# -- the forms of the three calls ----------------------------------------------------------------


def test_no_documents_are_no_bytes() -> None:
    codec = codec_for(animals.Plain, STANDARD)
    assert codec.encode_many([], []) == []
    assert codec.decode_many(b"") == []
    assert codec.validate_many([]) is True


def test_documents_and_ids_must_be_as_many() -> None:
    codec = codec_for(animals.Plain, STANDARD)
    documents = [animals.Plain(name="a"), animals.Plain(name="b")]
    with pytest.raises(DocumentError) as raised:
        codec.encode_many(documents, [ObjectId()])
    assert raised.value.index == 1
    assert isinstance(raised.value.__cause__, ValueError)


class Token(Document):
    token = fields.UUIDField()


@pytest.mark.parametrize(
    "number",
    [0, 1, *(2**bits + one for bits in (30, 60, 64, 90, 119, 120, 127) for one in (-1, 0, 1)), -1],
)
def test_a_uuid_has_the_bytes_of_its_number(number: int) -> None:
    document = Token(token=UUID(int=number % 2**128))
    [raw] = codec_for(Token, STANDARD).encode_many([document], [1])
    assert raw == bson.encode({"_id": 1, **document.to_son()}, codec_options=STANDARD)


@pytest.mark.parametrize("number", [-1, 2**128, 2**150, 2**400, True, "5"])
def test_a_uuid_whose_number_was_tampered_with_is_what_pymongo_makes_of_it(number: Any) -> None:
    document = Token(token=UUID(int=5))
    object.__setattr__(document.token, "int", number)
    codec = codec_for(Token, STANDARD)
    assert outcome(lambda: codec.encode_many([document], [1])) == outcome(
        lambda: write([document], [1], STANDARD)
    )


class Host(Document):
    address = fields.IPAddressField()


@pytest.mark.parametrize("address", [IPv4Address(5), IPv6Address(5)], ids=str)
@pytest.mark.parametrize("number", [-1, 2**32, 2**128, 2**400, True, "5", None])
def test_an_address_whose_number_was_tampered_with_is_what_python_makes_of_it(
    address: Any, number: Any
) -> None:
    document = Host(address=copy(address))
    document.address._ip = number
    codec = codec_for(Host, STANDARD)
    assert outcome(lambda: codec.encode_many([document], [1])) == outcome(
        lambda: write([document], [1], STANDARD)
    )


class Target(Document):
    pass


class Pointer(Document):
    about = fields.GenericReferenceField([Target])


def test_a_reference_is_to_the_collection_that_a_class_has_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    codec = codec_for(Pointer, STANDARD)
    documents = [Pointer(about=DBRef("Target", 5))] * 2
    assert codec.validate_many(documents) is True
    monkeypatch.setattr(Target, "__collection__", "elsewhere")
    with pytest.raises(DocumentError):
        codec.validate_many(documents)


class Opening(Document):
    time = fields.TimeField()


TEXTS = [
    *((Opening, "time", text) for text in ("08:30", "08:30:15.120", "23:59:59.999999", "083015")),
    *((Host, "address", text) for text in ("192.0.2.10", "0.0.255.100", "2001:db8::1:0:0:1", "::")),
    *((Host, "address", text) for text in ("1:2:3:4:5:6:10.0.0.2", "FE80:0:0:0::1", "fe80::1%en0")),
]


@pytest.mark.parametrize(("kind", "name", "text"), TEXTS, ids=[text for _, _, text in TEXTS])
def test_texts_that_are_nearly_right_are_what_python_makes_of_them(
    kind: Any, name: str, text: str
) -> None:
    random = Random(text)
    codec = codec_for(kind, STANDARD)
    for _ in range(150):
        characters = list(text)
        for _ in range(random.randint(0, 2)):
            at = random.randrange(len(characters) + 1)
            characters[at : at + random.randint(0, 1)] = random.choice(
                ("", "0", "1", "9", "a", ":", ".", "::", " ", "٣")
            )
        edited = "".join(characters)
        agree(kind, [kind(**{name: edited})], STANDARD)
        raw = bson.encode({"_id": 1, name: edited})
        assert outcome(codec.decode_many, raw) == outcome(read, kind, [raw], STANDARD)


@pytest.mark.parametrize("key", [ObjectId(), "text", 5, 2**40, {"a": 1}, None, b"x" * 12])
def test_an_id_may_be_anything_that_bson_holds(key: Any) -> None:
    codec = codec_for(animals.Plain, STANDARD)
    document = animals.Plain(name="a")
    [raw] = codec.encode_many([document], [key])
    assert raw == bson.encode({"_id": key, **document.to_son()}, codec_options=STANDARD)
    assert codec.decode_many(raw)[0]._id == key


def test_the_id_that_counts_is_the_one_that_is_given() -> None:
    codec = codec_for(animals.Plain, STANDARD)
    old, new = ObjectId(), ObjectId()
    document = animals.Plain(_id=old)
    [raw] = codec.encode_many([document], [new])
    assert bson.decode(raw)["_id"] == new
    assert document._id == old
    assert not document._is_persisted


def test_what_is_read_counts_as_saved() -> None:
    codec = codec_for(animals.Plain, STANDARD)
    key = ObjectId()
    [document] = codec.decode_many(bson.encode({"_id": key, "name": "a"}))
    assert type(document) is animals.Plain
    assert document._id == key
    assert document._is_persisted


def test_subclasses_among_the_documents_keep_their_own_fields() -> None:
    documents = [
        animals.Plain(name="a"),
        animals.Child(name="b", extra=1, size="c"),
        animals.Diamond(left=1, right=2),
    ]
    agree(animals.Plain, documents, STANDARD)


def test_a_document_that_says_no_stops_validation() -> None:
    codec = codec_for(animals.Picky, STANDARD)
    documents = [animals.Picky(name="yes"), animals.Picky(name="no"), animals.Picky(name=5)]
    assert codec.validate_many(documents[:1]) is True
    assert codec.validate_many(documents) is False


def test_the_first_refusal_counts_and_has_its_number_and_cause() -> None:
    codec = codec_for(animals.Required, STANDARD)
    good = generate.documents(animals.Required, 2)
    bad = generate.documents(animals.Required, 2)
    bad[0].uuid = "no uuid"
    bad[1].string = None
    with pytest.raises(DocumentError) as raised:
        codec.validate_many([*good, *bad])
    assert raised.value.index == 2
    assert str(raised.value.__cause__) == "Field 'uuid' must be valid."


def test_whatever_cannot_be_encoded_has_its_number_and_cause() -> None:
    codec = codec_for(animals.Plain, STANDARD)
    documents = [animals.Plain(anything=value) for value in (1, {1, 2}, object())]
    with pytest.raises(DocumentError) as raised:
        codec.encode_many(documents, ids_for(documents))
    assert raised.value.index == 1
    assert isinstance(raised.value.__cause__, bson.errors.InvalidDocument)


@pytest.mark.parametrize("validates", [False, True], ids=["write", "validate and write"])
def test_a_refusal_gives_back_what_came_before_it(validates: bool) -> None:
    codec = codec_for(animals.Plain, STANDARD)
    documents = [*generate.documents(animals.Plain, 5), animals.Plain(anything=object())]
    ids = ids_for(documents)
    with pytest.raises(DocumentError) as raised:
        codec.encode_many([*documents, *documents], [*ids, *ids], validate=validates)
    assert raised.value.index == 5
    assert raised.value.encoded == codec.encode_many(documents[:5], ids[:5])


# -- one part at a time --------------------------------------------------------------------------


@any_animal
def test_parts_make_the_whole(animal: Any) -> None:
    documents = generate.documents(animal, DOCUMENTS)
    ids = ids_for(documents)
    codec = codec_for(animal, STANDARD)
    whole = codec.encode_many(documents, ids)
    encoded: list[bytes] = []
    while len(encoded) < len(documents):
        done = len(encoded)
        part = codec.encode_many(documents[done:], ids[done:], seconds=0.0)
        assert 0 < len(part) <= DOCUMENTS // 4
        encoded += part
    assert encoded == whole

    places = [sum(map(len, whole[:place])) for place in range(len(whole))]
    decoded: list[Any] = []
    while len(decoded) < len(documents):
        part = codec.decode_many(b"".join(whole), places[len(decoded) :], seconds=0.0)
        assert 0 < len(part) <= DOCUMENTS // 4
        decoded += part
    assert snapshot(decoded) == snapshot(codec.decode_many(b"".join(whole)))


@pytest.mark.parametrize("seconds", [None, 0.0, 60])
@pytest.mark.parametrize("damage", ["more", "less", "zero", "negative"])
def test_bytes_that_do_not_add_up_are_refused_before_any_is_read(
    seconds: float | None, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    animal: Any = animals.Counted
    monkeypatch.setattr(animal, "from_son", classmethod(lambda cls, son: read.append(son)))
    raws = encodable(generate.documents(animal, 30), list(range(30)), STANDARD)
    last = {
        "more": raws[-1] + b"ab",
        "less": raws[-1][:-2],
        "zero": bytes(4) + raws[-1][4:],
        "negative": b"\xff" * 4 + raws[-1][4:],
    }[damage]
    with pytest.raises(bson.errors.InvalidBSON):
        codec_for(animal, STANDARD).decode_many(b"".join([*raws[:-1], last]), seconds=seconds)
    assert read == []


@pytest.mark.parametrize("seconds", [None, 60, float("inf")])
@pytest.mark.parametrize("damage", ["value", "bytes"])
def test_those_before_one_that_cannot_be_read_come_with_the_error(
    seconds: float | None, damage: str
) -> None:
    codec = codec_for(animals.Plain, STANDARD)
    documents = generate.documents(animals.Plain, 30)
    raws = encodable(documents, ids_for(documents), STANDARD)
    good = codec.decode_many(b"".join(raws[:20]))
    bad = {
        "value": bson.encode({"_id": 1, "size": "n/a"}),
        "bytes": bson.encode({"_id": 1, "x": True}).replace(b"x\0\1", b"x\0\2"),
    }[damage]
    raws[20] = bad
    whole = b"".join(raws)
    places = list(accumulate(map(len, raws), initial=0))[:-1]
    for offsets in (None, places):
        with pytest.raises(DocumentError) as refused:
            codec.decode_many(whole, offsets, seconds=seconds)
        assert refused.value.index == 20
        assert snapshot(refused.value.decoded) == snapshot(good)
        wanted = StoredValueError if damage == "value" else bson.errors.InvalidBSON
        assert isinstance(refused.value.__cause__, wanted)


@pytest.mark.parametrize("seconds", [None, 60, float("inf")])
def test_enough_time_is_enough_for_all(seconds: float | None) -> None:
    documents = generate.documents(animals.Plain, DOCUMENTS)
    codec = codec_for(animals.Plain, STANDARD)
    encoded = codec.encode_many(documents, ids_for(documents), seconds=seconds)
    assert len(encoded) == len(codec.decode_many(b"".join(encoded), seconds=seconds)) == DOCUMENTS


def test_after_a_refusal_the_codec_works_on() -> None:
    codec = codec_for(animals.Plain, STANDARD)
    with pytest.raises(DocumentError):
        codec.encode_many([animals.Plain(size="many")], [ObjectId()])
    agree(animals.Plain, generate.documents(animals.Plain, DOCUMENTS), STANDARD)


# -- bytes that are no BSON ----------------------------------------------------------------------

EPOCH = datetime(1970, 1, 1)
GOOD = bson.encode({"_id": 1, "name": "abc", "size": 5, "anything": [1, {"a": "b"}]})


def binary(subtype: int, length: int, value: bytes) -> bytes:
    """A document with binary data of that length, whatever it says of itself."""
    element = b"\x05anything\0" + length.to_bytes(4, "little") + bytes([subtype]) + value
    return (len(element) + 5).to_bytes(4, "little") + element + b"\0"


def without_end(value: Any) -> bytes:
    """A document whose last value ends with a NUL that has to close the document, too."""
    raw = bson.encode({"name": "abc", "anything": value})[:-1]
    assert raw[-1] == 0
    return len(raw).to_bytes(4, "little") + raw[4:]


ENDING_WITH_NUL = (5, 0.0, False, "a", {}, [], Int64(1), ObjectId(b"abcdefghijk\0"), b"\0", EPOCH)

BROKEN = {
    **{f"end within {value!r}": without_end(value) for value in ENDING_WITH_NUL},
    **{
        f"binary {subtype} of {length}": binary(subtype, length, bytes(length))
        for subtype in (0, 2, 3, 4, 128)
        for length in (0, 3, 15, 16, 17)
    },
    "binary in the old form": binary(2, 7, b"\3\0\0\0abc"),
    "binary in the old form whose lengths differ": binary(2, 7, b"\4\0\0\0abc"),
    "binary without end": binary(0, 4, b"abc"),
    "two good ones and a rest of a length": GOOD + GOOD + b"\x05\x00\x00\x00",
    "a good one and NULs": GOOD + bytes(5),
    "cut off": GOOD[:-1],
    "one byte": b"\x05",
    "a good one and a rest": GOOD + b"\x00\x00",
    "length too long": (len(GOOD) + 1).to_bytes(4, "little") + GOOD[4:],
    "length zero": b"\0\0\0\0" + GOOD[4:],
    "length negative": b"\xff\xff\xff\xff" + GOOD[4:],
    "no end": GOOD[:-1] + b"\x01",
    "unknown type": bson.encode({"name": 5}).replace(b"\x10name", b"\x77name"),
    "key without end": b"\x0b\x00\x00\x00\x10nameX\x00",
    "text longer than the document": bson.encode({"name": "abc"}).replace(
        b"\x04\x00\x00\x00abc", b"\x44\x00\x00\x00abc"
    ),
    "text without end": bson.encode({"name": "abc"}).replace(b"abc\x00", b"abcd"),
    "text that is no UTF-8": bson.encode({"name": "abc"}).replace(b"abc", b"a\xff\xfe"),
    "key that is no UTF-8": bson.encode({"name": "abc"}).replace(b"name", b"na\xffe"),
    "boolean of two": bson.encode({"tame": True}).replace(b"tame\x00\x01", b"tame\x00\x02"),
    "date after the year 9999": bson.encode({"born": bson.Int64(2**60)}).replace(
        b"\x12born", b"\x09born"
    ),
    "list longer than the document": bson.encode({"anything": [1]}).replace(
        b"\x0c\x00\x00\x00\x100", b"\x4c\x00\x00\x00\x100"
    ),
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
@any_options
def test_broken_bytes_are_refused_as_bson_refuses_them(
    raw: bytes, options: CodecOptions[Any]
) -> None:
    def law(raw: bytes) -> list[Any]:
        return [animals.Plain.from_son(found) for found in bson.decode_all(raw, options)]

    codec = codec_for(animals.Plain, options)
    assert outcome(read_one, codec, raw) == outcome(law, raw)


def test_damaged_bytes_are_refused_or_read_as_bson_does() -> None:
    random = Random(5)
    codec = codec_for(animals.Everything, STANDARD)

    def law(raw: bytes) -> list[Any]:
        return [animals.Everything.from_son(found) for found in bson.decode_all(raw, STANDARD)]

    documents = generate.documents(animals.Everything, DOCUMENTS)
    for raw in encodable(documents, ids_for(documents), STANDARD):
        for _ in range(20):
            damaged = bytearray(raw)
            for _ in range(random.randint(1, 3)):
                damaged[random.randrange(len(raw))] = random.randrange(256)
            assert reading(codec.decode_many, bytes(damaged)) == reading(law, bytes(damaged))


def test_a_key_that_occurs_twice_is_read_as_bson_reads_it() -> None:
    twice = b"\x19\x00\x00\x00\x10size\x00\x01\x00\x00\x00\x10size\x00\x02\x00\x00\x00\x00"
    [document] = codec_for(animals.Plain, STANDARD).decode_many(twice)
    assert document.size == bson.decode(twice)["size"] == 2


# -- limits --------------------------------------------------------------------------------------


def nested(levels: int) -> Any:
    node = animals.Node(name="leaf")
    for _ in range(levels):
        node = animals.Node(left=node)
    return node


@pytest.mark.parametrize("levels", [1, 50, 97, 150])
def test_documents_may_be_nested_as_deep_as_mongodb_allows(levels: int) -> None:
    codec = codec_for(animals.Node, STANDARD)
    [raw] = codec.encode_many([nested(levels)], [1])
    [document] = codec.decode_many(raw)
    for _ in range(levels):
        document = document.left
    assert document.name == "leaf"


def test_ten_thousand_levels_are_an_error_on_the_way_in() -> None:
    codec = codec_for(animals.Node, STANDARD)
    with pytest.raises(DocumentError) as raised:
        codec.encode_many([nested(10_000)], [1])
    assert isinstance(raised.value.__cause__, RecursionError)


def test_ten_thousand_levels_are_an_error_on_the_way_out() -> None:
    raw = b"\x05\x00\x00\x00\x00"
    for _ in range(10_000):
        raw = (len(raw) + 11).to_bytes(4, "little") + b"\x03left\x00" + raw + b"\x00"
    with pytest.raises((RecursionError, bson.errors.InvalidBSON)):
        read_one(codec_for(animals.Node, STANDARD), raw)


def test_a_document_that_contains_itself_is_an_error() -> None:
    node = animals.Node(name="loop")
    node.left = node
    with pytest.raises(DocumentError) as raised:
        codec_for(animals.Node, STANDARD).encode_many([node], [1])
    assert isinstance(raised.value.__cause__, RecursionError)


# -- wishes that the program may end ---------------------------------------------------------------


class Ending(BaseException):
    """As ``KeyboardInterrupt`` and ``SystemExit`` are: no ordinary exception."""


class Interrupted(animals.BaseField[Any]):
    """A field in which the program is told to end, in whichever method is called."""

    def end(self, value: Any) -> Any:
        raise Ending

    validate = to_son = from_son = end


def test_a_wish_to_end_is_not_swallowed_and_not_wrapped() -> None:
    model = model_of(Interrupted())
    codec = codec_for(model, STANDARD)
    for work in (
        lambda: codec.validate_many([model(value=1)]),
        lambda: codec.encode_many([model(value=1)], [1]),
        lambda: codec.decode_many(bson.encode({"value": 1})),
    ):
        with pytest.raises(Ending):
            work()


def test_a_wish_to_end_in_a_built_in_method_is_not_swallowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def end(value: Any) -> Any:
        raise Ending

    model = model_of(animals.DecimalField())
    codec = codec_for(model, STANDARD)
    monkeypatch.setattr("aiomotorengine.fields.decimal_field.as_decimal", end)
    for work in (
        lambda: codec.validate_many([model(value=1)]),
        lambda: codec.encode_many([model(value=1)], [1]),
        lambda: codec.decode_many(bson.encode({"value": "1.005"})),  # has to be rounded
    ):
        with pytest.raises(Ending):
            work()
