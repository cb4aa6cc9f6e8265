//! `StorageMeta`, the type of classes that know how their instances are laid out.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple, PyType};

use super::base_type::{allocate_by_layout, storage_type};
use super::calling::call_directly;
use super::construction::Construction;
use super::layout::Layout;
use super::setters::choose_setter;
use super::specification;
use super::trampoline::called_silently;

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The metaclass.
pub(crate) fn storage_metaclass(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    Ok(TYPE.get_or_try_init(py, || make(py))?.bind(py))
}

fn make(py: Python<'_>) -> PyResult<Py<PyType>> {
    let slots = [
        (ffi::Py_tp_traverse, traverse as *mut c_void),
        (ffi::Py_tp_clear, clear as *mut c_void),
        (ffi::Py_tp_dealloc, deallocate as *mut c_void),
    ];
    specification(
        py,
        c"aiomotorengine._son_codec.StorageMeta",
        word_offset() + size_of::<ClassData>(),
        ffi::Py_TPFLAGS_BASETYPE,
        &slots,
        Some(&py.get_type::<PyType>()),
    )
}

/// Where a class of the metaclass has its layout: behind what every class has.
#[inline]
fn word_offset() -> usize {
    // SAFETY: a plain read of a type that is always there; its size is fixed.
    unsafe { ffi::PyType_Type.tp_basicsize as usize }
}

/// What a class of the metaclass has more than others. Zeros mean "nothing", or "no".
#[repr(C)]
pub(super) struct ClassData {
    /// A counted `Layout`; never replaced by another.
    layout: Cell<*mut ffi::PyObject>,
    /// A counted `Construction`.
    construction: Cell<*mut ffi::PyObject>,
    /// A counted function that is asked before an instance gets an attribute which the class does not
    /// know.
    watcher: Cell<*mut ffi::PyObject>,
    /// Whether the class is there as long as its module.
    lasts: Cell<bool>,
}

impl ClassData {
    /// # Safety
    ///
    /// The class must be one of the metaclass, and live as long as what is returned.
    #[inline]
    pub(super) unsafe fn of<'a>(class: *mut ffi::PyTypeObject) -> &'a Self {
        // SAFETY: the caller's promise: such a class was made with room for these data.
        unsafe { &*class.byte_add(word_offset()).cast() }
    }

    pub(super) fn layout<'a>(&'a self, _: Python<'a>) -> Option<&'a Py<Layout>> {
        if self.layout.get().is_null() {
            return None;
        }
        // SAFETY: a `Layout` that the class counts for as long as it is there. `Py<Layout>` is a pointer
        // that is not NULL.
        Some(unsafe { &*self.layout.as_ptr().cast::<Py<Layout>>() })
    }

    #[inline]
    pub(super) fn construction<'py>(&self, py: Python<'py>) -> Option<Bound<'py, Construction>> {
        // SAFETY: NULL or a `Construction`, which is counted before anything else can happen.
        unsafe {
            Bound::from_borrowed_ptr_or_opt(py, self.construction.get())
                .map(|found| found.cast_into_unchecked())
        }
    }

    /// What is asked before an instance gets an attribute that the class does not know.
    pub(super) fn watcher<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        // SAFETY: NULL or an object, which is counted before anything else can happen.
        unsafe { Bound::from_borrowed_ptr_or_opt(py, self.watcher.get()) }
    }

    /// Whether the class is there as long as its module.
    #[inline]
    pub(super) fn lasts(&self) -> bool {
        self.lasts.get()
    }

    pub(super) fn set_lasting(&self, lasts: bool) {
        self.lasts.set(lasts);
    }

    pub(super) fn replace_construction(&self, construction: Bound<'_, Construction>) {
        let before = self.construction.replace(construction.into_ptr());
        // SAFETY: what was there is ours now.
        unsafe { ffi::Py_XDECREF(before) };
    }
}

/// The words of a class, if it is one of the metaclass.
pub(super) fn class_data<'a>(class: &'a Bound<'_, PyType>) -> Option<&'a ClassData> {
    // SAFETY: a class of the metaclass, borrowed for as long.
    is_of_metaclass(class.py(), class.as_type_ptr())
        .then(|| unsafe { ClassData::of(class.as_type_ptr()) })
}

#[inline]
pub(super) fn is_of_metaclass(py: Python<'_>, class: *mut ffi::PyTypeObject) -> bool {
    TYPE.get(py).is_some_and(|metaclass| {
        // SAFETY: two types that are alive.
        unsafe { ffi::PyType_IsSubtype(ffi::Py_TYPE(class.cast()), metaclass.as_ptr().cast()) != 0 }
    })
}

/// The layout of a class; `None` where its instances have their values in the `__dict__`.
///
/// # Safety
///
/// The class must be alive for as long as the layout is used.
#[inline]
pub(super) unsafe fn layout_of<'a>(
    py: Python<'a>,
    class: *mut ffi::PyTypeObject,
) -> Option<&'a Py<Layout>> {
    if !is_of_metaclass(py, class) {
        return None;
    }
    // SAFETY: a class of the metaclass; the rest is the caller's promise.
    unsafe { ClassData::of(class) }.layout(py)
}

/// Whether a class is there as long as its module. Instances of others must be known to the collector,
/// since each of them may be what its class is there for.
///
/// # Safety
///
/// The class must be alive.
#[inline]
pub(super) unsafe fn lasts(py: Python<'_>, class: *mut ffi::PyTypeObject) -> bool {
    // SAFETY: a class of the metaclass.
    is_of_metaclass(py, class) && unsafe { ClassData::of(class) }.lasts()
}

/// The layout of a class whose instances may be made without asking it, if it has exactly these names.
pub(crate) fn inline_layout(
    class: &Bound<'_, PyType>,
    names: &[&Py<PyString>],
) -> Option<Py<Layout>> {
    let py = class.py();
    // SAFETY: a live type; its flags are read. The layout is counted while the class is there.
    unsafe {
        if ffi::PyType_HasFeature(class.as_type_ptr(), ffi::Py_TPFLAGS_IS_ABSTRACT) != 0 {
            return None;
        }
        let layout = layout_of(py, class.as_type_ptr())?;
        let known = layout.get().names();
        let is_same = known.len() == names.len()
            && known.iter().zip(names).all(|(known, name)| known.is(*name));
        is_same.then(|| layout.clone_ref(py))
    }
}

/// Say which values the instances of a class have. Those that are there already are as they are.
#[pyfunction]
pub(crate) fn set_layout(class: &Bound<'_, PyType>, names: &Bound<'_, PyTuple>) -> PyResult<()> {
    let py = class.py();
    let is_storage = class.is_subclass(storage_type(py)?)?;
    let Some(data) = class_data(class).filter(|_| is_storage) else {
        return Err(PyTypeError::new_err(
            "only a class that derives from Storage, of the metaclass StorageMeta, has a layout",
        ));
    };
    let Some(layout) = Layout::of(class, names)? else {
        return Ok(());
    };
    let layout = Py::new(py, layout)?;
    // A layout that it has already stays, since it may be in use.
    if data.layout.get().is_null() {
        data.layout.set(layout.into_ptr());
        call_directly(class);
        allocate_by_layout(class);
        choose_setter(class);
    }
    Ok(())
}

/// Say that a class has another `__setattr__` or `__delattr__` than before.
#[pyfunction]
pub(crate) fn setter_changed(class: &Bound<'_, PyType>) {
    if class_data(class).is_some_and(|data| data.layout(class.py()).is_some()) {
        choose_setter(class);
    }
}

/// Say what is asked before an instance of a class gets an attribute that the class does not know.
#[pyfunction]
#[pyo3(signature = (class, function))]
pub(crate) fn watch_new_attributes(class: &Bound<'_, PyType>, function: Option<Bound<'_, PyAny>>) {
    if let Some(data) = class_data(class) {
        let function = function.map_or(null_mut(), Bound::into_ptr);
        let before = data.watcher.replace(function);
        // SAFETY: what was there is ours now.
        unsafe { ffi::Py_XDECREF(before) };
    }
}

unsafe extern "C" fn traverse(
    class: *mut ffi::PyObject,
    visit: ffi::visitproc,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the collector calls it for a class. A layout holds nothing that it looks at. The metaclass
    // is a heap type, which counts on those that it made to visit it.
    unsafe {
        let data = ClassData::of(class.cast());
        let (construction, watcher) = (data.construction.get(), data.watcher.get());
        for held in [ffi::Py_TYPE(class).cast(), construction, watcher] {
            if !held.is_null() {
                let stop = visit(held, argument);
                if stop != 0 {
                    return stop;
                }
            }
        }
        match ffi::PyType_Type.tp_traverse {
            Some(traverse) => traverse(class, visit, argument),
            None => 0,
        }
    }
}

unsafe extern "C" fn clear(class: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls it, attached, for a class that it keeps alive meanwhile; what it does for
    // classes has to be done.
    unsafe {
        called_silently(|_| {
            let data = ClassData::of(class.cast());
            ffi::Py_XDECREF(data.construction.replace(null_mut()));
            ffi::Py_XDECREF(data.watcher.replace(null_mut()));
        });
        match ffi::PyType_Type.tp_clear {
            Some(clear) => clear(class),
            None => 0,
        }
    }
}

unsafe extern "C" fn deallocate(class: *mut ffi::PyObject) {
    // SAFETY: Python calls it once, attached, for a class that nobody counts any more, tracked as what
    // it does for classes expects it. A heap type is counted by those that it made.
    unsafe {
        let metaclass = ffi::Py_TYPE(class);
        called_silently(|_| {
            let data = ClassData::of(class.cast());
            ffi::Py_XDECREF(data.construction.replace(null_mut()));
            ffi::Py_XDECREF(data.watcher.replace(null_mut()));
            ffi::Py_XDECREF(data.layout.replace(null_mut()));
        });
        if let Some(deallocate) = ffi::PyType_Type.tp_dealloc {
            deallocate(class);
        }
        ffi::Py_DECREF(metaclass.cast());
    }
}
