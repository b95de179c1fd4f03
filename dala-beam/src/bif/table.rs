//! The one table of built-in functions. A row says what implements a function that OTP does not write in Erlang;
//! from it come the export entries, guard calls, `dala info` and `docs/bifs.md`.
//!
//! To add one: write `fn name(p: &mut Process, [a, b]: [Word; 2]) -> Answer` in the folder of its module, add its row
//! below, add a line to `tests/*.golden`, run the tests with `BLESS=1`. See `docs/adding-a-bif.md`.

use std::sync::OnceLock;

use dala_ir::abi::{Atom, Word};
use dala_ir::interp::{BifIndex, BifResult};
use hashbrown::HashMap;

use super::*;
use crate::process::Process;

/// Code of a built-in function. The table calls it with exactly as many arguments as its row says.
pub type BifFunction = fn(&mut Process, &[Word]) -> BifResult;

/// Where a built-in function may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BifKind {
    /// In guards and bodies: has no effect, does not yield or call.
    Guard,
    /// In bodies only.
    Plain,
    /// In bodies only, and its failure is not its own: `error/1`, `exit/1`, `throw/1`, `raise/3`.
    Raiser,
    /// Replaces a function that OTP writes in Erlang; the coverage page says why.
    Override,
}

/// How much of OTP's function is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    Full,
    /// Not all: what is missing, or what is ignored.
    Partial(&'static str),
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct BifRow {
    /// Module.
    pub module: &'static str,
    /// Function.
    pub name: &'static str,
    /// Number of arguments.
    pub arity: u32,
    /// Where it may be called.
    pub kind: BifKind,
    /// How much of it is there.
    pub coverage: Coverage,
    /// Its code.
    pub function: BifFunction,
}

impl BifRow {
    /// Whether guards may call it.
    pub fn is_guard(&self) -> bool {
        self.kind == BifKind::Guard
    }

    /// Whether OTP's emulator has it itself: not in a library of native functions, and not in Erlang
    /// (`is_builtin/3`, `system_info(snifs)`).
    pub fn is_emulators(&self) -> bool {
        const MODULES: &[&str] = &[
            "atomics",
            "binary",
            "erlang",
            "error_logger",
            "erts_debug",
            "erts_internal",
            "ets",
            "file",
            "io",
            "lists",
            "maps",
            "math",
            "net_kernel",
            "os",
            "persistent_term",
            "re",
            "string",
            "unicode",
        ];
        self.kind != BifKind::Override
            && !is_instruction(self.module, self.name, self.arity)
            && MODULES.contains(&self.module)
    }
}

/// Whether OTP has the function as an instruction.
pub(crate) fn is_instruction(module: &str, name: &str, arity: u32) -> bool {
    module == "erlang" && matches!((name, arity), ("apply", 2 | 3) | ("yield", 0))
}

macro_rules! kind {
    (guard) => {
        BifKind::Guard
    };
    (plain) => {
        BifKind::Plain
    };
    (raiser) => {
        BifKind::Raiser
    };
    (replaces) => {
        BifKind::Override
    };
}
macro_rules! coverage {
    (full) => {
        Coverage::Full
    };
    (partial($reason:literal)) => {
        Coverage::Partial($reason)
    };
}
macro_rules! bifs {
    ($($module:ident $name:literal / $arity:literal $kind:ident $($path:ident)::+ $coverage:ident $(($reason:literal))?;)*) => {
        /// All rows; a [`BifIndex`] is a place in it.
        pub static ROWS: &[BifRow] = &[$(BifRow {
            module: stringify!($module),
            name: $name,
            arity: $arity,
            kind: kind!($kind),
            coverage: coverage!($coverage $(($reason))?),
            function: |p, arguments| match arguments.first_chunk::<$arity>() {
                Some(arguments) => BifResult::from($($path)::+(p, *arguments)),
                None => BifResult::Raise(dala_ir::interp::Exception::badarg()),
            },
        },)*];
    };
}

include!("rows.rs");

/// The row of `index`.
///
/// # Panics
/// When no [`lookup`] gave it.
pub fn row(index: BifIndex) -> &'static BifRow {
    &ROWS[usize::from(index.0)]
}

/// The built-in function of this name, if there is one.
pub fn lookup(module: Atom, name: Atom, arity: u32) -> Option<BifIndex> {
    index().get(&(module, name, arity)).copied()
}

/// All built-in functions with their names.
pub fn all() -> impl Iterator<Item = (Atom, Atom, u32, BifIndex)> {
    index().iter().map(|(&(module, name, arity), &index)| (module, name, arity, index))
}

fn index() -> &'static HashMap<(Atom, Atom, u32), BifIndex> {
    static INDEX: OnceLock<HashMap<(Atom, Atom, u32), BifIndex>> = OnceLock::new();
    INDEX.get_or_init(|| {
        ROWS.iter()
            .enumerate()
            .map(|(place, row)| {
                ((Atom::new(row.module), Atom::new(row.name), row.arity), BifIndex(place as u16))
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_function_stands_twice_in_the_table() {
        assert_eq!(index().len(), ROWS.len());
    }
}
