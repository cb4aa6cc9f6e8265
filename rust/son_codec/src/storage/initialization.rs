//! `Document.__init__`, called by the `__init__` of a program's class that hands on to it.
//!
//! It fills a new instance as `document.py` says. Where it would have to do more than keep values it
//! leaves all to the function there.

use std::ffi::CString;
use std::ptr::NonNull;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyString, PyType};

use super::base_type::stored;
use super::calling::with_first;
use super::calls::call_with;
use super::construction::{Construction, filling_of};
use super::instance::Stored;
use super::metaclass::is_of_metaclass;
use super::trampoline::called;
use crate::process::Call;

/// What the method does, written in Python.
static PYTHON_INIT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// A method for the `__init__` of a class, which does what its function of that name does.
#[pyfunction]
pub(crate) fn initializer<'py>(class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let function = class.getattr(intern!(py, "__init__"))?;
    let doc: Option<String> = function.getattr(intern!(py, "__doc__"))?.extract()?;
    let doc = format!(
        "__init__($self, /, **values)\n--\n\n{}",
        doc.unwrap_or_default()
    );
    PYTHON_INIT.get_or_init(py, || function.unbind());
    let definition = ffi::PyMethodDef {
        ml_name: c"__init__".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer {
            PyCFunctionFastWithKeywords: initialize,
        },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: CString::new(doc)?.into_raw(),
    };
    // SAFETY: the class derives from the storage's base type, or else the method finds no document. The
    // definition and its text live as long as the process.
    unsafe {
        let definition = Box::into_raw(Box::new(definition));
        Bound::from_owned_ptr_or_err(py, ffi::PyDescr_NewMethod(class.as_type_ptr(), definition))
    }
}

unsafe extern "C" fn initialize(
    object: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let fill_it = |py: Python<'_>| {
        // SAFETY: Python calls it with an instance of the class that has the method, so many arguments
        // without names, and then those of the tuple of names, if there is one.
        unsafe {
            let instance = Borrowed::from_ptr(py, object);
            let given = Given {
                py,
                values: arguments,
                names: NonNull::new(names),
            };
            if count == 0
                && let Some(document) = stored(instance)
                && is_of_metaclass(py, instance.get_type_ptr())
                && let Some(construction) = filling_of(py, instance.get_type_ptr())
                && fill(document, construction.get(), given)?
            {
                return Ok(py.None().into_ptr());
            }
            let Some(function) = PYTHON_INIT.get(py) else {
                return Err(PyTypeError::new_err("documents have no __init__ yet"));
            };
            let all = with_first(object, arguments, count as usize, names);
            let count = count as usize + 1;
            Ok(call_with(function.as_ptr(), all.as_ptr(), count, names))
        }
    };
    // SAFETY: Python calls it, attached.
    unsafe { called(fill_it) }
}

/// The named arguments of a call, borrowed.
#[derive(Clone, Copy)]
struct Given<'py> {
    py: Python<'py>,
    values: *const *mut ffi::PyObject,
    names: Option<NonNull<ffi::PyObject>>,
}

impl<'py> Given<'py> {
    /// Each name and its value.
    ///
    /// # Safety
    ///
    /// As for `initialize`, for as long as this is used.
    #[inline]
    unsafe fn iter<'a>(
        self,
    ) -> impl Iterator<Item = (Borrowed<'a, 'py, PyAny>, Borrowed<'a, 'py, PyAny>)>
    where
        'py: 'a,
    {
        // SAFETY: the caller's promise: a tuple, and as many values.
        unsafe {
            let count = self
                .names
                .map_or(0, |names| ffi::PyTuple_GET_SIZE(names.as_ptr()));
            (0..count).filter_map(move |at| {
                let name = ffi::PyTuple_GET_ITEM(self.names?.as_ptr(), at);
                let value = *self.values.add(at as usize);
                Some((
                    Borrowed::from_ptr(self.py, name),
                    Borrowed::from_ptr(self.py, value),
                ))
            })
        }
    }
}

/// Give a new instance these values and its defaults; answers `false`, before anything was done, where
/// that takes more.
///
/// # Safety
///
/// As for `initialize`, with the construction of the document's class.
#[inline]
unsafe fn fill<'py>(
    document: Stored<'_, 'py>,
    construction: &Construction,
    given: Given<'py>,
) -> PyResult<bool> {
    let py = document.py();
    let layout = &construction.layout;
    if !document.is_unfilled(layout)
        || !(construction.has_own_constructor || document.has_no_value(layout))
    {
        return Ok(false);
    }
    let mut guess = 0;
    let mut id = None;
    // SAFETY: the caller's promise, here and below; nobody can take the arguments from the call.
    for (name, value) in unsafe { given.iter() } {
        let Ok(name) = name.cast_exact::<PyString>() else {
            return Ok(false);
        };
        match layout.get().index_of(&name, guess) {
            Some(index) if construction.converts(index) => return Ok(false),
            Some(index) => guess = index + 1,
            None if name == "_id" => id = Some(value),
            None => return Ok(false),
        }
    }
    let id = id.map_or_else(|| py.None().into_bound(py), |id| id.to_owned());
    document.set_origin(id, PyBool::new(py, false).to_owned().into_any());
    let made = if construction.factories.is_empty() {
        Vec::new()
    } else {
        // SAFETY: as above.
        unsafe { make_values(construction, given)? }
    };
    let mut guess = 0;
    // SAFETY: as above.
    for (name, value) in unsafe { given.iter() } {
        let name = name.cast_exact::<PyString>()?;
        if let Some(index) = layout.get().index_of(&name, guess) {
            document.put(&name, index, &value)?;
            guess = index + 1;
        }
    }
    let names = layout.get().names();
    for (index, value) in made {
        if let Some(name) = names.get(index)
            && document.value(name.bind(py), index)?.is_none()
        {
            document.put(name.bind(py), index, &value)?;
        }
    }
    if !document.fill_empty(layout, &construction.defaults) {
        // Python code that ran meanwhile wanted its `__dict__`.
        for (name, value) in names.iter().zip(&construction.defaults) {
            if document.value(name.bind(py), 0)?.is_none() {
                document.put(name.bind(py), 0, value.bind(py))?;
            }
        }
    }
    Ok(true)
}

/// The values that factories make, by index, for all that are not given.
///
/// # Safety
///
/// As for `fill`.
#[cold]
unsafe fn make_values<'py>(
    construction: &Construction,
    given: Given<'py>,
) -> PyResult<Vec<(usize, Bound<'py, PyAny>)>> {
    let py = given.py;
    let _call = Call::begin(py);
    let mut made = Vec::with_capacity(construction.factories.len());
    for (index, make) in &construction.factories {
        // SAFETY: the caller's promise.
        let mut indexes = unsafe { given.iter() }.map(|(name, _)| {
            let name = name.cast_exact::<PyString>().ok()?;
            construction.layout.get().index_of(&name, *index)
        });
        if !indexes.any(|given| given == Some(*index)) {
            made.push((*index, make.bind(py).call0()?));
        }
    }
    Ok(made)
}
