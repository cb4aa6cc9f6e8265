"""Document class -> DocumentPlan: what the codecs need to know of a class, frozen.

A plan says for each field and each of its methods which side runs it. A method is native when the
function that Python would call is the very one that the built-in class had when it was marked
(``fields/native_kind.py``). So a subclass that overrides nothing stays native, one that overrides
``to_son`` sends only that to Python, and one that replaces a helper nobody else knows of sends the
whole field. What is true of the class as a whole is decided in ``codec/routes.py``.

The native codec reads plans and asks for nothing else, so it decides nothing that
``explain_codec()`` could not tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import FunctionType, MappingProxyType
from typing import Any

from aiomotorengine.codec.routes import (
    NATIVE,
    Route,
    document_routes,
    owner_of,
    python,
)
from aiomotorengine.documents.conversion import conversion_of, undeclared_values
from aiomotorengine.documents.hooks import INSERTING
from aiomotorengine.documents.naming import class_attribute
from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.field_methods import OVERRIDABLE
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.refusals import reads_otherwise
from aiomotorengine.storage.base import DocumentStorage, Storage
from aiomotorengine.storage.descriptors import Attribute
from aiomotorengine.storage.stored_forms import has_own_id, keep_own_id

__all__ = ["DocumentPlan", "FieldPlan", "UndeclaredPlan", "plan_of", "route_of_rows"]

FIELD_METHODS = ("validate", "get_value", "to_son", "from_son", "is_empty", "parse")

WRITING = ("is_empty", "get_value", "validate", "to_son")

# What may differ from the marked class without saying anything about documents and their bytes.
NOT_HELPERS = frozenset(OVERRIDABLE) | {
    "__class_getitem__",
    "__init__",
    "__native_kind__",
    "__repr__",
    "_abc_impl",
    "_find_refused",
    "_holds_others",
    "_is_secret",
    "_keeps_blanks",
    "_keeps_otherwise",
    "_kept",
    "_reads_otherwise",
    "_title",
    "_wanted",
    "is_scalar",
    "parse",
    "takes_lists",
    "to_query_item",
    "to_update",
    "total_creation_counter",
}


COMMON_ATTRIBUTES = FieldOptions.__annotations__.keys() | {"creation_counter", "name"}
"""What every field has; the rest are the arguments of its kind."""


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """What a codec knows of one field.

    Attributes:
        name: the attribute name, the key in the document's values.
        db_field: the key in MongoDB.
        field: the field itself, for what goes through Python.
        required: whether an empty value is refused.
        default: the default as it was given, a callable included.
        kind: the native kind's name, or ``None``.
        args: the arguments by which the kind is narrowed, such as ``max_length``, and what its mark
            tells the native codec.
        routes: method -> route.
        reads_otherwise: ``function(stored, loaded)``, where Python reads a built-in field's values:
            whether one was read in another form, so that a save writes what is stored.
        item: for a list, the plan of its items.
        document: for an embedded document, its class, whose plan is among the ``embedded`` of the
            document's; ``None`` where the class is named by a path and cannot be imported.
    """

    name: str
    db_field: str
    field: BaseField[Any]
    required: bool
    default: Any
    kind: str | None
    args: Mapping[str, Any]
    routes: Mapping[str, Route]
    reads_otherwise: Callable[[Any, Any], bool] | None
    item: FieldPlan | None = None
    document: type[DocumentStorage] | None = None


@dataclass(frozen=True, slots=True)
class UndeclaredPlan:
    """The functions for values that no field declares.

    Attributes:
        values: ``function(document)`` gives the stored key and the value of each that is saved.
        pick_up: ``function(document, mapping, keys)`` takes in those of a loaded document, and
            gives the names of the fields that were found under an older key.
        keep_own_id: ``function(document)`` says that a loaded document was stored in another one
            with the ``_id`` that it has.
        has_own_id: ``function(document)``: whether a document is stored in another one with an
            ``_id``. Only one with ``_stored_keys`` may be.
    """

    values: Callable[[Any], Iterator[tuple[str, Any]]]
    pick_up: Callable[[Any, Mapping[str, Any], list[str]], set[str]]
    keep_own_id: Callable[[Any], None]
    has_own_id: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """What a codec knows of a document class.

    Attributes:
        document_class: the class.
        storage: the class that declares the slots of its instances.
        fields: its fields in the order of ``to_son``.
        defaults: what a loaded instance starts with, in the order of the fields. Copies of it share
            its keys.
        factories: the fields whose default is made for each instance, with its maker.
        stamps: the fields that a save sets to the present, and whether also where they have a
            value.
        version: the field that holds the version, if there is one.
        undeclared: the functions for values that no field declares.
        construct: ``"direct"``, or ``"init"`` where the class must be called.
        routes: ``validate``, ``to_son``, ``from_son`` -> route for whole documents.
        rows: the route of rows that stand for documents of this very class, hooks apart.
        hooks: the events of an insert at which the class has hooks.
        tracks_changes: whether documents that are read remember what was stored.
        embedded: the plans of all classes whose documents may be in one of this class, by class. A
            document may contain itself, so this class can be one of them.
    """

    document_class: type[DocumentStorage]
    storage: type
    fields: tuple[FieldPlan, ...]
    defaults: dict[str, Any]
    factories: tuple[tuple[str, Callable[[], Any]], ...]
    stamps: tuple[tuple[str, bool], ...]
    version: str | None
    undeclared: UndeclaredPlan
    construct: str
    routes: Mapping[str, Route]
    rows: Route
    hooks: tuple[str, ...]
    tracks_changes: bool
    embedded: Mapping[type[DocumentStorage], DocumentPlan]


def plan_of(document_class: Any) -> DocumentPlan:
    """The plan of a document class as it is now."""
    plans: dict[Any, DocumentPlan] = {}
    embedded = MappingProxyType(plans)
    plan = plan_document(document_class, embedded)
    waiting = list(embedded_classes(plan.fields))
    while waiting:
        inner = waiting.pop()
        if inner not in plans:
            plans[inner] = plan if inner is document_class else plan_document(inner, embedded)
            waiting.extend(embedded_classes(plans[inner].fields))
    return plan


def plan_document(document_class: Any, embedded: Mapping[Any, DocumentPlan]) -> DocumentPlan:
    """The plan of one document class, with those of others that are still being made."""
    conversion = conversion_of(document_class)
    routes = document_routes(document_class, stamped_override(document_class))
    return DocumentPlan(
        document_class=document_class,
        storage=Storage,
        fields=tuple(plan_field(field) for field in document_class._fields.values()),
        defaults=conversion.defaults,
        factories=tuple((name, make) for name, _, make in conversion.factories),
        stamps=tuple((stamped.name, stamped.renews) for stamped in conversion.stamps),
        version=None if conversion.version is None else conversion.version.name,
        undeclared=UndeclaredPlan(undeclared_values, conversion.pick_up, keep_own_id, has_own_id),
        construct="direct" if document_class._is_built_directly() else "init",
        routes=MappingProxyType(routes),
        rows=rows_route(document_class, routes),
        hooks=tuple(event for event in INSERTING if event in conversion.hooks),
        tracks_changes=bool(document_class.__track_changes__),
        embedded=embedded,
    )


def rows_route(document_class: Any, routes: Mapping[str, Route]) -> Route:
    """Whether rows become bytes without a document of a class, which is what its methods see."""
    conversion = conversion_of(document_class)
    if conversion.has_own_constructor:
        return python("has its own __init__ or __new__")
    if conversion.on_save:
        return python(f"{conversion.on_save[0][0]} has an on_save function")
    if stamped := next((it for it in conversion.stamps if it.field.default is not None), None):
        return python(f"{stamped.name} sets itself, and has a default")
    return next((routes[it] for it in ("validate", "to_son") if not routes[it].native), NATIVE)


def route_of_rows(plan: DocumentPlan, *, hooks: bool = True) -> Route:
    """The route of rows of a class, and of those that are in them.

    Parameters:
        plan: the plan of the class.
        hooks: whether the hooks of the documents are called.
    """
    if hooks and (reason := reason_of_hooks(plan)):
        return python(reason)
    own = [plan.rows, *(inner.rows for inner in plan.embedded.values())]
    return next((route for route in own if not route.native), NATIVE)


def reason_of_hooks(plan: DocumentPlan) -> str:
    """Which hooks have to see the documents of rows; empty if none have to."""
    if plan.hooks:
        return f"has {plan.hooks[0]} hooks"
    for document_class, inner in plan.embedded.items():
        if "before_validate" in inner.hooks:
            return f"{document_class.__name__} has before_validate hooks"
    return ""


def embedded_classes(fields: tuple[FieldPlan, ...]) -> Iterator[type[DocumentStorage]]:
    """The classes of the documents that fields, or the items of their lists, hold."""
    for field in fields:
        inner: FieldPlan | None = field
        while inner is not None:
            if inner.document is not None:
                yield inner.document
            inner = inner.item


def plan_field(field: BaseField[Any]) -> FieldPlan:
    """The plan of a field, and of what it holds."""
    mark = field.__native_kind__
    routes = {method: field_route(field, method) for method in FIELD_METHODS}
    return FieldPlan(
        name=getattr(field, "name", ""),
        db_field=field.db_field,
        field=field,
        required=field.required,
        default=field.default,
        kind=mark.name if mark else None,
        args=MappingProxyType(
            {
                **(mark.constants if mark else {}),
                **{
                    name: value
                    for name, value in vars(field).items()
                    if name not in COMMON_ATTRIBUTES and not name.startswith("_")
                },
            }
        ),
        routes=MappingProxyType(routes),
        reads_otherwise=None if routes["from_son"].native else reads_otherwise(field),
        item=plan_field(field._base_field) if isinstance(field, ListField) else None,
        document=embedded_class(field),
    )


def embedded_class(field: BaseField[Any]) -> Any:
    """The class of the documents that a field holds, if it is one that holds documents."""
    if not isinstance(field, EmbeddedDocumentField):
        return None
    try:
        return field.embedded_type
    except ImportError:  # which the field raises again as soon as it has a value
        return None


def field_route(field: BaseField[Any], method: str) -> Route:
    """Which side runs a method of this field, and why."""
    cls = type(field)
    mark = cls.__native_kind__
    if mark is None:
        return python(f"{cls.__name__} has no native kind")
    if isinstance(field, EmbeddedDocumentField) and embedded_class(field) is None:
        return python("the class of its documents cannot be imported")
    known = mark.attributes
    for name in known:
        if name not in NOT_HELPERS and replaced(field, name, known[name]):
            return python(f"{name} replaced by {replacer(field, name)}")
    if replaced(field, method, known[method]):
        return python(f"{method} overridden by {replacer(field, method)}")
    # What the others are given is what get_value made, and it is made once.
    if method in WRITING and field.overrides("get_value") and (names := overridden(field)):
        return python(f"{names[0]} overridden by {replacer(field, names[0])}")
    return NATIVE


def overridden(field: BaseField[Any]) -> list[str]:
    """The methods of a marked field by which a value is validated and written and that it has
    otherwise than its marked class.
    """
    mark = type(field).__native_kind__
    known = mark.attributes if mark else {}
    return [name for name in WRITING if mark and replaced(field, name, known[name])]


def replaced(field: BaseField[Any], name: str, original: Any) -> bool:
    """Whether a field finds something else under a name than its marked class did."""
    if name in vars(field):
        return True
    found = class_attribute(type(field), name)
    if found is original:
        return False
    # Class bodies are full of names that Python puts there; only functions and values count.
    return not name.startswith("__") or isinstance(found, FunctionType)


def replacer(field: BaseField[Any], name: str) -> str:
    if name in vars(field):
        return "the field itself"
    return owner_of(type(field), name)


def stamped_override(document_class: Any) -> str:
    """Why dates that set themselves keep a class's documents in Python; empty if they do not.

    Such a date is not read by ``get_value``, on which its field's routes rest.
    """
    for name, field in document_class._fields.items():
        attribute = class_attribute(document_class, name)
        if isinstance(attribute, Attribute) and attribute.stamps and overridden(field):
            return f"{name} sets itself, and {overridden(field)[0]} is overridden"
    return ""
