//! The native codec of aiomotorengine. Its Python twin is `codec/pure.py`.

mod bson;
mod codec;
mod contract;
mod deadline;
mod decoder;
mod document_error;
mod encoded_document;
mod errors;
mod interpreter;
mod kinds;
mod new_ids;
mod objects;
mod plan;
mod process;
mod pure;
mod raw_values;
mod reply;
mod rows;
mod storage;
mod values;

/// What `import aiomotorengine._son_codec` gives.
///
/// `gil_used`: the codec reads lists and dicts of the user's while it goes through them; a
/// free-threaded interpreter turns the GIL on when it imports the module.
#[pyo3::pymodule(name = "_son_codec", gil_used = true)]
mod son_codec {
    use pyo3::prelude::*;

    #[pymodule_export]
    const CONTRACT: u32 = crate::contract::CONTRACT;
    #[pymodule_export]
    const IMPLEMENTATION: &str = "native";
    #[pymodule_export]
    use crate::codec::compile_plan;
    #[pymodule_export]
    use crate::decoder::compile_decoder;
    #[pymodule_export]
    use crate::encoded_document::wrap_many;
    #[pymodule_export]
    use crate::new_ids::new_object_ids;
    #[pymodule_export]
    use crate::raw_values::{differing_values, raw_values};
    #[pymodule_export]
    use crate::reply::{cut_found, cut_reply};
    #[pymodule_export]
    use crate::storage::{
        classes_of, forget_constructions, initializer, origins_of, others, set_construction,
        set_lasting, set_layout, set_origins, setter_changed, take_values, value, values_of,
        watch_new_attributes,
    };

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        crate::interpreter::claim(py)?;
        crate::process::watch(module)?;
        crate::storage::add_types(module)?;
        // The driver takes nothing for a document that is no mutable mapping.
        let class = py.get_type::<crate::encoded_document::EncodedDocument>();
        py.import("collections.abc")?
            .getattr("MutableMapping")?
            .call_method1("register", (class,))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use pyo3::prelude::*;

    use super::son_codec;

    #[test]
    fn the_module_offers_what_the_contract_names_and_nothing_else() {
        Python::attach(|py| {
            let module = pyo3::wrap_pymodule!(son_codec)(py).into_bound(py);
            assert_eq!(module.name().unwrap(), "_son_codec");
            let mut names: Vec<String> = module.index().unwrap().extract().unwrap();
            names.sort();
            assert_eq!(
                names,
                [
                    "CONTRACT",
                    "FieldDescriptor",
                    "IMPLEMENTATION",
                    "Storage",
                    "StorageMeta",
                    "classes_of",
                    "compile_decoder",
                    "compile_plan",
                    "cut_found",
                    "cut_reply",
                    "differing_values",
                    "forget_constructions",
                    "initializer",
                    "new_instance",
                    "new_object_ids",
                    "origins_of",
                    "others",
                    "raw_values",
                    "set_construction",
                    "set_lasting",
                    "set_layout",
                    "set_origins",
                    "setter_changed",
                    "take_values",
                    "value",
                    "values_of",
                    "watch_new_attributes",
                    "wrap_many"
                ]
            );
            let implementation: String =
                module.getattr("IMPLEMENTATION").unwrap().extract().unwrap();
            assert_eq!(implementation, "native");
        });
    }
}
