//! Several areas on the globe. Twin of `fields/geojson/multi_polygon_field.py`.

use super::geojson::{Geometry, are_areas};

pub(super) const MULTI_POLYGON: Geometry = Geometry::new("MultiPolygon", are_areas);
