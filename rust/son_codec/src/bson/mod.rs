//! The wire format. Nothing in here knows of Python.

mod element;
mod reader;
mod writer;

pub use element::{Element, kind};
pub use reader::{Malformed, Reader, split_document};
pub use writer::Writer;
