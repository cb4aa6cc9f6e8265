//! Points in time. Twin of `fields/datetime_field.py`.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyTzInfo};

use super::{Kind, writes_scalars};
use crate::bson::{Element, Key, Scalar, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, datetime_from_millis, datetime_from_text, exact, millis_of};
use crate::plan::{Arguments, Context, Field};

struct DateTime<Z> {
    /// Whether saves set it: then a missing value is for Python to make. Items of lists are not set.
    is_automatic: bool,
    zone: Z,
}

/// In which time zone dates are read.
trait Zone: Send + Sync {
    fn find<'a, 'py>(&'a self, context: &'a Context<'py>) -> Option<&'a Bound<'py, PyTzInfo>>;

    fn traverse(&self, _: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}

/// That of the client; by default they are read naive.
struct OfClient;

impl Zone for OfClient {
    #[inline(always)]
    fn find<'a, 'py>(&'a self, context: &'a Context<'py>) -> Option<&'a Bound<'py, PyTzInfo>> {
        let zone = context.options.zone.as_ref();
        zone.map(|zone| zone.bind(context.py))
    }
}

/// One of the field's own that is UTC. Dates in others are for Python.
struct OfField(Py<PyTzInfo>);

impl Zone for OfField {
    fn find<'a, 'py>(&'a self, context: &'a Context<'py>) -> Option<&'a Bound<'py, PyTzInfo>> {
        Some(self.0.bind(context.py))
    }

    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.0)
    }
}

pub(super) fn kind(arguments: &Arguments<'_, '_>) -> PyResult<Box<dyn Kind>> {
    let on_insert = arguments.is_set("auto_now_on_insert")?;
    let on_update = arguments.is_set("auto_now_on_update")?;
    let is_automatic = !arguments.is_item && (on_insert || on_update);
    Ok(match arguments.value("tz")? {
        None => Box::new(DateTime {
            is_automatic,
            zone: OfClient,
        }),
        Some(zone) => Box::new(DateTime {
            is_automatic,
            zone: OfField(zone.cast_into()?.unbind()),
        }),
    })
}

impl<Z: Zone> DateTime<Z> {
    /// Whether it is a datetime and nothing more, as nearly all are.
    fn is_plain(value: Value<'_, '_>) -> bool {
        value.is_exact_instance_of::<PyDateTime>()
    }

    /// The moment as it is stored, if it is a datetime whose time zone is known.
    #[inline(always)]
    fn scalar(&self, value: Value<'_, '_>, context: &Context<'_>) -> Option<Scalar<8>> {
        let datetime = exact::<PyDateTime>(value)?;
        millis_of(&datetime, &context.types.utc).map(Scalar::date)
    }

    /// Stops for what a stamped attribute would read in another way than its field does.
    fn check(&self, value: Value<'_, '_>) -> Outcome<()> {
        if self.is_automatic && !Self::is_plain(value) {
            return Err(Stop::AskPython);
        }
        Ok(())
    }
}

impl<Z: Zone> Kind for DateTime<Z> {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.zone.traverse(visit)
    }

    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        self.check(value)?;
        Ok(value.is_none())
    }

    #[inline(always)]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        self.check(value)?;
        if Self::is_plain(value) || value.is_none() {
            return Ok(true);
        }
        field.validate_in_python(value, context)
    }

    #[inline(always)]
    fn knows(&self, value: Value<'_, '_>, _: &Context<'_>) -> bool {
        Self::is_plain(value)
    }

    fn writes_null(&self) -> bool {
        true
    }

    writes_scalars!();

    #[inline(always)]
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        self.check(value)?;
        if let Some(datetime) = exact::<PyDateTime>(value) {
            match millis_of(&datetime, &context.types.utc) {
                Some(milliseconds) => out.scalar(key, Scalar::date(milliseconds))?,
                None => context.encode(key, value, out)?,
            }
        } else if value.is_none() {
            out.null(key)?;
        } else {
            field.write_in_python(key, value, out, context)?;
        }
        Ok(())
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        datetime_from_text(text, &context.types.utc, context.py)
    }

    #[inline(always)]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        _: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match element.kind {
            kind::DATE => {
                datetime_from_millis(context.py, element.as_i64()?, self.zone.find(context))
            }
            kind::NULL => Ok(context.none()),
            // Python keeps what is stored in another form, so that a save can write it again.
            _ => Err(Stop::AskPython),
        }
    }
}
