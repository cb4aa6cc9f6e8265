//! A line on the globe. Twin of `fields/geojson/line_string_field.py`.

use super::geojson::{Geometry, is_line};

pub(super) const LINE_STRING: Geometry = Geometry::new("LineString", is_line);
