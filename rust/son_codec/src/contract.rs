//! The number of the contract that this build speaks; its twin is `extension.py`.

pub(crate) const CONTRACT: u32 = 33;
