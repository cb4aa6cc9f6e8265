"""Values that change their document when they go, at each step of what is done with it.

Whatever comes of it: no crash, and nothing is kept or let go of twice. With ``PYTHONMALLOC=debug``
whoever looks at a value that is gone falls, so these are programs of their own.
"""

from __future__ import annotations

import pytest

from tests.codec.programs import ran

PROGRAM = """
import copy, gc, pickle, random, sys
from aiomotorengine import *

chance = random.Random(int(sys.argv[1]))
depth = 0

class Value:
    living = 0

    def __init__(self):
        Value.living += 1

    def __del__(self):
        Value.living -= 1
        meddle()

    def __reduce__(self):
        return Value, ()

    def __deepcopy__(self, memo):
        meddle()
        return Value()

def make():
    meddle()
    return Value()

class Model(Document):
    a = BaseField()
    b = BaseField()

class Wider(Model):
    c = BaseField(default=make)

class Other(Document):
    z = StringField()
    a = JsonField()

class Slotted(Model):
    __slots__ = ("slot",)

class Own(Wider):
    def __init__(self, **values):
        documents.append(self)
        self.a = Value()
        super().__init__(**values)
        meddle()

class Guarded(Model):
    def __setattr__(self, name, value):
        meddle()
        super().__setattr__(name, value)

CLASSES = [Model, Wider, Other, Slotted, Own, Guarded]
NAMES = ["a", "b", "c", "z", "extra", "slot", "_id", "_hidden", "_stored_keys", "_is_persisted"]
documents = []
states = []

def value():
    return chance.choice([Value, Value, lambda: None, lambda: 5, lambda: [Value()], some])()

def some():
    return chance.choice(documents) if documents else None

def values():
    return {name: value() for name in chance.sample(NAMES, chance.randint(0, 4))}

def construct():
    documents.append(chance.choice(CLASSES)(**values()))

def construct_empty():
    made = chance.choice(CLASSES)
    documents.append(made.__new__(made))

def load():
    documents.append(chance.choice(CLASSES).from_son({"a": value(), "extra": value(), "_id": 5}))

def fill_again():
    some().__init__(**values())

def put():
    setattr(some(), chance.choice(NAMES), value())

def delete():
    delattr(some(), chance.choice(NAMES))

def read():
    getattr(some(), chance.choice(NAMES))

def look():
    vars(some())

def clear():
    vars(some()).clear()

def replace():
    some().__dict__ = values()

def become():
    some().__class__ = chance.choice(CLASSES)

def clone():
    documents.append(copy.copy(some()))

def clone_deeply():
    documents.append(copy.deepcopy(some()))

def pickled():
    documents.append(pickle.loads(pickle.dumps(some())))

def restore():
    state = values(), values()
    states.append(state)
    some().__setstate__(state)

def change_state():
    for state in states:
        for names in state:
            names.pop(chance.choice(NAMES), None)
            names[chance.choice([*NAMES, f"name{len(names)}"])] = value()

def convert():
    some().to_son()

def show():
    repr(some()), sys.getsizeof(some())

def forget():
    del documents[chance.randrange(len(documents))]

def forget_all():
    documents.clear()
    states.clear()

def collect():
    gc.collect(chance.randrange(3))

STEPS = [construct] * 4 + [put] * 6 + [delete] * 3 + [forget] * 4 + [
    construct_empty, load, fill_again, read, look, clear, replace, become, clone, clone_deeply,
    pickled, restore, change_state, convert, show, forget_all, collect,
]

def meddle():
    global depth
    if depth < 3 and chance.random() < 0.5:
        depth += 1
        try:
            chance.choice(STEPS)()
        except (AttributeError, TypeError, ValueError, IndexError, KeyError, RecursionError):
            pass
        except RuntimeError:
            pass  # a dict that changes while it is copied
        finally:
            depth -= 1

for round in range(15):
    gc.set_threshold(chance.choice([1, 2, 3, 7, 700]))
    for _ in range(120):
        depth = 0
        meddle()
        del documents[12:], states[3:]
    depth = 3
    gc.set_threshold(700)
    documents.clear()
    states.clear()
    gc.collect()
    assert Value.living == 0, (round, Value.living)
print("alive")
"""


# A copy that takes a state which others know, and change while it is taken.
TAKING = """
import copy, sys
from aiomotorengine import *

class Value:
    def __del__(self):
        change()

class Model(Document):
    a = BaseField()
    b = BaseField()

class Guarded(Model):
    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        change()

class Kept(Model):
    def __new__(cls):
        made = super().__new__(cls)
        made.a = Value()
        return made

def change():
    for names in state:
        names.update((f"name{len(names) + more}", None) for more in range(20))

class Copied:
    def __init__(self, model):
        self.model = model

    def __reduce_ex__(self, protocol):
        return self.model.__new__, (self.model,), state

for model in (Guarded, Kept):
    slots = {"_id": 3, "_is_persisted": True, "_stored_keys": None, "_hidden": None}
    state = {"a": 1, "b": 2}, slots
    try:
        made = copy.copy(Copied(model))
    except RuntimeError:
        continue  # a dict that changes while it is gone through
    assert (made.a, made.b, made._id) == (1, 2, 3)
print("alive")
"""


def test_a_state_may_change_while_it_is_taken(codec: str) -> None:
    assert ran(codec, TAKING) == "alive\n"


@pytest.mark.parametrize("seed", range(3))
def test_documents_survive_values_that_meddle(codec: str, seed: int) -> None:
    assert ran(codec, PROGRAM, str(seed), PYTHONMALLOC="debug") == "alive\n"
