//! What becomes of the process: it is forked, it ends.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::IntoPyDict;

use crate::{new_ids, objects};

/// How many threads are in a call that may run Python code.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// How many such calls this thread is in: a user's method that one calls may make another.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Which calls daemon threads may not begin any more.
static REFUSED: AtomicU8 = AtomicU8::new(NO_CALLS);

const NO_CALLS: u8 = 0;
/// Those that are not made within another, which is to come to its end.
const OUTERMOST_CALLS: u8 = 1;
const ALL_CALLS: u8 = 2;

/// How long the end of the program is held up for calls that have begun; once more for those that make
/// others all the time.
const PATIENCE: Duration = Duration::from_secs(1);

/// A call that may run Python code.
///
/// When a program ends, Python before 3.14 ends the threads that are left as soon as they come back to
/// Python code, by unwinding their stacks. That may not go through Rust: it would end the process with
/// a signal. So the end waits for calls that have begun, with those that their methods make, and later
/// ones do not come back.
pub(crate) struct Call(());

impl Call {
    #[inline]
    pub(crate) fn begin(py: Python<'_>) -> Self {
        let depth = DEPTH.get();
        let refused = REFUSED.load(Ordering::Relaxed);
        if refused != NO_CALLS && (depth == 0 || refused == ALL_CALLS) && is_daemon(py) {
            if depth > 0 {
                end_of_outermost();
            }
            py.detach(|| {
                loop {
                    thread::park();
                }
            })
        }
        if depth == 0 {
            RUNNING.fetch_add(1, Ordering::Relaxed);
        }
        DEPTH.set(depth + 1);
        Self(())
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let depth = DEPTH.get() - 1;
        DEPTH.set(depth);
        if depth == 0 {
            end_of_outermost();
        }
    }
}

/// Make a call that may run Python code, at less cost than a `Call` has: nobody waits for it. A thread
/// that is ended in there stays in it for good, as all do since Python 3.14.
///
/// What is called has to be declared as a function that may unwind ("C-unwind").
#[inline(always)]
pub(crate) fn staying<T>(call: impl FnOnce() -> T) -> T {
    struct Stay;

    impl Drop for Stay {
        #[cold]
        fn drop(&mut self) {
            loop {
                thread::park();
            }
        }
    }

    let stay = Stay;
    let result = call();
    std::mem::forget(stay);
    result
}

/// Nothing needs to wait for this thread any more.
fn end_of_outermost() {
    // It is 0 already in a child that a method has forked.
    let less = |running: usize| running.checked_sub(1);
    let _ = RUNNING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
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
    // While this thread is attached, no other is between asking what is refused and being counted.
    REFUSED.store(OUTERMOST_CALLS, Ordering::Relaxed);
    py.detach(|| {
        wait_for_calls();
        // Calls that have not come to their end stop where they make the next one.
        REFUSED.store(ALL_CALLS, Ordering::Relaxed);
        wait_for_calls();
    });
}

fn wait_for_calls() {
    let end = Instant::now() + PATIENCE;
    while RUNNING.load(Ordering::Relaxed) > 0 && Instant::now() < end {
        thread::sleep(Duration::from_millis(1));
    }
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
