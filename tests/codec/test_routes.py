"""What an override does to a route, and what ``explain_codec`` says of it.

Each case is also held to the three laws: whatever the routes are, the values must not differ.
"""

from __future__ import annotations

import pkgutil
import re
from abc import ABCMeta, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

import bson
import pytest
from bson.codec_options import CodecOptions, DatetimeConversion, TypeCodec, TypeRegistry
from bson.int64 import Int64
from bson.objectid import ObjectId

from aiomotorengine import (
    BaseField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    EnumField,
    GenericEmbeddedDocumentField,
    IntField,
    ListField,
    MapField,
    PasswordField,
    ReferenceField,
    StringField,
    TupleField,
    URLField,
    codec,
    fields,
    storage,
)
from aiomotorengine.codec import codec_for, contract, pure
from aiomotorengine.codec.plan import FIELD_METHODS, FieldPlan, plan_of
from aiomotorengine.fields.dynamic_field import DynamicField
from aiomotorengine.metaclasses import DocumentMetaClass
from aiomotorengine.storage.descriptors import Attribute
from tests.codec import cases
from tests.codec.laws import STANDARD, agree
from tests.zoo import animals, generate

FIELD_CLASSES = [getattr(fields, name) for name in fields.__all__]
KINDS = [found for found in FIELD_CLASSES if found.__native_kind__ is not None]
"""The built-in fields that the native codec knows; others go through Python until it does."""

every_kind = pytest.mark.parametrize("field_class", KINDS, ids=lambda found: found.__name__)


def make_field(field_class: Any) -> Any:
    """A field of this class, with the arguments it cannot do without."""
    if issubclass(field_class, ListField | MapField | TupleField):
        return field_class(StringField())
    if issubclass(field_class, GenericEmbeddedDocumentField):
        return field_class([animals.Plain])
    if issubclass(field_class, EmbeddedDocumentField | ReferenceField):
        return field_class(animals.Plain)
    if issubclass(field_class, EnumField):
        return field_class(animals.Level)
    return field_class()


def model_of(field: BaseField[Any]) -> Any:
    """A document class with one field, between two neighbours that override nothing."""
    body = {"before": StringField(), "value": field, "after": IntField()}
    return DocumentMetaClass("Model", (Document,), {**body, "__module__": __name__})


def plan_for(model: Any, name: str = "value") -> FieldPlan:
    return next(field for field in plan_of(model).fields if field.name == name)


def detours(field: FieldPlan) -> dict[str, str]:
    """The methods that do not stay native, with the reasons."""
    return {method: route.reason for method, route in field.routes.items() if not route.native}


def whole_field(reason: str) -> dict[str, str]:
    return dict.fromkeys(FIELD_METHODS, reason)


# -- what stays native ---------------------------------------------------------------------------


@every_kind
def test_a_built_in_field_is_a_kind_with_all_methods_native(field_class: Any) -> None:
    field = plan_for(model_of(make_field(field_class)))
    assert field.kind
    assert detours(field) == {}


def test_every_kind_is_named_after_its_table_of_cases() -> None:
    tables = {module.name for module in pkgutil.iter_modules(cases.__path__)}
    marked = [field_class for field_class in KINDS if "__native_kind__" in vars(field_class)]
    kinds = {field_class.__native_kind__.name for field_class in marked}
    assert kinds == tables & kinds
    assert len(kinds) == len(marked)


class DurationField(BaseField[timedelta]):
    """As docs/adding-a-field.md adds one: first in Python, without a mark and a twin."""

    def validate(self, value: Any) -> bool:
        return value is None or isinstance(value, timedelta)

    def to_son(self, value: Any) -> Any:
        return None if value is None else Int64(value // timedelta(milliseconds=1))

    def from_son(self, value: Any) -> Any:
        return None if value is None else timedelta(milliseconds=value)


@pytest.mark.usefixtures("codec")
def test_a_field_without_a_twin_obeys_the_laws_and_is_no_reason_to_step_back() -> None:
    model = model_of(DurationField(required=True))
    documents = [model(value=timedelta(seconds=1.5)), model(before="x", value=timedelta())]
    agree(model, [*documents, model(), model(value="soon")], STANDARD)
    side = codec_for(model, STANDARD)
    before = side.stepped_back
    side.decode_many(b"".join(side.encode_many(documents, [1, 2], validate=True)))
    assert side.stepped_back == before


@pytest.mark.parametrize("field_class", [BaseField, DynamicField, DurationField])
def test_a_field_without_a_twin_goes_through_python(field_class: Any) -> None:
    field = plan_for(model_of(field_class()))
    assert detours(field) == whole_field(f"{field_class.__name__} has no native kind")


@every_kind
def test_a_subclass_that_overrides_nothing_stays_native(field_class: Any) -> None:
    subclass = type("Own", (field_class,), {"describe": lambda self: "mine", "unit": "km"})
    field = plan_for(model_of(make_field(subclass)))
    assert field.kind == field_class.__native_kind__.name
    assert detours(field) == {}


def test_a_subclass_with_its_own_init_stays_native() -> None:
    class Short(StringField):
        def __init__(self, **options: Any) -> None:
            super().__init__(max_length=3, **options)

    field = plan_for(model_of(Short(required=True)))
    assert detours(field) == {}
    assert field.args == {"max_length": 3}
    assert field.required


def test_to_query_has_no_say_in_the_routes() -> None:
    class Asked(StringField):
        def to_query(self, value: Any) -> Any:
            return {"$regex": value}

    assert detours(plan_for(model_of(Asked()))) == {}


def test_a_field_with_a_get_value_of_its_own_kind_takes_it_along() -> None:
    own = type("Own", (PasswordField,), {"to_son": lambda self, value: value})
    assert detours(plan_for(model_of(own()))) == dict.fromkeys(
        ("validate", "get_value", "to_son", "is_empty"), "to_son overridden by Own"
    )
    own = type("Own", (PasswordField,), {"from_son": lambda self, value: value})
    assert detours(plan_for(model_of(own()))) == {"from_son": "from_son overridden by Own"}


# -- what goes through Python --------------------------------------------------------------------

METHODS = ("validate", "get_value", "to_son", "from_son", "is_empty")


def sent_with(method: str, reason: str) -> dict[str, str]:
    """What goes through Python, and why, where one method is overridden.

    ``get_value`` takes those along that are given what it makes: so it is made once, and by Python.
    """
    along = ("validate", "to_son", "is_empty") if method == "get_value" else ()
    return dict.fromkeys((method, *along), f"{method} overridden by {reason}")


@pytest.mark.parametrize("method", METHODS)
def test_an_override_in_a_subclass_sends_that_method(method: str) -> None:
    own = type("Own", (StringField,), {method: lambda self, value: value})
    model = model_of(own())
    assert detours(plan_for(model)) == sent_with(method, "Own")
    assert detours(plan_for(model, "before")) == {}
    assert detours(plan_for(model, "after")) == {}


@pytest.mark.parametrize("method", METHODS)
def test_the_reason_names_the_class_that_overrides(method: str) -> None:
    base = type("Base", (StringField,), {method: lambda self, value: value})
    leaf = type("Leaf", (base,), {})
    assert detours(plan_for(model_of(leaf()))) == sent_with(method, "Base")


@pytest.mark.parametrize("method", METHODS)
def test_an_override_in_a_mixin_sends_that_method(method: str) -> None:
    mixin = type("Mixin", (), {method: lambda self, value: value})
    mixed = type("Mixed", (mixin, StringField), {})
    assert detours(plan_for(model_of(mixed()))) == sent_with(method, "Mixin")


@pytest.mark.parametrize("method", METHODS)
def test_a_method_set_on_the_field_itself_goes_alone(method: str) -> None:
    field = StringField()
    setattr(field, method, lambda value: value)
    assert detours(plan_for(model_of(field))) == sent_with(method, "the field itself")


@pytest.mark.parametrize("method", METHODS)
def test_a_method_patched_into_the_built_in_class_goes_alone(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = model_of(StringField())
    monkeypatch.setattr(StringField, method, lambda self, value: value)
    assert detours(plan_for(model)) == sent_with(method, "StringField")
    monkeypatch.undo()
    assert detours(plan_for(model)) == {}


def test_a_method_patched_into_the_base_of_all_fields_goes_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = model_of(URLField())
    monkeypatch.setattr(BaseField, "to_son", lambda self, value: value)
    assert detours(plan_for(model)) == {"to_son": "to_son overridden by BaseField"}


def test_two_overrides_are_two_detours() -> None:
    class Both(StringField):
        def to_son(self, value: Any) -> Any:
            return value

        def from_son(self, value: Any) -> Any:
            return value

    assert detours(plan_for(model_of(Both()))) == {
        "to_son": "to_son overridden by Both",
        "from_son": "from_son overridden by Both",
    }


def test_a_subclass_that_replaces_a_helper_sends_the_whole_field() -> None:
    class Intranet(URLField):
        URL_REGEX = re.compile("^http://")

    assert detours(plan_for(model_of(Intranet()))) == whole_field("URL_REGEX replaced by Intranet")


def test_a_field_that_replaces_a_helper_on_itself_goes_as_a_whole() -> None:
    field = URLField()
    field.URL_REGEX = re.compile("^ftp://")  # type: ignore[misc]
    assert detours(plan_for(model_of(field))) == whole_field(
        "URL_REGEX replaced by the field itself"
    )


def test_a_helper_patched_into_the_built_in_class_sends_the_whole_field(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = model_of(URLField())
    monkeypatch.setattr(URLField, "URL_REGEX", re.compile("^ftp://"))
    assert detours(plan_for(model)) == whole_field("URL_REGEX replaced by URLField")


def test_a_field_without_a_mark_goes_through_python() -> None:
    field = plan_for(model_of(animals.Money()))
    assert field.kind is None
    assert detours(field) == whole_field("Money has no native kind")


def test_the_item_of_a_list_has_routes_of_its_own() -> None:
    field = plan_for(model_of(ListField(animals.Upper())))
    assert detours(field) == {}
    assert field.item is not None
    assert detours(field.item) == {"to_son": "to_son overridden by Upper"}


def test_the_items_of_lists_of_lists_have_routes_of_their_own() -> None:
    field = plan_for(model_of(ListField(ListField(animals.Money()))))
    assert field.item is not None
    assert field.item.item is not None
    assert detours(field.item) == {}
    assert detours(field.item.item) == whole_field("Money has no native kind")


def test_an_embedded_document_is_planned_by_its_class() -> None:
    assert plan_for(model_of(EmbeddedDocumentField(animals.Plain))).document is animals.Plain


def test_a_document_that_contains_itself_has_a_plan() -> None:
    plan = plan_of(animals.Node)
    children = next(field for field in plan.fields if field.name == "children")
    assert children.item is not None
    assert children.item.document is animals.Node


# -- whole documents -----------------------------------------------------------------------------

CONVERSIONS = ("validate", "to_son", "from_son")


def own_class(**methods: Any) -> Any:
    body = {"name": StringField(), **methods, "__module__": __name__}
    return DocumentMetaClass("Own", (Document,), body)


def document_detours(model: Any) -> dict[str, str]:
    routes = plan_of(model).routes
    return {method: route.reason for method, route in routes.items() if not route.native}


def to_son(self: Any) -> dict[str, Any]:
    return dict(Document.to_son(self))


def from_son(cls: Any, mapping: Mapping[str, Any]) -> Any:
    return super(cls, cls).from_son(mapping)


def get_field_value(self: Any, name: str) -> Any:
    return Document.get_field_value(self, name)


def get_attribute(self: Any, name: str) -> Any:
    return object.__getattribute__(self, name)


def set_attribute(self: Any, name: str, value: Any) -> None:
    object.__setattr__(self, name, value)


DOCUMENT_OVERRIDES: list[tuple[str, Any, set[str]]] = [
    ("to_son", to_son, {"to_son"}),
    ("from_son", classmethod(from_son), {"from_son"}),
    ("validate", lambda self: True, {"validate"}),
    ("validate_fields", lambda self: True, {"validate"}),
    ("get_field_value", get_field_value, {"validate", "to_son"}),
    ("get_field_by_db_name", classmethod(lambda cls, db_name: None), {"from_son"}),
]


@pytest.mark.parametrize(
    ("name", "method", "affected"), DOCUMENT_OVERRIDES, ids=[row[0] for row in DOCUMENT_OVERRIDES]
)
def test_an_override_of_a_document_sends_what_depends_on_it(
    name: str, method: Any, affected: set[str]
) -> None:
    model = own_class(**{name: method})
    assert document_detours(model) == dict.fromkeys(affected, f"{name} overridden by Own")
    assert detours(plan_for(model, "name")) == {}


def test_an_override_in_a_mixin_of_a_document_counts() -> None:
    class Saved:
        def to_son(self) -> Any:
            return {}

    class Model(Saved, Document):
        name = StringField()

    assert document_detours(Model) == {"to_son": "to_son overridden by Saved"}


def test_a_method_patched_into_a_document_class_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    model = own_class()
    assert document_detours(model) == {}
    monkeypatch.setattr(model, "to_son", to_son)
    assert document_detours(model) == {"to_son": "to_son overridden by Own"}


def test_documents_without_overrides_are_built_directly() -> None:
    plan = plan_of(animals.Plain)
    assert plan.construct == "direct"
    assert document_detours(animals.Plain) == {}


@pytest.mark.parametrize("name", ["__init__", "__new__"])
def test_a_class_with_its_own_way_of_making_instances_is_called(name: str) -> None:
    def make(self_or_class: Any, **values: Any) -> Any:
        if name == "__init__":
            return Document.__init__(self_or_class, **values)
        return Document.__new__(self_or_class)

    assert plan_of(own_class(**{name: make})).construct == "init"


def test_an_own_init_runs_for_every_document_that_is_read(codec: str) -> None:
    made = animals.Counted(name="a", size=4)
    both_ways = codec_for(animals.Counted, STANDARD)
    [read] = both_ways.decode_many(*both_ways.encode_many([made], [ObjectId()]))
    assert read._doubled == 8


class OwnAttribute(Attribute):
    """Reads a value in a way of its own."""

    def __get__(self, document: Any, owner: Any = None) -> Any:
        return self.field if document is None else self.read(document)


class OwnlyRead(StringField):
    def attribute(self) -> Attribute:
        return OwnAttribute(self, self.name)


def test_a_field_that_is_read_in_its_own_way_keeps_documents_in_python() -> None:
    reason = "name is read by OwnAttribute"
    assert document_detours(own_class(name=OwnlyRead())) == dict.fromkeys(CONVERSIONS, reason)


@pytest.mark.parametrize("name", ["_id", "_is_persisted", "_stored_keys", "_hidden", "__dict__"])
def test_a_class_that_replaces_a_slot_keeps_documents_in_python(name: str) -> None:
    model = own_class(**{name: property(lambda self: {}, lambda self, value: None)})
    reason = f"{name} replaced by Own"
    assert document_detours(model) == dict.fromkeys(CONVERSIONS, reason)


def test_an_abstract_class_has_no_documents_to_convert() -> None:
    class Meta(DocumentMetaClass, ABCMeta):
        pass

    class Model(Document, metaclass=Meta):
        @abstractmethod
        def area(self) -> float: ...

    assert document_detours(Model) == dict.fromkeys(CONVERSIONS, "Model is abstract")


@pytest.mark.parametrize("key", ["\ud800", 5])
def test_a_key_that_bson_cannot_hold_keeps_documents_in_python(key: Any) -> None:
    reason = "name has a key that BSON cannot hold"
    assert document_detours(own_class(name=StringField(db_field=key))) == dict.fromkeys(
        CONVERSIONS, reason
    )


def test_a_date_that_sets_itself_and_overrides_keeps_writing_in_python() -> None:
    class Moved(DateTimeField):
        def to_son(self, value: Any) -> Any:
            return value

    reason = "name sets itself, and to_son is overridden"
    assert document_detours(own_class(name=Moved(auto_now_on_insert=True))) == dict.fromkeys(
        ("validate", "to_son"), reason
    )


def test_a_class_with_slots_of_its_own_stays_native() -> None:
    class Model(Document):
        __slots__ = ("cache",)
        name = StringField()

    assert document_detours(Model) == {}
    agree(Model, [Model(name="a"), Model(name="b")], STANDARD)


@pytest.mark.skipif("native" not in codec.available(), reason="there is no native codec here")
@pytest.mark.parametrize(
    "model",
    [
        own_class(name=OwnlyRead()),
        own_class(_hidden=property(lambda self: None, lambda self, value: None)),
        own_class(to_son=to_son),
        own_class(from_son=classmethod(from_son)),
        own_class(validate=lambda self: True),
        own_class(),
        own_class(__slots__=("cache",)),
    ],
    ids=lambda model: "; ".join(document_detours(model).values()) or "native",
)
def test_a_class_that_steps_back_is_explained(model: Any) -> None:
    with codec.use("native"):
        assert steps_back(model) == set(document_detours(model))
        explanation = str(model.explain_codec())
    for method, reason in document_detours(model).items():
        assert f"whole documents: {method} in python, {reason}" in explanation


def steps_back(model: Any) -> set[str]:
    """The conversions of an empty document that the native codec leaves to the Python side."""
    document = model()
    raw = bson.encode({"_id": 1})
    calls = {
        "validate": lambda side: side.validate_many([document]),
        "to_son": lambda side: side.encode_many([document], [1]),
        "from_son": lambda side: side.decode_many(raw),
    }
    found = set()
    for method, call in calls.items():
        side = codec_for(model, STANDARD)
        before = side.stepped_back
        call(side)
        if side.stepped_back > before:
            found.add(method)
    return found


def test_an_embedded_class_in_python_is_explained_as_well() -> None:
    inner = own_class(to_son=to_son)
    rows = table(model_of(ListField(EmbeddedDocumentField(inner))))
    assert "embedded Own: to_son in python, to_son overridden by Own" in rows


# -- what the native codec reads of a class, and nothing else -------------------------------------


def test_a_plan_has_the_defaults_and_what_makes_them() -> None:
    class Model(Document):
        tags = ListField(StringField())
        name = StringField(default="x")

    plan = plan_of(Model)
    assert plan.defaults == {"tags": None, "name": "x"}
    assert list(plan.defaults) == list(Model._fields)
    [(name, make)] = plan.factories
    assert (name, make()) == ("tags", [])


def test_a_plan_has_the_plans_of_all_that_is_embedded() -> None:
    plan = plan_of(animals.Node)
    assert plan.embedded[animals.Node] is plan
    inner = own_class()
    outer = model_of(
        ListField(ListField(EmbeddedDocumentField(model_of(EmbeddedDocumentField(inner)))))
    )
    assert inner in plan_of(outer).embedded
    assert outer not in plan_of(outer).embedded


def test_an_embedded_class_that_cannot_be_imported_waits_until_it_is_needed(codec: str) -> None:
    inner = model_of(EmbeddedDocumentField("no.such.module.Class"))
    outer = model_of(EmbeddedDocumentField(inner))
    agree(outer, [outer(), outer(value=inner())], STANDARD)


def test_a_plan_cannot_be_changed() -> None:
    plan = plan_of(animals.Plain)
    with pytest.raises(AttributeError):
        plan.construct = "init"  # type: ignore[misc]
    for mapping in plan.routes, plan.embedded, plan.fields[0].routes, plan.fields[0].args:
        with pytest.raises(TypeError):
            mapping["x"] = None  # type: ignore[index]


# -- the values do not depend on the routes ------------------------------------------------------


def patched_instance() -> Iterator[Any]:
    field = StringField()
    field.from_son = lambda value: f"<{value}>"  # type: ignore[method-assign]
    yield model_of(field)


def patched_class() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StringField, "to_son", lambda self, value: value and value * 2)
        yield model_of(StringField())


def replaced_helper() -> Iterator[Any]:
    class Intranet(URLField):
        URL_REGEX = re.compile("^intranet:")

    yield model_of(Intranet())


def own_attribute_access() -> Iterator[Any]:
    yield own_class(__getattribute__=get_attribute, __setattr__=set_attribute)


def overridden_document() -> Iterator[Any]:
    yield own_class(to_son=lambda self: {"name": "always"}, validate=lambda self: False)


def wild_keys() -> Iterator[Any]:
    yield own_class(get_field_by_db_name=classmethod(lambda cls, db_name: None))


@pytest.mark.parametrize(
    "models",
    [
        patched_instance,
        patched_class,
        replaced_helper,
        own_attribute_access,
        overridden_document,
        wild_keys,
    ],
    ids=lambda models: models.__name__,
)
@pytest.mark.usefixtures("codec")
def test_values_do_not_depend_on_routes(models: Callable[[], Iterator[Any]]) -> None:
    for model in models():
        for seed in range(3):
            for document in generate.documents(model, 10, seed, wild=True):
                agree(model, [document], STANDARD)


@pytest.mark.usefixtures("codec")
def test_a_method_that_is_patched_later_is_called() -> None:
    model = model_of(StringField())
    document = model(value="abc")
    agree(model, [document], STANDARD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StringField, "to_son", lambda self, value: value and value.upper())
        assert document.to_son()["value"] == "ABC"
        agree(model, [document], STANDARD)
    assert document.to_son()["value"] == "abc"
    agree(model, [document], STANDARD)


@pytest.mark.usefixtures("codec")
def test_a_method_that_is_set_on_a_field_later_is_called() -> None:
    model = model_of(StringField())
    document = model(value="abc")
    agree(model, [document], STANDARD)
    model.value.validate = lambda value: value != "abc"
    with pytest.raises(ValueError, match=r"(?m)^Field 'value' must be valid\.$"):
        document.validate()
    agree(model, [document], STANDARD)
    del model.value.validate
    assert document.validate()
    agree(model, [document], STANDARD)


@pytest.mark.usefixtures("codec")
def test_an_argument_that_is_changed_later_counts() -> None:
    model = model_of(StringField())
    document = model(value="abc")
    agree(model, [document], STANDARD)
    model.value.max_length = 2
    with pytest.raises(ValueError, match=r"(?m)^Field 'value' must be valid\.$"):
        document.validate()
    agree(model, [document], STANDARD)


# -- codec options that only Python serves -------------------------------------------------------


class TextCodec(TypeCodec):
    python_type = complex
    bson_type = str

    def transform_python(self, value: complex) -> str:
        return str(value)

    def transform_bson(self, value: str) -> Any:
        return value.swapcase()


class OwnMapping(dict[str, Any]):
    pass


SPECIAL_OPTIONS = {
    "type registry": STANDARD.with_options(type_registry=TypeRegistry([TextCodec()])),
    "fallback encoder": STANDARD.with_options(type_registry=TypeRegistry(fallback_encoder=str)),
    "document class": STANDARD.with_options(document_class=OwnMapping),
    "lenient text": STANDARD.with_options(unicode_decode_error_handler="replace"),
    "dates in any year": STANDARD.with_options(
        datetime_conversion=DatetimeConversion.DATETIME_AUTO
    ),
    "aware, elsewhere": STANDARD.with_options(
        tz_aware=True, tzinfo=timezone(timedelta(hours=5, minutes=30))
    ),
}


@pytest.mark.parametrize("options", SPECIAL_OPTIONS.values(), ids=SPECIAL_OPTIONS)
@pytest.mark.usefixtures("codec")
def test_options_that_make_objects_of_ones_own_get_the_python_codec(
    options: CodecOptions[Any],
) -> None:
    assert isinstance(codec_for(animals.Plain, options), pure.Codec)
    agree(animals.Plain, [animals.Plain(name="a", anything={"b": [1]})], options)


@pytest.mark.usefixtures("codec")
def test_a_fallback_encoder_is_asked() -> None:
    agree(animals.Plain, [animals.Plain(anything=3j)], SPECIAL_OPTIONS["fallback encoder"])


@pytest.mark.parametrize("options", SPECIAL_OPTIONS.values(), ids=SPECIAL_OPTIONS)
def test_options_that_leave_all_to_python_are_explained(options: CodecOptions[Any]) -> None:
    [*_, line] = str(animals.Plain.explain_codec(options)).splitlines()
    assert line.startswith("Python converts everything with these codec options: ")
    assert "with these codec options" not in str(animals.Plain.explain_codec(STANDARD))


@pytest.mark.usefixtures("codec")
@pytest.mark.parametrize("aware", [False, True])
def test_options_that_are_served_are_no_reason_to_step_back(aware: bool) -> None:
    side = codec_for(animals.Plain, STANDARD.with_options(tz_aware=aware))
    side.decode_many(*side.encode_many([animals.Plain(name="a")], [1]))
    assert side.stepped_back == 0


# -- explain_codec -------------------------------------------------------------------------------


def table(model: Any) -> list[str]:
    with codec.use("python"):
        return str(model.explain_codec()).splitlines()


def test_the_explanation_is_a_table_with_reasons() -> None:
    class User(Document):
        name = StringField()
        nickname = animals.Upper()
        price = animals.Money()

    assert table(User) == [
        f"User: python, contract {contract.CONTRACT}",
        "field     kind    validate  get_value  to_son  from_son",
        "name      string  native    native     native  native",
        "nickname  string  native    native     python  native    to_son overridden by Upper",
        "price     -       python    python     python  python    Money has no native kind",
        "rows: native",
        f"storage: {storage.implementation}",
        "Python converts everything now; the table is what the native codec would do.",
    ]


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (own_class(__init__=lambda self, **values: None), "has its own __init__ or __new__"),
        (
            model_of(StringField(on_save=lambda document, creating: "")),
            "value has an on_save function",
        ),
        (
            model_of(DateTimeField(auto_now_on_insert=True, default=datetime(2020, 1, 2))),
            "value sets itself, and has a default",
        ),
        (own_class(validate=lambda self: True), "validate overridden by Own"),
        (
            model_of(EmbeddedDocumentField(own_class(to_son=to_son))),
            "to_son overridden by Own",
        ),
    ],
)
def test_the_explanation_says_where_rows_need_documents(model: Any, reason: str) -> None:
    assert f"rows: python   {reason}" in table(model)


def test_the_explanation_shows_the_items_of_lists() -> None:
    rows = table(model_of(ListField(ListField(animals.Money()))))
    assert [row.split()[0] for row in rows[2:6]] == ["before", "value", "value[]", "value[][]"]
    assert rows[5].endswith("Money has no native kind")


def test_the_explanation_says_what_happens_to_whole_documents() -> None:
    rows = table(animals.LoudKeys)
    assert "whole documents: to_son in python, to_son overridden by LoudKeys" in rows
    assert "whole documents: from_son in python, from_son overridden by LoudKeys" in rows
    assert "whole documents: made by calling the class, which has its own __init__" in table(
        animals.Counted
    )


def test_the_explanation_has_the_codec_and_the_plan() -> None:
    explanation = animals.Plain.explain_codec()
    assert explanation.implementation == codec.implementation
    assert explanation.storage == storage.implementation
    assert explanation.plan.document_class is animals.Plain
    assert [field.name for field in explanation.plan.fields] == list(animals.Plain._fields)


@pytest.mark.parametrize("animal", animals.ANIMALS, ids=lambda animal: animal.__name__)
def test_every_class_can_be_explained(animal: Any) -> None:
    rows = table(animal)
    assert rows[0] == f"{animal.__name__}: python, contract {codec.CONTRACT}"
    assert len(rows) >= 2 + len(animal._fields)


def test_the_routes_of_the_zoo_are_native_where_nothing_is_overridden() -> None:
    for animal in animals.BUILT_IN:
        assert document_detours(animal) == {}, animal
        for field in plan_of(animal).fields:
            inner: FieldPlan | None = field
            while inner is not None:
                if inner.kind is not None:
                    assert detours(inner) == {}, (animal, field.name)
                inner = inner.item


def test_random_documents_reach_every_field_of_the_zoo() -> None:
    """The generator is worth something only if it gives each field values to convert."""
    for animal in animals.ANIMALS:
        made = [generate.document_of(animal, Random(seed)) for seed in range(60)]
        for name in animal._fields:
            assert any(document._values.get(name) is not None for document in made), (animal, name)
