//! Several lines on the globe. Twin of `fields/geojson/multi_line_string_field.py`.

use super::geojson::{Geometry, are_lines};

pub(super) const MULTI_LINE_STRING: Geometry = Geometry::new("MultiLineString", are_lines);
