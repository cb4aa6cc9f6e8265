//! What the kinds of GeoJSON have in common. Twin of `fields/geojson/geo_json_base_field.py`.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyList};

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Items, Value, exact, is_ascii_and, new_dict};
use crate::plan::{Context, Field};

/// A GeoJSON object, or a bare list of coordinates that stands for one. Lists of plain numbers are
/// looked into here; whether anything else is valid Python says.
pub(super) struct Geometry {
    /// What its `type` is.
    name: &'static str,
    /// Where it has them.
    member: &'static str,
    /// Whether a list has the shape of its coordinates.
    is_shape: Shape,
}

type Shape = fn(&Bound<'_, PyList>) -> bool;

impl Geometry {
    pub(super) const fn new(name: &'static str, is_shape: Shape) -> Self {
        Self {
            name,
            member: "coordinates",
            is_shape,
        }
    }

    /// One that has other geometries in the place of coordinates.
    pub(super) const fn of_geometries(name: &'static str, is_shape: Shape) -> Self {
        Self {
            name,
            member: "geometries",
            is_shape,
        }
    }

    fn is_geometry(&self, object: &Bound<'_, PyDict>) -> PyResult<bool> {
        let py = object.py();
        let (Some(name), Some(coordinates)) = (
            object.get_item(intern!(py, "type"))?,
            object.get_item(self.member)?,
        ) else {
            return Ok(false);
        };
        Ok(
            is_ascii_and(name.as_borrowed(), |name| name == self.name.as_bytes())
                && coordinates
                    .cast_exact::<PyList>()
                    .is_ok_and(|coordinates| (self.is_shape)(coordinates)),
        )
    }
}

impl Kind for Geometry {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_exact_instance_of::<PyDict>() || value.is_exact_instance_of::<PyList>() {
            return Ok(false);
        }
        field.is_empty_in_python(value, context)
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        let is_valid = match (exact::<PyDict>(value), exact::<PyList>(value)) {
            (Some(object), _) => self.is_geometry(&object)?,
            (None, Some(coordinates)) => (self.is_shape)(&coordinates),
            (None, None) => value.is_none(),
        };
        if is_valid {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if value.is_none() || value.is_exact_instance_of::<PyDict>() {
            return context.encode(key, value, out);
        }
        if value.is_exact_instance_of::<PyList>() {
            let object = new_dict(context.py)?;
            object.set_item(intern!(context.py, "type"), self.name)?;
            object.set_item(self.member, value)?;
            return context.encode(key, object.as_any().as_borrowed(), out);
        }
        field.write_in_python(key, value, out, context)
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if element.kind == kind::ARRAY {
            // It would be written as GeoJSON, and Python keeps what is stored.
            return Err(Stop::AskPython);
        }
        context.decode(element)
    }
}

/// Whether a list is a longitude and a latitude.
pub(super) fn is_position(position: &Bound<'_, PyList>) -> bool {
    position.len() == 2
        && Items::of(position).all(|number| {
            number.is_exact_instance_of::<PyFloat>() || number.is_exact_instance_of::<PyInt>()
        })
}

/// Whether a list is one or more positions.
pub(super) fn is_line(line: &Bound<'_, PyList>) -> bool {
    !line.is_empty() && are_all(line, is_position)
}

/// Whether a list is one or more rings: lines that end where they begin.
pub(super) fn is_area(area: &Bound<'_, PyList>) -> bool {
    !area.is_empty() && are_all(area, is_ring)
}

fn is_ring(ring: &Bound<'_, PyList>) -> bool {
    let is_closed = |ring: &Bound<'_, PyList>| -> PyResult<bool> {
        ring.get_item(0)?.eq(ring.get_item(ring.len() - 1)?)
    };
    // Lists of plain numbers compare without running anybody's code.
    is_line(ring) && is_closed(ring).unwrap_or(false)
}

/// Whether a list is one or more lines.
pub(super) fn are_lines(lines: &Bound<'_, PyList>) -> bool {
    !lines.is_empty() && are_all(lines, is_line)
}

/// Whether a list is one or more areas.
pub(super) fn are_areas(areas: &Bound<'_, PyList>) -> bool {
    !areas.is_empty() && are_all(areas, is_area)
}

/// Whether a list is one or more geometries that are no collections themselves.
pub(super) fn are_geometries(geometries: &Bound<'_, PyList>) -> bool {
    !geometries.is_empty()
        && Items::of(geometries).all(|item| {
            item.cast_exact::<PyDict>().is_ok_and(|object| {
                SHAPES
                    .iter()
                    .any(|it| it.is_geometry(object).unwrap_or(false))
            })
        })
}

/// The geometries that a collection may have.
const SHAPES: [Geometry; 6] = [
    Geometry::new("Point", is_position),
    Geometry::new("LineString", is_line),
    Geometry::new("Polygon", is_area),
    Geometry::new("MultiPoint", is_line),
    Geometry::new("MultiLineString", are_lines),
    Geometry::new("MultiPolygon", are_areas),
];

fn are_all(list: &Bound<'_, PyList>, is_shape: Shape) -> bool {
    Items::of(list).all(|item| item.cast_exact::<PyList>().is_ok_and(is_shape))
}
