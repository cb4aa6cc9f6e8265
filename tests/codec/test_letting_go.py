"""Values that go away while they are being converted, by a method of their own or of their field.

With ``PYTHONMALLOC=debug`` whoever looks at a value that is gone falls, so these are programs of
their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import aiomotorengine

PROGRAM = """
from bson import CodecOptions
from aiomotorengine import *
from aiomotorengine.codec import codec_for


class Number:
    def __int__(self):
        let_go()
        return 5


class Text(str):
    __hash__ = str.__hash__

    def __eq__(self, other):
        let_go()
        return False


class Hasty(StringField):
    def is_empty(self, value):
        let_go()
        return False


class Inner(Document):
    number = IntField()

    def to_son(self):
        return {{"own": True}}


class Model(Document):
    value = {field}


for _ in range(50):
    document = Model(value={value})

    def let_go():
        held = document.__dict__["value"]
        held.clear() if isinstance(held, list) else document.__dict__.update(value=None)

    codec = codec_for(Model, CodecOptions())
    [encoded] = codec.encode_many([document], [1], validate=True)
    document = Model(value={value})
    codec.validate_many([document])
    document = Model(value={value})
    codec.encode_many([document], [1])
"""

VALUES = {
    "a number": ("IntField()", "Number()"),
    "a number in a list": ("ListField(IntField())", "[Number(), Number()]"),
    "a text": ("StringField(required=True)", "Text('a' * 100)"),
    "a field": ("Hasty(required=True)", "'a' * 100 + str(_)"),
    "an embedded document": ("EmbeddedDocumentField(Inner)", "Inner(number=Number())"),
    "embedded documents": ("ListField(EmbeddedDocumentField(Inner))", "[Inner(number=Number())]"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_goes_away_is_not_looked_at(name: str, codec: str) -> None:
    field, value = VALUES[name]
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(field=field, value=value)],
        env={
            **os.environ,
            "AIOMOTORENGINE_CODEC": codec,
            "PYTHONMALLOC": "debug",
            "PYTHONPATH": str(Path(aiomotorengine.__file__).parent.parent),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
