//! Module `persistent_term`: terms shared by all processes without copying.
//!
//! They are literals, as constants of modules are: no collection scans them, and messages share them. A value that was
//! read is referred to by process heaps, which know no counts. So values are never freed: `put/2` with another value and
//! `erase/1` leak the old one, as [`PersistentTerms::leaked_words`] counts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use dala_ir::abi::{Word, atoms};
use dala_ir::term::compare::eq_exact;
use dala_ir::term::hash::phash2;
use dala_ir::term::{TermWriter, map};
use hashbrown::HashTable;

use super::Answer;
use super::arguments::{badarg, boolean, named, ok};
use crate::heap::literal_area;
use crate::process::Process;

/// All persistent terms of a runtime.
#[derive(Debug, Default)]
pub struct PersistentTerms {
    entries: RwLock<HashTable<Entry>>,
    leaked_words: AtomicUsize,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    key: Literal,
    value: Literal,
}

/// A literal, and the words that it takes.
#[derive(Clone, Copy, Debug)]
struct Literal {
    term: Word,
    words: usize,
}

impl Literal {
    /// A copy of the term that lasts for ever.
    fn of(term: Word) -> Literal {
        let mut draft = literal_area().draft();
        let literal = Literal { term: draft.copy(term), words: draft.words() };
        draft.keep();
        literal
    }
}

impl PersistentTerms {
    fn read(&self) -> RwLockReadGuard<'_, HashTable<Entry>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashTable<Entry>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: Word) -> Option<Word> {
        let hash = phash2(key);
        self.read().find(u64::from(hash), |entry| entry.is(hash, key)).map(|entry| entry.value.term)
    }

    fn put(&self, key: Word, value: Word) {
        let hash = phash2(key);
        let mut entries = self.write();
        if let Some(entry) = entries.find_mut(u64::from(hash), |entry| entry.is(hash, key)) {
            if !eq_exact(entry.value.term, value) {
                let former = std::mem::replace(&mut entry.value, Literal::of(value));
                self.leaked_words.fetch_add(former.words, Ordering::Relaxed);
            }
            return;
        }
        let entry = Entry { hash, key: Literal::of(key), value: Literal::of(value) };
        entries.insert_unique(u64::from(hash), entry, |entry| u64::from(entry.hash));
    }

    fn erase(&self, key: Word) -> bool {
        let hash = phash2(key);
        match self.write().find_entry(u64::from(hash), |entry| entry.is(hash, key)) {
            Ok(found) => {
                let (entry, _) = found.remove();
                self.leaked_words.fetch_add(entry.key.words + entry.value.words, Ordering::Relaxed);
                true
            }
            Err(_) => false,
        }
    }

    /// Words of replaced and erased values, which stay allocated.
    pub fn leaked_words(&self) -> usize {
        self.leaked_words.load(Ordering::Relaxed)
    }

    fn all(&self) -> Vec<Entry> {
        self.read().iter().copied().collect()
    }
}

impl Entry {
    fn is(&self, hash: u32, key: Word) -> bool {
        self.hash == hash && eq_exact(self.key.term, key)
    }
}

/// `persistent_term:get(Key)`.
pub(crate) fn get_1(p: &mut Process, [key]: [Word; 1]) -> Answer {
    p.system.builtins.persistent_terms.get(key).map_or_else(badarg, Ok)
}

/// `persistent_term:get(Key, Default)`.
pub(crate) fn get_2(p: &mut Process, [key, default]: [Word; 2]) -> Answer {
    Ok(p.system.builtins.persistent_terms.get(key).unwrap_or(default))
}

/// `persistent_term:get()`.
pub(crate) fn get_0(p: &mut Process, []: [Word; 0]) -> Answer {
    let all = p.system.builtins.persistent_terms.all();
    let pairs: Vec<Word> =
        all.iter().map(|entry| p.heap.tuple(&[entry.key.term, entry.value.term])).collect();
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `persistent_term:put(Key, Value)`.
pub(crate) fn put(p: &mut Process, [key, value]: [Word; 2]) -> Answer {
    p.system.builtins.persistent_terms.put(key, value);
    ok()
}

/// `persistent_term:erase(Key)`.
pub(crate) fn erase(p: &mut Process, [key]: [Word; 1]) -> Answer {
    Ok(boolean(p.system.builtins.persistent_terms.erase(key)))
}

/// `erts_internal:erase_persistent_terms()`.
pub(crate) fn erase_all(p: &mut Process, []: [Word; 0]) -> Answer {
    let all = p.system.builtins.persistent_terms.all();
    for entry in all {
        p.system.builtins.persistent_terms.erase(entry.key.term);
    }
    Ok(Word::atom(atoms::TRUE))
}

/// `persistent_term:info()`.
pub(crate) fn info(p: &mut Process, []: [Word; 0]) -> Answer {
    let all = p.system.builtins.persistent_terms.all();
    let words: usize = all.iter().map(|entry| entry.key.words + entry.value.words).sum();
    let pairs = [
        (Word::atom(named!("count")), Word::small_int(all.len() as i64)),
        (Word::atom(named!("memory")), Word::small_int((words * 8) as i64)),
    ];
    Ok(map::from_pairs(&mut p.heap, &pairs))
}
