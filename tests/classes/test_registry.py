"""Which document classes there are, and which of them a name means."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from aiomotorengine import Document, EmbeddedDocumentField, ReferenceField, StringField, registry
from aiomotorengine.embedded_document import EmbeddedDocument
from aiomotorengine.metaclasses import DocumentMetaClass


class Registered(Document):
    name = StringField()


class Kept(EmbeddedDocument):
    name = StringField()


def made(name: str, module: str = "shop", **body: Any) -> Any:
    return DocumentMetaClass(
        name, (Document,), {"__module__": module, "__qualname__": name, **body}
    )


def test_all_classes_of_the_program_are_known_and_none_of_the_library() -> None:
    found = registry.documents()
    assert Registered in found
    assert Kept in found
    assert Document not in found
    assert EmbeddedDocument not in found


def test_classes_come_in_the_order_of_their_making() -> None:
    first, second = made("OrderedFirst"), made("OrderedSecond")
    found = registry.documents()
    assert found.index(first) < found.index(second)


def test_a_class_is_found_by_its_own_name_and_by_its_full_one() -> None:
    assert registry.get_document("Registered") is Registered
    assert registry.get_document(f"{__name__}.Registered") is Registered


def test_a_class_that_is_made_again_takes_the_place_of_the_one_before() -> None:
    before = made("MadeAgain")
    after = made("MadeAgain")
    assert registry.get_document("MadeAgain") is after
    assert before not in registry.documents()


def test_classes_of_one_name_in_two_modules_are_ambiguous() -> None:
    classes = made("Ambiguous", "shop.b"), made("Ambiguous", "shop.a")
    with pytest.raises(ImportError) as refused:
        registry.get_document("Ambiguous")
    text = "Class name 'Ambiguous' is ambiguous: shop.a.Ambiguous, shop.b.Ambiguous."
    assert str(refused.value) == text
    assert registry.get_document("shop.b.Ambiguous") is classes[0]


@pytest.mark.parametrize("name", ["NobodyHasThis", "nobody.has.This"])
def test_a_name_that_no_class_has(name: str) -> None:
    with pytest.raises(ImportError):
        registry.get_document(name)
    with pytest.raises(ImportError, match=r"Can't find class NobodyHasThis\."):
        registry.get_document("NobodyHasThis")


def test_nobody_is_kept_alive() -> None:
    made("LetGo")
    gc.collect()
    with pytest.raises(ImportError, match=r"Can't find class LetGo\."):
        registry.get_document("LetGo")


def test_fields_take_the_name_of_a_class_that_is_made_later() -> None:
    class NamesOthers(Document):
        one = ReferenceField("LaterTarget")
        home = EmbeddedDocumentField("LaterHome")

    fields: Any = NamesOthers._fields
    with pytest.raises(ImportError, match=r"Can't find class LaterTarget\."):
        _ = fields["one"].reference_type
    target, home = made("LaterTarget"), made("LaterHome", road=StringField())
    assert fields["one"].reference_type is target
    assert fields["home"].embedded_type is home
    loaded: Any = NamesOthers.from_son({"one": None, "home": {"road": "Loop"}})
    assert type(loaded.home) is home
    assert loaded.home.road == "Loop"
