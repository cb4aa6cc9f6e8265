"""What is one for a whole process: its end, its forks, the switch of its collector."""

from __future__ import annotations

import os

import pytest

from tests.codec.programs import ran

BEGINNING = """
import gc, os, sys, threading, time
from bson import CodecOptions
from aiomotorengine import Document, JsonField, StringField
from aiomotorengine.codec import codec_for, new_object_ids

deed = lambda: None

class Hooked(StringField):
    def to_son(self, value):
        deed()
        return value

class Event(Document):
    data = JsonField()
    text = Hooked()

side = codec_for(Event, CodecOptions())
"""


def test_a_program_ends_well_while_a_daemon_thread_converts_documents(codec: str) -> None:
    program = """
events = [Event(data={"a": [1, 2, 3]}) for _ in range(1000)]
begun = threading.Event()

def forever():
    while True:
        side.encode_many(events, range(1000), validate=True)
        begun.set()

for _ in range(2):
    threading.Thread(target=forever, daemon=True).start()
begun.wait()
print("ends")
"""
    assert ran(codec, BEGINNING + program) == "ends\n"


def test_the_end_waits_for_a_call_whose_method_makes_another(codec: str) -> None:
    # What is registered before the extension registers its own is called after it. Until that
    # waits, the main thread gives way to nobody.
    program = f"""
import atexit
atexit.register(lambda: print(finished.wait(20)))
{BEGINNING}
begun, ending, finished = threading.Event(), threading.Event(), threading.Event()

def convert_again():
    global deed
    deed = lambda: None
    begun.set()
    ending.wait()
    side.encode_many([Event(data=[1])], [1])

def convert():
    side.encode_many([Event(data=[1])], [1])
    finished.set()

deed = convert_again
threading.Thread(target=convert, daemon=True).start()
begun.wait()
sys.setswitchinterval(20)
atexit.register(ending.set)
"""
    assert ran(codec, program) == "True\n"


def test_a_program_ends_well_while_a_method_makes_calls_without_end(codec: str) -> None:
    program = """
begun = threading.Event()

def convert_forever():
    global deed
    deed = lambda: None
    while True:
        side.encode_many([Event(data=[1])], [1])
        begun.set()

deed = convert_forever
events = [Event(data=[1])]
threading.Thread(target=lambda: side.encode_many(events, [1]), daemon=True).start()
begun.wait()
print("ends")
"""
    assert ran(codec, BEGINNING + program) == "ends\n"


def test_the_codec_works_until_the_end(codec: str) -> None:
    # What is registered before the extension registers its own is called after it.
    program = f"""
import atexit
atexit.register(lambda: convert())
{BEGINNING}
def convert():
    [encoded] = side.encode_many([Event(data=[1])], [1])
    print(side.decode_many(encoded)[0].data, flush=True)

class Late:
    def __del__(self):
        convert()

late = Late()
"""
    assert ran(codec, program) == "[1]\n" * 2


def test_what_a_method_does_to_the_collectors_switch_stays(codec: str) -> None:
    program = """
for deed, expected in ((gc.disable, False), (gc.enable, True)):
    side.encode_many([Event(text="a")], [1])
    print(gc.isenabled() is expected)
gc.disable()
deed = lambda: None
side.encode_many([Event(text="a")], [1])
print(gc.isenabled())
"""
    assert ran(codec, BEGINNING + program) == "True\nTrue\nFalse\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_process_forked_in_a_call_collects_garbage(codec: str) -> None:
    program = """
def fork():
    if os.fork() == 0:
        os._exit(0 if gc.isenabled() else 1)
    print(os.wait()[1])

class Tree(Document):
    data = JsonField()

deed = fork
side.encode_many([Event(text="a")], [1])
class Forking(dict):
    def items(self):
        fork()
        return super().items()
tree = codec_for(Tree, CodecOptions())
tree.encode_many([Tree(data=Forking(a=1))], [1])
"""
    assert ran(codec, BEGINNING + program, PYTHONWARNINGS="ignore") == "0\n0\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_forked_process_makes_ids_of_its_own(codec: str) -> None:
    # A child may have its parent's number, the first one in a namespace of its own: it is told all
    # the same.
    program = """
new_object_ids(1)
os.getpid = lambda: 1
read, write = os.pipe()
if os.fork() == 0:
    os.write(write, b"".join(id.binary[4:9] for id in new_object_ids(2)))
    os._exit(0)
os.wait()
print(new_object_ids(1)[0].binary[4:9] in os.read(read, 10))
"""
    assert ran(codec, BEGINNING + program, PYTHONWARNINGS="ignore") == "False\n"


def test_a_slot_of_another_class_is_not_taken_for_a_documents(codec: str) -> None:
    program = """
from bson import encode
from aiomotorengine.storage.base import DocumentStorage

Large = type("Large", (), {"__slots__": [f"slot_{number:04}" for number in range(3000)]})
DocumentStorage._hidden = vars(Large)["slot_2999"]  # 24 KB behind where an instance begins
try:
    side.decode_many(encode({"_id": 1}) * 5000)
except Exception as error:
    print("refused" if isinstance(error.__cause__ or error, TypeError) else error)
"""
    # The codec is compiled after that.
    begun = BEGINNING.replace("side = codec_for", "sides = lambda: codec_for")
    assert ran(codec, begun + program.replace("side.", "sides().")) == "refused\n"
