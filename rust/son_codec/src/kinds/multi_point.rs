//! Several places on the globe. Twin of `fields/geojson/multi_point_field.py`.

use super::geojson::{Geometry, is_line};

pub(super) const MULTI_POINT: Geometry = Geometry::new("MultiPoint", is_line);
