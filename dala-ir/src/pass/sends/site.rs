//! Places that send.

use smallvec::SmallVec;

use crate::abi::Atom;
use crate::ir::{Block, Constant, Function, Immediate, Import, InstData, Op, ProtocolId, Tables, Value};
use crate::pass::fold::walk::Walk;
use crate::term::view::TermView;
use crate::types::{ActorType, Kinds};

/// How a place sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// `!`; its value is the message.
    Send,
    /// `gen_server:cast/2` or `GenServer.cast/2`; its value is `ok`.
    Cast,
    /// `gen_server:call/2,3` or `GenServer.call/2,3`.
    Call,
}

impl Way {
    fn of(inst: &InstData, imports: &[Import]) -> Option<Way> {
        match (inst.op, &inst.immediate) {
            (Op::Send, _) => Some(Way::Send),
            (Op::CallExt, Immediate::Import(id)) => {
                let import = imports.get(id.index())?;
                if !matches!(import.module.text(), "gen_server" | "Elixir.GenServer") {
                    return None;
                }
                match (import.function.text(), import.arity) {
                    ("cast", 2) => Some(Way::Cast),
                    ("call", 2 | 3) => Some(Way::Call),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

/// A place that sends.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) block: Block,
    /// Number of the instruction; the terminator's is the number of instructions.
    pub(super) index: usize,
    pub(super) way: Way,
    pub(super) destination: Value,
    pub(super) message: Value,
    /// The actor that it is sent to, if that is sure.
    pub(super) actor: Option<ActorType>,
    /// Whose messages it may be.
    pub(super) protocol: Option<ProtocolId>,
}

impl Site {
    /// Whether a function has some.
    pub(super) fn may_be_in(function: &Function, imports: &[Import]) -> bool {
        let insts = |block: &crate::ir::BlockData| {
            block.insts.iter().chain(block.terminator.inst()).any(|inst| Way::of(inst, imports).is_some())
        };
        function.blocks.iter().any(insts)
    }

    /// The place that an instruction is, with what the walk knows there.
    pub(super) fn of(walk: &Walk<'_>, block: Block, index: usize, inst: &InstData) -> Option<Site> {
        let way = Way::of(inst, walk.tables.imports)?;
        let (destination, message) = (inst.args[0], inst.args[1]);
        let to = walk.type_of(destination);
        let actor = to.as_actor().copied().filter(|_| to.kinds() == Kinds::PID);
        let expected = walk.tables.typing.expected.filter(|_| to.kinds().meets(Kinds::PID.or(Kinds::ATOM)));
        let protocol = to.as_actor().map(|actor| actor.protocol).or(expected);
        Some(Site { block, index, way, destination, message, actor, protocol })
    }
}

/// A message as a function makes it.
#[derive(Debug)]
pub(super) enum Content {
    /// A tuple of a tag and these.
    Fields(Atom, SmallVec<[Value; 4]>),
    /// A literal tuple of a tag and these.
    Constants(Atom, SmallVec<[Constant; 4]>),
}

/// What makes a value; `None` for a parameter.
pub(super) fn definition(function: &Function, value: Value) -> Option<&InstData> {
    function.blocks.iter().flat_map(|block| &block.insts).find(|inst| inst.result == Some(value))
}

impl Content {
    /// What a message is made of, if its tag is known.
    #[expect(clippy::wildcard_enum_match_arm, reason = "others make no message that is known")]
    pub(super) fn of(function: &Function, tables: Tables<'_>, message: Value) -> Option<Content> {
        let made = definition(function, message)?;
        match (made.op, &made.immediate) {
            (Op::Tuple, _) => {
                let (&tag, fields) = made.args.split_first()?;
                match definition(function, tag)?.immediate {
                    Immediate::Constant(Constant::Atom(tag)) => Some(Content::Fields(tag, fields.into())),
                    _ => None,
                }
            }
            (Op::Const, Immediate::Constant(Constant::Atom(name))) => {
                Some(Content::Fields(*name, SmallVec::new()))
            }
            (Op::Const, Immediate::Constant(Constant::Literal(id))) => {
                let TermView::Tuple(elements) = tables.literals.get(id.index())?.view() else { return None };
                let (tag, fields) = elements.split_first()?;
                let fields = fields.iter().map(|field| match field.view() {
                    TermView::Small(value) => Some(Constant::Int(value)),
                    TermView::Atom(atom) => Some(Constant::Atom(atom)),
                    TermView::Nil => Some(Constant::Nil),
                    _ => None,
                });
                Some(Content::Constants(tag.as_atom()?, fields.collect::<Option<_>>()?))
            }
            _ => None,
        }
    }

    pub(super) fn tag(&self) -> Atom {
        match self {
            Content::Fields(tag, _) | Content::Constants(tag, _) => *tag,
        }
    }

    /// Number of fields.
    pub(super) fn len(&self) -> usize {
        match self {
            Content::Fields(_, fields) => fields.len(),
            Content::Constants(_, fields) => fields.len(),
        }
    }
}
