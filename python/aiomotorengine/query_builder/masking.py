"""Queries as they may be shown: without what passwords are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiomotorengine.fields.embedded_document_field import has_secrets
from aiomotorengine.fields.stored_key import field_of
from aiomotorengine.utils import is_operator

__all__ = ["masked", "shortened"]

MASK = "***"
LONGEST_REPR = 500
PROGRAMS = frozenset({"$where", "$function", "$accumulator"})
"""The operators that run JavaScript."""
SOURCES = frozenset({"body", "init", "accumulate", "merge", "finalize"})
"""Where ``$function`` and ``$accumulator`` have the texts of their functions."""
LOGICAL = frozenset({"$and", "$or", "$nor"})
"""The operators whose operands are not compared with each other."""
OF_KEYS = frozenset(
    {"$match", "$project", "$set", "$addFields", "$setOnInsert", "$group", "$facet"}
)
"""The operators that take a mapping by keys; others take arguments by name."""
STAGES = frozenset(
    {
        "$addFields",
        "$bucket",
        "$bucketAuto",
        "$changeStream",
        "$count",
        "$densify",
        "$documents",
        "$facet",
        "$fill",
        "$geoNear",
        "$graphLookup",
        "$group",
        "$limit",
        "$lookup",
        "$match",
        "$merge",
        "$out",
        "$project",
        "$redact",
        "$replaceRoot",
        "$replaceWith",
        "$sample",
        "$search",
        "$searchMeta",
        "$set",
        "$setWindowFields",
        "$skip",
        "$sort",
        "$sortByCount",
        "$unionWith",
        "$unset",
        "$unwind",
        "$vectorSearch",
    }
)
"""The stages of pipelines. What is no stage is taken for an operator of expressions."""
WHOLE_DOCUMENTS = frozenset({"$$ROOT", "$$CURRENT"})


def masked(document_class: Any, query: Any) -> Any:
    """A query, or the stages of a pipeline, in which the values of passwords are ``'***'``.

    So is JavaScript, where documents of the class have passwords, since it can hold their values
    anywhere.

    Parameters:
        document_class: the class whose keys they are.
        query: what is to be shown. It is not changed.

    Example:
        >>> from aiomotorengine import Document, PasswordField, StringField
        >>> class User(Document):
        ...     name = StringField()
        ...     password = PasswordField(db_field="pw")
        >>> masked(User, {"name": "Ada", "$or": [{"pw": {"$in": ["secret"]}}, {"pw": None}]})
        {'name': 'Ada', '$or': [{'pw': {'$in': ['***']}}, {'pw': None}]}
    """
    return masked_under(document_class, query, document_class)


def masked_under(document_class: Any, query: Any, root: Any) -> Any:
    """The same for a part of a query.

    Parameters:
        document_class: the class whose keys are in this part.
        query: the part.
        root: the class of the documents that are queried, in which all paths begin.
    """
    if isinstance(query, list | tuple):
        # In an expression, values stand beside the paths that they are compared with.
        if not is_pipeline(query) and any(names_secret(root, item) for item in query):
            return [masked_beside(document_class, item, root) for item in query]
        return [masked_under(document_class, item, root) for item in query]
    if not isinstance(query, Mapping):
        return query
    shown = {}
    for key, value in query.items():
        field = None if is_operator(key) else field_of(document_class, str(key))
        embedded = getattr(field, "embedded_type", None)
        if field is not None and embedded is None and field._is_secret(value):
            shown[key] = mask(value)
        elif key in PROGRAMS and has_secrets(root, set()):
            shown[key] = without_sources(document_class, value, root)
        elif key in LOGICAL and isinstance(value, list | tuple):
            shown[key] = [masked_under(document_class, item, root) for item in value]
        elif key in STAGES - OF_KEYS and has_secret_argument(root, value):
            shown[key] = {
                name: masked_under(document_class, it, root) if is_expression(it) else mask(it)
                for name, it in value.items()
            }
        elif is_expression_with_arguments(key, value) and names_secret(root, {key: value}):
            shown[key] = masked_beside(document_class, value, root)
        else:
            # Under a key that is no field's, in a $facet for instance, the keys are the same.
            shown[key] = masked_under(embedded or document_class, value, root)
    return shown


def masked_beside(document_class: Any, item: Any, root: Any) -> Any:
    """What is shown of an operand that is computed with a password: paths and operators, and none
    of the values. Parameters as for ``masked_under``.
    """
    if not isinstance(item, Mapping):
        if isinstance(item, list | tuple):
            return [
                masked_beside(document_class, it, root) if isinstance(it, Mapping) else mask(it)
                for it in item
            ]
        return item if is_expression(item) else mask(item)
    shown = {}
    for key, value in item.items():
        if key in PROGRAMS:
            shown[key] = without_sources(document_class, value, root)
        elif key == "$literal":
            shown[key] = mask(value)
        elif is_operator(key) and isinstance(value, list | tuple):
            shown[key] = [masked_beside(document_class, it, root) for it in value]
        else:
            shown[key] = masked_beside(document_class, value, root)
    return shown


def is_pipeline(items: Any) -> bool:
    """Whether items of a list are stages, none of which is computed with another."""
    return all(isinstance(it, Mapping) and len(it) == 1 and STAGES.issuperset(it) for it in items)


def is_expression_with_arguments(operator: Any, operand: Any) -> bool:
    """Whether this is an operator of expressions that has its operands by name."""
    is_stage = operator in STAGES or operator in OF_KEYS
    return is_operator(operator) and not is_stage and is_arguments(operand)


def is_arguments(operand: Any) -> bool:
    """Whether an operator has its operands by name, as ``$regexMatch``."""
    return isinstance(operand, Mapping) and not any(map(is_operator, operand))


def without_sources(document_class: Any, program: Any, root: Any) -> Any:
    """What is shown of an operator that runs JavaScript: only what it is called with."""
    if not isinstance(program, Mapping):
        return MASK
    return {
        key: MASK if key in SOURCES else masked_under(document_class, value, root)
        for key, value in program.items()
    }


def is_expression(item: Any) -> bool:
    """Whether an item of an expression is a path or another expression, and no value."""
    if isinstance(item, Mapping):
        return any(map(is_operator, item)) and "$literal" not in item
    return is_operator(item)


def names_secret(document_class: Any, item: Any) -> bool:
    """Whether an item of an expression is the path of a password, or may be: a variable, as that
    of a ``$filter``, stands for values of anywhere, and ``$getField`` for any field. So is what is
    computed of it.
    """
    if isinstance(item, Mapping):
        if "$literal" in item:
            return False
        if "$getField" in item and has_secrets(document_class, set()):
            return True
        return any(names_secret(document_class, it) for it in item.values())
    if isinstance(item, list | tuple):
        return any(names_secret(document_class, it) for it in item)
    if not isinstance(item, str) or not is_operator(item):
        return False
    is_variable = item.startswith("$$") and item[2:3].islower()  # MongoDB's own begin with capitals
    if is_variable or item in WHOLE_DOCUMENTS:
        return has_secrets(document_class, set())
    path = item.removeprefix("$$ROOT.").removeprefix("$$CURRENT.").lstrip("$")
    field = field_of(document_class, path)
    return field is not None and field._is_secret(None)


def has_secret_argument(document_class: Any, operand: Any) -> bool:
    """Whether a stage has its arguments by name, and one of them is a password, or computed of one:
    what stands deeper in it is looked at by itself.
    """
    return is_arguments(operand) and any(
        is_expression(it) and names_secret(document_class, it) for it in operand.values()
    )


def mask(value: Any) -> Any:
    """What is shown for a password, or for what a password is compared with."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, list | tuple):
        return [mask(item) for item in value]
    if isinstance(value, Mapping) and all(map(is_operator, value)):
        return {operator: mask(operand) for operator, operand in value.items()}
    return MASK


def shortened(text: str) -> str:
    """A text for ``repr``, cut where it would fill the screen."""
    return text if len(text) <= LONGEST_REPR else text[: LONGEST_REPR - 1] + "…"
