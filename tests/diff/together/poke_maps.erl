%% stage: c. Functions of maps: every call with every value of a pool, results and the texts of errors.
-module(poke_maps).
-export([main/0]).

main() -> poke:each(calls()).

calls() ->
    M = [#{}, #{a => 1, b => 2}, #{1 => x, 1.0 => y}, maps:from_list([{I, I} || I <- lists:seq(1, 33)]), a],
    [{maps, F, [M]} || F <- [keys, values, size, to_list, iterator, from_list, from_nothing]] ++
    [{maps, F, [[a, 1, 1.0, zz], M]} || F <- [get, find, is_key, remove, take]] ++
    [{maps, put, [[1.0], [new], M]}, {maps, update, [[a, zz], [new], M]}, {maps, get, [[a, zz], M, [default]]}, {maps, merge, [M -- [#{a => 1, b => 2}], M -- [#{a => 1, b => 2}]]}, {maps, with, [[[a, 1], [], x, [a | b]], M]}, {maps, without, [[[a, 1], [], x], M]},
     {maps, from_list, [[[], [{a, 1}, {a, 2}], [{a}], [x], [{a, 1} | b]]]}, {maps, from_keys, [[[], [a, b, a], [a | b], x], [0]]}, {maps, map, [[fun(_, V) -> {V} end, fun(_) -> x end, y], M]},
     {maps, filter, [[fun(_, V) -> V =:= 1 end, fun(_, _) -> maybe_ end, y], M]}, {maps, fold, [[fun(K, _, A) -> [K | A] end, y], [[], b], M]}, {maps, update_with, [[a, zz], [fun(V) -> {V} end, y], M]}, {maps, update_with, [[1, 99], [fun(V) -> {V} end], [init], M]},
     {maps, merge_with, [[fun(_, X, Y) -> {X, Y} end, y], [#{a => 1}, b], [#{a => 2, c => 3}, d]]}, {maps, intersect, [[#{a => 1}, b], [#{a => 2, c => 3}, d]]}, {maps, intersect_with, [[fun(_, X, Y) -> {X, Y} end], [#{a => 1, q => 2}], [#{a => 2}, d]]}, {maps, groups_from_list, [[fun erlang:is_atom/1, y], [[1, a, 2], [], z]]},
     {maps, next, [[maps:iterator(#{a => 1}), none, x]]}, {maps, filtermap, [[fun(a, _) -> false; (_, V) -> {true, {V}} end, fun(_, _) -> x end], [#{a => 1, b => 2}, d]]}, {maps, foreach, [[fun(_, _) -> ok end, y], [#{a => 1}, d]]}, {erlang, map_size, [M]}].
