//! The verifier: what must hold of a module before anything runs or changes it.
//!
//! Nothing that a `.beam` file or a text can say gets past it and breaks memory: the encoder and the interpreter
//! rely on every line below.
//!
//! Structure ([`structure`]):
//! - a function has an entry block, without predecessors, whose parameters are its `arity` term arguments;
//!   arities are at most 255;
//! - edges name blocks that exist; instructions, locations, exports, lambdas and `on_load` name functions, imports,
//!   literals, lambdas, files and locations that exist, with as many operands as the named thing takes;
//! - an `attempt` runs an op that may fail and neither calls nor never returns, and only there stands one that never raises;
//!   a `try` runs an op that may raise,
//!   and has no ok block exactly when the op never returns; a `tail` runs a call;
//! - the instruction of a terminator has no result of its own;
//! - behind an op that never returns stands `unreachable` and nothing else.
//!
//! What is known of native functions and actors ([`typing`]):
//! - messages, protocols and signatures name rows that exist, with as many fields and arguments as those have; an import
//!   has one signature at most.
//!
//! SSA ([`ssa`]):
//! - a value is defined once, by the parameter list or instruction that the type table has it from; an instruction
//!   has a result exactly when its op has one;
//! - a definition dominates all uses (in code that control can reach).
//!
//! Types ([`types`]):
//! - operands, immediates and results fit the op's row;
//! - an edge passes as many arguments as its block has parameters that the edge does not fill itself, each of a type
//!   that the parameter accepts; those that the edge fills (result; class, reason, trace; message) have the type
//!   of what it fills them with;
//! - a branch asks a bool; switch keys are distinct immediates or literals, arities distinct numbers.
//!
//! Not checked: that a loop has a safepoint, so that it can be left. Who makes IR from files of strangers refuses such
//! loops (`dala-beam`'s `lower::blocks`).
//!
//! Safepoints ([`safepoints`]):
//! - no bool or float is live across a call, a receive or a wait, nor passed to them.

// A new op or terminator has to be thought of in every match here.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod safepoints;
pub mod ssa;
pub mod structure;
pub mod types;
pub mod typing;

use crate::analysis::{ControlFlow, DominatorTree, Liveness};
use crate::ir::{Block, Function, InstError, Module, Value};

/// A rule that a module breaks, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct VerifyError {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

/// Where a rule is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// `Name/Arity` of the function; empty in the module's own tables.
    pub function: String,
    /// The block.
    pub block: Option<Block>,
    /// Number of the instruction in the block; the terminator's is the number of instructions.
    pub inst: Option<usize>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.function.is_empty() {
            return f.write_str("module tables");
        }
        f.write_str(&self.function)?;
        if let Some(block) = self.block {
            write!(f, ", {block}")?;
        }
        if let Some(inst) = self.inst {
            write!(f, ", inst {inst}")?;
        }
        Ok(())
    }
}

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// No entry block.
    #[error("the function has no block")]
    NoEntry,
    /// The entry block's parameters are not the arguments.
    #[error("the entry block must have the {0} arguments as its parameters, all terms")]
    EntryParams(u32),
    /// An edge leads to the entry block.
    #[error("an edge leads to the entry block")]
    EdgeToEntry,
    /// An edge leads nowhere.
    #[error("{0} does not exist")]
    NoSuchBlock(Block),
    /// A table has no such row.
    #[error("{0} does not exist")]
    NoSuchRow(String),
    /// Arity above 255.
    #[error("arity {0} is over 255")]
    Arity(u32),
    /// Operands are not what the named function takes.
    #[error("{name} takes {expected} operands, not {found}")]
    CallArity {
        /// What is called or made.
        name: String,
        /// How many it takes.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The op does not belong into this kind of terminator.
    #[error("`{op}` cannot stand in `{terminator}`")]
    Misplaced {
        /// The op.
        op: &'static str,
        /// The terminator.
        terminator: &'static str,
    },
    /// Ok block and op disagree on whether the op returns.
    #[error("a `try` has an ok block exactly when its op returns")]
    OkBlock,
    /// The instruction of a terminator defines a value.
    #[error("the instruction of a terminator has no result of its own")]
    TerminatorResult,
    /// Something stands behind an op that never returns.
    #[error("`{0}` never returns: only `unreachable` may follow")]
    NotLast(&'static str),
    /// Defined twice.
    #[error("{0} is defined twice")]
    DefinedTwice(Value),
    /// Not in the type table.
    #[error("{0} has no type")]
    NoType(Value),
    /// Result without a row, or of another type.
    #[error("the result of `{0}` is missing, too many, or of a wrong type")]
    Result(&'static str),
    /// Used where its definition does not dominate.
    #[error("{0} is used where it is not defined")]
    NotDominated(Value),
    /// Two rows of a table say something of the same.
    #[error("{0} stands twice")]
    SameRow(String),
    /// Does not fit the op's row.
    #[error(transparent)]
    Inst(#[from] InstError),
    /// Wrong number of edge arguments.
    #[error("{block} takes {expected} arguments from this edge, not {found}")]
    EdgeArity {
        /// Target.
        block: Block,
        /// How many it takes.
        expected: usize,
        /// How many are passed.
        found: usize,
    },
    /// Edge argument or filled parameter of a wrong type.
    #[error("parameter {parameter} of {block} does not accept a {found}")]
    EdgeType {
        /// Target.
        block: Block,
        /// The parameter.
        parameter: Value,
        /// What it gets.
        found: &'static str,
    },
    /// Operand of a terminator of a wrong type.
    #[error("the terminator wants a {0}")]
    TerminatorType(&'static str),
    /// Switch keys repeat, or one is no small.
    #[error("switch keys must be distinct, and integers small")]
    SwitchKeys,
    /// A machine value at a safepoint.
    #[error("{0} is no term and lives across a safepoint")]
    MachineValue(Value),
}

/// Checks a whole module.
///
/// # Errors
/// The first broken rule of each function that breaks one, and of the module's tables.
pub fn verify_module(module: &Module) -> Result<(), Vec<VerifyError>> {
    let mut errors: Vec<VerifyError> = structure::check_tables(module).err().into_iter().collect();
    errors.extend(typing::check(module).err());
    errors.extend(module.functions.iter().filter_map(|function| verify_function(function, module).err()));
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Checks one function of `module`.
///
/// # Errors
/// The first broken rule.
pub fn verify_function(function: &Function, module: &Module) -> Result<(), VerifyError> {
    structure::check(function, module)?;
    let cfg = ControlFlow::compute(function);
    let domtree = DominatorTree::compute(function, &cfg);
    ssa::check(function, &cfg, &domtree)?;
    types::check(function)?;
    let liveness = Liveness::compute(function, &cfg);
    safepoints::check(function, &cfg, &liveness)
}

/// A place in a function, for errors.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'a> {
    function: &'a Function,
    block: Option<Block>,
    inst: Option<usize>,
}

impl<'a> At<'a> {
    pub(crate) fn function(function: &'a Function) -> At<'a> {
        At { function, block: None, inst: None }
    }

    pub(crate) fn block(function: &'a Function, block: Block) -> At<'a> {
        At { function, block: Some(block), inst: None }
    }

    pub(crate) fn inst(function: &'a Function, block: Block, inst: usize) -> At<'a> {
        At { function, block: Some(block), inst: Some(inst) }
    }

    pub(crate) fn terminator(function: &'a Function, block: Block) -> At<'a> {
        At::inst(function, block, function.block(block).insts.len())
    }

    pub(crate) fn fails<T>(self, fault: impl Into<Fault>) -> Result<T, VerifyError> {
        let function = format!("{}/{}", self.function.name, self.function.arity);
        let place = Place { function, block: self.block, inst: self.inst };
        Err(VerifyError { place, fault: fault.into() })
    }
}

#[cfg(test)]
mod tests;
