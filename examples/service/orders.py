"""Orders: what is ordered leaves the stock in the same transaction, or nothing is ordered."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from aiomotorengine import U, run_transaction
from aiomotorengine.pydantic import PydanticObjectId
from examples.service.models import Line, Order, Ware

router = APIRouter(prefix="/orders", tags=["orders"])


class Wish(BaseModel):
    """One ware, and how many of it."""

    sku: str
    quantity: int = Field(ge=1, le=99)


class Basket(BaseModel):
    """What a customer sends. Prices are the shop's."""

    customer: str
    wishes: list[Wish] = Field(min_length=1)


@router.post("", status_code=201)
async def place(basket: Basket) -> Order:
    return await run_transaction(place_once, basket)


async def place_once(basket: Basket) -> Order:
    """Take everything from the stock and store the order; called again if others interfere."""
    lines = [await line_of(wish) for wish in basket.wishes]
    return await Order(customer=basket.customer, lines=lines).save()


async def line_of(wish: Wish) -> Line:
    # The condition and the change are one command, so two customers can't get the same piece.
    enough = Ware.objects.filter(sku=wish.sku, stock__gte=wish.quantity)
    ware = await enough.find_one_and_update(U.inc(stock=-wish.quantity))
    if ware is None:
        raise HTTPException(409, f"there are not {wish.quantity} of {wish.sku}")
    return Line(ware=ware, quantity=wish.quantity, price=ware.price)


@router.get("")
async def of_customer(customer: str) -> list[Order]:
    """The last orders of a customer, with what was ordered."""
    orders = Order.objects.filter(customer=customer).order_by("-placed")
    return await orders.limit(20).find_all(lazy=False)


@router.get("/{id}")
async def one(id: PydanticObjectId) -> Order:
    order = await Order.objects.get(id)
    if order is None:
        raise HTTPException(404, f"no order {id}")
    await order.load_references()
    return order
