//! The process dictionary: `put/2`, `get/1`, `erase/1` and theirs.

use dala_ir::abi::{Tag, Word};
use dala_ir::term::{TermView, eq_exact};
use hashbrown::HashTable;

use crate::heap::Rare;

/// Keys and values of a process dictionary. Lookup is O(1) for keys that differ in their first elements.
///
/// Its words are roots of the process; their hashes don't change when a collection moves them.
#[derive(Debug, Default)]
pub struct Dictionary(Rare<Entries>);

impl Dictionary {
    /// An empty dictionary.
    pub fn new() -> Dictionary {
        Dictionary::default()
    }

    /// Number of keys.
    pub fn len(&self) -> usize {
        self.0.get().map_or(0, |entries| entries.hashes.len())
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of `key`.
    pub fn get(&self, key: Word) -> Option<Word> {
        self.0.get()?.get(key)
    }

    /// Sets the value of `key` and returns the former one.
    pub fn put(&mut self, key: Word, value: Word) -> Option<Word> {
        self.0.make().put(key, value)
    }

    /// Removes `key` and returns its value.
    pub fn erase(&mut self, key: Word) -> Option<Word> {
        self.0.get_mut()?.erase(key)
    }

    /// Removes everything and returns what there was, as key and value.
    pub fn erase_all(&mut self) -> Vec<(Word, Word)> {
        let entries = self.entries().collect();
        *self = Dictionary::default();
        entries
    }

    /// All keys and values, in no special order.
    pub fn entries(&self) -> impl Iterator<Item = (Word, Word)> + '_ {
        let words = self.0.get().into_iter().flat_map(|entries| entries.words.chunks_exact(2));
        words.map(|entry| (entry[0], entry[1]))
    }

    /// All words, to be updated by a collection.
    pub(crate) fn roots(&mut self) -> &mut [Word] {
        self.0.get_mut().map_or(&mut [], |entries| &mut entries.words)
    }
}

#[derive(Debug, Default)]
struct Entries {
    /// Key, value, key, value...
    words: Vec<Word>,
    hashes: Vec<u64>,
    index: HashTable<u32>,
}

impl Entries {
    fn find(&self, key: Word, hash: u64) -> Option<usize> {
        let same = |&index: &u32| {
            let at = index as usize;
            self.hashes[at] == hash && same_key(self.words[2 * at], key)
        };
        self.index.find(hash, same).map(|&index| index as usize)
    }

    fn get(&self, key: Word) -> Option<Word> {
        self.find(key, shallow_hash(key)).map(|at| self.words[2 * at + 1])
    }

    fn put(&mut self, key: Word, value: Word) -> Option<Word> {
        let hash = shallow_hash(key);
        if let Some(at) = self.find(key, hash) {
            return Some(std::mem::replace(&mut self.words[2 * at + 1], value));
        }
        let at = self.hashes.len() as u32;
        self.words.extend([key, value]);
        self.hashes.push(hash);
        let hashes = &self.hashes;
        self.index.insert_unique(hash, at, |&index| hashes[index as usize]);
        None
    }

    fn erase(&mut self, key: Word) -> Option<Word> {
        let hash = shallow_hash(key);
        let at = self.find(key, hash)?;
        let value = self.words[2 * at + 1];
        if let Ok(entry) = self.index.find_entry(hash, |&index| index as usize == at) {
            entry.remove();
        }
        let last = self.hashes.len() - 1;
        if at != last {
            let moved = self.hashes[last];
            if let Some(index) = self.index.find_mut(moved, |&index| index as usize == last) {
                *index = at as u32;
            }
        }
        self.hashes.swap_remove(at);
        let (last_value, last_key) = (self.words.pop(), self.words.pop());
        if at != last
            && let (Some(last_key), Some(last_value)) = (last_key, last_value)
        {
            self.words[2 * at] = last_key;
            self.words[2 * at + 1] = last_value;
        }
        Some(value)
    }
}

fn same_key(left: Word, right: Word) -> bool {
    left == right || left.is_pointer() && right.is_pointer() && eq_exact(left, right)
}

/// Hash of what can be seen without following nested terms; equal for equal terms.
fn shallow_hash(key: Word) -> u64 {
    let mix = |hash: u64, value: u64| (hash.rotate_left(5) ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let leaf = |word: Word| match word.tag() {
        Tag::Cons => 1,
        Tag::Boxed => 2,
        _ => word.to_bits(),
    };
    let hash = match key.view() {
        TermView::Tuple(elements) => {
            let start = mix(3, elements.len() as u64);
            elements.iter().take(4).fold(start, |hash, &element| mix(hash, leaf(element)))
        }
        TermView::Cons(head, tail) => mix(mix(4, leaf(head)), leaf(tail)),
        TermView::Reference(reference) => mix(5, reference.low),
        TermView::Bits(bits) => {
            let bytes = bits.bit_len / 8;
            (0..bytes.min(32))
                .fold(mix(6, bits.bit_len as u64), |hash, at| mix(hash, u64::from(bits.byte(at))))
        }
        _ => leaf(key),
    };
    mix(hash, hash >> 32)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use dala_ir::term::{Fragment, TermWriter};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn behaves_as_a_map(steps in prop::collection::vec((0u8..3, 0i64..20, any::<i32>()), 0..200)) {
            let mut terms = Fragment::new();
            let mut dictionary = Dictionary::new();
            let mut model = BTreeMap::new();
            for (step, key, value) in steps {
                let (number, value) = (key, Word::small_int(value.into()));
                // Half the keys are tuples, made anew each time.
                let key = if key % 2 == 0 {
                    Word::small_int(key)
                } else {
                    let inner = terms.cons(Word::small_int(key), Word::NIL);
                    terms.tuple(&[inner])
                };
                match step {
                    0 => prop_assert_eq!(dictionary.put(key, value), model.insert(number, value)),
                    1 => prop_assert_eq!(dictionary.erase(key), model.remove(&number)),
                    _ => prop_assert_eq!(dictionary.get(key), model.get(&number).copied()),
                }
                prop_assert_eq!(dictionary.len(), model.len());
            }
        }
    }
}
