%% stage: c. Functions of ets with tables and options that are wrong: every call with every value of a pool, results and the texts of errors.
-module(poke_ets).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    T = ets:new(poke_t, [public, named_table, ordered_set]), ets:insert(T, [{1, a}, {2, b, c}, {3.0, d}]),
    X = [poke_t, a_table_of_nobody, 5],
    [{ets, new, [[a, "x"], [[], [x], y, [{keypos, 0}], [bag, public], [{heir, none}], [{heir, self(), d}], [{heir, 5, d}], [{write_concurrency, x}], [named_table | z]]] } || false] ++
    [{ets, F, [X]} || F <- [tab2list, first, last, match_spec_nothing, whereis, rename_nothing, i_nothing]] ++
    [{ets, F, [X, [1, 3, zz]]} || F <- [lookup, member, next, prev, slot]] ++
    [{ets, insert, [X, [{1, x}, {}, a, [{5}], [{6}, b], [{7} | z], []]]}, {ets, insert_new, [X, [{1, x}, {8, y}, [{1}, {9}], [{10}, {11}], a]]}, {ets, lookup_element, [X, [1, zz, 3], [1, 2, 0, 3, a]]},
     {ets, update_element, [X, [1, zz], [{2, new}, {1, k}, {3, x}, {0, x}, a, [{2, y}, {2, z}], []]]}, {ets, update_counter, [X, [2, zz, 8], [1, {2, 1}, {3, 1}, {1, 1}, a, [{2, 1}, {2, 2}], {2, 1, 5, 0}, []]]}, {ets, update_counter, [[poke_t], [c1, c2], [1, {2, 5}, {2, a}, {9, 1}], [{k, 0}, {k}, x, {k, v}]]},
     {ets, match, [X, [{'$1', '_'}, '$1', {'$2', '$1'}, {1, '$1'}, a, {'_', '_', '$0'}]]}, {ets, match_object, [X, [{'_', a}, '_', {1}, x]]}, {ets, select, [X, [[{{'$1', '_'}, [], ['$1']}], [{{'$1', '$2'}, [{'>', '$1', 1}], [{{'$2'}}]}], [x], y, [{'_', [], ['$_']}], [{'_', [z], ['$_']}], [{{'$1'}, [], []}]]]}, {ets, select_count, [X, [[{'_', [], [true]}], [{{'_', a}, [], [true]}], [{'_', [], [x]}], y]]},
     {ets, select, [[poke_t], [[{{'$1', '_'}, [], ['$1']}]], [0, -1, a]]}, {ets, match_spec_compile_nothing, [[x]]}, {ets, test_ms, [[{1, 2}, a], [[{{'$1', '$2'}, [], [{{'$2', '$1'}}]}], [{{'$1', '$2'}, [{is_atom, '$1'}], [x]}]]]}, {ets, delete, [[a_table_of_nobody, 5]]}, {ets, delete, [X, [1, zz]]}, {ets, delete_object, [X, [{2, b, c}, x]]}, {ets, take, [X, [3, zz]]}, {ets, select_delete, [X, [[{{8, '_'}, [], [true]}], y]]}, {ets, select_replace, [[poke_t], [[{{'$1', '$2'}, [], [{{'$1', {{'$2'}}}}]}], [{{'$1', '$2'}, [], [{{'$2', '$1'}}]}], y]]},
     {ets, info, [X, [size, type, keypos, protection, named_table, name, heir, fixed, safe_fixed, read_concurrency, write_concurrency, compressed, decentralized_counters, x]]}, {ets, safe_fixtable, [X, [true, false, x]]}, {ets, setopts, [X, [[], {heir, none}, {heir, 5, x}, [x]]]}, {ets, give_away, [X, [5], [d]]}, {ets, rename, [X, [5, "x"]]}, {ets, tab2list, [X]}, {ets, delete_all_objects, [X]}, {ets, foldl, [[fun(E, A) -> [E | A] end, x], [[]], X]}, {ets, is_compiled_ms, [[x]]}, {ets, match_spec_run, [[[{1}], x], [y]]}, {ets, repair_continuation, [['$end_of_table', x], [[]]]}, {ets, fun2ms, [[5]]}, {ets, delete, [[poke_t]]}].
