"""One interpreter of a process gets the native codec; any other is refused it, and works without.

The extension keeps objects of the interpreter that imported it first.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig

import pytest

from aiomotorengine import codec
from aiomotorengine.storage import choice

pytestmark = pytest.mark.skipif("native" not in codec.available(), reason="there is one codec only")

IN_MAIN = """
from aiomotorengine import Document, IntField, codec
from bson.codec_options import CodecOptions

class Thing(Document):
    number = IntField()

made = codec.codec_for(Thing, CodecOptions())
[thing] = made.decode_many(*made.encode_many([Thing(number=7)], [1]))
print(thing.number, codec.implementation, codec.reason, flush=True)
"""

IN_ANOTHER = f"""
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
interpreter = interpreters.create()
interpreters.run_string(interpreter, {IN_MAIN!r})
interpreters.destroy(interpreter)
"""


ANOTHER_FIRST = pytest.param(
    (IN_ANOTHER, IN_MAIN),
    marks=pytest.mark.skipif(
        sys.version_info >= (3, 12), reason="Python itself lets no extension like it in there"
    ),
)


@pytest.mark.parametrize("programs", [(IN_MAIN, IN_ANOTHER), ANOTHER_FIRST])
def test_a_second_interpreter_is_refused_and_works_in_python(programs: tuple[str, str]) -> None:
    first, second = output_of("\n".join(programs)).splitlines()
    assert first == "7 native the extension is there"
    assert second.startswith("7 python the native codec cannot be imported (")


@pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python always has its GIL"
)
def test_a_python_without_a_gil_turns_it_on_for_the_extension() -> None:
    program = "import sys; from aiomotorengine import codec; print(sys._is_gil_enabled())"
    assert output_of(program) == "True\n"


def output_of(program: str) -> str:
    environment = {**os.environ, codec.VARIABLE: "auto", choice.VARIABLE: "auto"}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
