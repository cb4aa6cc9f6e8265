//! The native side of aiomotorengine's door. Its Python twin is `codec/pure.py`.

pub mod bson;
mod codec;
mod contract;
mod deadline;
mod encoded_document;
mod errors;
mod interpreter;
mod kinds;
mod new_ids;
mod objects;
mod plan;
mod reply;
mod values;

/// What `import aiomotorengine._son_codec` gives.
///
/// `gil_used`: the codec reads lists and dicts of the user's while it goes through them; a
/// free-threaded interpreter turns the GIL on when it imports the module.
#[pyo3::pymodule(name = "_son_codec", gil_used = true)]
pub mod son_codec {
    use pyo3::prelude::*;

    #[pymodule_export]
    const CONTRACT: u32 = crate::contract::CONTRACT;
    #[pymodule_export]
    const IMPLEMENTATION: &str = "native";
    #[pymodule_export]
    use crate::codec::compile_plan;
    #[pymodule_export]
    use crate::encoded_document::wrap_many;
    #[pymodule_export]
    use crate::new_ids::new_object_ids;
    #[pymodule_export]
    use crate::reply::cut_reply;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        crate::interpreter::claim(py)?;
        // The driver takes nothing for a document that is no mutable mapping.
        let class = py.get_type::<crate::encoded_document::EncodedDocument>();
        py.import("collections.abc")?
            .getattr("MutableMapping")?
            .call_method1("register", (class,))?;
        Ok(())
    }
}
