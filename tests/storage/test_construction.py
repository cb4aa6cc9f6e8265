"""The law of construction: calling a class comes to what its ``__init__``, written in Python, does.

A class is called as it is, and a twin whose own ``__init__`` only hands on to Document's: the same
values, in the same order, or the same error.
"""

from __future__ import annotations

import abc
import random
from collections.abc import Callable
from typing import Any

import pytest

from aiomotorengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    JsonField,
    ListField,
    PasswordField,
    ReferenceField,
    StringField,
)

SEEDS = range(60)


class Inner(Document):
    size = IntField(default=1)


FIELDS: list[Callable[[], Any]] = [
    StringField,
    lambda: StringField(default="text", required=True),
    IntField,
    lambda: IntField(default=lambda: 5),
    lambda: BooleanField(default=False),
    DateTimeField,
    lambda: ListField(StringField()),
    lambda: ListField(IntField(), default=[1, 2]),
    JsonField,
    lambda: JsonField(default={"a": [1]}),
    PasswordField,
    lambda: EmbeddedDocumentField(Inner),
    lambda: EmbeddedDocumentField(Inner, default=Inner),
    lambda: ReferenceField(Inner),
    lambda: StringField(db_field="elsewhere"),
]
VALUES: list[Any] = [None, "", "a", 0, 7, 2.5, True, [], ["b"], (1, 2), {}, {"k": 1}, object, b"x"]
OTHER_NAMES = ["extra", "_extra", "_id", "save", "_values", "objects", "label", "fixed", "__x__"]
OTHER_NAMES += ["__dict__", "_hidden", "_is_persisted", "self", "cls", "with space", "é"]


def body_of(chance: random.Random) -> dict[str, Any]:
    makers = chance.sample(FIELDS, chance.randint(0, 8))
    body: dict[str, Any] = {f"f{number}": make() for number, make in enumerate(makers)}
    body["__module__"] = __name__
    if chance.random() < 0.5:

        def set_label(document: Any, value: Any) -> None:
            if value == 7:
                raise ValueError("no label")
            document.extra_label = value

        body["label"] = property(lambda document: "label", set_label)
        body["fixed"] = property(lambda document: "fixed")
    return body


def classes_of(chance: random.Random) -> tuple[Any, Any]:
    """A class, perhaps derived from another, and its twin."""
    parent: Any = Document
    if chance.random() < 0.4:
        parent = type(Document)("Parent", (Document,), {"p": IntField(default=2)})
    if chance.random() < 0.2:
        parent = type(Document)("Slotted", (parent,), {"__slots__": ("slot",)})

    def handing_on(self: Any, /, *args: Any, **values: Any) -> None:
        super(twin, self).__init__(*args, **values)

    cls = type(Document)("Same", (parent,), body_of(chance))
    twin: Any = type(Document)("Same", (cls,), {"__init__": handing_on})
    return cls, twin


def keywords_for(cls: Any, chance: random.Random) -> dict[str, Any]:
    known = [name for name in cls._fields if chance.random() < 0.5]
    chance.shuffle(known)
    others = chance.sample(OTHER_NAMES, chance.choice([0, 0, 1, 2]))
    if chance.random() < 0.2:
        others.append("slot")
    names = known + others
    if chance.random() < 0.3:
        chance.shuffle(names)
    return {name: chance.choice(VALUES) for name in names}


def outcome(cls: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    try:
        document = cls(*arguments, **keywords)
    except Exception as error:
        return type(error), str(error), error.args
    kept = [(name, comparable(value)) for name, value in document._values.items()]
    rest = document._is_persisted, document._stored_keys, document._hidden
    return kept, comparable(document._id), rest, getattr(document, "slot", None)


def comparable(value: Any) -> Any:
    if isinstance(value, Document):
        return type(value), value._values, value._id
    return type(value), value


@pytest.mark.parametrize("seed", SEEDS)
def test_calling_a_class_is_running_documents_init(seed: int) -> None:
    chance = random.Random(seed)
    cls, twin = classes_of(chance)
    for _ in range(20):
        keywords = keywords_for(cls, chance)
        assert outcome(cls, (), keywords) == outcome(twin, (), keywords), keywords


@pytest.mark.parametrize("arguments", [(1,), ("a", None)], ids=repr)
@pytest.mark.parametrize("keywords", [{}, {"size": 2}], ids=repr)
def test_positional_arguments_are_refused_as_by_init(
    arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> None:
    with pytest.raises(TypeError) as refused:
        Inner(*arguments, **keywords)
    bare = Inner.__new__(Inner)
    with pytest.raises(TypeError) as by_init:
        Document.__init__(bare, *arguments, **keywords)
    assert str(refused.value) == str(by_init.value)


def test_a_keyword_that_is_no_text_is_refused() -> None:
    keywords: Any = {5: 1}
    with pytest.raises(TypeError, match="keywords must be strings"):
        Inner(**keywords)


def test_the_given_keywords_are_left_alone() -> None:
    keywords = {"_id": 5, "size": 2}
    Inner(**keywords)
    assert keywords == {"_id": 5, "size": 2}


def test_an_init_that_a_program_puts_on_a_class_is_run_and_can_be_taken_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Patched(Document):
        size = IntField(default=1)

    assert Patched().size == 1
    ran = []

    def init(self: Any, **values: Any) -> None:
        ran.append(values)
        Document.__init__(self, **values)

    with monkeypatch.context() as patch:
        patch.setattr(Patched, "__init__", init)
        assert Patched(size=3).size == 3
        assert ran == [{"size": 3}]
    assert Patched(size=4).size == 4
    assert len(ran) == 1


def test_an_init_that_is_put_on_a_base_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Base(Document):
        size = IntField(default=1)

    class Derived(Base):
        name = StringField()

    assert Derived().size == 1
    monkeypatch.setattr(
        Base, "__init__", lambda self, **values: Document.__init__(self, size=9, name="patched")
    )
    assert (Derived().size, Derived().name) == (9, "patched")


def test_a_new_that_is_put_on_a_class_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Patched(Document):
        size = IntField(default=1)

    assert Patched().size == 1
    made = []

    def new(cls: Any, **values: Any) -> Any:
        made.append(values)
        return Document.__new__(cls)

    monkeypatch.setattr(Patched, "__new__", new)
    assert Patched(size=2).size == 2
    assert made == [{"size": 2}]


def test_a_default_that_changes_later_holds_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    class Changing(Document):
        size = IntField(default=1)

    assert Changing().size == 1
    monkeypatch.setattr(Changing._fields["size"], "default", 2)
    assert Changing().size == 2


def test_a_metaclass_with_a_call_of_its_own_is_asked() -> None:
    class Counting(type(Document)):  # type: ignore[misc]
        calls = 0

        def __call__(cls, *args: Any, **values: Any) -> Any:
            Counting.calls += 1
            return super().__call__(*args, **values)

    class Counted(Document, metaclass=Counting):
        size = IntField(default=1)

    assert Counted(size=2).size == 2
    assert Counting.calls == 1


def test_a_factory_that_fails_lets_the_call_fail_and_leaves_nothing_behind() -> None:
    def fail() -> Any:
        raise RuntimeError("no default")

    class Failing(Document):
        first = ListField(StringField())
        size = IntField(default=fail)

    with pytest.raises(RuntimeError, match="no default"):
        Failing()
    assert Failing(size=3).size == 3


def test_a_factory_may_make_documents_of_its_own_class() -> None:
    depth = 0

    def make() -> Any:
        nonlocal depth
        depth += 1
        return Nested() if depth < 5 else None

    class Nested(Document):
        child = JsonField(default=make)

    nested: Any = Nested()
    assert nested.child.child.child.child.child is None


def test_an_abstract_class_cannot_be_called() -> None:
    class AbstractMeta(type(Document), abc.ABCMeta):  # type: ignore[misc]
        pass

    class Abstract(Document, metaclass=AbstractMeta):
        @abc.abstractmethod
        def run(self) -> None: ...

    class Concrete(Abstract):
        def run(self) -> None: ...

    with pytest.raises(TypeError, match="abstract"):
        Abstract()
    assert Concrete()._values == {}
