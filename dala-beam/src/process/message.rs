//! Messages between processes: a term copied into one mailbox node, and taken over by the receiver's heap.
//!
//! A node's payload is [`Payload`] and then the words of the copy. Receiving makes those words a fragment of the
//! receiver's heap, so the term is not copied again before its next collection.

#![expect(unsafe_code, reason = "lays terms out in mailbox nodes")]

use std::ptr::NonNull;

use dala::message::{Node, NodeBox, NodeVtable, PayloadKind};
use dala_ir::abi::Word;
use dala_ir::term::{Fragment, TermWriter, copy_flat, release_offheap, size_in_words};

use crate::heap::{Heap, Release, is_literal};

#[repr(C)]
struct Payload {
    root: Word,
    /// Words of the term, behind this header.
    words: u64,
    /// Words behind those, which nobody uses.
    spare: u32,
    /// Whether objects among them own off-heap counts that are not the heap's yet.
    has_offheap: u32,
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
    // SAFETY: only nodes made by `node_of` and `NodeWriter` have this vtable.
    let header = unsafe { &*payload.cast::<Payload>() };
    HEADER_BYTES + (header.words as usize + header.spare as usize) * std::mem::size_of::<Word>()
}

/// Bytes of the binaries that the term keeps alive beside it.
unsafe fn held(payload: *const u8) -> usize {
    // SAFETY: only nodes made by `node_of` and `NodeWriter` have this vtable; the words behind the header are whole objects.
    unsafe {
        let header = &*payload.cast::<Payload>();
        match header.has_offheap {
            0 => 0,
            _ => crate::heap::offheap_weight(payload.add(HEADER_BYTES).cast(), header.words as usize),
        }
    }
}

unsafe fn drop_payload(payload: *mut u8) {
    // SAFETY: only nodes made by `node_of` and `NodeWriter` have this vtable; the words behind the header are whole objects.
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
        payload.cast::<Payload>().write(Payload { root, words: words as u64, spare: 0, has_offheap });
        node
    }
}

/// A message that holds the term that `write` writes, if it writes one: in place where it is small.
pub(crate) fn node_written(write: impl FnOnce(&mut dyn TermWriter) -> Option<Word>) -> Option<NodeBox> {
    let mut writer = NodeWriter::new();
    let root = write(&mut writer)?;
    Some(writer.finish(root))
}

/// Words of a term that is written in place.
const IN_PLACE: usize = 16;

/// Builds a term in the node of its message.
struct NodeWriter {
    node: NodeBox,
    used: usize,
    has_offheap: bool,
    /// What does not fit.
    rest: Option<Fragment>,
}

impl NodeWriter {
    fn new() -> NodeWriter {
        // SAFETY: the header says that there are no words yet, which is true of a node that is dropped unfinished too. Its
        // counts are lost then: nobody can tell whether the objects were written.
        let node = unsafe {
            let node = NodeBox::allocate(&TERM, HEADER_BYTES + IN_PLACE * std::mem::size_of::<Word>());
            let payload = node.payload();
            payload.expose_provenance();
            let header = Payload { root: Word::NIL, words: 0, spare: IN_PLACE as u32, has_offheap: 0 };
            payload.cast::<Payload>().write(header);
            node
        };
        NodeWriter { node, used: 0, has_offheap: false, rest: None }
    }

    /// The first word of the term's.
    fn start(&self) -> *mut Word {
        // SAFETY: the words follow the header.
        unsafe { self.node.payload().add(HEADER_BYTES).cast() }
    }

    fn finish(self, root: Word) -> NodeBox {
        // SAFETY: the payload is ours (`new`), and all words that were handed out are whole objects by now.
        unsafe {
            let header = &mut *self.node.payload().cast::<Payload>();
            header.words = self.used as u64;
            header.spare = (IN_PLACE - self.used) as u32;
            header.has_offheap = u32::from(self.has_offheap);
            header.root = root;
        }
        // What lies in two places is copied together; both give back what they count.
        if self.rest.is_some() { node_of(root) } else { self.node }
    }
}

// SAFETY: words of the node are handed out once, and it lives as long as the message; its counts are given back by
// `drop_payload`, or by the heap that adopts it. The fragment does the same for its own.
unsafe impl TermWriter for NodeWriter {
    fn alloc_words(&mut self, words: usize) -> *mut Word {
        if words > IN_PLACE - self.used || self.rest.is_some() {
            return self.rest.get_or_insert_default().alloc_words(words);
        }
        // SAFETY: the node has room for so many words.
        let start = unsafe { self.start().add(self.used) };
        self.used += words;
        start
    }

    fn own_offheap(&mut self, object: Word) {
        let place = object.pointer().map_or(0, <*mut Word>::addr);
        let node = self.start().addr();
        if (node..node + self.used * std::mem::size_of::<Word>()).contains(&place) {
            self.has_offheap = true;
        } else {
            self.rest.get_or_insert_default().own_offheap(object);
        }
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
    fn a_term_is_written_into_its_node_or_beside_it_and_counts_are_given_back_once() {
        for bytes in [0, 8, 64, 90, 300] {
            for items in [0, 1, 5, 40] {
                let shared = SharedBinary::copy_of(&vec![7; bytes]);
                let node = node_written(|writer| {
                    let kept = writer.shared_bits(shared.clone(), 0, 8 * bytes);
                    let items = writer.list(&vec![Word::small_int(3); items], Word::NIL);
                    let again = writer.shared_bits(shared.clone(), 0, 8 * bytes);
                    Some(writer.tuple(&[kept, items, again]))
                })
                .unwrap();
                let mut heap = Heap::new(HeapOptions { stress: true, ..HeapOptions::default() });
                let mut roots = [adopt(node, &mut heap)];
                heap.collect(0, &mut [&mut roots]).unwrap();
                let elements = tuple_elements(roots[0]).unwrap();
                assert_eq!(dala_ir::term::view::bytes(elements[2]).unwrap(), vec![7; bytes]);
                assert_eq!(dala_ir::term::list_len(elements[1]), Some(items));
                let counted = heap.counters().offheap_released;
                heap.collect_major(0, &mut []).unwrap();
                assert_eq!(heap.counters().offheap_released - counted, 2, "{bytes} bytes");
            }
        }
        assert!(node_written(|_| None).is_none());
        let root = node_written(|_| Some(Word::small_int(5))).map(|node| term_in(&node));
        assert_eq!(root, Some(Word::small_int(5)));
    }

    #[test]
    fn dropped_message_gives_its_counts_back() {
        let mut source = Fragment::new();
        let binary = source.binary(&[5; 300]);
        drop(node_of(binary));
        drop(node_of(Word::small_int(3)));
    }
}
