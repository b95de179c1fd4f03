//! Terms that are there for a moment.

#![expect(unsafe_code, reason = "makes a term of memory on the native stack")]

use smallvec::SmallVec;

use crate::abi::{Header, Kind, Word};

/// Shows the tuple of some elements to `look` without building it on a heap: it is gone when `look` returns. One of up to 15
/// elements takes no allocation.
pub fn with_tuple<R>(elements: &[Word], look: impl FnOnce(Word) -> R) -> R {
    let mut words: SmallVec<[Word; 16]> = SmallVec::with_capacity(elements.len() + 1);
    words.push(Word::header(Header::new(Kind::Tuple, elements.len())));
    words.extend_from_slice(elements);
    // SAFETY: a header and the words that it counts, which stay where they are until `look` has returned.
    look(unsafe { Word::boxed_at(words.as_ptr()) })
}
