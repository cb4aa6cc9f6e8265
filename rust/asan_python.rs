//! The `python` command as a Rust program.
//!
//! An extension that is built with `-Zsanitizer=address` takes the sanitizer's runtime from the
//! program that loads it, and rustc links that runtime into programs only. So the tests of the
//! extension need a Python that rustc has linked; `rust/memory_checks.py` compiles this one.

use std::env::args_os;
use std::ffi::{CString, c_char, c_int};
use std::os::unix::ffi::OsStringExt;
use std::process::exit;

unsafe extern "C" {
    fn Py_BytesMain(count: c_int, arguments: *const *const c_char) -> c_int;
}

fn main() {
    let arguments: Vec<CString> = args_os()
        .map(|argument| CString::new(argument.into_vec()).expect("the system ends them with NUL"))
        .collect();
    let mut pointers: Vec<*const c_char> = arguments.iter().map(|text| text.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: `argv` as C wants it, NULL at the end, and it outlives the call.
    exit(unsafe { Py_BytesMain(arguments.len() as c_int, pointers.as_ptr()) });
}
