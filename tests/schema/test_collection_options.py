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
