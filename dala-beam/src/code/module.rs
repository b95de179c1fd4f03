//! A loaded module and what `module_info` says of it.

use std::path::PathBuf;

use std::sync::Arc;

use dala_ir::abi::{Atom, Word};
use dala_ir::interp::CodeModule;
use dala_ir::ir::Import;

use crate::heap::FreeableLiterals;

/// Where a module came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// From memory, or with the program.
    #[default]
    Memory,
    /// From a file.
    File(PathBuf),
    /// From memory, by someone who says what it is, such as `cover_compiled`.
    Named(Atom),
}

/// A version of a module that was loaded.
///
/// The words of code are never freed; purging (`purge.rs`) sees to it that nobody runs them any more, and frees literals.
#[derive(Debug)]
pub struct LoadedModule {
    /// Its name.
    pub name: Atom,
    /// Exported functions, in the file's order.
    pub exports: Vec<(Atom, u32)>,
    /// All functions, in the file's order.
    pub functions: Vec<(Atom, u32)>,
    /// `module_info(attributes)`, a literal.
    pub attributes: Word,
    /// `module_info(compile)`, a literal.
    pub compile: Word,
    /// `module_info(md5)`.
    pub md5: [u8; 16],
    /// Where it came from, as `code:which/1` says.
    pub origin: Origin,
    /// Whether it has an `-on_load` function.
    pub has_on_load: bool,
    /// Its literals, if they can be freed: those of a module that was loaded before.
    pub literals: Option<Arc<FreeableLiterals>>,
    /// Words of its literals.
    pub literal_words: usize,
    /// What it sends and passes that nobody takes ([`System::type_warnings`](crate::process::System::type_warnings)).
    pub(crate) type_warnings: Vec<String>,
    /// Functions of the runtime whose types its code relies on, if it does on any.
    pub(crate) typed_imports: Vec<Import>,
    /// Its code.
    pub code: Arc<CodeModule>,
}

impl LoadedModule {
    /// Whether it exports this function.
    pub fn exports(&self, function: Atom, arity: u32) -> bool {
        self.exports.contains(&(function, arity))
    }
}
