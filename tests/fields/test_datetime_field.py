"""DateTimeField, and how documents are stamped."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from aiomotorengine import DateTimeField, Document, EmbeddedDocumentField, ListField
from aiomotorengine.documents.conversion import conversion_of
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.fields import datetime_field
from aiomotorengine.fields.datetime_field import FORMAT
from tests.fields.support import holder, is_valid, reloaded

MOMENT = datetime(2010, 11, 12, 13, 14, 15)
TEXT = "2010-11-12 13:14:15"
START = datetime(2030, 1, 1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that moves on by a second whenever somebody looks at it."""
    moments = (START + timedelta(seconds=seconds) for seconds in range(1000))
    monkeypatch.setattr(datetime_field, "now", lambda zone=None: next(moments))


def save(document: Document, *, creating: bool) -> None:
    """What saving does to the dates of a document."""
    conversion_of(type(document)).stamp(document, creating=creating, renew=True, zone=None)
    document._is_persisted = True


def test_dates_and_none_are_valid_and_nothing_else() -> None:
    field = DateTimeField()
    assert all(map(field.validate, (None, MOMENT, MOMENT.replace(tzinfo=UTC))))
    assert not any(map(field.validate, ("", TEXT, 5, MOMENT.date())))


def test_the_format_of_text() -> None:
    assert FORMAT == "%Y-%m-%d %H:%M:%S"


def test_text_is_parsed_on_the_way_in_and_out_and_in_queries() -> None:
    field = DateTimeField()
    for convert in field.to_son, field.from_son, field.to_query, field.to_query_item:
        assert convert(TEXT) == MOMENT
        assert convert(MOMENT) is MOMENT
        assert convert(None) is None


MOMENTS: dict[Any, datetime] = {
    "2010-11-12T13:14:15": MOMENT,
    "2010-11-12T13:14:15.678901": MOMENT.replace(microsecond=678901),
    "2010-11-12T13:14:15Z": MOMENT.replace(tzinfo=UTC),
    "2010-11-12T15:14:15+02:00": MOMENT.replace(tzinfo=UTC),
    "2010-11-12 13:14:15Z": MOMENT.replace(tzinfo=UTC),
    "2010-11-12T13:14": MOMENT.replace(second=0),
    "2010-11-12": datetime(2010, 11, 12),
    "2010-1-2 3:04:05": datetime(2010, 1, 2, 3, 4, 5),
    date(2010, 11, 12): datetime(2010, 11, 12),
}


@pytest.mark.parametrize("given", MOMENTS, ids=str)
def test_filters_and_updates_take_iso_8601_and_days(given: Any) -> None:
    field = holder(DateTimeField()).value
    for convert in field.to_query, field.to_query_item, field.to_update:
        assert convert(given) == MOMENTS[given]
    assert not field.validate(given)


def test_other_text_is_a_value_error() -> None:
    for convert in DateTimeField().to_son, DateTimeField().from_son, DateTimeField().to_query:
        for text in "", "yesterday":
            with pytest.raises(ValueError, match="does not match"):
                convert(text)


def test_anything_else_in_the_database_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="takes a datetime or text, not int"):
        DateTimeField().from_son(5)


def test_aware_dates_come_back_naive_and_in_utc() -> None:
    aware = MOMENT.replace(tzinfo=timezone(timedelta(hours=2)))
    assert reloaded(holder(DateTimeField())(value=aware)).value == MOMENT - timedelta(hours=2)


@pytest.mark.usefixtures("clock")
class TestGetValueCalledDirectly:
    def test_without_a_flag_nothing_happens(self) -> None:
        assert DateTimeField().get_value(None) is None
        assert DateTimeField().get_value(MOMENT) is MOMENT

    def test_on_insert_fills_a_missing_value(self) -> None:
        field = DateTimeField(auto_now_on_insert=True)
        assert field.get_value(None) == START
        assert field.get_value(MOMENT) is MOMENT

    def test_on_update_always_gives_now(self) -> None:
        field = DateTimeField(auto_now_on_update=True)
        assert field.get_value(None) == START
        assert field.get_value(MOMENT) == START + timedelta(seconds=1)


@pytest.mark.usefixtures("clock")
class TestK8:
    """Dates that a save sets can be read (K8)."""

    @pytest.mark.parametrize("flag", ["auto_now_on_insert", "auto_now_on_update"])
    def test_k8_an_unsaved_document_fixes_now_at_the_first_read(self, flag: str) -> None:
        document = holder(DateTimeField(**{flag: True}))()
        assert document.value == document.value == START
        assert document.to_son() == {"value": START}

    @pytest.mark.parametrize("flag", ["auto_now_on_insert", "auto_now_on_update"])
    def test_k8_an_insert_sets_what_is_missing_and_keeps_it(self, flag: str) -> None:
        document = holder(DateTimeField(**{flag: True}))()
        save(document, creating=True)
        assert document.value == document.value == START
        assert document.to_son() == {"value": START}

    def test_k8_an_insert_leaves_a_given_value_alone(self) -> None:
        document = holder(DateTimeField(auto_now_on_insert=True))(value=MOMENT)
        save(document, creating=True)
        assert document.value is MOMENT

    def test_k8_a_later_save_leaves_the_time_of_the_insert_alone(self) -> None:
        document = holder(DateTimeField(auto_now_on_insert=True))()
        save(document, creating=True)
        save(document, creating=False)
        assert document.value == START

    def test_k8_a_later_save_fills_in_nothing(self) -> None:
        document = holder(DateTimeField(auto_now_on_insert=True)).from_son({"value": None})
        save(document, creating=False)
        assert document.value is None

    def test_k8_every_save_moves_the_time_of_the_update(self) -> None:
        document = holder(DateTimeField(auto_now_on_update=True))(value=MOMENT)
        save(document, creating=True)
        assert document.value == START
        save(document, creating=False)
        assert document.value == document.value == START + timedelta(seconds=1)

    def test_k8_a_loaded_document_shows_what_was_stored(self) -> None:
        field = DateTimeField(auto_now_on_insert=True, auto_now_on_update=True)
        document_class = holder(field)
        assert document_class.from_son({"value": MOMENT}).value is MOMENT
        assert document_class.from_son({"value": None}).value is None
        assert document_class.from_son({}).value is None

    def test_k8_a_required_date_is_there_when_it_is_checked(self) -> None:
        assert is_valid(DateTimeField(required=True, auto_now_on_insert=True), None)
        assert is_valid(DateTimeField(required=True, auto_now_on_update=True), None)

    def test_k8_an_assigned_value_is_read(self) -> None:
        document = holder(DateTimeField(auto_now_on_update=True))()
        document.value = MOMENT
        assert document.value is MOMENT

    def test_k8_dates_in_embedded_documents_are_stamped(self) -> None:
        class Inner(Document):
            made = DateTimeField(auto_now_on_insert=True)
            changed = DateTimeField(auto_now_on_update=True)

        class Outer(Document):
            one = EmbeddedDocumentField(Inner)
            many = ListField(ListField(EmbeddedDocumentField(Inner)))

        outer = Outer(one=Inner(made=MOMENT), many=[[Inner()]])
        save(outer, creating=True)
        [[inner]] = outer.many
        assert outer.one.made is MOMENT
        assert START <= outer.one.changed < inner.made < inner.changed
        before = inner.changed
        save(outer, creating=False)
        assert inner.changed > before

    def test_k8_stamping_stays_off_in_lists_and_updates(self) -> None:
        flags = {"auto_now_on_insert": True, "auto_now_on_update": True}
        many = holder(ListField(DateTimeField(**flags)))(value=[MOMENT, None])
        assert many.validate()
        assert many.to_son() == {"value": [MOMENT, None]}
        assert holder(DateTimeField(**flags)).value.to_update(MOMENT) is MOMENT

    def test_a_get_value_of_the_programs_own_is_asked(self) -> None:
        class Later(DateTimeField):
            def get_value(self, value: Any) -> Any:
                return None if value is None else value + timedelta(days=1)

        document = holder(Later(auto_now_on_update=True))(value=MOMENT)
        assert document.value == MOMENT + timedelta(days=1)
        save(document, creating=True)
        assert document.to_son() == {"value": MOMENT + timedelta(days=1)}


def test_now_is_local_time_cut_to_milliseconds() -> None:
    before = datetime.now()
    document = holder(DateTimeField(auto_now_on_insert=True))()
    now = document.value
    assert now.tzinfo is None
    assert now.microsecond % 1000 == 0
    assert before - timedelta(milliseconds=1) < now <= datetime.now()
    assert reloaded(document).value == now


def test_k17_text_can_be_given_to_update() -> None:
    field = holder(DateTimeField()).value
    assert field.to_update(TEXT) == MOMENT
    with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
        field.to_update("yesterday")
