//! Any Python value to a BSON element, and the way back.

mod decode;
mod encode;
mod options;
mod splice;
mod types;

pub(crate) use decode::decode;
pub(crate) use encode::encode;
pub(crate) use options::Options;
pub(crate) use types::{Types, UUID_SUBTYPE};
