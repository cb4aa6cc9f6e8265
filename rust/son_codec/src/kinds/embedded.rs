//! A document inside another. Twin of `fields/embedded_document_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::Value;
use crate::plan::{Arguments, Context, Field};

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

impl Kind for Embedded {
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
        match self.plan.and_then(|plan| context.plan_for(plan, value)) {
            Some(plan) if plan.validates => plan.is_valid(value, &context.deeper()?),
            _ => field.validate_in_python(value, context),
        }
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
        if value.is_none() {
            out.null(key)?;
            return Ok(());
        }
        match self.plan.and_then(|plan| context.plan_for(plan, value)) {
            Some(plan) if plan.writes => {
                out.key(kind::DOCUMENT, key)?;
                plan.write(value, None, out, &context.deeper()?)
            }
            _ => field.write_in_python(key, value, out, context),
        }
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        // Its values are validated as they are written.
        let plan = self.plan.and_then(|plan| context.plan_for(plan, value));
        let is_native = plan.is_some_and(|plan| plan.validates && plan.writes);
        if is_native || self.validate(value, field, context)? {
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
            (kind::DOCUMENT, Some(plan)) if plan.reads => {
                plan.read(element.as_document()?, &context.deeper()?)
            }
            _ => field.read_in_python(element, context),
        }
    }
}
