//! Copying literals out: what a process has of a module's literals moves into its heap, so that they can be freed (as OTP
//! does it, `erts_literal_area_collector`).
//!
//! A collection comes first, since only what it leaves is known to be whole objects. Words that refer to literals then get
//! copies, each object of a literal one, and all that lives becomes old: an old object that has a copy would else refer to a young one.

#![expect(unsafe_code, reason = "changes words of the heap in place")]

use dala_ir::abi::Word;
use dala_ir::term::{TermWriter, copy_term, view};
use hashbrown::HashMap;

use super::collect::words_between;
use super::heap::{Heap, HeapLimit};
use super::literals::FreeableLiterals;

impl Heap {
    /// Copies what the process has of `literals` into its heap. `roots` are all words outside heap and stack that keep
    /// something alive; the process is suspended. Returns how many words referred to one.
    ///
    /// # Errors
    /// As [`Heap::collect`], and when there is no memory for the copies. Words may refer to literals then as before.
    pub fn copy_out(
        &mut self,
        literals: &FreeableLiterals,
        roots: &mut [&mut [Word]],
    ) -> Result<usize, HeapLimit> {
        self.collect_major(0, roots)?;
        debug_assert!(self.fragments.is_empty(), "they were just collected");
        let mut slots = Vec::new();
        let mut note = |slot: *mut Word| {
            // SAFETY: a word of the stack, of a root, or of an object of this heap, which the collection left.
            let word = unsafe { *slot };
            if word.pointer().is_some_and(|object| literals.contains(object)) {
                slots.push((slot, word));
            }
        };
        let (base, hp, sp) = (self.context.base, self.context.hp, self.context.sp);
        let stack = (0..self.context.stack_words()).map(|index| sp.wrapping_add(index));
        stack
            .chain(roots.iter_mut().flat_map(|words| words.iter_mut().map(std::ptr::from_mut)))
            .for_each(&mut note);
        // SAFETY: a collection leaves whole objects, one behind the other, from the beginning of both generations on.
        unsafe {
            for_each_word(base, hp, &mut note);
            for_each_word(self.old.start(), self.old_top, &mut note);
        }
        let mut copies = Copies { heap: self, literals, made: HashMap::new(), pending: Vec::new() };
        for &(slot, literal) in &slots {
            let copy = copies.of(literal);
            // SAFETY: as above; building copies moves nothing.
            unsafe { *slot = copy };
        }
        if !slots.is_empty()
            && let Err(error) = self.settle(roots)
        {
            for &(slot, literal) in &slots {
                // SAFETY: nothing was moved.
                unsafe { *slot = literal };
            }
            return Err(error.into());
        }
        Ok(slots.len())
    }
}

/// Copies of objects of literals: one of each, however many words refer to it, so that they never take more than the literals.
struct Copies<'a> {
    heap: &'a mut Heap,
    literals: &'a FreeableLiterals,
    /// By the word that refers to the literal's object.
    made: HashMap<u64, Word>,
    /// Words of copies that may still refer to literals.
    pending: Vec<(*mut Word, usize)>,
}

impl Copies<'_> {
    /// The copy of what `word` refers to, with all that it holds.
    fn of(&mut self, word: Word) -> Word {
        let copy = self.of_one(word);
        while let Some((start, words)) = self.pending.pop() {
            for index in 0..words {
                let slot = start.wrapping_add(index);
                // SAFETY: a word of a copy that was just made and is whole.
                let held = unsafe { *slot };
                if held.pointer().is_some_and(|object| self.literals.contains(object)) {
                    let copy = self.of_one(held);
                    // SAFETY: as above.
                    unsafe { *slot = copy };
                }
            }
        }
        copy
    }

    /// The copy of the one object that `word` refers to.
    fn of_one(&mut self, word: Word) -> Word {
        if let Some(&copy) = self.made.get(&word.to_bits()) {
            return copy;
        }
        let copy = match (view::cell(word), view::boxed(word)) {
            (Some(cell), _) => {
                let copy = self.write(cell);
                // SAFETY: two words of a cons cell were just written there.
                unsafe { Word::cons_at(copy) }
            }
            (None, Some((header, payload))) if !header.kind().is_raw() => {
                let object = [&[Word::header(header)], payload].concat();
                let copy = self.write(&object);
                // SAFETY: a header and its payload were just written there.
                unsafe { Word::boxed_at(copy) }
            }
            // No term in it, but perhaps a count of something off the heap.
            _ => copy_term(word, self.heap, |_| false),
        };
        self.made.insert(word.to_bits(), copy);
        copy
    }

    fn write(&mut self, words: &[Word]) -> *mut Word {
        let start = self.heap.alloc_words(words.len());
        // SAFETY: as many words were just allocated, elsewhere than where `words` lie.
        unsafe { std::ptr::copy_nonoverlapping(words.as_ptr(), start, words.len()) };
        self.pending.push((start, words.len()));
        start
    }
}

/// Calls `see` with each word from `start` to `end` that is part of a cons cell, or of an object that holds terms.
///
/// # Safety
/// From `start` to `end` there are whole objects.
unsafe fn for_each_word(start: *mut Word, end: *mut Word, see: &mut impl FnMut(*mut Word)) {
    let mut at = start;
    while words_between(at, end) > 0 {
        // SAFETY: the caller's promise; raw payloads are skipped whole.
        at = match unsafe { *at }.as_header() {
            Some(header) if header.kind().is_raw() => at.wrapping_add(header.words() + 1),
            Some(_) => at.wrapping_add(1),
            None => {
                see(at);
                at.wrapping_add(1)
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use dala_ir::abi::Atom;
    use dala_ir::term::{OwnedTerm, compare};

    use super::super::literals::LiteralArea;
    use super::*;
    use crate::heap::HeapOptions;

    /// Terms of all kinds of objects.
    fn literal(writer: &mut impl TermWriter) -> Word {
        let binary = writer.binary(&[7; 200]);
        let (text, float, big) = (writer.charlist("text"), writer.float(2.5), writer.integer(i64::MAX));
        let pair = writer.tuple(&[Word::atom(Atom::new("pair")), text]);
        writer.list(&[binary, text, float, big, pair], Word::NIL)
    }

    #[test]
    fn what_refers_to_literals_has_copies_and_they_are_freed() {
        for stress in [false, true] {
            let area = LiteralArea::of_a_test(1 << 12);
            let mut draft = area.freeable_draft();
            let root = literal(&mut draft);
            let literals = draft.keep_until_freed();
            assert!(area.used_words() > 30 && literals.contains(root.pointer().unwrap()));
            let mut heap = Heap::new(HeapOptions { stress, ..HeapOptions::default() });
            let tail = view::cons(root).unwrap().1;
            // Old objects, young ones, and one in a fragment have words of literals; so has a root.
            let old = heap.tuple(&[root, tail]);
            let mut roots = [old, Word::NIL, Word::NIL, tail];
            heap.collect_major(0, &mut [&mut roots]).unwrap();
            heap.collect_major(0, &mut [&mut roots]).unwrap();
            roots[1] = heap.tuple(&[roots[0], tail]);
            let padding = vec![root; 1000];
            roots[2] = heap.tuple(&padding);
            let expected: Vec<OwnedTerm> = roots.iter().map(|&word| crate::heap::own(word)).collect();
            let words = heap.copy_out(&literals, &mut [&mut roots]).unwrap();
            assert_eq!(words, 2 + 1 + 1000 + 1);
            assert_eq!(heap.copy_out(&literals, &mut [&mut roots]).unwrap(), 0, "none is left");
            // SAFETY: the one heap that had some has none now.
            unsafe { literals.left_by_all() };
            drop(literals);
            assert_eq!(area.used_words(), 0);
            // One copy of each object, and the binary's count is the heap's.
            assert!(heap.total_words() < 40_000, "{}", heap.total_words());
            for round in 0..4 {
                for (word, expected) in roots.iter().zip(&expected) {
                    assert!(compare::eq_exact(*word, expected.root()));
                }
                match round {
                    0 | 1 => heap.collect(0, &mut [&mut roots]).unwrap(),
                    _ => heap.collect_major(0, &mut [&mut roots]).unwrap(),
                }
            }
        }
    }

    #[test]
    fn literals_that_somebody_may_have_stay() {
        let area = LiteralArea::of_a_test(1 << 12);
        let mut draft = area.freeable_draft();
        let root = literal(&mut draft);
        let words = area.used_words();
        drop(draft.keep_until_freed());
        assert_eq!(area.used_words(), words);
        assert_eq!(view::list_len(root), Some(5));
        assert_eq!(area.freeable_draft().words(), 0);
    }
}
