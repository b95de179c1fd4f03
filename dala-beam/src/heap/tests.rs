use std::collections::HashSet;
use std::rc::Rc;

use dala_ir::abi::{Atom, Word};
use dala_ir::term::{SharedBinary, TermView, TermWriter, binary};
use proptest::prelude::*;

use super::*;

/// A term as plain Rust data.
#[derive(Debug)]
enum Model {
    Int(i64),
    Nil,
    Float(f64),
    Bytes(Vec<u8>),
    Big(u64),
    Cons(Rc<Model>, Rc<Model>),
    Tuple(Vec<Rc<Model>>),
}

fn assert_same(word: Word, model: &Rc<Model>) {
    let mut pending = vec![(word, Rc::clone(model))];
    let mut seen = HashSet::new();
    while let Some((word, model)) = pending.pop() {
        if !seen.insert((word, Rc::as_ptr(&model))) {
            continue;
        }
        match (word.view(), &*model) {
            (TermView::Small(value), Model::Int(expected)) => assert_eq!(value, *expected),
            (TermView::Nil, Model::Nil) => {}
            (TermView::Float(value), Model::Float(expected)) => assert_eq!(value, *expected),
            (TermView::Bits(bits), Model::Bytes(expected)) => {
                assert_eq!(bits.bit_len, expected.len() * 8);
                assert!((0..expected.len()).all(|index| bits.byte(index) == expected[index]));
            }
            (TermView::Big(big), Model::Big(expected)) => assert_eq!(big.limbs, [*expected]),
            (TermView::Cons(head, tail), Model::Cons(model_head, model_tail)) => {
                pending.push((head, Rc::clone(model_head)));
                pending.push((tail, Rc::clone(model_tail)));
            }
            (TermView::Tuple(elements), Model::Tuple(models)) => {
                assert_eq!(elements.len(), models.len());
                pending.extend(elements.iter().copied().zip(models.iter().cloned()));
            }
            (view, model) => panic!("{view:?} is not {model:?}"),
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Int(i64),
    Nil,
    Float(f64),
    Bytes(usize),
    Big(u64),
    Cons(usize, usize),
    Tuple(Vec<usize>),
    SubBinary(usize),
    Garbage(usize),
    Drop(usize),
    Push(usize),
    Minor(usize),
    Major(usize),
    Message(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<i32>().prop_map(|value| Step::Int(value.into())),
        Just(Step::Nil),
        (-1e9f64..1e9).prop_map(Step::Float),
        (0usize..200).prop_map(Step::Bytes),
        (1u64 << 63..).prop_map(Step::Big),
        (any::<usize>(), any::<usize>()).prop_map(|(head, tail)| Step::Cons(head, tail)),
        (any::<usize>(), any::<usize>()).prop_map(|(head, tail)| Step::Cons(head, tail)),
        prop::collection::vec(any::<usize>(), 0..6).prop_map(Step::Tuple),
        any::<usize>().prop_map(Step::SubBinary),
        (1usize..400).prop_map(Step::Garbage),
        any::<usize>().prop_map(Step::Drop),
        any::<usize>().prop_map(Step::Push),
        (0usize..100).prop_map(Step::Minor),
        (0usize..100).prop_map(Step::Major),
        any::<usize>().prop_map(Step::Message),
    ]
}

/// Runs the steps on a heap and on the model and compares all that is reachable after each collection.
fn check(steps: &[Step], stress: bool) {
    let mut heap = Heap::new(HeapOptions { stress, ..HeapOptions::default() });
    let mut words: Vec<Word> = vec![Word::NIL];
    let mut models: Vec<Rc<Model>> = vec![Rc::new(Model::Nil)];
    let mut stacked: Vec<Rc<Model>> = Vec::new();
    for step in steps {
        let pick = |index: usize| index % words.len();
        let (word, model) = match step {
            Step::Int(value) => (Word::small_int(*value), Model::Int(*value)),
            Step::Nil => (Word::NIL, Model::Nil),
            Step::Float(value) => (heap.float(*value), Model::Float(*value)),
            Step::Bytes(len) => {
                let bytes: Vec<u8> = (0..*len).map(|index| index as u8).collect();
                (heap.binary(&bytes), Model::Bytes(bytes))
            }
            Step::Big(limb) => (heap.big(false, &[*limb]), Model::Big(*limb)),
            Step::Cons(head, tail) => {
                let (head, tail) = (pick(*head), pick(*tail));
                let model = Model::Cons(Rc::clone(&models[head]), Rc::clone(&models[tail]));
                (heap.cons(words[head], words[tail]), model)
            }
            Step::Tuple(elements) => {
                let elements: Vec<usize> = elements.iter().map(|&index| pick(index)).collect();
                let parts: Vec<Word> = elements.iter().map(|&index| words[index]).collect();
                let model = Model::Tuple(elements.iter().map(|&index| Rc::clone(&models[index])).collect());
                (heap.tuple(&parts), model)
            }
            Step::SubBinary(index) => {
                let index = pick(*index);
                let Model::Bytes(bytes) = &*models[index] else { continue };
                let from = bytes.len() / 3;
                let part = heap.sub_bits(words[index], from * 8, (bytes.len() - from) * 8).unwrap();
                (part, Model::Bytes(bytes[from..].to_vec()))
            }
            Step::Garbage(cells) => {
                for _ in 0..*cells {
                    heap.cons(words[0], Word::NIL);
                }
                continue;
            }
            Step::Drop(index) => {
                let index = pick(*index);
                if words.len() > 1 {
                    words.remove(index);
                    models.remove(index);
                }
                continue;
            }
            Step::Push(index) => {
                let index = pick(*index);
                if heap.context.free_words() > 0 {
                    heap.push(&[words[index]]);
                    stacked.push(Rc::clone(&models[index]));
                }
                continue;
            }
            Step::Minor(need) | Step::Major(need) => {
                match step {
                    Step::Minor(_) => heap.collect(*need, &mut [&mut words]).unwrap(),
                    _ => heap.collect_major(*need, &mut [&mut words]).unwrap(),
                }
                assert!(heap.context.free_words() >= *need);
                for (&word, model) in words.iter().zip(&models) {
                    assert_same(word, model);
                }
                for (&word, model) in heap.stack().iter().rev().zip(&stacked) {
                    assert_same(word, model);
                }
                continue;
            }
            Step::Message(index) => {
                let index = pick(*index);
                let word = attach_message(&mut heap, words[index]);
                (word, Model::Tuple(vec![Rc::clone(&models[index])]))
            }
        };
        words.push(word);
        models.push(Rc::new(model));
    }
}

/// Attaches `{Term}` as a received message does: a copy in memory of its own.
#[expect(unsafe_code, reason = "plays the message node")]
fn attach_message(heap: &mut Heap, term: Word) -> Word {
    use dala_ir::abi::{Header, Kind};
    use dala_ir::term::{copy_flat, size_in_words};
    use std::ptr::NonNull;

    let size = size_in_words(term, is_literal);
    let mut words = vec![Word::NIL; size + 2 + 1].into_boxed_slice();
    // The first word keeps the length for `free`.
    words[0] = Word::small_int(size as i64 + 3);
    let mut has_offheap = false;
    let start = Box::into_raw(words).cast::<Word>();
    unsafe fn free(memory: NonNull<u8>) {
        // SAFETY: made by `Box::into_raw` with the length in the first word.
        unsafe {
            let start = memory.cast::<Word>().as_ptr();
            let words = (*start).as_small().unwrap() as usize;
            drop(Box::from_raw(std::ptr::slice_from_raw_parts_mut(start, words)));
        }
    }
    // SAFETY: the memory has room for a header, one element and the copy.
    unsafe {
        let copy = copy_flat(term, start.add(3), is_literal, |_| has_offheap = true);
        start.add(1).write(Word::header(Header::new(Kind::Tuple, 1)));
        start.add(2).write(copy);
        let release = Release { memory: NonNull::new(start.cast()).unwrap(), free };
        heap.attach(start.add(1), size + 2, has_offheap, release);
        Word::boxed_at(start.add(1))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_history_keeps_what_is_reachable(steps in prop::collection::vec(step(), 0..120)) {
        check(&steps, false);
    }

    #[test]
    fn any_history_keeps_what_is_reachable_under_stress(steps in prop::collection::vec(step(), 0..80)) {
        check(&steps, true);
    }
}

#[test]
fn deep_lists_and_tuples_survive_both_kinds_of_collection() {
    let mut heap = Heap::new(HeapOptions::default());
    let mut roots = [Word::NIL, Word::NIL];
    for index in 0..1_000_000 {
        if heap.context.free_words() < 8 {
            heap.collect(8, &mut [&mut roots]).unwrap();
        }
        roots[0] = heap.cons(Word::small_int(index), roots[0]);
        roots[1] = heap.tuple(&[roots[1]]);
    }
    heap.collect_major(0, &mut [&mut roots]).unwrap();
    let (mut list, mut expected) = (roots[0], 1_000_000);
    while let TermView::Cons(head, tail) = list.view() {
        expected -= 1;
        assert_eq!(head, Word::small_int(expected));
        list = tail;
    }
    assert_eq!(expected, 0);
    let (mut depth, mut tuple) = (0, roots[1]);
    while let TermView::Tuple(elements) = tuple.view() {
        depth += 1;
        tuple = elements[0];
    }
    assert_eq!(depth, 1_000_000);
}

#[test]
fn short_lived_garbage_keeps_the_heap_small() {
    let mut heap = Heap::new(HeapOptions::default());
    let mut roots = [Word::NIL];
    for index in 0..10_000_000 {
        if heap.context.free_words() < 2 {
            heap.collect(2, &mut [&mut roots]).unwrap();
        }
        roots[0] = heap.cons(Word::small_int(index), Word::NIL);
    }
    assert!(heap.total_words() * 8 < 1 << 20, "{} words", heap.total_words());
}

#[test]
fn minor_collections_never_look_at_old_words_again() {
    let mut heap = Heap::new(HeapOptions::default());
    let mut roots = [Word::NIL];
    for index in 0..10_000 {
        if heap.context.free_words() < 2 {
            heap.collect(2, &mut [&mut roots]).unwrap();
        }
        roots[0] = heap.cons(Word::small_int(index), roots[0]);
    }
    heap.collect_major(0, &mut [&mut roots]).unwrap();
    heap.collect(0, &mut [&mut roots]).unwrap();
    heap.collect(0, &mut [&mut roots]).unwrap();
    let before = heap.counters();
    for _ in 0..100 {
        heap.cons(Word::NIL, Word::NIL);
        heap.collect(0, &mut [&mut roots]).unwrap();
    }
    let after = heap.counters();
    assert_eq!(after.minor, before.minor + 100);
    assert_eq!(after.old_words_scanned, before.old_words_scanned);
    assert_eq!(after.old_words_moved, before.old_words_moved);
}

#[test]
fn dropped_binaries_give_their_count_back() {
    let mut heap = Heap::new(HeapOptions::default());
    let shared = SharedBinary::copy_of(&[1; 500]);
    let kept = heap.shared_bits(shared.clone(), 0, 4000);
    heap.shared_bits(shared.clone(), 0, 800);
    let mut roots = [kept];
    for _ in 0..3 {
        heap.collect(0, &mut [&mut roots]).unwrap();
    }
    assert_eq!(heap.counters().offheap_released, 1);
    assert_eq!(shared.slice(0, 1), &[1]);
    heap.collect_major(0, &mut [&mut []]).unwrap();
    assert_eq!(heap.counters().offheap_released, 2);
    let _ = binary::region_bytes();
}

#[test]
fn literals_and_foreign_words_stay_where_they_are() {
    let mut heap = Heap::new(HeapOptions { stress: true, ..HeapOptions::default() });
    let mut draft = literal_area().draft();
    let literal = draft.tuple(&[Word::small_int(1), Word::atom(Atom::new("literal"))]);
    let mut roots = [heap.cons(literal, Word::NIL)];
    heap.collect(0, &mut [&mut roots]).unwrap();
    let TermView::Cons(head, _) = roots[0].view() else { panic!("lost the list") };
    assert_eq!(head, literal);
    assert_eq!(heap.copy(literal), literal);
    draft.keep();
}

#[test]
fn heap_over_its_limit_is_an_error() {
    let mut heap = Heap::new(HeapOptions { max_words: Some(5_000), ..HeapOptions::default() });
    let mut roots = [Word::NIL];
    let error = loop {
        roots[0] = heap.cons(Word::NIL, roots[0]);
        if heap.context.free_words() < 2
            && let Err(error) = heap.collect(2, &mut [&mut roots])
        {
            break error;
        }
    };
    assert!(matches!(error, HeapLimit::Words { limit: 5_000, .. }), "{error}");
}

#[test]
fn block_shrinks_when_little_was_left_twice() {
    let mut heap = Heap::new(HeapOptions::default());
    let mut roots = [Word::NIL];
    heap.collect(50_000, &mut [&mut roots]).unwrap();
    let grown = heap.block_words();
    assert!(grown >= 50_000);
    heap.collect(0, &mut [&mut roots]).unwrap();
    assert_eq!(heap.block_words(), grown, "the next collection may need it again");
    heap.collect(0, &mut [&mut roots]).unwrap();
    assert!(heap.block_words() < 1000);
}

#[test]
fn large_block_shrinks_at_once_when_little_is_left() {
    let mut heap = Heap::new(HeapOptions::default());
    let mut roots = [Word::NIL];
    heap.collect(1_000_000, &mut [&mut roots]).unwrap();
    assert!(heap.block_words() >= 1_000_000);
    heap.collect(0, &mut [&mut roots]).unwrap();
    assert!(heap.block_words() < 1000);
}

#[test]
fn what_overflowed_gets_room_for_all_that_it_took() {
    let mut heap = Heap::new(HeapOptions { min_words: 1000, ..HeapOptions::default() });
    for index in 0..1000 {
        heap.cons(Word::small_int(index), Word::NIL);
    }
    heap.collect(0, &mut []).unwrap();
    // A size of the series, not just what lay there.
    assert_eq!(heap.block_words(), super::growth::next_size(2000));
}

#[test]
fn new_heap_is_small_until_its_first_collection() {
    let mut heap = Heap::new(HeapOptions::default());
    assert_eq!(heap.block_words(), super::growth::FIRST_WORDS);
    heap.collect(0, &mut []).unwrap();
    assert_eq!(heap.block_words(), super::growth::MIN_WORDS);
    let asked = Heap::new(HeapOptions { min_words: 500, ..HeapOptions::default() });
    assert_eq!(asked.block_words(), 500);
}

#[test]
fn full_block_falls_back_to_fragments_and_asks_for_a_collection() {
    let mut heap = Heap::new(HeapOptions::default());
    heap.context.refill(4000);
    let mut list = [Word::NIL];
    for index in 0..1000 {
        list[0] = heap.cons(Word::small_int(index), list[0]);
    }
    assert!(heap.context.is_collection_wanted());
    assert_eq!(heap.context.reductions, 0);
    heap.collect(0, &mut [&mut list]).unwrap();
    assert_eq!(heap.context.reductions, 4000);
    assert_eq!(dala_ir::term::list_len(list[0]), Some(1000));
}

#[test]
fn a_collection_of_all_that_is_asked_for_is_the_next_one_alone() {
    let mut heap = Heap::new(HeapOptions::default());
    let mut kept = [heap.tuple(&[Word::small_int(1)])];
    // At the second one it is old.
    for _ in 0..2 {
        heap.collect(0, &mut [&mut kept]).unwrap();
    }
    let sizes = heap.sizes();
    assert_eq!((sizes.old, sizes.young, sizes.total()), (2, 0, heap.total_words()));
    kept = [Word::NIL];
    heap.collect(0, &mut [&mut kept]).unwrap();
    assert_eq!(heap.sizes().old, 2, "minor");
    heap.request_major();
    assert!(heap.context.is_collection_wanted() && heap.is_major_due());
    heap.collect(0, &mut [&mut kept]).unwrap();
    assert_eq!((heap.sizes().old, heap.counters().major), (0, 1));
    assert!(!heap.context.is_collection_wanted() && !heap.is_major_due());
}

#[test]
#[expect(unsafe_code, reason = "reads poisoned memory that the heap keeps")]
fn under_stress_a_root_that_was_left_out_is_noticed() {
    let mut heap = Heap::new(HeapOptions { stress: true, ..HeapOptions::default() });
    let kept = heap.tuple(&[Word::small_int(1)]);
    let left_out = heap.tuple(&[Word::small_int(2)]);
    let mut roots = [kept];
    heap.collect(0, &mut [&mut roots]).unwrap();
    assert_ne!(roots[0], kept, "everything moves");
    assert_eq!(dala_ir::term::tuple_elements(roots[0]), Some(&[Word::small_int(1)][..]));
    // What the missing root points to is neither its object nor any other, and stays that way until the block is
    // given back, at the next collection.
    for stale in [kept, left_out] {
        let header = stale.pointer().expect("a tuple");
        // SAFETY: the heap keeps the block that the word points into.
        let found = unsafe { *header };
        assert_eq!(found.to_bits(), super::block::POISON);
        let read = std::panic::catch_unwind(|| dala_ir::term::tuple_elements(stale).map(<[Word]>::len));
        assert!(!matches!(read, Ok(Some(1))), "poison was read as a tuple");
    }
}

#[test]
fn a_heap_of_a_large_block_moves_back_and_forth_until_it_rests() {
    let mut heap = Heap::new(HeapOptions { min_words: 20_000, ..HeapOptions::default() });
    let first = heap.context.base;
    heap.collect(0, &mut []).unwrap();
    assert_ne!(heap.context.base, first);
    assert_eq!(heap.held_words(), heap.total_words() + 20_000);
    heap.collect(0, &mut []).unwrap();
    assert_eq!(heap.context.base, first, "no new block");
    heap.rest();
    assert_eq!(heap.held_words(), heap.total_words());
    heap.collect(0, &mut []).unwrap();
    heap.collect_major(0, &mut []).unwrap();
    assert_eq!(heap.held_words(), heap.total_words(), "who asks for a collection wants memory back");
    // What a limit counts is not kept.
    let mut heap =
        Heap::new(HeapOptions { min_words: 20_000, max_words: Some(50_000), ..HeapOptions::default() });
    heap.collect(0, &mut []).unwrap();
    assert_eq!(heap.held_words(), heap.total_words());
}
