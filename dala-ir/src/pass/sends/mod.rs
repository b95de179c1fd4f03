//! Messages to native actors: what a program sends them is looked at ([`warnings`]), and goes to them without a tuple.
//!
//! A place that sends (`!`, `gen_server:cast/2`, `GenServer.cast/2`) a message that is made in the same function, to an actor
//! whose protocol is known or to whom a module with one protocol was written for, becomes an `actor_send` of the fields. It
//! may fail: what was there follows it then, with the tuple. So nothing here needs to be true for the program to do the same.
//!
//! What OTP's functions do is taken as known: a module of their name that does another thing is passed by.

mod check;
mod site;
mod special;

pub use check::{Warning, warnings};

use super::Shape;
use super::fold::walk::Walk;
use crate::ir::{Function, Tables};
use site::Site;

/// Runs the pass.
pub(super) fn run(function: &mut Function, shape: &mut Shape, tables: Tables<'_>) {
    if tables.typing.protocols.is_empty() || !Site::may_be_in(function, tables.imports) {
        return;
    }
    let mut sites = Vec::new();
    let mut walk = Walk::new(function, shape.tree(function), tables);
    if walk.has_loops() {
        walk.settle(function);
    }
    walk.look(function, |walk, block, index, inst| sites.extend(Site::of(walk, block, index, inst)));
    let mut has_changed = false;
    // From the last of a block to its first: what is behind a place moves into another block.
    for site in sites.iter().rev() {
        has_changed |= special::specialise(function, tables, site);
    }
    if has_changed {
        shape.forget();
    }
}
