//! The lattice's laws, on random types and on terms of them.

use proptest::prelude::*;

use super::{
    ActorType, AtomSet, CapabilityType, IntRange, Kinds, Life, Rights, TensorType, TermType, TupleShape,
};
use crate::abi::Atom;
use crate::ir::{MessageId, ProtocolId};
use crate::text::parse_type;

/// A term as far as types look at it.
#[derive(Clone, Debug)]
enum Sample {
    Int(i64),
    Atom(Atom),
    Tuple(u32, Option<Atom>),
    Nil,
    Cons,
    Float,
    Map,
    /// A handle, or a message, as its type says.
    Typed(TermType),
}

fn atom() -> impl Strategy<Value = Atom> {
    prop::sample::select(vec!["a", "b", "c", "d", "true", "false"]).prop_map(Atom::new)
}

/// A tuple of a tag is one message only.
fn message(tag: Atom) -> TermType {
    TermType::tuple(TupleShape::Message(2, tag, MessageId::new(tag.index() as usize)))
}

fn handle() -> impl Strategy<Value = TermType> {
    let life = prop::sample::select(vec![Life::Any, Life::Ended]);
    let rights = prop::sample::select(vec![None, Some(Rights::ReadOnly), Some(Rights::ReadWrite)]);
    let sizes = prop::collection::vec(prop::option::of(1_u64..3), 0..3);
    prop_oneof![
        (0_usize..2, life).prop_map(|(protocol, life)| {
            TermType::actor(ActorType { protocol: ProtocolId::new(protocol), life })
        }),
        (prop::option::of(atom()), prop::option::of(sizes)).prop_map(|(dtype, sizes)| {
            TermType::tensor(TensorType { dtype, shape: sizes.map(|sizes| sizes.into()) })
        }),
        (atom(), rights)
            .prop_map(|(resource, rights)| TermType::capability(CapabilityType { resource, rights })),
        atom().prop_map(message),
        Just(TermType::of(Kinds::PID)),
    ]
}

fn sample() -> impl Strategy<Value = Sample> {
    prop_oneof![
        handle().prop_map(Sample::Typed),
        (-4_i64..5).prop_map(Sample::Int),
        prop::sample::select(vec![i64::MIN, i64::MAX]).prop_map(Sample::Int),
        atom().prop_map(Sample::Atom),
        (0_u32..4, prop::option::of(atom()))
            .prop_map(|(arity, tag)| Sample::Tuple(arity, tag.filter(|_| arity > 0))),
        Just(Sample::Nil),
        Just(Sample::Cons),
        Just(Sample::Float),
        Just(Sample::Map),
    ]
}

fn type_of(sample: &Sample) -> TermType {
    match *sample {
        Sample::Int(value) => TermType::integer(IntRange::exactly(value)),
        Sample::Atom(atom) => TermType::atom(atom),
        Sample::Tuple(arity, Some(tag)) => TermType::tuple(TupleShape::Tagged(arity, tag)),
        Sample::Tuple(arity, None) => TermType::tuple(TupleShape::Arity(arity)),
        Sample::Nil => TermType::of(Kinds::NIL),
        Sample::Cons => TermType::of(Kinds::CONS),
        Sample::Float => TermType::of(Kinds::FLOAT),
        Sample::Map => TermType::of(Kinds::MAP),
        Sample::Typed(ref ty) => ty.clone(),
    }
}

fn any_type() -> impl Strategy<Value = TermType> {
    prop_oneof![
        4 => prop::collection::vec(sample(), 0..5)
            .prop_map(|samples| samples.iter().fold(TermType::NONE, |all, sample| all.join(&type_of(sample)))),
        1 => Just(TermType::ANY),
        1 => Just(TermType::atoms_of(AtomSet::booleans())),
        1 => (-3_i64..4).prop_map(|low| TermType::integer(IntRange::new(Some(low), None).unwrap())),
    ]
}

proptest! {
    #[test]
    fn join_and_meet_are_those_of_a_lattice(a in any_type(), b in any_type(), c in any_type()) {
        prop_assert_eq!(a.join(&b), b.join(&a));
        prop_assert_eq!(a.meet(&b), b.meet(&a));
        prop_assert_eq!(a.join(&b).join(&c), a.join(&b.join(&c)));
        prop_assert_eq!(a.join(&a), a.clone());
        prop_assert_eq!(a.meet(&a), a.clone());
        prop_assert!(a.is_within(&a.join(&b)));
        prop_assert!(a.meet(&b).is_within(&a), "{:?} meet {:?} = {:?}", a, b, a.meet(&b));
    }

    #[test]
    fn a_type_is_read_back_as_it_is_written(ty in any_type()) {
        prop_assert_eq!(parse_type(&ty.to_string()), Ok(ty));
    }

    #[test]
    fn a_type_within_two_others_is_within_their_meet(a in any_type(), b in any_type(), c in any_type()) {
        let (b, c) = (a.join(&b), a.join(&c));
        prop_assert!(a.is_within(&b.meet(&c)), "{:?} in {:?} meet {:?} = {:?}", a, b, c, b.meet(&c));
    }

    #[test]
    fn a_term_of_both_types_is_in_their_meet(term in sample(), a in any_type(), b in any_type()) {
        let term = type_of(&term);
        if term.is_within(&a) && term.is_within(&b) {
            prop_assert!(term.is_within(&a.meet(&b)), "{:?} meet {:?} = {:?}", a, b, a.meet(&b));
        }
    }

    #[test]
    fn a_removed_constant_takes_no_other_term_along(term in sample(), removed in sample(), a in any_type()) {
        let (term, removed) = (type_of(&term), type_of(&removed));
        if let Some(constant) = removed.single() && term != removed && term.is_within(&a) {
            prop_assert!(term.is_within(&a.without_constant(constant)));
        }
    }

    #[test]
    fn widening_holds_what_it_was_given(a in any_type(), b in any_type()) {
        let next = a.join(&b);
        let widened = a.widen(&next);
        prop_assert!(next.is_within(&widened));
        prop_assert_eq!(widened.widen(&widened.join(&next)), widened.clone());
    }

    #[test]
    fn ranges_hold_the_results_of_arithmetic(
        (a, x) in range_and_member(), (b, y) in range_and_member(),
    ) {
        let holds = |range: IntRange, value: i128| {
            range.lower().is_none_or(|low| i128::from(low) <= value)
                && range.upper().is_none_or(|high| value <= i128::from(high))
        };
        let (wide_x, wide_y) = (i128::from(x), i128::from(y));
        prop_assert!(holds(a.plus(b), wide_x + wide_y));
        prop_assert!(holds(a.minus(b), wide_x - wide_y));
        prop_assert!(holds(a.times(b), wide_x * wide_y));
        prop_assert!(holds(a.bit_and(b), wide_x & wide_y));
        prop_assert!(holds(a.bit_or(b), wide_x | wide_y));
        prop_assert!(holds(a.bit_or(b), wide_x ^ wide_y));
        prop_assert!(holds(IntRange::exactly(0).minus(a), -wide_x));
        prop_assert!(holds(a.bit_not(), !wide_x));
        if y != 0 {
            prop_assert!(holds(a.remainder_by(b), wide_x % wide_y));
            prop_assert!(holds(a.divided_by(b), wide_x / wide_y));
        }
        if y >= 0 {
            prop_assert!(holds(a.shift_right(b), wide_x >> wide_y.min(100)));
        }
        if let Some(less) = a.is_less(b) {
            prop_assert_eq!(less, x < y);
        }
        if x < y {
            prop_assert!(holds(a.below(b).unwrap(), wide_x) && holds(b.above(a).unwrap(), wide_y));
        } else {
            prop_assert!(holds(a.not_below(b).unwrap(), wide_x) && holds(b.not_above(a).unwrap(), wide_y));
        }
    }
}

fn range_and_member() -> impl Strategy<Value = (IntRange, i64)> {
    let number =
        || prop_oneof![4 => -20_i64..20, 1 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(i64::MAX)];
    (number(), number(), number(), any::<(bool, bool)>()).prop_map(|(a, b, c, (has_low, has_high))| {
        let mut sorted = [a, b, c];
        sorted.sort_unstable();
        let [low, member, high] = sorted;
        (IntRange::new(has_low.then_some(low), has_high.then_some(high)).unwrap(), member)
    })
}
