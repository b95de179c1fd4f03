//! The sizes of a heap as `process_info` and the messages of a trace list them.

use dala_ir::abi::{Atom, Word};
use dala_ir::term::TermWriter;

use crate::bif::arguments::named;
use crate::heap::Sizes;

/// The pairs `{Name, Words}` of OTP's `garbage_collection_info`, in its order, `first` before them.
pub(crate) fn list(sizes: &Sizes, first: Option<(Atom, usize)>, writer: &mut impl TermWriter) -> Word {
    let [binaries, binaries_limit] = sizes.binaries;
    let [old_binaries, old_binaries_limit] = sizes.old_binaries;
    let named = [
        (named!("old_heap_block_size"), sizes.old),
        (named!("heap_block_size"), sizes.block),
        (named!("mbuf_size"), sizes.fragments),
        (named!("recent_size"), sizes.recent),
        (named!("stack_size"), sizes.stack),
        (named!("old_heap_size"), sizes.old),
        (named!("heap_size"), sizes.young),
        (named!("bin_vheap_size"), binaries),
        (named!("bin_vheap_block_size"), binaries_limit),
        (named!("bin_old_vheap_size"), old_binaries),
        (named!("bin_old_vheap_block_size"), old_binaries_limit),
    ];
    let pairs: Vec<Word> = first
        .into_iter()
        .chain(named)
        .map(|(name, words)| writer.tuple(&[Word::atom(name), Word::small_int(words as i64)]))
        .collect();
    writer.list(&pairs, Word::NIL)
}
