"""Memory that ends at any step of what is done with a document: an ordinary exception, no more."""

from __future__ import annotations

import sys

import pytest

from aiomotorengine import codec as codec_api
from tests.codec.programs import ran

pytest.importorskip("_testcapi", reason="this Python has nothing by which memory ends on demand")

PROGRAM = """
import copy, sys
import _testcapi
import bson
from bson import CodecOptions
from aiomotorengine import *
from aiomotorengine.codec import codec_for

class Model(Document):
    a = BaseField()
    b = BaseField(default=lambda: 5)
    c = PasswordField()

class Own(Model):
    def __init__(self, **values):
        super().__init__(**values)

side = codec_for(Model, CodecOptions())
stored = bson.encode({"_id": 10**6, "a": [10**6, 10**12, 2.5, "text", b"x", {"k": 1}], "extra": 1})
slots = {"_id": 3, "_is_persisted": True, "_stored_keys": {}, "_hidden": {}}
state = {"a": 1, "b": 2, "more": 3}, slots

def restore(document):
    if hasattr(document, "__setstate__"):
        document.__setstate__(state)

STEPS = {
    "make": lambda _: Model(a=1),
    "make with more": lambda _: Model(a=1, _id=4, extra=3),
    "make by its own": lambda _: Own(a=1),
    "make empty": lambda _: Model.__new__(Model),
    "set": lambda document: setattr(document, "a", [3]),
    "set what is no field": lambda document: setattr(document, "extra", 3),
    "set a slot": lambda document: setattr(document, "_hidden", {}),
    "delete": lambda document: delattr(document, "a"),
    "vars": vars,
    "another dict": lambda document: setattr(document, "__dict__", {"a": 3}),
    "another class": lambda document: setattr(document, "__class__", Own),
    "get the state": lambda document: document.__reduce_ex__(2),
    "set the state": restore,
    "copy": copy.copy,
    "size": sys.getsizeof,
    "show": repr,
    "to_son": lambda document: document.to_son(),
    "encode": lambda document: side.encode_many([document], [1]),
    "decode": lambda _: side.decode_many(stored),
}

held = []
for name, step in STEPS.items():
    for _ in range(3):
        step(Model(a=1))
    for count in range(60):
        document = Model(a=1)
        # Python keeps some of these for whoever wants the next one.
        held.extend([{}, [], (count,)] for _ in range(100))
        held.extend((count + 0.5,) for _ in range(100))
        error = None
        try:
            _testcapi.set_nomemory(count, count + 1)
            try:
                step(document)
            finally:
                _testcapi.remove_mem_hooks()
        except BaseException as raised:
            error = raised
        if not isinstance(error, Exception | None):
            print(name, count, repr(error))
        document = error = None
print("alive")
"""


@pytest.mark.skipif(
    (3, 12) <= sys.version_info[:2] <= (3, 13),
    reason="CPython 3.12 and 3.13 crash by themselves there, on either storage",
)
@pytest.mark.skipif(
    "native" not in codec_api.available(),
    reason="values are in dicts of Python's, whose own code crashes there",
)
def test_memory_may_end_at_any_step(codec: str) -> None:
    assert ran(codec, PROGRAM, AIOMOTORENGINE_STORAGE="native") == "alive\n"
