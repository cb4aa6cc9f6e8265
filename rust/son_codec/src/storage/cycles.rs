//! Whether a value can be in a cycle of references, and so has to be known to the collector.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

/// Classes whose instances the collector would look at, though they hold nothing but numbers and bytes
/// and cannot be made to hold anything else.
static PLAIN: PyOnceLock<[Py<PyType>; 5]> = PyOnceLock::new();

/// Find the classes. Until this was done their instances count as others do.
pub(super) fn prepare(py: Python<'_>) -> PyResult<()> {
    let class = |module: &str, name: &str| -> PyResult<Py<PyType>> {
        Ok(py.import(module)?.getattr(name)?.cast_into()?.unbind())
    };
    let classes = [
        class("bson.objectid", "ObjectId")?,
        class("uuid", "UUID")?,
        class("decimal", "Decimal")?,
        class("ipaddress", "IPv4Address")?,
        class("ipaddress", "IPv6Address")?,
    ];
    let _ = PLAIN.set(py, classes);
    Ok(())
}

/// Whether a value may be, or come to be, in a cycle.
///
/// # Safety
///
/// The value must be a live object.
#[inline]
pub(super) unsafe fn may_be_in_cycle(py: Python<'_>, value: *mut ffi::PyObject) -> bool {
    // SAFETY: the caller's promise; these are reads of the object and its type.
    unsafe {
        let class = ffi::Py_TYPE(value);
        ffi::PyType_HasFeature(class, ffi::Py_TPFLAGS_HAVE_GC) != 0
            && if class == &raw mut ffi::PyTuple_Type {
                // The collector itself forgets tuples that hold nothing of interest.
                ffi::PyObject_GC_IsTracked(value) != 0
            } else {
                // A list is told apart from them sooner.
                class == &raw mut ffi::PyList_Type
                    || !PLAIN.get(py).is_some_and(|plain| {
                        plain.iter().any(|known| known.as_ptr() == class.cast())
                    })
            }
    }
}
