//! The optimiser: from verified IR to verified IR that does the same, with less to do.
//!
//! [`PASSES`] is the one list of passes; [`optimize`] runs them in its order. A pass takes a
//! function that the verifier accepts and leaves one that it accepts; debug builds and tests check that after each.
//!
//! What a pass may change, and what not:
//! - results, exceptions and their stack traces, messages and their order stay; so do positions of what may raise or
//!   call;
//! - a reduction is counted at every call and loop turn where there was one;
//! - what an op takes for granted of an operand ("a proven cons cell") is not proven by a `.beam` file: the op checks it
//!   again and ends the process. A pass may rely on it behind the op, never before.

#![warn(clippy::wildcard_enum_match_arm)]

mod clean;
mod dce;
mod fold;
mod gvn;
mod receives;
mod sends;

pub use sends::{Warning, warnings};

use crate::analysis::{ControlFlow, DominatorTree};
use crate::ir::{Function, Module, Tables};

/// The dominator tree of a function, computed when the first pass wants it.
#[derive(Debug, Default)]
struct Shape {
    tree: Option<DominatorTree>,
}

impl Shape {
    /// Dominators. Edges may have gone since they were found, so there may be more than it says.
    fn tree(&mut self, function: &Function) -> &DominatorTree {
        self.tree.get_or_insert_with(|| DominatorTree::compute(function, &ControlFlow::compute(function)))
    }

    /// Blocks or edges have come.
    fn forget(&mut self) {
        self.tree = None;
    }
}

/// A pass.
#[derive(Clone, Copy, Debug)]
pub struct Pass {
    /// Name, as `dala ir --after` takes it.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    run: fn(&mut Function, &mut Shape, Tables<'_>),
}

impl Pass {
    /// Runs it over every function of a verified module.
    pub fn run(&self, module: &mut Module) {
        for index in 0..module.functions.len() {
            self.run_over(module, index, &mut Shape::default());
        }
    }

    fn run_over(&self, module: &mut Module, index: usize, shape: &mut Shape) {
        let Module { literals, imports, typing, functions, .. } = module;
        (self.run)(&mut functions[index], shape, Tables { literals, imports, typing });
        #[cfg(debug_assertions)]
        self.check(module, index);
    }

    #[cfg(debug_assertions)]
    fn check(&self, module: &Module, index: usize) {
        let function = &module.functions[index];
        if let Err(error) = crate::verify::verify_function(function, module) {
            let text = crate::text::print_function(function, crate::ir::FuncId::new(index));
            panic!("pass {} broke a function: {error}\n{text}", self.name);
        }
    }
}

macro_rules! passes {
    ($($name:literal => $run:path, $doc:literal;)*) => {
        /// All passes, in the order they are run.
        pub const PASSES: &[Pass] = &[$(Pass { name: $name, doc: $doc, run: $run },)*];
    };
}

passes! {
    "sends" => sends::run, "Messages to actors whose protocol is known go without a tuple.";
    "fold" => fold::run, "Types of values, and what follows from them: tests and branches that are decided, constants, ops that cannot fail.";
    "gvn" => gvn::run, "What was computed already is not computed again.";
    "clean" => clean::run, "Jumps to jumps, blocks that only one edge leads to, blocks that none leads to.";
    "dce" => dce::run, "What nobody uses is not computed and not passed on.";
    "receives" => receives::run, "A receive that can only match certain messages says which, so that a long queue is not walked.";
}

/// Runs all passes over a verified module.
pub fn optimize(module: &mut Module) {
    for index in 0..module.functions.len() {
        let mut shape = Shape::default();
        for pass in PASSES {
            pass.run_over(module, index, &mut shape);
        }
    }
}

/// The passes up to and with the one of this name; all of them when there is none.
pub fn up_to(name: &str) -> &'static [Pass] {
    let end = PASSES.iter().position(|pass| pass.name == name).map_or(PASSES.len(), |last| last + 1);
    &PASSES[..end]
}
