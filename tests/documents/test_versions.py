"""Versions: nobody writes over what someone else has written since a document was loaded."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    IntField,
    Q,
    Rows,
    StringField,
    U,
    VersionField,
    after_insert,
    after_update,
    before_save,
)
from aiomotorengine.errors import (
    InvalidDocumentError,
    StaleDocumentError,
    UniqueKeyViolationError,
)
from aiomotorengine.wire import requests
from tests.harness import Mongo
from tests.integration.commands import watch

pytestmark = pytest.mark.usefixtures("codec")


class House(Document):
    state = StringField()
    photos = IntField(default=0)
    changed = DateTimeField(auto_now_on_update=True)
    version = VersionField(db_field="v")


class Tracked(House):
    __track_changes__ = True


KINDS = [House, Tracked]

kinds = pytest.mark.parametrize("kind", KINDS)


async def stored_for(document: Any) -> Any:
    return await type(document).objects.coll().find_one({"_id": document._id})


async def two_of(kind: Any) -> tuple[Any, Any]:
    house = await kind(state="new").save()
    return house, await kind.objects.get(house._id)


# -- the class -----------------------------------------------------------------------------------


def test_a_document_has_one_version() -> None:
    with pytest.raises(InvalidDocumentError, match=r"^A document has one VersionField\.$"):

        class Twice(Document):
            one = VersionField()
            two = VersionField()

    with pytest.raises(InvalidDocumentError, match=r"^A document has one VersionField\.$"):

        class Again(House):
            other = VersionField()

    class Otherwise(House):
        version = VersionField(db_field="w")

    assert Otherwise._fields["version"].db_field == "w"


def test_a_new_document_has_no_version_yet() -> None:
    assert House().version is None


# -- saving --------------------------------------------------------------------------------------


@kinds
async def test_every_save_makes_one_more(mongo: Mongo, kind: Any) -> None:
    house = await kind(state="new").save()
    assert (house.version, (await stored_for(house))["v"]) == (1, 1)
    for number in range(2, 5):
        house.photos = number
        await house.save()
        assert (house.version, (await stored_for(house))["v"]) == (number, number)
    created = await kind.objects.create(state="new", version=9)
    assert (created.version, (await stored_for(created))["v"]) == (1, 1)
    preset = await kind(_id=5, state="new").save()
    assert (preset.version, (await stored_for(preset))["v"]) == (1, 1)


@kinds
async def test_what_someone_else_has_changed_is_not_written_over(mongo: Mongo, kind: Any) -> None:
    house, other = await two_of(kind)
    other.state = "theirs"
    await other.save()
    house.state, before = "mine", house.changed
    text = (
        rf'^This "{kind.__name__}" was changed by someone else since it was loaded '
        r"\(version 1, stored 2\)\.$"
    )
    with pytest.raises(StaleDocumentError, match=text) as caught:
        await house.save()
    error = caught.value
    assert (error.document, error.expected, error.found) == (house, 1, 2)
    assert (house.version, house.changed, house.state) == (1, before, "mine")
    assert (await stored_for(house))["state"] == "theirs"
    await house.reload()
    house.state = "mine"
    await house.save()
    assert (house.version, (await stored_for(house))["state"]) == (3, "mine")


@kinds
async def test_the_same_content_is_no_excuse(mongo: Mongo, kind: Any) -> None:
    house, other = await two_of(kind)
    house.state = other.state = "same"
    await other.save()
    with pytest.raises(StaleDocumentError):
        await house.save()


@kinds
async def test_what_someone_else_has_deleted_is_not_written(mongo: Mongo, kind: Any) -> None:
    house, other = await two_of(kind)
    await other.delete()
    house.state = "mine"
    text = (
        rf'^This "{kind.__name__}" was deleted by someone else since it was loaded '
        r"\(version 1\)\.$"
    )
    with pytest.raises(StaleDocumentError, match=text) as caught:
        await house.save()
    assert (caught.value.expected, caught.value.found) == (1, None)
    with pytest.raises(kind.DoesNotExist):
        await house.save(must_exist=True)
    assert house.version == 1
    await house.save(upsert=True)
    assert (house.version, (await stored_for(house))["v"]) == (2, 2)


@kinds
async def test_an_upsert_asks_for_the_version_too(mongo: Mongo, kind: Any) -> None:
    house, other = await two_of(kind)
    other.state = "theirs"
    await other.save()
    with pytest.raises(StaleDocumentError, match="changed by someone else"):
        await house.save(upsert=True)
    assert house.version == 1


@kinds
async def test_a_preset_id_that_is_there(mongo: Mongo, kind: Any) -> None:
    await kind(_id=5, state="new").save()
    text = rf'^This "{kind.__name__}" was stored by someone else \(version 1\): load it before'
    for state in ("new", "other"):
        preset = kind(_id=5, state=state)
        with pytest.raises(StaleDocumentError, match=text):
            await preset.save()
        assert preset.version is None
    with pytest.raises(UniqueKeyViolationError):
        await kind(_id=5).save(force_insert=True)


@kinds
@pytest.mark.parametrize("stored", [{}, {"v": None}], ids=["absent", "null"])
async def test_old_documents_join_in(mongo: Mongo, kind: Any, stored: Any) -> None:
    await kind.objects.coll().insert_one({"_id": 5, "state": "old", **stored})
    house, other = await kind.objects.get(5), await kind.objects.get(5)
    house.state, other.state = "mine", "theirs"
    await house.save()
    assert (house.version, (await stored_for(house))["v"]) == (1, 1)
    with pytest.raises(StaleDocumentError, match=r"\(version None, stored 1\)"):
        await other.save()


@kinds
async def test_the_version_need_not_be_asked_for_and_never_goes_back(
    mongo: Mongo, kind: Any
) -> None:
    house, other = await two_of(kind)
    for number in range(3):
        other.photos = number + 1
        await other.save()
    house.state = "mine"
    await house.save(check_version=False)
    stored = await stored_for(house)
    assert (house.version, stored["v"], stored["state"]) == (5, 5, "mine")
    house.state = "again"
    await house.save()
    assert house.version == 6
    await house.delete()
    house.state = "gone"
    await house.save(check_version=False)  # K6
    assert await stored_for(house) is None
    with pytest.raises(kind.DoesNotExist):
        await house.save(check_version=False, must_exist=True)
    assert house.version == 6
    new = await kind(_id=7, state="new").save(check_version=False)
    assert (new.version, (await stored_for(new))["v"]) == (1, 1)


async def test_all_is_sent_where_the_version_is_not_asked_for(mongo: Mongo) -> None:
    house, _ = await two_of(House)
    house.extra = 1
    await house.save(check_version=False)
    stored = await stored_for(house)
    assert stored == {
        "_id": house._id,
        "state": "new",
        "photos": 0,
        "changed": house.changed,
        "v": 2,
        "_extra": 1,
    }


async def test_only_the_changes_are_sent_with_the_version(mongo: Mongo) -> None:
    house, other = await two_of(Tracked)
    assert await other.save() is other  # nothing has changed
    assert other.version == 1
    house.state = "mine"
    commands = watch(mongo)
    await house.save()
    [command] = commands.of("update")
    [only] = command["updates"]
    assert only["q"] == {"_id": house._id, "v": 1}
    assert list(only["u"]) == ["$set"]
    assert sorted(only["u"]["$set"]) == ["changed", "state", "v"]
    assert not house.is_changed()
    house.state = "other"
    assert house.changes() == {"state": ("mine", "other")}
    assert house.rollback().version == 2


async def test_the_version_of_a_form(mongo: Mongo) -> None:
    house, other = await two_of(House)
    other.state = "theirs"
    await other.save()
    await house.reload()
    house.state, house.version = "from a form", 1
    with pytest.raises(StaleDocumentError, match=r"\(version 1, stored 2\)"):
        await house.save()
    house.version = 2
    await house.save()
    assert house.version == 3


@kinds
async def test_a_condition_and_a_version(mongo: Mongo, kind: Any) -> None:
    house, other = await two_of(kind)
    house.state = "mine"
    with pytest.raises(StaleDocumentError, match="does not meet the condition") as caught:
        await house.save(condition=Q(photos=7))
    assert (caught.value.expected, caught.value.found) == (1, 1)
    await house.save(condition=Q(photos=0))
    other.state = "theirs"
    with pytest.raises(StaleDocumentError, match="changed by someone else"):
        await other.save(condition=Q(photos=0))


async def test_a_violation_stays_one(mongo: Mongo) -> None:
    class Named(Document):
        name = StringField(unique=True)
        version = VersionField()

    one: Any = await Named(name="a").save()
    two: Any = await Named(name="b").save()
    two.name = "a"
    for options in ({}, {"upsert": True}, {"check_version": False}):
        with pytest.raises(UniqueKeyViolationError):
            await two.save(**options)
        assert two.version == 1
    new = Named(name="a")
    with pytest.raises(UniqueKeyViolationError):
        await new.save()
    assert (new._id, new.version, one.version) == (None, None, 1)


async def test_a_refused_document_keeps_its_version(mongo: Mongo) -> None:
    house, _ = await two_of(House)
    house.state = 5
    with pytest.raises(InvalidDocumentError):
        await house.save()
    assert house.version == 1
    new: Any = House(state=5)
    with pytest.raises(InvalidDocumentError):
        await new.save()
    assert new.version is None


async def test_an_embedded_document_keeps_its_version(mongo: Mongo) -> None:
    class Street(Document):
        house = EmbeddedDocumentField(House)
        version = VersionField()

    street: Any = await Street(house=House(state="a", version=7)).save()
    await street.save()
    assert (street.version, street.house.version) == (2, 7)
    assert (await stored_for(street))["house"]["v"] == 7


@kinds
async def test_tasks_that_try_again_lose_nothing(mongo: Mongo, kind: Any) -> None:
    house = await kind(state="new").save()

    async def count(times: int) -> None:
        for _ in range(times):
            while True:
                found = await kind.objects.get(house._id)
                found.photos += 1
                try:
                    await found.save()
                except StaleDocumentError:
                    continue
                break

    await asyncio.gather(*(count(25) for _ in range(4)))
    await house.reload()
    assert (house.photos, house.version) == (100, 101)


# -- answers that are lost -----------------------------------------------------------------------


def losing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have the next call write, and its answer get lost."""
    real = getattr(requests, name)

    async def lost(*arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(requests, name, real)
        await real(*arguments, **options)
        raise AutoReconnect("the answer was lost")

    monkeypatch.setattr(requests, name, lost)


@kinds
async def test_a_save_whose_answer_was_lost_may_be_tried_again(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = await two_of(kind)
    house.state = "mine"
    losing(monkeypatch, "replace_one" if kind is House else "update_one")
    with pytest.raises(AutoReconnect):
        await house.save()
    assert (house.version, bool(house._is_persisted)) == (1, True)
    assert await house.save() is house
    stored = await stored_for(house)
    assert (house.version, stored["v"], stored["changed"]) == (2, 2, house.changed)
    house.state = "again"
    await house.save()
    assert house.version == 3
    other.state = "again"
    with pytest.raises(StaleDocumentError):
        await other.save()


@kinds
async def test_an_insert_whose_answer_was_lost_may_be_tried_again(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house: Any = kind(state="new")
    losing(monkeypatch, "insert_one")
    with pytest.raises(AutoReconnect):
        await house.save()
    assert (house.version, bool(house._is_persisted)) == (None, False)
    assert await house.save() is house
    assert (house.version, await kind.objects.count()) == (1, 1)
    house.state = "other"
    await house.save()
    assert house.version == 2


@kinds
async def test_what_someone_else_wrote_meanwhile_is_seen_then(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = await two_of(kind)
    other.state = "theirs"
    await other.save()
    house.state = "mine"
    losing(monkeypatch, "replace_one" if kind is House else "update_one")
    with pytest.raises(AutoReconnect):
        await house.save()
    with pytest.raises(StaleDocumentError, match=r"\(version 1, stored 2\)"):
        await house.save()


class Hooked(House):
    tries = IntField(default=0)
    made = DateTimeField(auto_now_on_insert=True)

    @before_save
    def count(self) -> None:
        self.tries += 1


class HookedTracked(Hooked):
    __track_changes__ = True


@pytest.mark.parametrize("kind", [Hooked, HookedTracked])
@pytest.mark.parametrize("times", [1, 2])
async def test_a_save_goes_on_from_what_an_earlier_try_has_written(
    mongo: Mongo, kind: Any, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, other = await two_of(kind)
    house.state = "mine"
    for _ in range(times):
        losing(monkeypatch, "replace_one" if kind is Hooked else "update_one")
        with pytest.raises(AutoReconnect):
            await house.save()
    house.photos = 7
    assert await house.save() is house
    stored = await stored_for(house)
    assert (stored["state"], stored["photos"], stored["tries"]) == ("mine", 7, house.tries)
    assert house.version == stored["v"] > 2
    await house.save()
    with pytest.raises(StaleDocumentError):
        await other.save()


@pytest.mark.parametrize("kind", [Hooked, HookedTracked])
async def test_an_insert_goes_on_from_what_an_earlier_try_has_written(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house: Any = kind(state="new")
    losing(monkeypatch, "insert_one")
    with pytest.raises(AutoReconnect):
        await house.save()
    assert await house.save() is house
    stored = await stored_for(house)
    assert (house.version, stored["v"], stored["tries"]) == (2, 2, 2)


@pytest.mark.parametrize("kind", [Hooked, HookedTracked])
async def test_what_someone_else_wrote_after_a_lost_answer_is_seen(
    mongo: Mongo, kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, _ = await two_of(kind)
    house.state = "mine"
    losing(monkeypatch, "replace_one" if kind is Hooked else "update_one")
    with pytest.raises(AutoReconnect):
        await house.save()
    other = await kind.objects.get(house._id)
    other.photos = 3
    await other.save()
    with pytest.raises(StaleDocumentError, match=r"\(version 1, stored 3\)"):
        await house.save()


@kinds
async def test_saves_of_a_new_document_at_the_same_time_insert_it_once(
    mongo: Mongo, kind: Any
) -> None:
    told: list[str] = []

    class Telling(kind):  # type: ignore[misc]
        tries = IntField(default=0)

        @before_save
        def count(self) -> None:
            self.tries += 1

        @after_insert
        def tell_of_insert(self) -> None:
            told.append("insert")

        @after_update
        def tell_of_update(self) -> None:
            told.append("update")

    house: Any = Telling(state="new")
    await asyncio.gather(house.save(), house.save(), house.save())
    stored = await stored_for(house)
    assert (await Telling.objects.count(), stored["tries"]) == (1, 3)
    assert house.version == stored["v"] == len(told)
    assert told[0] == "insert"
    assert set(told[1:]) == {"update"}


async def test_a_new_document_whose_own_validate_says_no_has_no_version(mongo: Mongo) -> None:
    class Refused(House):
        def validate(self) -> bool:
            return False

    house = Refused(state="new")
    assert await house.save() is None
    assert (house.version, house._id) == (None, None)


async def test_a_version_that_is_none_is_refused_with_its_place(mongo: Mongo) -> None:
    house = await House(state="new").save()
    assert house is not None
    house.version = "first"
    for call in (
        lambda: house.save(),
        lambda: house.update(U.inc(photos=1)),
        lambda: house.delete(check_version=True),
    ):
        with pytest.raises(InvalidDocumentError, match="Field 'version' must be valid") as refused:
            await call()
        assert refused.value.path == "version"


@pytest.mark.usefixtures("mongo")
@pytest.mark.parametrize("given", ["x", 7, None])
@pytest.mark.parametrize("validates_with", ["nothing", "hook", "dates", "on_save"])
async def test_all_that_inserts_sets_the_version_before_it_validates(
    given: Any, validates_with: str
) -> None:
    seen = []

    def note(document: Any, creating: bool) -> int:
        seen.append(document.version)
        return 0

    class Plain(Document):
        n = IntField()
        version = VersionField()

    class Hooked(Plain):
        @before_save
        def prepare(self) -> None:
            self.n = 1

    class Dated(Plain):
        at = DateTimeField(auto_now_on_update=True)

    class Told(Plain):
        m = IntField(on_save=note)

    kind = {"nothing": Plain, "hook": Hooked, "dates": Dated, "on_save": Told}[validates_with]
    documents = [kind(n=0) for _ in range(3)]
    for document in documents:
        document.version = given
    await documents[0].save()
    await kind.objects.bulk_insert([documents[1]])
    await kind.objects.insert_stream([documents[2]])
    await kind.objects.insert_stream(Rows([{"n": 0, "version": given}]))
    assert [row["version"] async for row in kind.objects.coll().find()] == [1, 1, 1, 1]
    assert [document.version for document in documents] == [1, 1, 1]
    assert set(seen) <= {1}


@pytest.mark.usefixtures("mongo")
async def test_what_bulk_refuses_keeps_its_version() -> None:
    class Small(Document):
        n = IntField(max_value=1)
        version = VersionField()

        @before_save
        def prepare(self) -> None: ...

    documents = [Small(n=n) for n in (1, 2)]
    for document in documents:
        document.version = 7
    with pytest.raises(ValueError, match="must be valid"):
        await Small.objects.bulk_insert(documents)
    assert [document.version for document in documents] == [7, 7]
