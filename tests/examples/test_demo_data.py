"""What the demo makes of the rows that the packages carry."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from bson.objectid import ObjectId

from aiomotorengine import Document, Rows
from examples.demo import data, load
from examples.demo.models import Airport, Country, Earthquake
from tests.harness import Mongo


@pytest.fixture
def country() -> Country:
    return Country(_id=ObjectId(), code="TL", name="East Timor")


def documents(rows: Rows, document_class: type[Document]) -> list[Any]:
    made: Any = rows.documents(document_class)
    return list(made)


def earthquake_row(place: str) -> data.EarthquakeRow:
    return {
        "time": "2024-04-01 10:26:27.337",
        "lat": "-5.7711",
        "lon": "112.6357",
        "depth": "11.954",
        "mag": "4.1",
        "place": place,
    }


def test_the_packages_carry_what_the_demo_shows() -> None:
    assert data.countries()["PH"] == "Philippines"
    assert len(data.airports()) > 20_000
    assert len(data.earthquakes()) == 596


def test_a_limit_takes_rows_from_everywhere() -> None:
    assert data.spread(range(10), 3) == [0, 3, 6]
    assert data.spread(range(10), 10) == data.spread(range(10), None) == range(10)
    assert len({row["country"] for row in data.airports(100)}) > 10


def test_a_country_that_has_no_name_is_made_too() -> None:
    made = list(load.make_countries({"PH": "Philippines"}, ["XK", "PH"]))
    assert [(country.code, country.name) for country in made] == [
        ("PH", "Philippines"),
        ("XK", None),
    ]


def test_empty_texts_of_an_airport_become_nulls(country: Country) -> None:
    row: data.AirportRow = {
        "icao": "WPXX",
        "iata": "",
        "name": "Somewhere",
        "city": "",
        "subd": "Dili",
        "country": "TL",
        "elevation": 26.0,
        "lat": -8.5,
        "lon": 125.5,
        "tz": "Asia/Dili",
        "lid": "",
    }
    [airport] = documents(load.airports_in([row], {"TL": country}), Airport)
    assert airport.validate()
    assert airport.to_son() == {
        "icao": "WPXX",
        "iata": None,
        "name": "Somewhere",
        "place": {"city": None, "region": "Dili", "time_zone": "Asia/Dili"},
        "country": country._id,
        "elevation_ft": 26.0,
        "location": {"type": "Point", "coordinates": [125.5, -8.5]},
    }


def test_an_earthquake_near_a_town(country: Country) -> None:
    row = earthquake_row("12 km NNE of Lospalos, Timor Leste")
    [earthquake] = documents(load.earthquakes_in([row], {"East Timor": country}), Earthquake)
    assert earthquake.validate()
    assert earthquake.to_son() == {
        "time": datetime(2024, 4, 1, 10, 26, 27, 337000),
        "magnitude": "4.1",
        "depth_km": 11.954,
        "region": "Timor Leste",
        "nearby": {"distance_km": 12, "direction": "NNE", "town": "Lospalos"},
        "country": country._id,
        "epicentre": {"type": "Point", "coordinates": [112.6357, -5.7711]},
        "recorded": earthquake.recorded,
    }
    assert earthquake.magnitude == Decimal("4.1")


def test_an_earthquake_at_sea_has_no_town_and_no_country(country: Country) -> None:
    rows = load.earthquakes_in([earthquake_row("Banda Sea")], {"East Timor": country})
    [earthquake] = documents(rows, Earthquake)
    assert earthquake.validate()
    assert (earthquake.region, earthquake.nearby, earthquake.country) == ("Banda Sea", None, None)


async def test_the_bar_moves_with_each_batch(mongo: Mongo) -> None:
    told: list[int] = []
    source = (Country(code=f"{number:02}") for number in range(100))
    extra = (
        Country(code=chr(200 + number // 50) + chr(200 + number % 50)) for number in range(950)
    )
    report = await load.insert(chain(source, extra), Country, told.append)
    assert report.ok
    assert told == [load.BATCH, 50]
