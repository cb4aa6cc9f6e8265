//! An area on the globe. Twin of `fields/geojson/polygon_field.py`.

pub(super) use super::as_is::Geometry as Polygon;
