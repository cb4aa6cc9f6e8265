//! The number of the contract that this build speaks; its twin is `codec/contract.py`.

pub(crate) const CONTRACT: u32 = 6;
