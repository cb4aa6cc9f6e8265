//! What is kept from one document of a call to the next.

use std::cell::{Cell, OnceCell};

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::{ItemBuffer, ascii, make_text};

/// How many keys are kept; a power of two.
const PLACES: usize = 64;

/// What is kept from one document of a call to the next.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) items: ItemBuffer,
    pub(crate) keys: SharedKeys,
}

/// The keys of dicts as texts: most documents have the same ones, so that they need not be made, and
/// their hashes not be computed, again.
#[derive(Default)]
pub(crate) struct SharedKeys {
    /// Each key has one place, which others may have as well.
    places: OnceCell<[Cell<Option<Py<PyString>>>; PLACES]>,
}

impl SharedKeys {
    /// The text of a key.
    #[inline]
    pub(crate) fn text<'py>(&self, py: Python<'py>, key: &[u8]) -> PyResult<Bound<'py, PyString>> {
        let places = self
            .places
            .get_or_init(|| std::array::from_fn(|_| Cell::new(None)));
        let Some(place) = places.get(place_of(key)) else {
            return Ok(make_text(py, key)?.cast_into()?);
        };
        if let Some(text) = place.take() {
            let text = text.into_bound(py);
            if ascii(&text) == Some(key) {
                place.set(Some(text.clone().unbind()));
                return Ok(text);
            }
        }
        let text = make_text(py, key)?.cast_into::<PyString>()?;
        place.set(Some(text.clone().unbind()));
        Ok(text)
    }
}

/// By its length and its ends, of which keys of one document mostly differ in one.
#[inline]
fn place_of(key: &[u8]) -> usize {
    let byte = |at: usize| key.get(at).map_or(0, |byte| usize::from(*byte));
    let last = byte(key.len().wrapping_sub(1));
    (key.len() ^ byte(0).wrapping_mul(7) ^ last.wrapping_mul(29)) % PLACES
}
