"""EmbeddedDocumentField."""

from __future__ import annotations

from typing import Any

import pytest
from bson import SON

from aiomotorengine import Document, EmbeddedDocumentField, IntField, StringField
from aiomotorengine.errors import InvalidDocumentError, StoredValueError
from tests.fields.support import holder, reloaded

PATH = "tests.fields.test_embedded_document_field.Home"


class Home(Document):
    road = StringField(required=True, db_field="rd")
    number = IntField()


class Villa(Home):
    pass


class Other(Document):
    pass


class Refusing(Document):
    def validate(self) -> bool:
        return False


def test_the_class_is_the_first_positional_argument() -> None:
    field = EmbeddedDocumentField(Home, "h", required=True)
    assert (field.embedded_type, field.db_field, field.required) == (Home, "h", True)
    assert EmbeddedDocumentField(embedded_document_type=Home).embedded_type is Home


def test_a_dotted_path_is_looked_up_on_first_use() -> None:
    field = EmbeddedDocumentField(PATH)
    assert field.embedded_type is Home
    assert field.validate(Home(road="a"))
    assert EmbeddedDocumentField("no.such.Thing").required is False


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("NoSuchHome", r"^Can't find class NoSuchHome\.$"),
        ("tests.fields.test_embedded_document_field.Nothing", "Nothing"),
        ("no_such_package.Home", "no_such_package"),
    ],
)
def test_a_path_that_leads_nowhere_is_an_import_error(path: str, message: str) -> None:
    with pytest.raises(ImportError, match=message):
        EmbeddedDocumentField(path).validate(None)


@pytest.mark.parametrize("given", [None, 5, str, StringField(), "decimal.Decimal"])
@pytest.mark.parametrize("value", [None, Home(road="a")])
def test_any_other_type_is_refused_by_validate(given: Any, value: Any) -> None:
    with pytest.raises(
        ValueError, match=r"^The field 'embedded_document_type' argument must be a subclass of Doc"
    ):
        EmbeddedDocumentField(given).validate(value)


def test_the_refusal_of_a_type_names_it() -> None:
    with pytest.raises(ValueError, match=r"(?m)must be a subclass of Document, not '5'\.$"):
        holder(EmbeddedDocumentField(5))().validate()  # type: ignore[call-overload]


def test_instances_of_the_class_and_its_subclasses_are_valid() -> None:
    field = EmbeddedDocumentField(Home)
    assert all(map(field.validate, (None, Home(road="a"), Villa(road="a"))))
    assert not any(map(field.validate, ("", Other(), {"rd": "a"}, Home, 5)))


def test_a_problem_inside_names_the_inner_field() -> None:
    outer = holder(EmbeddedDocumentField(Home))(value=Home())
    with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'road' is required\.$"):
        outer.validate()


def test_a_document_that_says_no_without_raising_is_not_valid() -> None:
    assert EmbeddedDocumentField(Refusing).validate(Refusing()) is False


def test_it_is_stored_without_its_id() -> None:
    document = holder(EmbeddedDocumentField(Home))(value=Home(_id=5, road="a", number="1"))
    assert document.to_son() == {"value": {"rd": "a", "number": 1}}
    loaded = reloaded(document).value
    assert (type(loaded), loaded.road, loaded.number, loaded._id) == (Home, "a", 1, None)


def test_none_stays_none() -> None:
    field = EmbeddedDocumentField(Home)
    assert field.to_son(None) is field.from_son(None) is field.to_query(None) is None


def test_any_mapping_is_read() -> None:
    assert EmbeddedDocumentField(Home).from_son(SON(rd="a")).road == "a"


def test_what_is_no_mapping_in_the_database_cannot_be_read() -> None:
    with pytest.raises(TypeError, match=r"^Field 'value' takes a mapping, not str\.$"):
        holder(EmbeddedDocumentField(Home)).value.from_son("text")
    with pytest.raises(StoredValueError) as raised:
        holder(EmbeddedDocumentField(Home)).from_son({"value": "text"})
    assert isinstance(raised.value.__cause__, TypeError)


class TestQueries:
    def test_k33_instances_are_converted(self) -> None:
        field = EmbeddedDocumentField(Home)
        for convert in field.to_query, field.to_query_item:
            assert convert(Home(road="a")) == {"rd": "a", "number": None}

    def test_k33_mappings_stand_for_the_documents_that_they_would_make(self) -> None:
        field = holder(EmbeddedDocumentField(Home)).value
        for convert in field.to_query, field.to_query_item:
            assert convert({"road": "a"}) == convert({"rd": "a"}) == {"rd": "a", "number": None}
            with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'road' is required\.$"):
                convert({"number": 1})

    def test_a_document_of_another_class_is_refused(self) -> None:
        field = holder(EmbeddedDocumentField(Home)).value
        for convert in field.to_query, field.to_query_item:
            with pytest.raises(
                ValueError, match=r"^Field 'value' is compared with a Home or a map"
            ):
                convert(Other())

    @pytest.mark.parametrize("mapping", [{"$ne": None}, {"rd": "a", "$where": "1"}])
    def test_operators_are_refused(self, mapping: Any) -> None:
        field = holder(EmbeddedDocumentField(Home)).value
        for convert in field.to_query, field.to_query_item:
            with pytest.raises(ValueError, match=r"^Field 'value' .*raw query"):
                convert(mapping)

    @pytest.mark.parametrize("value", ["text", 5, [Home(road="a")], Home])
    def test_k33_other_types_are_refused(self, value: Any) -> None:
        field = holder(EmbeddedDocumentField(Home)).value
        with pytest.raises(ValueError, match=r"^Field 'value' is compared with a Home or a map"):
            field.to_query(value)


class TestUpdates:
    def test_k17_instances_are_validated_and_converted(self) -> None:
        field = holder(EmbeddedDocumentField(Home)).value
        assert field.to_update(Home(road="a")) == {"rd": "a", "number": None}
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'road' is required\.$"):
            field.to_update(Home())

    def test_k17_mappings_are_converted_and_validated_by_the_class(self) -> None:
        field = holder(EmbeddedDocumentField(Home)).value
        assert field.to_update({"road": "a", "number": "1"}) == {"rd": "a", "number": 1}
        assert field.to_update({"rd": "a", "other": 2}) == {
            "rd": "a",
            "number": None,
            "_other": 2,
        }
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'road' is required\.$"):
            field.to_update({"number": 1})
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'number' must be valid\.$"):
            field.to_update({"road": "a", "number": "x"})

    @pytest.mark.parametrize(
        "mapping", [{"_id": 1}, {"road": "a", "rd": "b"}, {"$inc": 1}, {"road": "a", 5: 1}]
    )
    def test_keys_that_mean_no_value_are_refused(self, mapping: Any) -> None:
        field = holder(EmbeddedDocumentField(Home)).value
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            field.to_update(mapping)

    @pytest.mark.parametrize("value", [Other(), "text", 5])
    def test_k17_other_types_are_refused(self, value: Any) -> None:
        with pytest.raises(InvalidDocumentError, match=r"(?m)^Field 'value' must be valid\.$"):
            holder(EmbeddedDocumentField(Home)).value.to_update(value)
