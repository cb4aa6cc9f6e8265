//! When a call gives back what it has, so that its caller may let others run.

use std::time::{Duration, Instant};

/// Looking at the clock would cost a good part of what a small document does, so it is not done for
/// each.
const DOCUMENTS_BETWEEN_LOOKS: usize = 8;
const BYTES_BETWEEN_LOOKS: usize = 8 * 1024;

/// The end of a call's time.
pub(crate) struct Deadline {
    end: Option<Instant>,
    documents: usize,
    bytes: usize,
}

impl Deadline {
    /// One that comes after so many seconds, or never.
    pub(crate) fn after(seconds: Option<f64>) -> Deadline {
        let time = seconds.map(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)));
        Deadline {
            // Longer than a clock can tell is never.
            end: time.and_then(|time| Instant::now().checked_add(time.ok()?)),
            documents: 0,
            bytes: 0,
        }
    }

    /// Whether time is up, after one more document of so many bytes.
    pub(crate) fn is_over(&mut self, bytes: usize) -> bool {
        let Some(end) = self.end else {
            return false;
        };
        self.documents += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.documents < DOCUMENTS_BETWEEN_LOOKS && self.bytes < BYTES_BETWEEN_LOOKS {
            return false;
        }
        (self.documents, self.bytes) = (0, 0);
        Instant::now() >= end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_never_comes_is_never_over() {
        for never in [None, Some(f64::INFINITY), Some(1e300)] {
            let mut deadline = Deadline::after(never);
            assert!((0..1000).all(|_| !deadline.is_over(usize::MAX)));
        }
    }

    #[test]
    fn the_clock_is_looked_at_after_some_documents_or_some_bytes() {
        for past in [0.0, -1.0, f64::NAN] {
            let mut few = Deadline::after(Some(past));
            let small = (1..).find(|_| few.is_over(100));
            assert_eq!(small, Some(DOCUMENTS_BETWEEN_LOOKS));
            assert!(few.is_over(BYTES_BETWEEN_LOOKS));
        }
    }
}
