//! Lets the code ask for which version of Python it is compiled (`#[cfg(Py_3_14)]`).

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
