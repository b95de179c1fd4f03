//! SSA to object code.
//!
//! Values that live across a call get a slot of the function's one frame, all others an x register. The frame is
//! opened late: a block that calls or waits opens it, and from there on it stays open, so that paths that only
//! return need none. In blocks with an open frame a value with a slot lies there and only there; where no frame is
//! open everything lies in x registers.
//!
//! A function's code is its blocks in reverse postorder, then the moves of those edges that need some and are not
//! fallen through.

mod bits;
mod blocks;
mod calls;
mod color;
mod conditions;
mod edges;
mod emit;
mod instruction;
mod insts;
mod moves;
mod needs;
mod plan;
mod sends;
mod switches;

use std::sync::Arc;

use super::code::{CodeModule, FunctionInfo};
use super::export::ExportEntry;
use super::object::Object;
use crate::abi::Word;
use crate::ir::{Constant, Function, Immediate, Import, Module, Op};
use crate::term::{OwnedTerm, view};
use crate::verify::{VerifyError, verify_module};
use emit::ModuleEmitter;

/// Why a function could not be encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EncodeError {
    /// More values live at once than there are registers.
    TooManyValues,
    /// An instruction longer than its fields can say.
    TooLong,
}

/// Why a module could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// It breaks rules of the IR.
    #[error("{} in {} places, first: {}", "invalid IR", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Invalid(Vec<VerifyError>),
    /// A function is too large for register code.
    #[error("{function} needs more registers or longer instructions than there are")]
    TooLarge {
        /// `Name/Arity`
        function: String,
    },
    /// The words given for the literals are not as many as the module's literals.
    #[error("{found} words for {expected} literals")]
    Literals {
        /// How many the module has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// Its machine code is that of another module.
    #[error("machine code of another module")]
    OtherMachineCode,
}

/// Verifies a module and encodes it.
///
/// # Errors
/// When the module is invalid or too large.
pub fn encode(module: &Module) -> Result<Object, LoadError> {
    verify_module(module).map_err(LoadError::Invalid)?;
    let mut emitter = ModuleEmitter { messages: module.typing.messages.clone(), ..ModuleEmitter::default() };
    let mut functions = Vec::with_capacity(module.functions.len());
    for (index, function) in module.functions.iter().enumerate() {
        let (entry, frame) = emitter
            .function(function, index)
            .map_err(|_| LoadError::TooLarge { function: format!("{}/{}", function.name, function.arity) })?;
        let has_floats = has_floats(function, &module.literals);
        functions.push(FunctionInfo { name: function.name, arity: function.arity, entry, frame, has_floats });
    }
    let ModuleEmitter { words, rows, relocations, switches, messages: _ } = emitter;
    let exports = module.exports.iter().map(|&(name, arity, id)| (name, arity, id.index() as u32)).collect();
    Ok(Object {
        name: module.name,
        words,
        relocations,
        switches,
        functions,
        rows,
        exports,
        on_load: module.on_load.map(|id| id.index() as u32),
        lambdas: module.lambdas.clone(),
        files: module.files.clone(),
        imports: module.imports.clone(),
        literals: module.literals.len(),
    })
}

/// See [`FunctionInfo::has_floats`].
fn has_floats(function: &Function, literals: &[OwnedTerm]) -> bool {
    let names = |constant| match constant {
        Constant::Literal(id) => {
            literals.get(id.index()).is_some_and(|term| view::float(term.root()).is_some())
        }
        Constant::Int(_) | Constant::Atom(_) | Constant::Nil => false,
    };
    function.blocks.iter().any(|block| {
        block.insts.iter().any(|inst| {
            matches!(inst.immediate, Immediate::Constant(constant) if names(constant))
                || matches!(inst.op, Op::Divide | Op::ToFloat | Op::Unbox | Op::IsFloat)
        })
    })
}

/// Encodes a module and links it: [`encode`], then [`Object::link`].
///
/// # Errors
/// As these two.
pub fn load(
    module: &Module,
    literals: &[Word],
    uniq: [u8; 16],
    import: impl FnMut(&Import) -> &'static ExportEntry,
) -> Result<Arc<CodeModule>, LoadError> {
    encode(module)?.link(literals, uniq, import)
}
