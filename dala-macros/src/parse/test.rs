//! `#[dala::test]` on `async fn name()`.

use proc_macro2::TokenStream;

use super::attrs;
use super::main::async_function;
use crate::diag::{Code, Diagnostics};
use crate::keywords as words;
use crate::model::test::{Test, World};

/// Reads the function.
pub(crate) fn test(arguments: TokenStream, item: &syn::Item, diagnostics: &mut Diagnostics) -> Option<Test> {
    let known = [words::SEEDS, words::REAL, words::WORKERS];
    let options = attrs::options(arguments, "#[dala::test]", &known, diagnostics);
    let (mut seeds, mut workers, mut is_real) = (None, None, false);
    for option in &options {
        if option.word == words::SEEDS {
            seeds = option.number(diagnostics);
        } else if option.word == words::WORKERS {
            workers = option.number(diagnostics);
        } else {
            is_real = option.flag(diagnostics);
        }
    }
    let misplaced = if is_real { words::SEEDS } else { words::WORKERS };
    if let Some(option) = options.iter().find(|option| option.word == misplaced) {
        let (wrong, instead) = match is_real {
            true => ("a test on a real runtime has no seeds", "remove `seeds`, or `real`"),
            false => ("a simulation has no workers", "remove `workers`, or add `real`"),
        };
        diagnostics.report(Code::UnknownOption, &option.word, wrong, instead);
    }
    let function = async_function(item, "#[dala::test]", "an `async fn`", diagnostics)?;
    let world = if is_real { World::Real(workers) } else { World::Simulated(seeds) };
    Some(Test { world, function })
}
