//! The table of ops: number, meaning, handler, operands; and the quick forms of frequent ones.

#![expect(unsafe_code, reason = "handlers are unsafe functions")]

use super::code::FRAME;
use super::ops::{
    breakpoints, building, calls, compare, data, floats, frames, maps, matching, moves, native, raising,
    receive, sends, small, switch, types,
};
use super::shape::{More, Shape, op};
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
    ($($(#[doc = $doc:literal])* $name:ident => $handler:expr, $shape:expr;)*) => {
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

        impl Opcode {
            /// All of them, by number.
            #[cfg(any(dala_codegen, test))]
            pub(super) const ALL: &[Opcode] = &[$(Opcode::$name),*];

            /// Its operands.
            #[cfg_attr(not(dala_codegen), expect(dead_code, reason = "only the code generator asks"))]
            pub(super) const fn shape(self) -> Shape {
                use super::shape::roles::{D, FD, FR, P, R};
                match self {
                    $(Opcode::$name => $shape,)*
                }
            }
        }
    };
}

opcodes! {
    /// `rel`
    Jump => moves::jump, op(P, P, P).jumps().ends();
    /// `d a = r b`
    Move => moves::move_one, op(D, R, P);
    /// `d a = r b; d c = r (w1)`: in order.
    Move2 => moves::move_two, op(D, R, D).and(More::Own);
    /// `d a = w1`
    MoveWord => moves::move_word, op(D, P, P);
    /// `f a = f b`
    MoveFloat => moves::move_float, op(FD, FR, P);
    /// Opens a frame of `a` slots: checks room for it and `b` heap words; `c` masks of live x registers, then the slots'
    /// sources (x registers), four a word. `w1` is the length.
    Open => frames::open, op(P, P, P).and(More::Own);
    /// `Open` of no slot: one mask in `w1`, no sources.
    Open0 => frames::open_few::<0>, op(P, P, P).and(More::Own);
    /// As `Open0`, of 1 slot with sources in `w2`.
    Open1 => frames::open_few::<1>, op(P, P, P).and(More::Own);
    /// As `Open0`, of 2 slots with sources in `w2`.
    Open2 => frames::open_few::<2>, op(P, P, P).and(More::Own);
    /// As `Open0`, of 3 slots with sources in `w2`.
    Open3 => frames::open_few::<3>, op(P, P, P).and(More::Own);
    /// As `Open0`, of 4 slots with sources in `w2`.
    Open4 => frames::open_few::<4>, op(P, P, P).and(More::Own);
    /// Room for `rel` words on the heap; `a` masks of live x registers from `w2`; `w1` is the length.
    Gc => frames::gc, op(P, P, P).and(More::Own);
    /// As `Gc`, with the one mask `w1`.
    GcOne => frames::gc_one, op(P, P, P).and(More::Own);
    /// Clears the slots of the mask `w1`, the first being word `a` of the frame.
    Kill => moves::kill, op(P, P, P);
    /// Returns x0 after dropping `a` words of frame.
    Return => frames::return_x0, op(P, P, P).and(More::Own).ends();
    /// Returns `r a` after dropping `b` words of frame.
    ReturnValue => frames::return_value, op(R, P, P).ends();
    /// Returns `w1` after dropping `b` words of frame.
    ReturnWord => frames::return_word, op(P, P, P).ends();
    /// Calls `w1` (code address), after clearing the first 16 slots by mask `a`; `w2` is the native cell, `w3` the frame word.
    Call => calls::call, op(P, P, P).and(More::Own).ends();
    /// Jumps to function `w1` after dropping `a` words of frame.
    CallTail => calls::call_tail, op(P, P, P).and(More::Own).ends();
    /// Calls export entry `w1` with `b` arguments; `a`, `w2`, `w3` as in `Call`.
    CallExt => calls::call_ext, op(P, P, P).and(More::Own).ends();
    /// As `CallTail`, to export entry `w1` with `b` arguments.
    CallExtTail => calls::call_ext_tail, op(P, P, P).and(More::Own).ends();
    /// Calls fun `x[b]` with `b` arguments; `a`, `w2`, `w3` as in `Call`.
    CallFun => calls::call_fun, op(P, P, P).and(More::Own).ends();
    /// As `CallTail`, to fun `x[b]` with `b` arguments.
    CallFunTail => calls::call_fun_tail, op(P, P, P).and(More::Own).ends();
    /// Calls `x[b]:x[b+1]` with `b` arguments; `a`, `w2`, `w3` as in `Call`.
    Apply => calls::apply, op(P, P, P).and(More::Own).ends();
    /// As `CallTail`, to `x[b]:x[b+1]` with `b` arguments.
    ApplyTail => calls::apply_tail, op(P, P, P).and(More::Own).ends();
    /// The process's first function returned.
    Done => calls::done, op(P, P, P).and(More::Own).ends();
    /// Calls `x0:x1` with the arguments behind, as many as the resume record had.
    StartFunction => calls::start_function, op(P, P, P).and(More::Own).ends();
    /// Calls fun `x0` with the arguments behind.
    StartFun => calls::start_fun, op(P, P, P).and(More::Own).ends();
    /// Calls `x0:x1` again, as `StartFunction`, where a built-in function yielded: past a breakpoint.
    StartBehind => calls::start_behind, op(P, P, P).and(More::Own).ends();
    /// Stands at a function's entry that has a breakpoint; see `interp/breakpoint.rs`.
    Traced => breakpoints::traced, op(P, P, P).and(More::Own).ends();
    /// Calls what stands behind export entry `w1`, of `b` arguments, which has a breakpoint.
    CallTraced => breakpoints::call_traced, op(P, P, P).and(More::Own).ends();
    /// A traced function returned x0.
    TracedReturn => breakpoints::traced_return, op(P, P, P).and(More::Own).ends();
    /// A traced function raised.
    TracedException => breakpoints::traced_exception, op(P, P, P).and(More::Own).ends();
    /// Tests of `r a`; `rel` where false.
    IsInteger => types::test::<types::IsInteger>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsFloat => types::test::<types::IsFloat>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsNumber => types::test::<types::IsNumber>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsAtom => types::test::<types::IsAtom>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsBoolean => types::test::<types::IsBoolean>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsPid => types::test::<types::IsPid>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsReference => types::test::<types::IsReference>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsPort => types::test::<types::IsPort>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsNil => types::test::<types::IsNil>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsCons => types::test::<types::IsCons>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsList => types::test::<types::IsList>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsTuple => types::test::<types::IsTuple>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsMap => types::test::<types::IsMap>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsBinary => types::test::<types::IsBinary>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsBitstring => types::test::<types::IsBitstring>, op(R, P, P).jumps();
    /// See `IsInteger`.
    IsFunction => types::test::<types::IsFunction>, op(R, P, P).jumps();
    /// See `IsInteger`; of a bool.
    IsTrue => types::test::<types::IsTrue>, op(R, P, P).jumps();
    /// Test of `r a`, `r b`; `fail`.
    IsFunctionArity => types::is_function_arity, op(R, R, P).fails(1);
    /// Whether `r a` is a tuple; arity in the high half of `w1`; `fail`.
    HasArity => types::has_arity, op(R, P, P).fails(1);
    /// As `HasArity`, and the tag atom's word in `w2`.
    IsTagged => types::is_tagged, op(R, P, P).fails(1);
    /// Compares `r a` and `r b`; `fail` where false.
    EqExact => compare::test::<compare::EqExact>, op(R, R, P).fails(1);
    /// See `EqExact`.
    NeExact => compare::test::<compare::NeExact>, op(R, R, P).fails(1);
    /// See `EqExact`.
    Eq => compare::test::<compare::Eq>, op(R, R, P).fails(1);
    /// See `EqExact`.
    Ne => compare::test::<compare::Ne>, op(R, R, P).fails(1);
    /// See `EqExact`.
    Lt => compare::test::<compare::Lt>, op(R, R, P).fails(1);
    /// See `EqExact`.
    Ge => compare::test::<compare::Ge>, op(R, R, P).fails(1);
    /// Compares `r a` with the small word `w2`; `fail` where false.
    LtSmall => compare::test_word::<compare::LtSmall>, op(R, P, P).fails(1);
    /// See `LtSmall`.
    GeSmall => compare::test_word::<compare::GeSmall>, op(R, P, P).fails(1);
    /// Whether `r a` is the word `w2`; `fail` where not.
    EqWord => compare::test_word::<compare::EqWord>, op(R, P, P).fails(1);
    /// See `EqWord`.
    NeWord => compare::test_word::<compare::NeWord>, op(R, P, P).fails(1);
    /// Whether map `r a` has key `r b`; `fail`.
    MapHasKey => maps::has_key, op(R, R, P).fails(1);
    /// Jump table on small `r a`: `w1` length, `w2` lowest value, `w3` count and (high) default; offsets, two a word.
    SwitchTable => switch::switch_table, op(R, P, P).and(More::Own).ends();
    /// Search of the word `r a`: `w1` length, `w2` count and (high) default; keys ascending, then offsets, two a word.
    SwitchWords => switch::switch_words, op(R, P, P).and(More::Own).ends();
    /// By the arity of tuple `r a`: `w1` length, `w2` count and (high) default; arity and (high) offset, ascending.
    SwitchArity => switch::switch_arity, op(R, P, P).and(More::Own).ends();
    /// `d a =` atom of bool `r b`
    BoolTerm => data::bool_term, op(D, R, P);
    /// `d a = hd(r b)`
    Head => data::head, op(D, R, P);
    /// `d a = tl(r b)`
    Tail => data::tail, op(D, R, P);
    /// `d a = hd(r b), d c = tl(r b)`
    HeadTail => data::head_tail, op(D, R, D);
    /// `d a = element c of r b`
    TupleGet => data::tuple_get, op(D, R, P);
    /// `d a = element w1 of r b`
    TupleGetFar => data::tuple_get_far, op(D, R, P);
    /// Element `w1` of tuple `r b` becomes `r a`.
    TupleSet => data::tuple_set, op(R, R, P);
    /// `d a = [r b | r c]`
    Cons => data::cons, op(D, R, R);
    /// As `Cons`, after a check for room for `w2` words; `w1` is the mask of live x registers.
    ConsChecked => data::cons_checked, op(D, R, R).and(More::Own);
    /// `d a =` tuple of `c` operands, four a word from `w2`; `w1` length.
    Tuple => data::tuple, op(D, P, P).packed(2, 1);
    /// `d a =` tuple `r b` with `c` changes `index, operand` (halves of a word) from `w2`; size in the high half of `w1`.
    TupleUpdate => data::tuple_update, op(D, R, P).and(More::Own);
    /// `d a =` fun with entry `w2` and `c` free variables, four a word from `w3`.
    MakeFun => data::make_fun, op(D, P, P).packed(3, 1);
    /// `f b =` float of `r a`
    Unbox => floats::unbox, op(R, FD, P);
    /// `d a =` box of `f b`
    Box => floats::box_float, op(D, FR, P);
    /// `f a =` number `r b`; `fail`
    ToFloat => floats::to_float, op(FD, R, P).fails(1);
    /// `f a = f b + f c`; `fail`
    FAdd => floats::binary::<floats::FAdd>, op(FD, FR, FR).fails(1);
    /// See `FAdd`.
    FSub => floats::binary::<floats::FSub>, op(FD, FR, FR).fails(1);
    /// See `FAdd`.
    FMul => floats::binary::<floats::FMul>, op(FD, FR, FR).fails(1);
    /// See `FAdd`.
    FDiv => floats::binary::<floats::FDiv>, op(FD, FR, FR).fails(1);
    /// `f a = -f b`
    FNeg => floats::f_neg, op(FD, FR, P);
    /// `d a = r b + r c`; `fail`
    Add => small::binary::<small::Add>, op(D, R, R).fails(1);
    /// See `Add`.
    Sub => small::binary::<small::Sub>, op(D, R, R).fails(1);
    /// `d a = r b + w2` (small word); `fail`
    AddSmall => small::with_word::<small::AddSmall>, op(D, R, P).fails(1);
    /// `d a = r b - w2` (small word); `fail`
    SubSmall => small::with_word::<small::SubSmall>, op(D, R, P).fails(1);
    /// See `Add`.
    Mul => small::binary::<small::Mul>, op(D, R, R).fails(1);
    /// See `Add`.
    IntDiv => small::binary::<small::IntDiv>, op(D, R, R).fails(1);
    /// See `Add`.
    IntRem => small::binary::<small::IntRem>, op(D, R, R).fails(1);
    /// See `Add`.
    Divide => small::binary::<small::Divide>, op(D, R, R).fails(1);
    /// See `Add`.
    BitAnd => small::binary::<small::BitAnd>, op(D, R, R).fails(1);
    /// See `Add`.
    BitOr => small::binary::<small::BitOr>, op(D, R, R).fails(1);
    /// See `Add`.
    BitXor => small::binary::<small::BitXor>, op(D, R, R).fails(1);
    /// See `Add`.
    ShiftLeft => small::binary::<small::ShiftLeft>, op(D, R, R).fails(1);
    /// See `Add`.
    ShiftRight => small::binary::<small::ShiftRight>, op(D, R, R).fails(1);
    /// `d a = -r b`; `fail`
    Negate => small::unary::<small::Negate>, op(D, R, P).fails(1);
    /// `d a = bnot r b`; `fail`
    BitNot => small::unary::<small::BitNot>, op(D, R, P).fails(1);
    /// `d a =` value of key `r c` in map `r b`; `fail`
    MapGet => maps::get, op(D, R, R).fails(1);
    /// `d a =` map with the keys of small map `r b`, which are `c`, and values four a word from `w2`
    MapNew => maps::new, op(D, R, P).packed(2, 1);
    /// `d a =` map `r b` with `c` pairs of operands, four operands a word from `w3`; `w1` length; `fail` in `w2`.
    MapPut => maps::put, op(D, R, P).fails(2).packed(3, 2);
    /// See `MapPut`.
    MapUpdate => maps::update, op(D, R, P).fails(2).packed(3, 2);
    /// `d a =` built-in function of entry `w3` on `c` operands, four a word from `w4`; `w1` length; `fail` in `w2`.
    Bif => calls::bif, op(D, P, P).fails(2).packed(4, 1);
    /// `d a = r b ! r c`
    Send => receive::send, op(D, R, R);
    /// Message of logical id `w3` to `r b`: its tag and `c - 1` fields are `c` operands, four a word from `w4`; `w1` length;
    /// `fail` in `w2`. `d a` is nothing.
    ActorSend => sends::actor_send, op(D, R, P).fails(2).packed(4, 1);
    /// `d a =` current message, or `rel` when there is none. A reduction.
    RecvNext => receive::recv_next, op(D, P, P).jumps();
    /// Takes the current message.
    RecvAccept => receive::recv_accept, op(P, P, P);
    /// Goes past the current message.
    RecvSkip => receive::recv_skip, op(P, P, P);
    /// Goes past the current message, to one that is, or begins with, one of `c` operands, four a word from `w2`; `w1` length.
    RecvSkipTo => receive::recv_skip_to, op(P, P, P).packed(2, 1);
    /// The `after` part begins.
    RecvTimedOut => receive::recv_timed_out, op(P, P, P);
    /// Waits; goes on at `rel`.
    Wait => receive::wait, op(P, P, P).jumps().ends();
    /// Waits for `r a`: `fail` is where the time is up; behind it stands its `Woken`.
    WaitTimeout => receive::wait_timeout, op(R, P, P).fails(1);
    /// Goes to `rel` when the timeout is up, else to `w1`.
    Woken => receive::woken, op(P, P, P).jumps().and(More::Own).ends();
    /// `d a =` marker
    MarkerReserve => receive::marker_reserve, op(D, P, P);
    /// Ties marker `r a` to `r b`.
    MarkerBind => receive::marker_bind, op(R, R, P);
    /// Drops the marker of `r a`.
    MarkerClear => receive::marker_clear, op(R, P, P);
    /// Uses the marker of `r a`.
    MarkerUse => receive::marker_use, op(R, P, P);
    /// Raises error `{c, r a}`; `c` is an atom's index.
    RaiseValue => raising::raise_value, op(R, P, P).ends();
    /// Raises `if_clause`.
    IfClause => raising::if_clause, op(P, P, P).ends();
    /// Raises `function_clause` with `c` operands as arguments, four a word from `w2`.
    FunctionClause => raising::function_clause, op(P, P, P).packed(2, 1).ends();
    /// Raises again: trace `r a`, reason `r b`.
    Reraise => raising::reraise, op(R, R, P).ends();
    /// `erlang:raise/3`: class `r a`, reason `r b`, trace `r c`; when the class is none, `d w1` becomes `badarg`.
    RawRaise => raising::raw_raise, op(R, R, R).and(More::Second(D));
    /// `d a =` list of trace `r b`
    BuildStacktrace => raising::build_stacktrace, op(D, R, P);
    /// `d a =` what `catch` gives for class `r b`, reason `r c`, trace `r w1`
    CatchValue => raising::catch_value, op(D, R, R).and(More::Second(R));
    /// `d a =` context of `r b`; `fail`
    BsStart => matching::bs_start, op(D, R, P).fails(1);
    /// `d a =` context of `r b`, which may be one
    BsContext => matching::bs_context, op(D, R, P);
    /// `d a =` integer of context `r b`, size `r c`; `fail`; segment in `w2`: unit, (bit 16) signed, (17) little.
    BsGetInteger => matching::bs_get_integer, op(D, R, R).fails(1);
    /// See `BsGetInteger`.
    BsGetFloat => matching::bs_get_float, op(D, R, R).fails(1);
    /// See `BsGetInteger`.
    BsGetBinary => matching::bs_get_binary, op(D, R, R).fails(1);
    /// `d a =` rest of context `r b` in units of `w2`; `fail`
    BsGetRest => matching::bs_get_rest, op(D, R, P).fails(1);
    /// `d a =` rest of context `r b`, not taken
    BsTail => matching::bs_tail, op(D, R, P);
    /// Skips in context `r b`, size `r c`; `fail`; segment as `BsGetInteger`.
    BsSkip => matching::bs_skip, op(P, R, R).fails(1);
    /// Skips the rest of context `r b`; `fail`; unit in `w2`.
    BsSkipRest => matching::bs_skip_rest, op(P, R, P).fails(1);
    /// Whether context `r a` has exactly `w2` bits left; `fail`.
    BsTestTail => matching::bs_test_tail, op(R, P, P).fails(1);
    /// Whether context `r a` has a multiple of `w2` bits left; `fail`.
    BsTestUnit => matching::bs_test_unit, op(R, P, P).fails(1);
    /// Whether context `r a` has `w2` bits left at least; `fail`.
    BsTestSize => matching::bs_test_size, op(R, P, P).fails(1);
    /// Takes the bits packed from `w3` from context `r a`; `w1` length; `fail` in `w2`, number of bits above it.
    BsMatchString => matching::bs_match_string, op(R, P, P).fails(2);
    /// `d a =` code point of context `r b`; `fail`; `w2`: bits of a unit (8, 16, 32), (bit 17) little.
    BsGetUtf => matching::bs_get_utf, op(D, R, P).fails(1);
    /// As `BsGetUtf`, without a result.
    BsSkipUtf => matching::bs_skip_utf, op(P, R, P).fails(1);
    /// `d a =` position of context `r b`
    BsPosition => matching::bs_position, op(D, R, P);
    /// Position of context `r a` becomes `r b`.
    BsSetPosition => matching::bs_set_position, op(R, R, P);
    /// `d a =` bitstring of `c` segments; `w1` length; `fail` in `w2`; then two words a segment.
    BsCreate => building::bs_create, op(D, P, P).fails(2).and(More::Own);
    /// `d a =` bytes of code point `r b` in UTF-8; `fail`
    BsUtf8Size => building::bs_utf8_size, op(D, R, P).fails(1);
    /// `d a =` bytes of code point `r b` in UTF-16; `fail`
    BsUtf16Size => building::bs_utf16_size, op(D, R, P).fails(1);
    /// Stands nowhere in code: machine code leaves an instruction with it whose work it has done without getting a value. An
    /// exception is stored, for the label in word `a` (0: none); or an answer of a built-in function of `b` arguments, for
    /// a call that drops `c` words of frame; or why the process stops.
    Unfinished => native::unfinished, op(P, P, P).and(More::Own).ends();
    /// Enters the machine code at the address in the high 48 bits; what stood here before is in `CodeModule::replaced`.
    Native => native::native, op(P, P, P).and(More::Own).ends();
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

const _: () = assert!((Opcode::Native as usize) < FIRST_FORM && FIRST_FORM + FORMS.len() <= OP_MASK as usize);

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

/// Op, first word and second word of an instruction, in the general form.
#[cfg(dala_codegen)]
pub(super) fn general_form(word: u64, mut second: u64) -> Option<(Opcode, u64, u64)> {
    let number = usize::from(op_of(word));
    if let Some(form) = number.checked_sub(FIRST_FORM) {
        let form = FORMS.get(form)?;
        if form.operands > 3 && form.in_frame >> 3 & 1 == 1 {
            second |= u64::from(FRAME);
        }
        return Some((form.op, general_word(word), second));
    }
    Some((*Opcode::ALL.get(number)?, word, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_are_numbered_in_order() {
        for (number, &op) in Opcode::ALL.iter().enumerate() {
            assert_eq!(op as usize, number);
        }
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
