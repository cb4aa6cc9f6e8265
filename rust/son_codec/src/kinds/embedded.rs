//! A document inside another. Twin of `fields/embedded_document_field.py`.

use pyo3::prelude::*;

use super::Kind;
use crate::bson::{Element, Writer, kind};
use crate::errors::{Outcome, Stop};
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
    fn is_empty(&self, value: &Bound<'_, PyAny>, _: &Field, _: &World<'_>) -> Outcome<bool> {
        Ok(value.is_none())
    }

    fn validate(
        &self,
        value: &Bound<'_, PyAny>,
        field: &Field,
        world: &World<'_>,
    ) -> Outcome<bool> {
        if value.is_none() {
            return Ok(true);
        }
        match self.plan.and_then(|plan| world.plan_for(plan, value)) {
            Some(plan) if plan.validates => plan.is_valid(value, &world.deeper()?),
            _ => field.validate_in_python(value, world),
        }
    }

    fn write(
        &self,
        key: &[u8],
        value: &Bound<'_, PyAny>,
        field: &Field,
        out: &mut Writer,
        world: &World<'_>,
    ) -> Outcome<()> {
        if value.is_none() {
            out.null(key);
            return Ok(());
        }
        match self.plan.and_then(|plan| world.plan_for(plan, value)) {
            Some(plan) if plan.writes && plan.values(value, world.py).is_ok() => {
                out.key(kind::DOCUMENT, key);
                plan.write(value, None, out, &world.deeper()?)
            }
            _ => field.write_in_python(key, value, out, world),
        }
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        world: &World<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match (
            element.kind,
            self.plan.and_then(|plan| world.plans.get(plan)),
        ) {
            (kind::NULL, _) => Ok(world.py.None().into_bound(world.py)),
            (kind::DOCUMENT, Some(plan)) if plan.reads => {
                match plan.read(element.as_document()?, &world.deeper()?) {
                    // It holds what its class does not declare; only this one goes to Python.
                    Err(Stop::AskPython) => field.read_in_python(element, world),
                    done => done,
                }
            }
            _ => field.read_in_python(element, world),
        }
    }
}
