//! The extension as Python sees it.

use pyo3::prelude::*;
use son_codec::son_codec;

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
                "IMPLEMENTATION",
                "compile_plan",
                "cut_reply",
                "new_object_ids",
                "wrap_many"
            ]
        );
        let implementation: String = module.getattr("IMPLEMENTATION").unwrap().extract().unwrap();
        assert_eq!(implementation, "native");
    });
}
