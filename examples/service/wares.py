"""Wares: one is added, changed, found, removed; many are listed page by page, or come as a file."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, HTTPException, Query, UploadFile
from pydantic import BaseModel

from aiomotorengine import Rows, U
from aiomotorengine.bulk import RejectedDocument
from examples.service.models import Ware
from examples.service.problems import Detail, detail_of, taken_by

router = APIRouter(prefix="/wares", tags=["wares"])

MOST_SHOWN = 100
"""How many rows of a file are told of that were refused, so that an answer has an end."""

if TYPE_CHECKING:
    Changes = BaseModel  # to checkers, what a call returns is no type
else:
    Changes = Ware.pydantic_model(
        "Changes", include={"name", "category", "price", "stock"}, partial=True
    )


class Page(BaseModel):
    """Some wares, and after which of them the next page begins, if there is one."""

    wares: list[Ware]
    after: str | None


class Refused(BaseModel):
    """A row of a file that was not stored: its number, from 0, and what is wrong with it."""

    number: int
    detail: str | list[Detail]
    row: list[str]


class Upload(BaseModel):
    """What became of a file."""

    stored: int
    refused: int
    first_refused: list[Refused]


@router.post("", status_code=201)
async def add(ware: Ware) -> Ware:
    return await ware.save()


@router.get("")
async def page(
    after: str | None = None,
    category: str | None = None,
    size: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Page:
    """A page of wares, by their numbers. A page costs the same however many came before it."""
    wanted = Ware.objects.order_by("sku")
    if category is not None:
        wanted = wanted.filter(category=category)
    if after is not None:
        wanted = wanted.filter(sku__gt=after)
    wares = await wanted.limit(size + 1).find_all()
    more = len(wares) > size
    return Page(wares=wares[:size], after=wares[size - 1].sku if more else None)


@router.get("/{sku}")
async def one(sku: str) -> Ware:
    return there(await Ware.objects.get(sku=sku), sku)


@router.patch("/{sku}")
async def change(sku: str, changes: Changes) -> Ware:
    """Change what is named and nothing else, however many others change it at the same time."""
    values = changes.model_dump(exclude_unset=True)
    if not values:
        return await one(sku)
    return there(await Ware.objects.filter(sku=sku).find_one_and_update(U.set(**values)), sku)


@router.delete("/{sku}", status_code=204)
async def remove(sku: str) -> None:
    """Remove a ware that nobody has ordered."""
    if not await Ware.objects.filter(sku=sku).delete():
        raise missing(sku)


@router.post("/file")
async def upload(file: UploadFile) -> Upload:
    """Take a CSV file, however long, whose first line has the names of fields.

    All rows are stored that can be. The others come back with all that is wrong with them.
    """
    refused: list[Refused] = []

    def note(entry: RejectedDocument, row: list[str]) -> None:
        if len(refused) < MOST_SHOWN:
            refused.append(Refused(number=entry.number, detail=why(entry), row=row))

    try:
        lines = csv.reader(io.TextIOWrapper(file.file, encoding="utf-8-sig", newline=""))
        rows = Rows(lines, columns=next(lines, []), parse=True, nulls="default")
        report = await Ware.objects.insert_stream(
            rows, ordered=False, on_error="collect", rejects=note
        )
    except (ValueError, csv.Error) as error:  # columns that Ware has not; no text, or no CSV
        raise HTTPException(422, str(error)) from error
    refused.sort(key=lambda it: it.number)
    return Upload(stored=len(report.inserted), refused=len(report.rejected), first_refused=refused)


def why(entry: RejectedDocument) -> str | list[Detail]:
    if entry.key_value is not None:
        return taken_by(Ware, entry.key_value)
    return [detail_of(error) for error in entry.errors] or entry.message


def there(ware: Ware | None, sku: str) -> Ware:
    if ware is None:
        raise missing(sku)
    return ware


def missing(sku: str) -> HTTPException:
    return HTTPException(404, f"no ware {sku}")
