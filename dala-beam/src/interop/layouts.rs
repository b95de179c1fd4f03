//! What the messages of an actor look like, as texts: an Elixir module that was written for one ([`elixir_module`](super::elixir_module))
//! carries those of its time, and is not loaded when the actor takes others now.
//!
//! A message that has got more fields at its end, all of them options, still takes those of former modules: what is missing is
//! `None` ([`Shape::is_short`](dala_ir::abi::shape::Shape::is_short)).

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{PoisonError, RwLock};

use dala::StableLayout as _;
use dala::actor::{Actor, Protocol};
use dala::message::Source;
use dala_ir::abi::shape::Shape;
use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, tuple_elements, view};

use super::elixir_types::{Types, literal};
use crate::etf::{DecodeOptions, decode};
use crate::lower::NamesOnly;
use crate::process::System;

/// The module attribute.
const ATTRIBUTE: &str = "dala_protocol";

/// A message, or a type that messages have.
struct Layout {
    /// The message's atom; `type` and the type's name.
    name: String,
    /// Its text; behind it those of what else is taken.
    texts: Vec<String>,
}

fn layouts(protocol: &Protocol) -> Vec<Layout> {
    let mut types = Types::default();
    let mut layouts = Vec::new();
    for entry in protocol.entries() {
        let reply = types.of(entry.reply());
        for shape in entry.shapes().all() {
            let fields = shape.fields().len();
            let texts =
                (shape.required()..=fields).rev().map(|fields| text(shape, fields, &reply, &mut types));
            layouts.push(Layout { name: shape.name().text().to_owned(), texts: texts.collect() });
        }
    }
    let named = types.named.into_values();
    let named = named.filter_map(|(name, definition)| Some((format!("type {name}"), definition?)));
    layouts.extend(named.map(|(name, definition)| Layout { name, texts: vec![definition] }));
    layouts
}

/// A message with so many of its fields.
fn text(shape: &Shape, fields: usize, reply: &str, types: &mut Types) -> String {
    let mut text = match fields {
        0 => literal(shape.name().text()),
        _ => format!("{{{}", literal(shape.name().text())),
    };
    for field in &shape.fields()[..fields] {
        let _ = write!(text, ", {}: {}", field.name, types.of(field.ty));
    }
    if fields > 0 {
        text.push('}');
    }
    text + " :: " + reply
}

/// The lines of a module that say what it was written for.
pub(super) fn attribute(actor: &str, protocol: Option<&Protocol>) -> String {
    let mut lines = format!(
        "\n  # What the actor took when this was written; compared when it is loaded.\n  \
         Module.register_attribute(__MODULE__, :{ATTRIBUTE}, persist: true)\n  @{ATTRIBUTE} {{{}, [",
        quoted(actor)
    );
    for (place, layout) in protocol.map(layouts).unwrap_or_default().iter().enumerate() {
        let separator = if place == 0 { "" } else { "," };
        let _ = write!(lines, "{separator}\n    {{{}, {}}}", quoted(&layout.name), quoted(&layout.texts[0]));
    }
    lines + "\n  ]}\n"
}

/// A text as Elixir writes it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("#{", "\\#{"))
}

/// The actors whose modules are looked at when they are loaded, by name. Several types may have one.
#[derive(Debug, Default)]
pub(crate) struct Protocols(RwLock<HashMap<&'static str, Vec<&'static Protocol>>>);

impl Protocols {
    pub(super) fn add(&self, name: &'static str, protocol: &'static Protocol) {
        let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let named = all.entry(name).or_default();
        if !named.iter().any(|known| std::ptr::eq(*known, protocol)) {
            named.push(protocol);
        }
    }

    /// The actor that a module was written for, by its name: `None` when there is none, and when several have that name.
    /// `attributes` are the module's, in the external format.
    pub(super) fn only_one_of(&self, attributes: &[u8]) -> Option<(&'static str, &'static Protocol)> {
        if !attributes.windows(ATTRIBUTE.len()).any(|part| part == ATTRIBUTE.as_bytes()) {
            return None;
        }
        let mut scratch = Fragment::new();
        let decoded =
            decode(attributes, &mut scratch, &mut NamesOnly::default(), &DecodeOptions::default()).ok()?;
        let written = written_for(decoded.term);
        let [(actor, _)] = &written[..] else { return None };
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (name, protocols) = all.get_key_value(actor.as_str())?;
        match protocols[..] {
            [protocol] => Some((name, protocol)),
            _ => None,
        }
    }

    /// Whether the actors that a module was written for, if any, still take what it sends: `attributes` are the module's.
    ///
    /// # Errors
    /// With a text that names both layouts.
    pub(crate) fn check(&self, attributes: Word) -> Result<(), String> {
        written_for(attributes).iter().try_for_each(|(actor, messages)| self.compare(actor, messages))
    }

    fn compare(&self, actor: &str, written: &[(String, String)]) -> Result<(), String> {
        let all = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut problem = Ok(());
        for protocol in all.get(actor).into_iter().flatten() {
            match misfit(&layouts(protocol), written) {
                None => return Ok(()),
                Some(text) => problem = Err(format!("was written for another {actor}: {text}")),
            }
        }
        problem
    }
}

/// Actors, and their messages, that a module was written for.
type Written = Vec<(String, Vec<(String, String)>)>;

fn written_for(attributes: Word) -> Written {
    let attribute = Word::atom(Atom::new(ATTRIBUTE));
    let mut all = Written::new();
    for pair in view::list_to_vec(attributes).unwrap_or_default() {
        // Somebody else's attribute of that name says something else.
        if let Some(&[name, value]) = tuple_elements(pair)
            && name == attribute
            && let Ok(written) = Written::read_term(Source::new(value))
        {
            all.extend(written);
        }
    }
    all
}

/// The first message that the actor does not take as it is written.
fn misfit(taken: &[Layout], written: &[(String, String)]) -> Option<String> {
    written.iter().find_map(|(name, text)| {
        let same: Vec<&Layout> = taken.iter().filter(|layout| layout.name == *name).collect();
        if same.iter().any(|layout| layout.texts.contains(text)) {
            return None;
        }
        let now = same
            .first()
            .map_or_else(|| "none of that name".to_owned(), |layout| format!("`{}`", layout.texts[0]));
        Some(format!(
            "it has {name} as `{text}`, the actor has {now}; `dala gen elixir` writes the module anew"
        ))
    })
}

impl System {
    /// Has the Elixir modules that were written for actors of type `A` ([`elixir_module`](super::elixir_module)) looked at when they are
    /// loaded: one that was written for other messages is refused, with an error that names both. Kinds of
    /// [`add_actors`](System::add_actors) are looked at without this.
    pub fn add_protocol<A: Actor>(&self) {
        if let Some(protocol) = A::protocol().and_then(|protocol| protocol.downcast_ref::<Protocol>()) {
            self.code.protocols.add(A::NAME, protocol);
        }
    }
}
