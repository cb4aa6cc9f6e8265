//! The number of the contract that this build speaks; its twin is `codec/contract.py`.

/// 0: there is no codec in here yet, so the door refuses the extension and stays with Python.
pub(crate) const CONTRACT: u32 = 0;
