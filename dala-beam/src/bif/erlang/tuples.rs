//! Tuples: `element/2`, `setelement/3`, making, growing and shrinking them.

use dala_ir::abi::Word;
use dala_ir::term::{TermWriter, view};

use crate::bif::Answer;
use crate::bif::arguments::{badarg, index, list, small, tuple};
use crate::process::Process;

/// Most elements of a tuple (OTP: 2^24 - 1).
const MAX_TUPLE_ELEMENTS: usize = (1 << 24) - 1;

/// `element(N, Tuple)`.
pub(crate) fn element(_: &mut Process, [position, tuple_word]: [Word; 2]) -> Answer {
    let elements = tuple(tuple_word)?;
    Ok(elements[place(position, elements.len())?])
}

/// `setelement(N, Tuple, Value)`.
pub(crate) fn setelement(p: &mut Process, [position, tuple_word, value]: [Word; 3]) -> Answer {
    let mut elements = tuple(tuple_word)?.to_vec();
    let place = place(position, elements.len())?;
    elements[place] = value;
    p.charge(elements.len() / 64);
    Ok(p.heap.tuple(&elements))
}

/// `tuple_size(Tuple)`.
pub(crate) fn tuple_size(_: &mut Process, [tuple_word]: [Word; 1]) -> Answer {
    Ok(Word::small_int(tuple(tuple_word)?.len() as i64))
}

/// `size(TupleOrBinary)`.
pub(crate) fn size(_: &mut Process, [term]: [Word; 1]) -> Answer {
    if let Some(elements) = view::tuple_elements(term) {
        return Ok(Word::small_int(elements.len() as i64));
    }
    // A bitstring's odd bits are not counted, unlike in byte_size/1.
    match view::bits(term) {
        Some(bits) => Ok(Word::small_int((bits.bit_len / 8) as i64)),
        None => badarg(),
    }
}

/// `make_tuple(Arity, Value)`.
pub(crate) fn make_tuple(p: &mut Process, [arity, value]: [Word; 2]) -> Answer {
    let elements = vec![value; checked_arity(arity)?];
    p.charge(elements.len() / 64);
    Ok(p.heap.tuple(&elements))
}

/// `make_tuple(Arity, Default, [{Position, Value}])`; of two values for one position the last counts.
pub(crate) fn make_tuple_from(p: &mut Process, [arity, value, pairs]: [Word; 3]) -> Answer {
    let mut elements = vec![value; checked_arity(arity)?];
    for pair in list(pairs)? {
        let &[position, value] = tuple(pair)? else { return badarg() };
        let place = place(position, elements.len())?;
        elements[place] = value;
    }
    p.charge(elements.len() / 64);
    Ok(p.heap.tuple(&elements))
}

/// `append_element(Tuple, Value)`.
pub(crate) fn append_element(p: &mut Process, [tuple_word, value]: [Word; 2]) -> Answer {
    let mut elements = tuple(tuple_word)?.to_vec();
    if elements.len() >= MAX_TUPLE_ELEMENTS {
        return badarg();
    }
    elements.push(value);
    Ok(p.heap.tuple(&elements))
}

/// `insert_element(N, Tuple, Value)`.
pub(crate) fn insert_element(p: &mut Process, [position, tuple_word, value]: [Word; 3]) -> Answer {
    let mut elements = tuple(tuple_word)?.to_vec();
    let place = place(position, elements.len() + 1)?;
    if elements.len() >= MAX_TUPLE_ELEMENTS {
        return badarg();
    }
    elements.insert(place, value);
    Ok(p.heap.tuple(&elements))
}

/// `delete_element(N, Tuple)`.
pub(crate) fn delete_element(p: &mut Process, [position, tuple_word]: [Word; 2]) -> Answer {
    let mut elements = tuple(tuple_word)?.to_vec();
    let place = place(position, elements.len())?;
    elements.remove(place);
    Ok(p.heap.tuple(&elements))
}

/// `list_to_tuple(List)`.
pub(crate) fn list_to_tuple(p: &mut Process, [items]: [Word; 1]) -> Answer {
    let items = list(items)?;
    if items.len() > MAX_TUPLE_ELEMENTS {
        return badarg();
    }
    p.charge(items.len() / 64);
    Ok(p.heap.tuple(&items))
}

/// `tuple_to_list(Tuple)`.
pub(crate) fn tuple_to_list(p: &mut Process, [tuple_word]: [Word; 1]) -> Answer {
    let elements = tuple(tuple_word)?;
    p.charge(elements.len() / 64);
    Ok(p.heap.list(elements, Word::NIL))
}

/// Index from 0 of position `position` (from 1) among `len`.
fn place(position: Word, len: usize) -> Result<usize, dala_ir::interp::Exception> {
    match usize::try_from(small(position)?) {
        Ok(position) if position >= 1 && position <= len => Ok(position - 1),
        _ => badarg(),
    }
}

fn checked_arity(arity: Word) -> Result<usize, dala_ir::interp::Exception> {
    match index(arity)? {
        arity if arity > MAX_TUPLE_ELEMENTS => badarg(),
        arity => Ok(arity),
    }
}
