"""What a name means on a document class: its own attribute, or free for a field or a value."""

from __future__ import annotations

from typing import Any

from aiomotorengine.storage.base import DocumentStorage

__all__ = [
    "NAMES_OF_2017",
    "belongs_to_class",
    "class_attribute",
    "has_setter",
    "is_behaviour",
    "is_reserved",
]

NAMES_OF_2017 = frozenset(
    {
        "delete",
        "ensure_index",
        "from_son",
        "get_field_by_db_name",
        "get_field_value",
        "get_fields",
        "is_embedded_field",
        "is_lazy",
        "is_list_field",
        "is_reference_field",
        "load_references",
        "objects",
        "save",
        "to_son",
        "validate",
        "validate_fields",
    }
)
"""The public names that every document has had since 2017.

Public names that the library got later are not here: a program may have a field or a dynamic value
of such a name, which then wins. So the library calls these methods on its own classes only.
"""


def is_reserved(document_class: type, name: str) -> bool:
    """Whether a field of this name would hide what the library needs itself."""
    if not name.startswith("_"):
        return name in NAMES_OF_2017
    own = library_class(document_class)
    return name.startswith("__") or any(name in base.__dict__ for base in own.__mro__)


def belongs_to_class(document_class: type, name: str) -> bool:
    """Whether the class has a name, so that no dynamic value can be read by it."""
    return owner_of(document_class, name) is not None


def is_behaviour(document_class: type, name: str) -> bool:
    """Whether the class has a method, property or other descriptor of that name.

    What an instance holds under such a name is Python's affair (a cached property, a method that
    a test replaced), and no value to be saved.
    """
    owner = owner_of(document_class, name)
    return owner is not None and hasattr(owner.__dict__[name], "__get__")


def has_setter(document_class: type, name: str) -> bool:
    """Whether assigning to an attribute runs what the program's class has under that name.

    It does for a property, also for one without a setter, whose assignment raises.
    """
    if name.startswith("__") or hasattr(DocumentStorage, name):
        return False
    return hasattr(type(class_attribute(document_class, name)), "__set__")


def class_attribute(document_class: type, name: str) -> Any:
    """What a class has under a name, as it stands there; ``None`` if nothing."""
    for base in document_class.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


def owner_of(document_class: type, name: str) -> type | None:
    """The class that has a name, unless it is one that gives way to fields and values."""
    for base in document_class.__mro__:
        if name in base.__dict__:
            is_later = name not in NAMES_OF_2017 and not name.startswith("_")
            return None if is_later and base is library_class(document_class) else base
    return None


def library_class(document_class: type) -> type:
    """The class that has the library's own methods, of which every document class is derived."""
    bases = document_class.__mro__
    return bases[bases.index(DocumentStorage) - 1]
