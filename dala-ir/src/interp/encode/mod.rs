//! SSA to register code.
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
mod switches;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use super::code::{self, CodeModule, FunctionInfo};
use super::export::{CodeAddress, ExportEntry, FunEntry};
use crate::abi::{FunHead, Word};
use crate::ir::{Import, Module};
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
}

/// Verifies a module, encodes it, and makes its code known by address. Nothing refers to it yet: whoever loads it
/// puts its exports behind their entries.
///
/// `literals` are the words of the module's literals; they must stay valid for as long as the code may run, so they
/// belong to memory that no collector frees. `uniq` is the MD5 that its funs carry.
///
/// # Errors
/// When the module is invalid or too large.
pub fn load(
    module: &Module,
    literals: &[Word],
    uniq: [u8; 16],
    import: impl FnMut(&Import) -> &'static ExportEntry,
) -> Result<Arc<CodeModule>, LoadError> {
    verify_module(module).map_err(LoadError::Invalid)?;
    if literals.len() != module.literals.len() {
        return Err(LoadError::Literals { expected: module.literals.len(), found: literals.len() });
    }
    let imports: Vec<&'static ExportEntry> = module.imports.iter().map(import).collect();
    let mut emitter = ModuleEmitter::new(literals, imports);
    let mut functions = Vec::with_capacity(module.functions.len());
    for (index, function) in module.functions.iter().enumerate() {
        let (entry, frame) = emitter
            .function(function, index)
            .map_err(|_| LoadError::TooLarge { function: format!("{}/{}", function.name, function.arity) })?;
        functions.push(FunctionInfo { name: function.name, arity: function.arity, entry, frame });
    }
    let ModuleEmitter { words, rows, call_fixups, lambda_fixups, .. } = emitter;
    let mut words: Box<[AtomicU64]> = words.into_iter().map(AtomicU64::new).collect();
    // The array does not move from here on.
    let base = words.as_ptr().cast::<u64>();
    let address = |function: usize| CodeAddress::new(base.wrapping_add(functions[function].entry as usize));
    for (word, function) in call_fixups {
        *words[word].get_mut() = address(function.index()).to_bits();
    }
    let lambdas: Vec<&'static FunEntry> = module
        .lambdas
        .iter()
        .map(|lambda| {
            let function = &module.functions[lambda.function.index()];
            let head = FunHead {
                module: module.name,
                function: function.name,
                arity: function.arity - lambda.free,
                index: lambda.index,
                free: lambda.free,
                old_uniq: lambda.old_uniq,
                uniq,
            };
            FunEntry::leak(head, address(lambda.function.index()))
        })
        .collect();
    for (word, lambda) in lambda_fixups {
        *words[word].get_mut() = std::ptr::from_ref(lambdas[lambda.index()]).expose_provenance() as u64;
    }
    let exports = module.exports.iter().map(|&(name, arity, id)| (name, arity, id.index() as u32)).collect();
    let module = Arc::new(CodeModule {
        name: module.name,
        words,
        patches: Mutex::default(),
        #[cfg(dala_jit)]
        heat: functions.iter().map(|_| std::sync::atomic::AtomicU8::new(0)).collect(),
        functions: functions.into(),
        rows: rows.into(),
        exports,
        on_load: module.on_load.map(|id| id.index() as u32),
        funs: lambdas.into(),
        files: module.files.clone().into(),
    });
    code::register(&module);
    #[cfg(dala_jit)]
    super::jit::loaded(&module);
    Ok(module)
}
