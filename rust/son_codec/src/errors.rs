//! The two ways to stop: an exception of a user's method, or "ask Python".

use pyo3::exceptions::PyException;
use pyo3::{PyErr, Python};

use crate::bson::{Malformed, TooLarge};

/// Why a document was not converted here.
pub(crate) enum Stop {
    /// A method of the user's raised, or the program is to end: this goes out as it is. In a box,
    /// since the results of all conversions carry room for it.
    Raised(Box<PyErr>),
    /// The native side will not go on; the Python side does this document, and finds the words.
    AskPython,
}

impl Stop {
    /// What a method of the user's raised.
    #[cold]
    pub(crate) fn raised(error: PyErr) -> Self {
        Self::Raised(Box::new(error))
    }
}

pub(crate) type Outcome<T> = Result<T, Stop>;

/// Whether an exception is an ordinary one, and not a wish that the program or a task may end
/// (`KeyboardInterrupt`, `SystemExit`, `CancelledError`), which nobody may swallow or wrap.
pub(crate) fn is_ordinary(error: &PyErr) -> bool {
    Python::attach(|py| error.is_instance_of::<PyException>(py))
}

/// Whatever fails in here of itself is for Python to say.
impl From<PyErr> for Stop {
    #[cold]
    fn from(error: PyErr) -> Self {
        if is_ordinary(&error) {
            Self::AskPython
        } else {
            Self::raised(error)
        }
    }
}

impl From<Malformed> for Stop {
    #[cold]
    fn from(_: Malformed) -> Self {
        Self::AskPython
    }
}

impl From<TooLarge> for Stop {
    #[cold]
    fn from(_: TooLarge) -> Self {
        Self::AskPython
    }
}
