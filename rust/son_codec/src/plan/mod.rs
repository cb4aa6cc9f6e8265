//! The Python plan as Rust structs, and the conversion of one document by them.

mod compile;
mod context;
mod discriminator;
mod document;
mod elements;
mod field;
mod noting;
mod part;
mod primary_key;
mod row;

pub(crate) use compile::{Arguments, Compiler};
pub(crate) use context::Context;
pub(crate) use document::{Beginning, Document, FieldValues, Stamp};
pub(crate) use field::Field;
pub(crate) use part::Part;
pub(crate) use primary_key::PrimaryKey;
pub(crate) use row::RowReader;
