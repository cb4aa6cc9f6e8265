"""The dashboard: figures that the server computes."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from aiomotorengine import DESCENDING, Aggregation
from examples.service.models import Order, Ware

router = APIRouter(prefix="/dashboard", tags=["dashboard"])

LOW = 5


class Category(BaseModel):
    """How many pieces of a category there are, and what one costs on average."""

    category: str
    pieces: int
    price: float


class Figures(BaseModel):
    wares: int
    orders: int
    low: list[str]
    categories: list[Category]


@router.get("")
async def figures() -> Figures:
    rows = await (
        Ware.objects.aggregate.group_by(
            "category",
            Aggregation.sum("stock", alias="pieces"),
            Aggregation.avg("price", alias="price"),
        )
        .order_by("pieces", DESCENDING)
        .fetch()
    )
    low = Ware.objects.filter(stock__lte=LOW).order_by("stock").limit(10)
    return Figures(
        wares=await Ware.objects.count(),
        orders=await Order.objects.count(),
        low=[ware.sku async for ware in low],
        categories=[
            Category(category=row.category, pieces=row.pieces, price=row.price) for row in rows
        ],
    )
