"""Updates ask the methods of a program's own field classes, as saves do."""

from __future__ import annotations

from typing import Any

import pytest
from bson import ObjectId

from aiomotorengine import (
    DictField,
    Document,
    EmbeddedDocumentField,
    GenericEmbeddedDocumentField,
    GenericReferenceField,
    IntField,
    ListField,
    ReferenceField,
    SetField,
    TupleField,
    U,
)
from aiomotorengine.errors import InvalidDocumentError


class Signer(Document):
    name = IntField()


ONE, OTHER = ObjectId("65a0" * 6), ObjectId("65a1" * 6)

VALUES: dict[Any, Any] = {
    DictField: ({"a": 1}, {"a": 1, "b": 2}),
    EmbeddedDocumentField: (Signer(name=1), Signer(name=2)),
    GenericEmbeddedDocumentField: (Signer(name=1), Signer(name=2)),
    GenericReferenceField: (Signer(_id=ONE), Signer(_id=OTHER)),
    ListField: ([1], [1, 2]),
    ReferenceField: (ONE, OTHER),
    SetField: ({1}, {1, 2}),
    TupleField: ((1, 1), (1, 2)),
}
"""What a field takes, of which its own ``validate`` below is to refuse the second."""

MEMBERS: dict[Any, Any] = {
    DictField: [IntField],
    EmbeddedDocumentField: [lambda: Signer],
    GenericEmbeddedDocumentField: [lambda: [Signer]],
    GenericReferenceField: [],
    ListField: [IntField],
    ReferenceField: [lambda: Signer],
    SetField: [IntField],
    TupleField: [IntField, IntField],
}


def with_own(kind: Any, **methods: Any) -> Any:
    """A class whose one field has some methods of the program's own."""
    field = type(f"Own{kind.__name__}", (kind,), methods)(*[make() for make in MEMBERS[kind]])
    return type("SignedThing", (Document,), {"value": field})


@pytest.mark.parametrize("kind", list(VALUES))
def test_validate_is_asked_once(kind: Any) -> None:
    taken, refused = VALUES[kind]
    asked: list[Any] = []

    def validate(self: Any, value: Any) -> bool:
        asked.append(value)
        return str(OTHER) not in str(value) and "2" not in str(value).replace(str(ONE), "")

    holding = with_own(kind, validate=validate)
    stored = holding(value=taken).to_son()["value"]
    assert U.compile(holding, U.set(value=taken)) == {"$set": {"value": stored}}
    assert len(asked) == 1
    with pytest.raises(InvalidDocumentError, match="Field 'value' must be valid"):
        U.compile(holding, U.set(value=refused))
    assert len(asked) == 2
    assert U.compile(holding, U.set(value=None)) == {"$set": {"value": None}}
    assert len(asked) == 2


@pytest.mark.parametrize("kind", list(VALUES))
@pytest.mark.parametrize("method", ["to_son", "get_value"])
def test_what_converts_is_asked(kind: Any, method: str) -> None:
    taken, other = VALUES[kind]

    def own(self: Any, value: Any) -> Any:
        """Whatever is given, it is the first of the two."""
        return getattr(kind, method)(self, value if value is None else taken)

    holding = with_own(kind, **{method: own})
    stored = holding(value=other).to_son()
    assert stored == with_own(kind)(value=taken).to_son()
    assert U.compile(holding, U.set(value=other)) == {"$set": {"value": stored["value"]}}


@pytest.mark.parametrize("method", ["validate", "to_son", "get_value"])
def test_what_is_embedded_in_an_own_list_may_be_a_mapping(method: str) -> None:
    def own(self: Any, value: Any) -> Any:
        assert all(type(it) is Signer for it in value or ())
        return getattr(ListField, method)(self, value)

    people = type("People", (ListField,), {method: own})(EmbeddedDocumentField(Signer))
    team: Any = type("SignedTeam", (Document,), {"people": people})
    assert U.compile(team, U.set(people=[{"name": 1}])) == {"$set": {"people": [{"name": 1}]}}


def test_a_document_that_is_referred_to_is_given_as_it_is() -> None:
    class Named(ReferenceField):
        def to_son(self, value: Any) -> Any:
            return value.name if isinstance(value, Signer) else value

    class SignedLetter(Document):
        sender = Named(Signer)

    assert SignedLetter(sender=Signer(name=7)).to_son() == {"sender": 7}
    assert U.compile(SignedLetter, U.set(sender=Signer(_id=ONE, name=7))) == {"$set": {"sender": 7}}
