//! Type propagation, and what follows from types.
//!
//! The walk ([`walk`]) goes down the dominator tree with the type of every value at that point: what made it, narrowed by
//! every test that lies on the way. Where blocks meet, a parameter's type is the join over the edges that can be taken;
//! functions with loops are walked until that settles. Then, in one more walk, [`rewrite`] changes what the types decide.

mod rewrite;
pub(super) mod walk;

use super::Shape;
use crate::ir::{Function, Tables};
use walk::Walk;

/// Runs the pass.
pub(super) fn run(function: &mut Function, shape: &mut Shape, tables: Tables<'_>) {
    let mut walk = Walk::new(function, shape.tree(function), tables);
    // Without an edge back the types are known by the time a block is come to: one walk finds and changes.
    if walk.has_loops() {
        walk.settle(function);
    }
    walk.rewrite(function);
}
