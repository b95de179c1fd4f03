//! The table that this thread used last.
//!
//! Programs work on one table for a while. The registry of tables costs each of their calls a lock, a look-up and a count,
//! all of them on memory that other workers write too; who finds the same table here pays for none.

use std::cell::Cell;
use std::sync::Arc;

use dala_ir::abi::Word;
use dala_ir::interp::Exception;

use super::table::Table;
use super::tables::{Access, Tables};
use crate::process::Process;

thread_local! {
    /// The table, and the number of the registry that it is of. A table that was deleted meanwhile has no rows any more, so
    /// what is kept here is little.
    static RECENT: Cell<Option<(u64, Arc<Table>)>> = const { Cell::new(None) };
}

/// What `act` makes of the table that `word` names, for `access` by `p`.
///
/// # Errors
/// As [`Tables::get`], and what `act` fails with.
#[inline]
pub(super) fn with_table<R>(
    p: &mut Process,
    word: Word,
    access: Access,
    act: impl FnOnce(&mut Process, &Table) -> Result<R, Exception>,
) -> Result<R, Exception> {
    let tables = &p.system.builtins.tables;
    let found = match RECENT.take() {
        Some((registry, table)) if registry == tables.number() && table.is_called(word) => {
            Tables::check(&table, p.pid, access)?;
            table
        }
        _ => tables.get(word, p.pid, access)?,
    };
    let registry = tables.number();
    let result = act(p, &found);
    RECENT.with(|recent| recent.replace(Some((registry, found))));
    result
}
