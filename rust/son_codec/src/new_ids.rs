//! New ObjectIds, many at once: by the second they are made in, five random bytes for the process,
//! and a counter, as MongoDB's specification asks.

use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use pyo3::exceptions::{PyMemoryError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyList;

use crate::objects::{ObjectIds, PausedCollector, list_of};
use crate::process::Call;
use crate::pure::pure;

/// How many different values the counter has.
const COUNTER: u32 = 1 << 24;

/// How many ids are taken at once for rows, some of which may have ids of their own.
const MOST_AT_ONCE: usize = 64;

/// Where the ids of this process come from.
struct Source {
    process: u32,
    random: [u8; 5],
    counter: u32,
    second: u32,
    /// How many were made in that second.
    made: u32,
}

static SOURCE: Mutex<Option<Source>> = Mutex::new(None);

impl Source {
    /// The source of a process, begun with random bytes.
    fn new(process: u32, random: [u8; 8]) -> Self {
        let [a, b, c, d, e, counter @ ..] = random;
        Self {
            process,
            random: [a, b, c, d, e],
            counter: u32::from_be_bytes([0, counter[0], counter[1], counter[2]]),
            second: 0,
            made: 0,
        }
    }

    fn next(&mut self, now: u32) -> [u8; 12] {
        if now > self.second {
            (self.second, self.made) = (now, 0);
        } else if self.made == COUNTER {
            // The counter has been around: ids stay unique by being of the next second already.
            (self.second, self.made) = (self.second.wrapping_add(1), 0);
        }
        self.made += 1;
        self.counter = (self.counter + 1) % COUNTER;
        let [t0, t1, t2, t3] = self.second.to_be_bytes();
        let [r0, r1, r2, r3, r4] = self.random;
        let [_, c0, c1, c2] = self.counter.to_be_bytes();
        [t0, t1, t2, t3, r0, r1, r2, r3, r4, c0, c1, c2]
    }
}

/// So many new ids.
#[pyfunction]
pub(crate) fn new_object_ids<'py>(py: Python<'py>, count: usize) -> PyResult<Bound<'py, PyList>> {
    let _call = Call::begin(py);
    static CLASS: PyOnceLock<Option<ObjectIds>> = PyOnceLock::new();
    let Some(class) = CLASS.get_or_try_init(py, || ObjectIds::find(py))? else {
        let made = pure(py)?.call_method1("new_object_ids", (count,))?;
        return Ok(made.cast_into()?);
    };
    let bytes = new_bytes(py, count)?;
    let _pause = PausedCollector::new(py, false);
    let ids = bytes.into_iter().map(|bytes| class.make(py, bytes));
    list_of(py, count, ids)
}

/// The id of a document that is written.
pub(crate) enum Id {
    Given(Py<PyAny>),
    /// The value of the primary key that its class declares, which the field stores in its form.
    Key(Py<PyAny>),
    /// The bytes of one that was made for it, of which nobody wants an object.
    New([u8; 12]),
}

/// The ids of documents that have none of their own, one after the other as they are wanted.
pub(crate) struct NewIds {
    bytes: std::vec::IntoIter<[u8; 12]>,
    /// How many are taken from the source at once.
    count: usize,
    /// The one for the next document, if it is not to be a new one.
    given: Option<Py<PyAny>>,
}

impl NewIds {
    pub(crate) fn for_so_many(count: usize) -> Self {
        Self {
            bytes: Vec::new().into_iter(),
            count: count.clamp(1, MOST_AT_ONCE),
            given: None,
        }
    }

    /// Give the document that comes next this id, if it has none of its own; a new one, without.
    #[inline]
    pub(crate) fn give(&mut self, id: Option<Py<PyAny>>) {
        self.given = id;
    }

    #[inline(always)]
    pub(crate) fn next(&mut self, py: Python<'_>) -> PyResult<Id> {
        if let Some(id) = self.given.take() {
            return Ok(Id::Given(id));
        }
        if let Some(bytes) = self.bytes.next() {
            return Ok(Id::New(bytes));
        }
        self.bytes = new_bytes(py, self.count)?.into_iter();
        self.bytes.next().map(Id::New).ok_or_else(broken)
    }
}

/// The bytes of so many new ids.
fn new_bytes(py: Python<'_>, count: usize) -> PyResult<Vec<[u8; 12]>> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |since| since.as_secs() as u32); // ids wrap around in 2106
    match take(count, now, None)? {
        Some(bytes) => Ok(bytes),
        None => {
            let random = py.import("os")?.call_method1("urandom", (8,))?;
            take(count, now, Some(random.extract()?))?.ok_or_else(broken)
        }
    }
}

/// The bytes of so many ids. `None` if this process has no source yet and no random bytes are given.
///
/// Nothing of Python may be called in here: whoever waited for the lock would keep the interpreter
/// from whoever has it.
fn take(count: usize, now: u32, random: Option<[u8; 8]>) -> PyResult<Option<Vec<[u8; 12]>>> {
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(count)
        .map_err(|_| PyMemoryError::new_err(()))?;
    let mut source = SOURCE.lock().map_err(|_| broken())?;
    // A process that was forked has the memory of its parent, and must not go on with it. Not every
    // fork is told of, and not every child has another number.
    let process = std::process::id();
    if source
        .as_ref()
        .is_none_or(|source| source.process != process)
    {
        match random {
            Some(random) => *source = Some(Source::new(process, random)),
            None => return Ok(None),
        }
    }
    let Some(source) = source.as_mut() else {
        return Err(broken());
    };
    bytes.extend((0..count).map(|_| source.next(now)));
    Ok(Some(bytes))
}

/// Begin anew: what was made of these random bytes is another process's.
pub(crate) fn forget() {
    if let Ok(mut source) = SOURCE.lock() {
        *source = None;
    }
}

fn broken() -> PyErr {
    PyRuntimeError::new_err("the source of ids is broken")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn source() -> Source {
        Source {
            process: 1,
            random: *b"abcde",
            counter: COUNTER - 3,
            second: 0,
            made: 0,
        }
    }

    #[test]
    fn an_id_is_time_then_random_bytes_then_a_counter() {
        let mut source = source();
        assert_eq!(
            &source.next(0x0102_0304),
            b"\x01\x02\x03\x04abcde\xFF\xFF\xFE"
        );
        assert_eq!(
            &source.next(0x0102_0304),
            b"\x01\x02\x03\x04abcde\xFF\xFF\xFF"
        );
        assert_eq!(&source.next(0x0102_0305), b"\x01\x02\x03\x05abcde\0\0\0");
    }

    #[test]
    fn more_ids_than_there_is_memory_for_do_no_harm() {
        assert!(take(usize::MAX, 0, Some([0; 8])).is_err());
        assert_eq!(take(2, 0, Some([0; 8])).unwrap().unwrap().len(), 2);
    }

    #[test]
    fn ids_stay_unique_when_the_counter_comes_round_and_the_clock_goes_back() {
        let mut source = source();
        source.made = COUNTER - 1_000; // as if so many had been made in this second
        source.second = 100;
        let ids: HashSet<_> = [100, 99, 100, 101]
            .into_iter()
            .flat_map(|now| (0..1_000).map(|_| source.next(now)).collect::<Vec<_>>())
            .collect();
        assert_eq!(ids.len(), 4_000);
        assert_eq!(source.second, 101);
    }
}
