"""Dates that a save sets by itself: set once, kept, and what the database holds (K8)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from aiomotorengine import (
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    ListField,
    StringField,
    connect,
)
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields import datetime_field
from tests.harness import Mongo
from tests.integration.commands import watch

LONG_AGO = datetime(2000, 1, 1)


class Article(Document):
    title = StringField()
    made = DateTimeField(auto_now_on_insert=True, db_field="m")
    changed = DateTimeField(auto_now_on_update=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """A clock that goes on by a second at every look; it holds every time it showed."""
    shown: list[datetime] = []

    class AnyMoment(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, datetime)

    class Clock(datetime, metaclass=AnyMoment):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            shown.append(datetime(2020, 1, 1, 0, 0, len(shown), 123999))
            return shown[-1]

    monkeypatch.setattr(datetime_field, "datetime", Clock)
    return shown


def cut(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_k8_reading_is_stable_on_an_unsaved_document(clock: list[datetime]) -> None:
    article = Article()
    assert article.made == article.made
    assert article.changed == article.changed
    assert article.to_son()["m"] == article.made
    assert len(clock) == 2


def test_k8_the_value_is_cut_to_what_the_database_keeps(clock: list[datetime]) -> None:
    assert Article().made == cut(clock[0])
    assert clock[0].microsecond == 123999


def test_k8_a_loaded_document_shows_what_is_stored() -> None:
    article = Article.from_son({"m": LONG_AGO, "changed": LONG_AGO})
    assert (article.made, article.changed) == (LONG_AGO, LONG_AGO)
    assert article.to_son() == {"title": None, "m": LONG_AGO, "changed": LONG_AGO}


def test_k8_a_loaded_document_without_a_time_shows_none() -> None:
    article = Article.from_son({"title": "a"})
    assert article.made is None
    assert article.changed is None


def test_k8_an_assigned_value_is_read_back() -> None:
    article = Article()
    article.changed = LONG_AGO
    assert article.changed == LONG_AGO


async def test_k8_an_insert_sets_both_and_keeps_them(mongo: Mongo, clock: list[datetime]) -> None:
    article = await Article(title="a").save()
    row = await Article.objects.coll().find_one({})
    assert (article.made, article.changed) == (row["m"], row["changed"])
    again = await Article.objects.get(article._id)
    assert (again.made, again.changed) == (article.made, article.changed)


async def test_k8_a_second_save_moves_only_the_time_of_the_change(
    mongo: Mongo, clock: list[datetime]
) -> None:
    article = await Article(title="a").save()
    made, changed = article.made, article.changed
    await article.save()
    assert article.made == made
    assert article.changed > changed
    row = await Article.objects.coll().find_one({})
    assert (row["m"], row["changed"]) == (made, article.changed)


async def test_k8_saving_a_loaded_document_moves_only_the_time_of_the_change(
    mongo: Mongo, clock: list[datetime]
) -> None:
    saved = await Article(title="a").save()
    article = await Article.objects.get(saved._id)
    await article.save()
    assert article.made == saved.made
    assert article.changed > saved.changed


async def test_k8_a_refused_save_does_not_move_the_time_of_the_change(
    mongo: Mongo, clock: list[datetime]
) -> None:
    article = await Article(title="a").save()
    changed = article.changed
    article.title = 5
    with pytest.raises(InvalidDocumentError, match="'title'"):
        await article.save()
    assert article.changed == changed


async def test_k8_an_explicit_time_of_insertion_stays(mongo: Mongo) -> None:
    article = await Article(made=LONG_AGO).save()
    assert article.made == LONG_AGO
    await article.save()
    assert (await Article.objects.get(article._id)).made == LONG_AGO


async def test_k8_an_explicit_time_of_change_is_replaced_by_a_save(
    mongo: Mongo, clock: list[datetime]
) -> None:
    article = await Article(changed=LONG_AGO).save()
    assert article.changed == cut(clock[-1])
    article.changed = LONG_AGO
    await article.save()
    assert article.changed == cut(clock[-1])


async def test_k8_an_update_does_not_set_a_missing_time_of_insertion(mongo: Mongo) -> None:
    result = await Article.objects.coll().insert_one({"title": "old row"})
    article = await Article.objects.get(result.inserted_id)
    await article.save()
    assert article.made is None
    assert article.changed is not None


async def test_k8_a_required_time_is_there_when_it_is_checked(mongo: Mongo) -> None:
    class Strict(Document):
        made = DateTimeField(required=True, auto_now_on_insert=True)
        changed = DateTimeField(required=True, auto_now_on_update=True)

    strict = await Strict().save()
    assert strict.made is not None
    assert strict.changed is not None
    unset = Strict.from_son({})
    with pytest.raises(InvalidDocumentError, match=r"Field 'made' is required\."):
        unset.validate()


@pytest.mark.usefixtures("codec")
async def test_k8_a_bulk_insert_sets_them_too(mongo: Mongo, clock: list[datetime]) -> None:
    articles = [Article(title="a"), Article(title="b", made=LONG_AGO)]
    await Article.objects.bulk_insert(articles)
    rows = await Article.objects.coll().find({}).sort("title", 1).to_list(None)
    assert [(row["m"], row["changed"]) for row in rows] == [(a.made, a.changed) for a in articles]
    assert articles[0].made > LONG_AGO
    assert articles[1].made == LONG_AGO
    assert articles[1].changed > LONG_AGO


@pytest.mark.usefixtures("codec")
async def test_k8_found_documents_show_what_is_stored(mongo: Mongo) -> None:
    article = await Article(title="a").save()
    (found,) = await Article.objects.find_all()
    assert (found.made, found.changed) == (article.made, article.changed)


async def test_k8_update_stamps_nothing(mongo: Mongo) -> None:
    article = await Article(title="a").save()
    await Article.objects.update({Article.title: "b"})
    again = await Article.objects.get(article._id)
    assert (again.title, again.changed) == ("b", article.changed)


async def test_k8_dates_of_embedded_documents_are_kept_and_stored(mongo: Mongo) -> None:
    class Comment(Document):
        text = StringField()
        made = DateTimeField(auto_now_on_insert=True)

    class Post(Document):
        top = EmbeddedDocumentField(Comment)
        comments = ListField(EmbeddedDocumentField(Comment))

    post = Post(top=Comment(text="a"), comments=[Comment(text="b"), Comment(made=LONG_AGO)])
    await post.save()
    row = await Post.objects.coll().find_one({})
    assert row["top"]["made"] == post.top.made
    assert [c["made"] for c in row["comments"]] == [c.made for c in post.comments]
    assert post.comments[1].made == LONG_AGO
    again = await Post.objects.get(post._id)
    assert again.top.made == post.top.made
    await again.save()
    assert (await Post.objects.coll().find_one({}))["top"] == row["top"]


async def test_k8_now_is_local_and_naive(mongo: Mongo) -> None:
    before = datetime.now() - timedelta(milliseconds=1)
    article = await Article().save()
    assert before <= article.made <= datetime.now()
    assert article.made.tzinfo is None


def test_k8_the_field_itself_still_gives_now_when_asked_directly(clock: list[datetime]) -> None:
    assert Article.made.get_value(LONG_AGO) == LONG_AGO
    assert Article.made.get_value(None) is not None
    assert Article.changed.get_value(LONG_AGO) > LONG_AGO


# -- the moment, for every client and in every time zone -------------------------------------------

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"]


class Remark(Document):
    made = DateTimeField(auto_now_on_insert=True)


class Visit(Document):
    made = DateTimeField(auto_now_on_insert=True)
    moved = DateTimeField(auto_now_on_update=True)
    remarks = ListField(EmbeddedDocumentField(Remark))


@pytest.fixture(params=ZONES)
def local_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The process is in a time zone, each in turn."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


async def save(way: str, visit: Visit) -> None:
    await (visit.save() if way == "save" else Visit.objects.bulk_insert([visit]))


@pytest.mark.usefixtures("codec", "local_zone")
@pytest.mark.parametrize("way", ["save", "bulk_insert"])
@pytest.mark.parametrize("reads_first", [False, True])
async def test_for_a_client_that_is_aware_a_stamp_is_the_moment_of_the_save(
    mongo: Mongo, way: str, reads_first: bool
) -> None:
    watch(mongo, tz_aware=True)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    visit = Visit(remarks=[Remark()])
    if reads_first:  # the date that an unsaved document shows is kept
        shown = visit.made
        assert shown.tzinfo is None
        assert visit.made == shown
        assert before <= shown.astimezone(UTC)
    await save(way, visit)
    after = datetime.now(UTC)
    for moment in (visit.made, visit.moved, visit.remarks[0].made):
        assert before <= moment <= after
        assert moment.utcoffset() == timedelta(0)
    if reads_first:
        assert visit.made == shown.astimezone(UTC)
    (loaded,) = await Visit.objects.find_all()
    assert (loaded.made, loaded.moved) == (visit.made, visit.moved)
    assert loaded.remarks[0].made == visit.remarks[0].made
    assert await Visit.objects.filter(made__gt=after + timedelta(minutes=1)).count() == 0


@pytest.mark.usefixtures("codec", "local_zone")
@pytest.mark.parametrize("way", ["save", "bulk_insert"])
async def test_the_zone_of_the_client_is_that_of_a_stamp(mongo: Mongo, way: str) -> None:
    zone = timezone(timedelta(hours=3))
    connect(mongo.database.name, alias="zoned", host=mongo.uri, tz_aware=True, tzinfo=zone)
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    visit = Visit()
    if way == "save":
        await visit.save(alias="zoned")
    else:
        await Visit.objects.bulk_insert([visit], alias="zoned")
    assert before <= visit.made <= datetime.now(UTC)
    assert visit.made.utcoffset() == timedelta(hours=3)
    loaded = await Visit.objects.get(visit._id, alias="zoned")
    assert (loaded.made, loaded.made.utcoffset()) == (visit.made, visit.made.utcoffset())


@pytest.mark.usefixtures("codec", "local_zone")
@pytest.mark.parametrize("way", ["save", "bulk_insert"])
async def test_for_a_naive_client_a_stamp_is_local_time(mongo: Mongo, way: str) -> None:
    before = datetime.now() - timedelta(milliseconds=1)
    visit = Visit()
    shown = visit.made
    await save(way, visit)
    assert before <= shown == visit.made <= visit.moved <= datetime.now()
    (loaded,) = await Visit.objects.find_all()
    assert (loaded.made, loaded.moved) == (visit.made, visit.moved)


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("way", ["save", "bulk_insert"])
async def test_a_date_of_the_programs_own_is_stored_as_it_is(mongo: Mongo, way: str) -> None:
    watch(mongo, tz_aware=True)
    visit = Visit(made=LONG_AGO)
    await save(way, visit)
    assert visit.made == LONG_AGO
    assert (await Visit.objects.get(visit._id)).made == LONG_AGO.replace(tzinfo=UTC)


def test_an_unsaved_document_shows_and_writes_plain_dates() -> None:
    visit = Visit(remarks=[Remark()])
    assert type(visit.made) is datetime
    assert type(visit.to_son()["made"]) is datetime
    assert type(visit.to_son()["remarks"][0]["made"]) is datetime
    assert repr(visit).startswith(f"Visit(made={visit.made!r}")
    assert "ProvisionalDate" not in repr(visit)
