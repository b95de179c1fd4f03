//! Message nodes: one allocation, a header of 32 bytes, the payload right behind it.
//!
//! ```text
//!  0  next      link of the mailbox that holds the node
//!  8  vtable    what the payload is, and how to drop it
//! 16  from      sender's pid; of a call its reply slot; of a message sent by an alias that reference
//! 24  arrival   number of the receiver's intake, for order between lanes
//! 28  class     lane and kind; 0 for an ordinary message of the normal lane
//! 29  flags     call, credit, payload moved out, counted, raises
//! 32  payload   at the offsets of its shape
//! ```
//! Generated code reads the payload through [`PAYLOAD_OFFSET`] and the shape's offsets.
//!
//! A payload is *typed* (a Rust message, sent to the one actor type that its vtable was made for), a *term* (made by
//! the BEAM frontend: a root word, then the heap words it points to) or a *signal* of the runtime.

#![expect(unsafe_code, reason = "allocates nodes and moves payloads in and out of them")]

use super::call::{CallError, ForeignReply, ReplyHandle};
use super::lane::Lane;
use super::message::Message;
use crate::pid::{NOBODY, Pid, Ref};
use crate::region::freelist;
use dala_ir::abi::Word;
use dala_ir::abi::shape::Shapes;
use dala_ir::term::TermWriter;
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr::{NonNull, null_mut};

/// Offset of the payload in a node, in bytes.
pub const PAYLOAD_OFFSET: usize = 32;

/// What the payload of a node is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum PayloadKind {
    /// A Rust message for the actor type that the vtable was made for.
    Typed,
    /// A message in a form that the receiving behaviour knows by its vtable's address (a term).
    Foreign,
    /// The runtime's own; behaviours never see it as a message.
    Signal,
}

/// What is known of a payload for all nodes that carry its kind.
#[derive(Debug)]
#[repr(C)]
pub struct NodeVtable {
    /// Bytes of the whole node, or 0 when they differ from node to node: see `size_of`.
    pub size: usize,
    /// Bytes of the payload, read from it; used when `size` is 0.
    pub size_of: unsafe fn(payload: *const u8) -> usize,
    /// Drops the payload in place.
    pub drop_payload: unsafe fn(payload: *mut u8),
    /// Which of the three kinds.
    pub kind: PayloadKind,
    /// For people: the type's name.
    pub name: &'static str,
    /// The message's shapes, when it has any: what is where in the payload.
    pub shapes: Option<&'static Shapes>,
    /// Of a typed message: the behaviour that its nodes may be sent to.
    pub receiver: Option<fn() -> std::any::TypeId>,
    /// Of a typed message: its type.
    pub message: Option<fn() -> std::any::TypeId>,
    /// Bytes that the payload holds beside the node, if it may hold some.
    pub held: Option<unsafe fn(payload: *const u8) -> usize>,
    /// Builds the payload's term, if it has one: how a behaviour reads it that was not compiled with its type.
    pub write_term: Option<unsafe fn(payload: *const u8, writer: &mut dyn TermWriter) -> Word>,
}

/// The header of a message.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct Node {
    pub(crate) next: Cell<*mut Node>,
    vtable: &'static NodeVtable,
    from: Cell<u64>,
    pub(crate) arrival: Cell<u32>,
    pub(crate) class: Cell<u8>,
    flags: Cell<u8>,
}

const _: () = assert!(size_of::<Node>() == PAYLOAD_OFFSET && std::mem::offset_of!(Node, arrival) == 24);

/// Bits of `class`: the lane, and what makes the intake look closer.
pub(crate) mod class {
    /// The lane's two bits.
    pub(crate) const LANE: u8 = 0b11;
    /// A signal: acts at intake.
    pub(crate) const SIGNAL: u8 = 4;
    /// An EXIT or DOWN message: released after everything that arrived before.
    pub(crate) const SYSTEM: u8 = 8;
    /// Sent by alias: dropped at intake unless the alias is active.
    pub(crate) const VIA_ALIAS: u8 = 16;
}

mod flag {
    /// `from` is the reply slot.
    pub(super) const CALL: u8 = 1;
    /// Took a credit of its lane.
    pub(super) const CREDIT: u8 = 2;
    /// The payload was moved out.
    pub(super) const MOVED: u8 = 4;
    /// Counted by the receiver: by its meter, or for its observer.
    pub(super) const COUNTED: u8 = 8;
    /// Raised the class of its receiver.
    pub(super) const RAISES: u8 = 16;
}

unsafe fn no_size(_payload: *const u8) -> usize {
    0
}

unsafe fn drop_typed<T>(payload: *mut u8) {
    // SAFETY: the payload is a T (the vtable was made for T), dropped once.
    unsafe { payload.cast::<T>().drop_in_place() }
}

impl NodeVtable {
    /// The vtable of nodes whose payload is a `T`.
    pub const fn of<T>(kind: PayloadKind) -> NodeVtable {
        assert!(align_of::<T>() <= 16, "a message is aligned to at most 16 bytes");
        NodeVtable {
            size: PAYLOAD_OFFSET + size_of::<T>(),
            size_of: no_size,
            drop_payload: drop_typed::<T>,
            kind,
            name: "",
            shapes: None,
            receiver: None,
            message: None,
            held: None,
            write_term: None,
        }
    }

    /// The name of the payload's type, for people.
    pub fn type_name(&self) -> &'static str {
        match self.shapes {
            Some(shapes) if self.name.is_empty() => shapes.type_name(),
            _ => self.name,
        }
    }

    /// The same with a name for people.
    pub const fn named(mut self, name: &'static str) -> NodeVtable {
        self.name = name;
        self
    }
}

impl Node {
    /// What its payload is.
    #[inline(always)]
    pub fn vtable(&self) -> &'static NodeVtable {
        self.vtable
    }

    /// Address of the payload. Reading it is up to whoever knows the vtable.
    #[inline(always)]
    pub fn payload(&self) -> *mut u8 {
        (&raw const *self).cast::<u8>().cast_mut().wrapping_add(PAYLOAD_OFFSET)
    }

    /// What tells it from others while it lives.
    pub(crate) fn address(&self) -> usize {
        (&raw const *self).addr()
    }

    /// Who sent it, when it is neither a call nor sent by alias and the sender is an actor.
    pub fn sender(&self) -> Option<Pid> {
        let told = self.flags.get() & flag::CALL == 0 && self.class.get() & class::VIA_ALIAS == 0;
        let pid = Pid::from_bits(self.from.get());
        (told && pid != NOBODY).then_some(pid)
    }

    /// The alias it was sent by.
    pub(crate) fn alias(&self) -> Option<Ref> {
        (self.class.get() & class::VIA_ALIAS != 0).then(|| Ref::from_bits(self.from.get()))
    }

    /// Its lane.
    #[inline]
    pub fn lane(&self) -> Lane {
        match self.class.get() & class::LANE {
            0 => Lane::Normal,
            1 => Lane::High,
            2 => Lane::Critical,
            _ => Lane::Low,
        }
    }

    /// Whether it is a signal, or of a lane before the normal one: it does not wait for the end of a batch.
    #[inline(always)]
    pub(crate) fn is_urgent(&self) -> bool {
        let class = self.class.get();
        class != 0 && (class & class::SIGNAL != 0 || matches!(self.lane(), Lane::High | Lane::Critical))
    }

    /// Whether somebody waits for a reply to it.
    #[inline(always)]
    pub fn is_call(&self) -> bool {
        self.flags.get() & flag::CALL != 0
    }

    /// Whether the receiver's mailbox keeps an account of it: it took a credit, or is counted.
    #[inline(always)]
    pub(crate) fn is_accounted(&self) -> bool {
        self.flags.get() & (flag::CREDIT | flag::COUNTED) != 0
    }

    /// Whether it raised its receiver's class, which is to be lowered when it was handled.
    #[inline(always)]
    pub(crate) fn raises(&self) -> bool {
        self.flags.get() & flag::RAISES != 0
    }

    /// Takes the mark off that its receiver counts it. Returns whether there was one.
    pub(crate) fn take_counted(&self) -> bool {
        let flags = self.flags.replace(self.flags.get() & !flag::COUNTED);
        flags & flag::COUNTED != 0
    }

    /// Bytes of the node and of what its payload holds.
    pub(crate) fn bytes(&self) -> u64 {
        if self.flags.get() & flag::MOVED != 0 {
            return self.size() as u64;
        }
        // SAFETY: the payload is of the vtable's kind (`allocate`, `typed`) and was not moved out.
        let held = self.vtable.held.map_or(0, |held| unsafe { held(self.payload()) });
        (self.size() as u64).saturating_add(held as u64)
    }

    /// Bytes of the node.
    #[inline(always)]
    fn size(&self) -> usize {
        match self.vtable.size {
            // SAFETY: the payload is of the vtable's kind (`allocate`).
            0 => PAYLOAD_OFFSET + unsafe { (self.vtable.size_of)(self.payload()) },
            size => size,
        }
    }

    #[inline(always)]
    pub(crate) fn has_credit(&self) -> bool {
        self.flags.get() & flag::CREDIT != 0
    }

    pub(crate) fn drop_credit(&self) {
        self.flags.set(self.flags.get() & !flag::CREDIT);
    }

    /// Whether the payload was moved out.
    pub(crate) fn is_moved(&self) -> bool {
        self.flags.get() & flag::MOVED != 0
    }

    /// Builds the message's term, if its payload has one.
    pub fn write_term(&self, writer: &mut dyn TermWriter) -> Option<Word> {
        if self.flags.get() & flag::MOVED != 0 {
            return None;
        }
        // SAFETY: the payload is of the vtable's kind (`allocate`, `typed`) and was not moved out.
        self.vtable.write_term.map(|write| unsafe { write(self.payload(), writer) })
    }

    /// Takes the reply handle out of a call.
    #[inline]
    pub fn take_reply(&self) -> Option<ReplyHandle> {
        let flags = self.flags.get();
        if flags & flag::CALL == 0 {
            return None;
        }
        self.flags.set(flags & !flag::CALL);
        let slot = self.from.replace(NOBODY.to_bits());
        // SAFETY: `set_reply` stored the handle's address and set the flag, which is cleared now.
        Some(unsafe { ReplyHandle::from_bits(slot) })
    }

    /// Whether it is a call whose caller waits no longer.
    #[inline]
    pub(crate) fn is_given_up(&self) -> bool {
        self.with_reply(ReplyHandle::is_done).unwrap_or(false)
    }

    /// When the caller gives up, on the clock of the receiver's runtime; 0 if never, or not known (yet).
    #[inline]
    pub(crate) fn deadline(&self) -> u64 {
        self.with_reply(ReplyHandle::deadline).unwrap_or(0)
    }

    /// Who waits for the reply, where that is known.
    pub(crate) fn caller(&self) -> Option<Pid> {
        self.with_reply(ReplyHandle::caller).flatten()
    }

    #[inline(always)]
    fn with_reply<R>(&self, look: impl FnOnce(&ReplyHandle) -> R) -> Option<R> {
        if !self.is_call() {
            return None;
        }
        // SAFETY: `set_reply` stored the handle's address; the flag says that it is still ours, and it stays so.
        let handle = ManuallyDrop::new(unsafe { ReplyHandle::from_bits(self.from.get()) });
        Some(look(&handle))
    }

    /// Moves the payload out.
    ///
    /// # Safety
    /// The payload is a `T` and was not moved out before.
    #[inline(always)]
    pub(crate) unsafe fn move_payload<T>(&self) -> T {
        self.flags.set(self.flags.get() | flag::MOVED);
        // SAFETY: the caller's promise; the flag keeps the node from dropping it again.
        unsafe { self.payload().cast::<T>().read() }
    }
}

/// An owned message on its way: dropping it drops the payload; a caller who waits on it learns that there will be no
/// reply.
#[derive(Debug)]
#[repr(transparent)]
pub struct NodeBox(NonNull<Node>);

// SAFETY: a node owns its payload, which is Send (`typed` and `allocate` demand it), and has no owner thread.
unsafe impl Send for NodeBox {}

impl NodeBox {
    /// A message of type `T`.
    ///
    /// # Safety
    /// `vtable` was made by [`NodeVtable::of::<T>`].
    #[inline(always)]
    pub(crate) unsafe fn typed<T: Send>(vtable: &'static NodeVtable, payload: T) -> NodeBox {
        debug_assert_eq!(vtable.size, PAYLOAD_OFFSET + size_of::<T>());
        let node = new_node(PAYLOAD_OFFSET + size_of::<T>(), vtable);
        // SAFETY: the block has room for a T behind the header, aligned to 16.
        unsafe { node.0.as_ref().payload().cast::<T>().write(payload) };
        node
    }

    /// A message for a behaviour that was not compiled with its type and reads it by its shape, or as a term: an
    /// Erlang process. The payload lies in the node, as it does for a native actor.
    pub fn for_shape<M: Message>(message: M) -> NodeBox {
        // SAFETY: `ByShape::<M>::VTABLE` is `NodeVtable::of::<M>` with the shapes of M.
        unsafe { NodeBox::typed(ByShape::<M>::VTABLE, message) }
    }

    /// A node with room for `payload_bytes` of unspecified content.
    ///
    /// # Safety
    /// The caller writes a payload of the vtable's kind before the node is sent or dropped; that payload may be read
    /// and dropped on any thread, and `vtable.size_of` of it gives `payload_bytes` when `vtable.size` is 0 (else
    /// `vtable.size` is `PAYLOAD_OFFSET + payload_bytes`).
    pub unsafe fn allocate(vtable: &'static NodeVtable, payload_bytes: usize) -> NodeBox {
        new_node(PAYLOAD_OFFSET + payload_bytes, vtable)
    }

    /// Puts it into another lane.
    #[inline(always)]
    pub fn set_lane(&mut self, lane: Lane) {
        let class = self.class.get() & !class::LANE;
        self.class.set(class | lane as u8);
    }

    /// Notes who sends it.
    #[inline(always)]
    pub fn set_sender(&mut self, sender: Pid) {
        debug_assert!(!self.is_call());
        self.from.set(sender.to_bits());
    }

    /// Lets it through only if the receiver's alias `alias` is active when it arrives.
    pub fn set_alias(&mut self, alias: Ref) {
        self.class.set(self.class.get() | class::VIA_ALIAS);
        self.from.set(alias.to_bits());
    }

    /// Makes it a call whose reply goes to `reply`.
    pub fn set_foreign_reply(&mut self, reply: Box<dyn ForeignReply>) {
        self.set_reply(ReplyHandle::foreign(reply));
    }

    /// Makes it a call that `reply` waits for, which takes what its receiver replies.
    #[inline(always)]
    pub(crate) fn set_reply(&mut self, reply: ReplyHandle) {
        self.from.set(reply.into_bits());
        self.flags.set(self.flags.get() | flag::CALL);
    }

    pub(crate) fn set_credit(&mut self) {
        self.flags.set(self.flags.get() | flag::CREDIT);
    }

    pub(crate) fn set_raises(&mut self) {
        self.flags.set(self.flags.get() | flag::RAISES);
    }

    pub(crate) fn set_counted(&mut self) {
        self.flags.set(self.flags.get() | flag::COUNTED);
    }

    pub(crate) fn mark(&mut self, bits: u8) {
        self.class.set(self.class.get() | bits);
    }

    /// Answers the call with a failure, if it is one.
    pub(crate) fn fail_call(&self, failure: impl FnOnce() -> CallError) {
        if let Some(reply) = self.take_reply() {
            reply.fail(failure());
        }
    }

    #[inline(always)]
    pub(crate) fn into_raw(self) -> NonNull<Node> {
        ManuallyDrop::new(self).0
    }

    /// # Safety
    /// `node` came from [`NodeBox::into_raw`] and is not used through another box.
    #[inline(always)]
    pub(crate) unsafe fn from_raw(node: NonNull<Node>) -> NodeBox {
        NodeBox(node)
    }

    /// Frees a node whose payload was moved out and that is no call, knowing its type: no look at the vtable.
    ///
    /// # Safety
    /// The node was made for payloads of type `T` ([`NodeBox::typed`]), [`Node::move_payload`] was called, and it is no call.
    #[inline(always)]
    pub(crate) unsafe fn free_moved<T>(self) {
        debug_assert!(self.flags.get() & flag::MOVED != 0 && !self.is_call());
        debug_assert_eq!(self.vtable.size, PAYLOAD_OFFSET + size_of::<T>());
        // SAFETY: allocated with this size; nothing in it is left to drop (caller).
        unsafe { freelist::free(self.into_raw().cast(), PAYLOAD_OFFSET + size_of::<T>()) };
    }

    /// Takes the payload and frees the node.
    ///
    /// # Safety
    /// The payload is a `T`.
    pub(crate) unsafe fn into_payload<T>(self) -> T {
        // SAFETY: the caller's promise; we own the node, so it was not moved out before.
        unsafe { self.move_payload() }
    }
}

struct ByShape<M>(std::marker::PhantomData<M>);

impl<M: Message> ByShape<M> {
    const VTABLE: &'static NodeVtable = &NodeVtable {
        shapes: Some(M::SHAPES),
        held: Some(held_by_message::<M>),
        write_term: Some(write_message::<M>),
        ..NodeVtable::of::<M>(PayloadKind::Foreign)
    };
}

unsafe fn write_message<M: Message>(payload: *const u8, writer: &mut dyn TermWriter) -> Word {
    // SAFETY: the payload is an M: the vtable was made for M (caller).
    unsafe { &*payload.cast::<M>() }.to_term(writer)
}

/// Bytes that a payload of type `M` holds beside itself.
///
/// # Safety
/// The payload is an `M`.
pub(crate) unsafe fn held_by_message<M: Message>(payload: *const u8) -> usize {
    // SAFETY: the payload is an M (caller).
    unsafe { &*payload.cast::<M>() }.held_bytes()
}

#[inline(always)]
fn new_node(bytes: usize, vtable: &'static NodeVtable) -> NodeBox {
    let node: NonNull<Node> = freelist::allocate(bytes).cast();
    let header = Node {
        next: Cell::new(null_mut()),
        vtable,
        from: Cell::new(NOBODY.to_bits()),
        arrival: Cell::new(0),
        class: Cell::new(0),
        flags: Cell::new(0),
    };
    // SAFETY: the block is ours, aligned to 16 and at least as long as the header.
    unsafe { node.write(header) };
    NodeBox(node)
}

impl std::ops::Deref for NodeBox {
    type Target = Node;
    #[inline(always)]
    fn deref(&self) -> &Node {
        // SAFETY: the box owns a valid node.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for NodeBox {
    #[inline(always)]
    fn drop(&mut self) {
        let node: &Node = self;
        let flags = node.flags.get();
        if flags & flag::CALL != 0 {
            drop(node.take_reply());
        }
        let (vtable, payload) = (node.vtable, node.payload());
        let size = node.size();
        if flags & flag::MOVED == 0 {
            // SAFETY: as above; dropped once, because the box owns it.
            unsafe { (vtable.drop_payload)(payload) };
        }
        // SAFETY: allocated with this size by `new_node`.
        unsafe { freelist::free(self.0.cast(), size) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    static VTABLE: NodeVtable = NodeVtable::of::<Arc<u8>>(PayloadKind::Typed);

    #[test]
    fn dropping_a_node_drops_its_payload_once() {
        let payload = Arc::new(1u8);
        // SAFETY: VTABLE is that of the payload's type.
        let node = unsafe { NodeBox::typed(&VTABLE, payload.clone()) };
        assert_eq!(Arc::strong_count(&payload), 2);
        drop(node);
        assert_eq!(Arc::strong_count(&payload), 1);
        // SAFETY: as above.
        let node = unsafe { NodeBox::typed(&VTABLE, payload.clone()) };
        // SAFETY: as above.
        let moved: Arc<u8> = unsafe { node.into_payload() };
        assert_eq!(Arc::strong_count(&payload), 2);
        drop(moved);
        assert_eq!(Arc::strong_count(&payload), 1);
    }
}
