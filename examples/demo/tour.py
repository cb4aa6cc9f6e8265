"""The demo from beginning to end: load, ask, show."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from pymongo.errors import OperationFailure

import aiomotorengine
from aiomotorengine import BulkReport, Document, codec, connect, disconnect
from aiomotorengine.connection import driver_of
from aiomotorengine.database import Database
from aiomotorengine.errors import UniqueKeyViolationError
from examples.demo import data, load, questions
from examples.demo.display import Display
from examples.demo.models import Airport, Country, Earthquake
from examples.demo.server import Server

__all__ = ["tour"]

DATABASE = "aiomotorengine_demo"
"""The demo's own database: emptied before it begins, removed when it ends."""


async def tour(server: Server, driver: str = "motor", limit: int | None = None) -> None:
    """Load the data into a server, ask for what is in it, and show the answers.

    Parameters:
        server: the server.
        driver: ``"motor"`` or ``"pymongo"``.
        limit: how many airports and earthquakes at most; by default all there are.
    """
    display = Display(server.cpu_seconds)
    database = connect(
        DATABASE, host=server.uri, driver=driver, tz_aware=False, serverSelectionTimeoutMS=10_000
    )
    try:
        await database.ping()
        await show_setting(display, database)
        await database.connection.drop_database(DATABASE)
        try:
            await load_everything(display, limit)
            await refuse_a_second(display)
            await ask_everything(display)
            display.times()
        finally:
            await database.connection.drop_database(DATABASE)
    finally:
        disconnect()


async def show_setting(display: Display, database: Database) -> None:
    server = await database.command("buildInfo")
    name = "SecantusDB" if "secantusVersion" in server else "MongoDB"
    driver = driver_of()
    display.table(
        "Airports and earthquakes",
        ["what", "which"],
        [
            ("aiomotorengine", aiomotorengine.__version__),
            ("codec", f"{codec.implementation}: {codec.reason}"),
            ("driver", f"{driver.name} {driver.version}"),
            ("server", f"{name} {server.get('secantusVersion', server['version'])}"),
            ("Python", platform.python_version()),
        ],
    )


async def load_everything(display: Display, limit: int | None) -> None:
    display.say("\nLoading what three packages carry: tzdata, airportsdata, hvsampledata")
    with display.timed("read the packages' files") as count:
        names, airports, earthquakes = await asyncio.gather(
            asyncio.to_thread(data.countries),
            asyncio.to_thread(data.airports, limit),
            asyncio.to_thread(data.earthquakes, limit),
        )
        count(len(names) + len(airports) + len(earthquakes))
    countries = list(load.make_countries(names, (row["country"] for row in airports)))
    with display.progress("insert countries", len(countries)) as advance:
        reports = [await load.insert(countries, Country, advance)]
    by_code = {country.code: country for country in countries if country.code}
    by_name = {country.name: country for country in countries if country.name}
    with display.progress("insert airports", len(airports)) as advance:
        rows = load.airports_in(airports, by_code)
        reports.append(await load.insert(rows, Airport, advance))
    with display.progress("insert earthquakes", len(earthquakes)) as advance:
        rows = load.earthquakes_in(earthquakes, by_name)
        reports.append(await load.insert(rows, Earthquake, advance))
    show_reports(display, zip((Country, Airport, Earthquake), reports, strict=True))


def show_reports(display: Display, reports: Iterable[tuple[type[Document], BulkReport]]) -> None:
    """What became of each document that was to be inserted."""
    display.table(
        "What was inserted (insert_stream)",
        ["documents", "taken #", "inserted #", "rejected #", "unknown #", "batches #", "KiB #"],
        (
            (
                document_class.__name__,
                f"{report.taken:,}",
                f"{len(report.inserted):,}",
                f"{len(report.rejected):,}",
                f"{len(report.unknown):,}",
                report.batches,
                f"{report.bytes / 1024:,.0f}",
            )
            for document_class, report in reports
        ),
    )


async def refuse_a_second(display: Display) -> None:
    """A unique field takes each value once."""
    try:
        await Country.objects.create(code="PH", name="Another Philippines")
    except UniqueKeyViolationError as error:
        display.say(f"\nA second country PH is refused. {error}")


async def ask_everything(display: Display) -> None:
    await show_strongest(display)
    await show_highest_and_lowest(display)
    await show_countries(display)
    with display.timed("strongest of all, load_references") as count:
        earthquake = await questions.strongest_of_all()
        count(1)
    if earthquake is not None:
        await show_places(display, earthquake)


async def show_strongest(display: Display) -> None:
    with display.timed("filter and order earthquakes") as count:
        found = await questions.strongest(Decimal("5.5"), limit=8)
        count(len(found))
    display.table(
        "The strongest earthquakes (filter, order, references)",
        ["magnitude #", "time (UTC)", "depth km #", "nearest town", "country"],
        (
            (
                earthquake.magnitude,
                minute(earthquake.time),
                f"{earthquake.depth_km:.0f}",
                town(earthquake),
                country_name(earthquake.country),
            )
            for earthquake in found
        ),
    )


async def show_highest_and_lowest(display: Display) -> None:
    with display.timed("Q: high or below the sea") as count:
        found = await questions.highest_and_lowest(above_ft=14_000, below_ft=-100)
        count(len(found))
    display.table(
        "With an IATA code, and very high or below the sea (Q)",
        ["IATA", "airport", "feet #", "country"],
        (
            (airport.iata, airport.name, f"{airport.elevation:,.0f}", country_name(airport.country))
            for airport in found
        ),
    )


async def show_countries(display: Display) -> None:
    with display.timed("aggregation: airports by country") as count:
        found = await questions.airports_by_country(limit=8)
        count(len(found))
    display.table(
        "Countries with most airports (aggregation)",
        ["country", "airports #", "average elevation, feet #"],
        (
            (country_name(summary.country), f"{summary.airports:,}", f"{summary.elevation:,.0f}")
            for summary in found
        ),
    )


async def show_places(display: Display, earthquake: Earthquake) -> None:
    """What lies around an earthquake and what followed it, if the server has geographic queries."""
    try:
        await show_airports_around(display, earthquake)
        await show_what_followed(display, earthquake)
    except OperationFailure as error:
        display.say(f"\nThis server has no answer to a geographic query: {error}")


async def show_airports_around(display: Display, earthquake: Earthquake) -> None:
    with display.timed("geo: airports in a circle") as count:
        found = await questions.airports_around(earthquake, km=200)
        count(len(found))
    display.table(
        f"Airports within 200 km of {label(earthquake)}",
        ["ICAO", "airport", "city", "country", "local time"],
        (
            (
                airport.icao,
                airport.name,
                airport.place.city if airport.place else None,
                country_name(airport.country),
                local_time(earthquake, airport),
            )
            for airport in found
        ),
    )


async def show_what_followed(display: Display, earthquake: Earthquake) -> None:
    with display.timed("geo: index") as count:
        await questions.ensure_places_index()
    with display.timed("geo: the nearest first") as count:
        found = await questions.earthquakes_after(earthquake, km=300, limit=8)
        count(len(found))
    display.table(
        f"What followed within 300 km of {label(earthquake)}",
        ["km away #", "magnitude #", "time (UTC)", "nearest town"],
        (
            (
                f"{shock.km:.0f}",
                shock.earthquake.magnitude,
                minute(shock.earthquake.time),
                town(shock.earthquake),
            )
            for shock in found
        ),
    )


def label(earthquake: Earthquake) -> str:
    return f"the magnitude {earthquake.magnitude}, {country_name(earthquake.country)}"


def country_name(country: Country | None) -> str | None:
    return None if country is None else country.name or country.code


def town(earthquake: Earthquake) -> str:
    nearby = earthquake.nearby
    if nearby is None:
        return earthquake.region or ""
    return f"{nearby.distance_km} km {nearby.direction} of {nearby.town}"


def minute(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%d %H:%M}"


def local_time(earthquake: Earthquake, airport: Airport) -> str | None:
    if earthquake.time is None or airport.place is None or airport.place.time_zone is None:
        return None
    zone = ZoneInfo(airport.place.time_zone)
    return f"{earthquake.time.replace(tzinfo=UTC).astimezone(zone):%H:%M}"
