use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::term::owned::Fragment;
use crate::term::view::ListIter;

fn keys_in_order(map: Word) -> Vec<i64> {
    view::map(map).unwrap().iter().map(|(key, _)| key.as_small().unwrap()).collect()
}

#[test]
fn big_maps_iterate_in_otps_order() {
    let w = &mut Fragment::new();
    let one = Word::small_int(1);
    let pairs: Vec<_> = (1..=33).map(|key| (Word::small_int(key), one)).collect();
    let map = from_pairs(w, &pairs);
    // maps:keys(maps:from_list([{X, 1} || X <- lists:seq(1, 33)])) of OTP 25
    let otp = [
        33, 12, 23, 29, 30, 26, 31, 11, 9, 32, 25, 28, 6, 13, 20, 15, 14, 2, 7, 1, 8, 3, 17, 22, 21, 4, 24,
        10, 27, 19, 5, 18, 16,
    ];
    assert_eq!(keys_in_order(map), otp);
    let backwards: Vec<i64> =
        view::map(map).unwrap().iter_next().map(|(key, _)| key.as_small().unwrap()).collect();
    assert_eq!(backwards, otp.into_iter().rev().collect::<Vec<_>>());
}

#[test]
fn big_maps_with_tuple_list_and_binary_keys_iterate_in_otps_order() {
    let w = &mut Fragment::new();
    let one = Word::small_int(1);
    let mut order = |make: &dyn Fn(&mut Fragment, Word) -> Word, read: &dyn Fn(Word) -> i64| -> Vec<i64> {
        let pairs: Vec<_> = (1..=33).map(|key| (make(w, Word::small_int(key)), one)).collect();
        let map = from_pairs(w, &pairs);
        view::map(map).unwrap().iter().map(|(key, _)| read(key)).collect()
    };
    let lists = order(&|w, key| w.list(&[key], Word::NIL), &|key| {
        ListIter::new(key).next().unwrap().as_small().unwrap()
    });
    assert_eq!(
        lists,
        [
            1, 33, 29, 25, 8, 9, 17, 24, 21, 26, 6, 19, 23, 13, 27, 14, 11, 7, 5, 22, 12, 15, 28, 31, 30, 2,
            10, 4, 3, 16, 20, 32, 18
        ]
    );
    let binaries = order(&|w, key| w.binary(&[key.as_small().unwrap() as u8]), &|key| {
        i64::from(view::bytes(key).unwrap()[0])
    });
    assert_eq!(
        binaries,
        [
            7, 17, 3, 22, 20, 26, 16, 2, 12, 33, 15, 24, 1, 18, 21, 27, 4, 10, 30, 5, 11, 8, 6, 32, 23, 13,
            14, 29, 19, 28, 31, 9, 25
        ]
    );
}

#[derive(Clone, Debug)]
enum Change {
    Put(i64, i64),
    Remove(i64),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let key = prop_oneof![0..80i64, Just(i64::MAX >> 1), Just(1 << 60)];
    prop::collection::vec(
        prop_oneof![
            3 => (key.clone(), any::<i32>()).prop_map(|(key, value)| Change::Put(key, i64::from(value))),
            1 => key.prop_map(Change::Remove),
        ],
        0..300,
    )
}

proptest! {
    #[test]
    fn maps_agree_with_a_model_through_any_changes(changes in changes()) {
        let w = &mut Fragment::new();
        let mut map = from_pairs(w, &[]);
        let mut model = BTreeMap::new();
        for change in changes {
            match change {
                Change::Put(key, value) => {
                    map = put(w, map, Word::small_int(key), Word::small_int(value)).unwrap();
                    model.insert(key, value);
                }
                Change::Remove(key) => {
                    let removed = remove(w, map, Word::small_int(key));
                    let value = model.remove(&key);
                    prop_assert_eq!(removed.map(|(_, value)| value), value.map(Word::small_int));
                    map = removed.map_or(map, |(rest, _)| rest);
                }
            }
        }
        let view = view::map(map).unwrap();
        prop_assert_eq!(view.len(), model.len());
        prop_assert_eq!(matches!(view, MapRef::Flat { .. }), model.len() <= FLAT_MAX);
        for (&key, &value) in &model {
            prop_assert_eq!(get(map, Word::small_int(key)), Some(Word::small_int(value)));
        }
        // However a map came about, it is the same as one made at once: same form, same order.
        let pairs: Vec<_> = model.iter().map(|(&k, &v)| (Word::small_int(k), Word::small_int(v))).collect();
        let fresh = from_pairs(w, &pairs);
        prop_assert_eq!(keys_in_order(map), keys_in_order(fresh));
        prop_assert!(crate::term::compare::eq_exact(map, fresh));
        prop_assert!(crate::term::compare::cmp(map, fresh).is_eq());
    }

    #[test]
    fn merge_prefers_the_second_map(a in prop::collection::btree_map(0..200i64, 0..9i64, 0..120), b in prop::collection::btree_map(0..200i64, 10..19i64, 0..120)) {
        let w = &mut Fragment::new();
        let mut make = |model: &BTreeMap<i64, i64>| {
            let pairs: Vec<_> = model.iter().map(|(&k, &v)| (Word::small_int(k), Word::small_int(v))).collect();
            from_pairs(w, &pairs)
        };
        let (x, y) = (make(&a), make(&b));
        let mut model = a.clone();
        model.extend(b.clone());
        let expected = make(&model);
        let merged = merge(w, x, y).unwrap();
        prop_assert!(crate::term::compare::eq_exact(merged, expected));
    }
}

proptest! {
    #[test]
    fn putting_all_is_putting_one_by_one(base in prop::collection::btree_map(0..90i64, 0..9i64, 0..80), pairs in prop::collection::vec((0..90i64, 10..19i64), 0..20)) {
        let w = &mut Fragment::new();
        let word = |(key, value): (i64, i64)| (Word::small_int(key), Word::small_int(value));
        let base: Vec<_> = base.into_iter().map(word).collect();
        let pairs: Vec<_> = pairs.into_iter().map(word).collect();
        let start = from_pairs(w, &base);
        let all = put_all(w, start, &pairs).unwrap();
        let single = pairs.iter().fold(start, |map, &(key, value)| put(w, map, key, value).unwrap());
        prop_assert!(crate::term::compare::eq_exact(all, single));
    }
}

#[test]
fn one_and_one_float_are_two_keys() {
    let w = &mut Fragment::new();
    let float = w.float(1.0);
    let map = from_pairs(w, &[(float, Word::small_int(2)), (Word::small_int(1), Word::small_int(1))]);
    assert_eq!(view::map(map).unwrap().len(), 2);
    assert_eq!(get(map, float), Some(Word::small_int(2)));
    assert_eq!(view::map(map).unwrap().iter().next(), Some((Word::small_int(1), Word::small_int(1))));
}
