//! The actor cell: one block, header first, the behaviour's state behind it.
//!
//! # Who may touch what
//! - `head`, `named`, `urgent`, `urgency`: any thread that is pinned; `traps_exits` and `held` are written by the owner and
//!   read as a hint by others.
//! - `pid`, `vtable`, `host`, `bound`, `parent`, `started`: written before the cell is in the table, read by any
//!   pinned thread.
//! - `queue`, `relations`, `sorts` and the state: the *owner*, the worker that runs the actor's
//!   activation (one at a time, see `mailbox::queue`), or whoever creates the cell before it is in the table.
//!
//! What senders touch comes first, what the owner writes at each message begins a cache line later: otherwise sender and
//! receiver would take the head's line from each other at every message (counting ran at half the speed).

#![expect(unsafe_code, reason = "owns the block and hands the owner's part out")]

use super::behaviour::{Behaviour, CellVtable};
use super::host::Host;
use super::qos::Qos;
use crate::mailbox::bounded::Bound;
use crate::mailbox::list::List;
use crate::mailbox::meter::{Counted, Meter};
use crate::mailbox::queue::{Head, Pushed};
use crate::mailbox::urgency::Urgency;
use crate::message::{DeadLetter, DeadLetterCause, Node, NodeBox, OverLimit};
use crate::observe::{Dropped, Observed};
use crate::pid::epoch::{Pin, Retired};
use crate::pid::table::{Named, SlotCache, Table, TableFull};
use crate::pid::{NOBODY, Pid};
use crate::region::freelist;
use crate::signal::relations::Relations;
use crate::signal::signal::Signal;
use crate::sync::{Arc, AtomicBool, AtomicU32, Ordering};
use std::alloc::Layout;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::ptr::NonNull;

/// The header of a cell.
#[repr(C)]
pub(crate) struct Header {
    pub(crate) head: Head,
    pid: Pid,
    pub(crate) vtable: &'static CellVtable,
    host: NonNull<Host>,
    pub(crate) bound: Option<Arc<Bound>>,
    pub(crate) parent: Pid,
    /// When it was started, on the runtime's clock: what shutdown orders by. See `current::start_time`.
    pub(crate) started: u64,
    pub(crate) urgency: Urgency,
    pub(crate) traps_exits: AtomicBool,
    /// A name may point here.
    pub(crate) named: AtomicBool,
    /// What the behaviour holds beside its state in the cell, in units of [`HELD_UNIT`] bytes. Written by the owner.
    held: AtomicU32,
    pub(crate) queue: List,
    /// Lanes beside the normal one are in use.
    pub(crate) sorts: Cell<bool>,
    /// Something arrived that must not wait for the end of the batch in hand: see [`Header::take_urgent`].
    urgent: AtomicBool,
    /// Counts what leaves `queue` of an actor that receives in arrival order; see `mailbox::receive`.
    pub(crate) removals: Cell<u32>,
    relations: UnsafeCell<Option<Box<Relations>>>,
}

// Two places 64 bytes apart are never in one cache line, however the block lies.
const _: () = assert!(std::mem::offset_of!(Header, queue) >= 64);

// SAFETY: see "who may touch what".
unsafe impl Sync for Header {}
// SAFETY: as above; a behaviour that is not Send stays on its thread because its host has one worker.
unsafe impl Send for Header {}

// SAFETY: `pid` is written by `set_pid` only.
unsafe impl Named for Header {
    #[inline(always)]
    fn pid(&self) -> Pid {
        self.pid
    }
    fn set_pid(&mut self, pid: Pid) {
        self.pid = pid;
    }
}

/// All actors of this OS process, of all runtimes.
pub(crate) static TABLE: Table<Header> = Table::new();

struct Cache(RefCell<SlotCache>);

impl Drop for Cache {
    fn drop(&mut self) {
        TABLE.give_back(self.0.get_mut());
    }
}

thread_local! {
    static SLOTS: Cache = Cache(RefCell::new(SlotCache::default()));
}

fn with_slots<R>(use_it: impl FnOnce(&mut SlotCache) -> R) -> R {
    let mut use_it = Some(use_it);
    let done = SLOTS.try_with(|cache| use_it.take().map(|use_it| use_it(&mut cache.0.borrow_mut())));
    match (done, use_it) {
        (Ok(Some(done)), _) => done,
        // While the thread's locals are being destroyed.
        (_, Some(use_it)) => {
            let mut cache = SlotCache::default();
            let done = use_it(&mut cache);
            TABLE.give_back(&mut cache);
            done
        }
        _ => unreachable!("the closure ran or is still there"),
    }
}

#[repr(C)]
pub(crate) struct CellOf<B> {
    header: Header,
    state: UnsafeCell<B>,
}

/// Bytes to which what an actor holds is rounded: 256 GiB fit in a word of 32 bits.
const HELD_UNIT: u64 = 64;

/// What a new cell starts with.
#[derive(Debug)]
pub(crate) struct NewCell {
    pub(crate) bound: Option<Arc<Bound>>,
    pub(crate) parent: Pid,
    pub(crate) started: u64,
    pub(crate) qos: Qos,
    pub(crate) traps_exits: bool,
    pub(crate) relations: Option<Box<Relations>>,
    /// Whether it has an activation due at once.
    pub(crate) starts: bool,
}

const fn is_pooled(layout: Layout) -> bool {
    layout.align() <= freelist::ALIGN
}

fn allocate(layout: Layout) -> NonNull<u8> {
    if is_pooled(layout) {
        return freelist::allocate(layout.size());
    }
    // SAFETY: a cell is not of size zero.
    let block = unsafe { std::alloc::alloc(layout) };
    NonNull::new(block).unwrap_or_else(|| std::alloc::handle_alloc_error(layout))
}

unsafe fn free_cell(address: *mut ()) {
    let block = NonNull::new(address.cast::<u8>()).expect("a cell's address");
    // SAFETY: the cell is out of the table and no thread holds a pointer to it; its header is intact.
    let header = unsafe { &mut *block.as_ptr().cast::<Header>() };
    let layout = header.vtable.layout;
    header.bound = None;
    if is_pooled(layout) {
        // SAFETY: allocated with this size by `allocate`.
        unsafe { freelist::free(block, layout.size()) };
    } else {
        // SAFETY: as above, from the system.
        unsafe { std::alloc::dealloc(block.as_ptr(), layout) };
    }
}

/// Makes an actor and names it. It is not scheduled; if it `starts`, the caller must do that.
pub(crate) fn create<B: Behaviour>(
    host: &Host,
    new: NewCell,
    state: B,
) -> Result<NonNull<Header>, (B, TableFull)> {
    let layout = Layout::new::<CellOf<B>>();
    let cell: NonNull<CellOf<B>> = allocate(layout).cast();
    let head = Head::parked();
    if new.starts {
        head.unpark_new();
    }
    let header = Header {
        head,
        pid: NOBODY,
        vtable: CellVtable::of::<B>(),
        host: NonNull::from(host),
        bound: new.bound,
        parent: new.parent,
        started: new.started,
        urgency: Urgency::new(new.qos as u8),
        traps_exits: AtomicBool::new(new.traps_exits),
        named: AtomicBool::new(false),
        held: AtomicU32::new(0),
        queue: List::new(),
        sorts: Cell::new(false),
        urgent: AtomicBool::new(false),
        removals: Cell::new(0),
        relations: UnsafeCell::new(new.relations),
    };
    // SAFETY: the block has the layout of a CellOf<B> and is ours.
    unsafe { cell.write(CellOf { header, state: UnsafeCell::new(state) }) };
    let header: NonNull<Header> = cell.cast();
    // SAFETY: valid and exclusively ours; freed through the epoch only (`Header::retire`).
    match with_slots(|slots| unsafe { TABLE.insert(header, slots) }) {
        Ok(_) => Ok(header),
        Err(full) => {
            // SAFETY: nobody knows of the cell.
            let CellOf { header: _, state } = unsafe { cell.read() };
            // SAFETY: allocated above with this layout; `read` took the content out.
            unsafe {
                if is_pooled(layout) {
                    freelist::free(cell.cast(), layout.size());
                } else {
                    std::alloc::dealloc(cell.as_ptr().cast(), layout);
                }
            }
            Err((state.into_inner(), full))
        }
    }
}

/// Where a behaviour's state is in its cell.
pub(crate) const fn state_offset<B>() -> usize {
    std::mem::offset_of!(CellOf<B>, state)
}

/// The layout of a cell with this behaviour.
pub(crate) const fn layout_of<B>() -> Layout {
    Layout::new::<CellOf<B>>()
}

/// The actor named `pid`.
#[inline(always)]
pub(crate) fn lookup<'p>(pid: Pid, pin: &'p Pin<'_>) -> Option<&'p Header> {
    TABLE.lookup(pid, pin)
}

impl Header {
    #[inline(always)]
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    #[inline(always)]
    pub(crate) fn host(&self) -> &Host {
        // SAFETY: a host is freed only through the epoch, after all its cells (see `Runtime`).
        unsafe { self.host.as_ref() }
    }

    /// Sends a message. Gives it back when the actor is dead, or over its limit of memory and so about to be.
    #[inline(always)]
    pub(crate) fn send(&self, node: NodeBox) -> Result<(), NodeBox> {
        let node = if self.bound.is_some() { self.counted(node)? } else { node };
        self.push(node, false)
    }

    /// Counts a message that is about to be sent. Gives it back when it must not be.
    pub(crate) fn counted(&self, mut node: NodeBox) -> Result<NodeBox, NodeBox> {
        let Some(bound) = &self.bound else { return Ok(node) };
        if let Some(meter) = &*bound.meter {
            match meter.count(&mut node, self.held()) {
                Counted::Yes => {}
                Counted::Refused => return Err(node),
                Counted::Over(over) => {
                    self.end_for(over);
                    return Err(node);
                }
            }
        }
        if let Some(observed) = &bound.observed {
            node.set_counted();
            observed.sent(node.address(), self.host().timers.now());
        }
        Ok(node)
    }

    /// The actor as the runtime's observer sees it, if there is one.
    pub(crate) fn observed(&self) -> Option<&Observed> {
        self.bound.as_ref()?.observed.as_ref()
    }

    /// What counts for the actor's limit on memory, if it has one.
    pub(crate) fn meter(&self) -> Option<&Meter> {
        self.bound.as_ref()?.meter.as_ref()
    }

    /// The actor is over its limit: ends it. Nothing is sent to it any more.
    #[cold]
    fn end_for(&self, over: OverLimit) {
        // Refused by one that is dead already.
        drop(self.push(Signal::OverLimit(over).into_node(), true));
    }

    /// A message leaves the mailbox for the behaviour.
    pub(crate) fn count_off(&self, node: &NodeBox) {
        let is_counted = node.take_counted();
        if let Some(meter) = self.meter().filter(|_| is_counted) {
            meter.count_off(node);
        }
    }

    /// A message takes the place of another.
    pub(crate) fn count_instead(&self, old: &Node, new: &mut NodeBox) {
        if !old.take_counted() {
            return;
        }
        new.set_counted();
        if let Some(meter) = self.meter() {
            meter.count_instead(old, new);
        }
        if let Some(observed) = self.observed() {
            observed.replace(old.address(), new.address());
        }
    }

    /// A message leaves the mailbox for nobody.
    pub(crate) fn count_out(&self, node: &NodeBox) {
        self.count_off(node);
        if let Some(observed) = self.observed() {
            observed.forget(node.address());
        }
    }

    /// A message to the actor is dropped: it is a dead letter.
    pub(crate) fn bury(&self, message: &'static str, cause: DeadLetterCause) {
        if let Some(observed) = self.observed() {
            observed.dropped(match cause {
                DeadLetterCause::Overflow => Dropped::Overflow,
                DeadLetterCause::ReceiverExited => Dropped::Ended,
                DeadLetterCause::NotConverted(_) => Dropped::Misfit,
            });
        }
        let to = self.pid;
        self.host().dead_letters.record(|| DeadLetter { to, message: message.to_owned(), cause });
    }

    /// Whether its mailbox has a limited capacity.
    pub(crate) fn is_bounded(&self) -> bool {
        self.bound.as_ref().is_some_and(|bound| bound.has_capacities())
    }

    /// Bytes that the behaviour holds beside its state in the cell, as it said last.
    pub(crate) fn held(&self) -> u64 {
        u64::from(self.held.load(Ordering::Relaxed)) * HELD_UNIT
    }

    /// Notes what the behaviour holds, and ends the actor if that is too much. Owner only.
    #[inline]
    pub(crate) fn set_held(&self, bytes: u64) {
        let units = u32::try_from(bytes.div_ceil(HELD_UNIT)).unwrap_or(u32::MAX);
        // A line that senders read: it is written only when there is something new.
        if self.held.load(Ordering::Relaxed) == units {
            return;
        }
        self.held.store(units, Ordering::Relaxed);
        if let Some(over) = self.meter().and_then(|meter| meter.holds(self.held())) {
            self.end_for(over);
        }
    }

    /// Pushes a message that is not counted for a limit on memory, or a signal, and schedules the actor if that is due. Gives
    /// the node back when the actor is dead.
    #[inline(always)]
    pub(crate) fn push(&self, node: NodeBox, rouses: bool) -> Result<(), NodeBox> {
        let is_urgent = node.is_urgent();
        let node = node.into_raw();
        // SAFETY: a node that was boxed is valid and in no queue.
        match unsafe { self.head.push(node, rouses) } {
            Pushed::Queued => {
                if is_urgent {
                    self.urgent.store(true, Ordering::Release);
                }
                Ok(())
            }
            Pushed::Schedule => {
                self.schedule();
                Ok(())
            }
            // SAFETY: a refused node is ours still.
            Pushed::Closed => Err(unsafe { NodeBox::from_raw(node) }),
        }
    }

    /// Whether a signal or a message of an urgent lane arrived that was not taken in yet; it may have been. Owner only.
    ///
    /// Looking at the head instead would cost the senders their cache line each time.
    #[inline(always)]
    pub(crate) fn take_urgent(&self) -> bool {
        // Acquire: the push came before, so the head's next `take` finds it.
        self.urgent.load(Ordering::Relaxed) && self.urgent.swap(false, Ordering::Acquire)
    }

    /// Wakes the behaviour without a message.
    pub(crate) fn wake(&self) {
        if self.head.wake() {
            self.schedule();
        }
    }

    /// The class that counts for the actor: its own, or one that it inherits from who waits for it.
    #[inline(always)]
    pub(crate) fn class(&self) -> Qos {
        Qos::of_rank(self.urgency.rank())
    }

    /// The class that counts, and whether the actor has a deadline.
    #[inline(always)]
    pub(crate) fn look(&self) -> (Qos, bool) {
        let seen = self.urgency.look();
        (Qos::of_rank(seen.rank()), seen.hurries())
    }

    /// A message that raised the actor was handled, or will not be.
    #[cold]
    pub(crate) fn lower(&self) {
        if self.urgency.lower() {
            let host = self.host();
            (host.functions.calm)(host, self, false);
        }
    }

    /// It is dead: nobody waits for it any more.
    #[inline]
    pub(crate) fn forget_deadline(&self) {
        if self.urgency.hurries() {
            let host = self.host();
            (host.functions.calm)(host, self, true);
        }
    }

    /// Puts the actor on a run queue. Only who cleared the head's parked state may.
    #[inline(always)]
    pub(crate) fn schedule(&self) {
        self.host().schedule(NonNull::from(self));
    }

    /// The behaviour's state.
    pub(crate) fn state(&self) -> *mut () {
        let offset = self.vtable.state_offset;
        (&raw const *self).cast::<u8>().cast_mut().wrapping_add(offset).cast()
    }

    /// Relations, if there are any. Owner only; the borrow must end before the next one begins.
    #[inline(always)]
    #[expect(clippy::mut_from_ref, reason = "the owner is one at a time")]
    pub(crate) unsafe fn relations(&self) -> Option<&mut Relations> {
        // SAFETY: the caller is the owner and holds no other borrow.
        unsafe { (*self.relations.get()).as_deref_mut() }
    }

    /// Relations, made when there are none. Owner only; the borrow must end before the next one begins.
    #[expect(clippy::mut_from_ref, reason = "the owner is one at a time")]
    pub(crate) unsafe fn relations_mut(&self) -> &mut Relations {
        // SAFETY: the caller is the owner and holds no other borrow.
        unsafe { (*self.relations.get()).get_or_insert_default() }
    }

    /// Takes the relations out. Owner only.
    pub(crate) unsafe fn take_relations(&self) -> Option<Box<Relations>> {
        // SAFETY: the caller is the owner and holds no borrow.
        unsafe { (*self.relations.get()).take() }
    }

    /// Takes the dead actor out of the table and sees to it that its block is freed. Owner only, last.
    pub(crate) fn retire(&self) {
        with_slots(|slots| TABLE.remove(self.pid, slots));
        self.forget_deadline();
        if self.urgency.end() {
            self.free_when_unseen();
        }
    }

    /// Frees the block of an actor that is out of the table, when nobody can see it any more. Once.
    pub(crate) fn free_when_unseen(&self) {
        let address: *mut () = (&raw const *self).cast_mut().cast();
        // SAFETY: out of the table; retired once, by its last owner or by whoever took the last entry (`mailbox::urgency`).
        let retired = unsafe { Retired::new(address, free_cell) };
        crate::pid::epoch::with_participant(|participant| participant.retire(retired));
    }

    /// Whether it traps exits, as far as another thread can tell: a hint.
    pub(crate) fn traps_exits_now(&self) -> bool {
        self.traps_exits.load(Ordering::Relaxed)
    }
}

impl std::fmt::Debug for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actor").field("pid", &self.pid).field("head", &self.head).finish_non_exhaustive()
    }
}
