//! Geometries of any kind. Twin of `fields/geojson/geometry_collection_field.py`.

use super::geojson::{Geometry, are_geometries};

pub(super) const GEOMETRY_COLLECTION: Geometry =
    Geometry::of_geometries("GeometryCollection", are_geometries);
