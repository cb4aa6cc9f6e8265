//! The Python plan as Rust structs, and the conversion of one document by them.

mod compile;
mod document;
mod field;
mod world;

pub(crate) use compile::{Arguments, Compiler};
pub(crate) use document::Document;
pub(crate) use field::Field;
pub(crate) use world::{Memory, World};
