//! A place on the globe. Twin of `fields/geojson/point_field.py`.

use super::geojson::{Geometry, is_position};

pub(super) const POINT: Geometry = Geometry::new("Point", is_position);
