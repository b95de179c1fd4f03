//! Words as keys of ordered collections. Only for words that stay valid as long as the collection.

use std::cmp::Ordering;

use dala_ir::abi::Word;
use dala_ir::term::compare::cmp_exact;

/// A term in the order of map keys: two are equal only when `=:=` holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExactOrder(pub(crate) Word);

impl PartialEq for ExactOrder {
    fn eq(&self, other: &ExactOrder) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for ExactOrder {}

impl PartialOrd for ExactOrder {
    fn partial_cmp(&self, other: &ExactOrder) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ExactOrder {
    fn cmp(&self, other: &ExactOrder) -> Ordering {
        cmp_exact(self.0, other.0)
    }
}
