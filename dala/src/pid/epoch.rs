//! Quiescent-state reclamation: when memory that others may still read can be freed.
//!
//! # Protocol
//! A domain has a global epoch. A thread that takes part has a record: the epoch it last saw while it may hold
//! pointers (*pinned*), or [`QUIET`]. A worker is pinned for as long as it is awake and only *announces* the epoch
//! anew between activations, when it holds no pointer; that costs one load unless the epoch moved. Other threads
//! pin for the length of one operation.
//!
//! Who takes an item out of sight retires it to its own bag. A full bag is *sealed*: the global epoch is raised to
//! `e`, and the bag may be freed once every record is quiet or at `e` or later. Why that is enough:
//! - a record at `e` or later was announced by a thread that read the raised epoch, which happens after the item
//!   went out of sight (the raise is a release, the reading an acquire), so what it looks up from then on is not there;
//! - a thread that announces an older epoch does so before a sequentially consistent fence; the sealer has a fence
//!   between the raise and reading the records. Either the sealer sees the record, or the thread sees the item gone.
//!
//! Sources: McKenney and Slingwine 1998 (read-copy update); Hart et al. 2007 (quiescent-state based reclamation).

#![expect(unsafe_code, reason = "frees memory on the strength of the protocol above")]

use crate::sync::{AtomicBool, AtomicU64, Mutex, Ordering, fence, lock};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// The epoch of a record whose thread holds no pointer.
const QUIET: u64 = u64::MAX;

/// Retired items that are sealed together.
#[cfg(not(loom))]
const BAG: usize = 64;
#[cfg(loom)]
const BAG: usize = 1;

/// Threads that read, and the memory they may read.
pub(crate) struct Domain {
    epoch: AtomicU64,
    #[expect(clippy::vec_box, reason = "participants point to their records")]
    records: Mutex<Vec<Box<Record>>>,
    /// Sealed bags of threads that went away or to sleep.
    left_behind: Mutex<VecDeque<Sealed>>,
    any_left_behind: AtomicBool,
}

/// What one thread announces.
pub(crate) struct Record {
    epoch: AtomicU64,
    in_use: AtomicBool,
}

/// Memory to be freed later, and how.
pub(crate) struct Retired {
    address: *mut (),
    free: unsafe fn(*mut ()),
}

// SAFETY: whoever makes one promises that it may be freed on any thread (`Retired::new`).
unsafe impl Send for Retired {}

struct Sealed {
    epoch: u64,
    bag: Vec<Retired>,
}

impl Retired {
    /// # Safety
    /// `free(address)` may be called once, on any thread, when nobody can read the memory any more.
    pub(crate) unsafe fn new(address: *mut (), free: unsafe fn(*mut ())) -> Retired {
        Retired { address, free }
    }

    fn free(self) {
        // SAFETY: the promise of `Retired::new`; called once because it takes self.
        unsafe { (self.free)(self.address) }
    }
}

impl std::fmt::Debug for Domain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Domain").finish_non_exhaustive()
    }
}

impl Domain {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Domain {
        Domain {
            epoch: AtomicU64::new(1),
            records: Mutex::new(Vec::new()),
            left_behind: Mutex::new(VecDeque::new()),
            any_left_behind: AtomicBool::new(false),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Domain {
        Domain {
            epoch: AtomicU64::new(1),
            records: Mutex::new(Vec::new()),
            left_behind: Mutex::new(VecDeque::new()),
            any_left_behind: AtomicBool::new(false),
        }
    }

    /// Lets the calling thread take part.
    pub(crate) fn join(&self) -> Participant<'_> {
        let mut records = lock(&self.records);
        let unused = records.iter().position(|record| !record.in_use.load(Ordering::Acquire));
        let index = unused.unwrap_or_else(|| {
            records.push(Box::new(Record { epoch: AtomicU64::new(QUIET), in_use: AtomicBool::new(false) }));
            records.len() - 1
        });
        let record: *const Record = &*records[index];
        // SAFETY: records are boxed and never removed while the domain lives.
        let record = unsafe { &*record };
        record.in_use.store(true, Ordering::Relaxed);
        Participant {
            domain: self,
            record,
            depth: Cell::new(0),
            bag: RefCell::new(Vec::new()),
            sealed: RefCell::new(VecDeque::new()),
        }
    }

    /// The oldest epoch that a pinned thread announced.
    fn oldest(&self) -> u64 {
        fence(Ordering::SeqCst);
        let records = lock(&self.records);
        records.iter().map(|record| record.epoch.load(Ordering::Acquire)).min().unwrap_or(QUIET)
    }

    fn seal(&self, bag: Vec<Retired>) -> Sealed {
        let epoch = self.epoch.fetch_add(1, Ordering::SeqCst) + 1;
        Sealed { epoch, bag }
    }

    fn free_left_behind(&self) {
        if !self.any_left_behind.load(Ordering::Acquire) {
            return;
        }
        let oldest = self.oldest();
        let mut ready = Vec::new();
        {
            let mut left = lock(&self.left_behind);
            let (now, later): (VecDeque<_>, VecDeque<_>) =
                left.drain(..).partition(|sealed| sealed.epoch <= oldest);
            *left = later;
            self.any_left_behind.store(!left.is_empty(), Ordering::Release);
            ready.extend(now);
        }
        ready.into_iter().flat_map(|sealed| sealed.bag).for_each(Retired::free);
    }
}

impl Drop for Domain {
    fn drop(&mut self) {
        let left: Vec<Sealed> = lock(&self.left_behind).drain(..).collect();
        left.into_iter().flat_map(|sealed| sealed.bag).for_each(Retired::free);
    }
}

/// One thread's part in a domain; used by that thread only.
pub(crate) struct Participant<'d> {
    domain: &'d Domain,
    record: &'d Record,
    depth: Cell<u32>,
    bag: RefCell<Vec<Retired>>,
    sealed: RefCell<VecDeque<Sealed>>,
}

impl std::fmt::Debug for Participant<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Participant").field("depth", &self.depth).finish_non_exhaustive()
    }
}

impl Participant<'_> {
    /// From now until the pin is dropped nothing that this thread can find is freed. Pins nest.
    #[inline(always)]
    pub(crate) fn pin(&self) -> Pin<'_> {
        let depth = self.depth.get();
        self.depth.set(depth + 1);
        if depth == 0 {
            self.announce();
        }
        Pin { depth: &self.depth, record: self.record, _not_send: std::marker::PhantomData }
    }

    #[inline]
    fn announce(&self) {
        let epoch = self.domain.epoch.load(Ordering::Relaxed);
        self.record.epoch.store(epoch, Ordering::Relaxed);
        fence(Ordering::SeqCst);
    }

    /// The thread holds no pointer at this moment; its pin stays. Frees what became free.
    #[inline(always)]
    pub(crate) fn quiescent(&self) {
        debug_assert_eq!(self.depth.get(), 1, "quiescent inside an operation");
        let epoch = self.domain.epoch.load(Ordering::Acquire);
        if epoch != self.record.epoch.load(Ordering::Relaxed) {
            self.record.epoch.store(epoch, Ordering::Release);
            self.collect();
        }
    }

    /// Frees `retired` when nobody can hold a pointer to it any more.
    #[inline]
    pub(crate) fn retire(&self, retired: Retired) {
        let mut bag = self.bag.borrow_mut();
        bag.push(retired);
        if bag.len() >= BAG {
            let full = std::mem::replace(&mut *bag, Vec::with_capacity(BAG));
            drop(bag);
            let sealed = self.domain.seal(full);
            self.sealed.borrow_mut().push_back(sealed);
        }
    }

    /// Frees what became free since the last time.
    #[cold]
    pub(crate) fn collect(&self) {
        if !self.sealed.borrow().is_empty() {
            let oldest = self.domain.oldest();
            loop {
                // Not borrowed while items are freed: freeing may retire others.
                let ready = {
                    let mut sealed = self.sealed.borrow_mut();
                    match sealed.front() {
                        Some(first) if first.epoch <= oldest => sealed.pop_front(),
                        _ => None,
                    }
                };
                let Some(ready) = ready else { break };
                ready.bag.into_iter().for_each(Retired::free);
            }
        }
        self.domain.free_left_behind();
    }

    /// Before sleeping: leaves what cannot be freed yet to others. The thread is not pinned afterwards.
    pub(crate) fn leave_behind(&self) {
        let bag = std::mem::take(&mut *self.bag.borrow_mut());
        if !bag.is_empty() {
            let sealed = self.domain.seal(bag);
            self.sealed.borrow_mut().push_back(sealed);
        }
        self.record.epoch.store(QUIET, Ordering::Release);
        self.collect();
        let mut sealed = self.sealed.borrow_mut();
        if !sealed.is_empty() {
            lock(&self.domain.left_behind).append(&mut sealed);
            self.domain.any_left_behind.store(true, Ordering::Release);
        }
    }

    /// After sleeping: pinned again.
    pub(crate) fn come_back(&self) {
        self.announce();
    }
}

impl Drop for Participant<'_> {
    fn drop(&mut self) {
        self.leave_behind();
        self.record.in_use.store(false, Ordering::Release);
    }
}

/// While it lives, what this thread looks up stays allocated.
#[must_use]
pub(crate) struct Pin<'p> {
    depth: &'p Cell<u32>,
    record: &'p Record,
    _not_send: std::marker::PhantomData<*const ()>,
}

impl std::fmt::Debug for Pin<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pin").field("depth", &self.depth).finish_non_exhaustive()
    }
}

impl Drop for Pin<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        let depth = self.depth.get() - 1;
        self.depth.set(depth);
        if depth == 0 {
            self.record.epoch.store(QUIET, Ordering::Release);
        }
    }
}

#[cfg(not(loom))]
pub(crate) use of_this_process::{pin, with_participant};

#[cfg(not(loom))]
mod of_this_process {
    use super::{Domain, Participant, Pin};
    use std::cell::{Cell, OnceCell};
    use std::ptr::null;

    /// The domain of all runtimes of this OS process.
    static DOMAIN: Domain = Domain::new();

    /// A thread's participant. Whoever pins when it is gone, from the destructor of another thread-local, joins anew.
    struct Owned(Box<Participant<'static>>);

    impl Drop for Owned {
        fn drop(&mut self) {
            PARTICIPANT.with(|participant| participant.set(null()));
        }
    }

    thread_local! {
        static OWNED: OnceCell<Owned> = const { OnceCell::new() };
        // Beside `OWNED`, because a thread-local without destructor is read without a check.
        static PARTICIPANT: Cell<*const Participant<'static>> = const { Cell::new(null()) };
    }

    #[cold]
    #[inline(never)]
    fn join() -> *const Participant<'static> {
        let address =
            OWNED.try_with(|owned| &raw const *owned.get_or_init(|| Owned(Box::new(DOMAIN.join()))).0);
        // While the thread's locals are being destroyed: a participant that is never freed.
        let address = address.unwrap_or_else(|_| Box::leak(Box::new(DOMAIN.join())));
        PARTICIPANT.with(|participant| participant.set(address));
        address
    }

    #[inline(always)]
    fn participant() -> *const Participant<'static> {
        let address = PARTICIPANT.with(Cell::get);
        if address.is_null() { join() } else { address }
    }

    /// Pins the calling thread in this process's domain.
    #[inline(always)]
    pub(crate) fn pin() -> Pin<'static> {
        // SAFETY: the participant is not freed while the thread runs code that is pinned: `Owned` forgets its address first,
        // and a `Pin` cannot leave its thread.
        unsafe { &*participant() }.pin()
    }

    /// Calls `use_it` with the calling thread's participant.
    #[inline(always)]
    pub(crate) fn with_participant<R>(use_it: impl FnOnce(&Participant<'static>) -> R) -> R {
        // SAFETY: as above; `use_it` ends before any thread-local is dropped.
        use_it(unsafe { &*participant() })
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::sync::atomic::{AtomicU32, Ordering};

        /// How often a thread pinned while its locals were being destroyed, with no participant left behind.
        static LATE: AtomicU32 = AtomicU32::new(0);

        struct Late;

        impl Drop for Late {
            fn drop(&mut self) {
                let is_forgotten = PARTICIPANT.with(Cell::get).is_null();
                let _pin = pin();
                LATE.fetch_add(u32::from(is_forgotten), Ordering::SeqCst);
            }
        }

        thread_local!(static FIRST: Late = const { Late });

        #[test]
        fn a_thread_local_that_pins_at_the_end_of_its_thread_finds_no_freed_participant() {
            let thread = std::thread::spawn(|| {
                // What is made first is dropped last.
                FIRST.with(|_| ());
                drop(pin());
            });
            thread.join().unwrap();
            assert_eq!(LATE.load(Ordering::SeqCst), 1);
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    static FREED: AtomicUsize = AtomicUsize::new(0);

    unsafe fn count(_address: *mut ()) {
        FREED.fetch_add(1, Ordering::Relaxed);
    }

    #[test]
    fn nothing_is_freed_while_another_thread_is_pinned() {
        let domain = Domain::new();
        let (worker, reader) = (domain.join(), domain.join());
        let base = worker.pin();
        let pinned = reader.pin();
        for _ in 0..BAG {
            // SAFETY: `count` reads nothing.
            worker.retire(unsafe { Retired::new(std::ptr::null_mut(), count) });
        }
        worker.quiescent();
        worker.quiescent();
        assert_eq!(FREED.load(Ordering::Relaxed), 0);
        drop(pinned);
        worker.collect();
        assert_eq!(FREED.load(Ordering::Relaxed), BAG);
        drop(base);
    }
}

#[cfg(all(test, loom))]
mod loom_models {
    use super::*;
    use crate::sync::{Arc, AtomicPtr, thread};

    unsafe fn free_number(address: *mut ()) {
        // SAFETY: the model retires boxes of numbers, each once.
        let number = unsafe { Box::from_raw(address.cast::<loom::cell::UnsafeCell<u64>>()) };
        // A write: loom complains when another thread still reads.
        number.with_mut(|number| {
            // SAFETY: exclusively ours, which is what the model checks.
            unsafe { *number = 0 }
        });
    }

    #[test]
    fn a_pinned_reader_never_meets_freed_memory() {
        loom::model(|| {
            let domain = Arc::new(Domain::new());
            let place = Arc::new(AtomicPtr::new(Box::into_raw(Box::new(loom::cell::UnsafeCell::new(7u64)))));
            let reader = {
                let (domain, place) = (domain.clone(), place.clone());
                thread::spawn(move || {
                    let participant = domain.join();
                    let pin = participant.pin();
                    let address = place.load(Ordering::Acquire);
                    if !address.is_null() {
                        // SAFETY: found while pinned.
                        let number = unsafe { &*address };
                        number.with(|number| {
                            // SAFETY: nobody writes before it is freed.
                            assert_eq!(unsafe { *number }, 7);
                        });
                    }
                    drop(pin);
                })
            };
            let participant = domain.join();
            let pin = participant.pin();
            let old = place.swap(std::ptr::null_mut(), Ordering::AcqRel);
            // SAFETY: out of sight, freed once.
            participant.retire(unsafe { Retired::new(old.cast(), free_number) });
            participant.quiescent();
            drop(pin);
            participant.collect();
            reader.join().unwrap();
            drop(participant);
        });
    }
}
