"""What becomes of the library's errors: answers that say what a client can do about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from aiomotorengine.errors import (
    DeleteDeniedError,
    FieldError,
    InvalidDocumentError,
    UniqueKeyViolationError,
)

Detail = dict[str, str | list[str | int]]


def detail_of(error: FieldError) -> Detail:
    """What is wrong with a field, in the form that FastAPI has for what a body has wrong."""
    path = error.path.split(".") if error.path else []
    loc = ["body", *(int(name) if name.isdigit() else name for name in path)]
    return {"loc": loc, "msg": error.message, "type": error.code}


def taken_by(document_class: type[Any], values: Mapping[str, Any] | None) -> str:
    """What is there already. Their keys are MongoDB's, and of no use to a client."""
    found = ", ".join(map(str, (values or {}).values()))
    return f"there is a {document_class.__name__} with {found} already"


async def invalid(request: Request, error: InvalidDocumentError) -> JSONResponse:
    """A document can't be like this."""
    return JSONResponse({"detail": [detail_of(FieldError.of(error))]}, 422)


async def taken(request: Request, error: UniqueKeyViolationError) -> JSONResponse:
    """Another document has these values already."""
    return JSONResponse({"detail": taken_by(error.instance_type, error.key_value)}, 409)


async def needed(request: Request, error: DeleteDeniedError) -> JSONResponse:
    """Others refer to what was to be deleted."""
    return JSONResponse({"detail": str(error)}, 409)


HANDLERS: dict[int | type[Exception], Any] = {
    InvalidDocumentError: invalid,
    UniqueKeyViolationError: taken,
    DeleteDeniedError: needed,
}
