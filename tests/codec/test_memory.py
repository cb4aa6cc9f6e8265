"""Little memory, and documents that are larger than any: an exception, never the process's end."""

from __future__ import annotations

import sys

import pytest

from tests.codec.programs import ran

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux has them")

BEGINNING = """
import resource
from bson import CodecOptions
from aiomotorengine import BaseField, BinaryField, Document, ListField, Rows, StringField
from aiomotorengine.codec import codec_for
from aiomotorengine.rows.plan import row_plan

MIB = 2**20

class Page(Document):
    lines = ListField(StringField())
    parts = ListField(BinaryField())
    anything = BaseField()

side = codec_for(Page, CodecOptions())
row_side = side.compile_rows(row_plan(Rows([]).reader(Page)))

def limit(more):
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + more, resource.RLIM_INFINITY))

def tell(work, *arguments):
    try:
        work(*arguments)
    except Exception as error:
        print(type(error).__name__, type(error.__cause__).__name__)
"""


@pytest.mark.parametrize(
    "values",
    [
        "lines=['x' * 20 * MIB] * 100",
        "lines=['\\u00e9' * 20 * MIB] * 100",
        "parts=[b'x' * 20 * MIB] * 100",
        "anything=['x' * 20 * MIB] * 100",
        "anything={'k' * 20 * MIB: 1}, lines=['x' * 20 * MIB] * 100",
    ],
)
def test_a_document_or_row_for_which_there_is_no_memory_is_refused(codec: str, values: str) -> None:
    program = f"""
values = dict({values})
page = Page(**values)
limit(400 * MIB)
tell(side.encode_many, [page], [1])
tell(row_side.encode_many, [values])
"""
    assert ran(codec, BEGINNING + program) == "DocumentError MemoryError\n" * 2


def test_a_list_that_holds_another_twice_and_so_on_is_refused(codec: str) -> None:
    program = """
value = ["x" * 100]
for _ in range(40):
    value = [value, value]
limit(400 * MIB)
tell(side.encode_many, [Page(anything=value)], [1])
"""
    assert ran(codec, BEGINNING + program) == "DocumentError MemoryError\n"


@pytest.mark.parametrize("spare", [16, 24, 28, 32, 40, 48])
def test_memory_may_end_anywhere_in_a_call(codec: str, spare: int) -> None:
    program = """
row = {"lines": ["x" * MIB] * 12, "parts": [b"x" * MIB] * 2, "anything": [1, 2.5] * 10_000}
page = Page(**row)
[encoded] = side.encode_many([page], [1])
limit(int(sys.argv[1]) * MIB)
for work, arguments in (
    (side.encode_many, ([page], [1])),
    (side.decode_many, (encoded,)),
    (row_side.encode_many, ([row],)),
):
    try:
        work(*arguments)
    except MemoryError:
        pass
    except Exception as error:
        assert type(error.__cause__) is MemoryError, error
print("alive")
"""
    assert ran(codec, f"import sys\n{BEGINNING}{program}", str(spare)) == "alive\n"


MAKING = """
import copy, pickle, sys

row = {"lines": ["x"], "anything": 1}
pickled = pickle.dumps(Page(**row))

def more(document):
    document.extra = 1
    return vars(document)

ways = {
    "made": lambda: Page(**row),
    "loaded": lambda: Page.from_son(row),
    "copied": lambda: copy.copy(page),
    "pickled": lambda: pickle.loads(pickled),
    "with a dict": lambda: more(Page(**row)),
}
make = ways[sys.argv[1]]
page = Page(**row)
kept = [None] * 1_000_000
make()
limit(8 * MIB)
try:
    for place in range(len(kept)):
        kept[place] = make()
except MemoryError:
    made = place
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
last = kept[made - 1]
assert (last if isinstance(last, dict) else last._values)["lines"] == ["x"]
print(made > 1_000, make() is not None)
"""


@pytest.mark.parametrize("way", ["made", "loaded", "copied", "pickled", "with a dict"])
def test_memory_may_end_while_documents_are_made(codec: str, way: str) -> None:
    assert ran(codec, BEGINNING + MAKING, way) == "True True\n"
