"""What the demo asks of the documents: filters, ``Q``, order, places, references, groups."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from aiomotorengine import DESCENDING, Aggregation, Q
from aiomotorengine.aggregation.base import BaseAggregation
from examples.demo.models import Airport, Country, Earthquake

__all__ = [
    "EARTH_RADIUS_KM",
    "CountrySummary",
    "Shock",
    "airports_around",
    "airports_by_country",
    "earthquakes_after",
    "ensure_places_index",
    "highest_and_lowest",
    "strongest",
    "strongest_of_all",
]

EARTH_RADIUS_KM = 6371


async def strongest_of_all() -> Earthquake | None:
    """The strongest earthquake, with its country."""
    # Decimals are stored as text. These sort as numbers do, since all are one digit and a decimal.
    earthquake = await Earthquake.objects.order_by(Earthquake.magnitude, DESCENDING).first()
    if earthquake is not None:
        await earthquake.load_references()
    return earthquake


async def strongest(magnitude: Decimal, limit: int) -> list[Earthquake]:
    """The strongest earthquakes from a magnitude on, with their countries."""
    return await (
        Earthquake.objects.filter(magnitude__gte=magnitude)
        .order_by(Earthquake.magnitude, DESCENDING)
        .order_by(Earthquake.time)
        .limit(limit)
        .find_all(lazy=False)
    )


class Shock(NamedTuple):
    """An earthquake, and how far it was from another in kilometres."""

    earthquake: Earthquake
    km: float


async def earthquakes_after(earthquake: Earthquake, km: float, limit: int) -> list[Shock]:
    """What came after an earthquake and within so many kilometres of it, the nearest first.

    ``$geoNear`` is MongoDB's own: ``raw`` takes any pipeline, and ``get_instance`` makes documents
    of what comes out. It needs the index that ``ensure_places_index`` makes.
    """
    near = {
        "near": earthquake.epicentre,
        "maxDistance": km * 1000,
        "distanceField": "metres",
        "query": {"time": {"$gt": earthquake.time}},
    }
    nearest = Earthquake.objects.aggregate.raw(
        [{"$geoNear": near}, {"$sort": {"metres": 1}}, {"$limit": limit}]
    )
    return [
        Shock(nearest.get_instance(found), found.metres / 1000) for found in await nearest.fetch()
    ]


async def ensure_places_index() -> None:
    """The index that ``$geoNear`` asks for."""
    await Earthquake.objects.coll().create_index([("epicentre", "2dsphere")])


async def airports_around(earthquake: Earthquake, km: float) -> list[Airport]:
    """The airports within so many kilometres of an earthquake, with their countries."""
    if earthquake.epicentre is None:
        return []
    centre = earthquake.epicentre["coordinates"]
    circle = {"$geoWithin": {"$centerSphere": [centre, km / EARTH_RADIUS_KM]}}
    return await (
        Airport.objects.filter({"location": circle}).order_by(Airport.name).find_all(lazy=False)
    )


async def highest_and_lowest(above_ft: float, below_ft: float) -> list[Airport]:
    """Airports of the airlines' world that lie very high or below the sea, highest first."""
    of_airlines = Q(iata__is_null=False)
    extreme = Q(elevation__gt=above_ft) | Q(elevation__lt=below_ft)
    return await (
        Airport.objects.filter(of_airlines & extreme)
        .order_by(Airport.elevation, DESCENDING)
        .find_all(lazy=False)
    )


class Count(BaseAggregation):
    """How many documents a group has: an accumulator of one's own takes three lines."""

    def to_query(self, aggregation: Aggregation[Any]) -> dict[str, Any]:
        return {self.alias or "count": {"$sum": 1}}


class CountrySummary(NamedTuple):
    """A country's airports: how many there are, and their average elevation in feet."""

    country: Country
    airports: int
    elevation: float


async def airports_by_country(limit: int) -> Sequence[CountrySummary]:
    """The countries with most airports."""
    groups = await (
        Airport.objects.aggregate.group_by(
            Airport.country,
            Count(Airport.icao, alias="airports"),
            Aggregation.avg(Airport.elevation, alias="elevation"),
        )
        .order_by("airports", DESCENDING)
        .fetch()
    )
    largest = groups[:limit]
    found = await Country.objects.filter(id__in=[group.country for group in largest]).find_all()
    countries = {country._id: country for country in found}
    return [
        CountrySummary(countries[group.country], group.airports, group.elevation)
        for group in largest
    ]
