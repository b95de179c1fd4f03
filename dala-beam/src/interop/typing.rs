//! What the IR is told of native functions and actors: types of Rust as types of terms.
//!
//! A module is asked for once, when it is lowered: its imports that are native functions, and the actor that it was written
//! for ([`elixir_module`](super::elixir_module)), if one type of that name is known. What it was told stands in its
//! [`Typing`], and in what is kept of it, so that it is made anew when something else is there.

use std::collections::HashMap;

use dala::actor::Protocol;
use dala_ir::abi::shape::{FieldType, Shape};
use dala_ir::abi::{Atom, atoms};
use dala_ir::interp::Target;
use dala_ir::ir::{Import, ImportId, Message, MessageId, Module, ProtocolId, Signature, Taken, Typing};
use dala_ir::pass;
use dala_ir::text::print_module;
use dala_ir::types::{
    ActorType, AtomSet, CapabilityType, IntRange, Kinds, Life, TensorType, TermType, TupleShape,
};

use super::layouts::Protocols;
use crate::bif::arguments::named;
use crate::code::{ExportTable, NativeTable};
use crate::load::BeamFile;
use crate::lower::{NamesOnly, lower};
use crate::process::System;

/// Who knows native functions and actors.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Known<'a> {
    /// Functions; nobody knows any without.
    pub(crate) natives: Option<&'a NativeTable>,
    /// Actors that modules are written for.
    pub(crate) protocols: Option<&'a Protocols>,
}

impl Known<'_> {
    /// Tells a module what is known of its imports and of the actor that it was written for; `attributes` are its own, in
    /// the external format.
    pub(crate) fn tell(&self, module: &mut Module, attributes: &[u8], exports: &ExportTable) {
        module.typing = self.typing(&module.imports, attributes, exports);
    }

    /// What a module with such imports and attributes is told.
    pub(crate) fn typing(&self, imports: &[Import], attributes: &[u8], exports: &ExportTable) -> Typing {
        let mut rows = Rows::default();
        if let Some(natives) = self.natives.filter(|natives| !natives.is_empty()) {
            for (index, import) in imports.iter().enumerate() {
                let entry = exports.find(import.module, import.function, import.arity);
                let Some(Target::Bif(bif)) = entry.map(|entry| entry.target()) else { continue };
                let Some(function) = natives.get(bif) else { continue };
                let Some(arguments) = function.arguments() else { continue };
                let arguments: Vec<TermType> = arguments.iter().map(|&ty| rows.taken(ty)).collect();
                if arguments.len() != import.arity as usize {
                    continue;
                }
                let result = function.value().map_or(TermType::ANY, |ty| rows.given(ty));
                rows.typing.signatures.push(Signature { import: ImportId::new(index), arguments, result });
            }
        }
        if let Some((name, protocol)) = self.protocols.and_then(|known| known.only_one_of(attributes)) {
            rows.typing.expected = Some(rows.protocol(name, protocol));
        }
        rows.typing
    }
}

/// Tables that grow by what is named.
#[derive(Default)]
struct Rows {
    typing: Typing,
    /// Protocols with their rows. One may lie at several places.
    protocols: Vec<(&'static Protocol, ProtocolId)>,
    /// By place of the shape.
    messages: HashMap<*const Shape, MessageId>,
}

/// Which way a value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// To Rust: what converts.
    Taken,
    /// From Rust: what it is written as.
    Given,
}

fn integers(low: i64, high: i64) -> TermType {
    TermType::integer(IntRange::new(Some(low), Some(high)).unwrap_or(IntRange::ANY))
}

fn all_of(names: &[Atom]) -> TermType {
    names.iter().fold(TermType::NONE, |all, &name| all.join(&TermType::atom(name)))
}

/// Whether two protocols have the same messages.
fn are_same(one: &Protocol, other: &Protocol) -> bool {
    let ids = |protocol: &Protocol| -> Vec<u64> {
        let shapes = protocol.entries().iter().flat_map(|entry| entry.shapes().all());
        shapes.map(|shape| shape.logical_id()).collect()
    };
    std::ptr::eq(one, other) || ids(one) == ids(other)
}

impl Rows {
    fn protocol(&mut self, name: &str, protocol: &'static Protocol) -> ProtocolId {
        let is_same = |(known, id): &&(&'static Protocol, ProtocolId)| {
            self.typing.protocol(*id).is_some_and(|row| row.name == name) && are_same(known, protocol)
        };
        if let Some(&(_, id)) = self.protocols.iter().find(is_same) {
            return id;
        }
        let id = ProtocolId::new(self.typing.protocols.len());
        // Known before its messages are looked at: they may name it.
        self.protocols.push((protocol, id));
        self.typing.protocols.push(dala_ir::ir::Protocol { name: name.to_owned(), messages: Vec::new() });
        let mut messages = Vec::new();
        for entry in protocol.entries() {
            let reply = self.given(entry.reply());
            for shape in entry.shapes().all() {
                let (message, required) = (self.message(shape), shape.required() as u32);
                messages.push(Taken { message, required, reply: reply.clone() });
            }
        }
        self.typing.protocols[id.index()].messages = messages;
        id
    }

    fn message(&mut self, shape: &'static Shape) -> MessageId {
        if let Some(&id) = self.messages.get(&std::ptr::from_ref(shape)) {
            return id;
        }
        let id = MessageId::new(self.typing.messages.len());
        self.messages.insert(shape, id);
        // As many as it has, for who asks on the way.
        let fields = vec![TermType::ANY; shape.fields().len()];
        self.typing.messages.push(Message { name: shape.name().atom(), id: shape.logical_id(), fields });
        let fields = shape.fields().iter().map(|field| self.taken(field.ty)).collect();
        self.typing.messages[id.index()].fields = fields;
        id
    }

    /// Terms that convert into a value of this type, and perhaps some more.
    fn taken(&mut self, ty: FieldType) -> TermType {
        self.term(ty, Way::Taken)
    }

    /// Terms that values of this type are written as.
    fn given(&mut self, ty: FieldType) -> TermType {
        self.term(ty, Way::Given)
    }

    fn term(&mut self, ty: FieldType, way: Way) -> TermType {
        match ty {
            FieldType::Bool => TermType::atoms_of(AtomSet::booleans()),
            FieldType::I8 => integers(i8::MIN.into(), i8::MAX.into()),
            FieldType::I16 => integers(i16::MIN.into(), i16::MAX.into()),
            FieldType::I32 => integers(i32::MIN.into(), i32::MAX.into()),
            FieldType::I64 => integers(i64::MIN, i64::MAX),
            FieldType::U8 => integers(0, u8::MAX.into()),
            FieldType::U16 => integers(0, u16::MAX.into()),
            FieldType::U32 => integers(0, u32::MAX.into()),
            FieldType::U64 | FieldType::U128 => {
                TermType::integer(IntRange::new(Some(0), None).unwrap_or(IntRange::ANY))
            }
            FieldType::I128 | FieldType::Integer => TermType::of(Kinds::INTEGER),
            FieldType::F32 | FieldType::F64 => {
                let numbers = if way == Way::Given { Kinds::FLOAT } else { Kinds::NUMBER };
                let others = [named!("nan"), named!("infinity"), named!("-infinity")];
                TermType::of(numbers).join(&all_of(&others))
            }
            FieldType::Char => integers(0, u32::from(char::MAX).into()),
            FieldType::Atom => TermType::of(Kinds::ATOM),
            FieldType::Pid => TermType::of(Kinds::PID),
            FieldType::Unit => TermType::atom(atoms::OK),
            FieldType::String | FieldType::Binary => TermType::of(Kinds::BITSTRING),
            FieldType::List(_) => TermType::of(Kinds::LIST),
            FieldType::Option(some) => self.term(*some, way).join(&TermType::atom(atoms::NIL_ATOM)),
            FieldType::Boxed(value) => self.term(*value, way),
            FieldType::Result(ok, _) => {
                let tagged = |tag| TermType::tuple(TupleShape::Tagged(2, tag));
                let either = tagged(atoms::OK).join(&tagged(atoms::ERROR));
                if matches!(ok, FieldType::Unit) { either.join(&TermType::atom(atoms::OK)) } else { either }
            }
            FieldType::Tuple(items) => TermType::tuple(TupleShape::Arity(items.len() as u32)),
            FieldType::Map(..) => TermType::of(Kinds::MAP),
            FieldType::Nested(nested) => (nested.shapes)()
                .all()
                .iter()
                .fold(TermType::NONE, |all, shape| all.join(&self.shape(shape, way))),
            FieldType::Actor(actor) => {
                let protocol = (actor.protocol)().and_then(|protocol| protocol.downcast_ref::<Protocol>());
                protocol.map_or(TermType::of(Kinds::PID), |protocol| {
                    let protocol = self.protocol(actor.name, protocol);
                    TermType::actor(ActorType { protocol, life: Life::Any })
                })
            }
            FieldType::Tensor(dtype) => {
                let dtype = dtype.and_then(|name| Atom::try_new(name).ok());
                let handle = TermType::tensor(TensorType { dtype, shape: None });
                let with_elements = TermType::tuple(TupleShape::Tagged(4, named!("tensor")));
                if way == Way::Given { handle } else { handle.join(&with_elements) }
            }
            FieldType::Opaque(name) => Atom::try_new(name())
                .map_or(TermType::of(Kinds::REFERENCE), |resource| {
                    TermType::capability(CapabilityType { resource, rights: None })
                }),
            // References of any node, plain data, any term, and what is new.
            _ => TermType::ANY,
        }
    }

    /// A message as a term.
    fn shape(&mut self, shape: &'static Shape, way: Way) -> TermType {
        let name = shape.name().atom();
        let whole = match shape.tuple_arity() {
            0 => TermType::atom(name),
            arity => TermType::tuple(TupleShape::Message(arity as u32, name, self.message(shape))),
        };
        // Taken without some of its last fields, too.
        let is_short = way == Way::Taken && shape.required() < shape.fields().len();
        if is_short { whole.join(&TermType::of(Kinds::TUPLE)).join(&TermType::atom(name)) } else { whole }
    }
}

impl System {
    /// The IR of a .beam file as this system would run it now, with what it knows of its native functions and actors: for people, as
    /// `dala ir` shows it without those.
    ///
    /// # Errors
    /// With a text, when it is no module.
    pub fn ir(&self, bytes: &[u8]) -> Result<String, String> {
        let file = BeamFile::parse(bytes).map_err(|error| error.to_string())?;
        let mut module = lower(&file, &mut NamesOnly::default()).map_err(|error| error.to_string())?;
        self.code.known().tell(&mut module, &file.attributes.attributes, self.code.exports());
        pass::optimize(&mut module);
        Ok(print_module(&module))
    }

    /// What the current version of a module (`Elixir.Name`) sends to native actors, and passes to native functions, that they do
    /// not take: a line each, as it was logged when the module was loaded. It is no error, the program goes on as Erlang has
    /// it: such a message reaches the actor's `unhandled`, such a call raises.
    pub fn type_warnings(&self, module: &str) -> Vec<String> {
        let module = Atom::try_new(module).ok().and_then(|name| self.code.current(name));
        module.map_or_else(Vec::new, |module| module.type_warnings.clone())
    }
}
