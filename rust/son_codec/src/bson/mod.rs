//! The wire format. Nothing in here knows of Python.

mod decimal128;
mod differences;
mod element;
mod key;
mod reader;
mod reply;
mod scalar;
mod writer;

pub(crate) use decimal128::Decimal128;
pub(crate) use differences::differences;
pub(crate) use element::{Element, kind};
pub(crate) use key::Key;
pub(crate) use reader::{Malformed, Reader, is_deeper_than, split_document};
pub(crate) use reply::{find_batch, find_document};
pub(crate) use scalar::Scalar;
pub(crate) use writer::{TooLarge, Writer};
