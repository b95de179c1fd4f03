//! Which functions' calls are traced, and what is told of each (`erlang:trace_pattern/3`).
//!
//! A pattern belongs to a breakpoint: at a function's entry (`local`), or at an export entry (`global`, and either way for
//! built-in functions). A function has one or the other. With a new version of its module both are gone.

use std::sync::{Arc, PoisonError, RwLock};

use dala_ir::abi::Atom;
use dala_ir::interp::{CodeModule, ExportEntry, Target};
use dala_ir::term::OwnedTerm;
use hashbrown::HashMap;

use super::export::ExportTable;
use super::module::LoadedModule;
use crate::bif::ets::match_spec::MatchSpec;
use crate::process::Mfa;

/// What is told of the calls of some functions.
#[derive(Debug)]
pub(crate) struct CallPattern {
    /// Whether calls within a module count.
    pub(crate) is_local: bool,
    /// The match specification; `None` where all calls are told of.
    pub(crate) spec: Option<TraceSpec>,
}

/// A match specification for traces, and the term that it refers to.
#[derive(Debug)]
pub(crate) struct TraceSpec {
    pub(crate) term: OwnedTerm,
    pub(crate) spec: MatchSpec,
}

/// The functions that a pattern is set for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PatternOf {
    /// Of this module, or of all.
    pub(crate) module: Option<Atom>,
    /// Of this name, or of any.
    pub(crate) function: Option<Atom>,
    /// Of this arity, or of any.
    pub(crate) arity: Option<u32>,
    /// Those that are not exported too, and calls within their modules.
    pub(crate) is_local: bool,
}

impl PatternOf {
    fn has(&self, module: Atom, function: Atom, arity: u32) -> bool {
        self.module.is_none_or(|named| named == module)
            && self.function.is_none_or(|named| named == function)
            && self.arity.is_none_or(|named| named == arity)
    }
}

/// Where a breakpoint is.
#[derive(Clone, Debug)]
enum Place {
    Entry(&'static ExportEntry),
    Code(Arc<CodeModule>),
}

impl Place {
    fn set(&self, of: Mfa) {
        match self {
            Place::Entry(entry) => drop(entry.set_breakpoint()),
            Place::Code(code) => drop(code.set_breakpoint(of.function, of.arity)),
        }
    }

    fn clear(&self, of: Mfa) {
        match self {
            Place::Entry(entry) => entry.clear_breakpoint(),
            Place::Code(code) => code.clear_breakpoint(of.function, of.arity),
        }
    }
}

/// The patterns of all functions that have one.
#[derive(Debug, Default)]
pub(crate) struct CallPatterns(RwLock<HashMap<Mfa, (Place, Arc<CallPattern>)>>);

impl CallPatterns {
    /// That of a function, if it has one.
    pub(crate) fn of(&self, function: Mfa) -> Option<Arc<CallPattern>> {
        let patterns = self.0.read().unwrap_or_else(PoisonError::into_inner);
        patterns.get(&function).map(|(_, pattern)| pattern.clone())
    }

    /// See [`CodeServer::set_call_pattern`](super::CodeServer::set_call_pattern).
    pub(super) fn set(
        &self,
        exports: &ExportTable,
        modules: &[Arc<LoadedModule>],
        of: PatternOf,
        pattern: Option<&Arc<CallPattern>>,
    ) -> usize {
        let mut places: Vec<(Mfa, Place)> = Vec::new();
        for entry in exports.all() {
            let head = entry.head();
            let is_meant = match entry.target() {
                Target::Undefined => false,
                Target::Code(_) => !of.is_local && head.function != super::server::on_load_name(),
                Target::Bif(_) => true,
            };
            if is_meant && of.has(head.module, head.function, head.arity) {
                let name = Mfa { module: head.module, function: head.function, arity: head.arity };
                places.push((name, Place::Entry(entry)));
            }
        }
        if of.is_local {
            for module in modules {
                for &(function, arity) in &module.functions {
                    if of.has(module.name, function, arity) && !exports.is_ours(module.name, function, arity)
                    {
                        let name = Mfa { module: module.name, function, arity };
                        places.push((name, Place::Code(module.code.clone())));
                    }
                }
            }
        }
        let mut patterns = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (name, place) in &places {
            // The pattern is there before somebody comes by the breakpoint.
            let former = match pattern {
                Some(pattern) => patterns.insert(*name, (place.clone(), pattern.clone())),
                None => patterns.remove(name),
            };
            if let Some((former, _)) = former {
                former.clear(*name);
            }
            if pattern.is_some() {
                place.set(*name);
            }
        }
        places.len()
    }

    /// The code of a module is not that of the patterns any more.
    pub(super) fn forget(&self, module: Atom, former: Option<&LoadedModule>) {
        if former.is_none() {
            return;
        }
        let mut patterns = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Built-in functions keep theirs.
        let gone = patterns.extract_if(|name, (place, _)| {
            name.module == module && !matches!(place, Place::Entry(entry) if entry.has_breakpoint())
        });
        for (name, (place, _)) in gone {
            if let Place::Code(code) = place {
                code.clear_breakpoint(name.function, name.arity);
            }
        }
    }
}
