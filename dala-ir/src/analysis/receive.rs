//! Which messages a receive can match: the atoms, or values that may be references, that a message or its first element must be.
//!
//! A receive is the block that ends with `recv_next`. From where it has a message, tests of that message lead to `recv_accept`
//! or `recv_skip`; what the tests on the way to each `recv_accept` say of the message is what it can match.
//!
//! Forward, from blocks to those that they lead to, until nothing changes; what is known grows only, so each block is looked at
//! as often as it has keys, at most.

use hashbrown::HashMap;
use smallvec::SmallVec;

use crate::ir::{Block, BlockCall, Constant, Effects, Function, Immediate, InstData, Op, Terminator, Value};

/// What a message, or its first element, has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// This atom.
    Atom(crate::abi::Atom),
    /// What this value is: an atom or a reference, if only such messages are to be found.
    Value(Value),
}

/// Keys, if they are known: those that a message has one of.
pub type Keys = Option<SmallVec<[Key; 4]>>;

/// More keys than this are none.
pub const MAX_KEYS: usize = 8;

/// Where each value comes from.
#[derive(Debug)]
pub struct Definitions<'f> {
    places: Vec<Option<(Block, Option<&'f InstData>)>>,
}

impl<'f> Definitions<'f> {
    /// Where the values of a function come from.
    pub fn of(function: &'f Function) -> Definitions<'f> {
        let mut places = vec![None; function.value_types.len()];
        for block in function.block_ids() {
            let data = function.block(block);
            for &param in &data.params {
                places[param.index()] = Some((block, None));
            }
            for inst in &data.insts {
                if let Some(result) = inst.result {
                    places[result.index()] = Some((block, Some(inst)));
                }
            }
        }
        Definitions { places }
    }

    /// The block that defines the value.
    pub fn block(&self, value: Value) -> Option<Block> {
        self.places[value.index()].map(|(block, _)| block)
    }

    /// The instruction that does, if it is no parameter.
    pub fn inst(&self, value: Value) -> Option<&'f InstData> {
        self.places[value.index()]?.1
    }
}

/// The keys of the messages that the receive at `block` can match; `None` when it can match others, or does something with a
/// message but test it.
pub fn accepted(function: &Function, definitions: &Definitions<'_>, block: Block) -> Keys {
    let Terminator::RecvNext { got, .. } = &function.block(block).terminator else { return None };
    let message = *function.block(got.block).params.first()?;
    let search = Search { definitions, message };
    let mut accepted: SmallVec<[Key; 4]> = SmallVec::new();
    let mut known: HashMap<Block, Keys> = HashMap::new();
    known.insert(got.block, None);
    let mut work = vec![got.block];
    while let Some(block) = work.pop() {
        let keys = known[&block].clone();
        match search.ends(function, block) {
            End::Accepts => {
                for key in keys? {
                    insert(&mut accepted, key)?;
                }
                continue;
            }
            End::Skips => continue,
            End::GoesOn => {}
            End::Elsewhere => return None,
        }
        let mut leads = |to: &BlockCall, refined: Option<Key>| {
            let keys = keys.clone().or_else(|| refined.map(|key| SmallVec::from_iter([key])));
            if join(&mut known, to.block, keys) {
                work.push(to.block);
            }
        };
        match &function.block(block).terminator {
            Terminator::Branch { condition, then, otherwise } => {
                let (when_true, when_false) = search.says(*condition);
                leads(then, when_true);
                leads(otherwise, when_false);
            }
            Terminator::Switch { value, cases, default } => {
                let is_key = search.is_key(*value);
                for (constant, to) in cases {
                    leads(to, atom(*constant).filter(|_| is_key));
                }
                leads(default, None);
            }
            other => other.for_each_successor(|to| leads(to, None)),
        }
    }
    // What is taken from one message says nothing of the next.
    let is_outside = |value: Value| definitions.block(value).is_some_and(|block| !known.contains_key(&block));
    accepted.iter().all(|key| !matches!(key, Key::Value(value) if !is_outside(*value))).then_some(accepted)
}

/// What a block does with the message.
enum End {
    Accepts,
    Skips,
    GoesOn,
    Elsewhere,
}

struct Search<'s, 'f> {
    definitions: &'s Definitions<'f>,
    message: Value,
}

impl Search<'_, '_> {
    fn ends(&self, function: &Function, block: Block) -> End {
        let data = function.block(block);
        for inst in &data.insts {
            if inst.op == Op::RecvAccept {
                return End::Accepts;
            }
            if matches!(inst.op, Op::RecvSkip | Op::RecvSkipTo) {
                return End::Skips;
            }
            if acts(inst.op) {
                return End::Elsewhere;
            }
        }
        match &data.terminator {
            Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchArity { .. } => End::GoesOn,
            Terminator::Attempt { inst, .. } | Terminator::Try { inst, .. } if !acts(inst.op) => End::GoesOn,
            // Control does not get here: nothing is accepted.
            Terminator::Unreachable => End::Skips,
            Terminator::Attempt { .. }
            | Terminator::Try { .. }
            | Terminator::Return(_)
            | Terminator::TailCall(_)
            | Terminator::RecvNext { .. }
            | Terminator::Wait(_)
            | Terminator::WaitTimeout { .. } => End::Elsewhere,
        }
    }

    /// Whether the value is the message or its first element: if it is an atom or reference, that is the message's key.
    fn is_key(&self, value: Value) -> bool {
        value == self.message
            || self.definitions.inst(value).is_some_and(|inst| {
                inst.op == Op::TupleGet
                    && inst.immediate == Immediate::Index(0)
                    && inst.args.first() == Some(&self.message)
            })
    }

    /// What is known of the key where the bool is true, and where it is false.
    fn says(&self, condition: Value) -> (Option<Key>, Option<Key>) {
        let Some(inst) = self.definitions.inst(condition) else { return (None, None) };
        match (inst.op, &inst.immediate, &inst.args[..]) {
            (Op::IsTagged, Immediate::ArityAndTag(_, tag), &[subject]) if subject == self.message => {
                (Some(Key::Atom(*tag)), None)
            }
            (Op::EqExact | Op::Eq, _, &[left, right]) => (self.equal(left, right), None),
            (Op::NeExact | Op::Ne, _, &[left, right]) => (None, self.equal(left, right)),
            _ => (None, None),
        }
    }

    fn equal(&self, left: Value, right: Value) -> Option<Key> {
        let other = match (self.is_key(left), self.is_key(right)) {
            (true, false) => right,
            (false, true) => left,
            _ => return None,
        };
        match self.definitions.inst(other).map(|inst| &inst.immediate) {
            Some(Immediate::Constant(constant)) => atom(*constant),
            _ => Some(Key::Value(other)),
        }
    }
}

/// Whether it does more than compute from the message: another receive, a call, something to be seen from outside. Compilers
/// drop a reference's marker before they accept its message; that moves nothing.
fn acts(op: Op) -> bool {
    op.effects().has(Effects::CALLS)
        || matches!(
            op,
            Op::Send
                | Op::ActorSend
                | Op::RecvAccept
                | Op::RecvSkip
                | Op::RecvSkipTo
                | Op::RecvTimedOut
                | Op::MarkerUse
        )
}

fn atom(constant: Constant) -> Option<Key> {
    match constant {
        Constant::Atom(atom) => Some(Key::Atom(atom)),
        Constant::Int(_) | Constant::Nil | Constant::Literal(_) => None,
    }
}

/// `None` when there are too many.
fn insert(keys: &mut SmallVec<[Key; 4]>, key: Key) -> Option<()> {
    if !keys.contains(&key) {
        keys.push(key);
    }
    (keys.len() <= MAX_KEYS).then_some(())
}

/// Adds what is known on an edge to what is known of the block. Returns whether that is more, or nothing any longer.
fn join(known: &mut HashMap<Block, Keys>, block: Block, keys: Keys) -> bool {
    let Some(before) = known.get_mut(&block) else {
        known.insert(block, keys);
        return true;
    };
    let Some(all) = before else { return false };
    let count = all.len();
    let fits = keys.and_then(|keys| keys.into_iter().try_for_each(|key| insert(all, key)));
    if fits.is_none() {
        *before = None;
        return true;
    }
    before.as_ref().is_some_and(|all| all.len() > count)
}
