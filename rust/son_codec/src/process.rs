//! What becomes of the process: it is forked, it ends.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::IntoPyDict;

use crate::{new_ids, objects};

/// How many calls that may run Python code are under way.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// How long the end of the program is held up for them.
const PATIENCE: Duration = Duration::from_secs(1);

/// A call that may run Python code.
///
/// When a program ends, Python before 3.14 ends the threads that are left as soon as they come back to
/// Python code, by unwinding their stacks. That may not go through Rust: it would end the process with
/// a signal. So the end waits for calls that have begun, and later ones do not come back.
pub(crate) struct Call(());

impl Call {
    #[inline]
    pub(crate) fn begin(py: Python<'_>) -> Self {
        if IS_ENDING.load(Ordering::Relaxed) && is_daemon(py) {
            py.detach(|| {
                loop {
                    thread::park();
                }
            })
        }
        RUNNING.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // It is 0 already in a child that a method has forked.
        let less = |running: usize| running.checked_sub(1);
        let _ = RUNNING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }
}

/// Whether the end of the program waits for no work of this thread.
fn is_daemon(py: Python<'_>) -> bool {
    let daemon = || {
        py.import(intern!(py, "threading"))?
            .call_method0(intern!(py, "current_thread"))?
            .getattr(intern!(py, "daemon"))?
            .is_truthy()
    };
    daemon().unwrap_or(false) // the last thread, when most of Python is gone
}

#[pyfunction]
fn at_exit(py: Python<'_>) {
    IS_ENDING.store(true, Ordering::Relaxed);
    let end = Instant::now() + PATIENCE;
    py.detach(|| {
        while RUNNING.load(Ordering::Relaxed) > 0 && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
    });
}

/// The child has the memory of its parent, and one of its threads.
#[pyfunction]
fn after_fork_in_child(py: Python<'_>) {
    RUNNING.store(0, Ordering::Relaxed);
    new_ids::forget();
    objects::resume_collector(py);
}

/// Have Python tell of forks and of the end.
pub(crate) fn watch(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let at_exit = wrap_pyfunction!(at_exit, module)?;
    py.import("atexit")?.call_method1("register", (at_exit,))?;
    let os = py.import("os")?;
    if os.hasattr("register_at_fork")? {
        let forked = wrap_pyfunction!(after_fork_in_child, module)?;
        let named = [("after_in_child", forked)].into_py_dict(py)?;
        os.getattr("register_at_fork")?.call((), Some(&named))?;
    }
    Ok(())
}
