//! How instances of a class are made, for classes that are filled as the library fills them.
//!
//! What that takes is written down for each class (`documents/conversion.py`) and holds until a method
//! of a field or of a class changes anywhere. Whatever is not as it was then goes another way.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use pyo3::ffi;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyType};

use super::allocation::allocate;
use super::base_type::has_finalizer;
use super::calls::release;
use super::cycles::may_be_in_cycle;
use super::instance::Stored;
use super::layout::Layout;
use super::lookup::lookup;
use super::metaclass::{ClassData, class_data};
use super::setters::has_no_own_setter;
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
    /// The number that the class had when all was as written down here. Python gives a class another
    /// one when anything of it or of its bases has changed, and never one twice; 0 is none.
    version: AtomicU32,
    /// Whether its own `__init__` or `__new__` runs, so that it can only fill what that has made.
    pub(super) has_own_constructor: bool,
    pub(super) layout: Py<Layout>,
    /// What the class had as `__init__` and `__new__` when this was written down.
    initializer: Py<PyAny>,
    maker: Py<PyAny>,
    /// What each value is that is not given, by index.
    pub(super) defaults: Vec<Py<PyAny>>,
    /// What a given value is turned into, by index.
    pub(super) converters: Vec<(usize, Py<PyAny>)>,
    /// What makes a value that is not given, by index.
    pub(super) factories: Vec<(usize, Py<PyAny>)>,
}

impl Construction {
    /// Whether a value given for an index is turned into another one.
    #[inline]
    pub(super) fn converts(&self, index: usize) -> bool {
        self.converters
            .iter()
            .any(|(converted, _)| *converted == index)
    }
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

/// Write down whether a class is there as long as its module.
#[pyfunction]
pub(crate) fn set_lasting(class: &Bound<'_, PyType>, lasts: bool) {
    if let Some(data) = class_data(class) {
        data.set_lasting(lasts);
    }
}

/// Write down how instances of a class are made.
#[pyfunction]
pub(crate) fn set_construction(
    class: &Bound<'_, PyType>,
    has_own_constructor: bool,
    defaults: &Bound<'_, PyDict>,
    converters: ByName<'_>,
    factories: ByName<'_>,
) -> PyResult<()> {
    let py = class.py();
    let Some(data) = class_data(class) else {
        return Ok(());
    };
    let Some(layout) = data.layout(py) else {
        return Ok(());
    };
    let place_all = |functions: ByName<'_>| -> Option<Vec<_>> {
        let placed = functions
            .into_iter()
            .map(|(name, function)| Some((layout.get().index_of(&name, 0)?, function)));
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
        version: AtomicU32::new(0),
        has_own_constructor,
        layout: layout.clone_ref(py),
        initializer: class.getattr(intern!(py, "__init__"))?.unbind(),
        maker: class.getattr(intern!(py, "__new__"))?.unbind(),
        defaults: in_order,
        converters,
        factories,
    };
    data.replace_construction(Py::new(py, construction)?.into_bound(py));
    Ok(())
}

/// How instances of a class are made, if that is known and nothing has changed. Not for a class with a
/// `__del__`, which may be called only for what was an instance to the program.
///
/// # Safety
///
/// A live class of the metaclass, which is not abstract, and is called as types are.
#[inline]
pub(super) unsafe fn construction_of<'py>(
    py: Python<'py>,
    class: *mut ffi::PyTypeObject,
) -> Option<Bound<'py, Construction>> {
    // SAFETY: the caller's promise; what is compared is borrowed and compared at once.
    unsafe {
        let construction = written_down(py, class)?;
        let known = construction.get();
        let version = (*class).tp_version_tag;
        if version != 0 && version == known.version.load(Ordering::Relaxed) {
            return Some(construction);
        }
        let holds = !known.has_own_constructor
            && has_no_own_setter(class)
            && !has_finalizer(class)
            && lookup(class, intern!(py, "__init__").as_ptr()) == known.initializer.as_ptr()
            && lookup(class, intern!(py, "__new__").as_ptr()) == known.maker.as_ptr();
        if holds {
            // It has one now, if it may have one: Python gives it when something is looked up.
            let version = (*class).tp_version_tag;
            known.version.store(version, Ordering::Relaxed);
        }
        holds.then_some(construction)
    }
}

/// The same for new instances that there are already.
///
/// # Safety
///
/// A live class of the metaclass.
#[inline]
pub(super) unsafe fn filling_of<'py>(
    py: Python<'py>,
    class: *mut ffi::PyTypeObject,
) -> Option<Bound<'py, Construction>> {
    // SAFETY: the caller's promise.
    unsafe { written_down(py, class).filter(|_| has_no_own_setter(class)) }
}

/// What was written down for a class, if it may hold still.
///
/// # Safety
///
/// A live class of the metaclass.
#[inline]
unsafe fn written_down<'py>(
    py: Python<'py>,
    class: *mut ffi::PyTypeObject,
) -> Option<Bound<'py, Construction>> {
    // SAFETY: the caller's promise.
    let construction = unsafe { ClassData::of(class) }.construction(py)?;
    let is_current = construction.get().generation == GENERATION.load(Ordering::Relaxed);
    is_current.then_some(construction)
}

/// Make an instance with these values; `None` if one is no field's: then nobody has seen what was begun.
///
/// # Safety
///
/// A live class whose construction this is; and arguments as for `construct`.
#[inline]
pub(super) unsafe fn make<'py>(
    py: Python<'py>,
    class: *mut ffi::PyTypeObject,
    construction: &Construction,
    arguments: *const *mut ffi::PyObject,
    names: *mut ffi::PyObject,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let layout = construction.layout.get();
    // SAFETY: the caller's promise. The instance has this layout, and room for its values; nobody
    // else knows it until it is tracked, unless it has slots of the user's. A value is counted before it
    // is put in its place. Where Python code is called, the index is looked for anew after that.
    unsafe {
        let object = allocate(py, class, Some(&construction.layout))?;
        let stored = Stored::new_unchecked(object.as_borrowed());
        let mut is_tracked = false;
        let mut id = ffi::Py_None();
        let mut given = 0;
        if let Some(names) = NonNull::new(names) {
            let mut guess = 0;
            for index in 0..ffi::PyTuple_GET_SIZE(names.as_ptr()) {
                let name = ffi::PyTuple_GET_ITEM(names.as_ptr(), index);
                let value = *arguments.add(index as usize);
                let name = Borrowed::from_ptr(py, name);
                let Ok(name) = name.cast_exact::<PyString>() else {
                    return Ok(None);
                };
                let Some(index) = layout.index_of(&name, guess) else {
                    if name == "_id" {
                        id = value;
                        continue;
                    }
                    return Ok(None);
                };
                is_tracked |= may_be_in_cycle(py, value);
                release(stored.at(layout, index).replace(ffi::Py_NewRef(value)));
                guess = index + 1;
                given += 1;
            }
        }
        if !(construction.converters.is_empty() && construction.factories.is_empty()) {
            is_tracked = true;
            call_functions(stored, construction)?;
        }
        if given < layout.len() {
            stored.fill_empty(&construction.layout, &construction.defaults);
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
    for (index, convert) in &construction.converters {
        if let (Some(Some(given)), Some(name)) =
            (stored.value_at(layout, *index), names.get(*index))
        {
            let kept = convert.bind(py).call1((given,))?;
            stored.put(name.bind(py), *index, &kept)?;
        }
    }
    for (index, make) in &construction.factories {
        if let (Some(None), Some(name)) = (stored.value_at(layout, *index), names.get(*index)) {
            let made = make.bind(py).call0()?;
            stored.put(name.bind(py), *index, &made)?;
        }
    }
    Ok(())
}
