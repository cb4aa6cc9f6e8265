"""Rows become documents, and documents go to the server in bulk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from aiomotorengine import BulkReport, Document
from examples.demo.data import AirportRow, EarthquakeRow
from examples.demo.models import Airport, Country, Earthquake, Nearby, Place

__all__ = ["insert", "make_airport", "make_countries", "make_earthquake"]

D = TypeVar("D", bound=Document)

BATCH = 1000
"""Documents sent at once: few enough for a progress bar that moves."""

NEARBY = re.compile(r"(?P<distance_km>\d+) km (?P<direction>[NESW]+) of (?P<town>.+), [^,]+")

OTHER_NAMES = {"Timor Leste": "East Timor"}
"""What the earthquakes' source calls a country, and what the table of countries does."""


async def insert(
    documents: Iterable[D], document_class: type[D], advance: Callable[[int], object]
) -> BulkReport:
    """Insert all documents as a stream.

    Parameters:
        documents: any iterable; it is read as its documents are sent.
        document_class: their class.
        advance: called after each batch with the number of its documents.

    Returns:
        What became of them.
    """
    shown = 0

    def show(report: BulkReport) -> None:
        nonlocal shown
        advance(len(report.inserted) - shown)
        shown = len(report.inserted)

    return await document_class.objects.insert_stream(documents, batch_size=BATCH, progress=show)


def make_countries(names: Mapping[str, str], codes_in_use: Iterable[str]) -> Iterator[Country]:
    """A country for each name, and for each code in use that has none."""
    for code in sorted(names.keys() | set(codes_in_use)):
        yield Country(code=code, name=names.get(code))


def make_airport(row: AirportRow, countries: Mapping[str, Country]) -> Airport:
    """The airport of a row; its empty texts become nulls.

    Parameters:
        row: what ``airportsdata`` says.
        countries: saved countries by their codes.
    """
    return Airport(
        icao=row["icao"],
        iata=row["iata"] or None,
        name=row["name"],
        place=Place(
            city=row["city"] or None, region=row["subd"] or None, time_zone=row["tz"] or None
        ),
        country=countries[row["country"]],
        elevation=row["elevation"],
        location=[row["lon"], row["lat"]],
    )


def make_earthquake(row: EarthquakeRow, countries: Mapping[str, Country]) -> Earthquake:
    """The earthquake of a row.

    Parameters:
        row: what the table of earthquakes says, all of it text.
        countries: saved countries by their names.
    """
    nearby = NEARBY.fullmatch(row["place"])
    region = row["place"].rpartition(", ")[2]
    return Earthquake(
        time=datetime.fromisoformat(row["time"]),
        magnitude=Decimal(row["mag"]),
        depth_km=float(row["depth"]),
        region=region,
        nearby=Nearby(**nearby.groupdict()) if nearby else None,
        country=countries.get(OTHER_NAMES.get(region, region)),
        epicentre=[float(row["lon"]), float(row["lat"])],
    )
