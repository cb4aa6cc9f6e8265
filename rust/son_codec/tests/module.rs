//! The extension as Python sees it.

use pyo3::prelude::*;
use son_codec::son_codec;

#[test]
fn the_module_offers_its_contract_and_nothing_else() {
    Python::attach(|py| {
        let module = pyo3::wrap_pymodule!(son_codec)(py).into_bound(py);
        assert_eq!(module.name().unwrap(), "_son_codec");
        let names: Vec<String> = module.index().unwrap().extract().unwrap();
        assert_eq!(names, ["CONTRACT"]);
        let contract: u32 = module.getattr("CONTRACT").unwrap().extract().unwrap();
        assert_eq!(contract, 0);
    });
}
