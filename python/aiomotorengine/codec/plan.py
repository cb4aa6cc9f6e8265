"""Document class -> DocumentPlan: what the codecs need to know of a class, frozen.

A plan says for each field and each of its methods which side runs it. A method is native when the
function that Python would call is the very one that the built-in class had when it was marked
(``fields/native_kind.py``). So a subclass that overrides nothing stays native, one that overrides
``to_son`` sends only that to Python, and one that replaces a helper nobody else knows of sends the
whole field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.hooks import HOOKS
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.storage import Attribute, DocumentStorage

__all__ = ["NATIVE", "DocumentPlan", "FieldPlan", "Route", "plan_of", "python"]

FIELD_METHODS = ("validate", "get_value", "to_son", "from_son", "is_empty")

WRITING = ("is_empty", "get_value", "validate", "to_son")

# What these do to a whole document, a codec must leave to the class.
DOCUMENT_METHODS: Mapping[str, tuple[str, ...]] = {
    "validate": ("validate", "validate_fields", "get_field_value", "__getattribute__"),
    "to_son": ("to_son", "get_field_value", "__getattribute__"),
    "from_son": ("from_son", "get_field_by_db_name", "__setattr__"),
}

# What may differ from the marked class without saying anything about documents and their bytes.
NOT_HELPERS = frozenset(HOOKS) | {
    "__class_getitem__",
    "__init__",
    "__native_kind__",
    "__repr__",
    "_abc_impl",
    "_find_refused",
    "_holds_others",
    "_is_secret",
    "_title",
    "_wanted",
    "is_scalar",
    "takes_lists",
    "to_query_item",
    "to_update",
    "total_creation_counter",
}


COMMON_ATTRIBUTES = FieldOptions.__annotations__.keys() | {"creation_counter", "name"}
"""What every field has; the rest are the arguments of its kind."""


@dataclass(frozen=True, slots=True)
class Route:
    """Which side runs a method.

    Attributes:
        native: whether the native codec may run it.
        reason: why not, in words.
    """

    native: bool
    reason: str = ""

    def __str__(self) -> str:
        return "native" if self.native else "python"


NATIVE = Route(native=True)


def python(reason: str) -> Route:
    """The route of a method that only Python can run."""
    return Route(native=False, reason=reason)


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
        args: the arguments by which the kind is narrowed, such as ``max_length``.
        routes: method -> route.
        item: for a list, the plan of its items.
        document: for an embedded document, its class; ``plan_of`` gives the plan, which may be one
            that is still being made, since a document may contain itself.
    """

    name: str
    db_field: str
    field: BaseField[Any]
    required: bool
    default: Any
    kind: str | None
    args: Mapping[str, Any]
    routes: Mapping[str, Route]
    item: FieldPlan | None = None
    document: type[DocumentStorage] | None = None


@dataclass(frozen=True, slots=True)
class DocumentPlan:
    """What a codec knows of a document class.

    Attributes:
        document_class: the class.
        fields: its fields in the order of ``to_son``.
        construct: ``"direct"``, or ``"init"`` where the class must be called.
        routes: ``validate``, ``to_son``, ``from_son`` -> route for whole documents.
    """

    document_class: type[DocumentStorage]
    fields: tuple[FieldPlan, ...]
    construct: str
    routes: Mapping[str, Route] = field(default_factory=dict)


def plan_of(document_class: Any) -> DocumentPlan:
    """The plan of a document class as it is now."""
    return DocumentPlan(
        document_class=document_class,
        fields=tuple(plan_field(field) for field in document_class._fields.values()),
        construct="direct" if document_class._is_built_directly() else "init",
        routes={
            method: document_route(document_class, names)
            for method, names in DOCUMENT_METHODS.items()
        },
    )


def plan_field(field: BaseField[Any]) -> FieldPlan:
    """The plan of a field, and of what it holds."""
    mark = field.__native_kind__
    return FieldPlan(
        name=getattr(field, "name", ""),
        db_field=field.db_field,
        field=field,
        required=field.required,
        default=field.default,
        kind=mark.name if mark else None,
        args={
            name: value
            for name, value in vars(field).items()
            if name not in COMMON_ATTRIBUTES and not name.startswith("_")
        },
        routes={method: field_route(field, method) for method in FIELD_METHODS},
        item=plan_field(field._base_field) if isinstance(field, ListField) else None,
        document=field.embedded_type if isinstance(field, EmbeddedDocumentField) else None,
    )


def field_route(field: BaseField[Any], method: str) -> Route:
    """Which side runs a method of this field, and why."""
    cls = type(field)
    mark = cls.__native_kind__
    if mark is None:
        return python(f"{cls.__name__} has no native kind")
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
    found = attribute_of(type(field), name)
    if found is original:
        return False
    # Class bodies are full of names that Python puts there; only functions and values count.
    return not name.startswith("__") or isinstance(found, FunctionType)


def replacer(field: BaseField[Any], name: str) -> str:
    if name in vars(field):
        return "the field itself"
    return next(base.__name__ for base in type(field).__mro__ if name in vars(base))


def attribute_of(cls: type, name: str) -> Any:
    for base in cls.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return None


def document_route(document_class: type, names: tuple[str, ...]) -> Route:
    """Which side converts whole documents, given the methods that decide it."""
    mro = document_class.__mro__
    built_in = mro[mro.index(DocumentStorage) - 1]
    for name in names:
        if attribute_of(document_class, name) is not attribute_of(built_in, name):
            owner = next(base.__name__ for base in mro if name in vars(base))
            return python(f"{name} overridden by {owner}")
    if "from_son" not in names:
        # A date that sets itself is not read by get_value.
        for field in document_class._fields.values():  # type: ignore[attr-defined]
            attribute = attribute_of(document_class, field.name)
            if isinstance(attribute, Attribute) and attribute.stamps and overridden(field):
                return python(f"{field.name} sets itself, and {overridden(field)[0]} is overridden")
    return NATIVE
