//! An area on the globe. Twin of `fields/geojson/polygon_field.py`.

use super::geojson::{Geometry, is_area};

pub(super) const POLYGON: Geometry = Geometry::new("Polygon", is_area);
