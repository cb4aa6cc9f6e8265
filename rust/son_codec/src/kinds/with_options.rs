//! A kind with the options of a field (`fields/settings.py`). Fields without any have no such thing
//! in front of their kind.

use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PyInt, PyList, PyString, PyTuple, PyType};

use super::Kind;
use crate::bson::{Element, Key, Reader, TooLarge, Writer};
use crate::errors::{Outcome, Stop};
use crate::objects::{ListBuilder, Value, exact};
use crate::plan::{Context, Field};

pub(crate) struct WithOptions {
    kind: Box<dyn Kind>,
    rules: Option<Rules>,
    /// Whether nothing but `None` is empty.
    allows_empty: bool,
    /// Whether `None` is not stored at all.
    omits_none: bool,
}

/// What the options refuse, after the kind has taken a value (`RulesPlan` in `codec/plan.py`).
struct Rules {
    check: Py<PyAny>,
    /// Whether `None` may be refused.
    asks_of_none: bool,
    is_programs: bool,
    types: Vec<Py<PyType>>,
    choices: Option<Py<PyFrozenSet>>,
    least: usize,
    most: usize,
    is_all: bool,
}

impl WithOptions {
    /// A kind with what the plan of its field says; the kind itself where that is nothing.
    pub(crate) fn of(
        kind: Box<dyn Kind>,
        plan: &Bound<'_, PyAny>,
        is_item: bool,
    ) -> PyResult<Box<dyn Kind>> {
        let rules = plan.getattr("rules")?;
        let rules = if rules.is_none() {
            None
        } else {
            Some(Rules::of(&rules)?)
        };
        let allows_empty: bool = plan.getattr("allow_empty")?.extract()?;
        let omits_none = !is_item && plan.getattr("omits_none")?.extract::<bool>()?;
        if rules.is_none() && !allows_empty && !omits_none {
            return Ok(kind);
        }
        Ok(Box::new(Self {
            kind,
            rules,
            allows_empty,
            omits_none,
        }))
    }
}

impl Rules {
    fn of(plan: &Bound<'_, PyAny>) -> PyResult<Self> {
        let choices = plan.getattr("choices")?;
        let most: Option<usize> = plan.getattr("most")?.extract()?;
        Ok(Self {
            check: plan.getattr("check")?.unbind(),
            asks_of_none: plan.getattr("asks_of_none")?.extract()?,
            is_programs: plan.getattr("is_programs")?.extract()?,
            types: plan
                .getattr("types")?
                .cast_into::<PyTuple>()?
                .iter()
                .map(|class| Ok(class.cast_into::<PyType>()?.unbind()))
                .collect::<PyResult<_>>()?,
            choices: if choices.is_none() {
                None
            } else {
                Some(choices.cast_into::<PyFrozenSet>()?.unbind())
            },
            least: plan.getattr("least")?.extract()?,
            most: most.unwrap_or(usize::MAX),
            is_all: plan.getattr("is_all")?.extract()?,
        })
    }

    /// Whether it can be seen that a value breaks no rule, without running any Python code.
    fn know(&self, value: Value<'_, '_>) -> bool {
        if !self.is_all {
            return false;
        }
        let class = value.get_type_ptr();
        let is_of = |known: &Py<PyType>| std::ptr::eq(class, known.as_ptr().cast());
        if !self.types.is_empty() && !self.types.iter().any(is_of) {
            return false;
        }
        if let Some(choices) = &self.choices {
            // Texts and whole numbers are compared by their own methods, since those in the set are
            // of exactly these types, too.
            let is_plain =
                value.is_exact_instance_of::<PyString>() || value.is_exact_instance_of::<PyInt>();
            if !is_plain || !choices.bind(value.py()).contains(value).unwrap_or(false) {
                return false;
            }
        }
        if self.least == 0 && self.most == usize::MAX {
            return true;
        }
        let length = match (exact::<PyString>(value), exact::<PyList>(value)) {
            (Some(text), _) => text.code_point_len().ok(),
            (_, Some(list)) => Some(list.len()),
            _ => None,
        };
        length.is_some_and(|length| self.least <= length && length <= self.most)
    }

    /// Stops for a value that is refused: Python has the words.
    fn ask(&self, value: Value<'_, '_>) -> Outcome<()> {
        if (self.asks_of_none || !value.is_none()) && !self.know(value) {
            self.check.bind(value.py()).call1((value,))?;
        }
        Ok(())
    }
}

impl Kind for WithOptions {
    fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        if let Some(rules) = &self.rules {
            visit.call(&rules.check)?;
            for class in &rules.types {
                visit.call(class)?;
            }
            visit.call(rules.choices.as_ref())?;
        }
        self.kind.traverse(visit)
    }

    fn obeys(&self, value: Value<'_, '_>) -> Outcome<()> {
        self.rules.as_ref().map_or(Ok(()), |rules| rules.ask(value))
    }

    fn has_rules(&self) -> bool {
        self.rules.is_some()
    }

    fn has_programs_rules(&self) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.is_programs)
    }

    fn omits_none(&self) -> bool {
        self.omits_none
    }

    fn is_empty(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if self.allows_empty {
            return Ok(value.is_none());
        }
        self.kind.is_empty(value, field, context)
    }

    fn validate(
        &self,
        value: Value<'_, '_>,
        field: &Field,
        context: &Context<'_>,
    ) -> Outcome<bool> {
        if !self.kind.validate(value, field, context)? {
            return Ok(false);
        }
        self.obeys(value)?;
        Ok(true)
    }

    fn knows(&self, value: Value<'_, '_>, context: &Context<'_>) -> bool {
        let obeys = self.rules.as_ref().is_none_or(|rules| rules.know(value));
        obeys && self.kind.knows(value, context)
    }

    fn writes_null(&self) -> bool {
        !self.omits_none && self.kind.writes_null()
    }

    fn write_plain(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Result<bool, TooLarge> {
        if let Some(rules) = &self.rules
            && !rules.know(value)
        {
            return Ok(false);
        }
        self.kind.write_plain(key, value, out, context)
    }

    fn write(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        if self.omits_none && value.is_none() {
            return Ok(());
        }
        self.kind.write(key, value, field, out, context)
    }

    fn write_valid(
        &self,
        key: &Key,
        value: Value<'_, '_>,
        field: &Field,
        out: &mut Writer,
        context: &Context<'_>,
    ) -> Outcome<()> {
        // The rules come first here. Whatever is refused, by them or by the kind, is asked again by
        // Python, in the right order.
        self.obeys(value)?;
        if self.omits_none && value.is_none() {
            return if self.kind.validate(value, field, context)? {
                Ok(())
            } else {
                Err(Stop::AskPython)
            };
        }
        self.kind.write_valid(key, value, field, out, context)
    }

    fn parse<'py>(&self, text: &[u8], context: &Context<'py>) -> Option<Bound<'py, PyAny>> {
        self.kind.parse(text, context)
    }

    fn is_of_documents(&self) -> bool {
        self.kind.is_of_documents()
    }

    fn hashes(&self) -> bool {
        self.kind.hashes()
    }

    fn read<'py>(
        &self,
        element: &Element<'_>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        self.kind.read(element, field, context)
    }

    fn read_items<'py>(
        &self,
        items: Reader<'_>,
        list: &mut ListBuilder<'_, 'py>,
        field: &Field,
        context: &Context<'py>,
    ) -> Outcome<()> {
        self.kind.read_items(items, list, field, context)
    }
}
