//! What the native side knows of each kind of field. The twin of a kind is the class in
//! `python/aiomotorengine/fields` that carries its mark.

mod any;
mod as_is;
mod binary;
mod boolean;
mod date;
mod datetime;
mod decimal;
mod decimal128;
mod dict;
mod domain;
mod email;
mod embedded;
mod r#enum;
mod float;
mod generic_reference;
mod geojson;
mod geometry_collection;
mod int;
mod ip_address;
mod json;
mod line_string;
mod list;
mod multi_line_string;
mod multi_point;
mod multi_polygon;
mod normalised;
mod object_id;
mod password;
mod patterned;
mod point;
mod polygon;
mod reference;
mod set;
mod string;
mod time;
mod timedelta;
mod tuple;
mod union;
mod url;
mod uuid;
mod vector;
mod with_options;

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

pub(crate) use self::normalised::Normalised;
use self::patterned::Patterned;
pub(crate) use self::with_options::WithOptions;
use crate::bson::{Element, Key, Reader, TooLarge, Writer};
use crate::errors::{Outcome, Stop};
use crate::objects::{Items, ListBuilder, Value};
use crate::plan::{Arguments, Context, Field};

/// One kind of field. A value that a kind does not know at a glance goes to the Python methods of
/// the field (`Field::…_in_python`), so a kind says only what it is sure of.
///
/// The methods for items are the same loop for every kind; they are here so that each kind gets a
/// loop of its own, with what it does with an item written out in it.
pub(crate) trait Kind: Send + Sync {
    /// Show the collector the Python objects that the kind holds. One that it is not shown keeps
    /// whatever it refers to, and that may be the class whose codec has the kind.
    fn traverse(&self, _: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }

    /// Stops for a value that the options of its field refuse.
    fn obeys(&self, _: Value<'_, '_>) -> Outcome<()> {
        Ok(())
    }

    /// Whether the options of its field refuse anything.
    fn has_rules(&self) -> bool {
        false
    }

    /// Whether functions of the program's decide that.
    fn has_programs_rules(&self) -> bool {
        false
    }

    /// Whether `None` is not stored at all.
    fn omits_none(&self) -> bool {
        false
    }

    /// Whether the value does not satisfy `required`.
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            Ok(true)
        } else {
            field.is_empty_in_python(value, context)
        }
    }

    /// Whether the value may be saved.
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            Ok(true)
        } else {
            field.validate_in_python(value, context)
        }
    }

    fn validate_items(
        &self,
        items: Items<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        for item in items {
            let item = item.as_borrowed();
            if field.misses(item) || !self.validate(item, field, context)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the value is one that the kind knows at a glance: of exactly its own type, valid, and
    /// not empty. Of any other the other methods have to be asked.
    ///
    /// Nobody may be counting the value for us, so this runs no Python code and makes no Python
    /// object, for which the collector might.
    #[inline(always)]
    fn knows(&self, _value: Value<'_, '_>, _context: &Context<'_>) -> bool {
        false
    }

    /// Whether all items are such values.
    #[inline(always)]
    fn knows_items(&self, mut items: Items<'_, '_>, context: &Context<'_>) -> bool {
        // SAFETY: `knows` runs no Python code.
        while let Some(item) = unsafe { items.peek() } {
            if !self.knows(item, context) {
                return false;
            }
            items.pass();
        }
        true
    }

    /// Write the value if it is one that the kind knows at a glance, as for `knows`; `false` for any
    /// other, of which nothing is written.
    ///
    /// This, too, runs no Python code and makes no Python object.
    #[inline(always)]
    fn write_plain(
        &self,
        _key: &Key,
        _value: Value<'_, '_>,
        _out: &mut Writer,
        _context: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        Ok(false)
    }

    /// Whether what was never set is stored as null, and read by no Python code before.
    fn writes_null(&self) -> bool {
        false
    }

    /// Write the next items as long as they are such values.
    #[inline(always)]
    fn write_plain_items(
        &self,
        items: &mut Items<'_, '_>,
        key: &mut Key,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Result<(), TooLarge> {
        // SAFETY: `write_plain` runs no Python code.
        while let Some(item) = unsafe { items.peek() } {
            if !self.write_plain(key, item, out, context)? {
                break;
            }
            items.pass();
            key.advance();
        }
        Ok(())
    }

    /// `to_son` and BSON in one step.
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        field.write_in_python(key, value, out, context)
    }

    fn write_items(
        &self,
        mut items: Items<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let mut key = Key::first_index();
        loop {
            self.write_plain_items(&mut items, &mut key, out, context)?;
            let Some(item) = items.next() else {
                return Ok(());
            };
            self.write(&key, item.as_borrowed(), field, out, context)?;
            key.advance();
        }
    }

    /// Write the value if it may be saved; if not, Python has to say so.
    #[inline(always)]
    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if !self.validate(value, field, context)? {
            return Err(Stop::AskPython);
        }
        self.write(key, value, field, out, context)
    }

    fn write_valid_items(
        &self,
        mut items: Items<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let mut key = Key::first_index();
        loop {
            self.write_plain_items(&mut items, &mut key, out, context)?;
            let Some(item) = items.next() else {
                return Ok(());
            };
            let item = item.as_borrowed();
            if field.misses(item) {
                return Err(Stop::AskPython);
            }
            self.write_valid(&key, item, field, out, context)?;
            key.advance();
        }
    }

    /// The value that a text of a file stands for, where the kind knows it at a glance.
    fn parse<'py>(&self, _: &[u8], _: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        None
    }

    /// Whether values are embedded documents.
    fn is_of_documents(&self) -> bool {
        false
    }

    /// Whether a document keeps the hash of a text.
    fn hashes(&self) -> bool {
        false
    }

    /// The way back: BSON and `from_son`.
    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        field.read_in_python(element, context)
    }

    fn read_items<'py>(
        &self,
        mut items: Reader<'_>,
        list: &mut ListBuilder<'_, 'py>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<()> {
        while let Some(item) = items.next_element()? {
            list.push(self.read(&item, field, context)?)?;
        }
        Ok(())
    }
}

/// How a kind writes what it knows at a glance, where each value is stored in a fixed number of bytes:
/// those that its method `scalar` gives for it. That runs no Python code.
macro_rules! writes_scalars {
    () => {
        #[inline(always)]
        fn write_plain(
            &self,
            key: &$crate::bson::Key,
            value: $crate::objects::Value<'_, '_>,
            out: &mut $crate::bson::Writer,
            context: &$crate::plan::Context<'_>,
        ) -> Result<bool, $crate::bson::TooLarge> {
            match self.scalar(value, context) {
                Some(scalar) => out.scalar(key, scalar)?,
                None => return Ok(false),
            }
            Ok(true)
        }

        #[inline(always)]
        fn write_plain_items(
            &self,
            items: &mut $crate::objects::Items<'_, '_>,
            key: &mut $crate::bson::Key,
            out: &mut $crate::bson::Writer,
            context: &$crate::plan::Context<'_>,
        ) -> Result<(), $crate::bson::TooLarge> {
            let most = items.left();
            out.scalars(key, most, || {
                // SAFETY: `scalar` runs no Python code.
                let scalar = self.scalar(unsafe { items.peek() }?, context)?;
                items.pass();
                Some(scalar)
            })?;
            Ok(())
        }
    };
}
use writes_scalars;

/// A field of which only Python knows what it means.
pub(crate) struct Unknown;

impl Kind for Unknown {
    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        field.is_empty_in_python(value, context)
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        field.validate_in_python(value, context)
    }
}

/// The kind of that name, for a field with these arguments.
pub(crate) fn kind_named(name: &str, arguments: &Arguments<'_, '_>) -> PyResult<Box<dyn Kind>> {
    Ok(match name {
        "any" => Box::new(any::Anything),
        "binary" => Box::new(binary::Binary::new(arguments)?),
        "boolean" => boolean::kind(arguments)?,
        "date" => Box::new(date::Date::new(arguments)?),
        "datetime" => datetime::kind(arguments)?,
        "decimal" => Box::new(decimal::Decimal::new(arguments)?),
        "decimal128" => Box::new(decimal128::Decimal128::new(arguments)?),
        "dict" | "map" => Box::new(dict::Dict::new(arguments)?),
        "email" => Box::new(Patterned::<email::Email>::NEW),
        "embedded" => Box::new(embedded::Embedded::new(arguments)),
        "enum" => Box::new(r#enum::Enum::new(arguments)?),
        "float" => Box::new(float::Float::new(arguments)?),
        "int" => int::kind(arguments)?,
        "generic_reference" => Box::new(generic_reference::GenericReference::new()),
        "ip_address" => Box::new(ip_address::IpAddress::new(arguments)?),
        "geometry_collection" => Box::new(geometry_collection::GEOMETRY_COLLECTION),
        "json" => Box::new(json::Json::new(arguments)?),
        "line_string" => Box::new(line_string::LINE_STRING),
        "list" => Box::new(list::List::new(arguments)),
        "object_id" => Box::new(object_id::ObjectId),
        "multi_line_string" => Box::new(multi_line_string::MULTI_LINE_STRING),
        "multi_point" => Box::new(multi_point::MULTI_POINT),
        "multi_polygon" => Box::new(multi_polygon::MULTI_POLYGON),
        "password" => Box::new(password::Password::new(arguments)?),
        "point" => Box::new(point::POINT),
        "polygon" => Box::new(polygon::POLYGON),
        "reference" => Box::new(reference::Reference::default()),
        "set" => Box::new(set::Set::new(arguments)?),
        "string" => Box::new(string::String::new(arguments)?),
        "time" => Box::new(time::Time),
        "timedelta" => Box::new(timedelta::Timedelta::new(arguments)?),
        "tuple" => Box::new(tuple::Tuple::new(arguments)?),
        "union" => Box::new(union::Union::new(arguments)?),
        "url" => Box::new(Patterned::<url::Url>::NEW),
        "uuid" => Box::new(uuid::Uuid),
        "vector" => Box::new(vector::Vector::new(arguments)?),
        _ => Box::new(Unknown),
    })
}
