//! `Model(name=value, ..)`, for classes whose instances are made as the library makes them.
//!
//! What that takes is written down for each class (`documents/conversion.py`) and holds until a method
//! of a field or of a class changes anywhere. Whatever is not as it was then (an `__init__` that was
//! assigned, a metaclass that is called otherwise), and each call with more than values of fields,
//! goes the way of every Python class.

use std::ffi::c_ulong;
use std::ptr::{NonNull, null_mut};
use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple, PyType};

use super::allocation::allocate;
use super::base_type::{lookup, sets_attributes_itself};
use super::calls::{call_by, release};
use super::cycles::may_be_in_cycle;
use super::instance::Stored;
use super::layout::Layout;
use super::metaclass::{Words, words_of};
use super::raised;
use crate::process::Call;

/// Grows whenever constructions stop to hold.
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// No construction that was written down before holds any more.
#[pyfunction]
pub(crate) fn forget_constructions() {
    GENERATION.fetch_add(1, Ordering::Relaxed);
}

/// How instances of a class are made.
#[pyclass(frozen, module = "aiomotorengine._son_codec")]
pub(super) struct Construction {
    generation: u64,
    layout: Py<Layout>,
    /// What the class had as `__init__` and `__new__` when this was written down.
    initializer: Py<PyAny>,
    maker: Py<PyAny>,
    /// What each value is that is not given, by place.
    defaults: Vec<Py<PyAny>>,
    /// What a given value is turned into, by place.
    converters: Vec<(usize, Py<PyAny>)>,
    /// What makes a value that is not given, by place.
    factories: Vec<(usize, Py<PyAny>)>,
}

#[pymethods]
impl Construction {
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.initializer)?;
        visit.call(&self.maker)?;
        for value in &self.defaults {
            visit.call(value)?;
        }
        for (_, function) in self.converters.iter().chain(&self.factories) {
            visit.call(function)?;
        }
        Ok(())
    }
}

type ByName<'py> = Vec<(Bound<'py, PyString>, Py<PyAny>)>;

/// Write down how instances of a class are made, and whether the class is there as long as its module.
#[pyfunction]
pub(crate) fn set_construction(
    class: &Bound<'_, PyType>,
    lasts: bool,
    defaults: &Bound<'_, PyDict>,
    converters: ByName<'_>,
    factories: ByName<'_>,
) -> PyResult<()> {
    let py = class.py();
    let Some(words) = words_of(class) else {
        return Ok(());
    };
    words.set_lasting(lasts);
    let Some(layout) = words.layout(py) else {
        return Ok(());
    };
    let place_all = |functions: ByName<'_>| -> Option<Vec<_>> {
        let placed = functions
            .into_iter()
            .map(|(name, function)| Some((layout.get().place(&name, 0)?, function)));
        placed.collect()
    };
    let (Some(converters), Some(factories)) = (place_all(converters), place_all(factories)) else {
        return Ok(());
    };
    let mut in_order = Vec::with_capacity(layout.get().len());
    for name in layout.get().names() {
        match defaults.get_item(name)? {
            Some(value) => in_order.push(value.unbind()),
            None => return Ok(()),
        }
    }
    let construction = Construction {
        generation: GENERATION.load(Ordering::Relaxed),
        layout: layout.clone_ref(py),
        initializer: class.getattr(intern!(py, "__init__"))?.unbind(),
        maker: class.getattr(intern!(py, "__new__"))?.unbind(),
        defaults: in_order,
        converters,
        factories,
    };
    words.replace_construction(Py::new(py, construction)?.into_bound(py));
    Ok(())
}

/// Have a class called by `construct`.
pub(super) fn call_directly(class: &Bound<'_, PyType>) {
    // SAFETY: a heap type that is alive, of a metaclass that has the word for the layout. Python 3.11
    // does not let heap types inherit that their instances, the classes, have a function of their own to be
    // called by; where it is, `type` says.
    unsafe {
        let class = class.as_type_ptr();
        (*class).tp_vectorcall = Some(construct);
        let metaclass = ffi::Py_TYPE(class.cast());
        if is_called_as_types_are(class)
            && ffi::PyType_HasFeature(metaclass, ffi::Py_TPFLAGS_HAVE_VECTORCALL) == 0
        {
            (*metaclass).tp_vectorcall_offset = ffi::PyType_Type.tp_vectorcall_offset;
            set_flag(metaclass, ffi::Py_TPFLAGS_HAVE_VECTORCALL);
        }
        ffi::PyType_Modified(class);
    }
}

/// # Safety
///
/// A live heap type.
unsafe fn set_flag(class: *mut ffi::PyTypeObject, flag: c_ulong) {
    // SAFETY: the caller's promise; the thread is attached, so nobody else writes there.
    unsafe { (*class).tp_flags |= flag }
}

/// Whether the metaclass of a class has no `__call__` of the program's.
///
/// # Safety
///
/// A live class.
unsafe fn is_called_as_types_are(class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: reads of live types.
    unsafe {
        let own = (*ffi::Py_TYPE(class.cast()))
            .tp_call
            .map(|call| call as usize);
        own == ffi::PyType_Type.tp_call.map(|call| call as usize)
    }
}

/// `class(*arguments, **named)`.
unsafe extern "C" fn construct(
    class: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    count: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: Python calls it, attached, with a class that `call_directly` was given, so many
    // arguments without names, and then those of the tuple of names, if there is one.
    unsafe {
        let py = Python::assume_attached();
        let unnamed = ffi::PyVectorcall_NARGS(count) as usize;
        let type_object = class.cast::<ffi::PyTypeObject>();
        if unnamed == 0
            && let Some(construction) = current(py, type_object)
        {
            match make(py, type_object, construction.get(), arguments, names) {
                Ok(Some(made)) => return made.into_ptr(),
                Ok(None) => {}
                Err(error) => {
                    error.restore(py);
                    return null_mut();
                }
            }
        }
        as_types_are_called(py, class, arguments, unnamed, names)
    }
}

/// How instances of a class are made, if that is known and nothing has changed.
///
/// # Safety
///
/// A live class of the metaclass.
#[inline]
unsafe fn current<'py>(
    py: Python<'py>,
    class: *mut ffi::PyTypeObject,
) -> Option<Bound<'py, Construction>> {
    // SAFETY: the caller's promise; what is compared is borrowed and compared at once.
    unsafe {
        let construction = Words::of(class).construction(py)?;
        let known = construction.get();
        let holds = known.generation == GENERATION.load(Ordering::Relaxed)
            && lookup(class, intern!(py, "__init__")) == known.initializer.as_ptr()
            && lookup(class, intern!(py, "__new__")) == known.maker.as_ptr()
            && sets_attributes_itself(class)
            && is_called_as_types_are(class)
            && ffi::PyType_HasFeature(class, ffi::Py_TPFLAGS_IS_ABSTRACT) == 0;
        holds.then_some(construction)
    }
}

/// Make an instance with these values; `None`, before anything was done, if one is no field's.
///
/// # Safety
///
/// A live class whose construction this is; and arguments as for `construct`.
#[inline]
unsafe fn make<'py>(
    py: Python<'py>,
    class: *mut ffi::PyTypeObject,
    construction: &Construction,
    arguments: *const *mut ffi::PyObject,
    names: *mut ffi::PyObject,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let layout = construction.layout.get();
    // SAFETY: the caller's promise. The instance has this layout, and room for its values; nobody
    // else knows it until it is tracked, unless it has slots of the user's. A value is counted before it
    // is put in its place. Where Python code is called, the place is looked for anew after that.
    unsafe {
        let object = allocate(py, class, Some(&construction.layout))?;
        let stored = Stored::new_unchecked(object.as_borrowed());
        let mut is_tracked = false;
        let mut id = ffi::Py_None();
        if let Some(names) = NonNull::new(names) {
            let mut guess = 0;
            for index in 0..ffi::PyTuple_GET_SIZE(names.as_ptr()) {
                let name = ffi::PyTuple_GET_ITEM(names.as_ptr(), index);
                let value = *arguments.add(index as usize);
                let name = Borrowed::from_ptr(py, name);
                let Ok(name) = name.cast_exact::<PyString>() else {
                    return Ok(None);
                };
                let Some(place) = layout.place(&name, guess) else {
                    if name == "_id" {
                        id = value;
                        continue;
                    }
                    return Ok(None);
                };
                is_tracked |= may_be_in_cycle(py, value);
                release(stored.at(layout, place).replace(ffi::Py_NewRef(value)));
                guess = place + 1;
            }
        }
        if !(construction.converters.is_empty() && construction.factories.is_empty()) {
            is_tracked = true;
            call_functions(stored, construction)?;
        }
        if let Some(layout) = stored.layout() {
            let layout = layout.get();
            for (place, value) in construction.defaults.iter().enumerate().take(layout.len()) {
                let word = stored.at(layout, place);
                if (*word).is_null() {
                    is_tracked |= may_be_in_cycle(py, value.as_ptr());
                    word.write(ffi::Py_NewRef(value.as_ptr()));
                }
            }
        }
        if is_tracked {
            stored.track();
        }
        stored.set_origin(
            Bound::from_borrowed_ptr(py, id),
            PyBool::new(py, false).to_owned().into_any(),
        );
        Ok(Some(object))
    }
}

/// Turn given values into what is kept, and make those that are not given.
#[cold]
fn call_functions(stored: Stored<'_, '_>, construction: &Construction) -> PyResult<()> {
    let py = stored.py();
    let _call = Call::begin(py);
    let layout = &construction.layout;
    let names = layout.get().names();
    for (place, convert) in &construction.converters {
        if let (Some(Some(given)), Some(name)) =
            (stored.value_at(layout, *place), names.get(*place))
        {
            let kept = convert.bind(py).call1((given,))?;
            stored.put(name.bind(py), *place, Some(&kept))?;
        }
    }
    for (place, make) in &construction.factories {
        if let (Some(None), Some(name)) = (stored.value_at(layout, *place), names.get(*place)) {
            let made = make.bind(py).call0()?;
            stored.put(name.bind(py), *place, Some(&made))?;
        }
    }
    Ok(())
}

/// What `type.__call__` does.
///
/// # Safety
///
/// As for `construct`.
#[cold]
unsafe fn as_types_are_called(
    py: Python<'_>,
    class: *mut ffi::PyObject,
    arguments: *const *mut ffi::PyObject,
    unnamed: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    let collected = || -> PyResult<_> {
        // SAFETY: the caller's promise; what is taken of the arguments is counted.
        unsafe {
            let given = (0..unnamed).map(|at| Bound::from_borrowed_ptr(py, *arguments.add(at)));
            let given = PyTuple::new(py, given.collect::<Vec<_>>())?;
            let Some(names) = Bound::from_borrowed_ptr_or_opt(py, names) else {
                return Ok((given, None));
            };
            let named = PyDict::new(py);
            for (at, name) in names.cast::<PyTuple>()?.iter().enumerate() {
                let value = Bound::from_borrowed_ptr(py, *arguments.add(unnamed + at));
                named.set_item(name, value)?;
            }
            Ok((given, Some(named)))
        }
    };
    let (given, named) = match collected() {
        Ok(collected) => collected,
        Err(error) => return raised(py, Err::<(), _>(error), |()| null_mut()),
    };
    let named = named.as_ref().map_or(null_mut(), |named| named.as_ptr());
    // SAFETY: the class is alive, and so are the tuple and the dict.
    unsafe {
        // Every metaclass derives from `type`, which has one.
        match (*ffi::Py_TYPE(class)).tp_call.or(ffi::PyType_Type.tp_call) {
            Some(call) => call_by(call, class, given.as_ptr(), named),
            None => null_mut(),
        }
    }
}
