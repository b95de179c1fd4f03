//! Lists, tuples and funs: taking apart and building. Room was made by a heap check.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::moves::word_of_code;
use crate::abi::{Header, Kind, Word, atoms};
use crate::interp::state::{State, handler};

/// Low byte of a tuple's header.
const TUPLE_HEADER: u8 = Word::header(Header::new(Kind::Tuple, 0)).to_bits() as u8;

/// Address of a cons cell.
#[inline(always)]
fn cell(list: Word) -> *const Word {
    (list.to_bits() - 1) as *const Word
}

/// Address of a tuple of more than `index` elements, or null of anything else.
#[inline(always)]
unsafe fn tuple_with(word: Word, index: usize) -> *mut Word {
    if word.is_boxed() {
        let object = (word.to_bits() - 3) as *mut Word;
        // SAFETY: a boxed object starts with its header.
        let header = unsafe { (*object).to_bits() };
        if header as u8 == TUPLE_HEADER && index < (header >> 8) as usize {
            return object;
        }
    }
    std::ptr::null_mut()
}

handler! {
    fn bool_term(s) {
        let is_true = s.get(s.b()) != Word::small_int(0);
        s.set(s.a(), Word::atom(if is_true { atoms::TRUE } else { atoms::FALSE }));
        s.next_len()
    }
}

handler! {
    fn head(s) {
        let list = s.get(s.b());
        if !list.is_cons() {
            return s.misfit();
        }
        s.set(s.a(), *cell(list));
        s.next_len()
    }
}

handler! {
    fn quick_head[const A: bool, const B: bool](s) {
        let list = s.read::<B>(s.b());
        if !list.is_cons() {
            return s.general();
        }
        s.write::<A>(s.a(), *cell(list));
        s.next(1)
    }
}

handler! {
    fn tail(s) {
        let list = s.get(s.b());
        if !list.is_cons() {
            return s.misfit();
        }
        s.set(s.a(), *cell(list).add(1));
        s.next_len()
    }
}

handler! {
    fn quick_tail[const A: bool, const B: bool](s) {
        let list = s.read::<B>(s.b());
        if !list.is_cons() {
            return s.general();
        }
        s.write::<A>(s.a(), *cell(list).add(1));
        s.next(1)
    }
}

handler! {
    fn head_tail(s) {
        let list = s.get(s.b());
        if !list.is_cons() {
            return s.misfit();
        }
        let (head, tail) = (*cell(list), *cell(list).add(1));
        s.set(s.a(), head);
        s.set(s.c(), tail);
        s.next_len()
    }
}

handler! {
    fn quick_head_tail[const A: bool, const B: bool, const C: bool](s) {
        let list = s.read::<B>(s.b());
        if !list.is_cons() {
            return s.general();
        }
        let (head, tail) = (*cell(list), *cell(list).add(1));
        s.write::<A>(s.a(), head);
        s.write::<C>(s.c(), tail);
        s.next(1)
    }
}

handler! {
    fn tuple_get(s) {
        let index = usize::from(s.c());
        let object = tuple_with(s.get(s.b()), index);
        if object.is_null() {
            return s.misfit();
        }
        s.set(s.a(), *object.add(1 + index));
        s.next_len()
    }
}

handler! {
    fn quick_tuple_get[const A: bool, const B: bool](s) {
        let index = usize::from(s.c());
        let object = tuple_with(s.read::<B>(s.b()), index);
        if object.is_null() {
            return s.general();
        }
        s.write::<A>(s.a(), *object.add(1 + index));
        s.next(1)
    }
}

handler! {
    fn tuple_get_far(s) {
        let index = s.w(1) as usize;
        let object = tuple_with(s.get(s.b()), index);
        if object.is_null() {
            return s.misfit();
        }
        s.set(s.a(), *object.add(1 + index));
        s.next_len()
    }
}

handler! {
    fn tuple_set(s) {
        let index = s.w(1) as usize;
        let object = tuple_with(s.get(s.b()), index);
        if object.is_null() {
            return s.misfit();
        }
        *object.add(1 + index) = s.get(s.a());
        s.next_len()
    }
}

/// Makes a cell.
#[inline(always)]
unsafe fn push_cell(s: &mut State, head: Word, tail: Word) -> Word {
    // SAFETY: a heap check has made room.
    unsafe {
        *s.hp = head;
        *s.hp.add(1) = tail;
        let list = Word::cons_at(s.hp);
        s.hp = s.hp.add(2);
        list
    }
}

handler! {
    fn cons(s) {
        let (head, tail) = (s.get(s.b()), s.get(s.c()));
        let list = push_cell(&mut s, head, tail);
        s.set(s.a(), list);
        s.next_len()
    }
}

handler! {
    fn quick_cons[const A: bool, const B: bool, const C: bool](s) {
        let (head, tail) = (s.read::<B>(s.b()), s.read::<C>(s.c()));
        let list = push_cell(&mut s, head, tail);
        s.write::<A>(s.a(), list);
        s.next(1)
    }
}

handler! {
    fn cons_checked(s) {
        let need = s.w(2) as usize;
        if !s.has_room(need) && !s.collect(need, s.pc.add(1), 1) {
            return s.stopped();
        }
        let (head, tail) = (s.get(s.b()), s.get(s.c()));
        let list = push_cell(&mut s, head, tail);
        s.set(s.a(), list);
        s.next_len()
    }
}

handler! {
    fn quick_cons_checked[const A: bool, const B: bool, const C: bool](s) {
        if !s.has_room(s.w(2) as usize) {
            return s.general();
        }
        let (head, tail) = (s.read::<B>(s.b()), s.read::<C>(s.c()));
        let list = push_cell(&mut s, head, tail);
        s.write::<A>(s.a(), list);
        s.next(3)
    }
}

handler! {
    fn tuple(s) {
        let count = usize::from(s.c());
        let object = s.hp;
        *object = Word::header(Header::new(Kind::Tuple, count));
        for index in 0..count {
            *object.add(1 + index) = s.packed(2, index);
        }
        s.hp = object.add(1 + count);
        s.set(s.a(), Word::boxed_at(object));
        s.next_long()
    }
}

handler! {
    fn tuple_update(s) {
        let size = (s.w(1) >> 32) as usize;
        let tuple = s.get(s.b());
        let old = if size == 0 { std::ptr::null_mut() } else { tuple_with(tuple, size - 1) };
        if old.is_null() || (*old).to_bits() >> 8 != size as u64 {
            return s.misfit();
        }
        let object = s.hp;
        object.copy_from_nonoverlapping(old, size + 1);
        for index in 0..usize::from(s.c()) {
            let change = s.w(2 + index);
            *object.add(1 + change as u32 as usize) = s.get((change >> 32) as u16);
        }
        s.hp = object.add(1 + size);
        s.set(s.a(), Word::boxed_at(object));
        s.next_long()
    }
}

handler! {
    fn make_fun(s) {
        let free = usize::from(s.c());
        let object = s.hp;
        *object = Word::header(Header::new(Kind::Fun, free + 2));
        *object.add(1) = word_of_code(s.w(2));
        *object.add(2) = Word::small_int(free as i64);
        for index in 0..free {
            *object.add(3 + index) = s.packed(3, index);
        }
        s.hp = object.add(3 + free);
        s.set(s.a(), Word::boxed_at(object));
        s.next_long()
    }
}
