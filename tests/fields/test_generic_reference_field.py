"""GenericReferenceField: documents of any class, stored elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from bson.dbref import DBRef

from aiomotorengine import Document, GenericReferenceField, StringField
from aiomotorengine.errors import LoadReferencesRequiredError
from aiomotorengine.query_builder.transform import transform_query


class GenericLink(Document):
    __collection__ = "generic_links"
    url = StringField()


class GenericNote(Document):
    __collection__ = "generic_notes"
    about = GenericReferenceField()
    chosen = GenericReferenceField([GenericLink, "self"])


LINK = DBRef("generic_links", 3)


def test_references_of_mongoengine_are_read_and_stay_as_they_are() -> None:
    stored = {"_cls": "Link", "_ref": LINK}
    note = GenericNote.from_son({"about": stored})
    assert note.get_field_value("about") == LINK
    assert note.to_son()["about"] == stored
    note.about = GenericLink(_id=4)
    assert note.to_son()["about"] == DBRef("generic_links", 4)


@pytest.mark.parametrize("value", [LINK, GenericLink(_id=3)], ids=["DBRef", "document"])
def test_filters(value: Any) -> None:
    assert transform_query(GenericNote, about=value) == {"about": LINK}
    assert transform_query(GenericNote, chosen__in=[value, None]) == {
        "chosen": {"$in": [LINK, None]}
    }


@pytest.mark.parametrize(
    "value", [3, "a", {"$ne": None}, GenericLink(), {"$ref": "a", "$id": 1}], ids=str
)
def test_filters_that_mean_nothing(value: Any) -> None:
    with pytest.raises(ValueError, match="is compared with a saved document or a DBRef"):
        transform_query(GenericNote, about=value)


def test_choices() -> None:
    assert GenericNote(chosen=GenericNote(_id=1)).validate()
    [error] = GenericNote(chosen=DBRef("others", 1)).validation_errors()
    assert error.path == "chosen"
    for single in ("GenericNote", GenericNote, {"GenericNote": GenericNote}):
        with pytest.raises(TypeError, match="^choices must be a list of document classes, not "):
            GenericReferenceField(choices=single)  # type: ignore[arg-type]


async def test_the_document_is_loaded(mongo: Any) -> None:
    link = await GenericLink(url="u").save()
    note = await GenericNote(about=link, chosen=link).save()
    other = await GenericNote(about=note).save()
    found = await GenericNote.objects.get(about=note)
    assert found is not None and found._id == other._id
    with pytest.raises(LoadReferencesRequiredError):
        found.about  # noqa: B018
    assert (await found.load_references())["loaded_reference_count"] == 1
    assert type(found.about) is GenericNote
    await found.about.load_references()
    assert (found.about.about.url, found.about.chosen.url) == ("u", "u")
    await found.save()
    stored = await GenericNote.objects.coll().find_one({"_id": found._id})
    assert stored is not None and stored["about"] == DBRef("generic_notes", note._id)


async def test_a_target_that_is_gone_reads_none_and_is_kept(mongo: Any) -> None:
    gone = DBRef("generic_links", 77)
    await GenericNote(about=gone).save()
    [note] = await GenericNote.objects.find_all()
    await note.load_references()
    assert note.about is None
    assert note.to_son()["about"] == gone


async def test_classes_that_are_not_known(mongo: Any) -> None:
    class Twin(Document):
        __collection__ = "generic_twins"

    class OtherTwin(Document):
        __collection__ = "generic_twins"

    for collection, text in [
        ("nowhere", "No document class is known for collection 'nowhere'."),
        (
            "generic_twins",
            "Several document classes share collection 'generic_twins': OtherTwin, Twin; "
            "give choices.",
        ),
    ]:
        note = await GenericNote(about=DBRef(collection, 1)).save()
        found = await GenericNote.objects.get(note._id)
        assert found is not None
        with pytest.raises(LookupError) as raised:
            await found.load_references()
        assert str(raised.value) == text
    assert issubclass(Twin, Document) and issubclass(OtherTwin, Document)


def test_the_uppermost_class_of_a_collection_is_meant() -> None:
    class Animal(Document):
        __collection__ = "generic_animals"

    class Dog(Animal):
        __collection__ = "generic_animals"

    assert GenericReferenceField().target_of(DBRef("generic_animals", 1)) is Animal
    assert GenericReferenceField([Dog]).target_of(DBRef("generic_animals", 1)) is Dog
