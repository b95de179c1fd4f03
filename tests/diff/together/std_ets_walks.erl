%% stage: c. ETS in order and out of it: keys that are equal but not the same, walks of an ordered table that changes, tables of tuples' later positions, bags' orders, all or nothing of insert_new, folds in a fixed table, replacing and deleting by guards.
-module(std_ets_walks).
-export([main/0]).
-include_lib("stdlib/include/ms_transform.hrl").

-record(job, {id, state = new, tries = 0, tags = []}).

main() -> keys(), ordered(), moving(), partial(), bags(), inserting(), fixed(), guarded(), records(), folded(), updated(), keypos().

p(T) -> io:format("~0tp~n", [T]).
caught(F) -> try F() catch C:R -> {C, R} end.
new(Type) -> ets:new(walks, [Type]).
walk(T) -> walk(T, ets:first(T)).
walk(_, '$end_of_table') -> [];
walk(T, K) -> [K | walk(T, ets:next(T, K))].
back(_, '$end_of_table') -> [];
back(T, K) -> [K | back(T, ets:prev(T, K))].

keys() ->
    [begin
         T = new(Type),
         ets:insert(T, [{1, int}, {1.0, float}, {2.0, float2}, {1 bsl 64, big}, {18446744073709551616.0, bigfloat}, {0.0, zero}, {{1, 1}, pair}, {{1.0, 1}, mixed}, {#{1 => a}, map}, {#{1.0 => a}, map2}, {[1.0], list}]),
         p({Type, ets:info(T, size), [{K, lists:sort(ets:lookup(T, K))} || K <- [1, 1.0, 2, 2.0, 1 bsl 64, 0, -0.0, {1, 1.0}, {1, 1}, #{1 => a}, [1], [1.0]]]}),
         p([ets:member(T, 2), ets:lookup_element(T, 2.0, 2), caught(fun() -> ets:lookup_element(T, 2, 2) end), ets:match(T, {2, '$1'}), ets:match(T, {2.0, '$1'}), ets:match_object(T, {'_', zero}), ets:select_count(T, [{{2, '_'}, [], [true]}]), ets:select_count(T, [{{'$1', '_'}, [{'==', '$1', 2}], [true]}]), ets:select_count(T, [{{'$1', '_'}, [{'=:=', '$1', 2}], [true]}])]),
         p([ets:delete(T, 2), ets:member(T, 2.0), ets:delete_object(T, {1, float}), ets:take(T, 0), ets:info(T, size)]),
         ets:delete(T)
     end || Type <- [set, ordered_set, bag]].

ordered() ->
    T = new(ordered_set),
    Keys = [5, a, "s", <<"b">>, {x}, 1.5, #{}, [], {a, b}, 1 bsl 70, -3, <<1:3>>, #{k => 1}, fun lists:map/2, 'B', [1 | 2], 5.5, {}],
    ets:insert(T, [{K, I} || {I, K} <- lists:zip(lists:seq(1, length(Keys)), Keys)]),
    p(walk(T)),
    p(walk(T) =:= lists:sort(Keys)),
    p(back(T, ets:last(T)) =:= lists:reverse(walk(T))),
    p([{K, ets:next(T, K), ets:prev(T, K)} || K <- [-100, 5, 5.0, 6, z, {}, {b}, [[]], <<>>, #{a => 1}, "zzz", <<255, 255>>]]),
    p([V || V <- [ets:slot(T, I) || I <- [0, 3, 17, 18]]]),
    p(caught(fun() -> ets:slot(T, 19) end)),
    p(ets:select(T, [{{'$1', '_'}, [{'<', '$1', 5.5}], ['$1']}])),
    p(ets:select_reverse(T, [{{'$1', '$2'}, [{is_atom, '$1'}], ['$2']}])),
    p([ets:foldl(fun({_, V}, A) -> [V | A] end, [], T), ets:foldr(fun({_, V}, A) -> [V | A] end, [], T)]),
    p(caught(fun() -> ets:prev(new(set), 1) end)),
    p([caught(fun() -> F(new(bag)) end) || F <- [fun ets:first/1, fun ets:last/1, fun(B) -> ets:next(B, 1) end]]),
    ets:delete(T).

%% The walk goes on from keys that are gone, and meets those that came.
moving() ->
    T = new(ordered_set),
    ets:insert(T, [{I} || I <- lists:seq(10, 100, 10)]),
    p(moving(T, ets:first(T), 0)),
    p(walk(T)).
moving(_, '$end_of_table', _) -> [];
moving(T, K, N) ->
    ets:delete(T, K),
    N rem 3 =:= 0 andalso ets:insert(T, [{K + 5}, {K - 5}]),
    N rem 3 =:= 1 andalso ets:delete(T, ets:next(T, K)),
    [K | moving(T, ets:next(T, K), N + 1)].

%% Keys known in part.
partial() ->
    T = new(ordered_set),
    ets:insert(T, [{{A, B, C}, A * B * C} || A <- [1, 2, 3], B <- [1, 2, 3], C <- [x, 1] -- [x]] ++ [{{a, [B | C]}, B} || B <- [1, 2], C <- [[], [z]]]),
    p([ets:match(T, {{2, '$1', '_'}, '_'}), ets:match(T, {{'$1', 2, '_'}, '_'}), ets:select(T, [{{{3, '$1', '_'}, '$2'}, [{'>', '$1', 1}], ['$2']}]), ets:match(T, {{a, [1 | '$1']}, '_'}), ets:match(T, {{a, ['$1', z]}, '_'}), ets:match(T, {{1.0, '$1', '_'}, '_'}), ets:match_object(T, {{1, 1, 1.0}, '_'})]),
    p([ets:select_reverse(T, [{{{2, '$1', '_'}, '_'}, [], ['$1']}], 2), ets:select_delete(T, [{{{1, '_', '_'}, '_'}, [], [true]}]), ets:match_delete(T, {{a, '_'}, '_'}), ets:info(T, size), ets:select_count(T, [{{{2, '_', '_'}, '$1'}, [{'=<', '$1', 4}], [true]}, {{{3, '_', '_'}, 3}, [], [true]}])] =/= []),
    p(walk(T)).

bags() ->
    B = new(bag), D = new(duplicate_bag),
    Rows = [{k, 3}, {k, 1}, {j, x}, {k, 2}, {k, 1}, {k, 1.0}, {j, x}, {k}, {k, 1, 2}],
    [ets:insert(T, R) || T <- [B, D], R <- Rows],
    p([{ets:info(T, size), ets:lookup(T, k), ets:lookup(T, j)} || T <- [B, D]]),
    p([{ets:lookup_element(T, j, 2), caught(fun() -> ets:lookup_element(T, k, 2) end), ets:lookup_element(T, k, 1)} || T <- [B, D]]),
    p([{ets:delete_object(T, {k, 1}), ets:lookup(T, k), ets:match_object(T, {k, '_'}), ets:member(T, k)} || T <- [B, D]]),
    p([{ets:insert(T, {k, 1}), ets:lookup(T, k), ets:insert(T, [{k, 3}, {k, 9}]), ets:lookup(T, k)} || T <- [B, D]]),
    p([{ets:select_delete(T, [{{k, '$1'}, [{'>', '$1', 2}], [true]}]), ets:take(T, k), ets:take(T, k), ets:tab2list(T)} || T <- [B, D]]),
    p([caught(fun() -> ets:F(T, j, V) end) || T <- [B, D], {F, V} <- [{update_counter, 1}, {update_element, {2, y}}]]),
    p([ets:insert_new(T, R) || T <- [B, D], R <- [{j, new}, {i, new}, [{h, 1}, {h, 2}], [{g, 1}, {j, 2}]]]),
    p([lists:sort(ets:tab2list(T)) || T <- [B, D]]).

inserting() ->
    [begin
         T = new(Type),
         p({Type, [ets:insert_new(T, R) || R <- [[], {a, 1}, {a, 2}, [{b, 1}, {c, 1}], [{d, 1}, {b, 2}], [{e, 1}, {e, 2}], {1, x}, {1.0, y}]], lists:sort(ets:tab2list(T))}),
         p([caught(fun() -> ets:F(T, R) end) || F <- [insert, insert_new], R <- [[{z, 1}, bad], {}, [{z, 1} | {y, 2}], [[{z}]], z]]),
         p([ets:member(T, z), ets:insert(T, [{a, I} || I <- lists:seq(1, 50)]), length(ets:lookup(T, a))])
     end || Type <- [set, ordered_set, bag, duplicate_bag]].

%% Every row that was there is met once, whatever is done meanwhile.
fixed() ->
    [begin
         T = new(Type),
         ets:insert(T, [{I, I * I} || I <- lists:seq(1, 500)]),
         ets:safe_fixtable(T, true),
         Seen = fixed(T, ets:first(T), []),
         ets:safe_fixtable(T, false),
         p({Type, lists:seq(1, 500) -- Seen, length([S || S <- Seen, S =< 500]), ets:info(T, size), ets:foldl(fun({_, V}, A) -> A + V end, 0, T)}),
         Me = self(),
         Pid = spawn(fun() -> ets:safe_fixtable(T, true), Me ! {self(), caught(fun() -> ets:insert(T, {x, 1}) end)}, receive stop -> ok end end),
         receive {Pid, R} -> p(R) end,
         p([length(element(2, ets:info(T, safe_fixed))), ets:info(T, fixed)]),
         M = monitor(process, Pid), Pid ! stop, receive {'DOWN', M, _, _, _} -> ok end,
         p([ets:info(T, safe_fixed), ets:info(T, fixed), caught(fun() -> ets:safe_fixtable(T, false) end)])
     end || Type <- [set, bag, duplicate_bag]].
fixed(_, '$end_of_table', Seen) -> Seen;
fixed(T, K, Seen) ->
    K =< 500 andalso K rem 2 =:= 0 andalso ets:delete(T, K),
    K =< 500 andalso K rem 14 =:= 7 andalso ets:insert(T, {K + 1000, 0}),
    K < 500 andalso K rem 10 =:= 1 andalso ets:delete(T, K + 1),
    fixed(T, ets:next(T, K), case K rem 2 =:= 0 orelse K > 500 of _ when K > 500 -> Seen; _ -> lists:usort([K | [K + 1 || K rem 10 =:= 1] ++ Seen]) end).

guarded() ->
    [begin
         T = new(Type),
         ets:insert(T, [{I, #{v => I rem 4, l => lists:seq(1, I rem 3)}, I / 2} || I <- lists:seq(1, 24)]),
         S = fun(L) -> lists:sort(L) end,
         Even = 2,
         p({Type, S(ets:select(T, ets:fun2ms(fun({K, M, _}) when map_get(v, M) =:= Even, K > 4; length(map_get(l, M)) =:= 2, K < 9 -> {K, map_get(v, M)} end)))}),
         p(S(ets:select(T, ets:fun2ms(fun({K, #{v := V}, F}) when (V =:= 1) xor (F > 6), not (K rem 3 =:= 0) -> [K | V] end)))),
         p(ets:select_count(T, ets:fun2ms(fun({K, _, F}) -> F * 2 == K end))),
         p(ets:select_count(T, ets:fun2ms(fun({K, _, F}) -> F * 2 =:= K end))),
         p(ets:select_replace(T, ets:fun2ms(fun({K, M, F}) when map_get(v, M) =:= 0, K > 10 -> {K, M, {old, F}} end))),
         p(caught(fun() -> ets:select_replace(T, ets:fun2ms(fun({K, M, F}) -> {K + 1, M, F} end)) end)),
         p(S(ets:match(T, {'$1', '_', {old, '$2'}}))),
         p(ets:select_delete(T, ets:fun2ms(fun({K, _, _}) when K rem 2 =:= 1 -> true; ({_, #{v := 2}, _}) -> maybe; ({_, _, {old, _}}) -> true end))),
         p(S([K || {K, _, _} <- ets:tab2list(T)]))
     end || Type <- [set, ordered_set]].

records() ->
    T = ets:new(jobs, [ordered_set, {keypos, #job.id}]),
    ets:insert(T, [#job{id = I, tags = [N || N <- [2, 3], I rem N =:= 0]} || I <- lists:seq(1, 12)]),
    p(ets:select(T, ets:fun2ms(fun(#job{id = I, tags = [2 | _]}) when I > 4 -> I end))),
    p(ets:select_replace(T, ets:fun2ms(fun(#job{id = I, tags = []} = J) when I < 8 -> J#job{state = skipped, tries = 1} end))),
    p([ets:update_counter(T, 5, {#job.tries, 4}), ets:update_element(T, 6, [{#job.state, done}, {#job.tags, none}]), ets:lookup(T, 5), ets:lookup(T, 6)]),
    p(ets:select(T, ets:fun2ms(fun(#job{state = S} = J) when S =/= new, is_record(J, job) -> {J#job.id, S} end))),
    p(ets:select_count(T, [{#job{_ = '_'}, [], [true]}, {'_', [], [false]}])),
    p(ets:match_object(T, #job{id = '$1', tags = '$2', state = done, _ = '_'})).

folded() ->
    T = new(ordered_set),
    ets:insert(T, [{I} || I <- lists:seq(1, 6)]),
    p(ets:foldl(fun({I}, A) -> ets:delete(T, I + 1), [I | A] end, [], T)),
    p(caught(fun() -> ets:foldl(fun({3}, _) -> throw(at_three); (_, A) -> A end, 0, T) end)),
    p({ets:info(T, safe_fixed), ets:tab2list(T)}).

updated() ->
    [begin
         T = new(Type),
         ets:insert(T, {k, 10, 20, -5, x}),
         p([caught(fun() -> ets:update_counter(T, k, Op) end) || Op <- [1, {2, -3}, {3, 100, 50, 7}, {4, -10, -8, 0}, [{2, 1}, {2, 1}, {3, 1}], [{2, 5}, {5, 1}], {1, 1}, {9, 1}, {2, 1.0}, [], {2, 5, 100}, {2, 1 bsl 64}]]),
         p(ets:lookup(T, k)),
         p([caught(fun() -> ets:update_element(T, k, Op) end) || Op <- [{3, new}, {1, k}, [{4, a}, {9, b}], [], {0, x}, [{2, 0}, {2, 1}]]]),
         p([ets:lookup(T, k), ets:update_element(T, none, {2, x}), caught(fun() -> ets:update_counter(T, n, {3, 5}, {n, 1}) end), ets:update_counter(T, m, {2, 5, 3, 0}, {x, 1}), lists:sort(ets:tab2list(T))])
     end || Type <- [set, ordered_set]].

keypos() ->
    T = ets:new(walks, [ordered_set, {keypos, 3}]),
    p([caught(fun() -> ets:insert(T, R) end) || R <- [{a, b, 2}, {c, d, 1, e}, {a, b}, {x, y, 2}]]),
    p({ets:tab2list(T), walk(T), ets:match(T, {'$1', '_', 2}), caught(fun() -> ets:update_element(T, 2, {3, 5}) end), ets:update_element(T, 2, {1, z}), ets:lookup_element(T, 2, 1)}).
