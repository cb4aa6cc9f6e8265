"""The documents of the demo: countries, the airports in them, earthquakes near them."""

from __future__ import annotations

from aiomotorengine import (
    DateTimeField,
    DecimalField,
    Document,
    EmbeddedDocumentField,
    FloatField,
    IntField,
    PointField,
    ReferenceField,
    StringField,
)

__all__ = ["Airport", "Country", "Earthquake", "Nearby", "Place"]


class Country(Document):
    """A country by its ISO 3166 code; Kosovo's ``XK`` has no name there."""

    __collection__ = "countries"

    code = StringField(max_length=2, required=True, unique=True)
    name = StringField()


class Place(Document):
    """Where people say that an airport is; a part of ``Airport``."""

    city = StringField()
    region = StringField()
    time_zone = StringField()


class Airport(Document):
    """An airport or landing strip. Most have no IATA code."""

    __collection__ = "airports"

    icao = StringField(required=True, unique=True)
    iata = StringField(max_length=3)
    name = StringField(required=True)
    place = EmbeddedDocumentField(Place)
    country = ReferenceField(Country, required=True)
    elevation = FloatField(db_field="elevation_ft")
    location = PointField(required=True)


class Nearby(Document):
    """How an earthquake lies to the nearest town; a part of ``Earthquake``."""

    distance_km = IntField(min_value=0)
    direction = StringField(max_length=3)
    town = StringField(required=True)


class Earthquake(Document):
    """An earthquake. One at sea may have no country, and no town nearby."""

    __collection__ = "earthquakes"

    time = DateTimeField(required=True)
    magnitude = DecimalField(precision=1, min_value=0, max_value=10, required=True)
    depth_km = FloatField()
    region = StringField(required=True)
    nearby = EmbeddedDocumentField(Nearby)
    country = ReferenceField(Country)
    epicentre = PointField(required=True)
    recorded = DateTimeField(auto_now_on_insert=True)
