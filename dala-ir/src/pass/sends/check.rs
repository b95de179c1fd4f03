//! What a module sends and passes that nobody takes.

use super::site::{Content, Site};
use crate::abi::Atom;
use crate::analysis::{ControlFlow, DominatorTree};
use crate::ir::{Function, Immediate, InstData, Location, Module, Op, Tables};
use crate::pass::fold::walk::Walk;
use crate::types::{Life, TermType};

/// Something that cannot do what it is written for. It is no error: the program goes on as Erlang has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The function's name.
    pub name: Atom,
    /// Its arity.
    pub arity: u32,
    /// Where it stands, if that is known.
    pub location: Option<Location>,
    /// What is wrong.
    pub text: String,
}

/// What is wrong with what a verified module sends to native actors and passes to native functions, as far as that is sure:
/// messages that the actor does not take, or that come when it has ended; fields and arguments that do not convert.
pub fn warnings(module: &mut Module) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if module.typing.protocols.is_empty() && module.typing.signatures.is_empty() {
        return warnings;
    }
    let Module { literals, imports, typing, functions, .. } = module;
    let tables = Tables { literals, imports, typing };
    for function in functions {
        if !asks(function, tables) {
            continue;
        }
        let tree = DominatorTree::compute(function, &ControlFlow::compute(function));
        let mut walk = Walk::new(function, &tree, tables);
        if walk.has_loops() {
            walk.settle(function);
        }
        // The walk takes blocks out of the function.
        let whole = function.clone();
        walk.look(function, |walk, block, index, inst| {
            let text = argument(walk, inst).or_else(|| {
                let site = Site::of(walk, block, index, inst)?;
                message(walk, &whole, &site)
            });
            let location =
                (inst.location != 0).then(|| whole.locations.get(inst.location as usize)).flatten();
            warnings.extend(text.map(|text| Warning {
                name: whole.name,
                arity: whole.arity,
                location: location.copied(),
                text,
            }));
        });
    }
    warnings
}

/// Whether a function has something to look at.
fn asks(function: &Function, tables: Tables<'_>) -> bool {
    let calls = |inst: &InstData| {
        let Immediate::Import(id) = inst.immediate else { return false };
        tables.typing.signature(id).is_some()
    };
    let mut insts =
        function.blocks.iter().flat_map(|block| block.insts.iter().chain(block.terminator.inst()));
    Site::may_be_in(function, tables.imports) || insts.any(calls)
}

/// The first argument of a native function that does not convert.
fn argument(walk: &Walk<'_>, inst: &InstData) -> Option<String> {
    let Immediate::Import(id) = inst.immediate else { return None };
    if !matches!(inst.op, Op::CallExt | Op::Bif) {
        return None;
    }
    let signature = walk.tables.typing.signature(id)?;
    let import = walk.tables.imports.get(id.index())?;
    let arguments = inst.args.iter().map(|&value| walk.type_of(value)).zip(&signature.arguments);
    let (index, (found, wanted)) =
        arguments.enumerate().find(|(_, (found, wanted))| found.meet(wanted).is_none())?;
    let name = format!("{}:{}/{}", import.module, import.function, import.arity);
    Some(format!("argument {} of {name} is {}, not {}", index + 1, shown(walk, found), shown(walk, wanted)))
}

/// What is wrong with what is sent at a place.
fn message(walk: &Walk<'_>, function: &Function, site: &Site) -> Option<String> {
    let actor = site.actor?;
    let typing = walk.tables.typing;
    let protocol = typing.protocol(actor.protocol)?;
    let name = &protocol.name;
    if actor.life == Life::Ended {
        return Some(format!("it is sent to a {name} that has ended"));
    }
    let content = Content::of(function, walk.tables, site.message)?;
    let tag = content.tag();
    // What any actor understands, and OTP's own messages.
    if tag.text().starts_with('$') || matches!(tag.text(), "system" | "EXIT" | "DOWN") {
        return None;
    }
    let Some((_, row)) = typing.taken(actor.protocol, tag, content.len()) else {
        let all = protocol.messages.iter().filter_map(|taken| typing.message(taken.message));
        let all: Vec<String> = all.map(|row| format!("{}/{}", row.name, row.fields.len())).collect();
        return Some(format!("a {name} takes no {tag}/{}; it takes {}", content.len(), all.join(", ")));
    };
    let found: Vec<TermType> = match &content {
        Content::Fields(_, fields) => fields.iter().map(|&field| walk.type_of(field).clone()).collect(),
        Content::Constants(_, fields) => {
            fields.iter().map(|&field| TermType::of_constant(field, walk.tables.literals)).collect()
        }
    };
    let fields = found.iter().zip(&row.fields).enumerate();
    let (index, (found, wanted)) =
        fields.into_iter().find(|(_, (found, wanted))| found.meet(wanted).is_none())?;
    let (found, wanted) = (shown(walk, found), shown(walk, wanted));
    Some(format!("field {} of {tag}/{} to a {name} is {found}, not {wanted}", index + 1, row.fields.len()))
}

/// A type for people: with the names of protocols.
fn shown(walk: &Walk<'_>, ty: &TermType) -> String {
    let text = ty.to_string();
    let protocols = walk.tables.typing.protocols.iter().enumerate();
    // From the last: `proto1` begins `proto12`.
    let named = protocols
        .rev()
        .fold(text, |text, (index, protocol)| text.replace(&format!("proto{index}"), &protocol.name));
    format!("`{named}`")
}
