"""Hooks: which methods of a class are called when its documents are saved, and when."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any
from unittest import mock

import pytest

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    ListField,
    StringField,
    after_delete,
    after_insert,
    after_save,
    after_update,
    before_delete,
    before_insert,
    before_save,
    before_update,
    before_validate,
)
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import InvalidDocumentError
from tests.harness import Mongo
from tests.integration.commands import watch

MARKS: dict[str, Callable[[Any], Any]] = {
    "before_validate": before_validate,
    "before_save": before_save,
    "after_save": after_save,
    "before_insert": before_insert,
    "after_insert": after_insert,
    "before_update": before_update,
    "after_update": after_update,
    "before_delete": before_delete,
    "after_delete": after_delete,
}


# -- in the order of a save ------------------------------------------------------------------------


async def test_the_hooks_of_a_save_have_one_order(mongo: Mongo) -> None:
    steps: list[Any] = []
    commands = watch(mongo)

    def log(step: str, step_of: Any) -> None:
        steps.append((step, step_of._values["made"] is not None, list(commands.names)))

    def name_of(step: Any, creating: bool) -> Any:
        log("on_save", step)
        return step.name

    class Step(Document):
        name = StringField(unique=True, on_save=name_of)
        made = DateTimeField(auto_now_on_insert=True)

        @after_save
        async def last(self) -> None:
            log("after_save", self)

        @after_update
        def changed(self) -> None:
            log("after_update", self)

        @after_insert
        async def inserted(self) -> None:
            log("after_insert", self)

        @before_validate
        def tidy(self) -> None:
            log("before_validate", self)

        @before_update
        def change(self) -> None:
            log("before_update", self)

        @before_insert
        def insert(self) -> None:
            log("before_insert", self)

        @before_save
        async def first(self) -> None:
            log("before_save", self)

        def validate(self) -> bool:
            log("validate", self)
            return super().validate()

    step = Step(name="a")
    await step.save()
    sent = ["createIndexes", "insert"]
    assert steps == [
        ("before_save", False, []),
        ("before_insert", False, []),
        ("before_validate", False, []),
        ("validate", True, []),
        ("on_save", True, ["createIndexes"]),
        ("after_insert", True, sent),
        ("after_save", True, sent),
    ]
    steps.clear()
    await step.save()
    assert [name for name, *_ in steps] == [
        "before_save",
        "before_update",
        "before_validate",
        "validate",
        "on_save",
        "after_update",
        "after_save",
    ]


async def test_what_hooks_set_is_validated_and_stored(mongo: Mongo) -> None:
    class Note(Document):
        title = StringField(required=True)
        slug = StringField(required=True)

        @before_save
        def make_slug(self) -> None:
            self.slug = self.title and self.title.lower()

    assert await Note(title="A").save()
    assert await Note.objects.create(title="B")
    with pytest.raises(InvalidDocumentError, match="'title' is required"):
        await Note().save()
    assert [note.slug async for note in Note.objects.order_by(Note.slug)] == ["a", "b"]


async def test_a_document_counts_as_saved_in_the_hooks_after_it(mongo: Mongo) -> None:
    class Note(Document):
        text = StringField()
        found = IntField()

        @after_insert
        async def look(self) -> None:
            found = await Note.objects.get(self._id)
            self.text = f"{found and found.text}, read"
            await self.save(hooks=False)

    note = await Note(text="a").save()
    assert note is not None
    assert note.text == "a, read"
    assert await Note.objects.filter(text="a, read").count() == await Note.objects.count() == 1


async def test_a_hook_may_give_the_id(mongo: Mongo) -> None:
    class Note(Document):
        slug = StringField()

        @before_insert
        def take_id(self) -> None:
            self._id = self.slug

    assert await Note(slug="a").save()
    assert await Note.objects.create(slug="b")
    assert [note._id async for note in Note.objects.order_by("_id")] == ["a", "b"]


@pytest.mark.parametrize(
    "event", ["before_save", "before_insert", "before_update", "before_validate"]
)
async def test_nothing_is_written_where_a_hook_before_it_raises(mongo: Mongo, event: str) -> None:
    def refuse(note: Any) -> None:
        if note.text == "bad":
            raise LookupError("no")

    class Note(Document):
        text = StringField()
        check = MARKS[event](refuse)

    note = Note(text="good")
    await note.save()
    note.text = "bad"
    with pytest.raises(LookupError, match="no"):
        await (note if event == "before_update" else Note(text="bad")).save()
    assert [note.text async for note in Note.objects] == ["good"]


async def test_a_hook_after_it_that_raises_leaves_the_document_written(mongo: Mongo) -> None:
    class Note(Document):
        text = StringField()

        @after_save
        async def fail(self) -> None:
            if self.text == "a":
                raise LookupError("too late")

    note = Note(text="a")
    with pytest.raises(LookupError, match="too late"):
        await note.save()
    assert await Note.objects.count() == 1
    note.text = "b"
    await note.save()
    assert [found.text async for found in Note.objects] == ["b"]


async def test_no_hook_after_it_is_called_for_what_was_not_written(mongo: Mongo) -> None:
    told: list[str] = []

    class Note(Document):
        text = StringField()

        @before_save
        def before(self) -> None:
            told.append("before")

        @after_save
        def after(self) -> None:
            told.append("after")

        def validate(self) -> bool:
            return self.text != "falsy"

    assert await Note(text="falsy").save() is None
    assert told == ["before"]
    note = await Note(text="a").save()
    assert note is not None
    await note.delete()
    told.clear()
    await note.save()
    assert told == ["before"]
    await note.save(upsert=True)
    assert told == ["before", "before", "after"]


async def test_a_save_without_hooks_calls_none(mongo: Mongo) -> None:
    def fail(note: Any) -> None:
        raise AssertionError(note)

    class Inner(Document):
        check = before_validate(fail)

    class Note(Document):
        inner = EmbeddedDocumentField(Inner)
        check = before_save(after_save(before_validate(fail)))

    note = Note(inner=Inner())
    assert await note.save(hooks=False) is note
    assert await Note.objects.save(note, hooks=False) is note
    assert await Note.objects.count() == 1


async def test_query_level_writes_call_no_hook(mongo: Mongo) -> None:
    def fail(note: Any) -> None:
        raise AssertionError(note)

    class Note(Document):
        text = StringField()
        check = functools.reduce(lambda method, mark: mark(method), MARKS.values(), fail)

    await Note(text="a").save(hooks=False)
    assert (await Note.objects.update({"text": "b"})).count == 1
    assert await Note.objects.filter(text="b").delete() == 1


async def test_validating_alone_calls_no_hook(mongo: Mongo) -> None:
    class Note(Document):
        text = StringField(required=True)

        @before_validate
        def fill(self) -> None:
            self.text = "a"

    with pytest.raises(InvalidDocumentError):
        Note().validate()
    assert [error.path for error in Note().validation_errors()] == ["text"]
    assert await Note().save()


# -- embedded documents ----------------------------------------------------------------------------


class Street(Document):
    name = StringField(max_length=6)

    @before_validate
    def tidy(self) -> None:
        self.name = self.name and self.name.strip()


class Home(Document):
    street = EmbeddedDocumentField(Street)
    inner = EmbeddedDocumentField("tests.documents.test_hooks.Home")

    @before_save
    @after_save
    def fail(self) -> None:
        raise AssertionError("an embedded document is not saved")


class Owner(Document):
    homes = ListField(ListField(EmbeddedDocumentField(Home)))
    changed = DateTimeField(auto_now_on_update=True)


async def test_embedded_documents_have_the_hooks_of_validation_alone(mongo: Mongo) -> None:
    road = Street(name=" Loop  ")
    owner = Owner(homes=[[Home(street=road), Home(inner=Home(street=Street(name="  A   ")))]])
    await owner.save()
    stored = await Owner.objects.coll().find_one({})
    (one, two) = stored["homes"][0]
    assert one["street"] == {"name": "Loop"}
    assert two["inner"]["street"] == {"name": "A"}


async def test_hooks_of_a_class_that_is_derived_later_are_found(mongo: Mongo) -> None:
    class Part(Document):
        name = StringField()

    class Whole(Document):
        part = EmbeddedDocumentField(Part)

    await Whole(part=Part(name="a")).save()

    class Special(Part):
        @before_validate
        def name_it(self) -> None:
            self.name = "special"

    whole = Whole(part=Special(name="a"))
    await whole.save()
    assert whole.part is not None
    assert whole.part.name == "special"


async def test_hooks_of_one_embedded_document_are_called_once(mongo: Mongo) -> None:
    class Counted(Document):
        count = IntField(default=0)

        @before_validate
        def add(self) -> None:
            self.count = (self.count or 0) + 1

    class Twice(Document):
        counts = ListField(EmbeddedDocumentField(Counted))

    counted = Counted()
    await Twice(counts=[counted, counted]).save()
    assert counted.count == 1


class Box(Document):
    inner = EmbeddedDocumentField("tests.documents.test_hooks.Box")
    called: list[Any] = []  # noqa: RUF012

    @before_validate
    def note(self) -> None:
        self.called.append(self)


async def test_a_document_that_contains_itself_is_for_validation_to_refuse(mongo: Mongo) -> None:
    Box.called.clear()
    box = Box()
    box.inner = box
    with pytest.raises(RecursionError):
        await box.save()
    assert Box.called == [box]


# -- which methods are hooks -----------------------------------------------------------------------


async def test_hooks_of_bases_come_first_and_each_as_written(mongo: Mongo) -> None:
    called: list[str] = []

    class Mixin:
        @before_save
        def from_mixin(self) -> None:
            called.append("mixin")

    class Base(Document):
        @before_save
        def one(self) -> None:
            called.append("base one")

        @before_save
        def two(self) -> None:
            called.append("base two")

    class Derived(Mixin, Base):
        @before_save
        def zero(self) -> None:
            called.append("derived zero")

        def two(self) -> None:
            super().two()
            called.append("derived two")

    await Derived().save()
    assert called == ["base one", "base two", "derived two", "mixin", "derived zero"]
    called.clear()
    await Base().save()
    assert called == ["base one", "base two"]


async def test_what_overrides_a_hook_stands_in_its_place_or_takes_it_away(mongo: Mongo) -> None:
    called: list[str] = []

    class Base(Document):
        @before_save
        def hook(self) -> None:
            called.append("base")

    class Later(Base):
        @after_save
        def hook(self) -> None:
            called.append("later")

    class Without(Base):
        hook = None  # type: ignore[assignment]

    class WithField(Base):
        hook = StringField()  # type: ignore[assignment]

    await Later().save()
    await Without().save()
    await WithField(hook="a").save()
    assert called == ["later"]


async def test_one_method_may_be_a_hook_of_several_events(mongo: Mongo) -> None:
    class Note(Document):
        count = IntField(default=0)

        @before_insert
        @before_update
        @before_validate
        def add(self) -> None:
            self.count = (self.count or 0) + 1

    note = await Note().save()
    assert note is not None
    assert note.count == 2
    await note.save()
    assert note.count == 4


async def test_a_hook_that_is_patched_is_called_like_one_that_was_written(mongo: Mongo) -> None:
    class Note(Document):
        text = StringField()

        @before_save
        def fill(self) -> None:
            self.text = "a"

    class Derived(Note):
        pass

    await Note().save()
    with mock.patch.object(Note, "fill") as fill:
        note, derived = Note(), Derived()
        await note.save()
        await derived.save()
    assert [call.args for call in fill.call_args_list] == [(note,), (derived,)]
    assert note.text is None

    def fill_with_b(note: Any) -> None:
        note.text = "b"

    Derived.more = after_save(fill_with_b)
    await derived.save()
    assert derived.text == "b"
    del Derived.more  # type: ignore[attr-defined]
    await derived.save()
    assert derived.text == "a"


async def test_a_value_of_the_name_of_a_hook_changes_nothing(mongo: Mongo) -> None:
    class Note(Document):
        text = StringField()

        @before_save
        def fill(self) -> None:
            self.text = "a"

    note = Note()
    note.fill = None  # type: ignore[method-assign,assignment]
    await note.save()
    assert note.text == "a"


async def test_a_function_that_only_returns_what_is_awaited_is_awaited(mongo: Mongo) -> None:
    def wrapped(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda document: method(document)

    class Note(Document):
        text = StringField()

        @before_save
        @wrapped
        async def fill(self) -> None:
            self.text = "a"

    note = await Note().save()
    assert note is not None
    assert note.text == "a"


async def test_nothing_is_awaited_before_validation(mongo: Mongo) -> None:
    async def wait(note: Any) -> None:
        raise AssertionError(note)

    class Note(Document):
        @before_validate
        def fill(self) -> None:
            return wait(self)  # type: ignore[return-value]

    with pytest.raises(TypeError, match=r"Note\.fill can't be a before_validate hook: what it"):
        await Note().save()
    assert await Note.objects.count() == 0


def takes_more(self: Any, other: Any) -> None: ...


def has_yield(self: Any) -> Any:
    yield self


async def has_yield_and_await(self: Any) -> Any:
    yield self


async def waits(self: Any) -> None: ...


def takes_document(self: Any) -> None: ...


@pytest.mark.parametrize(
    ("event", "value", "reason"),
    [
        ("before_save", takes_more, "it must take the document alone"),
        ("after_save", has_yield, "it has a yield"),
        ("after_save", has_yield_and_await, "it has a yield"),
        ("before_validate", waits, "it must not be async"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_cannot_be_called_is_refused_with_the_class(
    event: str, value: Any, reason: str
) -> None:
    with pytest.raises(TypeError, match=rf"^Note\.hook can't be a {event} hook: {reason}"):
        type("Note", (Document,), {"hook": MARKS[event](value)})


@pytest.mark.parametrize("wrap", [staticmethod, classmethod, property, functools.cached_property])
def test_what_is_no_method_of_a_document_is_refused(wrap: Any) -> None:
    marked = before_save(takes_document)
    with pytest.raises(TypeError, match=rf"can't be a before_save hook: it is a {wrap.__name__}"):
        type("Note", (Document,), {"hook": wrap(marked)})
    with pytest.raises(TypeError, match=f"before_save marks a method .*, not {wrap.__name__}"):
        before_save(wrap(takes_document))
    base = type("Base", (Document,), {"hook": marked})
    with pytest.raises(TypeError, match="Note.hook can't be a before_save hook"):
        type("Note", (base,), {"hook": wrap(takes_document)})


@pytest.mark.parametrize("value", [BaseField(), 5, len, None], ids=["field", "5", "len", "None"])
def test_only_methods_are_marked(value: Any) -> None:
    with pytest.raises(TypeError, match="after_save marks a method that takes the document alone"):
        after_save(value)


@pytest.mark.parametrize("mark", MARKS)
def test_what_is_marked_does_what_it_did(mark: str) -> None:
    def method(self: Any) -> datetime:
        return datetime(2000, 1, 1)

    marked = MARKS[mark](method)
    assert (marked(None), marked.__qualname__) == (method(None), method.__qualname__)
    assert vars(method) == {}


def test_a_function_may_be_a_hook_of_several_classes() -> None:
    def tell(document: Any) -> None: ...

    class Saved(Document):
        note = after_save(tell)

    class Removed(Document):
        note = after_delete(tell)

    assert list(conversion_of(Saved).hooks) == ["after_save"]
    assert list(conversion_of(Removed).hooks) == ["after_delete"]
