"""Documents without end, on a thread with little stack: an error, and the process lives on.

Bytes without end are another matter: there PyMongo itself needs more stack than such a thread has.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from aiomotorengine import codec

PROGRAM = """
import threading
from aiomotorengine import BaseField, Document, EmbeddedDocumentField, IntField
from aiomotorengine.codec import codec_for
from bson.codec_options import CodecOptions


class Node(Document):
    number = IntField()
    next = EmbeddedDocumentField("__main__.Node")
    anything = BaseField()


def refused(work, *arguments):
    try:
        work(*arguments)
    except Exception:
        return
    raise SystemExit("nothing was raised")


def deep():
    codec = codec_for(Node, CodecOptions())
    nodes, lists = None, []
    for number in range(10_000):
        nodes, lists = Node(number=number, next=nodes), [lists]
    refused(codec.validate_many, [nodes])
    refused(codec.encode_many, [nodes], [1])
    refused(codec.encode_many, [Node(anything=lists)], [1])
    allowed = None
    for number in range(90):
        allowed = Node(number=number, next=allowed)
    (raw,) = codec.encode_many([allowed], [1])
    assert codec.decode_many(raw)[0].to_son() == allowed.to_son()
    print("alive")


threading.stack_size(256 * 1024)
thread = threading.Thread(target=deep)
thread.start()
thread.join()
"""


@pytest.mark.parametrize("side", codec.available())
def test_10000_levels_are_an_error_on_a_thread_with_little_stack(side: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, codec.VARIABLE: side},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr, ran.returncode) == ("alive\n", "", 0)
