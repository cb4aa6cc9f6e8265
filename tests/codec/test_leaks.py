"""Converting documents leaves nothing behind: ``tests.leaks``, briefly.

Leaks that are made on purpose prove that it sees them; ``make leaks`` sees smaller ones.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from tests.codec.laws import ids_for
from tests.leaks import Growth, Subject, codec_of, heap, leaks_each_time, round_trips, subjects
from tests.zoo import animals, generate

pytestmark = pytest.mark.usefixtures("codec")

DOCUMENTS = 50
libc = ctypes.CDLL(None)
SUBJECTS = subjects()


@pytest.mark.parametrize("name", SUBJECTS)
def test_nothing_is_left_behind(name: str) -> None:
    assert leaks_each_time(SUBJECTS[name](), DOCUMENTS) == []


def test_what_others_let_go_of_meanwhile_is_no_growth() -> None:
    nothing = Growth(documents=100, python=0, heap=0, references={"None": 0})
    shrunk = Growth(documents=100, python=-9_000, heap=-9_000, references={"None": -24})
    assert nothing.beyond(shrunk).leaks() == []


# -- leaks that are made on purpose --------------------------------------------------------------


def keep_a_reference(loaded: list[Any]) -> None:
    """As an extension does that forgets to give a new object away."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(loaded[0]))


def keep_a_reference_to_what_was_there(loaded: list[Any]) -> None:
    """The object costs nothing more, so its count alone tells."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(type(loaded[0])))


def keep_memory_of_the_c_library(loaded: list[Any]) -> None:
    """As Rust does with what is not dropped; Python knows nothing of it."""
    libc.malloc(24)


@pytest.mark.parametrize(
    ("leak", "report"),
    [
        (keep_a_reference, "bytes of Python's memory"),
        (keep_a_reference_to_what_was_there, "1.000 references to the class"),
        pytest.param(
            keep_memory_of_the_c_library,
            "bytes of the C library's memory",
            marks=pytest.mark.skipif(heap() == 0, reason="the C library does not tell"),
        ),
    ],
)
def test_a_planted_leak_is_reported(leak: Callable[[list[Any]], None], report: str) -> None:
    documents = generate.documents(animals.Plain, 1)
    codec = codec_of(documents)
    [raw] = codec.encode_many(documents, ids_for(documents))

    def work() -> int:
        leak(codec.decode_many(raw))
        return 1

    clean = round_trips(documents)
    assert leaks_each_time(clean, DOCUMENTS) == []
    reports = leaks_each_time(Subject(work, clean.watched), DOCUMENTS)
    assert [line for line in reports if report in line]
