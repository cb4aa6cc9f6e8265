"""A bulk insert says of a refused document where in it the value is, and what is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from aiomotorengine import BaseField, Document, EmbeddedDocumentField, IntField, ListField
from aiomotorengine.errors import InvalidDocumentError

pytestmark = pytest.mark.usefixtures("mongo", "codec")


class OwnError(Exception):
    pass


class Sealed(BaseField[Any]):
    def to_son(self, value: Any) -> Any:
        if value is not None:
            raise OwnError("sealed")


class Stage(Document):
    count = IntField(max_value=5)
    rest = BaseField()
    sealed = Sealed()


class Run(Document):
    stages = ListField(EmbeddedDocumentField(Stage))


@pytest.mark.parametrize(
    ("stage", "text", "path"),
    [
        ({"count": 6}, "Field 'count' must be valid.", "stages.1.count"),
        (
            {"rest": Decimal(1)},
            "Field 'rest' must be valid: MongoDB has no type for Decimal.",
            "stages.1.rest",
        ),
    ],
)
@pytest.mark.parametrize("method", ["bulk_insert", "insert_stream"])
async def test_the_field_is_named_with_its_path(
    method: str, stage: dict[str, Any], text: str, path: str
) -> None:
    runs = [Run(), Run(stages=[Stage(), Stage(**stage)])]
    with pytest.raises(ValueError, match="Validation for document 1 in the documents") as raised:
        await getattr(Run.objects, method)(runs)
    cause = raised.value.__cause__
    assert isinstance(cause, InvalidDocumentError)
    assert (str(cause), cause.path) == (text, path)
    assert str(raised.value).endswith(f"failed with: {text}")
    assert raised.value.__notes__ == cause.__notes__


async def test_what_a_field_of_the_program_raises_is_located() -> None:
    runs = [Run(stages=[Stage(), Stage(sealed="x")])]
    with pytest.raises(ValueError, match="failed with: sealed") as raised:
        await Run.objects.bulk_insert(runs)
    assert isinstance(raised.value.__cause__, OwnError)
    assert raised.value.__notes__ == ["At stages[1].sealed: 'x' (str)."]
