//! A first-in-first-out list of nodes that one owner has: a lane, or a queue of messages in arrival order.

#![expect(unsafe_code, reason = "links nodes that the list owns")]

use super::queue::Linked;
use crate::message::{Node, NodeBox};
use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

// SAFETY: both use `next`, which only queues and lists touch.
unsafe impl Linked for Node {
    #[inline(always)]
    fn set_next(&self, next: *mut Node) {
        self.next.set(next);
    }
    #[inline(always)]
    fn next(&self) -> *mut Node {
        self.next.get()
    }
}

/// Nodes in arrival order. Owns them; whoever drops a list empties it first ([`List::drain`]), as a cell does at exit.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct List {
    pub(super) first: Cell<*mut Node>,
    pub(super) last: Cell<*mut Node>,
}

impl List {
    pub(crate) const fn new() -> List {
        List { first: Cell::new(null_mut()), last: Cell::new(null_mut()) }
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.first.get().is_null()
    }

    /// The oldest node.
    #[inline(always)]
    pub(crate) fn first(&self) -> Option<&Node> {
        // SAFETY: listed nodes are valid while listed; the borrow of self keeps the owner from taking this one only
        // as far as callers within the mailbox keep to it (they do not hold it across a `pop`).
        unsafe { self.first.get().as_ref() }
    }

    /// How many nodes there are. Linear.
    pub(crate) fn len(&self) -> usize {
        let mut count = 0;
        let mut next = self.first();
        while let Some(node) = next {
            count += 1;
            // SAFETY: listed nodes are valid, and nothing is taken off meanwhile.
            next = unsafe { node.next().as_ref() };
        }
        count
    }

    #[inline(always)]
    pub(crate) fn push(&self, node: NodeBox) {
        let node = node.into_raw();
        // SAFETY: the list owns the node from here on.
        unsafe { self.append(node, node) };
    }

    /// Appends a chain of nodes.
    ///
    /// # Safety
    /// `first` leads to `last` by `next`; the chain is the list's from now on.
    #[inline(always)]
    pub(crate) unsafe fn append(&self, first: NonNull<Node>, last: NonNull<Node>) {
        // SAFETY: valid (caller).
        unsafe { last.as_ref() }.set_next(null_mut());
        match NonNull::new(self.last.replace(last.as_ptr())) {
            None => self.first.set(first.as_ptr()),
            // SAFETY: the list owns what it links (its doc), and `last` is cleared when its node is taken.
            Some(before) => unsafe { before.as_ref() }.set_next(first.as_ptr()),
        }
    }

    #[inline(always)]
    pub(crate) fn pop(&self) -> Option<NodeBox> {
        let node = NonNull::new(self.first.get())?;
        // SAFETY: a listed node is valid.
        let next = unsafe { node.as_ref() }.next();
        self.first.set(next);
        if next.is_null() {
            self.last.set(null_mut());
        }
        // SAFETY: taken off the list, so the box is its only owner.
        Some(unsafe { NodeBox::from_raw(node) })
    }

    /// Takes all nodes.
    pub(crate) fn drain(&self) -> impl Iterator<Item = NodeBox> + '_ {
        std::iter::from_fn(|| self.pop())
    }
}
