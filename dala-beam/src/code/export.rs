//! The table of export entries: `M:F/A` to the one place that every call of it goes through.
//!
//! Entries are added and never removed, and every call by a name that a program makes reads the table. So readers take
//! no lock and write nothing: the table is an array of slots, probed from a hash on, each written once. When half of the
//! slots are taken, an array of twice the size takes its place; the old ones stay, as readers may be in them. Whoever
//! finds nothing in an old array asks again under the lock before it adds an entry.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use dala_ir::abi::{Atom, ExportHead};
use dala_ir::interp::{ExportEntry, Target};
use hashbrown::DefaultHashBuilder;

use super::stand_in::is_stood_in;
use crate::bif;

/// Slots of the first array: room for the built-in functions and what starting OTP names.
const FIRST_SLOTS: usize = 1 << 13;
/// Most arrays; the last would have 2^38 slots.
const ARRAYS: usize = 24;

type Slot = OnceLock<&'static ExportEntry>;
type Slots = Box<[Slot]>;

/// All export entries of one runtime. Entries are made when somebody first names the function, and never freed.
#[derive(Debug)]
pub struct ExportTable {
    /// Each of twice the size of the one before.
    arrays: [OnceLock<Slots>; ARRAYS],
    /// The array that has all entries: the last one made.
    current: AtomicUsize,
    /// How many entries there are. Held by who adds one.
    count: Mutex<usize>,
    hasher: DefaultHashBuilder,
}

impl Default for ExportTable {
    fn default() -> ExportTable {
        ExportTable::new()
    }
}

fn empty(slots: usize) -> Slots {
    (0..slots).map(|_| OnceLock::new()).collect()
}

impl ExportTable {
    /// A table of the built-in functions.
    pub fn new() -> ExportTable {
        let table = ExportTable::with_slots(FIRST_SLOTS);
        for (module, function, arity, index) in bif::table::all() {
            table.entry(module, function, arity).set_target(Target::Bif(index));
        }
        table
    }

    fn with_slots(slots: usize) -> ExportTable {
        let arrays = [const { OnceLock::new() }; ARRAYS];
        let _ = arrays[0].set(empty(slots));
        let hasher = DefaultHashBuilder::default();
        ExportTable { arrays, current: AtomicUsize::new(0), count: Mutex::new(0), hasher }
    }

    fn slots(&self) -> &Slots {
        self.arrays[self.current.load(Ordering::Acquire)].get().expect("set before it became the current one")
    }

    /// The entry of a function in `slots`, or else the empty slot where it belongs. No slot is read twice: one that is empty
    /// may be filled the next moment, with another function.
    fn probe<'s>(&self, slots: &'s Slots, head: &ExportHead) -> Result<&'static ExportEntry, &'s Slot> {
        let hash = self.hasher.hash_one((head.module, head.function, head.arity)) as usize;
        let mask = slots.len() - 1;
        let mut at = hash & mask;
        // Half of the slots are empty.
        loop {
            match slots[at].get() {
                Some(entry) if entry.head() == head => return Ok(entry),
                Some(_) => at = (at + 1) & mask,
                None => return Err(&slots[at]),
            }
        }
    }

    /// The entry of a function, made when there is none.
    pub fn entry(&self, module: Atom, function: Atom, arity: u32) -> &'static ExportEntry {
        let head = ExportHead { module, function, arity };
        self.probe(self.slots(), &head).unwrap_or_else(|_| self.add(&head))
    }

    #[cold]
    fn add(&self, head: &ExportHead) -> &'static ExportEntry {
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        if 2 * (*count + 1) > self.slots().len() {
            self.grow();
        }
        match self.probe(self.slots(), head) {
            // By somebody else, meanwhile.
            Ok(entry) => entry,
            Err(slot) => {
                *count += 1;
                slot.get_or_init(|| ExportEntry::leak(head.module, head.function, head.arity))
            }
        }
    }

    /// Makes an array of twice the size the current one. The lock is held.
    fn grow(&self) {
        let (old, next) = (self.slots(), self.current.load(Ordering::Acquire) + 1);
        let slots = empty(2 * old.len());
        for entry in old.iter().filter_map(OnceLock::get) {
            if let Err(slot) = self.probe(&slots, entry.head()) {
                let _ = slot.set(entry);
            }
        }
        let _ = self.arrays[next].set(slots);
        self.current.store(next, Ordering::Release);
    }

    /// Whether a function is the runtime's: built in, or native. A module's own of that name is not called, unless the
    /// runtime's only [stands in](super::stand_in) for it.
    pub(super) fn is_ours(&self, module: Atom, function: Atom, arity: u32) -> bool {
        self.find(module, function, arity).is_some_and(|entry| matches!(entry.target(), Target::Bif(_)))
            && !is_stood_in(module, function, arity)
    }

    /// All entries.
    pub(super) fn all(&self) -> Vec<&'static ExportEntry> {
        self.slots().iter().filter_map(OnceLock::get).copied().collect()
    }

    /// The entry of a function, if there is one.
    pub fn find(&self, module: Atom, function: Atom, arity: u32) -> Option<&'static ExportEntry> {
        self.probe(self.slots(), &ExportHead { module, function, arity }).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_function_has_one_entry_and_built_ins_are_there() {
        let table = ExportTable::new();
        let module = Atom::new("a module");
        let entry = table.entry(module, module, 3);
        assert!(std::ptr::eq(entry, table.entry(module, module, 3)));
        assert_eq!(entry.target(), Target::Undefined);
        let element = table.find(Atom::new("erlang"), Atom::new("element"), 2).unwrap();
        assert!(matches!(element.target(), Target::Bif(_)));
    }

    #[test]
    fn threads_that_add_functions_to_a_table_that_grows_get_those_that_they_asked_for() {
        const FUNCTIONS: u32 = 5000;
        let name = Atom::new("a module");
        for _ in 0..10 {
            let table = ExportTable::with_slots(4);
            // Each in an order of its own: others fill the slots that it has seen empty.
            let add = |stride: u32| {
                let mut found = vec![None; FUNCTIONS as usize];
                for step in 0..FUNCTIONS {
                    let arity = step * stride % FUNCTIONS;
                    if let Some(entry) = table.find(name, name, arity) {
                        assert_eq!(entry.head().arity, arity);
                    }
                    let entry = table.entry(name, name, arity);
                    assert_eq!(entry.head().arity, arity);
                    found[arity as usize] = Some(entry);
                }
                found
            };
            let found: Vec<Vec<Option<&'static ExportEntry>>> = std::thread::scope(|scope| {
                // Coprime with the number of functions.
                let threads: Vec<_> =
                    [1, 7, 4999, 3].into_iter().map(|stride| scope.spawn(move || add(stride))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            for entries in &found {
                let same = |(one, other): (&Option<&'static ExportEntry>, &Option<&'static ExportEntry>)| {
                    std::ptr::eq(one.unwrap(), other.unwrap())
                };
                assert!(entries.iter().zip(&found[0]).all(same));
            }
            assert_eq!(table.all().len(), FUNCTIONS as usize);
            assert!(table.find(name, name, FUNCTIONS).is_none());
        }
    }
}
