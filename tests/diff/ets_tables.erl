%% stage: d. ETS as OTP's and Elixir's own libraries use it: set, ordered_set, bag, counters, select, ownership.
-module(ets_tables).
-export([main/0]).

main() ->
    T = ets:new(t, [set, public]), p(ets:insert(T, [{a, 1}, {b, 2}, {c, 3}])), p(ets:lookup(T, b)), p(ets:lookup(T, zz)), p(ets:insert(T, {a, 10, extra})), p(lists:sort(ets:tab2list(T))), p(ets:member(T, c)), p(ets:insert_new(T, {c, 0})), p(ets:insert_new(T, {d, 4})),
    p(ets:update_counter(T, b, 5)), p(ets:update_counter(T, b, [{2, 1}, {2, -3}])), p(ets:update_counter(T, n, {2, 1}, {n, 0})), p(ets:update_element(T, d, {2, x})), p(ets:lookup_element(T, d, 2)), p(ets:delete(T, a)), p(ets:take(T, c)), p(ets:info(T, size)), p(ets:info(T, type)), p(ets:delete_object(T, {d, x})),
    O = ets:new(named, [ordered_set, named_table]), [ets:insert(named, {I, I * I}) || I <- [5, 3, 9, 1, 7]], p(ets:tab2list(O)), p({ets:first(O), ets:last(O), ets:next(O, 5), ets:prev(O, 5), ets:next(O, 4), ets:next(O, 9)}), p(ets:whereis(named) =/= undefined), p(ets:foldl(fun({K, _}, A) -> A + K end, 0, O)),
    p(ets:select(O, [{{'$1', '$2'}, [{'>', '$2', 10}], ['$1']}])), p(ets:select(O, [{{'$1', '_'}, [{'<', '$1', 6}, {'=/=', '$1', 3}], [{{'$1', got}}]}])), p(ets:match(O, {'$1', 25})), p(ets:match_object(O, {'_', 49})), p(ets:select_count(O, [{{'$1', '_'}, [{'=<', '$1', 5}], [true]}])), p(ets:select_delete(O, [{{'$1', '_'}, [{'<', '$1', 4}], [true]}])), p(ets:tab2list(O)),
    B = ets:new(bag, [bag, {keypos, 2}]), ets:insert(B, [{x, k}, {y, k}, {x, k}, {z, j}]), p(lists:sort(ets:lookup(B, k))), D = ets:new(dup, [duplicate_bag]), ets:insert(D, [{k, 1}, {k, 1}]), p(ets:lookup(D, k)), p(ets:match_delete(B, {x, '_'})), p(lists:sort(ets:tab2list(B))),
    Me = self(), P = spawn(fun() -> X = ets:new(owned, [named_table]), ets:insert(X, {k, v}), Me ! made, receive die -> ok end end), receive made -> ok end, p(ets:lookup(owned, k)), p(try ets:insert(owned, {a, b}) catch error:E1 -> E1 end), M = monitor(process, P), P ! die, receive {'DOWN', M, _, _, _} -> ok end, p(ets:whereis(owned)), p(try ets:lookup(owned, k) catch error:E2 -> E2 end),
    p(ets:delete_all_objects(O)), p(ets:info(O, size)), p(ets:delete(O)), p(ets:info(named)), p([try F() catch error:E3 -> E3 end || F <- [fun() -> ets:new(x, [bogus]) end, fun() -> ets:lookup(nope, 1) end, fun() -> ets:insert(T, not_tuple) end, fun() -> ets:update_counter(T, missing, 1) end, fun() -> ets:insert(T, {}) end]]),
    ets:delete_all_objects(T), [ets:insert(T, {I, integer_to_list(I)}) || I <- lists:seq(1, 300)], p(ets:info(T, size)), p(lists:sum([length(S) || {_, S} <- ets:tab2list(T)])), p(walk(T)), persistent_term:put({?MODULE, key}, #{big => lists:seq(1, 10)}), p(persistent_term:get({?MODULE, key})), p(persistent_term:get(no_such, dflt)), p(persistent_term:erase({?MODULE, key})), p(persistent_term:get({?MODULE, key}, gone)), concurrent(T).

p(T) -> io:format("~p~n", [T]).
walk(T) -> length(walk(T, ets:first(T))).
walk(_, '$end_of_table') -> [];
walk(T, K) -> [K | walk(T, ets:next(T, K))].
concurrent(T) -> Me = self(), ets:insert(T, {ctr, 0}), Ps = [spawn(fun() -> [ets:update_counter(T, ctr, 1) || _ <- lists:seq(1, 50)], Me ! {done, self()} end) || _ <- lists:seq(1, 4)], [receive {done, P} -> ok end || P <- Ps], p(ets:lookup(T, ctr)).
