//! Tables, dictionary, persistent terms, counters: what has state.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::term::compare::eq_exact;
use dala_ir::term::{TermWriter, tuple_elements};

use super::{answer, check, idle_process, runtime, term};

#[test]
fn sets_hold_one_row_a_key_and_bags_all_that_differ() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "ets:new(s, [named_table])", "{ok, s}");
    check(p, "ets:new(s, [named_table])", "{error, badarg}");
    check(p, "ets:insert(s, [{a, 1}, {b, 2}, {a, 3}])", "{ok, true}");
    check(p, "ets:lookup(s, a)", "{ok, [{a, 3}]}");
    check(p, "ets:lookup(s, c)", "{ok, []}");
    check(p, "ets:insert_new(s, [{c, 1}, {a, 4}])", "{ok, false}");
    check(p, "ets:member(s, c)", "{ok, false}");
    check(p, "ets:insert_new(s, {c, 1})", "{ok, true}");
    check(p, "ets:info(s, size)", "{ok, 3}");
    check(p, "ets:lookup_element(s, a, 2)", "{ok, 3}");
    check(p, "ets:lookup_element(s, a, 3)", "{error, badarg}");
    check(p, "ets:lookup_element(s, z, 2)", "{error, badarg}");
    check(p, "ets:take(s, a)", "{ok, [{a, 3}]}");
    check(p, "ets:delete(s, b)", "{ok, true}");
    check(p, "ets:info(s, size)", "{ok, 1}");
    check(p, "ets:insert(s, {})", "{error, badarg}");
    check(p, "ets:delete(s)", "{ok, true}");
    check(p, "ets:lookup(s, a)", "{error, badarg}");
    check(p, "ets:new(b, [bag, named_table])", "{ok, b}");
    check(p, "ets:insert(b, [{k, 1}, {k, 2}, {k, 1}])", "{ok, true}");
    check(p, "ets:lookup(b, k)", "{ok, [{k, 1}, {k, 2}]}");
    check(p, "ets:lookup_element(b, k, 2)", "{ok, [1, 2]}");
    check(p, "ets:delete_object(b, {k, 1})", "{ok, true}");
    check(p, "ets:lookup(b, k)", "{ok, [{k, 2}]}");
    check(p, "ets:new(d, [duplicate_bag, named_table, {keypos, 2}])", "{ok, d}");
    check(p, "ets:insert(d, [{1, k}, {1, k}])", "{ok, true}");
    check(p, "ets:lookup(d, k)", "{ok, [{1, k}, {1, k}]}");
    check(p, "ets:info(nothing)", "{ok, undefined}");
    check(p, "ets:info(d, keypos)", "{ok, 2}");
}

#[test]
fn ordered_sets_walk_in_term_order_and_take_1_for_1_0() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "ets:new(o, [ordered_set, named_table])", "{ok, o}");
    check(p, "ets:insert(o, [{3, c}, {1, a}, {b, x}, {2.0, b}])", "{ok, true}");
    check(p, "ets:first(o)", "{ok, 1}");
    check(p, "ets:next(o, 1)", "{ok, 2.0}");
    check(p, "ets:next(o, 2)", "{ok, 3}");
    check(p, "ets:next(o, b)", "{ok, '$end_of_table'}");
    check(p, "ets:last(o)", "{ok, b}");
    check(p, "ets:prev(o, 1)", "{ok, '$end_of_table'}");
    check(p, "ets:insert(o, {1.0, z})", "{ok, true}");
    check(p, "ets:lookup(o, 1)", "{ok, [{1.0, z}]}");
    check(p, "ets:select(o, [{{'$1', '_'}, [{is_number, '$1'}], ['$1']}])", "{ok, [1.0, 2.0, 3]}");
    check(p, "ets:select_reverse(o, [{{'$1', '_'}, [{is_number, '$1'}], ['$1']}])", "{ok, [3, 2.0, 1.0]}");
    check(p, "ets:slot(o, 0)", "{ok, [{1.0, z}]}");
    check(p, "ets:slot(o, 4)", "{ok, '$end_of_table'}");
    check(p, "ets:slot(o, 5)", "{error, badarg}");
}

#[test]
fn matching_selects_counts_deletes_and_replaces() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "ets:new(m, [ordered_set, named_table])", "{ok, m}");
    check(p, "ets:insert(m, [{1, a, 10}, {2, b, 20}, {3, a, 30}])", "{ok, true}");
    check(p, "ets:match(m, {'$2', a, '$1'})", "{ok, [[10, 1], [30, 3]]}");
    check(p, "ets:match_object(m, {'_', a, '_'})", "{ok, [{1, a, 10}, {3, a, 30}]}");
    check(p, "ets:match_object(m, {2, '_', '_'})", "{ok, [{2, b, 20}]}");
    check(p, "ets:select_count(m, [{{'_', '_', '$1'}, [{'>', '$1', 10}], [true]}])", "{ok, 2}");
    check(p, "ets:select(m, [{{1, '$1', '_'}, [], ['$1']}, {{1, '_', '$1'}, [], ['$1']}])", "{ok, [a]}");
    check(p, "ets:select_replace(m, [{{'$1', b, '$2'}, [], [{{'$1', c, '$2'}}]}])", "{ok, 1}");
    check(p, "ets:lookup(m, 2)", "{ok, [{2, c, 20}]}");
    check(p, "ets:internal_select_delete(m, [{{'_', a, '_'}, [], [true]}])", "{ok, 2}");
    check(p, "ets:info(m, size)", "{ok, 1}");
    check(p, "ets:select(m, [{{'$1', '_', '_'}, [], ['$9']}])", "{error, badarg}");
    check(p, "ets:select(m, [])", "{ok, []}");
    check(p, "ets:internal_delete_all(m, undefined)", "{ok, 1}");
    check(p, "ets:select(m, [{'_', [], ['$_']}], 5)", "{ok, '$end_of_table'}");
}

#[test]
fn continuations_give_every_row_once() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    for kind in ["set", "ordered_set", "bag"] {
        let options = term(p, &format!("[{kind}]"));
        let made = answer(p, "ets", "new", &[Word::atom(Atom::new("t")), options]);
        let table = tuple_elements(made).unwrap()[1];
        for key in 0..1500 {
            let row = p.heap.tuple(&[Word::small_int(key), Word::small_int(key % 7)]);
            answer(p, "ets", "insert", &[table, row]);
        }
        let spec = term(p, "[{{'$1', '$2'}, [{'<', '$2', 3}], ['$1']}]");
        let mut seen = Vec::new();
        let mut result = answer(p, "ets", "select", &[table, spec, Word::small_int(10)]);
        loop {
            let value = tuple_elements(result).unwrap()[1];
            let Some(&[chunk, continuation]) = tuple_elements(value) else { break };
            let chunk = dala_ir::term::view::list_to_vec(chunk).unwrap();
            assert!(chunk.len() <= 10 && !chunk.is_empty());
            seen.extend(chunk.into_iter().map(|word| word.as_small().unwrap()));
            result = answer(p, "ets", "select", &[continuation]);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..1500).filter(|key| key % 7 < 3).collect::<Vec<_>>(), "{kind}");
    }
}

#[test]
fn walking_goes_on_behind_a_deleted_key() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "ets:new(w, [named_table])", "{ok, w}");
    check(p, "ets:insert(w, [{1}, {2}, {3}, {4}, {5}])", "{ok, true}");
    check(p, "ets:safe_fixtable(w, true)", "{ok, true}");
    let table = Word::atom(Atom::new("w"));
    let mut key = tuple_elements(answer(p, "ets", "first", &[table])).unwrap()[1];
    let mut seen = Vec::new();
    while let Some(number) = key.as_small() {
        seen.push(number);
        answer(p, "ets", "delete", &[table, key]);
        key = tuple_elements(answer(p, "ets", "next", &[table, key])).unwrap()[1];
    }
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

#[test]
fn counters_wrap_at_their_threshold_and_fail_whole() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "ets:new(c, [named_table])", "{ok, c}");
    check(p, "ets:insert(c, {k, 1, 10})", "{ok, true}");
    check(p, "ets:update_counter(c, k, 5)", "{ok, 6}");
    check(p, "ets:update_counter(c, k, {3, -3})", "{ok, 7}");
    check(p, "ets:update_counter(c, k, {2, 10, 10, 0})", "{ok, 0}");
    check(p, "ets:update_counter(c, k, [{2, 1}, {3, 1}])", "{ok, [1, 8]}");
    check(p, "ets:update_counter(c, k, [{2, 1}, {9, 1}])", "{error, badarg}");
    check(p, "ets:lookup(c, k)", "{ok, [{k, 1, 8}]}");
    check(p, "ets:update_counter(c, new, 2, {x, 40})", "{ok, 42}");
    check(p, "ets:lookup(c, new)", "{ok, [{new, 42}]}");
    check(p, "ets:update_counter(c, none, 1)", "{error, badarg}");
    check(p, "ets:update_counter(c, new, 99999999999999999999)", "{ok, 100000000000000000041}");
    check(p, "ets:update_element(c, k, {2, x})", "{ok, true}");
    check(p, "ets:update_element(c, k, {1, x})", "{error, badarg}");
    check(p, "ets:update_element(c, none, {2, x})", "{ok, false}");
}

#[test]
fn dictionary_and_persistent_terms_keep_what_was_put() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "erlang:put(a, 1)", "{ok, undefined}");
    check(p, "erlang:put(a, 2)", "{ok, 1}");
    check(p, "erlang:get(a)", "{ok, 2}");
    check(p, "erlang:get_keys(2)", "{ok, [a]}");
    check(p, "erlang:erase(a)", "{ok, 2}");
    check(p, "erlang:get()", "{ok, []}");
    check(p, "persistent_term:put({my, key}, [value])", "{ok, ok}");
    check(p, "persistent_term:get({my, key})", "{ok, [value]}");
    check(p, "persistent_term:erase({my, key})", "{ok, true}");
    check(p, "persistent_term:get({my, key}, gone)", "{ok, gone}");
    check(p, "os:putenv(\"DALA_TEST_VARIABLE\", \"λ\")", "{ok, true}");
    check(p, "os:getenv(\"DALA_TEST_VARIABLE\")", "{ok, \"λ\"}");
    check(p, "os:unsetenv(\"DALA_TEST_VARIABLE\")", "{ok, true}");
    check(p, "os:getenv(\"DALA_TEST_VARIABLE\")", "{ok, false}");
}

#[test]
fn atomics_wrap_around_and_counters_count() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    let made = answer(p, "erts_internal", "atomics_new", &[Word::small_int(2), Word::small_int(1)]);
    let array = tuple_elements(made).unwrap()[1];
    let one = Word::small_int(1);
    let max = p.heap.integer(i64::MAX);
    answer(p, "atomics", "put", &[array, one, max]);
    let wrapped = answer(p, "atomics", "add_get", &[array, one, one]);
    let expected = term(p, "{ok, -9223372036854775808}");
    assert!(eq_exact(wrapped, expected));
    let out_of_range = answer(p, "atomics", "get", &[array, Word::small_int(3)]);
    let expected = term(p, "{error, badarg}");
    assert!(eq_exact(out_of_range, expected));
    // A reference of another kind is no counter array.
    let no_counter = answer(p, "erts_internal", "counters_get", &[array, one]);
    assert!(eq_exact(no_counter, expected));
    let swapped = answer(p, "atomics", "compare_exchange", &[array, one, one, one]);
    assert_ne!(tuple_elements(swapped).unwrap()[1], Word::atom(atoms::OK));
}

#[test]
fn deep_terms_do_not_exhaust_the_native_stack() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    let mut deep = Word::NIL;
    for _ in 0..1_000_000 {
        deep = p.heap.cons(deep, Word::NIL);
    }
    let size = answer(p, "erlang", "iolist_size", &[deep]);
    assert_eq!(tuple_elements(size).unwrap()[1], Word::small_int(0));
    answer(p, "unicode", "characters_to_list", &[deep, Word::atom(Atom::new("unicode"))]);
    let spec = p.heap.tuple(&[deep, Word::NIL, Word::NIL]);
    let spec = p.heap.list(&[spec], Word::NIL);
    answer(p, "erlang", "match_spec_test", &[deep, spec, Word::atom(Atom::new("table"))]);
    answer(p, "erlang", "phash2", &[deep]);
}

#[test]
fn what_runs_before_kernel_is_not_started_again() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    for call in ["code:start_link()", "standard_error:start_link()", "user_sup:start()"] {
        check(p, call, "{ok, ignore}");
    }
}

/// OTP makes these functions up when its own tests ask for them.
#[test]
fn internal_state_is_there_once_it_was_asked_for() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "erts_debug:get_internal_state(available_internal_state)", "{ok, false}");
    check(p, "erts_debug:get_internal_state(reds_left)", "{error, undef}");
    check(p, "erts_debug:set_internal_state(available_internal_state, true)", "{ok, false}");
    check(p, "erts_debug:get_internal_state(available_internal_state)", "{ok, true}");
    check(p, "erts_debug:set_internal_state(wait, x)", "{ok, ok}");
    check(p, "erts_debug:set_internal_state(never_heard_of, 1)", "{error, badarg}");
    check(p, "erts_debug:get_internal_state(never_heard_of)", "{error, badarg}");
}

#[test]
fn a_module_is_claimed_once() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "dala_code:claim(never_heard_of)", "{ok, failed}");
    check(p, "dala_code:claim(1)", "{error, badarg}");
    p.system.code.ensure_loaded(Atom::new("lists")).expect("lists is installed");
    check(p, "dala_code:claim(lists)", "{ok, loaded}");
    check(p, "dala_code:is_purging(lists)", "{ok, false}");
    check(p, "dala_code:is_purging(1)", "{error, badarg}");
}

#[test]
fn a_file_is_closed_late_by_somebody_else() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    let name = format!("{}\0", file.path().display());
    let name = p.heap.binary(name.as_bytes());
    let modes = term(p, "[read]");
    let opened = answer(p, "prim_file", "open_nif", &[name, modes]);
    let Some(&[_, opened]) = tuple_elements(opened) else { panic!("no answer") };
    let Some(&[_, handle]) = tuple_elements(opened) else { panic!("the file was not opened") };
    let closed = answer(p, "prim_file", "delayed_close_nif", &[handle]);
    let expected = term(p, "{ok, ok}");
    assert!(eq_exact(closed, expected));
    let read = answer(p, "prim_file", "read_nif", &[handle, Word::small_int(1)]);
    let expected = term(p, "{ok, {error, einval}}");
    assert!(eq_exact(read, expected));
}

#[test]
fn the_table_that_a_thread_used_last_is_not_taken_for_another() {
    let runtime = runtime();
    // Two systems on one thread, whose tables have the same names and the same references.
    let [p, q] = &mut [idle_process(&runtime), idle_process(&runtime)];
    check(p, "ets:new(t, [named_table])", "{ok, t}");
    check(p, "ets:insert(t, {a, 1})", "{ok, true}");
    check(q, "ets:lookup(t, a)", "{error, badarg}");
    check(q, "ets:new(t, [named_table])", "{ok, t}");
    check(q, "ets:lookup(t, a)", "{ok, []}");
    check(p, "ets:lookup(t, a)", "{ok, [{a, 1}]}");
    // Under another name, deleted, and made again.
    check(p, "ets:rename(t, u)", "{ok, u}");
    check(p, "ets:lookup(t, a)", "{error, badarg}");
    check(p, "ets:lookup(u, a)", "{ok, [{a, 1}]}");
    check(p, "ets:delete(u)", "{ok, true}");
    check(p, "ets:lookup(u, a)", "{error, badarg}");
    check(p, "ets:new(u, [named_table])", "{ok, u}");
    check(p, "ets:lookup(u, a)", "{ok, []}");
}

#[test]
fn a_deleted_table_gives_its_rows_back_though_a_thread_used_it_last() {
    let runtime = runtime();
    let p = &mut idle_process(&runtime);
    check(p, "ets:new(t, [named_table])", "{ok, t}");
    check(p, "ets:insert(t, {a, 1})", "{ok, true}");
    let found = p.system.builtins.tables.existing(Word::atom(Atom::new("t"))).expect("it was just made");
    assert_eq!(found.key_count().ok(), Some(1));
    check(p, "ets:delete(t)", "{ok, true}");
    assert!(found.key_count().is_err(), "no rows any more, not even none");
}
