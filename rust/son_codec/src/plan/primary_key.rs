//! The primary key that a class declares. A document has its value as the `_id`, in the form in which
//! it is stored; here are those that a field stores, and reads, as they are.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use super::{Context, Field};
use crate::bson::Writer;
use crate::errors::{Outcome, Stop};
use crate::objects::Value;

pub(crate) struct PrimaryKey {
    pub(crate) field: Field,
    /// The types of which values are stored, and read, as they are.
    kept_types: Vec<Py<PyType>>,
    /// Makes the key of a document that is given none, as it is read.
    pub(crate) make: Option<Py<PyAny>>,
    /// Whether a document without one is given a new `ObjectId`.
    may_be_missing: bool,
}

impl PrimaryKey {
    /// The first argument is a `KeyPlan`, and the second what became of the plan of its field.
    pub(super) fn compile(plan: &Bound<'_, PyAny>, field: Field) -> PyResult<Self> {
        let types = plan.getattr("kept_types")?.cast_into::<PyTuple>()?;
        let make = plan.getattr("make")?;
        Ok(Self {
            field,
            kept_types: types
                .iter()
                .map(|class| Ok(class.cast_into::<PyType>()?.unbind()))
                .collect::<PyResult<_>>()?,
            make: (!make.is_none()).then(|| make.unbind()),
            may_be_missing: plan.getattr("may_be_missing")?.extract()?,
        })
    }

    /// Stops unless it can be seen that the document with this value for its key may be saved.
    #[inline]
    pub(crate) fn validate(&self, id: Value<'_, '_>, context: &Context<'_>) -> Outcome<()> {
        let class = id.get_type_ptr();
        let is_kept = |known: &Py<PyType>| std::ptr::eq(class, known.as_ptr().cast());
        let is_judged_here =
            self.kept_types.iter().any(is_kept) || (self.may_be_missing && id.is_none());
        if is_judged_here && (self.field.knows(id, context) || self.field.accepts(id, context)?) {
            return Ok(());
        }
        Err(Stop::AskPython)
    }

    /// Write the key of a row, given or made, which `validate` has let through.
    #[inline(never)] // most classes declare none
    pub(crate) fn write(
        &self,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if self.field.write_plain(value, out, context)? {
            return Ok(());
        }
        self.field.write(value, out, context)
    }

    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.field.traverse(visit)?;
        for class in &self.kept_types {
            visit.call(class)?;
        }
        visit.call(self.make.as_ref())
    }
}
