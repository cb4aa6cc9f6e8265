"""The law of construction: calling a class comes to what its ``__init__``, written in Python, does.

A class is called as it is, a twin whose own ``__init__`` only hands on to Document's, and one in
which that is written out: the same values, in the same order, or the same error.
"""

from __future__ import annotations

import abc
import inspect
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
from aiomotorengine.documents.conversion import conversion_of

SEEDS = range(60)


class Inner(Document):
    size = IntField(default=1)


class Left(Document):
    size = IntField(default=1)
    name = StringField()


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


def written_out(self: Any, /, **values: Any) -> None:
    """What ``Document.__init__`` says in Python."""
    self._id = values.pop("_id", None)
    self._is_persisted = False
    self._stored_keys = None
    self._hidden = None
    conversion_of(type(self)).fill(self, values)


def classes_of(chance: random.Random) -> tuple[Any, Any, Any]:
    """A class, perhaps derived from another, and its twins."""
    parent: Any = Document
    if chance.random() < 0.4:
        parent = type(Document)("Parent", (Document,), {"p": IntField(default=2)})
    if chance.random() < 0.2:
        parent = type(Document)("Slotted", (parent,), {"__slots__": ("slot",)})

    def handing_on(self: Any, /, *args: Any, **values: Any) -> None:
        super(twin, self).__init__(*args, **values)

    cls = type(Document)("Same", (parent,), body_of(chance))
    twin: Any = type(Document)("Same", (cls,), {"__init__": handing_on})
    return cls, twin, type(Document)("Same", (cls,), {"__init__": written_out})


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
    cls, *twins = classes_of(chance)
    for _ in range(20):
        keywords = keywords_for(cls, chance)
        of_class = outcome(cls, (), keywords)
        for twin in twins:
            assert outcome(twin, (), keywords) == of_class, keywords


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_set_before_handing_on_is_kept_unless_it_is_given(seed: int) -> None:
    chance = random.Random(seed)
    before: dict[str, Any] = {}

    def setting(then: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, /, **values: Any) -> None:
            for name, value in before.items():
                setattr(self, name, value)
            then(self, **values)

        return init

    cls, _, _ = classes_of(chance)
    meta: Any = type(Document)
    native = meta("Same", (cls,), {"__init__": setting(cls.__init__)})
    written = meta("Same", (cls,), {"__init__": setting(written_out)})
    for _ in range(20):
        before = keywords_for(cls, chance)
        for name in ("self", "cls", "__dict__", "__x__", "save", "objects", "_values", "fixed"):
            before.pop(name, None)
        keywords = keywords_for(cls, chance)
        assert outcome(native, (), keywords) == outcome(written, (), keywords), (before, keywords)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_document_can_be_filled_again(seed: int) -> None:
    chance = random.Random(seed)
    cls, handing_on, _ = classes_of(chance)

    def again(made: Any, first: dict[str, Any], init: Callable[..., None]) -> Callable[..., Any]:
        def make(**second: Any) -> Any:
            document = made(**first)
            init(document, **second)
            return document

        return make

    for _ in range(10):
        first, second = keywords_for(cls, chance), keywords_for(cls, chance)
        for one in cls, handing_on:
            by_init = outcome(again(one, first, one.__init__), (), second)
            by_hand = outcome(again(one, first, written_out), (), second)
            assert by_init == by_hand, (first, second)


def test_an_empty_instance_can_be_filled() -> None:
    for names in {}, {"name": "early"}:
        document: Any = Left.__new__(Left)
        for name, value in names.items():
            setattr(document, name, value)
        Document.__init__(document, size=3)
        assert (document._values, document._id) == ({"size": 3, "name": None}, None)


def test_factories_are_asked_for_what_is_not_given() -> None:
    asked = []

    class Counted(Document):
        first = IntField(default=lambda: asked.append("first") or 1)
        second = IntField(default=lambda: asked.append("second") or 2)

        def __init__(self, **values: Any) -> None:
            self.first = 7
            super().__init__(**values)

    counted = Counted(second=5)
    assert (counted.first, counted.second, asked) == (7, 5, ["first"])


def test_an_init_that_fails_leaves_nothing_half_done() -> None:
    def fail() -> Any:
        raise RuntimeError("no default")

    caught = []

    class Failing(Document):
        name = StringField()
        made = IntField(default=fail)

        def __init__(self, **values: Any) -> None:
            try:
                super().__init__(**values)
            except RuntimeError as error:
                caught.append(type(error))

    failing = Failing(name="a")
    assert caught == [RuntimeError]
    assert failing._values == {}


@pytest.mark.parametrize("answer", [5, "text"], ids=repr)
def test_an_init_that_returns_something_is_refused(answer: Any) -> None:
    class Returning(Document):
        def __init__(self, **values: Any) -> None:
            super().__init__(**values)
            return answer  # type: ignore[return-value]

    with pytest.raises(TypeError, match=rf"should return None, not '{type(answer).__name__}'"):
        Returning()


def test_an_init_gets_its_arguments_as_they_were_given() -> None:
    class Own(Document):
        name = StringField()

        def __init__(self, name: str, *rest: int, flag: bool = False, **values: Any) -> None:
            super().__init__(name=name, **values)
            self.seen = rest, flag, values

    def through(*args: Any, **values: Any) -> Any:
        return Own(*args, **values)

    for make in Own, through:
        assert make("a").seen == ((), False, {})
        assert make("a", 1, 2, flag=True, _id=5).seen == ((1, 2), True, {"_id": 5})
        assert make(name="b", flag=True).name == "b"
        assert list(map(make, ["a", "b"]))[1].name == "b"
        with pytest.raises(TypeError, match="name"):
            make()
    assert Own("a", _id=5)._id == 5


def test_an_init_that_is_no_function_is_called_as_python_does() -> None:
    class NoFunction:
        def __call__(self, **values: Any) -> None:
            seen.append(values)

    seen: list[Any] = []

    class Odd(Document):
        __init__ = NoFunction()  # type: ignore[assignment]

    odd = Odd(name="a")
    assert seen == [{"name": "a"}]
    assert not hasattr(odd, "_id")


def test_the_init_of_documents_tells_of_itself() -> None:
    parameters = inspect.signature(Document.__init__).parameters
    assert [(it.name, it.kind.name) for it in parameters.values()] == [
        ("self", "POSITIONAL_ONLY"),
        ("values", "VAR_KEYWORD"),
    ]
    assert "dynamic values" in (Document.__init__.__doc__ or "")
    assert Document.__init__.__name__ == "__init__"


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
