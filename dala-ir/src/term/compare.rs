//! Equality and the order of terms (Erlang reference manual, "Term Comparisons").
//!
//! number < atom < reference < fun < port < pid < tuple < map < nil < list < bitstring. Integers and floats compare
//! by their exact mathematical values, also past 2^53. Maps compare by size, then keys in ascending key order, then
//! values; among keys, integers come before floats. All walks keep a worklist; only maps of more than 32 keys that
//! have such maps as keys, nested, use a little native stack, and that is bounded by `MAX_SORT_DEPTH`.

use std::cmp::Ordering;

use smallvec::SmallVec;

use super::map::MapIter;
use super::view::{self, BitsRef, ExternalRef, FunRef, MapRef, ReferenceRef, TermView};
use crate::abi::Word;

/// How deep keys of big maps are sorted inside a comparison of keys of big maps; deeper ones compare in the order
/// they iterate in, which is an order too, only not OTP's.
const MAX_SORT_DEPTH: u32 = 16;

/// `A =:= B`
#[inline]
pub fn eq_exact(a: Word, b: Word) -> bool {
    // Equal integers are both small or both big, so an immediate equals only itself.
    a == b || (a.is_pointer() && b.is_pointer() && eq_pointers(a, b, true))
}

/// `A == B`
#[inline]
pub fn eq_loose(a: Word, b: Word) -> bool {
    a == b || ((a.is_pointer() || b.is_pointer()) && eq_pointers(a, b, false))
}

/// The order of `<`, `lists:sort/1` and `ordered_set` tables: `1` and `1.0` are equal.
#[inline]
pub fn cmp(a: Word, b: Word) -> Ordering {
    cmp_in(a, b, false)
}

/// The order of map keys: as [`cmp`], but any integer comes before any float, so that only what `=:=` holds for
/// is equal.
#[inline]
pub fn cmp_exact(a: Word, b: Word) -> Ordering {
    cmp_in(a, b, true)
}

#[inline]
fn cmp_in(a: Word, b: Word, exact: bool) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    if let (Some(a), Some(b)) = (a.as_small(), b.as_small()) {
        return a.cmp(&b);
    }
    if let (Some(a), Some(b)) = (a.as_atom(), b.as_atom()) {
        return a.cmp_text(b);
    }
    cmp_terms(a, b, exact, 0)
}

/// Two sequences of terms still to be compared, the first of them first.
struct Pending<'a> {
    a: &'a [Word],
    b: &'a [Word],
    exact: bool,
}

/// Few terms are deep, so nearly always without an allocation.
type Worklist<'a> = SmallVec<[Pending<'a>; 4]>;

fn eq_pointers(a: Word, b: Word, exact: bool) -> bool {
    let mut pending: Worklist<'_> = Worklist::new();
    let (mut a, mut b, mut exact) = (a, b, exact);
    loop {
        if a != b {
            match (a.view(), b.view()) {
                (TermView::Cons(head_a, tail_a), TermView::Cons(head_b, tail_b)) => {
                    // Heads that are no pointers are settled here, without the worklist.
                    if head_a != head_b && !settle_or_push(&mut pending, head_a, head_b, exact, a, b) {
                        return false;
                    }
                    (a, b) = (tail_a, tail_b);
                    continue;
                }
                (TermView::Tuple(x), TermView::Tuple(y)) => {
                    // What is alike in front is settled here, as most of it is.
                    let alike = x.iter().zip(y).take_while(|(a, b)| a == b).count();
                    if x.len() != y.len() {
                        return false;
                    }
                    if alike < x.len() {
                        pending.push(Pending { a: &x[alike..], b: &y[alike..], exact });
                    }
                }
                (TermView::Map(x), TermView::Map(y)) => {
                    if !push_equal_maps(&mut pending, x, y, exact) {
                        return false;
                    }
                }
                (TermView::Fun(x), TermView::Fun(y)) => {
                    if fun_key(x) != fun_key(y) {
                        return false;
                    }
                    pending.push(Pending { a: x.free, b: y.free, exact });
                }
                (x, y) => {
                    if !leaves_equal(x, y, exact) {
                        return false;
                    }
                }
            }
        }
        loop {
            let Some(next) = pending.last_mut() else { return true };
            match (next.a.split_first(), next.b.split_first()) {
                (Some((&first_a, rest_a)), Some((&first_b, rest_b))) => {
                    (a, b, exact) = (first_a, first_b, next.exact);
                    (next.a, next.b) = (rest_a, rest_b);
                    if rest_a.is_empty() {
                        pending.pop();
                    }
                    break;
                }
                _ => {
                    pending.pop();
                }
            }
        }
    }
}

/// Compares heads of two cells whose equality is plain, or leaves them for later. False when they differ.
fn settle_or_push(
    pending: &mut Worklist<'_>,
    head_a: Word,
    head_b: Word,
    exact: bool,
    cell_a: Word,
    cell_b: Word,
) -> bool {
    if !head_a.is_pointer() && !head_b.is_pointer() {
        return false;
    }
    if exact && head_a.is_pointer() != head_b.is_pointer() {
        return false;
    }
    if let (Some(a), Some(b)) = (head_slice(cell_a), head_slice(cell_b)) {
        pending.push(Pending { a, b, exact });
    }
    true
}

/// The head of a cons cell as a slice of one word.
fn head_slice<'a>(cell: Word) -> Option<&'a [Word]> {
    view::cell(cell).map(|cell| &cell[..1])
}

fn push_equal_maps<'a>(pending: &mut Worklist<'a>, x: MapRef<'a>, y: MapRef<'a>, exact: bool) -> bool {
    if x.len() != y.len() {
        return false;
    }
    match (x, y) {
        (MapRef::Flat { keys, values, .. }, MapRef::Flat { keys: other_keys, values: other_values, .. }) => {
            pending.push(Pending { a: values, b: other_values, exact });
            if !std::ptr::eq(keys, other_keys) {
                pending.push(Pending { a: keys, b: other_keys, exact: true });
            }
            true
        }
        // Equal key sets make equal tries, so equal maps iterate in the same order.
        _ => {
            for (leaf_a, leaf_b) in MapIter::leaves(x).zip(MapIter::leaves(y)) {
                if leaf_a == leaf_b {
                    continue;
                }
                let (Some(a), Some(b)) = (view::cell(leaf_a), view::cell(leaf_b)) else { return false };
                if !a[0].is_pointer() && a[0] != b[0] {
                    return false;
                }
                pending.push(Pending { a: &a[1..], b: &b[1..], exact });
                pending.push(Pending { a: &a[..1], b: &b[..1], exact: true });
            }
            true
        }
    }
}

fn leaves_equal(x: TermView<'_>, y: TermView<'_>, exact: bool) -> bool {
    match (x, y) {
        (TermView::Float(x), TermView::Float(y)) => x == y,
        (TermView::Big(x), TermView::Big(y)) => x == y,
        (TermView::Bits(x), TermView::Bits(y)) => x.bit_len == y.bit_len && cmp_bits(x, y).is_eq(),
        (TermView::Reference(x), TermView::Reference(y)) => x.number() == y.number(),
        (TermView::ExportFun(x), TermView::ExportFun(y)) => x.head == y.head,
        (TermView::ExternalPid(x), TermView::ExternalPid(y))
        | (TermView::ExternalPort(x), TermView::ExternalPort(y))
        | (TermView::ExternalReference(x), TermView::ExternalReference(y)) => cmp_by_node(x, y).is_eq(),
        (x, y) if !exact => cmp_numbers(x, y) == Some(Ordering::Equal),
        _ => false,
    }
}

/// Place of a term's type in the order of types.
fn rank(view: &TermView<'_>) -> u8 {
    match view {
        TermView::Small(_) | TermView::Big(_) | TermView::Float(_) => 0,
        TermView::Atom(_) => 1,
        TermView::Reference(_) | TermView::ExternalReference(_) => 2,
        TermView::Fun(_) => 3,
        TermView::ExportFun(_) => 4,
        TermView::Port(_) | TermView::ExternalPort(_) => 5,
        TermView::Pid(_) | TermView::ExternalPid(_) => 6,
        TermView::Tuple(_) => 7,
        TermView::Map(_) => 8,
        TermView::Nil => 9,
        TermView::Cons(..) => 10,
        TermView::Bits(_) => 11,
        TermView::Hidden => 12,
    }
}

fn cmp_terms(a: Word, b: Word, exact: bool, depth: u32) -> Ordering {
    let mut pending: Worklist<'_> = Worklist::new();
    let (mut a, mut b, mut exact) = (a, b, exact);
    loop {
        if a != b {
            let (x, y) = (a.view(), b.view());
            let order = match (x, y) {
                (TermView::Cons(head_a, tail_a), TermView::Cons(head_b, tail_b)) => {
                    if head_a == head_b {
                        (a, b) = (tail_a, tail_b);
                        continue;
                    }
                    if let (Some(x), Some(y)) = (view::cell(a), view::cell(b)) {
                        pending.push(Pending { a: &x[1..], b: &y[1..], exact });
                    }
                    (a, b) = (head_a, head_b);
                    continue;
                }
                (TermView::Tuple(x), TermView::Tuple(y)) => x.len().cmp(&y.len()).then_with(|| {
                    pending.push(Pending { a: x, b: y, exact });
                    Ordering::Equal
                }),
                (TermView::Map(x), TermView::Map(y)) => x.len().cmp(&y.len()).then_with(|| {
                    push_maps(&mut pending, x, y, exact, depth);
                    Ordering::Equal
                }),
                (TermView::Fun(x), TermView::Fun(y)) => cmp_fun_heads(x, y).then_with(|| {
                    pending.push(Pending { a: x.free, b: y.free, exact });
                    Ordering::Equal
                }),
                (x, y) => cmp_leaves(x, y, exact),
            };
            if order.is_ne() {
                return order;
            }
        }
        loop {
            let Some(next) = pending.last_mut() else { return Ordering::Equal };
            match (next.a.split_first(), next.b.split_first()) {
                (Some((&first_a, rest_a)), Some((&first_b, rest_b))) => {
                    (a, b, exact) = (first_a, first_b, next.exact);
                    (next.a, next.b) = (rest_a, rest_b);
                    if rest_a.is_empty() {
                        pending.pop();
                    }
                    break;
                }
                _ => {
                    pending.pop();
                }
            }
        }
    }
}

fn push_maps<'a>(pending: &mut Worklist<'a>, x: MapRef<'a>, y: MapRef<'a>, exact: bool, depth: u32) {
    match (x, y) {
        (MapRef::Flat { keys, values, .. }, MapRef::Flat { keys: other_keys, values: other_values, .. }) => {
            pending.push(Pending { a: values, b: other_values, exact });
            pending.push(Pending { a: keys, b: other_keys, exact: true });
        }
        _ => {
            let sorted = |map| {
                let mut leaves: Vec<&'a [Word; 2]> = MapIter::leaves(map).filter_map(view::cell).collect();
                if depth < MAX_SORT_DEPTH {
                    leaves.sort_by(|a, b| cmp_terms(a[0], b[0], true, depth + 1));
                }
                leaves
            };
            let (a, b) = (sorted(x), sorted(y));
            pending.extend(a.iter().zip(&b).rev().map(|(a, b)| Pending { a: &a[1..], b: &b[1..], exact }));
            pending.extend(a.iter().zip(&b).rev().map(|(a, b)| Pending {
                a: &a[..1],
                b: &b[..1],
                exact: true,
            }));
        }
    }
}

fn cmp_leaves(x: TermView<'_>, y: TermView<'_>, exact: bool) -> Ordering {
    match (x, y) {
        (TermView::Atom(x), TermView::Atom(y)) => x.cmp_text(y),
        (TermView::Pid(x), TermView::Pid(y)) => x.cmp(&y),
        (TermView::Port(x), TermView::Port(y)) => x.cmp(&y),
        (TermView::Reference(x), TermView::Reference(y)) => cmp_references(x, y),
        (TermView::Bits(x), TermView::Bits(y)) => cmp_bits(x, y),
        (TermView::ExternalPid(x), TermView::ExternalPid(y)) => cmp_by_number(x, y),
        (TermView::ExternalPort(x), TermView::ExternalPort(y))
        | (TermView::ExternalReference(x), TermView::ExternalReference(y)) => cmp_by_node(x, y),
        // Ours come before those of other nodes.
        (TermView::Pid(_) | TermView::Port(_) | TermView::Reference(_), y) if rank(&x) == rank(&y) => {
            Ordering::Less
        }
        (x, TermView::Pid(_) | TermView::Port(_) | TermView::Reference(_)) if rank(&x) == rank(&y) => {
            Ordering::Greater
        }
        (TermView::ExportFun(x), TermView::ExportFun(y)) => (x.head.module.text().cmp(y.head.module.text()))
            .then_with(|| x.head.function.text().cmp(y.head.function.text()))
            .then_with(|| x.head.arity.cmp(&y.head.arity)),
        (TermView::Float(_), TermView::Small(_) | TermView::Big(_)) if exact => Ordering::Greater,
        (TermView::Small(_) | TermView::Big(_), TermView::Float(_)) if exact => Ordering::Less,
        (x, y) => cmp_numbers(x, y).unwrap_or_else(|| rank(&x).cmp(&rank(&y))),
    }
}

fn cmp_references(x: ReferenceRef, y: ReferenceRef) -> Ordering {
    x.number().cmp(&y.number())
}

/// The order of pids: by their numbers first, whatever their node.
fn cmp_by_number(x: ExternalRef<'_>, y: ExternalRef<'_>) -> Ordering {
    cmp_numbers_of(x, y).then_with(|| cmp_nodes(x, y))
}

/// The order of ports and references: by their node first.
fn cmp_by_node(x: ExternalRef<'_>, y: ExternalRef<'_>) -> Ordering {
    cmp_nodes(x, y).then_with(|| cmp_numbers_of(x, y))
}

fn cmp_nodes(x: ExternalRef<'_>, y: ExternalRef<'_>) -> Ordering {
    x.node.text().cmp(y.node.text()).then_with(|| x.creation.cmp(&y.creation))
}

/// The most significant number comes last; those that a short reference leaves out are 0.
fn cmp_numbers_of(x: ExternalRef<'_>, y: ExternalRef<'_>) -> Ordering {
    let count = x.numbers().count().max(y.numbers().count());
    let at = |external: ExternalRef<'_>, place| external.numbers().nth(place).unwrap_or(0);
    (0..count)
        .rev()
        .map(|place| at(x, place).cmp(&at(y, place)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn fun_key(fun: FunRef<'_>) -> (u32, u32, u32, usize) {
    (fun.head.module.index(), fun.head.index, fun.head.old_uniq, fun.free.len())
}

fn cmp_fun_heads(x: FunRef<'_>, y: FunRef<'_>) -> Ordering {
    (x.head.module.text().cmp(y.head.module.text()))
        .then_with(|| x.head.index.cmp(&y.head.index))
        .then_with(|| x.head.old_uniq.cmp(&y.head.old_uniq))
        .then_with(|| x.free.len().cmp(&y.free.len()))
}

/// Orders two numbers by value; `None` when one of them is no number.
fn cmp_numbers(x: TermView<'_>, y: TermView<'_>) -> Option<Ordering> {
    use super::big::{cmp_big, cmp_big_float, cmp_int_float};
    Some(match (x, y) {
        (TermView::Small(x), TermView::Small(y)) => x.cmp(&y),
        (TermView::Float(x), TermView::Float(y)) => x.partial_cmp(&y).unwrap_or(Ordering::Equal),
        (TermView::Big(x), TermView::Big(y)) => cmp_big(x, y),
        // A big integer lies outside the range of smalls.
        (TermView::Small(_), TermView::Big(y)) => {
            if y.negative {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
        (TermView::Big(x), TermView::Small(_)) => {
            if x.negative {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        }
        (TermView::Small(x), TermView::Float(y)) => cmp_int_float(x, y),
        (TermView::Float(x), TermView::Small(y)) => cmp_int_float(y, x).reverse(),
        (TermView::Big(x), TermView::Float(y)) => cmp_big_float(x, y),
        (TermView::Float(x), TermView::Big(y)) => cmp_big_float(y, x).reverse(),
        _ => return None,
    })
}

/// Orders bitstrings: bit by bit, and the shorter first where one starts the other.
pub fn cmp_bits(x: BitsRef<'_>, y: BitsRef<'_>) -> Ordering {
    if let (Some(x), Some(y)) = (x.as_bytes(), y.as_bytes()) {
        return x.cmp(y);
    }
    let common = x.bit_len.min(y.bit_len);
    for index in 0..common / 8 {
        let order = x.byte(index).cmp(&y.byte(index));
        if order.is_ne() {
            return order;
        }
    }
    let rest = common % 8;
    if rest > 0 {
        let mask = 0xff << (8 - rest);
        let order = (x.byte(common / 8) & mask).cmp(&(y.byte(common / 8) & mask));
        if order.is_ne() {
            return order;
        }
    }
    x.bit_len.cmp(&y.bit_len)
}

#[cfg(test)]
mod tests;
