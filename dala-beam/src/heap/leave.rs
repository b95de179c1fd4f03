//! Leaving memory that is about to be freed: a persistent term that was erased.
//!
//! Heaps point into such memory freely, as they do into literals. Before it is freed each heap copies out what it still
//! points to (OTP's literal collector does the same). The memory itself is only read, since other heaps read it too.

#![expect(unsafe_code, reason = "walks and updates raw heap memory")]

use std::ops::Range;

use dala_ir::abi::Word;
use dala_ir::term::copy_term;
use hashbrown::HashMap;

use super::heap::Heap;
use super::literals::is_literal;

impl Heap {
    /// Copies everything within `memory` (addresses) that heap, stack or `roots` point to into this heap. Says whether
    /// there was any; then the caller makes a major collection before it runs on, since old objects may point to new
    /// ones.
    pub(crate) fn leave_memory(&mut self, memory: &Range<usize>, roots: &mut [&mut [Word]]) -> bool {
        let mut slots = Vec::new();
        // Copies go into fragments or to the end of the block, and hold nothing of the memory: what is there now is
        // all there is to look at.
        let runs: Vec<(*mut Word, *mut Word)> =
            [(self.context.base, self.context.hp), (self.old.start(), self.old_top)]
                .into_iter()
                .chain(self.fragments.iter().map(|fragment| (fragment.start, fragment.used)))
                .collect();
        for (start, end) in runs {
            let mut at = start;
            while at < end {
                // SAFETY: within a run of whole objects (see the module docs of `heap`, "Walkable memory").
                let word = unsafe { *at };
                let mut step = 1;
                match word.as_header() {
                    Some(header) if header.kind().is_raw() => step += header.words(),
                    Some(_) => {}
                    None if lies_in(word, memory) => slots.push(at),
                    None => {}
                }
                at = at.wrapping_add(step);
            }
        }
        for index in 0..self.context.stack_words() {
            let at = self.context.sp.wrapping_add(index);
            // SAFETY: sp..top are initialised words of the block.
            if lies_in(unsafe { *at }, memory) {
                slots.push(at);
            }
        }
        for root in roots.iter_mut().flat_map(|words| words.iter_mut()) {
            if lies_in(*root, memory) {
                slots.push(root);
            }
        }
        // A term that many slots share is copied once.
        let mut copies: HashMap<u64, Word> = HashMap::new();
        for &slot in &slots {
            // SAFETY: a slot found above: nothing was moved since.
            let word = unsafe { *slot };
            let copy = *copies.entry(word.to_bits()).or_insert_with(|| copy_term(word, self, is_literal));
            // SAFETY: as above; the copy is a valid word of this heap.
            unsafe { *slot = copy };
        }
        !slots.is_empty()
    }
}

fn lies_in(word: Word, memory: &Range<usize>) -> bool {
    word.pointer().is_some_and(|pointer| memory.contains(&(pointer as usize)))
}

#[cfg(test)]
mod tests {
    use dala_ir::term::{OwnedTerm, TermWriter, tuple_elements};

    use super::*;
    use crate::heap::HeapOptions;

    #[test]
    fn what_points_into_the_memory_is_copied_and_the_rest_stays() {
        let mut heap = Heap::new(HeapOptions::default());
        let shared = OwnedTerm::build(|scratch| {
            let inner = scratch.tuple(&[Word::small_int(7)]);
            scratch.tuple(&[inner, inner])
        });
        let memory = shared.memory().expect("a tuple takes memory");
        let kept = heap.cons(shared.root(), Word::NIL);
        let inner = tuple_elements(shared.root()).unwrap()[0];
        let both = heap.tuple(&[inner, shared.root(), kept]);
        heap.push(&[Word::small_int(0), both]);
        let mut roots = [shared.root()];
        assert!(heap.leave_memory(&memory, &mut [&mut roots]));
        assert!(!heap.leave_memory(&memory, &mut [&mut roots]), "all of it was left");
        heap.collect_major(0, &mut [&mut roots]).unwrap();
        drop(shared);
        let &[.., both, _] = heap.stack() else { panic!("two words were pushed") };
        let both = if tuple_elements(both).is_some() { both } else { heap.stack()[0] };
        let elements = tuple_elements(both).unwrap();
        assert_eq!(tuple_elements(elements[0]), Some(&[Word::small_int(7)][..]));
        assert_eq!(elements[1], roots[0], "a shared term is copied once");
    }
}
