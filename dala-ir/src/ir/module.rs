//! A module: functions and the tables they refer to.

use super::entities::FuncId;
use super::function::Function;
use super::typing::Typing;
use crate::abi::Atom;
use crate::term::OwnedTerm;

/// An imported function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Import {
    /// Module.
    pub module: Atom,
    /// Function.
    pub function: Atom,
    /// Arity.
    pub arity: u32,
}

/// A local fun that code of the module makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lambda {
    /// The function; its last `free` arguments are the free variables.
    pub function: FuncId,
    /// Number of free variables.
    pub free: u32,
    /// Index in the file's fun table.
    pub index: u32,
    /// The file's `old_uniq`.
    pub old_uniq: u32,
}

/// A module in IR.
#[derive(Clone, Debug)]
pub struct Module {
    /// Name.
    pub name: Atom,
    /// Functions.
    pub functions: Vec<Function>,
    /// Exported functions: name, arity, function.
    pub exports: Vec<(Atom, u32, FuncId)>,
    /// Imported functions.
    pub imports: Vec<Import>,
    /// Literals: terms that are no immediates.
    pub literals: Vec<OwnedTerm>,
    /// Local funs.
    pub lambdas: Vec<Lambda>,
    /// Source files; row 0 is the module's own.
    pub files: Vec<String>,
    /// The function to run before the module can be called (`-on_load`).
    pub on_load: Option<FuncId>,
    /// What is known of native functions and actors.
    pub typing: Typing,
}

/// What a module's functions refer to, for who looks at one of them.
#[derive(Clone, Copy, Debug)]
pub struct Tables<'m> {
    /// Literals.
    pub literals: &'m [OwnedTerm],
    /// Imported functions.
    pub imports: &'m [Import],
    /// What is known of native functions and actors.
    pub typing: &'m Typing,
}

impl Module {
    /// A module of nothing.
    pub fn new(name: Atom) -> Module {
        Module {
            name,
            functions: Vec::new(),
            exports: Vec::new(),
            imports: Vec::new(),
            literals: Vec::new(),
            lambdas: Vec::new(),
            files: Vec::new(),
            on_load: None,
            typing: Typing::default(),
        }
    }

    /// What its functions refer to.
    pub fn tables(&self) -> Tables<'_> {
        Tables { literals: &self.literals, imports: &self.imports, typing: &self.typing }
    }

    /// The exported function `name/arity`.
    pub fn export(&self, name: Atom, arity: u32) -> Option<FuncId> {
        self.exports.iter().find(|(n, a, _)| (*n, *a) == (name, arity)).map(|(_, _, function)| *function)
    }
}
