"""The service: its connection, its parts, and its health."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Response

from aiomotorengine import connect, ensure_all, health
from examples.service import dashboard, orders, problems, wares

MONGODB_URI = os.environ.get("MONGODB_URI", "mongodb://localhost/shop?replicaSet=rs0")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connect for as long as the service runs, and see to it that the indexes are there."""
    async with connect(MONGODB_URI, driver="pymongo"):
        await ensure_all()
        yield


app = FastAPI(title="A shop", lifespan=lifespan, exception_handlers=problems.HANDLERS)
app.include_router(wares.router)
app.include_router(orders.router)
app.include_router(dashboard.router)


@app.get("/health")
async def is_well(response: Response) -> dict[str, str | None]:
    """Whether the service can do its work, for whoever decides if it gets requests."""
    state = await health()
    if not state:
        response.status_code = 503
    return {"version": state.version, "error": state.error}
