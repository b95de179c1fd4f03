//! The table of ops: number, meaning, handler; and the quick forms of frequent ones.

#![expect(unsafe_code, reason = "handlers are unsafe functions")]

use super::code::FRAME;
use super::ops::{
    building, calls, compare, data, floats, frames, maps, matching, moves, raising, receive, small, switch,
    types,
};
use super::state::{Handler, handler};

/// Low bits of an instruction's first word: its number, an [`Opcode`] or a quick form.
pub(super) const OP_MASK: u64 = 0x1ff;
/// Where the length stands in the low 16 bits of the first word.
pub(super) const LEN_SHIFT: u32 = 9;
/// Largest length that stands there.
pub(super) const LEN_MAX: usize = 0x7f;
/// Number of the first quick form.
const FIRST_FORM: usize = 192;

/// Number of the op whose first word is `word`.
#[inline]
pub(super) const fn op_of(word: u64) -> u16 {
    (word & OP_MASK) as u16
}

macro_rules! opcodes {
    ($($(#[doc = $doc:literal])* $name:ident => $handler:expr,)*) => {
        /// Operation of an instruction. In the docs `d` is an operand that is written, `r` one that is read, `rel` a jump
        /// offset in the high half of the first word, `w1` the second word; `fail` is a jump offset in the low half of
        /// `w1`, 0 where the op raises instead.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        pub(super) enum Opcode { $($(#[doc = $doc])* $name,)* }

        const fn handlers() -> [Handler; OP_MASK as usize + 1] {
            let mut table: [Handler; OP_MASK as usize + 1] = [no_op; OP_MASK as usize + 1];
            $(table[Opcode::$name as usize] = $handler;)*
            let mut form = 0;
            while form < FORMS.len() {
                table[FIRST_FORM + form] = FORMS[form].handler;
                form += 1;
            }
            table
        }

        #[cfg(test)]
        const COUNT: usize = [$(Opcode::$name),*].len();
    };
}

opcodes! {
    /// `rel`
    Jump => moves::jump,
    /// `d a = r b`
    Move => moves::move_one,
    /// `d a = r b; d c = r (w1)`: in order.
    Move2 => moves::move_two,
    /// `d a = w1`
    MoveWord => moves::move_word,
    /// `f a = f b`
    MoveFloat => moves::move_float,
    /// Opens a frame of `a` slots: checks room for it and `b` heap words; `c` masks of live x registers, then the slots'
    /// sources (x registers), four a word. `w1` is the length.
    Open => frames::open,
    /// `Open` of no slot: one mask in `w1`, no sources.
    Open0 => frames::open_few::<0>,
    /// As `Open0`, of 1 slot with sources in `w2`.
    Open1 => frames::open_few::<1>,
    /// As `Open0`, of 2 slots with sources in `w2`.
    Open2 => frames::open_few::<2>,
    /// As `Open0`, of 3 slots with sources in `w2`.
    Open3 => frames::open_few::<3>,
    /// As `Open0`, of 4 slots with sources in `w2`.
    Open4 => frames::open_few::<4>,
    /// Room for `rel` words on the heap; `a` masks of live x registers from `w2`; `w1` is the length.
    Gc => frames::gc,
    /// As `Gc`, with the one mask `w1`.
    GcOne => frames::gc_one,
    /// Clears the slots of the mask `w1`, the first being word `a` of the frame.
    Kill => moves::kill,
    /// Returns x0 after dropping `a` words of frame.
    Return => frames::return_x0,
    /// Returns `r a` after dropping `b` words of frame.
    ReturnValue => frames::return_value,
    /// Returns `w1` after dropping `b` words of frame.
    ReturnWord => frames::return_word,
    /// Calls `w1` (code address), after clearing the first 16 slots by mask `a`; `w2` is the frame word.
    Call => calls::call,
    /// Jumps to function `w1` after dropping `a` words of frame.
    CallTail => calls::call_tail,
    /// Calls export entry `w1` with `b` arguments; `a`, `w2` as in `Call`.
    CallExt => calls::call_ext,
    /// As `CallTail`, to export entry `w1` with `b` arguments.
    CallExtTail => calls::call_ext_tail,
    /// Calls fun `x[b]` with `b` arguments; `a`, `w2` as in `Call`.
    CallFun => calls::call_fun,
    /// As `CallTail`, to fun `x[b]` with `b` arguments.
    CallFunTail => calls::call_fun_tail,
    /// Calls `x[b]:x[b+1]` with `b` arguments; `a`, `w2` as in `Call`.
    Apply => calls::apply,
    /// As `CallTail`, to `x[b]:x[b+1]` with `b` arguments.
    ApplyTail => calls::apply_tail,
    /// The process's first function returned.
    Done => calls::done,
    /// Calls `x0:x1` with the arguments behind, as many as the resume record had.
    StartFunction => calls::start_function,
    /// Calls fun `x0` with the arguments behind.
    StartFun => calls::start_fun,
    /// Tests of `r a`; `rel` where false.
    IsInteger => types::test::<types::IsInteger>,
    /// See `IsInteger`.
    IsFloat => types::test::<types::IsFloat>,
    /// See `IsInteger`.
    IsNumber => types::test::<types::IsNumber>,
    /// See `IsInteger`.
    IsAtom => types::test::<types::IsAtom>,
    /// See `IsInteger`.
    IsBoolean => types::test::<types::IsBoolean>,
    /// See `IsInteger`.
    IsPid => types::test::<types::IsPid>,
    /// See `IsInteger`.
    IsReference => types::test::<types::IsReference>,
    /// See `IsInteger`.
    IsPort => types::test::<types::IsPort>,
    /// See `IsInteger`.
    IsNil => types::test::<types::IsNil>,
    /// See `IsInteger`.
    IsCons => types::test::<types::IsCons>,
    /// See `IsInteger`.
    IsList => types::test::<types::IsList>,
    /// See `IsInteger`.
    IsTuple => types::test::<types::IsTuple>,
    /// See `IsInteger`.
    IsMap => types::test::<types::IsMap>,
    /// See `IsInteger`.
    IsBinary => types::test::<types::IsBinary>,
    /// See `IsInteger`.
    IsBitstring => types::test::<types::IsBitstring>,
    /// See `IsInteger`.
    IsFunction => types::test::<types::IsFunction>,
    /// See `IsInteger`; of a bool.
    IsTrue => types::test::<types::IsTrue>,
    /// Test of `r a`, `r b`; `fail`.
    IsFunctionArity => types::is_function_arity,
    /// Whether `r a` is a tuple; arity in the high half of `w1`; `fail`.
    HasArity => types::has_arity,
    /// As `HasArity`, and the tag atom's word in `w2`.
    IsTagged => types::is_tagged,
    /// Compares `r a` and `r b`; `fail` where false.
    EqExact => compare::test::<compare::EqExact>,
    /// See `EqExact`.
    NeExact => compare::test::<compare::NeExact>,
    /// See `EqExact`.
    Eq => compare::test::<compare::Eq>,
    /// See `EqExact`.
    Ne => compare::test::<compare::Ne>,
    /// See `EqExact`.
    Lt => compare::test::<compare::Lt>,
    /// See `EqExact`.
    Ge => compare::test::<compare::Ge>,
    /// Compares `r a` with the small word `w2`; `fail` where false.
    LtSmall => compare::test_word::<compare::LtSmall>,
    /// See `LtSmall`.
    GeSmall => compare::test_word::<compare::GeSmall>,
    /// Whether `r a` is the word `w2`; `fail` where not.
    EqWord => compare::test_word::<compare::EqWord>,
    /// See `EqWord`.
    NeWord => compare::test_word::<compare::NeWord>,
    /// Whether map `r a` has key `r b`; `fail`.
    MapHasKey => maps::has_key,
    /// Jump table on small `r a`: `w1` length, `w2` lowest value, `w3` count and (high) default; offsets, two a word.
    SwitchTable => switch::switch_table,
    /// Search of the word `r a`: `w1` length, `w2` count and (high) default; keys ascending, then offsets, two a word.
    SwitchWords => switch::switch_words,
    /// By the arity of tuple `r a`: `w1` length, `w2` count and (high) default; arity and (high) offset, ascending.
    SwitchArity => switch::switch_arity,
    /// `d a =` atom of bool `r b`
    BoolTerm => data::bool_term,
    /// `d a = hd(r b)`
    Head => data::head,
    /// `d a = tl(r b)`
    Tail => data::tail,
    /// `d a = hd(r b), d c = tl(r b)`
    HeadTail => data::head_tail,
    /// `d a = element c of r b`
    TupleGet => data::tuple_get,
    /// `d a = element w1 of r b`
    TupleGetFar => data::tuple_get_far,
    /// Element `w1` of tuple `r b` becomes `r a`.
    TupleSet => data::tuple_set,
    /// `d a = [r b | r c]`
    Cons => data::cons,
    /// As `Cons`, after a check for room for `w2` words; `w1` is the mask of live x registers.
    ConsChecked => data::cons_checked,
    /// `d a =` tuple of `c` operands, four a word from `w2`; `w1` length.
    Tuple => data::tuple,
    /// `d a =` tuple `r b` with `c` changes `index, operand` (halves of a word) from `w2`; size in the high half of `w1`.
    TupleUpdate => data::tuple_update,
    /// `d a =` fun with entry `w2` and `c` free variables, four a word from `w3`.
    MakeFun => data::make_fun,
    /// `f b =` float of `r a`
    Unbox => floats::unbox,
    /// `d a =` box of `f b`
    Box => floats::box_float,
    /// `f a =` number `r b`; `fail`
    ToFloat => floats::to_float,
    /// `f a = f b + f c`; `fail`
    FAdd => floats::binary::<floats::FAdd>,
    /// See `FAdd`.
    FSub => floats::binary::<floats::FSub>,
    /// See `FAdd`.
    FMul => floats::binary::<floats::FMul>,
    /// See `FAdd`.
    FDiv => floats::binary::<floats::FDiv>,
    /// `f a = -f b`
    FNeg => floats::f_neg,
    /// `d a = r b + r c`; `fail`
    Add => small::binary::<small::Add>,
    /// See `Add`.
    Sub => small::binary::<small::Sub>,
    /// `d a = r b + w2` (small word); `fail`
    AddSmall => small::with_word::<small::AddSmall>,
    /// `d a = r b - w2` (small word); `fail`
    SubSmall => small::with_word::<small::SubSmall>,
    /// See `Add`.
    Mul => small::binary::<small::Mul>,
    /// See `Add`.
    IntDiv => small::binary::<small::IntDiv>,
    /// See `Add`.
    IntRem => small::binary::<small::IntRem>,
    /// See `Add`.
    Divide => small::binary::<small::Divide>,
    /// See `Add`.
    BitAnd => small::binary::<small::BitAnd>,
    /// See `Add`.
    BitOr => small::binary::<small::BitOr>,
    /// See `Add`.
    BitXor => small::binary::<small::BitXor>,
    /// See `Add`.
    ShiftLeft => small::binary::<small::ShiftLeft>,
    /// See `Add`.
    ShiftRight => small::binary::<small::ShiftRight>,
    /// `d a = -r b`; `fail`
    Negate => small::unary::<small::Negate>,
    /// `d a = bnot r b`; `fail`
    BitNot => small::unary::<small::BitNot>,
    /// `d a =` value of key `r c` in map `r b`; `fail`
    MapGet => maps::get,
    /// `d a =` map `r b` with `c` pairs of operands, four operands a word from `w3`; `w1` length; `fail` in `w2`.
    MapPut => maps::put,
    /// See `MapPut`.
    MapUpdate => maps::update,
    /// `d a =` built-in function of entry `w3` on `c` operands, four a word from `w4`; `w1` length; `fail` in `w2`.
    Bif => calls::bif,
    /// `d a = r b ! r c`
    Send => receive::send,
    /// `d a =` current message, or `rel` when there is none. A reduction.
    RecvNext => receive::recv_next,
    /// Takes the current message.
    RecvAccept => receive::recv_accept,
    /// Goes past the current message.
    RecvSkip => receive::recv_skip,
    /// The `after` part begins.
    RecvTimedOut => receive::recv_timed_out,
    /// Waits; goes on at `rel`.
    Wait => receive::wait,
    /// Waits for `r a`: `fail` is where the time is up; behind it stands its `Woken`.
    WaitTimeout => receive::wait_timeout,
    /// Goes to `rel` when the timeout is up, else to `w1`.
    Woken => receive::woken,
    /// `d a =` marker
    MarkerReserve => receive::marker_reserve,
    /// Ties marker `r a` to `r b`.
    MarkerBind => receive::marker_bind,
    /// Drops the marker of `r a`.
    MarkerClear => receive::marker_clear,
    /// Uses the marker of `r a`.
    MarkerUse => receive::marker_use,
    /// Raises error `{c, r a}`; `c` is an atom's index.
    RaiseValue => raising::raise_value,
    /// Raises `if_clause`.
    IfClause => raising::if_clause,
    /// Raises `function_clause` with `c` operands as arguments, four a word from `w2`.
    FunctionClause => raising::function_clause,
    /// Raises again: trace `r a`, reason `r b`.
    Reraise => raising::reraise,
    /// `erlang:raise/3`: class `r a`, reason `r b`, trace `r c`; when the class is none, `d w1` becomes `badarg`.
    RawRaise => raising::raw_raise,
    /// `d a =` list of trace `r b`
    BuildStacktrace => raising::build_stacktrace,
    /// `d a =` what `catch` gives for class `r b`, reason `r c`, trace `r w1`
    CatchValue => raising::catch_value,
    /// `d a =` context of `r b`; `fail`
    BsStart => matching::bs_start,
    /// `d a =` context of `r b`, which may be one
    BsContext => matching::bs_context,
    /// `d a =` integer of context `r b`, size `r c`; `fail`; segment in `w2`: unit, (bit 16) signed, (17) little.
    BsGetInteger => matching::bs_get_integer,
    /// See `BsGetInteger`.
    BsGetFloat => matching::bs_get_float,
    /// See `BsGetInteger`.
    BsGetBinary => matching::bs_get_binary,
    /// `d a =` rest of context `r b` in units of `w2`; `fail`
    BsGetRest => matching::bs_get_rest,
    /// `d a =` rest of context `r b`, not taken
    BsTail => matching::bs_tail,
    /// Skips in context `r b`, size `r c`; `fail`; segment as `BsGetInteger`.
    BsSkip => matching::bs_skip,
    /// Skips the rest of context `r b`; `fail`; unit in `w2`.
    BsSkipRest => matching::bs_skip_rest,
    /// Whether context `r a` has exactly `w2` bits left; `fail`.
    BsTestTail => matching::bs_test_tail,
    /// Whether context `r a` has a multiple of `w2` bits left; `fail`.
    BsTestUnit => matching::bs_test_unit,
    /// Whether context `r a` has `w2` bits left at least; `fail`.
    BsTestSize => matching::bs_test_size,
    /// Takes the bits packed from `w3` from context `r a`; `w1` length; `fail` in `w2`, number of bits above it.
    BsMatchString => matching::bs_match_string,
    /// `d a =` code point of context `r b`; `fail`; `w2`: bits of a unit (8, 16, 32), (bit 17) little.
    BsGetUtf => matching::bs_get_utf,
    /// As `BsGetUtf`, without a result.
    BsSkipUtf => matching::bs_skip_utf,
    /// `d a =` position of context `r b`
    BsPosition => matching::bs_position,
    /// Position of context `r a` becomes `r b`.
    BsSetPosition => matching::bs_set_position,
    /// `d a =` bitstring of `c` segments; `w1` length; `fail` in `w2`; then two words a segment.
    BsCreate => building::bs_create,
    /// `d a =` bytes of code point `r b` in UTF-8; `fail`
    BsUtf8Size => building::bs_utf8_size,
    /// `d a =` bytes of code point `r b` in UTF-16; `fail`
    BsUtf16Size => building::bs_utf16_size,
}

/// Handlers by number.
pub(super) static HANDLERS: [Handler; OP_MASK as usize + 1] = handlers();

handler! {
    /// A number that the encoder never writes.
    fn no_op(s) {
        s.misfit()
    }
}

/// A quick form: the op on operands whose places are known from its number, in an instruction of known length. It has
/// the words of the general form, without the flags of the operands. What it cannot do at once it leaves to that.
struct Form {
    op: Opcode,
    /// Words of the instruction.
    len: u8,
    /// Bit `n`: operand `n` is a word of the frame, not an x register.
    in_frame: u8,
    /// Number of operands: the first of the fields `a`, `b`, `c`, and then the low bits of `w1`.
    operands: u8,
    handler: Handler,
}

macro_rules! form {
    ($op:ident $len:literal $operands:literal $in_frame:literal ($($handler:ident)::+ $(, $($kind:ident)::+)?) $($is:literal)*) => {
        Form {
            op: Opcode::$op,
            len: $len,
            in_frame: $in_frame,
            operands: $operands,
            handler: $($handler)::+::<$($($kind)::+,)? $($is),*>,
        }
    };
}

/// Rows `op, words, operands, (handler, its type)`; each gives a form for each choice of places.
macro_rules! forms {
    (@rows [$($done:tt)*]) => {
        const FORMS: &[Form] = &[$($done)*];
    };
    (@rows [$($done:tt)*] $op:ident $len:literal 1 $h:tt; $($rest:tt)*) => {
        forms! { @rows [$($done)* form!($op $len 1 0 $h false), form!($op $len 1 1 $h true),] $($rest)* }
    };
    (@rows [$($done:tt)*] $op:ident $len:literal 2 $h:tt; $($rest:tt)*) => {
        forms! { @rows [$($done)*
            form!($op $len 2 0 $h false false), form!($op $len 2 1 $h true false),
            form!($op $len 2 2 $h false true), form!($op $len 2 3 $h true true),
        ] $($rest)* }
    };
    (@rows [$($done:tt)*] $op:ident $len:literal 3 $h:tt; $($rest:tt)*) => {
        forms! { @rows [$($done)*
            form!($op $len 3 0 $h false false false), form!($op $len 3 1 $h true false false),
            form!($op $len 3 2 $h false true false), form!($op $len 3 3 $h true true false),
            form!($op $len 3 4 $h false false true), form!($op $len 3 5 $h true false true),
            form!($op $len 3 6 $h false true true), form!($op $len 3 7 $h true true true),
        ] $($rest)* }
    };
    (@rows [$($done:tt)*] $op:ident $len:literal 4 $h:tt; $($rest:tt)*) => {
        forms! { @rows [$($done)*
            form!($op $len 4 0 $h false false false false), form!($op $len 4 1 $h true false false false),
            form!($op $len 4 2 $h false true false false), form!($op $len 4 3 $h true true false false),
            form!($op $len 4 4 $h false false true false), form!($op $len 4 5 $h true false true false),
            form!($op $len 4 6 $h false true true false), form!($op $len 4 7 $h true true true false),
            form!($op $len 4 8 $h false false false true), form!($op $len 4 9 $h true false false true),
            form!($op $len 4 10 $h false true false true), form!($op $len 4 11 $h true true false true),
            form!($op $len 4 12 $h false false true true), form!($op $len 4 13 $h true false true true),
            form!($op $len 4 14 $h false true true true), form!($op $len 4 15 $h true true true true),
        ] $($rest)* }
    };
}

forms! { @rows []
    Move 1 2 (moves::quick_move);
    Move2 2 4 (moves::quick_move_two);
    MoveWord 2 1 (moves::quick_move_word);
    ReturnValue 1 1 (frames::quick_return_value);
    IsInteger 1 1 (types::quick_test, types::IsInteger);
    IsAtom 1 1 (types::quick_test, types::IsAtom);
    IsNil 1 1 (types::quick_test, types::IsNil);
    IsCons 1 1 (types::quick_test, types::IsCons);
    IsList 1 1 (types::quick_test, types::IsList);
    IsTuple 1 1 (types::quick_test, types::IsTuple);
    HasArity 2 1 (types::quick_has_arity);
    IsTagged 3 1 (types::quick_is_tagged);
    EqExact 2 2 (compare::quick_test, compare::EqExact);
    NeExact 2 2 (compare::quick_test, compare::NeExact);
    Eq 2 2 (compare::quick_test, compare::Eq);
    Lt 2 2 (compare::quick_test, compare::Lt);
    Ge 2 2 (compare::quick_test, compare::Ge);
    LtSmall 3 1 (compare::quick_test_word, compare::LtSmall);
    GeSmall 3 1 (compare::quick_test_word, compare::GeSmall);
    EqWord 3 1 (compare::quick_test_word, compare::EqWord);
    NeWord 3 1 (compare::quick_test_word, compare::NeWord);
    Head 1 2 (data::quick_head);
    Tail 1 2 (data::quick_tail);
    HeadTail 1 3 (data::quick_head_tail);
    TupleGet 1 2 (data::quick_tuple_get);
    Cons 1 3 (data::quick_cons);
    Unbox 1 1 (floats::quick_unbox);
    Box 1 1 (floats::quick_box);
    ConsChecked 3 3 (data::quick_cons_checked);
    Add 2 3 (small::quick_binary, small::Add);
    Sub 2 3 (small::quick_binary, small::Sub);
    Mul 2 3 (small::quick_binary, small::Mul);
    BitAnd 2 3 (small::quick_binary, small::BitAnd);
    BitXor 2 3 (small::quick_binary, small::BitXor);
    AddSmall 3 2 (small::quick_with_word, small::AddSmall);
    SubSmall 3 2 (small::quick_with_word, small::SubSmall);
}

const _: () =
    assert!(Opcode::BsUtf16Size as usize <= FIRST_FORM && FIRST_FORM + FORMS.len() <= OP_MASK as usize);

/// The first form of each op, or `u16::MAX`.
static FIRST_OF: [u16; FIRST_FORM] = {
    let mut table = [u16::MAX; FIRST_FORM];
    let mut form = FORMS.len();
    while form > 0 {
        form -= 1;
        table[FORMS[form].op as usize] = form as u16;
    }
    table
};

/// The first word and, where the form needs it, the low bits of the second of an instruction of `len` words, in the
/// quick form, if there is one for its operands. `word` has the operands in its fields.
pub(super) fn quick_words(op: Opcode, word: u64, second: u64, len: usize) -> Option<(u64, u64)> {
    let first = *FIRST_OF.get(op as usize).filter(|&&first| first != u16::MAX)?;
    let form = &FORMS[usize::from(first)];
    if usize::from(form.len) != len {
        return None;
    }
    let (mut word, mut second) = (word, second);
    let mut in_frame = 0;
    for operand in 0..usize::from(form.operands) {
        let (from, shift) = if operand < 3 { (&mut word, 16 * (operand + 1)) } else { (&mut second, 0) };
        let place = (*from >> shift) as u16;
        if place & super::code::INLINE != 0 {
            return None;
        }
        in_frame |= u16::from(place & FRAME != 0) << operand;
        *from &= !(u64::from(FRAME) << shift);
    }
    let number = FIRST_FORM as u64 + u64::from(first + in_frame);
    Some((word & !0xffff | number, second))
}

/// The first word, in the general form, of an instruction that is a quick form.
#[cold]
#[inline(never)]
pub(super) fn general_word(word: u64) -> u64 {
    let form = &FORMS[usize::from(op_of(word)) - FIRST_FORM];
    let mut general = word & !0xffff | form.op as u64 | u64::from(form.len) << LEN_SHIFT;
    for operand in 0..form.operands.min(3) {
        if form.in_frame >> operand & 1 == 1 {
            general |= u64::from(FRAME) << (16 * (operand + 1));
        }
    }
    general
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_op_is_the_last_number() {
        assert_eq!(Opcode::BsUtf16Size as usize + 1, COUNT);
    }

    #[test]
    fn a_quick_form_leads_back_to_the_general_one() {
        let word = super::super::code::word(Opcode::Add, 2, 3, FRAME | 2, 5);
        let (quick, _) = quick_words(Opcode::Add, word, 0, 2).expect("all operands have places");
        assert!(usize::from(op_of(quick)) >= FIRST_FORM);
        assert_eq!(general_word(quick), word);
    }

    #[test]
    fn an_operand_within_the_instruction_has_no_quick_form() {
        let word = super::super::code::word(Opcode::Add, 3, 3, super::super::code::INLINE | 2, 5);
        assert!(quick_words(Opcode::Add, word, 0, 3).is_none());
        assert!(quick_words(Opcode::Add, word, 0, 2).is_none());
    }
}
