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
from datetime import UTC
from functools import partial
from types import FunctionType, MappingProxyType
from typing import Any, NamedTuple

from bson.tz_util import utc

from aiomotorengine.codec.routes import (
    NATIVE,
    Route,
    document_routes,
    overridden_method,
    owner_of,
    python,
)
from aiomotorengine.documents.conversion import conversion_of, undeclared_values
from aiomotorengine.documents.hooks import INSERTING
from aiomotorengine.documents.naming import class_attribute
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.datetime_field import DateTimeField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.field_methods import (
    NONE_ONLY,
    OVERRIDABLE,
    converter,
    strict_validate,
)
from aiomotorengine.fields.generic_reference_field import GenericReferenceField
from aiomotorengine.fields.list_field import ListField
from aiomotorengine.fields.reference_field import ReferenceField
from aiomotorengine.fields.refusals import reads_otherwise
from aiomotorengine.fields.rules import Check, asks_of_none, check_of, is_strict
from aiomotorengine.fields.string_field import StringField
from aiomotorengine.storage.base import DocumentStorage, Storage
from aiomotorengine.storage.descriptors import Attribute
from aiomotorengine.storage.discriminators import Discriminator
from aiomotorengine.storage.primary_keys import PrimaryKeyAttribute, key_of
from aiomotorengine.storage.shard_keys import has_defaults
from aiomotorengine.storage.stored_forms import has_own_id, keep_own_id

__all__ = [
    "DocumentPlan",
    "FieldPlan",
    "KeyPlan",
    "RulesPlan",
    "UndeclaredPlan",
    "plan_of",
    "route_of_rows",
]

FIELD_METHODS = ("validate", "get_value", "to_son", "from_son", "is_empty", "parse")

WRITING = ("is_empty", "get_value", "validate", "to_son")

# What may differ from the marked class without saying anything about documents and their bytes.
NOT_HELPERS = frozenset(OVERRIDABLE) | {
    "__class_getitem__",
    "__init__",
    "__native_kind__",
    "__repr__",
    "__bson_schema__",
    "__json_schema__",
    "_abc_impl",
    "_check_rules",
    "_descriptor",
    "_bson_schema",
    "_changes",
    "_document_classes",
    "_find_refused",
    "_holds_items",
    "_holds_others",
    "_is_generated",
    "_is_missing",
    "_is_needed",
    "_is_secret",
    "_json_schema",
    "_keeps_blanks",
    "_keeps_otherwise",
    "_kept",
    "_omits_none",
    "_own_types",
    "_reads_otherwise",
    "_settings",
    "_stored_by",
    "_stores_arrays",
    "_title",
    "_wanted",
    "is_scalar",
    "parse",
    "takes_lists",
    "to_query_item",
    "to_update",
    "total_creation_counter",
}


COMMON_ATTRIBUTES = frozenset(
    {"creation_counter", "db_field", "default", "name", "on_save", "required", "unique"}
)
"""What every field has; the rest are the arguments of its kind."""


UTC_ZONES = (UTC, utc)
"""The time zones that the native codec knows."""

OPTIONS_OF_KINDS = ("bits", "null", "strip_whitespace", "to_lower", "to_upper", "tz")
"""The options by which a kind is narrowed."""

NO_ARGUMENTS = COMMON_ATTRIBUTES.union(OPTIONS_OF_KINDS)
"""The attributes of fields that are no arguments of their kind. Those with the names of options are
a program's own."""

EXACT = frozenset({str, int})
"""The types of choices that are compared without any code of the program's."""


class RulesPlan(NamedTuple):
    """What the options of a field refuse, after its own ``validate``.

    Attributes:
        check: ``function(value)`` raises for a value that is refused.
        asks_of_none: whether that may be ``None``.
        is_programs: whether it calls functions of the program's.
        types: of which types a value must be exactly, for what follows to be all of it.
        choices: one of which texts or whole numbers it must be then; ``None`` for any.
        least: how many characters or items it must have then.
        most: how many it may have; ``None`` for any number.
        is_all: whether such a value breaks no rule. ``check`` is asked about others, or all.
    """

    check: Callable[[Any], None]
    asks_of_none: bool
    is_programs: bool
    types: tuple[type, ...]
    choices: frozenset[str | int] | None
    least: int
    most: int | None
    is_all: bool


class FieldPlan(NamedTuple):
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
        strict_validate: for a container whose items have to be of their own types, its
            ``validate``, told so; else ``None``.
        shown_as_read: whether rows have a value just as the field has read it.
        reads_otherwise: ``function(stored, loaded)``, where Python reads a built-in field's values:
            whether one was read in another form, so that a save writes what is stored.
        item: for a list or set, the plan of its items.
        inner: for other containers, the plans of what their values consist of: of the values of a
            mapping, of each place of a tuple, of each class of a union.
        document: for an embedded document, its class, whose plan is among the ``embedded`` of the
            document's; ``None`` where the class is named by a path and cannot be imported.
        rules: what its options refuse, if anything.
        allow_empty: whether what is empty and not ``None`` is no refusal where it is required.
        omits_none: whether documents are stored without its key where the value is ``None``.
        aliases: the keys that are read where ``db_field`` is absent, the first that is there.
        takes_none: whether ``None`` may be among the items of which this is the field.
    """

    name: str
    db_field: str
    field: BaseField[Any]
    required: bool
    default: Any
    kind: str | None
    args: Mapping[str, Any]
    routes: Mapping[str, Route]
    strict_validate: Callable[[Any], Any] | None
    reads_otherwise: Callable[[Any, Any], bool] | None
    shown_as_read: bool = False
    item: FieldPlan | None = None
    inner: tuple[FieldPlan, ...] = ()
    document: type[DocumentStorage] | None = None
    rules: RulesPlan | None = None
    allow_empty: bool = False
    omits_none: bool = False
    aliases: tuple[str, ...] = ()
    takes_none: bool = True


class KeyPlan(NamedTuple):
    """What a codec knows of the primary key that a class declares.

    Attributes:
        field: the plan of its field.
        kept_types: the types of values that are stored, and read again, as they are.
        make: makes the key of a document that is given none, as it is read again, of which the
            types that are kept are said; ``None`` where the field has no default.
        may_be_missing: whether a document without one is given a new ``ObjectId``.
    """

    field: FieldPlan
    kept_types: tuple[type, ...]
    make: Callable[[], Any] | None
    may_be_missing: bool


class UndeclaredPlan(NamedTuple):
    """The functions for values that no field declares.

    Attributes:
        values: ``function(document)`` gives the stored key and the value of each that is saved.
        pick_up: ``function(document, mapping, keys)`` takes in those of a loaded document, and
            gives the names of the fields that were found under an older key.
        keep_own_id: ``function(document)`` says that a loaded document was stored in another one
            with the ``_id`` that it has.
        has_own_id: ``function(document)``: whether a document is stored in another one with an
            ``_id``. Only one with ``_stored_keys`` may be, or one whose class declares its key.
    """

    values: Callable[[Any], Iterator[tuple[str, Any]]]
    pick_up: Callable[[Any, Mapping[str, Any], list[str]], set[str]]
    keep_own_id: Callable[[Any], None]
    has_own_id: Callable[[Any], bool]


class DocumentPlan(NamedTuple):
    """What a codec knows of a document class.

    Attributes:
        document_class: the class.
        storage: the class that declares the slots of its instances.
        declares_key: whether it declares its primary key, which its documents have in others, too.
        key: that key; ``None`` where Python looks at it, and for a class that declares none.
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
        unknown: what becomes of stored keys that no field declares: ``"keep"``, ``"drop"`` or
            ``"refuse"``.
        discriminator: where several classes share a collection, the key by which each is known, and
            what is stored there for this one; ``None`` for the value of an abstract class.
        classes: value under that key -> class, for this one and those that derive from it.
        embedded: the plans of ``classes``, and of all classes whose documents may be in one of this
            class, by class. A document may contain itself, so this class can be one of them.
    """

    document_class: type[DocumentStorage]
    storage: type
    declares_key: bool
    key: KeyPlan | None
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
    unknown: str
    discriminator: tuple[str, str | None] | None
    classes: Mapping[str, type[DocumentStorage]]
    embedded: Mapping[type[DocumentStorage], DocumentPlan]


def plan_of(document_class: Any) -> DocumentPlan:
    """The plan of a document class as it is now."""
    plans: dict[Any, DocumentPlan] = {}
    embedded = MappingProxyType(plans)
    plan = plan_document(document_class, embedded)
    waiting = [*plan.classes.values(), *embedded_classes(plan.fields)]
    while waiting:
        inner = waiting.pop()
        if inner not in plans:
            plans[inner] = plan if inner is document_class else plan_document(inner, embedded)
            waiting += [*plans[inner].classes.values(), *embedded_classes(plans[inner].fields)]
    return plan


def plan_document(document_class: Any, embedded: Mapping[Any, DocumentPlan]) -> DocumentPlan:
    """The plan of one document class, with those of others that are still being made."""
    conversion = conversion_of(document_class)
    discriminator: Discriminator | None = document_class._discriminator
    routes = document_routes(document_class, stamped_override(document_class))
    key = plan_key(document_class)
    if isinstance(key, Route):
        if routes["validate"].native:
            routes["validate"] = key
        key = None
    if routes["from_son"].native and has_defaults(document_class):
        routes["from_son"] = python("a part of its shard key has a default")
    return DocumentPlan(
        document_class=document_class,
        storage=Storage,
        declares_key=declared_key(document_class) is not None,
        key=key,
        fields=tuple(
            plan_field(it, document_class, strict=document_class.__strict__)
            for it in document_class._fields.values()
        ),
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
        unknown=document_class.__unknown__,
        discriminator=None if discriminator is None else (discriminator.key, discriminator.value),
        classes={} if discriminator is None else discriminator.classes_below(document_class),
        embedded=embedded,
    )


def rows_route(document_class: Any, routes: Mapping[str, Route]) -> Route:
    """Whether rows become bytes without a document of a class, which is what its methods see."""
    conversion = conversion_of(document_class)
    if conversion.has_own_constructor:
        return python("has its own __init__ or __new__")
    if reason := overridden_method(document_class, ("__setattr__",)):
        return python(reason)
    if conversion.sequences:
        return python(f"{conversion.sequences[0].name} is given its number by a counter")
    if conversion.on_save:
        return python(f"{conversion.on_save[0][0]} has an on_save function")
    key = conversion.primary_key
    if key is not None and not is_key_set_directly(document_class, key.name):
        return python(f"{key.name} is the primary key, and set by {document_class.__name__}")
    if (name := unreached_by_rows(document_class)) is not None:
        return python(
            f"{name} is a mapping, tuple or union, whose fields only Python reads of rows"
        )
    if stamped := next((it for it in conversion.stamps if it.field.default is not None), None):
        return python(f"{stamped.name} sets itself, and has a default")
    if stamped := next((it for it in conversion.stamps if it.field._settings.tz), None):
        return python(f"{stamped.name} sets itself, in a time zone of its own")
    return next((routes[it] for it in ("validate", "to_son") if not routes[it].native), NATIVE)


def unreached_by_rows(document_class: Any) -> str | None:
    """The field of a class in whose values there are others, be it in lists, that are no items."""
    for name, field in document_class._fields.items():
        inner = field.innermost if isinstance(field, ListField) else field
        if inner._inner_fields:
            return str(name)
    return None


def route_of_rows(plan: DocumentPlan, *, hooks: bool = True) -> Route:
    """The route of rows of a class, and of those that are in them.

    Parameters:
        plan: the plan of the class.
        hooks: whether the hooks of the documents are called.
    """
    if hooks and (reason := reason_of_hooks(plan)):
        return python(reason)
    own = [plan.rows, *(inner.rows for inner in plan.embedded.values())]
    for document_class, inner in plan.embedded.items():
        if inner.declares_key and document_class not in (
            plan.document_class,
            *plan.classes.values(),
        ):
            own.append(python(f"{document_class.__name__} has a primary key, and is embedded"))
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
    """The classes of the documents that fields hold, or what is inside of their values."""
    for field in fields:
        if field.document is not None:
            yield field.document
        yield from embedded_classes(field.inner if field.item is None else (field.item,))


def plan_field(field: BaseField[Any], document_class: Any, *, strict: bool) -> FieldPlan:
    """The plan of a field, and of what it holds.

    Parameters:
        field: the field.
        document_class: the class in which it, or what holds it, stands.
        strict: whether values have to have its own type where its options leave that open.
    """
    mark = field.__native_kind__
    routes = {method: field_route(field, method) for method in FIELD_METHODS}
    attribute = class_attribute(document_class, getattr(field, "name", ""))
    # What sets itself is asked for its value before it is left out.
    stamps = isinstance(attribute, Attribute) and attribute.stamps
    base = field._base_field if isinstance(field, ListField) else None
    inside = partial(plan_field, document_class=document_class, strict=is_strict(field, strict))
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
                **field._twin_arguments,
                **{
                    name: option
                    for name in OPTIONS_OF_KINDS
                    if (option := getattr(field._settings, name))
                },
                **{
                    name: value
                    for name, value in vars(field).items()
                    if name not in NO_ARGUMENTS and not name.startswith("_")
                },
            }
        ),
        routes=MappingProxyType(routes),
        strict_validate=strict_validate(field, strict=strict),
        reads_otherwise=None if routes["from_son"].native else reads_otherwise(field),
        shown_as_read=is_shown_as_read(field, attribute, document_class),
        item=None if base is None else inside(base),
        inner=tuple(map(inside, field._inner_fields)) if base is None else (),
        document=embedded_class(field),
        rules=plan_rules(field, strict=strict),
        # Where nothing but None is empty anyway, there is nothing to allow.
        allow_empty=field._settings.allow_empty and field.overrides("is_empty"),
        omits_none=field._omits_none(document_class) and not stamps,
        aliases=field._settings.aliases,
        takes_none=field._settings.takes_none,
    )


KEY_METHODS = ("is_empty", "get_value", "validate", "to_son", "from_son")


def plan_key(document_class: Any) -> KeyPlan | Route | None:
    """The plan of the primary key that a class declares, or why Python has to look at it.

    A document has its key as it is stored, and Python reads it anew to validate it.
    """
    key = declared_key(document_class)
    if key is None:
        return None
    plan = plan_field(key, document_class, strict=document_class.__strict__)
    types = kept_types(key)
    route = next((it for it in map(plan.routes.get, KEY_METHODS) if it and not it.native), None)
    reason = ""
    if route is not None:
        reason = route.reason
    elif plan.rules is not None and plan.rules.is_programs:
        reason = "functions of the program's say what is valid"
    elif not types:
        reason = f"a {type(key).__name__} is not stored as it is read"
    if reason:
        return python(f"{key.name} is the primary key, and {reason}")
    make = conversion_of(document_class).make_key
    return KeyPlan(
        field=plan._replace(required=key._is_needed),
        kept_types=types,
        make=None if make is None else partial(made_key, key, make),
        may_be_missing=not key._is_needed,
    )


def made_key(key: BaseField[Any], make: Callable[[], Any]) -> Any:
    """The primary key that is made for a document, as it is read again."""
    return key_of(key, make())


def kept_types(field: BaseField[Any]) -> tuple[type, ...]:
    """The types of values that a field of the library's own stores, reads and shows as they are."""
    if isinstance(field, StringField):  # what it makes of a text, it makes again of that
        return field._own_types
    if isinstance(field, DateTimeField):
        if field.auto_now_on_insert or field.auto_now_on_update:
            return ()
    elif field.overrides("get_value"):
        return ()
    read, unchanged = converter(field, "from_son")
    return field._own_types if read is None else tuple(unchanged - NONE_ONLY)


def is_key_set_directly(document_class: Any, name: str) -> bool:
    """Whether the attribute of a class's primary key is the library's own."""
    return type(class_attribute(document_class, name)) is PrimaryKeyAttribute


def plan_rules(field: BaseField[Any], *, strict: bool) -> RulesPlan | None:
    """The rules of a field's options.

    Parameters:
        field: the field.
        strict: whether values have to have its own type where its options leave that open.
    """
    check = check_of(field, strict=strict)
    if check is None:
        return None
    settings = field._settings
    choices = settings.choices
    values = None if choices is None or choices.make else frozenset(choices.values)
    is_known = choices is None or (values is not None and {*map(type, values)} <= EXACT)
    others = (
        settings.validators,
        settings.pattern,
        settings.unique_items,
        settings.min_value,
        settings.max_value,
    )
    if field.overrides("get_value") and field_route(field, "get_value").native:
        check = after_reading(field, check)
    return RulesPlan(
        check=check,
        asks_of_none=asks_of_none(field),
        is_programs=bool(settings.validators) or bool(choices and choices.make),
        types=field._own_types if is_strict(field, strict) else (),
        choices=values if is_known else None,
        least=settings.min_length or 0,
        most=settings.max_length,
        is_all=is_known and not any(others),
    )


def after_reading(field: BaseField[Any], check: Check) -> Check:
    """A check of what a field reads, for a codec that has the value as it is kept."""

    def checked(value: Any) -> None:
        check(field._presented(value))

    return checked


def is_shown_as_read(field: BaseField[Any], attribute: Any, document_class: Any) -> bool:
    """Whether a row has the value of a field just as ``from_son`` has made it.

    Parameters:
        field: the field.
        attribute: its descriptor.
        document_class: the class in which it stands.
    """
    if not isinstance(attribute, Attribute) or not document_class._is_read_directly():
        return False
    inner = field.innermost if isinstance(field, ListField) else field
    # What is stored of a reference is an id; its default may be a document.
    references = ReferenceField, GenericReferenceField
    if isinstance(inner, references) and field.default is not None and field.default is not list:
        return False
    base = next((kind for kind in references if isinstance(field, kind)), None)
    return not inner._holds_others and not field.overrides("get_value", base)


def embedded_class(field: BaseField[Any]) -> Any:
    """The class of the documents that a field holds, if it is one that holds documents."""
    if not isinstance(field, EmbeddedDocumentField):
        return None
    try:
        return field.embedded_type
    except (ImportError, NameError):  # which the field raises again as soon as it has a value
        return None


def field_route(field: BaseField[Any], method: str) -> Route:
    """Which side runs a method of this field, and why."""
    cls = type(field)
    mark = cls.__native_kind__
    if mark is None:
        return python(f"{cls.__name__} has no native kind")
    if method in ("to_son", "from_son") and field._settings.tz not in (None, *UTC_ZONES):
        return python(f"its dates are in the time zone {field._settings.tz}")
    if field._settings.hasher is not None:
        return python("its hasher is the program's")
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
