"""The service: its connection, its parts, and what becomes of errors."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from aiomotorengine import connect, ensure_all, health
from aiomotorengine.errors import InvalidDocumentError, UniqueKeyViolationError
from examples.service import dashboard, orders, wares


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connect for as long as the service runs, and see to it that the indexes are there."""
    async with connect(os.environ.get("MONGODB_URI", "mongodb://localhost/shop")):
        await ensure_all()
        yield


app = FastAPI(title="A shop", lifespan=lifespan)
app.include_router(wares.router)
app.include_router(orders.router)
app.include_router(dashboard.router)


@app.get("/health")
async def is_well(response: Response) -> dict[str, str | None]:
    """Whether the service can do its work, for whoever decides if it gets requests."""
    state = await health()
    response.status_code = 200 if state else 503
    return {"version": state.version, "error": state.error}


@app.exception_handler(InvalidDocumentError)
async def invalid(request: Request, error: InvalidDocumentError) -> JSONResponse:
    """What a document can't have: 422, as FastAPI answers where the body itself is refused."""
    loc = ["body", *(error.path or "").split(".")]
    return JSONResponse({"detail": [{"loc": loc, "msg": str(error), "type": error.code}]}, 422)


@app.exception_handler(UniqueKeyViolationError)
async def taken(request: Request, error: UniqueKeyViolationError) -> JSONResponse:
    """What is there already: 409, with the keys that are taken."""
    return JSONResponse({"detail": f"taken: {', '.join(error.key_value or {})}"}, 409)
