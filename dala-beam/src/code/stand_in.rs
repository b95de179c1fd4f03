//! Functions of OTP's that a built-in function stands in for once that is of use, and only then.
//!
//! Those that a row of the table replaces are never called. A function here is the module's own until
//! [`ExportTable::stand_in`] gives its entry to the built-in one; that still reaches the module's own, by the name
//! [`own_name`]. Calls within the module are not redirected.

use dala_ir::abi::Atom;
use dala_ir::interp::{ExportEntry, Target};

use super::export::ExportTable;
use crate::bif;
use crate::bif::arguments::named;

/// Module, function and arity; the built-in one is `dala_gen`'s of the same name.
const STOOD_IN: &[(&str, &str, u32)] = &[("gen", "call", 3), ("gen", "call", 4)];

/// Whether there is a stand-in for the function.
pub(super) fn is_stood_in(module: Atom, function: Atom, arity: u32) -> bool {
    module == named!("gen") && STOOD_IN.contains(&(module.text(), function.text(), arity))
}

/// What the module's own `gen:call` is called besides.
pub(crate) fn own_name() -> Atom {
    named!("-own call-")
}

impl ExportTable {
    /// Where the module's code of a function is to be called: its entry, and if another function may stand there, its other
    /// one.
    pub(super) fn entries_of_code(
        &self,
        module: Atom,
        function: Atom,
        arity: u32,
    ) -> impl Iterator<Item = &'static ExportEntry> + use<> {
        let entry = self.entry(module, function, arity);
        let other = is_stood_in(module, function, arity).then(|| self.entry(module, own_name(), arity));
        let is_taken = other.is_some() && matches!(entry.target(), Target::Bif(_));
        (!is_taken).then_some(entry).into_iter().chain(other)
    }

    /// From now on calls of these functions, if they are loaded, are calls of the built-in ones.
    pub(crate) fn stand_in(&self) {
        for &(module, function, arity) in STOOD_IN {
            let (module, function) = (Atom::new(module), Atom::new(function));
            let is_loaded = matches!(self.entry(module, own_name(), arity).target(), Target::Code(_));
            if let Some(index) = bif::lookup(named!("dala_gen"), function, arity)
                && is_loaded
            {
                self.entry(module, function, arity).set_target(Target::Bif(index));
            }
        }
    }
}
