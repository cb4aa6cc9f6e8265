//! A line on the globe. Twin of `fields/geojson/line_string_field.py`.

pub(super) use super::as_is::Geometry as LineString;
