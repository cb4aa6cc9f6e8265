"""The definition of an update, a mapping of fields to values, becomes an update of MongoDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.update.path import aliases_at, path_of, refuse_immutable
from aiomotorengine.update.raw import refuse_keys_of_fields
from aiomotorengine.update.set import Set, set_value, without_none
from aiomotorengine.utils import is_operator

__all__ = ["update_document"]


def update_document(document_class: Any, definition: Mapping[Any, Any]) -> dict[str, Any]:
    """The update of MongoDB for fields or names with their new values.

    Parameters:
        document_class: the class whose documents are changed.
        definition: fields, attribute names or keys of MongoDB, with values. If all keys begin with
            ``$``, it is an update of MongoDB already.

    Raises:
        TypeError: it is no mapping; a key is neither field nor text or, below an operator, no text.
        ValueError: some keys, but not all, begin with ``$``; a field is another class's; or two
            keys name the same field.
        InvalidDocumentError: a field refuses its new value.

    Example:
        >>> from aiomotorengine import Document, IntField
        >>> class User(Document):
        ...     age = IntField(db_field="a")
        >>> update_document(User, {User.age: "36"})
        {'$set': {'a': 36}}
    """
    if not isinstance(definition, Mapping):
        raise TypeError(
            f"An update is a mapping of fields to values, not {type(definition).__name__}."
        )
    operators = [key for key in definition if is_operator(key)]
    if operators and len(operators) < len(definition):
        raise ValueError(
            f"An update is either fields with values or operators; this one has both fields "
            f"and {', '.join(operators)}."
        )
    if operators:
        refuse_keys_of_fields(definition)
        return dict(definition)
    changes: dict[str, Any] = {}
    removed: dict[str, Any] = {}
    for key, value in definition.items():
        path = path_of(document_class, key)
        refuse_immutable(document_class, path)
        if path.db_name in changes or path.db_name in removed:
            raise ValueError(
                f"An update of {document_class.__name__} has two values for '{path.db_name}', the "
                f"second as {key!r}; leave one out."
            )
        operation = (Set.operator, path, set_value(path, value))
        operator, _, stored = without_none(document_class, operation)
        kept = changes if operator == Set.operator else removed
        kept[path.db_name] = stored
        removed.update(dict.fromkeys(aliases_at(path), ""))
    if not removed:
        return {"$set": changes}
    return {"$set": changes, "$unset": removed} if changes else {"$unset": removed}
