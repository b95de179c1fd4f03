//! What a module's host knows of the native functions that it calls and of the actors that it sends to.
//!
//! A frontend asks its host when it lowers a module; passes and the verifier read only this. So a text says all that a
//! pass may rely on, and what a module was compiled for can be compared with what is there when it is loaded again.

use super::entities::{ImportId, MessageId, ProtocolId};
use crate::abi::Atom;
use crate::types::TermType;

/// The tables of one module. Two protocols are two types of actors, whatever they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typing {
    /// Messages of the protocols, and of what native functions give.
    pub messages: Vec<Message>,
    /// Types of actors.
    pub protocols: Vec<Protocol>,
    /// Native functions among the imports, at most one row for each.
    pub signatures: Vec<Signature>,
    /// The actors that the module was written for: who is sent one of their messages is most likely one of them.
    pub expected: Option<ProtocolId>,
}

/// A message: the tuple `{name, Field, ..}`, or the atom `name` when it has no fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The first element.
    pub name: Atom,
    /// Logical id of its shape ([`Shape::logical_id`](crate::abi::Shape::logical_id)).
    pub id: u64,
    /// What each field may be.
    pub fields: Vec<TermType>,
}

impl Message {
    /// Number of elements of its tuple; 0 when it is an atom.
    pub fn arity(&self) -> usize {
        if self.fields.is_empty() { 0 } else { self.fields.len() + 1 }
    }
}

/// A message as actors of some type take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The message.
    pub message: MessageId,
    /// With so many of its fields at least: the last ones may be missing.
    pub required: u32,
    /// What a call with it returns.
    pub reply: TermType,
}

/// A type of actors, by what they take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Name of the type.
    pub name: String,
    /// All messages.
    pub messages: Vec<Taken>,
}

/// What an imported function takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The function.
    pub import: ImportId,
    /// What each argument must be for the function to have a value.
    pub arguments: Vec<TermType>,
    /// What its value is, if it has one.
    pub result: TermType,
}

impl Typing {
    /// The row of a message.
    pub fn message(&self, id: MessageId) -> Option<&Message> {
        self.messages.get(id.index())
    }

    /// The row of a protocol.
    pub fn protocol(&self, id: ProtocolId) -> Option<&Protocol> {
        self.protocols.get(id.index())
    }

    /// The row of an imported function. Linear in the number of rows.
    pub fn signature(&self, import: ImportId) -> Option<&Signature> {
        self.signatures.iter().find(|row| row.import == import)
    }

    /// The message `name` with `fields` fields that actors of a type take.
    pub fn taken(&self, protocol: ProtocolId, name: Atom, fields: usize) -> Option<(&Taken, &Message)> {
        let rows = self.protocol(protocol)?.messages.iter();
        let mut rows = rows.filter_map(|row| Some((row, self.message(row.message)?)));
        let fits = |taken: &Taken, message: &Message| {
            message.name == name && (taken.required as usize..=message.fields.len()).contains(&fields)
        };
        rows.clone()
            .find(|(_, message)| message.name == name && message.fields.len() == fields)
            .or_else(|| rows.find(|(taken, message)| fits(taken, message)))
    }
}
