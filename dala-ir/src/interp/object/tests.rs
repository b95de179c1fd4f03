#![expect(unsafe_code, reason = "reads object code that nothing runs")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::interp::encode;
use crate::term::OwnedTerm;
use crate::text::parse_module;

/// Each kind of relocation, and a switch on so many atoms that they are sorted.
const MODULE: &str = "module 'object_m'
literal lit0 = {1, 'x'}
import import0 = 'object_other':'f'/1
lambda lambda0 = fn1 free 1 index 0 uniq 0
export 'choose'/1 = fn0

function fn0 'choose'/1 {
block0(v0: term):
    switch v0 {
        'switch_aa' => block1(),
        'switch_ab' => block2(),
        'switch_ac' => block3(),
        'switch_ad' => block1(),
        'switch_ae' => block2(),
        'switch_af' => block3(),
        'switch_ag' => block3(),
        'switch_ah' => block2(),
        'switch_ai' => block1(),
        else block3()
    }
block1():
    v1 = const lit0
    return v1
block2():
    tail call_ext import0 v0
block3():
    tail call fn1 v0
}

function fn1 'fun'/1 {
block0(v0: term):
    v1 = make_fun lambda0 v0
    return v1
}
";

fn bytes() -> Vec<u8> {
    encode(&parse_module(MODULE).unwrap()).unwrap().to_bytes()
}

fn read(bytes: &[u8]) -> Result<Object, ObjectError> {
    // SAFETY: nothing runs it.
    unsafe { Object::from_bytes(bytes) }
}

fn linked(object: Object) -> Arc<CodeModule> {
    let literals: Vec<OwnedTerm> = (0..object.literals).map(|_| OwnedTerm::from(Atom::new("x"))).collect();
    let literals: Vec<Word> = literals.iter().map(OwnedTerm::root).collect();
    let import = |import: &Import| ExportEntry::leak(import.module, import.function, import.arity);
    object.link(&literals, [0; 16], import).unwrap()
}

/// Where the switch at `at` leads, by key, and its keys as they stand.
fn cases(code: &CodeModule, at: u32) -> (BTreeMap<&'static str, u32>, Vec<u64>) {
    let word = |index: usize| code.word(at as usize + index);
    let count = word(2) as u32 as usize;
    let keys: Vec<u64> = (0..count).map(|index| word(3 + index)).collect();
    let target = |index: usize| (word(3 + count + index / 2) >> (32 * (index % 2))) as u32;
    // SAFETY: the switch has atoms only.
    let name = |index: usize| unsafe { Word::from_bits(keys[index]) }.as_atom().unwrap().text();
    ((0..count).map(|index| (name(index), target(index))).collect(), keys)
}

#[test]
fn keys_are_sorted_where_atoms_have_other_numbers() {
    let here = linked(read(&bytes()).unwrap());
    // As if atoms of these names had been made in another order.
    for name in ["another_ai", "another_ac", "another_aa", "another_ab"] {
        Atom::new(name);
    }
    let mut bytes = bytes();
    for at in 0..bytes.len() - 7 {
        if &bytes[at..at + 7] == b"switch_" {
            bytes.splice(at - 1..at + 7, *b"\x0aanother_");
        }
    }
    let object = read(&bytes).unwrap();
    let at = object.switches[0];
    let there = linked(object);
    let ((targets, keys), (others, other_keys)) = (cases(&here, at), cases(&there, at));
    assert!(keys.is_sorted() && other_keys.is_sorted());
    let renamed = |(name, target): (&&str, &u32)| (name.replace("switch_", "another_"), *target);
    let renamed: BTreeMap<String, u32> = targets.iter().map(renamed).collect();
    let others: BTreeMap<String, u32> =
        others.into_iter().map(|(name, target)| (name.to_owned(), target)).collect();
    assert_eq!(others, renamed);
}

proptest! {
    #[test]
    fn other_bytes_are_refused_or_are_an_object(at in 0usize..1 << 16, byte: u8, end in 0usize..1 << 16) {
        let mut bytes = bytes();
        let (length, at) = (bytes.len(), at % bytes.len());
        bytes[at] = byte;
        bytes.truncate(length - end % 8);
        if let Ok(object) = read(&bytes) {
            linked(object);
        }
    }
}
