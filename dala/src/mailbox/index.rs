//! An index of a long queue by key, so that a receive that can only match certain keys goes straight to the first message
//! that may be one.
//!
//! It covers a stretch of the queue without gaps: from the first message that it was begun with on. A [`Cursor`] begins one
//! when a receive has skipped many messages, covers more of the queue as receives get there, and tells of each message that
//! leaves. So a receive that finds what it wants early never pays for what waits behind.
//!
//! Cost, with n messages covered: to find, to cover one more and to take one out are O(log n); about `BYTES_EACH` bytes for
//! each message.
//!
//! # Invariants
//! **Covered.** What `order` leads to are nodes of the queue, in its order, one behind the other; `arrival` of each is its
//! place in `order`. (Actors that receive in arrival order have no lanes, for which the field is.)
//! A node of whose key nothing is known is in `any`, all others in the set of their key.
//!
//! [`Cursor`]: super::receive::Cursor

#![expect(unsafe_code, reason = "walks nodes of the queue that it covers")]

use super::queue::Linked;
use crate::message::Node;
use dala_ir::abi::Atom;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ptr::NonNull;

/// What a message can be told by without looking at all of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Key {
    /// The first element of a tuple, or the message itself.
    Atom(Atom),
    /// The first element of a tuple, by the low bits of the reference.
    Reference(u64),
    /// A Rust message, by the layout id of its (first) shape.
    Shape(u64),
}

impl Key {
    /// The key of a Rust message; `None` for what is none.
    pub fn of_rust(node: &Node) -> Option<Key> {
        Some(Key::Shape(node.vtable().shapes?.all().first()?.layout_id()))
    }

    /// The key of messages of type `M`; `None` if it has no shape.
    pub fn of_type<M: crate::message::Message>() -> Option<Key> {
        Some(Key::Shape(M::SHAPES.all().first()?.layout_id()))
    }
}

/// Says by what key a message is found; `None`: it is a candidate for every receive. Says the same as long as the message waits.
pub type KeyOf = fn(&Node) -> Option<Key>;

/// Bytes that a covered message takes, about: an entry of a map and one of a set, in nodes that are two thirds full.
const BYTES_EACH: usize = 36;

/// The index of one queue.
#[derive(Debug)]
pub(super) struct Index {
    key_of: KeyOf,
    order: BTreeMap<u32, NonNull<Node>>,
    keyed: HashMap<Key, BTreeSet<u32>>,
    any: BTreeSet<u32>,
    /// The place of the next message that is covered.
    next: u32,
    /// Messages that left since anything was looked for.
    unused: u32,
}

impl Index {
    pub(super) fn new(key_of: KeyOf) -> Index {
        Index {
            key_of,
            order: BTreeMap::new(),
            keyed: HashMap::new(),
            any: BTreeSet::new(),
            next: 0,
            unused: 0,
        }
    }

    /// Messages covered.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Bytes that it takes, about.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Index>() + self.order.len() * BYTES_EACH
    }

    /// Messages that left since anything was looked for.
    pub(super) fn unused(&self) -> u32 {
        self.unused
    }

    /// The place of a node of the queue; `None` if it is not covered.
    pub(super) fn place_of(&self, node: NonNull<Node>) -> Option<u32> {
        // SAFETY: in the queue (caller), so valid.
        let place = unsafe { node.as_ref() }.arrival.get();
        (self.order.get(&place) == Some(&node)).then_some(place)
    }

    /// The last node that it covers.
    pub(super) fn last(&self) -> Option<NonNull<Node>> {
        self.order.last_key_value().map(|(_, node)| *node)
    }

    /// The node behind the last one that it covers, or null.
    pub(super) fn beyond(&self) -> *mut Node {
        // SAFETY: covered, so in the queue, and valid while it is ("Covered").
        self.last().map_or(std::ptr::null_mut(), |last| unsafe { last.as_ref() }.next())
    }

    /// Covers up to `count` nodes more, from `node` on, which stands behind the last. Returns false when it has no places
    /// left: it is of no more use.
    pub(super) fn cover(&mut self, node: *mut Node, count: u32) -> bool {
        let mut next = node;
        for _ in 0..count {
            let Some(node) = NonNull::new(next) else { break };
            let Some(after) = self.next.checked_add(1) else { return false };
            // SAFETY: reached from a node of the queue (caller), so in it, and valid while nothing is taken out.
            let covered = unsafe { node.as_ref() };
            covered.arrival.set(self.next);
            self.order.insert(self.next, node);
            self.enter(self.next, covered);
            self.next = after;
            next = covered.next();
        }
        true
    }

    /// The first place at or behind `from` whose message may have one of `keys`.
    pub(super) fn find(&mut self, keys: &[Key], from: u32) -> Option<u32> {
        self.unused = 0;
        let sets = keys.iter().filter_map(|key| self.keyed.get(key)).chain([&self.any]);
        sets.filter_map(|set| set.range(from..).next().copied()).min()
    }

    /// The node in front of a place.
    pub(super) fn before(&self, place: u32) -> Option<NonNull<Node>> {
        self.order.range(..place).next_back().map(|(_, node)| *node)
    }

    /// A node is about to leave the queue, or has just left it.
    pub(super) fn remove(&mut self, node: NonNull<Node>) {
        self.unused = self.unused.saturating_add(1);
        if let Some(place) = self.place_of(node) {
            self.order.remove(&place);
            // SAFETY: valid, as above.
            self.leave(place, unsafe { node.as_ref() });
        }
    }

    /// `new` takes the place of `old`.
    pub(super) fn replace(&mut self, old: NonNull<Node>, new: NonNull<Node>) {
        if let Some(place) = self.place_of(old) {
            // SAFETY: `old` is in the queue still, `new` takes its place (caller): both are valid.
            let (old, next) = unsafe { (old.as_ref(), new.as_ref()) };
            self.leave(place, old);
            next.arrival.set(place);
            self.order.insert(place, new);
            self.enter(place, next);
        }
    }

    fn enter(&mut self, place: u32, node: &Node) {
        match (self.key_of)(node) {
            Some(key) => self.keyed.entry(key).or_default().insert(place),
            None => self.any.insert(place),
        };
    }

    fn leave(&mut self, place: u32, node: &Node) {
        let Some(key) = (self.key_of)(node) else {
            self.any.remove(&place);
            return;
        };
        if let Some(set) = self.keyed.get_mut(&key) {
            set.remove(&place);
            if set.is_empty() {
                self.keyed.remove(&key);
            }
        }
    }
}
