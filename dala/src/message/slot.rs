//! What the two ends of a call have in common: a block that the reply is put into, and how many hold it.
//!
//! Caller and callee have a share each from the beginning, the thread's nursery (`timer::nursery`) or the timer one more. A count of
//! our own in a block of the free lists: an `Arc` takes three atomic steps more and the system's allocator, a tenth of what
//! asking costs (`benches/RESULTS.md`, "ask").

#![expect(unsafe_code, reason = "shares memory, whose cells are guarded by its state word")]

use super::call::{CallError, ForeignReply};
use crate::region::freelist;
use crate::sync::{AtomicU32, AtomicU64, Ordering, Rendezvous};
use crate::timer::{TimerKey, Waiting, WaitingFunctions};
use std::alloc::Layout;
use std::any::TypeId;
use std::cell::UnsafeCell;
use std::ptr::NonNull;

#[repr(C)]
pub(super) struct Head {
    pub(super) meeting: Rendezvous,
    /// Who holds it. Always 1 of a foreign one.
    shares: AtomicU32,
    timer_index: AtomicU32,
    /// The timer that was armed for the deadline: where it is, then (release) its id, which is not 0.
    timer_id: AtomicU64,
    /// When the call fails, once somebody knows; 0 before.
    pub(super) deadline: AtomicU64,
    pub(super) vtable: &'static SlotVtable,
    pub(super) failure: UnsafeCell<Option<CallError>>,
}

pub(super) struct SlotVtable {
    /// Lets go of a share.
    pub(super) release: unsafe fn(NonNull<Head>),
    pub(super) foreign: bool,
    /// The reply's type, of a native slot.
    pub(super) made_for: Option<fn() -> TypeId>,
}

/// The slot of a call by Rust for a reply of type `R`.
#[repr(C)]
pub(super) struct Slot<R> {
    pub(super) head: Head,
    pub(super) value: UnsafeCell<Option<R>>,
}

// SAFETY: `failure` and `value` are accessed only as the protocol of `Rendezvous` allows; R moves between threads.
unsafe impl<R: Send> Send for Slot<R> {}
// SAFETY: as above.
unsafe impl<R: Send> Sync for Slot<R> {}

/// The slot of a call by somebody else.
#[repr(C)]
pub(super) struct ForeignSlot {
    head: Head,
    pub(super) reply: Box<dyn ForeignReply>,
}

impl ForeignSlot {
    pub(super) fn new(reply: Box<dyn ForeignReply>) -> Box<ForeignSlot> {
        Box::new(ForeignSlot { head: Head::new(&FOREIGN, 1), reply })
    }
}

unsafe fn release_foreign(head: NonNull<Head>) {
    // SAFETY: came from `Box::into_raw` of a `Box<ForeignSlot>`, whose first field is the head.
    drop(unsafe { Box::from_raw(head.cast::<ForeignSlot>().as_ptr()) });
}

struct VtableOf<R>(std::marker::PhantomData<R>);

impl<R: 'static> VtableOf<R> {
    const NATIVE: SlotVtable =
        SlotVtable { release: release_native::<R>, foreign: false, made_for: Some(TypeId::of::<R>) };
}

static FOREIGN: SlotVtable = SlotVtable { release: release_foreign, foreign: true, made_for: None };

impl Head {
    #[inline(always)]
    fn new(vtable: &'static SlotVtable, shares: u32) -> Head {
        Head {
            meeting: Rendezvous::new(),
            shares: AtomicU32::new(shares),
            timer_index: AtomicU32::new(0),
            timer_id: AtomicU64::new(0),
            deadline: AtomicU64::new(0),
            vtable,
            failure: UnsafeCell::new(None),
        }
    }

    pub(super) fn fail(&self, failure: CallError) {
        if let Some(completing) = self.meeting.begin() {
            // SAFETY: whoever completes stores the result, before the caller looks (`Rendezvous`).
            unsafe { *self.failure.get() = Some(failure) };
            self.meeting.finish(completing, false);
        }
    }

    /// The timer that was armed for the deadline.
    #[inline(always)]
    pub(super) fn timer(&self) -> Option<TimerKey> {
        let id = self.timer_id.load(Ordering::Acquire);
        (id != 0).then(|| TimerKey { id, index: self.timer_index.load(Ordering::Relaxed) })
    }
}

/// Slots as what waits with a deadline.
static WAITING: WaitingFunctions = WaitingFunctions {
    expire: |slot| head(slot).fail(CallError::Timeout),
    is_done: |slot| head(slot).meeting.is_done(),
    set_timer: |slot, key| {
        head(slot).timer_index.store(key.index, Ordering::Relaxed);
        head(slot).timer_id.store(key.id, Ordering::Release);
    },
    share: |slot| {
        // Relaxed, as `Arc`: who makes a share has one.
        head(slot).shares.fetch_add(1, Ordering::Relaxed);
    },
    // SAFETY: a share that is let go of once (`Waiting`).
    release: |slot| unsafe { (head(slot).vtable.release)(slot.cast()) },
};

fn head<'a>(slot: NonNull<()>) -> &'a Head {
    // SAFETY: `Share::waiting` gives addresses of slots, which begin with their head and live as long as the share; no caller
    // keeps the reference.
    unsafe { slot.cast().as_ref() }
}

/// A share of a native slot.
pub(super) struct Share<R: 'static>(NonNull<Slot<R>>);

// SAFETY: as an `Arc` of a slot, which is Send and Sync.
unsafe impl<R: Send> Send for Share<R> {}
// SAFETY: as above.
unsafe impl<R: Send> Sync for Share<R> {}

const fn is_pooled<R>() -> bool {
    align_of::<Slot<R>>() <= freelist::ALIGN
}

impl<R: 'static> Share<R> {
    /// What its slot begins with.
    #[cfg(debug_assertions)]
    pub(super) fn head(&self) -> NonNull<Head> {
        self.0.cast()
    }

    /// A new slot: the caller's share, and the callee's as an address.
    #[inline(always)]
    pub(super) fn new(deadline: u64) -> (Share<R>, NonNull<Head>) {
        let slot: NonNull<Slot<R>> = if is_pooled::<R>() {
            freelist::allocate(size_of::<Slot<R>>()).cast()
        } else {
            allocate_aligned(Layout::new::<Slot<R>>()).cast()
        };
        let head = Head::new(&VtableOf::<R>::NATIVE, 2);
        head.deadline.store(deadline, Ordering::Relaxed);
        // SAFETY: the block has the slot's size and alignment, and is ours.
        unsafe { slot.write(Slot { head, value: UnsafeCell::new(None) }) };
        (Share(slot), slot.cast())
    }

    /// Another share, for its deadline.
    #[inline(always)]
    pub(super) fn waiting(&self) -> Waiting
    where
        R: Send,
    {
        self.head.shares.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the share just made; a slot is Sync.
        unsafe { Waiting::new(self.0.cast(), &WAITING) }
    }
}

#[cold]
fn allocate_aligned(layout: Layout) -> NonNull<u8> {
    // SAFETY: a slot is not of size zero.
    let block = unsafe { std::alloc::alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| std::alloc::handle_alloc_error(layout))
}

impl<R> std::ops::Deref for Share<R> {
    type Target = Slot<R>;
    #[inline(always)]
    fn deref(&self) -> &Slot<R> {
        // SAFETY: the share keeps the slot alive.
        unsafe { self.0.as_ref() }
    }
}

impl<R: 'static> Drop for Share<R> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: our share, let go of once.
        unsafe { release_native::<R>(self.0.cast()) }
    }
}

/// Lets go of a share of a slot for an `R`.
///
/// # Safety
/// The share is the caller's, and `head` is that of a `Slot<R>`.
#[inline]
pub(super) unsafe fn release_native<R: 'static>(head: NonNull<Head>) {
    // SAFETY: the share keeps it alive (caller).
    let shares = unsafe { &head.as_ref().shares };
    // Acquire: what others did to it before they let go. Who sees 1 has the only share, so that nobody can make another.
    if shares.load(Ordering::Acquire) != 1 && shares.fetch_sub(1, Ordering::AcqRel) != 1 {
        return;
    }
    let slot = head.cast::<Slot<R>>();
    // SAFETY: the last share, so nobody else sees the slot, and it is dropped once.
    unsafe { slot.drop_in_place() };
    if is_pooled::<R>() {
        // SAFETY: allocated with this size (`Share::new`).
        unsafe { freelist::free(slot.cast(), size_of::<Slot<R>>()) };
    } else {
        // SAFETY: as above, with this layout.
        unsafe { std::alloc::dealloc(slot.as_ptr().cast(), Layout::new::<Slot<R>>()) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::{Arc, thread};

    #[test]
    fn the_last_of_many_threads_drops_the_reply_once() {
        let reply = Arc::new(());
        for _ in 0..200 {
            let (share, callee) = Share::<Arc<()>>::new(0);
            let others: Vec<_> = (0..2).map(|_| share.waiting()).collect();
            // SAFETY: nobody else looks at it yet.
            unsafe { *share.value.get() = Some(reply.clone()) };
            // SAFETY: the callee's share.
            unsafe { release_native::<Arc<()>>(callee) };
            let threads: Vec<_> = others.into_iter().map(|other| thread::spawn(|| drop(other))).collect();
            drop(share);
            threads.into_iter().for_each(|thread| thread.join().expect("drops a share"));
            assert_eq!(Arc::strong_count(&reply), 1);
        }
    }

    #[test]
    fn a_reply_may_need_more_alignment_than_free_lists_have() {
        #[repr(align(64))]
        struct Aligned([u8; 64]);
        let (share, callee) = Share::<Aligned>::new(7);
        assert_eq!(share.0.addr().get() % 64, 0);
        // SAFETY: nobody else looks at it.
        unsafe { *share.value.get() = Some(Aligned([1; 64])) };
        // SAFETY: as above.
        let first = unsafe { (*share.value.get()).as_ref() }.map(|aligned| aligned.0[0]);
        assert_eq!((first, share.head.deadline.load(Ordering::Relaxed)), (Some(1), 7));
        // SAFETY: the callee's share.
        unsafe { release_native::<Aligned>(callee) };
    }
}
