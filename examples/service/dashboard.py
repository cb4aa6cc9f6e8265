"""The dashboard: figures that the server computes."""

from __future__ import annotations

from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel

from aiomotorengine import DESCENDING, Aggregation
from examples.service.models import Order, Ware

router = APIRouter(prefix="/dashboard", tags=["dashboard"])

FEW = 5
"""Of how many pieces on there is no need to order more."""


class Category(BaseModel):
    """How many pieces of a category there are, and what one costs on average."""

    category: str
    pieces: int
    price: Decimal


class Figures(BaseModel):
    wares: int
    orders: int
    few: list[str]
    categories: list[Category]


@router.get("")
async def figures() -> Figures:
    categories = await (
        Ware.objects.aggregate.group_by(
            "category",
            Aggregation.sum("stock", alias="pieces"),
            Aggregation.avg("price", alias="price"),
        )
        .order_by("pieces", DESCENDING)
        .fetch()
    )
    few = await Ware.objects.filter(stock__lt=FEW).order_by("stock", "sku").limit(10).find_all()
    return Figures(
        wares=await Ware.objects.count(),
        orders=await Order.objects.count(),
        few=[ware.sku for ware in few],
        # What the server has computed is no field's, so a decimal number comes as MongoDB has it.
        categories=[
            Category(category=row.category, pieces=row.pieces, price=row.price.to_decimal())
            for row in categories
        ],
    )
