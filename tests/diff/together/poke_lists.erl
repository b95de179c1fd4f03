%% stage: c. Built-in functions of module lists and others that walk lists: every call with every value of a pool, results and the texts of errors.
-module(poke_lists).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    L = [[], [1, 2, 3], [c, b, a], [1 | 2], a, [1.0, 1, x]],
    [{lists, F, [L]} || F <- [reverse, sort, usort, sum, max, min, last, flatten, append, concat, droplast, unzip, merge, zip_nothing]] ++
    [{lists, F, [[1, a, 1.0], L]} || F <- [member, delete, nth, nthtail, duplicate]] ++
    [{lists, F, [[a, 1, 1.0], [1, 2, 0, x], [[{a, 1}, {b, a}, x, {1.0}, {1}], [], [{a} | b], c]]} || F <- [keymember, keyfind, keysearch, keydelete, keytake]] ++
    [{lists, reverse, [L, [[z], t]]}, {lists, keysort, [[1, 2, 0, a], [[{b, 1}, {a, 2}, {b, 0}], [], [x], [{1}]]]}, {lists, ukeysort, [[1], [[{b, 1}, {a, 2}, {b, 0}], [{1}, {1.0}]]]},
     {lists, seq, [[0, 1, 5, a], [5, 0, 3, 4]]}, {lists, seq, [[1, 5], [5, 1], [0, 1, -2, 3, b]]}, {lists, sublist, [[[1, 2, 3], []], [0, 1, 2, 5, -1, a]]}, {lists, split, [[0, 2, 4, -1, a], [[1, 2, 3]]]},
     {lists, zip, [[[1, 2], [], a], [[a, b], [c], []]]}, {lists, zip3, [[[1]], [[2]], [[3], []]]}, {lists, subtract, [[[1, 2, 1], a], [[1], b]]}, {lists, prefix, [["a", []], ["ab", [], b]]}, {lists, suffix, [["b", []], ["ab", [], "b"]]},
     {lists, join, [[x], [[], [1], [1, 2], a]]}, {lists, search, [[fun(X) -> X > 1 end, f], [[1, 2, 3], []]]}, {lists, uniq, [[[1, 1.0, 1, 2], [], a]]}, {lists, enumerate, [[[a, b], [], x]]}, {lists, flatlength, [[[1, [2, [3]]], [1 | 2], a]]},
     {lists, partition, [[fun erlang:is_atom/1, x], [[1, a, 2], [], y]]}, {lists, keyreplace, [[a], [1, 0], [[{a, 1}, {b}], []], [{a, 2}, z]]}, {lists, keystore, [[a], [1, 0], [[{a, 1}], []], [{a, 2}, z]]}, {lists, keymap, [[fun(X) -> {X} end], [1, 2, 0], [[{1, 2}], [a]]]},
     {lists, mapfoldl, [[fun(X, A) -> {X, X + A} end], [0, a], [[1, 2], [a]]]}, {lists, splitwith, [[fun erlang:is_integer/1], [[1, a, 2], [], [1 | 2]]]}, {lists, nth, [[0, 1, 3, 4, -1], [[a, b, c], [a | b]]]}].
