"""All that is wrong with a document, in depth; and which value it was that could not be saved.

Both are found by walking through the document once more, after it was refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeGuard

from bson.codec_options import CodecOptions
from bson.objectid import ObjectId
from pymongo.errors import PyMongoError

from aiomotorengine.codec.oversize import is_about_size, oversize_document
from aiomotorengine.codec.unencodable import may_be_about_values, unencodable
from aiomotorengine.documents.conversion import conversion_of, stored_form
from aiomotorengine.errors import FieldError, InvalidDocumentError, PartialDocumentError
from aiomotorengine.fields.base_field import BaseField
from aiomotorengine.fields.container_field import ContainerField
from aiomotorengine.fields.document_id import declared_key
from aiomotorengine.fields.embedded_document_field import EmbeddedDocumentField
from aiomotorengine.fields.field_methods import NO_TYPES
from aiomotorengine.fields.refusals import as_refusal, is_built_in, located, refused, required
from aiomotorengine.fields.rules import check_of, is_strict
from aiomotorengine.locations import copy_location, locate, location_of
from aiomotorengine.storage.base import DocumentStorage
from aiomotorengine.storage.dangling import ReferenceList
from aiomotorengine.storage.loaded import is_loaded, lists_in_part
from aiomotorengine.storage.values import has_other, value_of

__all__ = ["errors_after", "errors_of", "explained", "explaining", "refusals_of_value"]


def errors_of(document: DocumentStorage) -> list[FieldError]:
    """What is wrong with each field of a document and of those embedded in it."""
    return [FieldError.of(error) for error in refusals_of(document)]


def errors_after(document: Any, error: Exception) -> tuple[FieldError, ...]:
    """What is wrong with a document that was refused with an error, one entry at least."""
    return tuple(errors_of(document)) or (FieldError.of(error),)


def explained(document: Any, error: Exception, codec_options: CodecOptions[Any]) -> Exception:
    """What a save raises for a document that could not be validated, converted or encoded.

    Parameters:
        document: the document.
        error: what was raised.
        codec_options: the encoder's options.

    Returns:
        An ``InvalidDocumentError`` that names the value, or an ``OversizeDocumentError``, with what
        was raised as its cause. What a method of the program's raised is returned as it is, with a
        note.
    """
    if isinstance(error, PartialDocumentError):
        error.holder = type(document).__name__
    refusal = as_refusal(error)
    if refusal is not error or location_of(error) is not None:
        return refusal
    is_size = is_about_size(error)
    is_drivers = isinstance(error, PyMongoError) and not (is_size or may_be_about_values(error))
    if is_drivers or isinstance(error, InvalidDocumentError | MemoryError):
        return refusal  # which says enough, or nothing about a value
    try:
        son = document.to_son()
    except Exception as again:
        copy_location(again, error)
        return as_refusal(error)
    # One that has no id yet was to get one.
    whole = {"_id": ObjectId() if document._id is None else document._id, **son}
    found = unencodable(type(document), whole, codec_options)
    if found is not None:
        return found
    if is_size and (oversize := oversize_document(type(document), whole, codec_options)):
        oversize.__cause__ = error
        return oversize
    for refused_again in refusals_of(document):
        if type(refused_again) is type(error):
            copy_location(refused_again, error)
            break
    return error


@contextmanager
def explaining(document: Any, codec_options: CodecOptions[Any]) -> Iterator[None]:
    """A block that converts or encodes a document; ``explained`` says what it raises.

    Parameters:
        document: the document.
        codec_options: the encoder's options.
    """
    try:
        yield
    except Exception as error:
        refusal = explained(document, error, codec_options)
        if refusal is error:
            raise
        raise refusal  # noqa: B904  # what was raised is its cause already


def refusals_of(document: Any) -> Iterator[Exception]:
    """What ``validate`` might raise for a document, each with its place in it."""
    if type(document)._is_validated_directly() and not has_other(document, "validate"):
        yield from refusals_of_fields(document)
    elif (error := own_refusal(document)) is not None:
        inside = list(refusals_of_fields(document))
        known = {FieldError.of(it).path for it in inside}
        for refusal in refusals_in(error):
            path = FieldError.of(refusal).path
            if not path or path not in known:
                yield refusal
        yield from inside


def own_refusal(document: Any) -> Exception | None:
    """What the program's own ``validate`` says, which may take what the fields would not."""
    try:
        is_valid = document.validate()
    except Exception as error:
        return error
    return None if is_valid else InvalidDocumentError("validate() returned something falsy.")


def refusals_in(error: Exception) -> Iterator[Exception]:
    """A refusal, and others that were told with it."""
    yield error
    for told in error.errors[1:] if isinstance(error, InvalidDocumentError) else ():
        other = InvalidDocumentError(told.message)
        other.code, other.value = told.code, told.value
        parts = told.path.split(".") if told.path else ()
        locate(other, *(int(part) if part.isdecimal() else part for part in parts))
        yield other


def refusals_of_fields(document: Any) -> Iterator[Exception]:
    key = declared_key(type(document))
    fields = type(document)._fields if key is None else {key.name: key, **type(document)._fields}
    in_part = lists_in_part(document)  # which no save writes
    valid_types = conversion_of(type(document)).valid_types
    for name, field in fields.items():
        if type(value_of(document, name)) in valid_types.get(name, NO_TYPES):
            continue
        if name in in_part or stored_form(document, name) is not None:
            continue
        if name in type(document)._fields and not is_loaded(document, name):
            continue
        value = None
        try:
            value = document.get_field_value(name)
            is_missing = field._is_needed and field._is_missing(value)
            strict: bool = type(document).__strict__
            found = (
                [required(name, value)]
                if is_missing
                else refusals_of_value(field, value, strict=strict)
            )
            for refusal in found:
                locate(refusal, name)
                yield refusal
        except Exception as error:
            yield located(error, field, "validate", value, name)


def refusals_of_value(
    field: BaseField[Any], value: Any, *, strict: bool = False
) -> Iterator[Exception]:
    """What ``validate`` of a field, and after it the rules of its options, might raise.

    Parameters:
        field: the field.
        value: the value.
        strict: whether the class of the document says that values are not converted.
    """
    in_charge = field._in_charge_of(value)
    is_document = is_embedded(in_charge) and isinstance(value, in_charge.embedded_type)
    inside = (
        refusals_of(value)
        if is_document
        else refusals_of_members(field, value, strict=is_strict(field, strict))
    )
    refusal = None
    for refusal in inside:
        yield refusal
    if refusal is not None:
        return
    try:
        if not is_document and not field._accepts(value):
            refusal = refused(field, value)
    except Exception as error:
        refusal = located(error, field, "validate", value)
    if refusal is not None:
        yield refusal
        return
    check = check_of(field, strict=strict)
    if check is not None:
        try:
            check(value)
        except Exception as error:
            yield located(error, field, "validate", value)


def refusals_of_members(field: BaseField[Any], value: Any, *, strict: bool) -> Iterator[Exception]:
    """What is wrong with what a value consists of, if its field leaves that to inner fields."""
    if not isinstance(field, ContainerField) or not is_built_in(field, "validate"):
        return
    if type(value) is ReferenceList:
        value = value.restored()
    for key, inner, item in field._members(value) if field._is_container(value) else ():
        for refusal in refusals_of_value(inner, inner._presented(item), strict=strict):
            locate(refusal, key)
            yield refusal


def is_embedded(field: BaseField[Any]) -> TypeGuard[EmbeddedDocumentField[Any]]:
    """Whether a field leaves it to an embedded document to validate itself."""
    is_one = isinstance(field, EmbeddedDocumentField)
    return is_one and not field.overrides("validate", EmbeddedDocumentField)
