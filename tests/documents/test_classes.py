"""What a class body becomes: fields, their order and keys, inheritance."""

from __future__ import annotations

from typing import Any

import pytest

from aiomotorengine import BaseField, Document, IntField, ListField, QuerySet, StringField
from aiomotorengine.document import BaseDocument
from aiomotorengine.errors import InvalidDocumentError
from aiomotorengine.metaclasses import DocumentMetaClass, classproperty


class Person(Document):
    given = StringField(required=True)
    family = StringField(db_field="fam")


# -- fields --------------------------------------------------------------------------------------


def test_fields_learn_their_names() -> None:
    assert (Person.given.name, Person.given.db_field) == ("given", "given")
    assert (Person.family.name, Person.family.db_field) == ("family", "fam")


def test_the_class_gives_the_field_itself() -> None:
    field = StringField()

    class Note(Document):
        text = field

    assert Note.text is field
    assert Note._fields == {"text": field}


def test_the_maps_between_names_and_keys() -> None:
    assert Person._db_field_map == {"given": "given", "family": "fam"}
    assert Person._reverse_db_field_map == {"given": "given", "fam": "family"}


def test_fields_ordered_is_by_creation_and_not_by_place() -> None:
    later, earlier = StringField(), IntField()
    earlier.creation_counter, later.creation_counter = 1, 2

    class Note(Document):
        text = later
        size = earlier

    assert list(Note._fields) == ["text", "size"]
    assert list(Note._fields_ordered) == ["size", "text"]


def test_the_creation_counter_counts_fields_and_can_be_set_back() -> None:
    BaseField.total_creation_counter = 0
    counters = [field.creation_counter for field in (StringField(), IntField(), BaseField())]
    assert counters == [0, 1, 2]
    assert BaseField.total_creation_counter == 3


def test_two_fields_with_one_key_are_refused() -> None:
    with pytest.raises(InvalidDocumentError) as refusal:

        class Twice(Document):
            first = StringField(db_field="same")
            second = StringField(db_field="same")

    assert str(refusal.value) == "Multiple db_fields defined for: same "


def test_all_keys_that_are_there_twice_are_named() -> None:
    with pytest.raises(InvalidDocumentError) as refusal:

        class Twice(Document):
            a = StringField(db_field="one")
            b = StringField(db_field="one")
            c = StringField(db_field="two")
            two = StringField()

    assert str(refusal.value) == "Multiple db_fields defined for: one, two "


def test_a_field_assigned_to_an_unrelated_name_of_the_class_is_no_field_of_it() -> None:
    class Note(Document):
        text = StringField()
        limit = 5

    assert list(Note._fields) == ["text"]
    assert Note.limit == 5


# -- collection, laziness, alias -----------------------------------------------------------------


def test_defaults_of_a_class() -> None:
    assert (Person.__collection__, Person.__lazy__, Person.__alias__) == ("Person", True, None)


def test_a_class_body_sets_collection_laziness_and_alias() -> None:
    class Other(Document):
        __collection__ = "others"
        __lazy__ = False
        __alias__ = "elsewhere"

    assert (Other.__collection__, Other.__lazy__, Other.__alias__) == ("others", False, "elsewhere")
    assert Other().is_lazy is False
    assert Other.objects.is_lazy is False
    assert Person().is_lazy is True


def test_k57_collection_laziness_and_alias_are_not_inherited() -> None:
    class Base(Document):
        __collection__ = "bases"
        __lazy__ = False
        __alias__ = "elsewhere"

    class Derived(Base):
        pass

    assert (Derived.__collection__, Derived.__lazy__, Derived.__alias__) == ("Derived", True, None)


# -- inheritance ---------------------------------------------------------------------------------


def test_fields_of_bases_come_first() -> None:
    class Employee(Person):
        number = IntField()

    assert list(Employee._fields) == ["given", "family", "number"]
    assert list(Employee(number=1).to_son()) == ["given", "fam", "number"]
    assert list(Person._fields) == ["given", "family"]


def test_k55_declaring_an_inherited_field_again_is_refused() -> None:
    with pytest.raises(InvalidDocumentError) as refusal:

        class Again(Person):
            given = StringField()

    assert str(refusal.value) == "Multiple db_fields defined for: given "


def test_k55_declaring_an_inherited_field_again_under_its_key_is_refused() -> None:
    with pytest.raises(InvalidDocumentError, match=r"Multiple db_fields defined for: fam $"):

        class Again(Person):
            family = IntField(db_field="fam")


def test_k55_an_inherited_key_is_refused_for_another_name() -> None:
    with pytest.raises(InvalidDocumentError, match=r"Multiple db_fields defined for: fam $"):

        class Again(Person):
            clan = StringField(db_field="fam")


def test_k55_declaring_an_inherited_field_with_another_key_replaces_it() -> None:
    class Again(Person):
        family = IntField(db_field="number")

    assert Again(given="a", family=5).to_son() == {"given": "a", "number": 5}
    assert Person(given="a", family="b").to_son() == {"given": "a", "fam": "b"}


def test_diamonds_are_fine() -> None:
    class Left(Person):
        left = IntField()

    class Right(Person):
        right = IntField()

    class Both(Left, Right):
        own = IntField()

    assert set(Both._fields) == {"given", "family", "left", "right", "own"}
    assert list(Both._fields)[:2] == ["given", "family"]
    assert list(Both._fields)[-1] == "own"
    assert Both(given="a", left=1, right=2, own=3).to_son() == {
        "given": "a",
        "fam": None,
        "left": 1,
        "right": 2,
        "own": 3,
    }


def test_k58_fields_of_a_mixin_that_is_no_document_are_collected() -> None:
    class Dated:
        year = IntField(db_field="y")
        marks = ListField(IntField())

    class Book(Dated, Document):
        title = StringField()

    book = Book(year=1999, title="a")
    assert (book.year, book.marks) == (1999, [])
    assert book.to_son() == {"y": 1999, "marks": [], "title": "a"}
    assert Book.from_son({"y": 5}).year == 5


def test_k58_one_mixin_serves_several_documents() -> None:
    class Sized:
        size = IntField(required=True)

    class Box(Sized, Document):
        pass

    class Bag(Sized, Document):
        colour = StringField()

    box, bag = Box(size=1), Bag(size=2)
    assert (box.size, bag.size) == (1, 2)
    assert box.validate()
    assert bag.validate()
    with pytest.raises(InvalidDocumentError, match=r"Field 'size' is required\."):
        Box().validate()


def test_k58_a_mixin_of_a_mixin_is_collected() -> None:
    class Inner:
        inner = IntField()

    class Outer(Inner):
        outer = IntField()

    class Thing(Outer, Document):
        own = IntField()

    assert set(Thing._fields) == {"inner", "outer", "own"}


def test_a_subclass_may_use_the_name_of_a_field_for_a_method() -> None:
    class Base(Document):
        label = StringField()
        size = IntField()

    class Derived(Base):
        def label(self) -> str:  # type: ignore[override]
            return f"size {self.size}"

    assert Derived(size=3).label() == "size 3"
    assert Derived(size=3).to_son() == {"size": 3}


# -- objects -------------------------------------------------------------------------------------


def test_objects_is_a_new_query_set_at_every_access() -> None:
    assert isinstance(Person.objects, QuerySet)
    assert Person.objects is not Person.objects
    assert Person().objects is not Person().objects


def test_objects_is_bound_to_the_very_class() -> None:
    class Employee(Person):
        pass

    assert Employee.objects.__klass__ is Employee
    assert Employee().objects.__klass__ is Employee
    assert Person.objects.__klass__ is Person


# -- the parts -----------------------------------------------------------------------------------


def test_documents_are_made_by_the_metaclass() -> None:
    assert type(Person) is DocumentMetaClass
    assert issubclass(Document, BaseDocument)


def test_classproperty_is_asked_on_class_and_instance() -> None:
    class Shape:
        @classproperty
        def label(cls: Any) -> str:
            """What it is called."""
            name: str = cls.__name__
            return name.lower()

    class Circle(Shape):
        pass

    assert (Shape.label, Circle.label, Circle().label) == ("shape", "circle", "circle")
    assert vars(Shape)["label"].__doc__ == "What it is called."


def test_classes_of_one_name_do_not_know_each_other() -> None:
    def made(key: str) -> Any:
        class Note(Document):
            text = StringField(db_field=key)

        return Note

    first, second = made("a"), made("b")
    assert first(text="x").to_son() == {"a": "x"}
    assert second(text="x").to_son() == {"b": "x"}


@pytest.mark.parametrize("field", [{"key": StringField(db_field="_id")}, {"_id": StringField()}])
def test_k5_no_field_takes_the_place_of_the_id(field: dict[str, Any]) -> None:
    with pytest.raises(InvalidDocumentError, match="can't be stored under '_id'"):
        type(Document)("Odd", (Document,), field)
