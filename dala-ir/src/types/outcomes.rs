//! Tests: which way they go by the types of their operands, and what their outcome says of those.

use smallvec::SmallVec;

use super::{ActorType, AtomSet, IntRange, Kinds, Life, TermType, TupleShape};
use crate::ir::{Constant, Immediate, Import, InstData, Op};

/// What an op's outcome says of its operands: the number of each, and its type from there on.
pub type Facts = SmallVec<[(usize, TermType); 2]>;

/// The kinds whose terms a test holds of, when it asks for nothing else.
#[expect(clippy::wildcard_enum_match_arm, reason = "other ops ask for no kind")]
fn kinds_asked(op: Op) -> Option<Kinds> {
    Some(match op {
        Op::IsInteger => Kinds::INTEGER,
        Op::IsFloat => Kinds::FLOAT,
        Op::IsNumber => Kinds::NUMBER,
        Op::IsAtom => Kinds::ATOM,
        Op::IsPid => Kinds::PID,
        Op::IsReference => Kinds::REFERENCE,
        Op::IsPort => Kinds::PORT,
        Op::IsNil => Kinds::NIL,
        Op::IsCons => Kinds::CONS,
        Op::IsList => Kinds::LIST,
        Op::IsTuple => Kinds::TUPLE,
        Op::IsMap => Kinds::MAP,
        Op::IsBitstring => Kinds::BITSTRING,
        Op::IsFunction => Kinds::FUN,
        _ => return None,
    })
}

/// The terms that a test of one operand asks for, and whether it holds of all of them.
fn asked(inst: &InstData) -> Option<(TermType, bool)> {
    if let Some(kinds) = kinds_asked(inst.op) {
        return Some((TermType::of(kinds), true));
    }
    Some(match (inst.op, &inst.immediate) {
        (Op::IsBoolean, _) => (TermType::atoms_of(AtomSet::booleans()), true),
        (Op::HasArity, Immediate::Index(arity)) => (TermType::tuple(TupleShape::Arity(*arity)), true),
        (Op::IsTagged, Immediate::ArityAndTag(arity, tag)) => {
            (TermType::tuple(TupleShape::Tagged(*arity, *tag)), true)
        }
        (Op::IsBinary, _) => (TermType::of(Kinds::BITSTRING), false),
        (Op::IsFunctionArity, _) => (TermType::of(Kinds::FUN), false),
        (Op::MapHasKey, _) => (TermType::of(Kinds::MAP), false),
        _ => return None,
    })
}

/// Whether a test holds, where the types of its operands say so.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others are no tests")]
pub fn decide(inst: &InstData, args: &[&TermType]) -> Option<bool> {
    if let Some((asked, is_exact)) = asked(inst) {
        if args[0].meet(&asked).is_none() {
            return Some(false);
        }
        return (is_exact && args[0].is_within(&asked)).then_some(true);
    }
    let is_same = inst.args.len() == 2 && inst.args[0] == inst.args[1];
    match inst.op {
        Op::EqExact => is_equal(args, is_same),
        Op::NeExact => is_equal(args, is_same).map(|equal| !equal),
        Op::Eq => is_equal_number(args, is_same),
        Op::Ne => is_equal_number(args, is_same).map(|equal| !equal),
        Op::Lt => is_less(args, is_same),
        Op::Ge => is_less(args, is_same).map(|less| !less),
        _ => None,
    }
}

fn is_equal(args: &[&TermType], is_same: bool) -> Option<bool> {
    if is_same {
        return Some(true);
    }
    if args[0].meet(args[1]).is_none() {
        return Some(false);
    }
    (args[0].single()? == args[1].single()?).then_some(true)
}

fn is_equal_number(args: &[&TermType], is_same: bool) -> Option<bool> {
    if may_mix(args) && !is_same { None } else { is_equal(args, is_same) }
}

/// Whether an integer may be compared with a float.
fn may_mix(args: &[&TermType]) -> bool {
    let [a, b] = [args[0].kinds(), args[1].kinds()];
    a.meets(Kinds::FLOAT) && b.meets(Kinds::INTEGER) || a.meets(Kinds::INTEGER) && b.meets(Kinds::FLOAT)
}

fn is_less(args: &[&TermType], is_same: bool) -> Option<bool> {
    if is_same {
        return Some(false);
    }
    let are_integers = args.iter().all(|ty| ty.kinds() == Kinds::INTEGER);
    if are_integers { args[0].range().is_less(args[1].range()) } else { None }
}

/// Whether `==` of these operands says the same as `=:=`: no number can equal one of the other kind, neither on its own
/// nor within a term.
pub fn compares_exactly(args: &[&TermType]) -> bool {
    let holds_no_number =
        |kinds: Kinds| !kinds.meets(Kinds::CONS.or(Kinds::TUPLE).or(Kinds::MAP).or(Kinds::FUN));
    !may_mix(args) && args.iter().any(|ty| holds_no_number(ty.kinds()))
}

/// What a test's outcome says of its operands.
pub fn learn(inst: &InstData, args: &[&TermType], holds: bool) -> Facts {
    let mut facts = Facts::new();
    if let Some((asked, is_exact)) = asked(inst) {
        if holds {
            facts.push((0, args[0].meet(&asked)));
        } else if is_exact {
            facts.push((0, without(args[0], &asked)));
        }
        return facts;
    }
    match (inst.op, holds) {
        (Op::EqExact, true) | (Op::NeExact, false) => equal(args, &mut facts),
        (Op::Eq, true) | (Op::Ne, false) if !may_mix(args) => equal(args, &mut facts),
        // What is not equal as a number is not the same term either.
        (Op::EqExact | Op::Eq, false) | (Op::NeExact | Op::Ne, true) => {
            for (this, other) in [(0, 1), (1, 0)] {
                if let Some(constant) = args[other].single() {
                    facts.push((this, args[this].without_constant(constant)));
                }
            }
        }
        (Op::Lt, true) | (Op::Ge, false) => ordered(args, true, &mut facts),
        (Op::Lt, false) | (Op::Ge, true) => ordered(args, false, &mut facts),
        _ => {}
    }
    facts
}

/// `ty` without the terms of `asked`, where that can be said.
fn without(ty: &TermType, asked: &TermType) -> TermType {
    let kinds = asked.kinds();
    if *asked == TermType::of(kinds) {
        return ty.without(kinds);
    }
    if kinds == Kinds::ATOM
        && let AtomSet::Few(few) = asked.atoms()
    {
        return few.iter().fold(ty.clone(), |ty, &atom| ty.without_constant(Constant::Atom(atom)));
    }
    // Tuples of one shape: they go when there are no others.
    let are_all = TermType::tuple(ty.shape()).is_within(asked);
    if kinds == Kinds::TUPLE && are_all { ty.without(kinds) } else { ty.clone() }
}

fn equal(args: &[&TermType], facts: &mut Facts) {
    let both = args[0].meet(args[1]);
    facts.extend([(0, both.clone()), (1, both)]);
}

/// `args[0] < args[1]`, or not. In the order of terms numbers come first; what is no term of the program has no place in
/// it, so nothing is said of that.
fn ordered(args: &[&TermType], is_less: bool, facts: &mut Facts) {
    let [a, b] = [args[0], args[1]];
    let numbers = TermType::of(Kinds::NUMBER.or(Kinds::HIDDEN));
    let of = |ty: &TermType, range: Option<IntRange>| {
        let rest = ty.without(Kinds::INTEGER);
        match range.filter(|_| ty.kinds().meets(Kinds::INTEGER)) {
            Some(range) => rest.join(&TermType::integer(range)),
            None => rest,
        }
    };
    if b.kinds() == Kinds::INTEGER {
        facts.push((
            0,
            if is_less {
                of(&a.meet(&numbers), a.range().below(b.range()))
            } else {
                of(a, a.range().not_below(b.range()))
            },
        ));
    }
    if a.kinds() == Kinds::INTEGER {
        facts.push((
            1,
            if is_less {
                of(b, b.range().above(a.range()))
            } else {
                of(&b.meet(&numbers), b.range().not_above(a.range()))
            },
        ));
    }
}

/// What it says of an op's operands that it gave a result.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others take any operands")]
pub fn learn_from_success(inst: &InstData, args: &[&TermType], imports: &[Import]) -> Facts {
    let mut facts = Facts::new();
    let mut all = |kinds: Kinds, count: usize| {
        for (index, ty) in args.iter().enumerate().take(count) {
            if !ty.kinds().is_within(kinds) {
                facts.push((index, ty.meet(&TermType::of(kinds))));
            }
        }
    };
    match inst.op {
        Op::Add | Op::Sub | Op::AddSmall | Op::SubSmall | Op::Mul | Op::Divide | Op::Negate | Op::ToFloat => {
            all(Kinds::NUMBER, 2)
        }
        Op::IntDiv
        | Op::IntRem
        | Op::BitAnd
        | Op::BitOr
        | Op::BitXor
        | Op::ShiftLeft
        | Op::ShiftRight
        | Op::BitNot => all(Kinds::INTEGER, 2),
        Op::Head | Op::Tail => all(Kinds::CONS, 1),
        Op::TupleGet | Op::TupleUpdate => all(Kinds::TUPLE, 1),
        Op::MapGet | Op::MapPut | Op::MapUpdate => all(Kinds::MAP, 1),
        Op::CallExt => called(inst, args, imports, &mut facts),
        _ => {}
    }
    facts
}

/// What it says of an actor that a function of OTP's has returned (`gen_server:stop/1,3`, `GenServer.stop/1..3`): whom it stops
/// has ended.
fn called(inst: &InstData, args: &[&TermType], imports: &[Import], facts: &mut Facts) {
    let Immediate::Import(id) = inst.immediate else { return };
    let Some(import) = imports.get(id.index()) else { return };
    let is_stop =
        import.function.text() == "stop" && matches!(import.module.text(), "gen_server" | "Elixir.GenServer");
    if is_stop && let Some(actor) = args.first().and_then(|arg| arg.as_actor()) {
        facts.push((
            0,
            args[0].meet(
                &TermType::actor(ActorType { life: Life::Ended, ..*actor })
                    .join(&TermType::of(Kinds::ATOM.or(Kinds::TUPLE))),
            ),
        ));
    }
}
