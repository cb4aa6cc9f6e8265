//! Any Python value to a BSON element, and the way back.

mod decode;
mod encode;
mod options;
mod pass;
mod splice;
mod types;

pub(crate) use decode::{decode, decode_document};
pub(crate) use encode::encode;
pub(crate) use options::Options;
pub(crate) use pass::{pass_over, pass_over_unknown};
pub(crate) use types::{Types, UUID_SUBTYPE};
