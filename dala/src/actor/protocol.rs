//! Which messages a native actor takes, for senders that have terms.

use super::handler::Handles;
use super::native::typed_node;
use crate::message::{ConvertError, Lane, Message, NodeBox, Source, StableLayout, convert};
use dala_ir::abi::layout::Laid;
use dala_ir::abi::shape::FieldType;
use dala_ir::abi::{Atom, Shapes, Word};

/// The messages of one actor type. `#[dala::actor]` makes it; [`Actor::protocol`](super::Actor::protocol) gives it.
#[derive(Debug)]
pub struct Protocol {
    entries: &'static [Entry],
}

/// One message type of a protocol.
pub struct Entry {
    shapes: &'static Shapes,
    lane: Lane,
    reply: FieldType,
    documentation: &'static str,
    convert: fn(Source<'_>) -> Result<NodeBox, ConvertError>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} -> {}", self.shapes, self.reply)
    }
}

impl Entry {
    /// The entry of messages of type `M` for actors of type `A`.
    pub const fn of<A: Handles<M>, M: Message>() -> Entry {
        Entry {
            shapes: M::SHAPES,
            lane: A::LANE,
            reply: <A::Reply as StableLayout>::FIELD,
            documentation: "",
            convert: convert::<A, M>,
        }
    }

    /// The same, with the handler's documentation.
    pub const fn documented(mut self, documentation: &'static str) -> Entry {
        self.documentation = documentation;
        self
    }

    /// What the handler's doc comment says, lines as they are; empty without one.
    pub fn documentation(&self) -> &'static str {
        self.documentation
    }

    /// An entry that nothing matches.
    pub(crate) const fn none() -> Entry {
        const NONE: &Shapes = &Shapes::new::<()>("", Laid { size: 0, align: 1, fields_at: 0 }, &[]);
        let convert = |source: Source<'_>| Err(source.misfit("no message"));
        Entry { shapes: NONE, lane: Lane::Normal, reply: FieldType::Unit, documentation: "", convert }
    }

    /// The tuples and atoms that the message can be.
    pub fn shapes(&self) -> &'static Shapes {
        self.shapes
    }

    /// Converts a term of one of its shapes; see [`Protocol::convert`].
    ///
    /// # Errors
    /// When a field does not convert.
    pub fn convert(&self, term: Word) -> Result<NodeBox, ConvertError> {
        (self.convert)(Source::new(term))
    }

    /// The lane it is sent in.
    pub fn lane(&self) -> Lane {
        self.lane
    }

    /// What a call with it returns.
    pub fn reply(&self) -> FieldType {
        self.reply
    }
}

fn convert<A: Handles<M>, M: Message>(source: Source<'_>) -> Result<NodeBox, ConvertError> {
    M::from_term(source).map(typed_node::<A, M>)
}

impl Protocol {
    /// The protocol with these entries.
    pub const fn new(entries: &'static [Entry]) -> Protocol {
        Protocol { entries }
    }

    /// All messages, in the order of their handlers.
    pub fn entries(&self) -> &'static [Entry] {
        self.entries
    }

    /// The entry for messages called `name` whose tuple has `arity` elements (0: the atom alone), or would have more if its sender
    /// knew the last fields, which are options. Linear in the number of shapes.
    pub fn find(&self, name: Atom, arity: usize) -> Option<&'static Entry> {
        let whole = self.entries.iter().find(|entry| entry.shapes.matching(name, arity).is_some());
        whole.or_else(|| self.entries.iter().find(|entry| entry.shapes.matching_short(name, arity).is_some()))
    }

    /// The entry for the message whose shape has this logical id. Linear in the number of shapes.
    pub fn taking(&self, logical_id: u64) -> Option<&'static Entry> {
        let takes = |entry: &&Entry| entry.shapes.all().iter().any(|shape| shape.logical_id() == logical_id);
        self.entries.iter().find(takes)
    }

    /// Converts a term into a message that the actor takes, in its lane: what a sender with terms does, once. The
    /// payload lies in the returned node.
    ///
    /// # Errors
    /// When it is no message of the protocol, or a field does not convert. The error says what would have been right.
    pub fn convert(&self, term: Word) -> Result<NodeBox, ConvertError> {
        let entry = convert::name_and_arity(term).and_then(|(name, arity)| self.find(name, arity));
        match entry {
            Some(entry) => entry.convert(term),
            None => Err(ConvertError::misfit(self.expected(), term)),
        }
    }

    #[cold]
    fn expected(&self) -> String {
        let shapes = self.entries.iter().flat_map(|entry| entry.shapes.all());
        let texts: Vec<String> = shapes.map(|shape| format!("`{shape:?}`")).collect();
        match texts.len() {
            0 => "no message".to_owned(),
            _ => texts.join(" or "),
        }
    }
}
