//! Any Python value to a BSON element, and the way back.

mod dates;
mod decode;
mod encode;
mod splice;
mod types;

pub(crate) use dates::{datetime_from_millis, millis_of};
pub(crate) use decode::decode;
pub(crate) use encode::{encode, write_text};
pub(crate) use types::{Options, Types};

/// How deep values may nest here before Python takes over, which has a limit and words for it. An
/// unoptimised build goes so deep on a thread with a stack of 256 KiB.
pub(crate) const DEEPEST: usize = 20;
