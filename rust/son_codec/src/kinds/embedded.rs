//! A document inside another. Twin of `fields/embedded_document_field.py`.

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::{Value, exact};
use crate::plan::{Arguments, Context, Document, Field};
use crate::rows::Rows;

pub(super) struct Embedded {
    /// Where the plan of its class stands among the codec's plans.
    plan: Option<usize>,
}

impl Embedded {
    pub(super) fn new(arguments: &Arguments<'_, '_>) -> Self {
        Self {
            plan: arguments.embedded,
        }
    }
}

impl Embedded {
    /// The plan of the class of which a value is exactly, if it is one of this field's.
    #[inline]
    fn plan_of<'py>(&self, value: Value<'_, '_>, context: &Context<'py>) -> Option<&'py Document> {
        context.plan_for(self.plan?, value)
    }

    /// A mapping that is a row of the class.
    #[inline]
    fn row<'a, 'py>(
        &self,
        value: Value<'a, 'py>,
        context: &Context<'py>,
    ) -> Option<(&'py Rows<'py>, usize, Borrowed<'a, 'py, PyDict>)> {
        Some((context.rows?, self.plan?, exact::<PyDict>(value)?))
    }

    /// Write a value of which the plan is known, if it has one.
    #[inline(always)] // it has more arguments than registers take
    fn write_by_plan(
        &self,
        plan: Option<&Document>,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        match plan {
            // Python sets the dates of documents that are in rows, and the program sees them.
            Some(_) if context.rows.is_some_and(Rows::renews_dates) => Err(Stop::AskPython),
            Some(plan) if plan.writes => {
                out.key(kind::DOCUMENT, key)?;
                let id = plan.own_id(value)?;
                let id = id.as_ref().map(Bound::as_borrowed);
                plan.write(value, id, out, &context.deeper()?.of_documents())
            }
            None if value.is_none() => Ok(out.null(key)?),
            None if let Some((rows, plan, row)) = self.row(value, context) => {
                out.key(kind::DOCUMENT, key)?;
                rows.write(plan, &row, out, &context.deeper()?)
            }
            _ => field.write_in_python(key, value, out, context),
        }
    }
}

impl Kind for Embedded {
    fn is_of_documents(&self) -> bool {
        true
    }

    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &Context<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    #[inline]
    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            return Ok(true);
        }
        match self.plan_of(value, context) {
            Some(plan) if plan.validates => {
                plan.validate(value, &context.deeper()?.of_documents())?;
            }
            None if let Some((rows, plan, row)) = self.row(value, context) => {
                rows.validate(plan, &row, &context.deeper()?)?;
            }
            _ => return field.validate_in_python(value, context),
        }
        Ok(true)
    }

    #[inline]
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let plan = self.plan_of(value, context);
        self.write_by_plan(plan, key, value, field, out, context)
    }

    #[inline(always)] // into the loop over the items of a list
    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        let plan = self.plan_of(value, context);
        let is_native = match plan {
            Some(plan) => plan.validates && plan.writes,
            None => self.row(value, context).is_some(),
        };
        if is_native {
            // Its values are validated as they are written.
            return self.write_by_plan(plan, key, value, field, out, context);
        }
        if self.validate(value, field, context)? {
            return self.write(key, value, field, out, context);
        }
        Err(Stop::AskPython)
    }

    #[inline]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let plan = self.plan.and_then(|plan| context.plans.get(plan));
        match (element.kind, plan) {
            (kind::NULL, _) => Ok(context.none()),
            (kind::DOCUMENT, Some(plan)) => {
                let elements = element.as_document()?;
                let plan = plan.of_stored(&elements, context.plans)?;
                if !plan.reads {
                    if context.part.is_some() {
                        return Err(Stop::AskPython); // which takes away what is not read
                    }
                    return field.read_in_python(element, context);
                }
                plan.read(elements, &context.deeper()?)
            }
            _ => field.read_in_python(element, context),
        }
    }
}
