//! The wire format. Nothing in here knows of Python.

mod element;
mod key;
mod reader;
mod reply;
mod writer;

pub use element::{Element, kind};
pub use key::Key;
pub use reader::{Malformed, Reader, is_deeper_than, split_document};
pub use reply::{Batch, find_batch};
pub use writer::{NoRoom, Writer};
