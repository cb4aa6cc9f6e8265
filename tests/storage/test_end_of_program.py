"""Programs that end while a daemon thread is with a document, in Python code of theirs."""

from __future__ import annotations

import pytest

from tests.codec.programs import ran

PROGRAM = """
import sys, threading, time
from aiomotorengine import Document, JsonField, StringField

class Gone:
    def __del__(self):
        time.sleep(0.0001)

class Own(Document):
    name = StringField()

    def __init__(self, **values):
        time.sleep(0.0001)
        super().__init__(**values)

class Event(Document):
    data = JsonField()
    made = JsonField(default=lambda: time.sleep(0.0001))

    @property
    def label(self):
        return None

    @label.setter
    def label(self, value):
        time.sleep(0.0001)

class Plain(Document):
    data = JsonField()

class Last:
    # It goes when threads are ended already, and gives them the time for it.
    def __del__(self, sleep=time.sleep):
        sleep(0.1)

last = Last()

def make():
    Own(name="a")

def make_by_a_function():
    Event(data=1)

def let_go():
    Plain(data=Gone())

def replace():
    document = Plain()
    document.data = Gone()
    document.data = None

def set_a_property():
    Event.__new__(Event).label = 5

def empty():
    vars(Plain(data=Gone())).clear()

def forget_its_dict():
    Plain(data=Gone()).__dict__ = {}

def id_of_its_own():
    Plain()._id = Gone()

def forever(work, begun):
    while True:
        work()
        begun.set()

for _ in range(3):
    begun = threading.Event()
    threading.Thread(target=forever, args=(globals()[sys.argv[1]], begun), daemon=True).start()
    begun.wait()
print("ends")
"""


@pytest.mark.parametrize(
    "work",
    [
        "make",
        "make_by_a_function",
        "let_go",
        "replace",
        "set_a_property",
        "empty",
        "forget_its_dict",
        "id_of_its_own",
    ],
)
def test_a_program_ends_well_while_a_daemon_thread_is_with_a_document(
    codec: str, work: str
) -> None:
    assert ran(codec, PROGRAM, work) == "ends\n"
