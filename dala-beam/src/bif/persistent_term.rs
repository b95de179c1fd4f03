//! Module `persistent_term`: terms shared by all processes without copying.
//!
//! A value that was read is referred to by process heaps, which know no counts. So values are never freed: `put/2`
//! with another value and `erase/1` leak the old one, as [`PersistentTerms::leaked_words`] counts.

use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use dala_ir::abi::{Word, atoms};
use dala_ir::term::compare::eq_exact;
use dala_ir::term::hash::phash2;
use dala_ir::term::{OwnedTerm, TermWriter, map};
use hashbrown::HashTable;

use super::Answer;
use super::arguments::{badarg, boolean, named, ok};
use crate::process::Process;

/// All persistent terms of a runtime.
#[derive(Debug, Default)]
pub struct PersistentTerms {
    entries: RwLock<HashTable<Entry>>,
    leaked_words: AtomicUsize,
}

#[derive(Debug)]
struct Entry {
    hash: u32,
    key: OwnedTerm,
    value: OwnedTerm,
}

impl PersistentTerms {
    fn get(&self, key: Word) -> Option<OwnedTerm> {
        let entries = self.entries.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        let hash = phash2(key);
        entries.find(u64::from(hash), |entry| entry.is(hash, key)).map(|entry| entry.value.clone())
    }

    fn put(&self, key: Word, value: Word) {
        let hash = phash2(key);
        let mut entries = self.entries.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(entry) = entries.find_mut(u64::from(hash), |entry| entry.is(hash, key)) {
            if !eq_exact(entry.value.root(), value) {
                let former = std::mem::replace(&mut entry.value, OwnedTerm::copy_of(value));
                self.leak(former);
            }
            return;
        }
        let entry = Entry { hash, key: OwnedTerm::copy_of(key), value: OwnedTerm::copy_of(value) };
        entries.insert_unique(u64::from(hash), entry, |entry| u64::from(entry.hash));
    }

    fn erase(&self, key: Word) -> bool {
        let hash = phash2(key);
        let mut entries = self.entries.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        match entries.find_entry(u64::from(hash), |entry| entry.is(hash, key)) {
            Ok(found) => {
                let (entry, _) = found.remove();
                self.leak(entry.value);
                true
            }
            Err(_) => false,
        }
    }

    fn leak(&self, value: OwnedTerm) {
        self.leaked_words.fetch_add(value.words(), Ordering::Relaxed);
        // Heaps may point into it, see the module's docs.
        std::mem::forget(value);
    }

    /// Words of replaced and erased values, which stay allocated.
    pub fn leaked_words(&self) -> usize {
        self.leaked_words.load(Ordering::Relaxed)
    }

    fn all(&self) -> Vec<(OwnedTerm, OwnedTerm)> {
        let entries = self.entries.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        entries.iter().map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }
}

impl Entry {
    fn is(&self, hash: u32, key: Word) -> bool {
        self.hash == hash && eq_exact(self.key.root(), key)
    }
}

/// `persistent_term:get(Key)`.
pub(crate) fn get_1(p: &mut Process, [key]: [Word; 1]) -> Answer {
    match p.system.builtins.persistent_terms.get(key) {
        // The entry's own count is never given back, so the word stays valid for ever.
        Some(value) => Ok(value.root()),
        None => badarg(),
    }
}

/// `persistent_term:get(Key, Default)`.
pub(crate) fn get_2(p: &mut Process, [key, default]: [Word; 2]) -> Answer {
    Ok(p.system.builtins.persistent_terms.get(key).map_or(default, |value| value.root()))
}

/// `persistent_term:get()`.
pub(crate) fn get_0(p: &mut Process, []: [Word; 0]) -> Answer {
    let all = p.system.builtins.persistent_terms.all();
    let pairs: Vec<Word> = all
        .iter()
        .map(|(key, value)| {
            let key = key.copy_to(&mut p.heap);
            p.heap.tuple(&[key, value.root()])
        })
        .collect();
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
    for (key, _) in all {
        p.system.builtins.persistent_terms.erase(key.root());
    }
    Ok(Word::atom(atoms::TRUE))
}

/// `persistent_term:info()`.
pub(crate) fn info(p: &mut Process, []: [Word; 0]) -> Answer {
    let all = p.system.builtins.persistent_terms.all();
    let words: usize = all.iter().map(|(key, value)| key.words() + value.words()).sum();
    let pairs = [
        (Word::atom(named!("count")), Word::small_int(all.len() as i64)),
        (Word::atom(named!("memory")), Word::small_int((words * 8) as i64)),
    ];
    Ok(map::from_pairs(&mut p.heap, &pairs))
}
