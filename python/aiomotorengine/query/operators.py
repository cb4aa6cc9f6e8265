"""The table of operators: what a filter key may say after a double underscore."""

from __future__ import annotations

from aiomotorengine.query.base import QueryOperator
from aiomotorengine.query.bson_type import TypeQueryOperator
from aiomotorengine.query.exists import ExistsQueryOperator
from aiomotorengine.query.greater_than import GreaterThanQueryOperator
from aiomotorengine.query.greater_than_or_equal import GreaterThanOrEqualQueryOperator
from aiomotorengine.query.in_operator import InQueryOperator
from aiomotorengine.query.is_null import IsNullQueryOperator
from aiomotorengine.query.lesser_than import LesserThanQueryOperator
from aiomotorengine.query.lesser_than_or_equal import LesserThanOrEqualQueryOperator
from aiomotorengine.query.lists import AllQueryOperator, ElemMatchQueryOperator, SizeQueryOperator
from aiomotorengine.query.not_equal import NotEqualQueryOperator
from aiomotorengine.query.not_in import NotInQueryOperator
from aiomotorengine.query.not_operator import NotOperator
from aiomotorengine.query.numbers import (
    BitsAllClearQueryOperator,
    BitsAllSetQueryOperator,
    BitsAnyClearQueryOperator,
    BitsAnySetQueryOperator,
    ModQueryOperator,
)
from aiomotorengine.query.places import (
    GeoIntersectsQueryOperator,
    GeoWithinBoxQueryOperator,
    GeoWithinCenterQueryOperator,
    GeoWithinDistanceQueryOperator,
    GeoWithinPolygonQueryOperator,
    GeoWithinQueryOperator,
    GeoWithinSphereQueryOperator,
    NearQueryOperator,
    NearSphereQueryOperator,
)
from aiomotorengine.query.texts import (
    ContainsQueryOperator,
    EndsWithQueryOperator,
    ExactQueryOperator,
    IContainsQueryOperator,
    IEndsWithQueryOperator,
    IExactQueryOperator,
    IRegexQueryOperator,
    IStartsWithQueryOperator,
    IWholeWordQueryOperator,
    RegexQueryOperator,
    StartsWithQueryOperator,
    WholeWordQueryOperator,
)

__all__ = ["OPERATORS"]

OPERATORS: dict[str, type[QueryOperator]] = {
    "all": AllQueryOperator,
    "bits_all_clear": BitsAllClearQueryOperator,
    "bits_all_set": BitsAllSetQueryOperator,
    "bits_any_clear": BitsAnyClearQueryOperator,
    "bits_any_set": BitsAnySetQueryOperator,
    "contains": ContainsQueryOperator,
    "elem_match": ElemMatchQueryOperator,
    "endswith": EndsWithQueryOperator,
    "exact": ExactQueryOperator,
    "exists": ExistsQueryOperator,
    "geo_intersects": GeoIntersectsQueryOperator,
    "geo_within": GeoWithinQueryOperator,
    "geo_within_box": GeoWithinBoxQueryOperator,
    "geo_within_center": GeoWithinCenterQueryOperator,
    "geo_within_distance": GeoWithinDistanceQueryOperator,
    "geo_within_polygon": GeoWithinPolygonQueryOperator,
    "geo_within_sphere": GeoWithinSphereQueryOperator,
    "gt": GreaterThanQueryOperator,
    "gte": GreaterThanOrEqualQueryOperator,
    "icontains": IContainsQueryOperator,
    "iendswith": IEndsWithQueryOperator,
    "iexact": IExactQueryOperator,
    "in": InQueryOperator,
    "iregex": IRegexQueryOperator,
    "is_null": IsNullQueryOperator,
    "istartswith": IStartsWithQueryOperator,
    "iwholeword": IWholeWordQueryOperator,
    "lt": LesserThanQueryOperator,
    "lte": LesserThanOrEqualQueryOperator,
    "mod": ModQueryOperator,
    "ne": NotEqualQueryOperator,
    "near": NearQueryOperator,
    "near_sphere": NearSphereQueryOperator,
    "nin": NotInQueryOperator,
    "not": NotOperator,
    "regex": RegexQueryOperator,
    "size": SizeQueryOperator,
    "startswith": StartsWithQueryOperator,
    "type": TypeQueryOperator,
    "wholeword": WholeWordQueryOperator,
}
"""The operators of filter keys, by name. Programs may add their own at any time."""
