//! The dispatch loop.
//!
//! Stack pointer, heap pointer and reductions are in local variables; they are stored to the context before anything
//! else looks at it (`save!`) and read back afterwards (`load!`). Every instruction reads its operands before it writes
//! its result, since both may be one register.

#![expect(unsafe_code, reason = "runs verified register code on an actor's block")]

use std::mem::MaybeUninit;

use super::code::{F_COUNT, FRAME, FRAME_HEAD, INDEX, INLINE, NO_SOURCE, Opcode, X_COUNT};
use super::export::{ExportEntry, FunEntry, Target};
use super::frame::{self, Raise, pc_of, word_of};
use super::machine::{Machine, Outcome, Suspend, WaitFor};
use super::ops::control::{self, Flow};
use super::ops::{arith, bits, floats, maps, term};
use super::outcome::{BifResult, Class, Exception};
use super::trace;
use crate::abi::context::{INTERP_RETURN, flags};
use crate::abi::{Atom, Header, Kind, Word, atoms};
use crate::term::view::{self, BitsRef};
use crate::term::{TermWriter, compare, map};

/// The x and float registers of an activation. Nothing reads one before it is written: verified code uses a value only
/// where its definition dominates.
struct Registers {
    x: [MaybeUninit<Word>; X_COUNT],
    f: [MaybeUninit<f64>; F_COUNT],
}

/// Collects at a heap check: the live registers are those of the masks.
///
/// # Safety
/// `masks` are `count` words, and the registers they name are initialised.
#[cold]
#[inline(never)]
unsafe fn collect<M: Machine>(
    machine: &mut M,
    need: usize,
    masks: *const u64,
    count: usize,
    x: *mut Word,
) -> Result<(), Word> {
    let mut live: smallvec::SmallVec<[Word; 64]> = smallvec::SmallVec::new();
    // SAFETY: as the caller says.
    let masks = unsafe { std::slice::from_raw_parts(masks, count) };
    let registers = || {
        masks.iter().enumerate().flat_map(|(index, &mask)| {
            (0..64usize).filter(move |bit| mask >> bit & 1 == 1).map(move |bit| index * 64 + bit)
        })
    };
    // SAFETY: as the caller says.
    live.extend(registers().map(|register| unsafe { *x.add(register) }));
    machine.collect(need, &mut live)?;
    for (register, word) in registers().zip(live) {
        // SAFETY: as the caller says.
        unsafe { x.add(register).write(word) };
    }
    Ok(())
}

/// Marks what the compiler must not fold with the usual case: see `pass!`.
#[cold]
#[inline(never)]
fn unusual() {
    std::hint::black_box(());
}

/// Low byte of a tuple's header.
const TUPLE_HEADER: u8 = Word::header(Header::new(Kind::Tuple, 0)).to_bits() as u8;

/// Why a process ends whose code takes a value for what it is not: only a malformed file does that.
#[cold]
#[inline(never)]
fn bad_beam<M: Machine>(machine: &mut M, pc: *const u64) -> Word {
    let code = super::code::find(pc as usize as u64);
    let place = code.as_ref().and_then(|code| code.place_before(pc.wrapping_add(1)));
    let name = place.map_or(Word::NIL, |place| {
        machine.heap().tuple(&[
            Word::atom(place.module),
            Word::atom(place.function),
            Word::small_int(i64::from(place.arity)),
        ])
    });
    machine.heap().tuple(&[Word::atom(Atom::new("bad_beam")), name])
}

/// Runs a process until its budget is used up, it waits, or it is done. It must have been started
/// ([`start`](super::start)); one without frames has nothing to do and exits `normal`.
///
/// # Panics
/// When a heap object is damaged.
pub fn run<M: Machine>(machine: &mut M) -> Suspend {
    if machine.context().sp == machine.context().top {
        return Suspend::Exited(Outcome::Exit(Word::atom(atoms::NORMAL)));
    }
    let mut registers: Registers =
        // SAFETY: arrays of `MaybeUninit` need no initialisation.
        unsafe { MaybeUninit::<Registers>::uninit().assume_init() };
    // SAFETY: what `dispatch` demands holds for the whole loop. Code comes from `encode`, which took verified IR: `pc` always points to an instruction
    // of a module that is linked (whoever unlinks promises that no frame leads there); operands name registers, slots of
    // the open frame or constants within the instruction; a register is read only where it was written before. `Machine`
    // promises that the context's block is real and that `collect` keeps and updates all roots; heap objects are
    // written only where a heap check, or the writer, has made room.
    unsafe { dispatch(machine, &mut registers) }
}

/// Runs code until the process suspends.
///
/// # Safety
/// The continuation on the machine's stack leads to linked code that `encode` made of verified IR, and nobody unlinks it
/// meanwhile.
#[expect(clippy::cognitive_complexity, reason = "one arm an op")]
unsafe fn dispatch<M: Machine>(machine: &mut M, registers: &mut Registers) -> Suspend {
    // SAFETY: the caller's promise about code, and `Machine`'s about memory; the call in `run` says what follows.
    unsafe {
        let x: *mut Word = registers.x.as_mut_ptr().cast();
        let f: *mut f64 = registers.f.as_mut_ptr().cast();
        let context = machine.context();
        let mut sp: *mut Word = context.sp;
        let mut hp: *mut Word = context.hp;
        let mut reds: i64 = context.reductions;
        let stress = context.flags & flags::STRESS != 0;
        let mut pc: *const u64 = pc_of(*sp);
        let resumed = (*sp.add(1)).as_small().unwrap_or(0) as usize;
        x.copy_from_nonoverlapping(sp.add(2), resumed);
        sp = sp.add(2 + resumed);
        // What it yielded before must not ask for a reduction again, or a budget of one would get nowhere. (A function
        // entry asks before it is jumped to.)
        if *pc as u8 == Opcode::RecvNext as u8 {
            reds += 1;
        }

        macro_rules! save {
            () => {{
                let context = machine.context();
                context.sp = sp;
                context.hp = hp;
                context.reductions = reds;
            }};
        }
        macro_rules! load {
            () => {{
                let context = machine.context();
                sp = context.sp;
                hp = context.hp;
                reds = context.reductions;
            }};
        }
        // What is behind `pc`, with the context saved before and loaded after.
        macro_rules! slow {
            ($value:expr) => {{
                save!();
                let value = $value;
                load!();
                value
            }};
        }
        loop {
            let word = *pc;
            let a = (word >> 16) as u16;
            let b = (word >> 32) as u16;
            let c = (word >> 48) as u16;
            macro_rules! w {
                ($index:expr) => {
                    *pc.add($index)
                };
            }
            macro_rules! get {
                ($operand:expr) => {{
                    let operand: u16 = $operand;
                    let base = if operand & FRAME != 0 {
                        sp.cast_const()
                    } else if operand & INLINE != 0 {
                        pc.cast::<Word>()
                    } else {
                        x.cast_const()
                    };
                    *base.add(usize::from(operand & INDEX))
                }};
            }
            macro_rules! set {
                ($operand:expr, $value:expr) => {{
                    let value: Word = $value;
                    let operand: u16 = $operand;
                    let base = if operand & FRAME != 0 { sp } else { x };
                    *base.add(usize::from(operand & INDEX)) = value;
                }};
            }
            // Goes behind an instruction that is nearly always `usual` words long. A length that was read would make
            // each instruction's address wait for the load of the one before; one that is predicted does not.
            macro_rules! pass {
                ($len:expr, $usual:expr) => {{
                    let len = $len as usize;
                    if len == $usual {
                        pc = pc.add($usual);
                    } else {
                        unusual();
                        pc = pc.add(len);
                    }
                }};
            }
            macro_rules! next {
                () => {
                    next!(1)
                };
                ($usual:expr) => {{
                    pass!(word >> 8 & 0xff, $usual);
                    continue;
                }};
            }
            macro_rules! next_long {
                () => {
                    next_long!(4)
                };
                ($usual:expr) => {{
                    pass!(w!(1) as u32, $usual);
                    continue;
                }};
            }
            // Runs the next instruction here when it is a frequent one and its fast path will do, before it goes back to
            // the one dispatching jump. That jump alone is hard to predict; this makes it rarer, and the place where a
            // pair of instructions meets a jump of its own.
            macro_rules! run_on {
                () => {{
                    let word = *pc;
                    let len = word >> 8 & 0xff;
                    let a = (word >> 16) as u16;
                    let b = (word >> 32) as u16;
                    let c = (word >> 48) as u16;
                    match std::mem::transmute::<u8, Opcode>(word as u8) {
                        Opcode::Move if len == 1 => {
                            set!(a, get!(b));
                            pc = pc.add(1);
                        }
                        Opcode::Move2 if len == 2 => {
                            set!(a, get!(b));
                            set!(c, get!(w!(1) as u16));
                            pc = pc.add(2);
                        }
                        Opcode::AddSmall if len == 3 => {
                            let left = get!(b);
                            if left.is_small()
                                && let Some(sum) = (left.to_bits() as i64).checked_add(w!(2) as i64)
                            {
                                set!(a, word_of(sum as u64));
                                pc = pc.add(3);
                            }
                        }
                        Opcode::SubSmall if len == 3 => {
                            let left = get!(b);
                            if left.is_small()
                                && let Some(difference) = (left.to_bits() as i64).checked_sub(w!(2) as i64)
                            {
                                set!(a, word_of(difference as u64));
                                pc = pc.add(3);
                            }
                        }
                        Opcode::Add if len == 2 => {
                            let (left, right) = (get!(b), get!(c));
                            if left.both_small(right)
                                && let Some(sum) = (left.to_bits() as i64).checked_add(right.to_bits() as i64)
                            {
                                set!(a, word_of(sum as u64));
                                pc = pc.add(2);
                            }
                        }
                        Opcode::LtSmall if len == 3 => {
                            let left = get!(a);
                            if left.is_small() {
                                if (left.to_bits() as i64) < w!(2) as i64 {
                                    pc = pc.add(3);
                                } else {
                                    pc = pc.offset(w!(1) as i32 as isize);
                                }
                            }
                        }
                        Opcode::EqWord if len == 3 => {
                            if get!(a).to_bits() == w!(2) {
                                pc = pc.add(3);
                            } else {
                                pc = pc.offset(w!(1) as i32 as isize);
                            }
                        }
                        Opcode::IsCons if len == 1 => {
                            if get!(a).is_cons() {
                                pc = pc.add(1);
                            } else {
                                pc = pc.offset((word >> 32) as i32 as isize);
                            }
                        }
                        Opcode::HeadTail if len == 1 => {
                            let list = get!(b);
                            if list.is_cons() {
                                let cell = (list.to_bits() - 1) as *const Word;
                                let (head, tail) = (*cell, *cell.add(1));
                                set!(a, head);
                                set!(c, tail);
                                pc = pc.add(1);
                            }
                        }
                        Opcode::Call if reds > 1 && a == 0 => {
                            *sp.add(1) = word_of(pc.add(3) as u64);
                            reds -= 1;
                            pc = w!(1) as *const u64;
                        }
                        Opcode::CallTail if reds > 1 => {
                            sp = sp.add(usize::from(a));
                            reds -= 1;
                            pc = w!(1) as *const u64;
                        }
                        Opcode::Return => {
                            sp = sp.add(usize::from(a));
                            pc = pc_of(*sp.add(1));
                        }
                        Opcode::ReturnValue => {
                            *x = get!(a);
                            sp = sp.add(usize::from(b));
                            pc = pc_of(*sp.add(1));
                        }
                        _ => {}
                    }
                    continue;
                }};
            }

            macro_rules! jump {
                ($offset:expr) => {{
                    pc = pc.offset($offset as i32 as isize);
                    continue;
                }};
            }
            macro_rules! packed {
                ($from:expr, $index:expr) => {
                    get!((w!($from + $index / 4) >> (16 * ($index % 4))) as u16)
                };
            }
            macro_rules! raise {
                ($raise:expr) => {{
                    let raised: Raise = $raise;
                    save!();
                    match frame::raise(machine, pc, raised, x) {
                        Ok(handler) => {
                            load!();
                            pc = handler;
                            continue;
                        }
                        Err(outcome) => return Suspend::Exited(outcome),
                    }
                }};
            }
            macro_rules! exit {
                ($reason:expr) => {{
                    save!();
                    return Suspend::Exited(Outcome::Exit($reason));
                }};
            }
            // The file claims what is not so of a value.
            macro_rules! misfit {
                () => {{
                    let reason = slow!(bad_beam(machine, pc));
                    exit!(reason)
                }};
            }
            // Address of a cons cell.
            macro_rules! cell {
                ($word:expr) => {{
                    let list: Word = $word;
                    if !list.is_cons() {
                        misfit!()
                    }
                    (list.to_bits() - 1) as *const Word
                }};
            }
            // Address of a tuple whose size passes the test.
            macro_rules! tuple {
                ($word:expr, $size:ident, $fits:expr) => {{
                    let tuple: Word = $word;
                    if !tuple.is_boxed() {
                        misfit!()
                    }
                    let object = (tuple.to_bits() - 3) as *mut Word;
                    let header = (*object).to_bits();
                    let $size = (header >> 8) as usize;
                    if header as u8 != TUPLE_HEADER || !$fits {
                        misfit!()
                    }
                    object
                }};
            }
            // Goes on at a function entry.
            macro_rules! enter {
                ($target:expr) => {{
                    pc = $target;
                    reds -= 1;
                    if reds <= 0 {
                        save!();
                        if let Some(suspend) = control::enter(machine, pc, x) {
                            return suspend;
                        }
                        load!();
                    }
                    run_on!()
                }};
            }
            macro_rules! flow {
                ($flow:expr, $pop:expr) => {{
                    save!();
                    let flow = $flow;
                    load!();
                    match flow {
                        Flow::Enter(target) => {
                            sp = sp.add($pop);
                            enter!(target)
                        }
                        Flow::Value(value) => {
                            *x = value;
                            sp = sp.add($pop);
                            pc = pc_of(*sp.add(1));
                            continue;
                        }
                        Flow::Raise(raised) => raise!(raised),
                        Flow::Stop(suspend) => return suspend,
                    }
                }};
            }
            // Where a call returns to.
            macro_rules! set_return {
                () => {
                    *sp.add(1) = word_of(pc.add(3) as u64)
                };
            }
            macro_rules! clear_slots {
                () => {{
                    let mut mask = a;
                    while mask != 0 {
                        *sp.add(FRAME_HEAD + mask.trailing_zeros() as usize) = Word::NIL;
                        mask &= mask - 1;
                    }
                }};
            }
            // A test with the label in the first word.
            macro_rules! test {
                ($holds:expr) => {{
                    if $holds {
                        pass!(word >> 8 & 0xff, 1);
                    } else {
                        pc = pc.offset((word >> 32) as i32 as isize);
                    }
                    continue;
                }};
            }
            // As `test`, of a frequent one.
            macro_rules! quick_test {
                ($holds:expr, $usual:expr, $otherwise:expr) => {{
                    if $holds {
                        pass!(word >> 8 & 0xff, $usual);
                    } else {
                        pc = pc.offset($otherwise as i32 as isize);
                    }
                    run_on!()
                }};
            }
            // A test with the label in the second word.
            macro_rules! wide_test {
                ($holds:expr) => {
                    wide_test!($holds, 2)
                };
                ($holds:expr, $usual:expr) => {{
                    if $holds {
                        pass!(word >> 8 & 0xff, $usual);
                    } else {
                        pc = pc.offset(w!(1) as i32 as isize);
                    }
                    continue;
                }};
            }
            // A guard's failure goes to the label in the low half of a word, if there is one.
            macro_rules! fail_or_raise {
                ($index:expr, $raise:expr) => {{
                    let offset = w!($index) as i32;
                    if offset != 0 {
                        jump!(offset)
                    }
                    raise!($raise)
                }};
            }
            macro_rules! arith_slow {
                ($op:expr, $left:expr, $right:expr) => {{
                    let (left, right) = ($left, $right);
                    match slow!(arith::binary(machine.heap(), $op, left, right)) {
                        Ok(value) => {
                            set!(a, value);
                            next!()
                        }
                        Err(reason) => {
                            fail_or_raise!(1, slow!(arith::failure(machine.heap(), $op, reason, left, right)))
                        }
                    }
                }};
            }
            macro_rules! float_op {
                ($op:expr) => {{
                    let (left, right) = (*f.add(usize::from(b)), *f.add(usize::from(c)));
                    match floats::binary($op, left, right) {
                        Some(value) => {
                            *f.add(usize::from(a)) = value;
                            next!()
                        }
                        None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARITH))),
                    }
                }};
            }

            // SAFETY: the encoder writes no other numbers.
            match std::mem::transmute::<u8, Opcode>(word as u8) {
                Opcode::Jump => jump!(word >> 32),
                Opcode::Move => {
                    set!(a, get!(b));
                    {
                        pass!(word >> 8 & 0xff, 1);
                        run_on!()
                    }
                }
                Opcode::Move2 => {
                    set!(a, get!(b));
                    set!(c, get!(w!(1) as u16));
                    {
                        pass!(word >> 8 & 0xff, 2);
                        run_on!()
                    }
                }
                Opcode::MoveFloat => {
                    *f.add(usize::from(a)) = *f.add(usize::from(b));
                    next!()
                }
                Opcode::Open => {
                    let slots = usize::from(a);
                    let need = slots + FRAME_HEAD + usize::from(b);
                    if (sp as usize - hp as usize) < need * 8 || stress {
                        let masks = pc.add(2);
                        if let Err(reason) = slow!(collect(machine, need, masks, usize::from(c), x)) {
                            exit!(reason)
                        }
                    }
                    sp = sp.sub(slots + FRAME_HEAD);
                    *sp = word_of(INTERP_RETURN);
                    *sp.add(1) = Word::small_int(0);
                    let sources = pc.add(2 + usize::from(c)).cast::<u16>();
                    for slot in 0..slots {
                        let source = *sources.add(slot);
                        *sp.add(FRAME_HEAD + slot) =
                            if source == NO_SOURCE { Word::NIL } else { *x.add(usize::from(source)) };
                    }
                    {
                        pass!(w!(1) as u32, 4);
                        run_on!()
                    }
                }
                Opcode::Gc => {
                    let need = (word >> 32) as usize;
                    if (sp as usize - hp as usize) < need * 8 || stress {
                        let masks = pc.add(1);
                        if let Err(reason) = slow!(collect(machine, need, masks, usize::from(a), x)) {
                            exit!(reason)
                        }
                    }
                    {
                        pass!(word >> 8 & 0xff, 2);
                        run_on!()
                    }
                }
                Opcode::Kill => {
                    let mut mask = w!(1);
                    while mask != 0 {
                        *sp.add(usize::from(a) + mask.trailing_zeros() as usize) = Word::NIL;
                        mask &= mask - 1;
                    }
                    next!(2)
                }
                Opcode::Return => {
                    sp = sp.add(usize::from(a));
                    pc = pc_of(*sp.add(1));
                    run_on!()
                }
                Opcode::ReturnValue => {
                    *x = get!(a);
                    sp = sp.add(usize::from(b));
                    pc = pc_of(*sp.add(1));
                    run_on!()
                }
                Opcode::Call => {
                    clear_slots!();
                    set_return!();
                    enter!(w!(1) as *const u64)
                }
                Opcode::CallTail => {
                    sp = sp.add(usize::from(a));
                    enter!(w!(1) as *const u64)
                }
                Opcode::CallExt => {
                    clear_slots!();
                    set_return!();
                    let entry = &*(w!(1) as *const ExportEntry);
                    match entry.target() {
                        Target::Code(address) => enter!(address.pc()),
                        Target::Bif(index) => {
                            save!();
                            let args = std::slice::from_raw_parts(x, usize::from(b));
                            let result = machine.call_bif(index, args);
                            load!();
                            reds -= 1;
                            if let BifResult::Value(value) = result {
                                *x = value;
                                pc = pc.add(3);
                                continue;
                            }
                            flow!(control::finish(machine, result, entry, usize::from(b), x), 0)
                        }
                        Target::Undefined => flow!(control::call_entry(machine, entry, usize::from(b), x), 0),
                    }
                }
                Opcode::CallExtTail => {
                    let entry = &*(w!(1) as *const ExportEntry);
                    if let Target::Code(address) = entry.target() {
                        sp = sp.add(usize::from(a));
                        enter!(address.pc())
                    }
                    if a != 0 {
                        set_return!();
                    }
                    reds -= 1;
                    flow!(control::call_entry(machine, entry, usize::from(b), x), usize::from(a))
                }
                Opcode::CallFun | Opcode::CallFunTail => {
                    let pop = if word as u8 == Opcode::CallFun as u8 {
                        clear_slots!();
                        set_return!();
                        0
                    } else {
                        if a != 0 {
                            set_return!();
                        }
                        usize::from(a)
                    };
                    let arity = usize::from(b);
                    let fun = *x.add(arity);
                    if let Some((header, payload)) = view::boxed(fun)
                        && header.is(Kind::Fun)
                    {
                        let entry = &*(payload[0].to_bits() as *const FunEntry);
                        if entry.head().arity as usize == arity {
                            for (index, &free) in payload[2..].iter().enumerate() {
                                *x.add(arity + index) = free;
                            }
                            sp = sp.add(pop);
                            enter!(entry.code().pc())
                        }
                    }
                    flow!(control::call_fun(machine, fun, arity, x), pop)
                }
                Opcode::Apply | Opcode::ApplyTail => {
                    let pop = if word as u8 == Opcode::Apply as u8 {
                        clear_slots!();
                        set_return!();
                        0
                    } else {
                        if a != 0 {
                            set_return!();
                        }
                        usize::from(a)
                    };
                    let arity = usize::from(b);
                    let (module, function) = (*x.add(arity), *x.add(arity + 1));
                    flow!(control::apply(machine, module, function, arity, x), pop)
                }
                Opcode::Done => {
                    sp = machine.context().top;
                    save!();
                    return Suspend::Exited(Outcome::Returned(*x));
                }
                Opcode::StartFunction => {
                    let (module, function) = (*x, *x.add(1));
                    let arity = resumed.saturating_sub(2);
                    x.copy_from(x.add(2), arity);
                    flow!(control::apply(machine, module, function, arity, x), 0)
                }
                Opcode::StartFun => {
                    let fun = *x;
                    let arity = resumed.saturating_sub(1);
                    x.copy_from(x.add(1), arity);
                    flow!(control::call_fun(machine, fun, arity, x), 0)
                }
                Opcode::IsInteger => {
                    let value = get!(a);
                    test!(value.is_small() || (value.is_boxed() && term::test(Opcode::IsInteger, value)))
                }
                Opcode::IsFloat => test!(term::test(Opcode::IsFloat, get!(a))),
                Opcode::IsNumber => {
                    let value = get!(a);
                    test!(value.is_small() || (value.is_boxed() && term::test(Opcode::IsNumber, value)))
                }
                Opcode::IsAtom => test!(get!(a).is_atom()),
                Opcode::IsBoolean => test!(term::test(Opcode::IsBoolean, get!(a))),
                Opcode::IsPid => test!(term::test(Opcode::IsPid, get!(a))),
                Opcode::IsReference => test!(term::test(Opcode::IsReference, get!(a))),
                Opcode::IsPort => test!(term::test(Opcode::IsPort, get!(a))),
                Opcode::IsNil => test!(get!(a).is_nil()),
                Opcode::IsCons => quick_test!(get!(a).is_cons(), 1, word >> 32),
                Opcode::IsList => {
                    let value = get!(a);
                    test!(value.is_cons() || value.is_nil())
                }
                Opcode::IsTuple => {
                    let value = get!(a);
                    test!(
                        value.is_boxed() && view::header(value).is_some_and(|header| header.is(Kind::Tuple))
                    )
                }
                Opcode::IsMap => test!(term::test(Opcode::IsMap, get!(a))),
                Opcode::IsBinary => test!(term::test(Opcode::IsBinary, get!(a))),
                Opcode::IsBitstring => test!(term::test(Opcode::IsBitstring, get!(a))),
                Opcode::IsFunction => test!(term::test(Opcode::IsFunction, get!(a))),
                Opcode::IsTrue => test!(get!(a) != Word::small_int(0)),
                Opcode::IsFunctionArity => wide_test!(term::is_function_arity(get!(a), get!(b))),
                Opcode::HasArity => {
                    let wanted = Header::new(Kind::Tuple, (w!(1) >> 32) as usize);
                    let value = get!(a);
                    wide_test!(value.is_boxed() && view::header(value) == Some(wanted))
                }
                Opcode::IsTagged => {
                    let wanted = Header::new(Kind::Tuple, (w!(1) >> 32) as usize);
                    let value = get!(a);
                    wide_test!(
                        value.is_boxed()
                            && view::boxed(value).is_some_and(|(header, payload)| {
                                header == wanted && payload[0].to_bits() == w!(2)
                            })
                    )
                }
                Opcode::EqExact => {
                    let (left, right) = (get!(a), get!(b));
                    wide_test!(left == right || (left.is_pointer() && compare::eq_exact(left, right)))
                }
                Opcode::NeExact => {
                    let (left, right) = (get!(a), get!(b));
                    wide_test!(!(left == right || (left.is_pointer() && compare::eq_exact(left, right))))
                }
                Opcode::Eq => {
                    let (left, right) = (get!(a), get!(b));
                    wide_test!(left == right || (!left.both_small(right) && compare::eq_loose(left, right)))
                }
                Opcode::Ne => {
                    let (left, right) = (get!(a), get!(b));
                    wide_test!(
                        !(left == right || (!left.both_small(right) && compare::eq_loose(left, right)))
                    )
                }
                Opcode::Lt => {
                    let (left, right) = (get!(a), get!(b));
                    wide_test!(if left.both_small(right) {
                        (left.to_bits() as i64) < right.to_bits() as i64
                    } else {
                        compare::cmp(left, right).is_lt()
                    })
                }
                Opcode::Ge => {
                    let (left, right) = (get!(a), get!(b));
                    wide_test!(if left.both_small(right) {
                        left.to_bits() as i64 >= right.to_bits() as i64
                    } else {
                        compare::cmp(left, right).is_ge()
                    })
                }
                Opcode::LtSmall => {
                    let left = get!(a);
                    let holds = if left.is_small() {
                        (left.to_bits() as i64) < w!(2) as i64
                    } else {
                        compare::cmp(left, word_of(w!(2))).is_lt()
                    };
                    quick_test!(holds, 3, w!(1))
                }
                Opcode::GeSmall => {
                    let left = get!(a);
                    wide_test!(
                        if left.is_small() {
                            left.to_bits() as i64 >= w!(2) as i64
                        } else {
                            compare::cmp(left, word_of(w!(2))).is_ge()
                        },
                        3
                    )
                }
                Opcode::EqWord => quick_test!(get!(a).to_bits() == w!(2), 3, w!(1)),
                Opcode::NeWord => wide_test!(get!(a).to_bits() != w!(2), 3),
                Opcode::MapHasKey => wide_test!(map::get(get!(a), get!(b)).is_some()),
                Opcode::SwitchTable => {
                    let value = get!(a);
                    let count = w!(3) as u32 as u64;
                    let index = ((value.to_bits() as i64 >> 1) as u64).wrapping_sub(w!(2));
                    if value.is_small() && index < count {
                        let offset = w!(4 + index as usize / 2) >> (32 * (index % 2));
                        jump!(offset)
                    }
                    jump!(w!(3) >> 32)
                }
                Opcode::SwitchWords => {
                    let value = get!(a).to_bits();
                    let count = w!(2) as u32 as usize;
                    let keys = std::slice::from_raw_parts(pc.add(3), count);
                    let found = if count <= 8 {
                        keys.iter().position(|&key| key == value)
                    } else {
                        keys.binary_search(&value).ok()
                    };
                    match found {
                        Some(index) => jump!(w!(3 + count + index / 2) >> (32 * (index % 2))),
                        None => jump!(w!(2) >> 32),
                    }
                }
                Opcode::SwitchArity => {
                    let value = get!(a);
                    if let Some(header) = view::header(value)
                        && header.is(Kind::Tuple)
                    {
                        let count = w!(2) as u32 as usize;
                        let cases = std::slice::from_raw_parts(pc.add(3), count);
                        let arity = header.words() as u32;
                        if let Some(case) = cases.iter().find(|&&case| case as u32 == arity) {
                            jump!(case >> 32)
                        }
                    }
                    jump!(w!(2) >> 32)
                }
                Opcode::BoolTerm => {
                    let is_true = get!(b) != Word::small_int(0);
                    set!(a, Word::atom(if is_true { atoms::TRUE } else { atoms::FALSE }));
                    next!()
                }
                Opcode::Head => {
                    let cell = cell!(get!(b));
                    set!(a, *cell);
                    next!()
                }
                Opcode::Tail => {
                    let cell = cell!(get!(b));
                    set!(a, *cell.add(1));
                    next!()
                }
                Opcode::HeadTail => {
                    let cell = cell!(get!(b));
                    let (head, tail) = (*cell, *cell.add(1));
                    set!(a, head);
                    set!(c, tail);
                    {
                        pass!(word >> 8 & 0xff, 1);
                        run_on!()
                    }
                }
                Opcode::TupleGet => {
                    let object = tuple!(get!(b), size, usize::from(c) < size);
                    set!(a, *object.add(1 + usize::from(c)));
                    {
                        pass!(word >> 8 & 0xff, 1);
                        run_on!()
                    }
                }
                Opcode::TupleGetFar => {
                    let object = tuple!(get!(b), size, (w!(1) as usize) < size);
                    set!(a, *object.add(1 + w!(1) as usize));
                    next!(2)
                }
                Opcode::TupleSet => {
                    let object = tuple!(get!(b), size, (w!(1) as usize) < size);
                    *object.add(1 + w!(1) as usize) = get!(a);
                    next!(2)
                }
                Opcode::Cons => {
                    *hp = get!(b);
                    *hp.add(1) = get!(c);
                    set!(a, Word::cons_at(hp));
                    hp = hp.add(2);
                    {
                        pass!(word >> 8 & 0xff, 1);
                        run_on!()
                    }
                }
                Opcode::Tuple => {
                    let count = usize::from(c);
                    *hp = Word::header(Header::new(Kind::Tuple, count));
                    for index in 0..count {
                        *hp.add(1 + index) = packed!(2, index);
                    }
                    set!(a, Word::boxed_at(hp));
                    hp = hp.add(1 + count);
                    next_long!()
                }
                Opcode::TupleUpdate => {
                    let size = (w!(1) >> 32) as usize;
                    let old = tuple!(get!(b), found, found == size);
                    hp.copy_from_nonoverlapping(old, size + 1);
                    for index in 0..usize::from(c) {
                        let change = w!(2 + index);
                        *hp.add(1 + change as u32 as usize) = get!((change >> 32) as u16);
                    }
                    set!(a, Word::boxed_at(hp));
                    hp = hp.add(1 + size);
                    next_long!()
                }
                Opcode::MakeFun => {
                    let free = usize::from(c);
                    *hp = Word::header(Header::new(Kind::Fun, free + 2));
                    *hp.add(1) = word_of(w!(2));
                    *hp.add(2) = Word::small_int(free as i64);
                    for index in 0..free {
                        *hp.add(3 + index) = packed!(3, index);
                    }
                    set!(a, Word::boxed_at(hp));
                    hp = hp.add(3 + free);
                    next_long!()
                }
                Opcode::Unbox => {
                    *f.add(usize::from(a)) = view::float(get!(b)).unwrap_or(0.0);
                    next!()
                }
                Opcode::Box => {
                    *hp = Word::header(Header::new(Kind::Float, 1));
                    *hp.add(1) = Word::from_bits((*f.add(usize::from(b))).to_bits());
                    set!(a, Word::boxed_at(hp));
                    hp = hp.add(2);
                    next!()
                }
                Opcode::ToFloat => {
                    let value = get!(b);
                    match arith::to_float(value) {
                        Some(float) => {
                            *f.add(usize::from(a)) = float;
                            next!(2)
                        }
                        None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARITH))),
                    }
                }
                Opcode::FAdd => float_op!(Opcode::FAdd),
                Opcode::FSub => float_op!(Opcode::FSub),
                Opcode::FMul => float_op!(Opcode::FMul),
                Opcode::FDiv => float_op!(Opcode::FDiv),
                Opcode::FNeg => {
                    // As OTP's fnegate: 0 - X, which gives no -0.0.
                    *f.add(usize::from(a)) = 0.0 - *f.add(usize::from(b));
                    next!()
                }
                Opcode::Add => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right)
                        && let Some(sum) = (left.to_bits() as i64).checked_add(right.to_bits() as i64)
                    {
                        set!(a, word_of(sum as u64));
                        {
                            pass!(word >> 8 & 0xff, 2);
                            run_on!()
                        }
                    }
                    arith_slow!(Opcode::Add, left, right)
                }
                Opcode::Sub => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right)
                        && let Some(difference) = (left.to_bits() as i64).checked_sub(right.to_bits() as i64)
                    {
                        set!(a, word_of(difference as u64));
                        next!(2)
                    }
                    arith_slow!(Opcode::Sub, left, right)
                }
                Opcode::AddSmall => {
                    let left = get!(b);
                    if left.is_small()
                        && let Some(sum) = (left.to_bits() as i64).checked_add(w!(2) as i64)
                    {
                        set!(a, word_of(sum as u64));
                        {
                            pass!(word >> 8 & 0xff, 3);
                            run_on!()
                        }
                    }
                    arith_slow!(Opcode::AddSmall, left, word_of(w!(2)))
                }
                Opcode::SubSmall => {
                    let left = get!(b);
                    if left.is_small()
                        && let Some(difference) = (left.to_bits() as i64).checked_sub(w!(2) as i64)
                    {
                        set!(a, word_of(difference as u64));
                        {
                            pass!(word >> 8 & 0xff, 3);
                            run_on!()
                        }
                    }
                    arith_slow!(Opcode::SubSmall, left, word_of(w!(2)))
                }
                Opcode::Mul => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right)
                        && let Some(product) =
                            (left.to_bits() as i64 >> 1).checked_mul(right.to_bits() as i64)
                    {
                        set!(a, word_of(product as u64));
                        next!(2)
                    }
                    arith_slow!(Opcode::Mul, left, right)
                }
                Opcode::IntDiv => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right)
                        && let Some(quotient) =
                            (left.to_bits() as i64 >> 1).checked_div(right.to_bits() as i64 >> 1)
                        && let Some(word) = Word::small(quotient)
                    {
                        set!(a, word);
                        next!(2)
                    }
                    arith_slow!(Opcode::IntDiv, left, right)
                }
                Opcode::IntRem => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right)
                        && let Some(rest) =
                            (left.to_bits() as i64 >> 1).checked_rem(right.to_bits() as i64 >> 1)
                    {
                        set!(a, Word::small_int(rest));
                        next!(2)
                    }
                    arith_slow!(Opcode::IntRem, left, right)
                }
                Opcode::Divide => arith_slow!(Opcode::Divide, get!(b), get!(c)),
                Opcode::BitAnd => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right) {
                        set!(a, word_of(left.to_bits() & right.to_bits()));
                        next!(2)
                    }
                    arith_slow!(Opcode::BitAnd, left, right)
                }
                Opcode::BitOr => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right) {
                        set!(a, word_of(left.to_bits() | right.to_bits()));
                        next!(2)
                    }
                    arith_slow!(Opcode::BitOr, left, right)
                }
                Opcode::BitXor => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right) {
                        set!(a, word_of(left.to_bits() ^ right.to_bits()));
                        next!(2)
                    }
                    arith_slow!(Opcode::BitXor, left, right)
                }
                Opcode::ShiftLeft => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right) {
                        let (value, by) = (left.to_bits() as i64, right.to_bits() as i64 >> 1);
                        if (0..62).contains(&by) && value << by >> by == value {
                            set!(a, word_of((value << by) as u64));
                            next!(2)
                        }
                    }
                    arith_slow!(Opcode::ShiftLeft, left, right)
                }
                Opcode::ShiftRight => {
                    let (left, right) = (get!(b), get!(c));
                    if left.both_small(right) {
                        let (value, by) = (left.to_bits() as i64, right.to_bits() as i64 >> 1);
                        if by >= 0 {
                            set!(a, word_of((value >> by.min(63)) as u64 & !1));
                            next!(2)
                        }
                    }
                    arith_slow!(Opcode::ShiftRight, left, right)
                }
                Opcode::Negate => {
                    let value = get!(b);
                    arith_slow!(Opcode::Negate, value, value)
                }
                Opcode::BitNot => {
                    let value = get!(b);
                    if value.is_small() {
                        set!(a, word_of(!value.to_bits() & !1));
                        next!(2)
                    }
                    arith_slow!(Opcode::BitNot, value, value)
                }
                Opcode::MapGet => {
                    let (subject, key) = (get!(b), get!(c));
                    match map::get(subject, key) {
                        Some(value) => {
                            set!(a, value);
                            next!(2)
                        }
                        None => fail_or_raise!(1, slow!(maps::no_value(machine.heap(), subject, key))),
                    }
                }
                Opcode::MapPut | Opcode::MapUpdate => {
                    let subject = get!(b);
                    let mut pairs: smallvec::SmallVec<[(Word, Word); 8]> = smallvec::SmallVec::new();
                    for index in 0..usize::from(c) {
                        pairs.push((packed!(3, 2 * index), packed!(3, 2 * index + 1)));
                    }
                    let is_put = word as u8 == Opcode::MapPut as u8;
                    let result = slow!(if is_put {
                        maps::put(machine.heap(), subject, &pairs)
                    } else {
                        maps::update(machine.heap(), subject, &pairs)
                    });
                    match result {
                        Ok(map) => {
                            set!(a, map);
                            next_long!()
                        }
                        Err(raised) => fail_or_raise!(2, raised),
                    }
                }
                Opcode::Bif => {
                    let count = usize::from(c);
                    let entry: &'static ExportEntry = &*(w!(3) as *const ExportEntry);
                    let mut args: smallvec::SmallVec<[Word; 4]> = smallvec::SmallVec::new();
                    for index in 0..count {
                        args.push(packed!(4, index));
                    }
                    let head = entry.head();
                    let result = match entry.target() {
                        Target::Bif(index) => slow!(machine.call_bif(index, &args)),
                        _ => slow!(machine.undefined_function(entry, &args)),
                    };
                    match result {
                        BifResult::Value(value) => {
                            set!(a, value);
                            next_long!()
                        }
                        BifResult::Raise(exception) => {
                            fail_or_raise!(2, Raise::of(exception, head.module, head.function, head.arity))
                        }
                        BifResult::Exit(reason) => exit!(reason),
                        // Not a built-in function that may stand here: there is no such function.
                        BifResult::Call(_) | BifResult::Retry | BifResult::Wait => {
                            let exception = Exception::error_atom(atoms::UNDEF);
                            fail_or_raise!(2, Raise::of(exception, head.module, head.function, head.arity))
                        }
                    }
                }
                Opcode::Send => {
                    let (destination, message) = (get!(b), get!(c));
                    match slow!(machine.send(destination, message)) {
                        Ok(()) => {
                            reds -= 1;
                            set!(a, message);
                            next!()
                        }
                        Err(mut exception) => {
                            // As OTP: the operator shows as the function.
                            exception.args =
                                Some(slow!(machine.heap().list(&[destination, message], Word::NIL)));
                            exception.error_info = Some(slow!(trace::operator_error_info(machine.heap())));
                            raise!(Raise::of(exception, atoms::ERLANG, Atom::new("send"), 2))
                        }
                    }
                }
                Opcode::RecvNext => {
                    reds -= 1;
                    if reds <= 0 {
                        save!();
                        let context = machine.context();
                        let wanted = context.is_collection_wanted();
                        if wanted && let Err(reason) = machine.collect(0, &mut []) {
                            exit!(reason)
                        }
                        if machine.context().is_budget_spent() {
                            return match frame::suspend(machine, pc, &mut []) {
                                Ok(()) => Suspend::Yielded,
                                Err(reason) => Suspend::Exited(Outcome::Exit(reason)),
                            };
                        }
                        load!();
                    }
                    match slow!(machine.receive_next()) {
                        Some(message) => {
                            set!(a, message);
                            next!()
                        }
                        None => jump!(word >> 32),
                    }
                }
                Opcode::RecvAccept => {
                    slow!(machine.receive_accept());
                    next!()
                }
                Opcode::RecvSkip => {
                    slow!(machine.receive_skip());
                    next!()
                }
                Opcode::RecvTimedOut => {
                    slow!(machine.receive_timed_out());
                    next!()
                }
                Opcode::Wait => {
                    save!();
                    let target = pc.offset((word >> 32) as i32 as isize);
                    return match frame::suspend(machine, target, &mut []) {
                        Ok(()) => Suspend::Waiting,
                        Err(reason) => Suspend::Exited(Outcome::Exit(reason)),
                    };
                }
                Opcode::WaitTimeout => {
                    let time = get!(a);
                    match slow!(machine.receive_wait(time)) {
                        Ok(WaitFor::Nothing) => jump!(w!(1)),
                        Ok(WaitFor::Message) => {
                            save!();
                            let target = pc.add((word >> 8 & 0xff) as usize);
                            return match frame::suspend(machine, target, &mut []) {
                                Ok(()) => Suspend::Waiting,
                                Err(reason) => Suspend::Exited(Outcome::Exit(reason)),
                            };
                        }
                        Err(exception) => raise!(Raise { exception, builtin: None, is_undefined: false }),
                    }
                }
                Opcode::Woken => {
                    if slow!(machine.is_timeout_up()) {
                        jump!(word >> 32)
                    }
                    jump!(w!(1))
                }
                Opcode::MarkerReserve => {
                    let marker = slow!(machine.marker_reserve());
                    set!(a, marker);
                    next!()
                }
                Opcode::MarkerBind => {
                    slow!(machine.marker_bind(get!(a), get!(b)));
                    next!()
                }
                Opcode::MarkerClear => {
                    slow!(machine.marker_clear(get!(a)));
                    next!()
                }
                Opcode::MarkerUse => {
                    slow!(machine.marker_use(get!(a)));
                    next!()
                }
                Opcode::RaiseValue => {
                    let value = get!(a);
                    let reason = Word::atom(Atom::from_index(u32::from(c)));
                    let reason = slow!(machine.heap().tuple(&[reason, value]));
                    raise!(Raise::error(reason))
                }
                Opcode::IfClause => raise!(Raise::error(Word::atom(atoms::IF_CLAUSE))),
                Opcode::FunctionClause => {
                    let mut args: smallvec::SmallVec<[Word; 8]> = smallvec::SmallVec::new();
                    for index in 0..usize::from(c) {
                        args.push(packed!(2, index));
                    }
                    // A function that was called in the middle of a match has a context for the bitstring.
                    for arg in &mut args {
                        if view::kind(*arg) == Some(Kind::MatchContext) {
                            *arg = slow!(bits::tail(machine.heap(), *arg));
                        }
                    }
                    let args = slow!(machine.heap().list(&args, Word::NIL));
                    let reason = Word::atom(atoms::FUNCTION_CLAUSE);
                    let exception = Exception { args: Some(args), ..Exception::new(Class::Error, reason) };
                    raise!(Raise { exception, builtin: None, is_undefined: false })
                }
                Opcode::Reraise => {
                    let (raw, reason) = (get!(a), get!(b));
                    let class = trace::class(raw).unwrap_or(Class::Error);
                    let exception = Exception { trace: trace::usable(raw), ..Exception::new(class, reason) };
                    raise!(Raise { exception, builtin: None, is_undefined: false })
                }
                Opcode::RawRaise => {
                    let (class, reason, raw) = (get!(a), get!(b), get!(c));
                    match class.as_atom().and_then(Class::from_atom) {
                        Some(class) => {
                            let trace = trace::usable(raw);
                            let exception = Exception { trace, ..Exception::new(class, reason) };
                            raise!(Raise { exception, builtin: None, is_undefined: false })
                        }
                        None => {
                            set!(w!(1) as u16, Word::atom(atoms::BADARG));
                            next!()
                        }
                    }
                }
                Opcode::BuildStacktrace => {
                    let list = slow!(trace::build_stacktrace(machine.heap(), get!(b)));
                    set!(a, list);
                    next!()
                }
                Opcode::CatchValue => {
                    let (class, reason, raw) = (get!(b), get!(c), get!(w!(1) as u16));
                    let value = slow!(trace::catch_value(machine.heap(), class, reason, raw));
                    set!(a, value);
                    next!()
                }
                Opcode::BsStart => match slow!(bits::start(machine.heap(), get!(b))) {
                    Some(context) => {
                        set!(a, context);
                        next!(2)
                    }
                    None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG))),
                },
                Opcode::BsContext => {
                    let context = slow!(bits::context(machine.heap(), get!(b)));
                    set!(a, context);
                    next!()
                }
                Opcode::BsGetInteger => {
                    match slow!(bits::get_integer(machine.heap(), get!(b), get!(c), w!(2))) {
                        Some(value) => {
                            set!(a, value);
                            next!(3)
                        }
                        None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG))),
                    }
                }
                Opcode::BsGetFloat => match slow!(bits::get_float(machine.heap(), get!(b), get!(c), w!(2))) {
                    Some(value) => {
                        set!(a, value);
                        next!(3)
                    }
                    None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG))),
                },
                Opcode::BsGetBinary => match slow!(bits::get_binary(machine.heap(), get!(b), get!(c), w!(2)))
                {
                    Some(value) => {
                        set!(a, value);
                        next!(3)
                    }
                    None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG))),
                },
                Opcode::BsGetRest => match slow!(bits::get_rest(machine.heap(), get!(b), w!(2))) {
                    Some(value) => {
                        set!(a, value);
                        next!(3)
                    }
                    None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG))),
                },
                Opcode::BsTail => {
                    let value = slow!(bits::tail(machine.heap(), get!(b)));
                    set!(a, value);
                    next!()
                }
                Opcode::BsSkip => {
                    if bits::skip(get!(b), get!(c), w!(2)) {
                        next!(3)
                    }
                    fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG)))
                }
                Opcode::BsSkipRest => {
                    if bits::skip_rest(get!(b), w!(2)) {
                        next!(3)
                    }
                    fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG)))
                }
                Opcode::BsTestTail => wide_test!(bits::test(Opcode::BsTestTail, get!(a), w!(2))),
                Opcode::BsTestUnit => wide_test!(bits::test(Opcode::BsTestUnit, get!(a), w!(2))),
                Opcode::BsTestSize => wide_test!(bits::test(Opcode::BsTestSize, get!(a), w!(2))),
                Opcode::BsMatchString => {
                    let bit_len = (w!(2) >> 32) as usize;
                    let bytes = std::slice::from_raw_parts(pc.add(3).cast::<u8>(), bit_len.div_ceil(8));
                    if bits::match_string(get!(a), BitsRef::new(bytes, 0, bit_len)) {
                        next_long!()
                    }
                    jump!(w!(2))
                }
                Opcode::BsGetUtf => match bits::get_code_point(get!(b), w!(2)) {
                    Some(point) => {
                        set!(a, point);
                        next!(3)
                    }
                    None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG))),
                },
                Opcode::BsSkipUtf => {
                    if bits::get_code_point(get!(b), w!(2)).is_some() {
                        next!(3)
                    }
                    fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG)))
                }
                Opcode::BsPosition => {
                    set!(a, bits::position(get!(b)));
                    next!()
                }
                Opcode::BsSetPosition => {
                    bits::set_position(get!(a), get!(b));
                    next!()
                }
                Opcode::BsCreate => {
                    let mut pieces: smallvec::SmallVec<[bits::Piece; 8]> = smallvec::SmallVec::new();
                    for index in 0..usize::from(c) {
                        let (first, second) = (w!(3 + 2 * index), w!(4 + 2 * index));
                        pieces.push(bits::Piece {
                            source: get!(first as u16),
                            size: if first >> 40 & 1 == 1 { Some(get!((first >> 16) as u16)) } else { None },
                            kind: (first >> 32) as u8,
                            unit: second & 0xffff,
                            flags: second & 0xffff_0000,
                        });
                    }
                    match slow!(bits::create(machine.heap(), &pieces)) {
                        Ok(value) => {
                            set!(a, value);
                            next_long!()
                        }
                        Err(raised) => fail_or_raise!(2, raised),
                    }
                }
                Opcode::BsUtf8Size | Opcode::BsUtf16Size => {
                    let op = if word as u8 == Opcode::BsUtf8Size as u8 {
                        Opcode::BsUtf8Size
                    } else {
                        Opcode::BsUtf16Size
                    };
                    match bits::code_point_size(op, get!(b)) {
                        Some(value) => {
                            set!(a, value);
                            next!()
                        }
                        None => fail_or_raise!(1, Raise::error(Word::atom(atoms::BADARG))),
                    }
                }
            }
        }
    }
}
