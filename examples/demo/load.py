"""Documents, and rows that stand for some, go to the server in bulk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from aiomotorengine import BulkReport, Document, Rows
from examples.demo.data import AirportRow, EarthquakeRow
from examples.demo.models import Country

__all__ = ["airports_in", "earthquakes_in", "insert", "make_countries"]

D = TypeVar("D", bound=Document)

BATCH = 1000
"""Documents sent at once: few enough for a progress bar that moves."""

NEARBY = re.compile(r"(?P<distance_km>\d+) km (?P<direction>[NESW]+) of (?P<town>.+), [^,]+")

OTHER_NAMES = {"Timor Leste": "East Timor"}
"""What the earthquakes' source calls a country, and what the table of countries does."""


async def insert(
    documents: Iterable[D] | Rows, document_class: type[D], advance: Callable[[int], object]
) -> BulkReport:
    """Insert all documents as a stream.

    Parameters:
        documents: any iterable, or rows; it is read as its documents are sent.
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


def airports_in(rows: Iterable[AirportRow], countries: Mapping[str, Country]) -> Rows:
    """The rows of airports; what is embedded in one is a row as well.

    Parameters:
        rows: what ``airportsdata`` says.
        countries: saved countries by their codes.
    """
    return Rows(airport_row(row, countries) for row in rows)


def airport_row(row: AirportRow, countries: Mapping[str, Country]) -> dict[str, Any]:
    """A row by the names of the fields; empty texts become nulls."""
    return {
        "icao": row["icao"],
        "iata": row["iata"] or None,
        "name": row["name"],
        "place": {
            "city": row["city"] or None,
            "region": row["subd"] or None,
            "time_zone": row["tz"] or None,
        },
        "country": countries[row["country"]],
        "elevation": row["elevation"],
        "location": [row["lon"], row["lat"]],
    }


def earthquakes_in(rows: Iterable[EarthquakeRow], countries: Mapping[str, Country]) -> Rows:
    """The rows of earthquakes, whose texts their fields parse.

    Parameters:
        rows: what the table of earthquakes says, all of it text.
        countries: saved countries by their names.
    """
    return Rows((earthquake_row(row, countries) for row in rows), parse=True)


def earthquake_row(row: EarthquakeRow, countries: Mapping[str, Country]) -> dict[str, Any]:
    """A row by the names of the fields."""
    nearby = NEARBY.fullmatch(row["place"])
    region = row["place"].rpartition(", ")[2]
    return {
        "time": row["time"],
        "magnitude": row["mag"],
        "depth_km": row["depth"],
        "region": region,
        "nearby": nearby.groupdict() if nearby else None,
        "country": countries.get(OTHER_NAMES.get(region, region)),
        "epicentre": [float(row["lon"]), float(row["lat"])],
    }
