%% stage: c. persistent_term, atomics, counters.
-module(vm_persistent_atomics).
-export([main/0]).

main() ->
    K = {?MODULE, k}, p({persistent_term:get(K, none), persistent_term:put(K, [1, {a}]), persistent_term:get(K), persistent_term:put(K, v2), persistent_term:get(K), persistent_term:erase(K), persistent_term:erase(K), persistent_term:get(K, gone), catch persistent_term:get(K)}),
    A = atomics:new(3, []), p({atomics:put(A, 1, 5), atomics:add(A, 1, -7), atomics:get(A, 1), atomics:add_get(A, 2, 10), atomics:sub(A, 2, 1), atomics:sub_get(A, 2, 4), atomics:exchange(A, 3, 99), atomics:compare_exchange(A, 3, 99, 1), atomics:compare_exchange(A, 3, 99, 2), [atomics:get(A, I) || I <- [1, 2, 3]], maps:remove(memory, atomics:info(A))}),
    U = atomics:new(1, [{signed, false}]), p({atomics:sub(U, 1, 1), atomics:get(U, 1), atomics:put(U, 1, (1 bsl 64) - 1), atomics:add(U, 1, 2), atomics:get(U, 1), maps:get(max, atomics:info(U))}), S = atomics:new(1, [{signed, true}]), p({atomics:put(S, 1, (1 bsl 63) - 1), atomics:add(S, 1, 1), atomics:get(S, 1)}),
    [begin C = counters:new(2, O), p({counters:add(C, 1, 5), counters:sub(C, 1, 2), counters:put(C, 2, -9), counters:get(C, 1), counters:get(C, 2), maps:get(size, counters:info(C))}) end || O <- [[atomics], [write_concurrency], []]],
    Me = self(), Ps = [spawn_monitor(fun() -> [atomics:add(A, 1, 1) || _ <- lists:seq(1, 100)] end) || _ <- lists:seq(1, 10)], [receive {'DOWN', R, _, P, _} -> ok end || {P, R} <- Ps], p({atomics:get(A, 1), Me =:= self()}),
    p([try F() catch Cl:E -> {Cl, E} end || F <- [fun() -> atomics:get(A, 0) end, fun() -> atomics:get(A, 4) end, fun() -> atomics:put(A, 1, a) end, fun() -> atomics:put(A, 1, 1 bsl 70) end, fun() -> atomics:new(0, []) end, fun() -> atomics:new(1, [x]) end, fun() -> atomics:get(x, 1) end, fun() -> counters:new(-1, []) end, fun() -> counters:new(1, [x]) end, fun() -> counters:get(a, 1) end, fun() -> atomics:add(U, 1, 1.0) end]]).

p(T) -> io:format("~0tp~n", [T]).
