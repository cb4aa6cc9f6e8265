"""VectorField: numbers as bytes."""

from __future__ import annotations

import math
import sys
from array import array
from typing import Any

import bson
import pytest
from bson.binary import Binary, BinaryVectorDtype

from aiomotorengine import Document, ListField, VectorField
from aiomotorengine.codec import DocumentError, codec_for
from aiomotorengine.errors import InvalidDocumentError
from tests.codec.laws import STANDARD, agree
from tests.fields.support import holder, is_valid, reloaded


class Text(Document):
    embedding = VectorField(dimensions=3, db_field="e")


@pytest.mark.parametrize(
    "options",
    [
        {"dtype": "float64"},
        {"dtype": None},
        {"dimensions": 0},
        {"dimensions": 1.5},
        {"dimensions": True},
    ],
    ids=str,
)
def test_arguments_that_mean_nothing(options: Any) -> None:
    with pytest.raises(ValueError, match=r"^(dtype|dimensions) must be"):
        VectorField(**options)


def test_it_takes_so_many_bytes() -> None:
    class Page(Document):
        embedding = VectorField(dimensions=1536)

    numbers = [number / 1536 for number in range(1536)]
    assert len(Page(embedding=numbers).to_son()["embedding"]) == 6146
    assert reloaded(Page(embedding=numbers)).embedding == pytest.approx(numbers)


def test_stored_arrays_and_other_kinds_are_read_and_stay_as_they_are() -> None:
    other = Binary.from_vector([1, 2, 3], BinaryVectorDtype.INT8)
    for stored in ([1.0, 2.0, 3.0], other):
        text = Text.from_son(bson.decode(bson.encode({"e": stored})))
        assert text.embedding == [1, 2, 3]
        assert text.to_son() == {"e": stored}
        assert text.validate()
        text.embedding[0] = 5.0
        assert text.to_son()["e"] == Binary.from_vector([5.0, 2.0, 3.0], BinaryVectorDtype.FLOAT32)


@pytest.mark.parametrize(
    "stored",
    [
        "text",
        b"bytes",
        Binary(b"\x27\x00\x01", 9),
        Binary(b"", 9),
        Binary(b"\x27\x00" + b"\0\0\xc0\x7f" * 3, 9),
    ],
)
def test_what_is_no_vector_in_the_database(stored: Any) -> None:
    raw = bson.encode({"e": stored})
    try:
        text = Text.from_son(bson.decode(raw))
    except ValueError:
        return  # PyMongo's own bytes that do not add up
    assert bson.encode(text.to_son()) == raw


def test_refusals_say_what_is_wanted() -> None:
    for field, value, wanted in [
        (VectorField(dimensions=2), [1.0], "2 finite numbers"),
        (VectorField(dtype="int8"), [300], "whole numbers from -128 to 127"),
        (VectorField(dimensions=9, dtype="packed_bit"), [1], "2 bytes with 9 bits"),
    ]:
        with pytest.raises(InvalidDocumentError, match="Field 'value' must be valid.") as raised:
            holder(field)(value=value).validate()
        assert raised.value.__notes__[0].endswith(f"; {wanted} is wanted.")


def test_arrays_of_python() -> None:
    assert is_valid(VectorField(), array("f", [1, 2]))
    assert is_valid(VectorField(), array("i", [1, 2]))
    assert not is_valid(VectorField(), array("d", [1e300]))
    assert not is_valid(VectorField(dtype="int8"), array("f", [1]))


async def test_it_is_stored_found_and_compared(mongo: Any) -> None:
    await Text(embedding=[1, 0.5, 0.25]).save()
    text = await Text.objects.get(embedding=[1.0, 0.5, 0.25])
    assert text is not None and text.embedding == [1.0, 0.5, 0.25]
    stored = await Text.objects.coll().find_one({})
    assert stored is not None and (stored["e"].subtype, len(stored["e"])) == (9, 14)
    assert await Text.objects.filter(embedding__in=[[1, 2, 3]]).count() == 0
    with pytest.raises(ValueError, match="Invalid value for field 'embedding'"):
        await Text.objects.filter(embedding=[1]).count()


def test_numpy_is_not_imported_without_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert is_valid(VectorField(), [1.0])
    with pytest.raises(ImportError):
        VectorField(as_numpy=True)


def test_arrays_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    made = Text(embedding=numpy.array([1, 0.5, 0.25], dtype="f4")).to_son()
    assert made == Text(embedding=[1, 0.5, 0.25]).to_son()
    for kind in "f2", "f8", "i4", ">f4", "u1":
        assert (
            Text(embedding=numpy.array([1, 2, 3], dtype=kind)).to_son()
            == Text(embedding=[1, 2, 3]).to_son()
        )
    for value in (
        numpy.array([[1.0, 2.0, 3.0]]),
        numpy.array([1.0, numpy.nan, 2.0]),
        numpy.array([1e300] * 3),
        numpy.array(["a", "b", "c"]),
        numpy.array([True] * 3),
        numpy.array([1, 2, 3j]),
        numpy.array([1.0]),
    ):
        assert not is_valid(VectorField(dimensions=3), value)
    assert is_valid(VectorField(dtype="int8"), numpy.array([-128, 127]))
    assert not is_valid(VectorField(dtype="int8"), numpy.array([-129]))
    assert not is_valid(VectorField(dtype="int8"), numpy.array([1.0]))


@pytest.mark.usefixtures("codec")
def test_arrays_of_numpy_are_the_same_for_each_codec() -> None:
    numpy = pytest.importorskip("numpy")

    class Many(Document):
        floats = VectorField()
        three = VectorField(dimensions=3)
        bytes = VectorField(dtype="int8")
        bits = VectorField(dimensions=12, dtype="packed_bit")
        arrays = ListField(VectorField())
        short = VectorField(validators=[lambda value: len(value) < 9])

    class Array(numpy.ndarray):  # type: ignore[misc, name-defined]
        """Its class is not numpy's own."""

    numbers = numpy.arange(12)
    floats = [numbers.astype(kind) for kind in ("f2", "f4", "f8", ">f4", ">f8", "i1", "u8", "i4")]
    floats += [floats[1][::-2], floats[2][1:1], numpy.array([-0.0, 1e-45, 0.1, 3.4e38])]
    floats += [numpy.array([numpy.nan]), numpy.array([1e39]), numpy.array([True])]
    floats += [numpy.array(1.0), numpy.zeros((2, 2)), numpy.array(["a"]), numpy.array([1j])]
    floats += [numpy.broadcast_to(numpy.float64(1), 10), numpy.array([1, "a"], dtype=object)]
    floats += [floats[1].view(Array), numpy.array([3], dtype="M8[s]"), numpy.zeros(3, "f4,f4")]
    rows: list[dict[str, Any]] = [{"floats": it} for it in floats]
    rows += [{"three": it[:3]} for it in floats[:3]] + [{"three": floats[1]}]
    rows += [{"bytes": numpy.array([-128, 127], dtype=kind)} for kind in ("i1", "i2", ">i4")]
    rows += [{"bytes": numpy.array(it)} for it in ([128], [-129], [1.0], [])]
    rows += [{"bits": numpy.array(it, dtype="u1")} for it in ([255, 16], [255, 1], [255])]
    rows += [{"bits": numpy.array([255, 16])}, {"bits": numpy.array([255, -16])}]
    rows += [{"arrays": [floats[1], None, floats[2]]}]
    rows += [{"short": floats[1]}, {"short": floats[1][:4]}]
    for row in rows:
        agree(Many, [Many(**row)], STANDARD)


@pytest.mark.usefixtures("codec")
def test_an_array_that_claims_more_than_there_is_memory_for() -> None:
    numpy = pytest.importorskip("numpy")
    endless = numpy.broadcast_to(numpy.float32(1), 10**16)
    kind: Any = holder(VectorField())
    many = codec_for(kind, STANDARD)
    assert many.validate_many([kind(value=endless[:5])])
    for convert in (
        lambda: many.validate_many([kind(value=endless)]),
        lambda: many.encode_many([kind(value=endless)], [1]),
    ):
        with pytest.raises((MemoryError, DocumentError)):
            convert()


def test_reading_as_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    kind: Any = holder(VectorField(as_numpy=True))
    for stored in (kind(value=[1.0, 2.0]).to_son()["value"], [1.0, 2.0]):
        document = kind.from_son({"value": stored})
        assert isinstance(document.value, numpy.ndarray)
        assert document.value.tolist() == [1.0, 2.0]
        assert not document.value.flags.writeable
        assert document.to_son() == {"value": stored}


@pytest.mark.usefixtures("codec")
def test_reading_as_numpy_by_each_codec() -> None:
    numpy = pytest.importorskip("numpy")
    kind: Any = holder(VectorField(as_numpy=True, dimensions=2))
    many = codec_for(kind, STANDARD)
    two = Binary.from_vector([1.0, 2.0], BinaryVectorDtype.FLOAT32)
    three = Binary.from_vector([1.0, 2.0, 3.0], BinaryVectorDtype.FLOAT32)
    endless = Binary.from_vector([1.0, math.inf], BinaryVectorDtype.FLOAT32)
    for stored, numbers in (
        (two, [1.0, 2.0]),
        (three, [1.0, 2.0, 3.0]),
        (endless, [1.0, math.inf]),
    ):
        [document] = many.decode_many(bson.encode({"_id": 1, "value": stored}))
        assert isinstance(document.value, numpy.ndarray)
        assert document.value.tolist() == numbers
        # What would be refused is written as it is stored.
        assert bson.decode(many.encode_many([document], [1])[0])["value"] == stored
    document.value = numpy.array([3.0, 4.0])
    assert many.validate_many([document])
    [raw] = many.encode_many([document], [1])
    assert bson.decode(raw)["value"].as_vector().data == [3.0, 4.0]
