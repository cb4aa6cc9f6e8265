//! The native side of aiomotorengine's door. Its Python twin is `codec/pure.py`.

mod contract;

/// The native codec of aiomotorengine. Programs use `aiomotorengine.codec`, not this module.
// gil_used: a codec reads the user's lists and dicts through borrowed references, and it is the GIL
// that keeps those alive. A free-threaded interpreter turns it on when it imports the module.
#[pyo3::pymodule(name = "_son_codec", gil_used = true)]
pub mod son_codec {
    #[pymodule_export]
    const CONTRACT: u32 = crate::contract::CONTRACT;
}
