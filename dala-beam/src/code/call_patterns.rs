//! Which functions' calls are traced, and what is told of each (`erlang:trace_pattern/3`).
//!
//! A pattern belongs to a breakpoint: at a function's entry (`local`), or at an export entry (`global`, and either way for
//! built-in functions). A function has one or the other. With a new version of its module both are gone. [Meters](super::call_meters)
//! hang on the same breakpoints, which are those of local patterns.

use std::sync::{Arc, PoisonError, RwLock};

use dala_ir::abi::Atom;
use dala_ir::interp::{CodeModule, ExportEntry, Target};
use dala_ir::term::OwnedTerm;
use hashbrown::HashMap;

use super::call_meters::{self, CallCount, CallTime, Clocks, MeterChange};
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
    fn is_same(&self, other: &Place) -> bool {
        match (self, other) {
            (Place::Entry(one), Place::Entry(other)) => std::ptr::eq(*one, *other),
            (Place::Code(one), Place::Code(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

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

/// What is to become of breakpoints.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    /// Calls are told of so, or (with none inside) no longer.
    pub(crate) pattern: Option<Option<Arc<CallPattern>>>,
    /// Calls are counted.
    pub(crate) count: Option<MeterChange>,
    /// Calls are timed.
    pub(crate) time: Option<MeterChange>,
}

impl Change {
    /// Whether functions without a breakpoint get none by it.
    fn adds_nothing(&self) -> bool {
        let starts = |meter: Option<MeterChange>| meter == Some(MeterChange::Start);
        !matches!(self.pattern, Some(Some(_))) && !starts(self.count) && !starts(self.time)
    }
}

/// A breakpoint, and what is done there.
#[derive(Clone, Debug)]
pub(crate) struct Breakpoint {
    place: Place,
    /// What is told of calls.
    pub(crate) pattern: Option<Arc<CallPattern>>,
    /// Counts them.
    pub(crate) count: Option<Arc<CallCount>>,
    /// Times them.
    pub(crate) time: Option<Arc<CallTime>>,
}

impl Breakpoint {
    fn at(place: Place) -> Breakpoint {
        Breakpoint { place, pattern: None, count: None, time: None }
    }

    fn change(&mut self, change: &Change) {
        if let Some(pattern) = &change.pattern {
            self.pattern = pattern.clone();
        }
        if let Some(count) = change.count {
            call_meters::change(&mut self.count, count);
        }
        if let Some(time) = change.time {
            call_meters::change(&mut self.time, time);
        }
    }

    fn is_idle(&self) -> bool {
        self.pattern.is_none() && self.count.is_none() && self.time.is_none()
    }
}

/// All breakpoints.
#[derive(Debug, Default)]
pub(crate) struct CallPatterns {
    breakpoints: RwLock<HashMap<Mfa, Breakpoint>>,
    /// What the processes are in that are timed.
    pub(crate) clocks: Clocks,
}

impl CallPatterns {
    /// That of a function, if it has one.
    pub(crate) fn of(&self, function: Mfa) -> Option<Breakpoint> {
        self.breakpoints.read().unwrap_or_else(PoisonError::into_inner).get(&function).cloned()
    }

    /// See [`CodeServer::set_call_pattern`](super::CodeServer::set_call_pattern).
    pub(super) fn set(
        &self,
        exports: &ExportTable,
        modules: &[Arc<LoadedModule>],
        of: PatternOf,
        change: &Change,
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
        let mut breakpoints = self.breakpoints.write().unwrap_or_else(PoisonError::into_inner);
        for (name, place) in &places {
            let former = breakpoints.remove(name);
            // What hangs on a breakpoint of the other kind is left alone by what changes nothing there, and goes with it otherwise.
            let mut breakpoint = match former {
                Some(former) if former.place.is_same(place) => former,
                Some(former) if change.adds_nothing() => {
                    breakpoints.insert(*name, former);
                    continue;
                }
                Some(former) => {
                    former.place.clear(*name);
                    Breakpoint::at(place.clone())
                }
                None if change.adds_nothing() => continue,
                None => Breakpoint::at(place.clone()),
            };
            breakpoint.change(change);
            if breakpoint.is_idle() {
                place.clear(*name);
            } else {
                // It is there before somebody comes by.
                breakpoints.insert(*name, breakpoint);
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
        let mut breakpoints = self.breakpoints.write().unwrap_or_else(PoisonError::into_inner);
        // Built-in functions keep theirs.
        let gone = breakpoints.extract_if(|name, breakpoint| {
            name.module == module
                && !matches!(breakpoint.place, Place::Entry(entry) if entry.has_breakpoint())
        });
        for (name, breakpoint) in gone {
            if let Place::Code(code) = breakpoint.place {
                code.clear_breakpoint(name.function, name.arity);
            }
        }
    }
}
