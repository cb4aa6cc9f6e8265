//! A document inside another. Twin of `fields/embedded_document_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Key, Writer, kind};
use crate::errors::{Outcome, Stop};
use crate::objects::Value;
use crate::plan::{Arguments, Field, World};

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
    fn is_empty(&self, value: Value<'_, '_>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    #[inline]
    fn validate(&self, value: Value<'_, '_>, field: &Field, world: &World<'_>) -> Outcome<bool> {
        if value.is_none() {
            return Ok(true);
        }
        match self.plan.and_then(|plan| world.plan_for(plan, value)) {
            Some(plan) if plan.validates => plan.is_valid(value, &world.deeper()?),
            _ => field.validate_in_python(value, world),
        }
    }

    #[inline]
    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if value.is_none() {
            out.null(key);
            return Ok(());
        }
        match self.plan.and_then(|plan| world.plan_for(plan, value)) {
            Some(plan) if plan.writes => {
                out.key(kind::DOCUMENT, key);
                plan.write(value, None, out, &world.deeper()?)
            }
            _ => field.write_in_python(key, value, out, world),
        }
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        let value = value.to_owned(); // validating may take it from the document
        let value = value.as_borrowed();
        // Its values are validated as they are written.
        let plan = self.plan.and_then(|plan| world.plan_for(plan, value));
        let is_native = plan.is_some_and(|plan| plan.validates && plan.writes);
        if is_native || self.validate(value, field, world)? {
            return self.write(key, value, field, out, world);
        }
        Err(Stop::AskPython)
    }

    #[inline]
    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let plan = self.plan.and_then(|plan| world.plans.get(plan));
        match (element.kind, plan) {
            (kind::NULL, _) => Ok(world.none()),
            (kind::DOCUMENT, Some(plan)) if plan.reads => {
                plan.read(element.as_document()?, &world.deeper()?)
            }
            _ => field.read_in_python(element, world),
        }
    }
}
