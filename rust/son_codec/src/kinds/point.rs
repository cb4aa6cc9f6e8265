//! A place on the globe. Twin of `fields/geojson/point_field.py`.

pub(super) use super::as_is::Geometry as Point;
