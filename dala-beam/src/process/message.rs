//! Messages between processes: a term copied into one mailbox node, and taken over by the receiver's heap.
//!
//! A node's payload is [`Payload`] and then the words of the copy. Receiving makes those words a fragment of the
//! receiver's heap, so the term is not copied again before its next collection.

#![expect(unsafe_code, reason = "lays terms out in mailbox nodes")]

use std::ptr::NonNull;

use dala::message::{Node, NodeBox, NodeVtable, PayloadKind};
use dala_ir::abi::Word;
use dala_ir::term::{copy_flat, release_offheap, size_in_words};

use crate::heap::{Heap, Release, is_literal};

#[repr(C)]
struct Payload {
    root: Word,
    /// Words behind this header.
    words: u64,
    /// Whether objects among them own off-heap counts that are not the heap's yet.
    has_offheap: u64,
}

const HEADER_BYTES: usize = std::mem::size_of::<Payload>();

/// What all nodes with a term in them share.
pub(crate) static TERM: NodeVtable = NodeVtable {
    size: 0,
    size_of: payload_bytes,
    drop_payload,
    kind: PayloadKind::Foreign,
    name: "Erlang term",
    shapes: None,
    receiver: None,
    message: None,
    held: Some(held),
    write_term: None,
};

unsafe fn payload_bytes(payload: *const u8) -> usize {
    // SAFETY: only nodes made by `node_of` have this vtable.
    HEADER_BYTES + unsafe { (*payload.cast::<Payload>()).words } as usize * std::mem::size_of::<Word>()
}

/// Bytes of the binaries that the term keeps alive beside it.
unsafe fn held(payload: *const u8) -> usize {
    // SAFETY: only nodes made by `node_of` have this vtable; the words behind the header are whole objects.
    unsafe {
        let header = &*payload.cast::<Payload>();
        match header.has_offheap {
            0 => 0,
            _ => crate::heap::offheap_weight(payload.add(HEADER_BYTES).cast(), header.words as usize),
        }
    }
}

unsafe fn drop_payload(payload: *mut u8) {
    // SAFETY: only nodes made by `node_of` have this vtable; the words behind the header are whole objects.
    unsafe {
        let header = &*payload.cast::<Payload>();
        if header.has_offheap != 0 {
            release_offheap(payload.add(HEADER_BYTES).cast(), header.words as usize);
        }
    }
}

/// A message that holds a copy of `term`; literals are shared.
pub(crate) fn node_of(term: Word) -> NodeBox {
    let words = if term.is_pointer() { size_in_words(term, is_literal) } else { 0 };
    // SAFETY: header and words are written below, before the node is given away.
    unsafe {
        let node = NodeBox::allocate(&TERM, HEADER_BYTES + words * std::mem::size_of::<Word>());
        let payload = node.payload();
        payload.expose_provenance();
        let mut has_offheap = 0;
        let root = if words == 0 {
            term
        } else {
            copy_flat(term, payload.add(HEADER_BYTES).cast(), is_literal, |_| has_offheap = 1)
        };
        payload.cast::<Payload>().write(Payload { root, words: words as u64, has_offheap });
        node
    }
}

/// Whether the node holds a term.
pub(crate) fn is_term(node: &Node) -> bool {
    std::ptr::eq(node.vtable(), &TERM)
}

/// The term in a node that is still in the mailbox; valid as long as the node is there or on the receiver's heap.
///
/// # Panics
/// When the node holds no term.
pub(crate) fn term_in(node: &Node) -> Word {
    assert!(is_term(node), "a node of another kind among terms");
    // SAFETY: the vtable says that the payload is ours.
    unsafe { (*node.payload().cast::<Payload>()).root }
}

/// Makes the term in `node` part of `heap`, which frees the node with its next collection.
///
/// # Panics
/// When the node holds no term.
pub(crate) fn adopt(node: NodeBox, heap: &mut Heap) -> Word {
    let root = term_in(&node);
    // SAFETY: the vtable says that the payload is ours. The counts of its objects pass to the heap, so the node's
    // drop must leave them alone: `has_offheap` is cleared.
    unsafe {
        let payload = node.payload();
        let header = &mut *payload.cast::<Payload>();
        let (words, has_offheap) = (header.words as usize, header.has_offheap != 0);
        if words == 0 {
            return root;
        }
        header.has_offheap = 0;
        let start = payload.add(HEADER_BYTES).cast::<Word>();
        heap.attach(start, words, has_offheap, Release { memory: into_raw(node), free });
    }
    root
}

fn into_raw(node: NodeBox) -> NonNull<u8> {
    // SAFETY: a NodeBox is a transparent non-null pointer.
    unsafe { std::mem::transmute::<NodeBox, NonNull<u8>>(node) }
}

unsafe fn free(memory: NonNull<u8>) {
    // SAFETY: made by `into_raw`, given back once.
    drop(unsafe { std::mem::transmute::<NonNull<u8>, NodeBox>(memory) });
}

#[cfg(test)]
mod tests {
    use dala_ir::term::{Fragment, SharedBinary, TermWriter, tuple_elements};

    use super::*;
    use crate::heap::HeapOptions;

    #[test]
    fn adopted_message_lives_on_the_receivers_heap_and_frees_its_node() {
        let mut source = Fragment::new();
        let shared = SharedBinary::copy_of(&[5; 300]);
        let binary = source.shared_bits(shared.clone(), 0, 2400);
        let term = source.tuple(&[Word::small_int(1), binary]);
        let node = node_of(term);
        drop(source);

        let mut heap = Heap::new(HeapOptions { stress: true, ..HeapOptions::default() });
        let mut roots = [adopt(node, &mut heap)];
        for _ in 0..3 {
            heap.collect(0, &mut [&mut roots]).unwrap();
            let elements = tuple_elements(roots[0]).unwrap();
            assert_eq!(elements[0], Word::small_int(1));
            assert_eq!(dala_ir::term::view::bytes(elements[1]).unwrap(), [5; 300]);
        }
        assert_eq!(heap.counters().offheap_released, 0);
        heap.collect_major(0, &mut []).unwrap();
        assert_eq!(heap.counters().offheap_released, 1);
        assert_eq!(shared.slice(0, 1), [5]);
    }

    #[test]
    fn dropped_message_gives_its_counts_back() {
        let mut source = Fragment::new();
        let binary = source.binary(&[5; 300]);
        drop(node_of(binary));
        drop(node_of(Word::small_int(3)));
    }
}
