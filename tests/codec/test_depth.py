"""How deep documents may be: 150 levels pass, 10,000 are an ordinary error, not the process's end.

Each is tried in the main thread and on a thread with little stack, in a process of its own. Of
embedded documents and lists alike, each counts as a level, as it does for MongoDB.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache

import pytest

from aiomotorengine import codec

PROGRAM = r"""
import sys
import threading
from collections import OrderedDict
from functools import cache
from aiomotorengine import BaseField, Document, EmbeddedDocumentField, IntField, ListField
from aiomotorengine.codec import DocumentError, codec_for
from bson.code import Code
from bson.codec_options import CodecOptions

ALLOWED, STORED, ENDLESS = 150, 180, 10_000
LARGEST = 16 * 1024 * 1024


class Node(Document):
    number = IntField()
    next = EmbeddedDocumentField("__main__.Node")
    nodes = ListField(EmbeddedDocumentField("__main__.Node"))
    lists = ListField(BaseField())
    anything = BaseField()


def embedded(levels):
    node = None
    for number in range(levels):
        node = Node(number=number, next=node)
    return node


def in_lists(levels):
    node = Node()
    for _ in range(levels // 2):
        node = Node(nodes=[node])
    return node


def lists(levels):
    value = []
    for _ in range(levels - 1):
        value = [value]
    return value


def dicts(levels):
    value = {}
    for _ in range(levels - 1):
        value = {"a": value}
    return value


def undeclared(levels):
    node = Node()
    node.extra = dicts(levels)
    return node


def ordered(levels):
    value = OrderedDict()
    for _ in range(levels - 1):
        value = OrderedDict(a=value)
    return value


def tuples(levels):
    value = ()
    for _ in range(levels - 1):
        value = (value,)
    return value


def code(levels):
    return Code("x", dicts(levels - 1))


SHAPES = {
    "embedded": embedded,
    "in lists": in_lists,
    "lists": lambda levels: Node(lists=lists(levels)),
    "dicts": lambda levels: Node(anything=dicts(levels)),
    "undeclared": undeclared,
    "ordered": lambda levels: Node(anything=ordered(levels)),
    "tuples": lambda levels: Node(anything=tuples(levels)),
    "code": lambda levels: Node(anything=code(levels)),
}

# The keys and types of what is in what, from the outside in, again and again.
PATHS = {
    "embedded": [(b"next", 3)],
    "in lists": [(b"nodes", 4), (b"0", 3)],
    "lists": [(b"lists", 4), (b"0", 4)],
    "dicts": [(b"anything", 3)],
    "undeclared": [(b"extra", 3)],
    "ordered": [(b"anything", 3), (b"$a", 3)],
    "tuples": [(b"anything", 3), (b"$a", 4)],
    "code": [(b"anything", 15)],
}


def nested_bytes(path, levels):
    inner = b"\5\0\0\0\0"
    for level in reversed(range(levels)):
        key, kind = path[level % len(path)]
        if kind == 15:
            inner = (len(inner) + 10).to_bytes(4, "little") + b"\2\0\0\0x\0" + inner
        element = bytes([kind]) + key + b"\0" + inner
        inner = (len(element) + 5).to_bytes(4, "little") + element + b"\0"
    return inner


def allowed(shape):
    document = SHAPES[shape](ALLOWED)
    assert codec.validate_many([document]) is True
    [encoded] = codec.encode_many([document], [1])
    [decoded] = codec.decode_many(encoded)
    assert codec.encode_many([decoded], [1]) == [encoded]


def written(shape):
    refused(codec.encode_many, [SHAPES[shape](ENDLESS)], [1])


def validated(shape):
    if shape in ("embedded", "in lists"):  # the others are valid, whatever they hold
        refused(codec.validate_many, [SHAPES[shape](ENDLESS)])


def read(shape):
    refused(codec.decode_many, nested_bytes(PATHS[shape], ENDLESS))


# What is deep stands where nobody asks for it.
def passed_over(shape):
    for part in PARTS:
        for levels in ALLOWED, STORED:
            [found] = part.decode_many(nested_bytes(PATHS[shape], levels))
            assert getattr(found, "number", found) in (None, (None,)), found
        for raw in nested_bytes(PATHS[shape], ENDLESS), largest_bytes():
            try:
                part.decode_many(raw)
            except DocumentError as error:
                assert str(error.__cause__) == "a document has more than 250 levels"
            else:
                raise AssertionError("nothing was raised")


# What is asked for may stand as deep as Python makes shapes.
def asked_for(shape):
    if shape not in ("embedded", "in lists"):
        return
    name = PATHS[shape][0][0].decode()
    for levels in 10, 49, 50, 51, 200:
        path = ".".join([name] * levels + ["number"])
        for query in Node.objects.only(path), Node.objects.exclude(path), Node.objects.values(path):
            part = codec_for(Node, CodecOptions(), query._reads()[1])
            [found] = part.decode_many(nested_bytes([], 0))
            value = found[path] if type(found) is dict else getattr(found, name)
            assert value in (None, []), value


# A document as large as any that MongoDB stores, of as many levels as it has room for.
@cache
def largest_bytes():
    levels = LARGEST // 7
    ends = range(5 + 7 * levels, 5, -7)
    heads = b"".join(end.to_bytes(4, "little") + b"\3\0" for end in ends)
    return heads + b"\5\0\0\0\0" + b"\0" * levels


def refused(work, *arguments):
    try:
        work(*arguments)
    except Exception:
        return
    raise AssertionError("nothing was raised")


def run():
    for work in works:
        for shape in SHAPES:
            print(work, shape, end=": ", flush=True)
            globals()[work](shape)
            print("alive", flush=True)


_, place, *works = sys.argv
codec = codec_for(Node, CodecOptions())
NUMBERS = (
    Node.objects.only("number"),
    Node.objects.only("number", "next.number"),
    Node.objects.values_list("number"),
    Node.objects.scalar("number"),
)
PARTS = [codec_for(Node, CodecOptions(), query._reads()[1]) for query in NUMBERS]
if place == "main":
    run()
else:
    threading.stack_size(256 * 1024)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
"""

SHAPES = (
    "embedded",
    "in lists",
    "lists",
    "dicts",
    "undeclared",
    "ordered",
    "tuples",
    "code",
)
WORKS = ("allowed", "validated", "written", "read", "passed_over", "asked_for")


THREAD = pytest.param(
    "thread",
    marks=pytest.mark.skipif(
        sys.version_info >= (3, 13), reason="Python's own calls run out of so little stack there"
    ),
)


@cache
def ran(side: str, place: str) -> subprocess.CompletedProcess[str]:
    """All works, one after the other in one program, since to start one takes longer."""
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, place, *WORKS],
        env={**os.environ, codec.VARIABLE: side},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("place", ["main", THREAD])
@pytest.mark.parametrize("side", codec.available())
def test_150_levels_pass_and_10000_are_an_error(side: str, place: str, work: str) -> None:
    told = ran(side, place)
    lines = [line for line in told.stdout.splitlines() if line.startswith(work)]
    assert lines == [f"{work} {shape}: alive" for shape in SHAPES], told.stderr
    assert (told.stderr, told.returncode) == ("", 0)
