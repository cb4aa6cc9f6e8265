"""The rows, as three packages carry them in their wheels; nothing is downloaded.

- ``tzdata``: the countries of ISO 3166 (public domain, from the time zone database)
- ``airportsdata``: 28,000 airports of the world (MIT)
- ``hvsampledata``: 596 earthquakes of 2024 between Indonesia and the Philippines (package: BSD;
  data: public domain, courtesy of the U.S. Geological Survey)
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from importlib.resources import files
from typing import TypeVar

import airportsdata

__all__ = ["AirportRow", "EarthquakeRow", "airports", "countries", "earthquakes"]

AirportRow = airportsdata.Airport
EarthquakeRow = dict[str, str]

Row = TypeVar("Row")


def countries() -> dict[str, str]:
    """The name of each country, by its code."""
    table = files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text(encoding="utf-8")
    lines = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return dict(lines)


def airports(limit: int | None = None) -> Sequence[AirportRow]:
    """All airports, or so many of them, from all over the world."""
    return spread(list(airportsdata.load().values()), limit)


def earthquakes(limit: int | None = None) -> Sequence[EarthquakeRow]:
    """All earthquakes in order of time, or so many of them, from all of the time."""
    table = files("hvsampledata").joinpath("_data", "earthquakes.csv").read_text(encoding="utf-8")
    return spread(list(csv.DictReader(table.splitlines())), limit)


def spread(rows: Sequence[Row], limit: int | None) -> Sequence[Row]:
    """At most ``limit`` of the rows, at even distances."""
    if limit is None or limit >= len(rows):
        return rows
    return [rows[number * len(rows) // limit] for number in range(limit)]
