//! Python objects, made and looked into by CPython's own calls. Nearly all `unsafe` is in this module and
//! in `storage`; elsewhere it says only that the rule below is kept.
//!
//! A `Value` is borrowed from a `Bound`, which counts it. Whatever is taken out of a list, a dict, a slot
//! or an instance is counted before Python code can run, which may take it from there. Functions that
//! give it uncounted are `unsafe`: no Python code may run as long as their caller uses it.

mod bytes;
mod dates;
mod db_ref;
mod dict;
mod gc;
mod instance;
mod ip_addresses;
mod items;
mod kept;
mod number;
mod object_id;
mod slot;
mod text;
mod times;
mod timestamp;
mod uuid;

use pyo3::PyTypeInfo;
use pyo3::prelude::*;

pub(crate) use bytes::make_bytes;
pub(crate) use dates::{
    Utc, date_from_millis, date_from_text, datetime_from_millis, datetime_from_text, micros_of,
    millis_of, millis_of_date, timedelta_from_micros,
};
pub(crate) use db_ref::DbRefs;
pub(crate) use dict::{Entries, Met, Position, new_dict, value_at};
pub(crate) use gc::{PausedCollector, resume_collector, untracked};
pub(crate) use instance::{InstanceLayout, Values};
pub(crate) use ip_addresses::IpAddresses;
pub(crate) use items::{ItemBuffer, Items, ListBuilder, Sequence, list_of, listed, push, tuple_of};
pub(crate) use kept::{Kept, SharedKeys};
pub(crate) use number::{make_float, make_int, whole_number};
pub(crate) use object_id::ObjectIds;
pub(crate) use text::{
    are_equal, ascii, characters, is_ascii_and, make_text, write_ascii_if, write_text,
};
pub(crate) use times::TimeOfDay;
pub(crate) use timestamp::Timestamps;
pub(crate) use uuid::Uuids;

/// Any Python value, borrowed from whoever counts it.
pub(crate) type Value<'a, 'py> = Borrowed<'a, 'py, PyAny>;

/// The value as an instance of exactly this type; a subclass may mean something else. PyO3's
/// `cast_exact` says the same, and prepares an error that nobody here wants.
#[inline(always)]
pub(crate) fn exact<'a, 'py, T: PyTypeInfo>(value: Value<'a, 'py>) -> Option<Borrowed<'a, 'py, T>> {
    if !value.is_exact_instance_of::<T>() {
        return None;
    }
    // SAFETY: it is of that type, by the line before.
    Some(unsafe { value.cast_unchecked::<T>() })
}
