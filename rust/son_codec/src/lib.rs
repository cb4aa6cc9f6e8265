//! The native side of aiomotorengine's door. Its Python twin is `codec/pure.py`.

pub mod bson;
mod codec;
mod contract;
mod errors;
mod kinds;
mod plan;
mod values;

/// What `import aiomotorengine._son_codec` gives.
///
/// `gil_used`: the codec reads lists and dicts of the user's while it goes through them; a
/// free-threaded interpreter turns the GIL on when it imports the module.
#[pyo3::pymodule(name = "_son_codec", gil_used = true)]
pub mod son_codec {
    #[pymodule_export]
    const CONTRACT: u32 = crate::contract::CONTRACT;
    #[pymodule_export]
    const IMPLEMENTATION: &str = "native";
    #[pymodule_export]
    use crate::codec::compile_plan;
}
