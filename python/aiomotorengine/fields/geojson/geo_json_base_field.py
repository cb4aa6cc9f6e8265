"""GeoJsonBaseField: what the fields of places and shapes have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Unpack

from aiomotorengine.fields.base_field import BaseField, FieldOptions
from aiomotorengine.utils import has_operators

if TYPE_CHECKING:
    from aiomotorengine.storage.base import DocumentStorage

__all__ = ["GeoJsonBaseField"]

GEO_OPERATORS = frozenset(
    {"$near", "$nearSphere", "$geoWithin", "$geoIntersects", "$minDistance", "$maxDistance"}
)
POSITION_LENGTH = 2

ARRAYS = (list, tuple)
NUMBERS = (int, float)
"""Types that each position is asked for: tuples, since ``int | float`` is made each time."""


class GeoJsonBaseField(BaseField[dict[str, Any]]):
    """A GeoJSON object. Coordinates are longitude, latitude.

    A bare list of coordinates that is assigned reads as the GeoJSON object it stands for; in
    queries, updates and lists of such fields it is taken for that as well.

    Parameters:
        auto_index: does nothing; programs of 2017 pass it.
    """

    query_operators = GEO_OPERATORS
    _type: ClassVar[str] = "GeoBase"
    _shape: ClassVar[str] = "coordinates"
    _content: ClassVar[str] = "coordinates"
    """The key of what a geometry consists of."""

    def __init__(
        self, auto_index: bool = True, *args: Any, **options: Unpack[FieldOptions]
    ) -> None:
        super().__init__(*args, **options)

    def get_value(self, value: Any) -> Any:
        if isinstance(value, ARRAYS):
            return {"type": self._type, "coordinates": value}
        return value

    def validate(self, value: Any) -> bool:
        if value is None:
            return True
        return (
            isinstance(value, dict)
            and value.get("type") == self._type
            and self._are_coordinates(value.get("coordinates"))
        )

    def to_query(self, value: Any) -> Any:
        is_query = isinstance(value, Mapping) and has_operators(value)
        if is_query and not value.keys() <= self.query_operators:
            raise ValueError(
                f"{self._title} is compared with no other operators than those of geometry; "
                "if others are meant, use a raw query."
            )
        return self.to_son(self.get_value(value))

    def to_query_item(self, value: Any) -> Any:
        if isinstance(value, Mapping) and has_operators(value):
            raise ValueError(f"{self._title} takes no operators among the values to compare with.")
        return self.to_son(self.get_value(value))

    def _reads_otherwise(self, stored: Any, loaded: Any) -> bool:
        # What MongoDB calls a legacy coordinate pair; GeoJSON would be written.
        return isinstance(stored, list)

    def _bson_schema(self, schemas: Any) -> dict[str, Any]:
        return {"bsonType": "object", **self._object_rules("bsonType")}

    def _json_schema(self, schemas: Any) -> dict[str, Any]:
        return {"type": "object", **self._object_rules("type")}

    def _object_rules(self, type_name: str) -> dict[str, Any]:
        return {
            "required": ["type", self._content],
            "properties": {"type": {"enum": [self._type]}, self._content: {type_name: "array"}},
        }

    def _wanted(self, value: Any) -> str:
        return f"a GeoJSON {self._type} or its coordinates, {self._shape},"

    def _are_coordinates(self, coordinates: Any) -> bool:
        return True

    if TYPE_CHECKING:

        def __set__(
            self,
            instance: DocumentStorage,
            value: dict[str, Any] | list[Any] | tuple[Any, ...] | None,
        ) -> None: ...


def is_position(value: Any) -> bool:
    """Whether a value is a longitude and a latitude."""
    if not isinstance(value, ARRAYS) or len(value) != POSITION_LENGTH:
        return False
    longitude, latitude = value
    return isinstance(longitude, NUMBERS) and isinstance(latitude, NUMBERS)


def is_line(value: Any) -> bool:
    """Whether a value is one or more positions."""
    return isinstance(value, ARRAYS) and bool(value) and all(map(is_position, value))


def is_ring(value: Any) -> bool:
    """Whether a value is a line that ends where it begins, be that written as list or as tuple."""
    return is_line(value) and list(value[0]) == list(value[-1])


def is_area(value: Any) -> bool:
    """Whether a value is one or more rings."""
    return isinstance(value, ARRAYS) and bool(value) and all(map(is_ring, value))


def are_lines(value: Any) -> bool:
    """Whether a value is one or more lines."""
    return isinstance(value, ARRAYS) and bool(value) and all(map(is_line, value))


def are_areas(value: Any) -> bool:
    """Whether a value is one or more areas."""
    return isinstance(value, ARRAYS) and bool(value) and all(map(is_area, value))
