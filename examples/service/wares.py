"""Wares: one is added, changed, found; many are listed, page by page, or come as a file."""

from __future__ import annotations

import csv
import io
import json
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, UploadFile
from pydantic import BaseModel

from aiomotorengine import Rows, U
from examples.service.models import Ware

router = APIRouter(prefix="/wares", tags=["wares"])

Changes = Ware.pydantic_model(
    "Changes", include={"name", "category", "price", "stock"}, partial=True
)


class Page(BaseModel):
    """Some wares, and where the next page begins."""

    wares: list[Ware]
    after: str | None


class Upload(BaseModel):
    """What became of a file: how many were stored, and each row that was not, with the reasons."""

    stored: int
    refused: list[dict[str, Any]]


@router.post("", status_code=201)
async def add(ware: Ware) -> Ware:
    return await ware.save()


@router.get("")
async def page(
    after: str | None = None,
    category: str | None = None,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page:
    """A page of wares. The next one is asked for by the last number of the one before."""
    found = Ware.objects.order_by("sku")
    if category is not None:
        found = found.filter(category=category)
    if after is not None:
        found = found.filter(sku__gt=after)
    wares = await found.limit(size + 1).find_all()
    more = len(wares) > size
    return Page(wares=wares[:size], after=wares[size - 1].sku if more else None)


@router.get("/{sku}")
async def one(sku: str) -> Ware:
    return found(await Ware.objects.get(sku=sku), sku)


@router.patch("/{sku}")
async def change(sku: str, changes: Changes) -> Ware:  # type: ignore[valid-type]
    """Change what is named, and nothing else, however many others change it at the same time."""
    values = changes.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
    if not values:
        return await one(sku)
    ware = await Ware.objects.filter(sku=sku).find_one_and_update(U.set(**values))
    return found(ware, sku)


@router.delete("/{sku}", status_code=204)
async def remove(sku: str) -> None:
    if not await Ware.objects.filter(sku=sku).delete():
        found(None, sku)


@router.post("/file")
async def upload(file: UploadFile) -> Upload:
    """Take a CSV file whose first line has the names of fields, however long it is.

    All rows are stored that can be. The others come back with all that is wrong with them.
    """
    lines = io.TextIOWrapper(file.file, encoding="utf-8-sig", newline="")
    rejects = io.StringIO()
    report = await Ware.objects.insert_stream(
        Rows(csv.DictReader(lines), parse=True, nulls="default"),
        ordered=False,
        on_error="collect",
        rejects=rejects,
    )
    refused = [json.loads(line) for line in rejects.getvalue().splitlines()]
    return Upload(stored=len(report.inserted), refused=refused)


def found(ware: Ware | None, sku: str) -> Ware:
    if ware is None:
        raise HTTPException(404, f"no ware {sku}")
    return ware
