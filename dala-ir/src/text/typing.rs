//! Types of terms, and the tables that say what is known of native functions and actors.
//!
//! ```text
//! message msg0 = 'add' id 77 (integer[-8, 7])
//! message msg1 = 'keep' id 78 (map[tensor 'f32' [2, _]], reference[capability 'File' read_only])
//! protocol proto0 = "Counter" [msg0 -> integer, msg1/1 -> atom['ok']]
//! signature import0 (bitstring, any) -> pid[proto0] | tuple[2, 'error']
//! expects proto0
//! ```
//!
//! A type is `any`, `none`, or kinds with what is known of each: `integer[LOW, HIGH]`, `atom['a', 'b']`, `tuple[ARITY]`,
//! `tuple[ARITY, TAG]`, `tuple[ARITY, TAG, MESSAGE]`, `pid[PROTOCOL]`, perhaps `ended`, `map[tensor DTYPE SHAPE]`,
//! `reference[capability RESOURCE RIGHTS]`. `_` is what is not known.

use std::fmt::{self, Display, Write};

use smallvec::SmallVec;

use super::lexer::{Token, quote};
use super::parser::{ParseError, Tokens};
use crate::abi::Atom;
use crate::ir::{ImportId, Message, MessageId, Module, Protocol, ProtocolId, Signature, Taken, Typing};
use crate::types::{
    ActorType, AtomSet, CapabilityType, IntRange, Kinds, Life, Rights, Sizes, TensorType, TermType,
    TupleShape,
};

/// Names of rights.
const RIGHTS: &[(Rights, &str)] = &[(Rights::ReadOnly, "read_only"), (Rights::ReadWrite, "read_write")];

fn quoted(text: &str, mark: char) -> String {
    let mut out = String::new();
    quote(text, mark, &mut out);
    out
}

fn atom(atom: Atom) -> String {
    quoted(atom.text(), '\'')
}

/// What is known, or `_`.
fn or_unknown(known: Option<impl Display>) -> String {
    known.map_or_else(|| "_".to_owned(), |known| known.to_string())
}

fn listed(items: impl IntoIterator<Item = impl Display>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}

impl Display for TermType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() || *self == TermType::ANY {
            return write!(f, "{:?}", self.kinds());
        }
        for (index, (kind, name)) in
            Kinds::NAMES.iter().filter(|(kind, _)| self.kinds().meets(*kind)).enumerate()
        {
            f.write_str(if index > 0 { " | " } else { "" })?;
            f.write_str(name)?;
            f.write_str(&self.known_of(*kind))?;
        }
        Ok(())
    }
}

impl TermType {
    /// What it says of its terms of one kind, in brackets; empty where it says nothing.
    fn known_of(&self, kind: Kinds) -> String {
        match kind {
            Kinds::INTEGER if self.range() != IntRange::ANY => {
                format!("[{}, {}]", or_unknown(self.range().lower()), or_unknown(self.range().upper()))
            }
            Kinds::ATOM => match self.atoms() {
                AtomSet::Any => String::new(),
                AtomSet::Few(few) => {
                    let mut names: Vec<&str> = few.iter().map(|atom| atom.text()).collect();
                    names.sort_unstable();
                    format!("[{}]", listed(names.into_iter().map(|name| quoted(name, '\''))))
                }
            },
            Kinds::TUPLE => match self.shape() {
                TupleShape::Any => String::new(),
                TupleShape::Arity(arity) => format!("[{arity}]"),
                TupleShape::Tagged(arity, tag) => format!("[{arity}, {}]", atom(tag)),
                TupleShape::Message(arity, tag, id) => format!("[{arity}, {}, {id}]", atom(tag)),
            },
            Kinds::PID => self.as_actor().map_or_else(String::new, |actor| match actor.life {
                Life::Any => format!("[{}]", actor.protocol),
                Life::Ended => format!("[{} ended]", actor.protocol),
            }),
            Kinds::MAP => self.as_tensor().map_or_else(String::new, |tensor| {
                let sizes =
                    |sizes: &Sizes| format!("[{}]", listed(sizes.iter().map(|&size| or_unknown(size))));
                let (dtype, shape) = (tensor.dtype.map(atom), tensor.shape.as_ref().map(sizes));
                format!("[tensor {} {}]", or_unknown(dtype), or_unknown(shape))
            }),
            Kinds::REFERENCE => self.as_capability().map_or_else(String::new, |capability| {
                let name =
                    |rights: Rights| RIGHTS.iter().find(|row| row.0 == rights).map_or("_", |row| row.1);
                format!(
                    "[capability {} {}]",
                    atom(capability.resource),
                    or_unknown(capability.rights.map(name))
                )
            }),
            _ => String::new(),
        }
    }
}

/// The text form of the tables.
pub fn print_typing(typing: &Typing) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = print(typing, &mut out);
    out
}

/// Prints the tables.
pub(super) fn print(typing: &Typing, out: &mut String) -> fmt::Result {
    for (index, Message { name, id, fields }) in typing.messages.iter().enumerate() {
        writeln!(out, "message {} = {} id {id} ({})", MessageId::new(index), atom(*name), listed(fields))?;
    }
    for (index, Protocol { name, messages }) in typing.protocols.iter().enumerate() {
        let rows = messages.iter().map(|Taken { message, required, reply }| {
            let fields = typing.message(*message).map_or(0, |message| message.fields.len());
            let missing = if *required as usize == fields { String::new() } else { format!("/{required}") };
            format!("{message}{missing} -> {reply}")
        });
        let id = ProtocolId::new(index);
        writeln!(out, "protocol {id} = {} [{}]", quoted(name, '"'), listed(rows))?;
    }
    for Signature { import, arguments, result } in &typing.signatures {
        writeln!(out, "signature {import} ({}) -> {result}", listed(arguments))?;
    }
    match typing.expected {
        Some(protocol) => writeln!(out, "expects {protocol}"),
        None => Ok(()),
    }
}

/// Parses the declaration that begins with `keyword`, if it is one of the tables'.
pub(super) fn declaration(
    keyword: &str,
    tokens: &mut Tokens,
    module: &mut Module,
) -> Result<bool, ParseError> {
    let typing = &mut module.typing;
    match keyword {
        "message" => {
            tokens.in_order("msg", typing.messages.len())?;
            let name = tokens.atom()?;
            tokens.expect_word("id")?;
            let id = tokens.parsed("an id")?;
            let fields = types(tokens)?;
            typing.messages.push(Message { name, id, fields });
        }
        "protocol" => {
            tokens.in_order("proto", typing.protocols.len())?;
            let name = match tokens.next() {
                Token::String(name) => name,
                found => return Err(tokens.error(format!("expected a name in quotes, found {found}"))),
            };
            let messages = tokens.separated("[", "]", |tokens| taken(tokens, typing))?;
            typing.protocols.push(Protocol { name, messages });
        }
        "signature" => {
            let import = ImportId::new(tokens.entity("import")?);
            let arguments = types(tokens)?;
            tokens.expect("->")?;
            typing.signatures.push(Signature { import, arguments, result: term_type(tokens)? });
        }
        "expects" => typing.expected = Some(ProtocolId::new(tokens.entity("proto")?)),
        _ => return Ok(false),
    }
    Ok(true)
}

fn taken(tokens: &mut Tokens, typing: &Typing) -> Result<Taken, ParseError> {
    let message = MessageId::new(tokens.entity("msg")?);
    let required = match tokens.eat("/") {
        true => tokens.number()?,
        false => typing.message(message).map_or(0, |message| message.fields.len() as u32),
    };
    tokens.expect("->")?;
    Ok(Taken { message, required, reply: term_type(tokens)? })
}

fn types(tokens: &mut Tokens) -> Result<Vec<TermType>, ParseError> {
    tokens.separated("(", ")", term_type)
}

/// Parses a type.
pub(super) fn term_type(tokens: &mut Tokens) -> Result<TermType, ParseError> {
    let mut all = TermType::NONE;
    loop {
        all = all.join(&alternative(tokens)?);
        if !tokens.eat("|") {
            return Ok(all);
        }
    }
}

fn alternative(tokens: &mut Tokens) -> Result<TermType, ParseError> {
    let name = tokens.word()?;
    let kind = match name.as_str() {
        "any" => return Ok(TermType::ANY),
        "none" => return Ok(TermType::NONE),
        name => Kinds::NAMES.iter().find(|row| row.1 == name).map(|row| row.0),
    };
    let Some(kind) = kind else { return Err(tokens.error(format!("`{name}` is no kind of terms"))) };
    if !tokens.eat("[") {
        return Ok(TermType::of(kind));
    }
    let ty = match kind {
        Kinds::INTEGER => {
            let low = unless_unknown(tokens, |tokens| tokens.parsed("a bound"))?;
            tokens.expect(",")?;
            let high = unless_unknown(tokens, |tokens| tokens.parsed("a bound"))?;
            IntRange::new(low, high).map(TermType::integer)
        }
        Kinds::ATOM => {
            let mut ty = TermType::atom(tokens.atom()?);
            while tokens.eat(",") {
                ty = ty.join(&TermType::atom(tokens.atom()?));
            }
            Some(ty)
        }
        Kinds::TUPLE => Some(TermType::tuple(shape(tokens)?)),
        Kinds::PID => {
            let protocol = ProtocolId::new(tokens.entity("proto")?);
            let life = if tokens.eat_word("ended") { Life::Ended } else { Life::Any };
            Some(TermType::actor(ActorType { protocol, life }))
        }
        Kinds::MAP => {
            tokens.expect_word("tensor")?;
            let dtype = unless_unknown(tokens, Tokens::atom)?;
            let shape = unless_unknown(tokens, |tokens| {
                let size = |tokens: &mut Tokens| unless_unknown(tokens, |tokens| tokens.parsed("a size"));
                Ok(SmallVec::from_vec(tokens.separated("[", "]", size)?))
            })?;
            Some(TermType::tensor(TensorType { dtype, shape }))
        }
        Kinds::REFERENCE => {
            tokens.expect_word("capability")?;
            let resource = tokens.atom()?;
            let rights = unless_unknown(tokens, |tokens| {
                let word = tokens.word()?;
                let rights = RIGHTS.iter().find(|row| row.1 == word).map(|row| row.0);
                rights.ok_or_else(|| tokens.error(format!("`{word}` names no rights")))
            })?;
            Some(TermType::capability(CapabilityType { resource, rights }))
        }
        _ => None,
    };
    tokens.expect("]")?;
    ty.ok_or_else(|| tokens.error(format!("this cannot be known of `{name}`")))
}

fn shape(tokens: &mut Tokens) -> Result<TupleShape, ParseError> {
    let arity = tokens.number()?;
    if !tokens.eat(",") {
        return Ok(TupleShape::Arity(arity));
    }
    if arity == 0 {
        return Err(tokens.error("a tuple with a tag is not empty".into()));
    }
    let tag = tokens.atom()?;
    if !tokens.eat(",") {
        return Ok(TupleShape::Tagged(arity, tag));
    }
    Ok(TupleShape::Message(arity, tag, MessageId::new(tokens.entity("msg")?)))
}

/// `_`, or what `known` parses.
fn unless_unknown<T>(
    tokens: &mut Tokens,
    known: impl FnOnce(&mut Tokens) -> Result<T, ParseError>,
) -> Result<Option<T>, ParseError> {
    if tokens.eat_word("_") { Ok(None) } else { known(tokens).map(Some) }
}
