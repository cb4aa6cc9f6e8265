"""Options of collections that class bodies may not have."""

from __future__ import annotations

import pytest

from aiomotorengine import DateTimeField, Document, IntField
from aiomotorengine.errors import InvalidDocumentError


@pytest.mark.parametrize("options", [{"unique": True}, {"unique_with": "at"}], ids=repr)
def test_a_unique_field_of_a_time_series_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidDocumentError) as refusal:

        class Numbered(Document):
            __collection_options__ = {"timeseries": {"timeField": "at"}}
            at = DateTimeField()
            number = IntField(**options)  # type: ignore[arg-type]

    assert str(refusal.value) == (
        "Field 'number' can't be unique: time series collections have no unique indexes."
    )


def test_a_class_below_has_no_options_of_its_own() -> None:
    class Root(Document):
        __discriminator__ = "_cls"
        __collection_options__ = {"validator": True}

    with pytest.raises(InvalidDocumentError, match="can't have a __collection_options__ of its"):
        type("Below", (Root,), {"__collection_options__": {}})
