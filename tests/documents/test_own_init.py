"""Classes with an ``__init__`` or ``__new__`` of their own: made by them, and loaded."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

import bson
import pytest
from bson import ObjectId
from bson.codec_options import CodecOptions

from aiomotorengine import BooleanField, Document, EmbeddedDocumentField, IntField, StringField
from aiomotorengine.codec import codec_for


class Account(Document):
    """Its ``__init__`` does not take an ``_id``, so it cannot be called to load one."""

    email = StringField()
    active = BooleanField()
    visits = IntField(default=1)

    def __init__(self, email: str, active: bool = True) -> None:
        super().__init__(email=email.lower(), active=active)
        self.greeting = f"Hello {email}"


class Shelf(Document):
    owner = EmbeddedDocumentField(Account)


async def test_a_class_whose_init_takes_less_is_saved_and_loaded(mongo: Any, codec: str) -> None:
    saved = await Account("A@B.example").save()
    assert saved is not None
    await Account.objects.bulk_insert([Account("C@D.example", active=False)])
    loaded = await Account.objects.order_by("email").find_all()
    assert [(a.email, a.active, a.visits) for a in loaded] == [
        ("a@b.example", True, 1),
        ("c@d.example", False, 1),
    ]
    assert type(await Account.objects.get(saved._id)) is Account


def test_loading_calls_no_init_that_does_not_take_the_fields() -> None:
    key = ObjectId()
    account = Account.from_son({"_id": key, "email": "A@B.example"})
    assert (account._id, account.email, account.visits) == (key, "A@B.example", 1)
    assert account._is_persisted
    assert not hasattr(account, "greeting")


def test_the_init_runs_where_the_program_calls_it() -> None:
    account = Account("A@B.example")
    assert account.greeting == "Hello A@B.example"
    assert account.to_son() == {
        "email": "a@b.example",
        "active": True,
        "visits": 1,
        "_greeting": "Hello A@B.example",
    }


def test_embedded_documents_load_alike() -> None:
    shelf = Shelf.from_son({"owner": {"email": "A@B.example", "active": False}})
    assert (shelf.owner.email, shelf.owner.active) == ("A@B.example", False)
    assert Shelf(owner=Account("A@B.example")).to_son()["owner"]["email"] == "a@b.example"


def test_what_an_init_sets_before_documents_own_stays() -> None:
    class Cached(Document):
        name = StringField(default="a")

        def __init__(self, size: int) -> None:
            self._cache = size
            super().__init__()

    assert (Cached(5)._cache, Cached(5).name) == (5, "a")


# -- which constructors are called to load -------------------------------------------------------


def begin(document: Any, **values: Any) -> None:
    Document.__init__(document, **values)
    document._was_called = True


TAKES_WHAT_IS_STORED: list[Callable[..., None]] = [
    lambda self, **values: begin(self, **values),
    lambda self, *args, **values: begin(self, **values),
    lambda self, name=None, **values: begin(self, name=name, **values),
    lambda self, name, _id, size=3, **values: begin(self, name=name, _id=_id, size=size, **values),
    lambda self, _id=None, name=None, size=None: begin(self, _id=_id, name=name, size=size),
    lambda self, *, size, name, _id=None: begin(self, _id=_id, name=name, size=size),
]

TAKES_SOMETHING_ELSE: list[Callable[..., None]] = [
    lambda self: begin(self),
    lambda self, name: begin(self, name=name),
    lambda self, name=None, size=None: begin(self, name=name, size=size),
    lambda self, _id=None, name=None: begin(self, _id=_id, name=name),
    lambda self, other, **values: begin(self, **values),
    lambda self, name, /, **values: begin(self, **values),
    lambda self, *args: begin(self),
]


def parameters(init: Callable[..., None]) -> str:
    return str(signature(init))


def class_with(**methods: Any) -> Any:
    fields = {"name": StringField(default="unnamed"), "size": IntField(default=lambda: 9)}
    return type("Named", (Document,), fields | methods)


@pytest.mark.parametrize("init", TAKES_WHAT_IS_STORED, ids=parameters)
def test_an_init_that_takes_the_id_and_all_fields_is_called(init: Any, codec: str) -> None:
    for named in read(class_with(__init__=init), _id=7, name="a", size=2):
        assert (named._id, named.name, named.size, named._was_called) == (7, "a", 2, True)


@pytest.mark.parametrize("init", TAKES_WHAT_IS_STORED[3:4] + TAKES_WHAT_IS_STORED[5:])
def test_what_such_an_init_needs_and_is_not_stored_has_its_default(init: Any, codec: str) -> None:
    for named in read(class_with(__init__=init)):
        assert (named._id, named.name, named._was_called) == (None, "unnamed", True)
    for named in read(class_with(__init__=TAKES_WHAT_IS_STORED[5])):
        assert named.size == 9


@pytest.mark.parametrize("init", TAKES_SOMETHING_ELSE, ids=parameters)
def test_another_init_is_not_called(init: Any, codec: str) -> None:
    for named in read(class_with(__init__=init), _id=7, name="a", size=2, other="b"):
        assert (named._id, named.name, named.size, named.other) == (7, "a", 2, "b")
        assert not hasattr(named, "_was_called")


def test_a_new_that_takes_something_else_is_not_called_either(codec: str) -> None:
    class Numbered(Document):
        name = StringField()

        def __new__(cls, number: int) -> Any:
            made = super().__new__(cls)
            made.number = number
            return made

        def __init__(self, number: int) -> None:
            super().__init__(name=f"number {number}")

    assert (Numbered(5).name, Numbered(5).to_son()["_number"]) == ("number 5", 5)
    for numbered in read(Numbered, _id=7, name="a", _number=6):
        assert (numbered.name, numbered.number) == ("a", 6)


def test_the_table_of_the_codec_says_which() -> None:
    lines = {
        True: "whole documents: made by calling the class, which has its own __init__",
        False: "whole documents: made without calling the class, whose own __init__ does not take "
        "_id and every field as keywords",
    }
    for is_called, inits in ((True, TAKES_WHAT_IS_STORED), (False, TAKES_SOMETHING_ELSE)):
        for init in inits:
            table = str(class_with(__init__=init).explain_codec())
            assert lines[is_called] in table
            assert lines[not is_called] not in table
    assert "calling the class" not in str(class_with().explain_codec())


def read(document_class: Any, **stored: Any) -> list[Any]:
    """The document as a single one is read, and as many are."""
    many = codec_for(document_class, CodecOptions()).decode_many(bson.encode(stored))
    return [document_class.from_son(stored), *many]
